"""A training that needed a waiver shows it on its check, in the files of the model and on the materialization."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from nba_assets.assets.model import xgboost_points_model as module
from nba_assets.assets.predictions.player_points_predictions import player_points_predictions
from nba_assets.contracts.tables import MODEL
from nba_assets.modelling.leak_gate import Probe
from nba_assets.readiness.failures import Waiver
from nba_assets.settings import Settings
from nba_assets.warehouse.port import Snapshot
from nba_assets.warehouse.system_tables import WAIVER_COLUMNS
from nba_assets_tests.modelling.league import FEATURES, feature_rows, player_games

GAMES = player_games().assign(usage_rate=20.0)
DAY = dt.date(2023, 11, 1)
WAIVER = Waiver(
    "w1", MODEL, "training_window_ready", DAY, DAY, dt.datetime(2024, 7, 1, tzinfo=dt.UTC), "ann", "season start"
)


class WaivedWarehouse:
    """Every window is open under the given waivers."""

    def __init__(self, waivers: Sequence[Waiver]) -> None:
        self._waivers = tuple(waivers)

    def training_window(self, table: str, last: dt.date | None) -> tuple[dt.date, dt.date]:
        return GAMES["game_date"].min().date(), GAMES["game_date"].max().date()

    def read(self, columns: Mapping[str, Sequence[str]], *_: dt.date, waivable_as: str, **more: object) -> Snapshot:
        assert waivable_as == MODEL
        frames = {
            "ml_feature_store": feature_rows(GAMES),
            "player_game_summary": GAMES,
            "player_box_scores": GAMES.rename(columns={"minutes_played": "minutes"}).drop(columns="season"),
            "game_schedule": GAMES[["game_id", "game_date", "season"]].drop_duplicates(),
        }
        return Snapshot(frames, "ledger-1", self._waivers)

    def state(self) -> SimpleNamespace:
        return SCHEDULE_READY

    def waivers(self) -> pd.DataFrame:
        return NO_WAIVERS


SCHEDULE_READY = SimpleNamespace(
    days=pd.DatetimeIndex([]), is_ready=lambda table: np.array([], dtype=bool), quarantined=lambda table: {}
)
"""A ledger without a date whose schedule is not ready, and without a game in quarantine."""

NO_WAIVERS = pd.DataFrame(columns=[*WAIVER_COLUMNS, "state"])


def made_up(seasons: Iterable[str]) -> SimpleNamespace:
    """A source whose games have no numbers of the league: it declares every season as one that it does not cover."""
    return SimpleNamespace(name="made up", left_out=frozenset((season, "regular_season") for season in seasons))


class LastDate:
    """The window of the predictions of the last date."""

    days = (GAMES["game_date"].max().date(),)
    gaps: Mapping[str, pd.DataFrame] = {}

    def __getitem__(self, _: str) -> pd.DataFrame:
        rows = feature_rows(GAMES)
        return rows[rows["game_date"] == rows["game_date"].max()].assign(pts_ewma_half_life_6=10.0, absence="{}")


class NoClaim:
    def enter(self, _: object) -> None: ...
    def check(self) -> None: ...
    def progress(self, _: str) -> None: ...


@pytest.mark.parametrize("waivers", [[WAIVER], []], ids=["waived", "clean"])
def test_waivers_are_shown_wherever_the_model_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waivers: list[Any]
) -> None:
    monkeypatch.setattr(module, "FEATURE_COLUMNS", FEATURES)
    monkeypatch.setattr(module, "SHOT_FEATURES", ())
    probe = Probe((GAMES["game_date"].max(),), len(FEATURES), 40, compared_stored=not waivers)
    monkeypatch.setattr(module, "check_leaks", lambda *_, compare_stored, **more: probe)
    resources = {
        "warehouse": WaivedWarehouse(waivers), "claims": NoClaim(), "settings": Settings(home=tmp_path, who="ann"),
        "source": made_up(GAMES["season"].unique()),
    }  # fmt: skip
    result = dg.materialize(
        [module.xgboost_points_model],
        resources=resources,
        instance=dg.DagsterInstance.ephemeral(),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    shown = [
        {
            "waiver_id": "w1", "table": MODEL, "rule": "training_window_ready",
            "first": "2023-11-01", "last": "2023-11-01", "until": "2024-07-01 00:00:00+00:00",
            "who": "ann", "why": "season start",
        }
        for _ in waivers
    ]  # fmt: skip
    check, leaks = sorted(result.get_asset_check_evaluations(), key=lambda one: one.check_name, reverse=True)
    assert check.passed
    assert leaks.passed
    assert check.metadata["waivers"].value == shown
    (materialization,) = result.asset_materializations_for_node(MODEL)
    assert materialization.metadata["waivers"].value == shown
    metadata = json.loads((tmp_path / "models" / "xgboost_points_v1_metadata.json").read_text())
    assert metadata["waivers"] == shown
    card = (tmp_path / "models" / "xgboost_points_v1_card.md").read_text()
    assert ("## Trained under waivers" in card) == bool(waivers)
    assert ("season start" in card) == bool(waivers)
    assert materialization.metadata["card_html"].value == str(tmp_path / "models" / "xgboost_points_v1_card.html")
    delivery = player_points_predictions.compute(LastDate(), resources["settings"])
    assert delivery.rows["model_version"].notna().all()
    assert delivery.waivers == ({LastDate.days[0]: {"w1"}} if waivers else {})


@pytest.mark.parametrize(
    ("with_lines", "verified", "are_news"),
    [
        pytest.param(True, [True, None, True], True, id="verified"),
        pytest.param(True, [True, False], False, id="one-may-be-late"),
        pytest.param(True, [None, None], False, id="no-line"),
        pytest.param(False, [True], False, id="not-learned-from"),
    ],
)
def test_lines_are_news_only_when_all_are_verified_and_learned_from(
    with_lines: bool, verified: list[Any], are_news: bool
) -> None:
    features = pd.DataFrame({"is_points_line_verified": pd.array(verified, dtype="boolean")})
    assert module.TrainingConfig(with_lines=with_lines).has_news(features) is are_news
