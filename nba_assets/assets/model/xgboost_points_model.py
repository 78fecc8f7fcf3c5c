"""The asset `xgboost_points_model`: gated training, stored versions."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import dagster as dg
import pandas as pd

from nba_assets import clock
from nba_assets.assets.model.feature_chain import inputs, recompute
from nba_assets.contracts.contract import SCHEDULE
from nba_assets.contracts.features import FEATURE_COLUMNS, OPTIONAL_FEATURES, SHOT_FEATURES
from nba_assets.contracts.tables import MODEL
from nba_assets.errors import RequestError, coded
from nba_assets.event_log.events import NOT_COMPARED
from nba_assets.event_log.outcomes import range_end
from nba_assets.modelling.cards.card import card_paths, write_card
from nba_assets.modelling.cards.summary import model_metadata
from nba_assets.modelling.leak_gate import Leak, LeakFound, Probe, check_leaks
from nba_assets.modelling.points_model_build import build_points_model
from nba_assets.modelling.registry.artefacts import metadata_path, model_path
from nba_assets.modelling.registry.decisions import Status
from nba_assets.modelling.registry.freshness import GATED, TrainingWindow
from nba_assets.modelling.splits import Split
from nba_assets.modelling.training import QUICK, TrainingSettings
from nba_assets.modelling.training_rows import require_training_rows
from nba_assets.orchestration.groups import group_name
from nba_assets.orchestration.run_claim import RunClaim
from nba_assets.orchestration.table_asset import NOTHING, OWNERS
from nba_assets.partitions import date_of
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed
from nba_assets.readiness.season_numbering import COLUMNS
from nba_assets.readiness.thresholds import TRAINING_ROWS
from nba_assets.settings import Settings
from nba_assets.sources.port import Source, left_out
from nba_assets.storage.mirror import push
from nba_assets.storage.models import stored_models
from nba_assets.warehouse.port import Snapshot, Warehouse
from nba_assets.warehouse.season_gaps import require_games, training_waivers

CHECK = TRAINING_RULE
LEAK_CHECK = "no_target_leakage"
PURPOSE = "training the points model"
LABEL_COLUMNS = ("game_id", "game_date", "season", "player_id", "minutes_played", "pts")
BOX_COLUMNS = ("game_id", "game_date", "player_id", "minutes", "pts")


class TrainingConfig(dg.Config):
    """Where to cut the training window; dates as 2025-01-31, inclusive. Without them, 70 % and 85 % of the dates.

    `with_lines` has the model learn from bookmakers' lines as well; a window without lines refuses. `serves_from` is
    the first date that the version may predict, where that is to be later than the day after `validation_end`;
    `is_quick` trains with fewer, larger steps, for many versions at once.
    """

    train_end: str | None = None
    validation_end: str | None = None
    with_lines: bool = False
    serves_from: str | None = None
    is_quick: bool = False

    def feature_columns(self) -> tuple[str, ...]:
        return (*FEATURE_COLUMNS, *OPTIONAL_FEATURES) if self.with_lines else FEATURE_COLUMNS

    def split(self) -> Split | None:
        if self.train_end is None and self.validation_end is None:
            return None
        if self.train_end is None or self.validation_end is None:
            raise RequestError("give both train_end and validation_end, or neither")
        serves_from = date_of("serves_from", self.serves_from) if self.serves_from else None
        return Split(date_of("train_end", self.train_end), date_of("validation_end", self.validation_end), serves_from)

    def has_news(self, features: pd.DataFrame) -> bool:
        """Whether the model learns from lines of which none is known to be later than tip-off."""
        if not self.with_lines:
            return False
        verified = features["is_points_line_verified"].dropna()
        return len(verified) > 0 and bool(verified.all())

    def settings(self) -> TrainingSettings:
        return QUICK if self.is_quick else TrainingSettings()


@dg.asset(
    group_name=group_name("model"),
    deps=["ml_feature_store", "player_game_summary"],
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset="xgboost_points_model",
            description=(
                "Every partition of every ancestor in the training window was built, is current and untainted, and few "
                "of its games are lost; or a waiver that the metadata name lets it pass."
            ),
        ),
        dg.AssetCheckSpec(
            LEAK_CHECK,
            asset="xgboost_points_model",
            description=(
                "On a few dates of the window every feature is computed again, with the outcomes of the date and later "
                "changed: nothing may move, and what is published must be what was computed."
            ),
        ),
    ],
    dagster_type=NOTHING,
    owners=OWNERS,
    kinds={"xgboost"},
    tags={"dataset": "models"},
    required_resource_keys={"warehouse", "settings", "claims", "source"},
)
def xgboost_points_model(
    context: dg.AssetExecutionContext, config: TrainingConfig
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """A version of the points model: XGBoost, split by date, judged against five naive baselines on the same rows.

    Trains only when every date of the window was built, is current and untainted in every table it is made of, or
    waived, and when no feature knows an outcome; else it is refused, with the partitions or the features named. Games
    that are lost (quarantined, or of rejected and blocked dates) and rows with a gap in their windows are left out and
    counted; too many of them refuse it too. What was trained under a waiver is a version of its own and names it. The
    same data gives the same version, and nothing is written twice. A version serves predictions only when it was
    accepted, for dates after everything it has seen; one that is too good to be true awaits a decision.
    """
    warehouse: Warehouse = context.resources.warehouse
    settings: Settings = context.resources.settings
    claim: RunClaim = context.resources.claims
    claim.enter(context)
    try:
        first, last = warehouse.training_window("ml_feature_store", range_end(context))
        snapshot, waived = _gated_read(warehouse, context.resources.source, config, first, last)
    except GateClosed as closed:
        yield dg.AssetCheckResult(
            check_name=CHECK, passed=False, description=str(closed), metadata={"blocking": _table(closed)}
        )
        raise dg.Failure(coded(closed), metadata={"blocking": _table(closed)}, allow_retries=False) from closed
    models = stored_models(settings)
    window: dict[str, Any] = {"window": f"{first} … {last}", "tables": len(GATED)}
    waivers, losses = [waiver.facts() for waiver in waived], snapshot.losses.facts()
    yield dg.AssetCheckResult(check_name=CHECK, passed=True, metadata={**window, "waivers": waivers, "losses": losses})
    try:
        probe = _leak_gate(snapshot, config)
    except LeakFound as found:
        leaks = {"leaks": dg.MetadataValue.table([dg.TableRecord(_leak(leak)) for leak in found.leaks[:200]])}
        yield dg.AssetCheckResult(check_name=LEAK_CHECK, passed=False, description=str(found), metadata=leaks)
        raise dg.Failure(coded(found), metadata=leaks, allow_retries=False) from found
    probed: dict[str, Any] = {
        "dates": [f"{date:%Y-%m-%d}" for date in probe.dates], "features": probe.columns, "rows": probe.rows,
        "compared_stored_rows": probe.compared_stored,
    }  # fmt: skip
    yield dg.AssetCheckResult(check_name=LEAK_CHECK, passed=True, metadata=probed)
    features, games = snapshot.frames["ml_feature_store"], snapshot.frames["player_game_summary"]
    lost_games = snapshot.losses.games
    raw_games, ledger_fingerprint, inputs_build = _raw_games(snapshot), snapshot.fingerprint, snapshot.inputs_build
    del snapshot  # frames that only the leak gate needs are let go before the training
    with _refusing():
        build = build_points_model(
            features=features,
            games=games,
            raw_games=raw_games,
            feature_columns=config.feature_columns(),
            models_dir=models,
            ledger_fingerprint=ledger_fingerprint,
            trained_at=clock.now(),
            split=config.split(),
            settings=config.settings(),
            before_saving=claim.check,
            waivers=waivers,
            window=TrainingWindow(first, last, inputs_build),
            optional_columns=SHOT_FEATURES,
            lost_games=lost_games,
            losses=losses,
            provenance={
                "tables": list(GATED), "dates": (last - first).days + 1, "leak_gate": probed,
                "config": {name: value for name, value in config.model_dump().items() if value},
            },
            has_news=config.has_news(features),
        )  # fmt: skip
    version = build.saved.version
    plots = write_card(models, version)
    push(settings.model_store, models)
    claim.progress(f"{build.saved.model_id} {'trained' if build.is_new else 'published'}")
    context.log.info(f"{build.saved.model_id} {'trained' if build.is_new else 'published: same data, same model'}")
    if build.saved.metadata["status"] != Status.ACCEPTED:
        context.log.warning(f"{build.saved.model_id} serves no predictions: {build.saved.metadata['verdict']['why']}")
    card, page = card_paths(models, version)
    files = {
        "card": card,
        "card_html": page,
        "model_file": model_path(models, version),
        "metadata_file": metadata_path(models, version),
    }
    # Who looks at the run may sit at another machine: there the store's address is of use.
    places = {name: f"{settings.model_store or models}/{path.name}" for name, path in files.items()}
    yield dg.MaterializeResult(
        metadata={
            **window,
            **{name: dg.MetadataValue.path(place) for name, place in places.items()},
            "plots": dg.MetadataValue.md(plots),
            **_shown(model_metadata(build.saved.metadata)),
        },
        # Each date was predicted by the version of its time: a newer one outdates none of them.
        data_version=NOT_COMPARED,
    )


def _gated_read(
    warehouse: Warehouse, source: Source, config: TrainingConfig, first: dt.date, last: dt.date
) -> tuple[Snapshot, tuple[Waiver, ...]]:
    """All that a training reads of the window, and the waivers that this takes; GateClosed where it is refused."""
    snapshot = warehouse.read(_columns(), first, last, purpose=PURPOSE, gated=GATED, waivable_as=MODEL)
    frames = snapshot.frames
    passed = require_games(warehouse, frames[SCHEDULE], first, last, PURPOSE, left_out(source))
    used = tuple(dict.fromkeys((*snapshot.waivers, *passed)))
    by_rows = require_training_rows(
        features=frames["ml_feature_store"],
        games=frames["player_game_summary"],
        lost_games=snapshot.losses.games,
        feature_columns=config.feature_columns(),
        # a version of a month of history has what was before the month
        least_rows=0 if config.serves_from else TRAINING_ROWS.get(source.name, 0),
        window=f"{first} … {last}",
        purpose=PURPOSE,
        waivers=training_waivers(warehouse),
        used=[waiver for waiver in used if waiver.table == MODEL],
    )
    return snapshot, tuple(dict.fromkeys((*used, *by_rows)))


@contextmanager
def _refusing() -> Iterator[None]:
    """A window or a cut that cannot be trained on fails the run with the reason alone; a retry would not help."""
    try:
        yield
    except RequestError as error:
        raise dg.Failure(coded(error), allow_retries=False) from error


def _columns() -> dict[str, tuple[str, ...]]:
    """What a training reads: features, labels, the raw box, and all that the features were made of."""
    columns = {**inputs(), "ml_feature_store": (), "player_box_scores": BOX_COLUMNS}
    for table, more in (("player_game_summary", LABEL_COLUMNS), (SCHEDULE, ("season", *COLUMNS))):
        columns[table] = tuple(dict.fromkeys((*more, *columns.get(table, ()))))
    return columns


def _leak_gate(snapshot: Snapshot, config: TrainingConfig) -> Probe:
    return check_leaks(
        partial(recompute, gaps=snapshot.past_gaps),
        snapshot.frames,
        snapshot.frames["ml_feature_store"],
        config.feature_columns(),
        fingerprint=snapshot.fingerprint,
        # a date that is rejected, blocked or stale under a waiver left rows that were made of other inputs
        compare_stored=not any(waiver.table == MODEL for waiver in snapshot.waivers),
    )


def _raw_games(snapshot: Snapshot) -> pd.DataFrame:
    box = snapshot.frames["player_box_scores"].rename(columns={"minutes": "minutes_played"})
    seasons = snapshot.frames["game_schedule"].drop_duplicates("game_id").set_index("game_id")["season"]
    return box.assign(season=box["game_id"].map(seasons))


def _leak(leak: Leak) -> dict[str, str | int]:
    return {
        "column": leak.column, "date": f"{leak.date:%Y-%m-%d}", "gate": leak.gate, "rows": leak.rows,
        "of_rows": leak.of_rows, "example": leak.example,
    }  # fmt: skip


def _table(closed: GateClosed) -> dg.TableMetadataValue:
    shown = closed.blockers[:200]
    return dg.MetadataValue.table([dg.TableRecord(dict(blocker)) for blocker in shown])


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "comparison": dg.MetadataValue.md(facts["comparison"])}
