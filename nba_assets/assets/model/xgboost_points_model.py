"""The asset `xgboost_points_model`: gated training, stored versions."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg

from nba_assets.assets.run_claim import RunClaim
from nba_assets.assets.table_asset import OWNERS
from nba_assets.contracts.features import FEATURE_COLUMNS, OPTIONAL_FEATURES, SHOT_FEATURES
from nba_assets.contracts.tables import ancestors
from nba_assets.errors import coded
from nba_assets.event_log.outcomes import range_end
from nba_assets.modelling.artefacts import metadata_path, model_path
from nba_assets.modelling.model_metadata import model_metadata
from nba_assets.modelling.points_model_build import build_points_model
from nba_assets.modelling.splits import Split
from nba_assets.modelling.standing import TrainingWindow
from nba_assets.readiness.gate import MODEL, GateClosed
from nba_assets.settings import Settings
from nba_assets.storage.mirror import fetch, hand_in
from nba_assets.warehouse.port import Warehouse

CHECK = "training_window_ready"
LABEL_COLUMNS = ("game_id", "game_date", "season", "player_id", "minutes_played", "pts")


class TrainingConfig(dg.Config):
    """Where to cut the training window; dates as 2025-01-31, inclusive. Without them, 70 % and 85 % of the dates.

    `with_lines` has the model learn from bookmakers' lines as well; a window without lines refuses.
    """

    train_end: str | None = None
    validation_end: str | None = None
    with_lines: bool = False

    def feature_columns(self) -> tuple[str, ...]:
        return (*FEATURE_COLUMNS, *OPTIONAL_FEATURES) if self.with_lines else FEATURE_COLUMNS

    def split(self) -> Split | None:
        if self.train_end is None and self.validation_end is None:
            return None
        if self.train_end is None or self.validation_end is None:
            raise ValueError("give both train_end and validation_end, or neither")
        return Split(dt.date.fromisoformat(self.train_end), dt.date.fromisoformat(self.validation_end))


@dg.asset(
    group_name="model",
    deps=["ml_feature_store", "player_game_summary"],
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset="xgboost_points_model",
            description=(
                "Every partition of every ancestor in the training window is ready, current and untainted, or under a "
                "waiver that the metadata name."
            ),
        )
    ],
    dagster_type=dg.Nothing,
    owners=OWNERS,
    kinds={"xgboost"},
    tags={"dataset": "models"},
    required_resource_keys={"warehouse", "settings", "claims"},
)
def xgboost_points_model(
    context: dg.AssetExecutionContext, config: TrainingConfig
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """A version of the points model: XGBoost, split by date, judged against five naive baselines on the same rows.

    Trains only when every date of the window is ready, current and untainted in every table it is made of, or
    waived; else it is refused, with the partitions named. What was trained under a waiver is a version of its own
    and names it. The same data gives the same version, and nothing is
    written twice. A version serves predictions only for dates after everything it has seen.
    """
    warehouse: Warehouse = context.resources.warehouse
    settings: Settings = context.resources.settings
    claim: RunClaim = context.resources.claims
    claim.enter(context)
    gated = ancestors("ml_feature_store", "player_game_summary")
    try:
        first, last = warehouse.training_window("ml_feature_store", range_end(context))
        columns = {"ml_feature_store": (), "player_game_summary": LABEL_COLUMNS}
        snapshot = warehouse.read(
            columns, first, last, purpose="training the points model", gated=gated, waivable_as=MODEL
        )
    except GateClosed as closed:
        yield dg.AssetCheckResult(
            check_name=CHECK, passed=False, description=str(closed), metadata={"in_the_way": _table(closed)}
        )
        raise dg.Failure(coded(closed), metadata={"in_the_way": _table(closed)}, allow_retries=False) from closed
    fetch(settings.model_store, settings.models)
    window: dict[str, Any] = {"window": f"{first} … {last}", "tables": len(gated)}
    waivers = [waiver.facts() for waiver in snapshot.waivers]
    yield dg.AssetCheckResult(check_name=CHECK, passed=True, metadata={**window, "waivers": waivers})
    build = build_points_model(
        features=snapshot.frames["ml_feature_store"],
        games=snapshot.frames["player_game_summary"],
        feature_columns=config.feature_columns(),
        models_dir=settings.models,
        ledger_fingerprint=snapshot.fingerprint,
        trained_at=dt.datetime.now(dt.UTC),
        split=config.split(),
        before_saving=claim.check,
        waivers=waivers,
        window=TrainingWindow(first, last, snapshot.inputs_build),
        optional_columns=SHOT_FEATURES,
    )
    hand_in(settings.model_store, settings.models)
    version = build.saved.version
    claim.progress(f"{build.saved.model_id} {'trained' if build.is_new else 'stands'}")
    context.log.info(f"{build.saved.model_id} {'trained' if build.is_new else 'stands: same data, same model'}")
    paths = {
        "model_file": dg.MetadataValue.path(model_path(settings.models, version)),
        "metadata_file": dg.MetadataValue.path(metadata_path(settings.models, version)),
    }
    yield dg.MaterializeResult(
        metadata={**window, **paths, **_shown(model_metadata(build.saved.metadata))},
        data_version=dg.DataVersion(build.saved.metadata["model_sha256"][:16]),
    )


def _table(closed: GateClosed) -> dg.TableMetadataValue:
    shown = closed.blockers[:200]
    return dg.MetadataValue.table([dg.TableRecord(dict(blocker)) for blocker in shown])


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "comparison": dg.MetadataValue.md(facts["comparison"])}
