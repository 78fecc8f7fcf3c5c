"""A training on features that know an outcome, or are not what was computed, fails its check and stores nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from nba_assets.assets.model.feature_chain import inputs, recompute
from nba_assets.assets.model.xgboost_points_model import LEAK_CHECK, xgboost_points_model
from nba_assets.contracts.tables import MODEL
from nba_assets.domain import as_of
from nba_assets.modelling.leak_gate import CHANGED_OUTCOMES, STORED_ROWS
from nba_assets.settings import Settings
from nba_assets.warehouse.port import Snapshot
from nba_assets_tests.assets.test_training_under_waiver import NO_WAIVERS, SCHEDULE_READY, NoClaim, made_up
from nba_assets_tests.builders import random_league
from nba_assets_tests.dagster_values import as_table

LEAGUE = random_league(3, games_per_season=6)
_SUMMARY = LEAGUE.player_game_summary
LEAGUE = replace(LEAGUE, player_game_summary=_SUMMARY.assign(usage_rate=_SUMMARY["usage_rate"].fillna(20.0)))
DAYS = pd.DatetimeIndex(np.sort(LEAGUE.game_schedule["game_date"].unique()))


class LeagueWarehouse:
    """An open window over a small league and the given feature rows."""

    def __init__(self, features: pd.DataFrame) -> None:
        self._features = features

    def state(self) -> SimpleNamespace:
        return SCHEDULE_READY

    def waivers(self) -> pd.DataFrame:
        return NO_WAIVERS

    def training_window(self, table: str, last: dt.date | None) -> tuple[dt.date, dt.date]:
        return DAYS[0].date(), DAYS[-1].date()

    def read(self, columns: Mapping[str, Sequence[str]], *_: dt.date, gated: Sequence[str], **more: object) -> Snapshot:
        frames = {table: getattr(LEAGUE, table) for table in inputs()}
        assert set(columns) == {*frames, "ml_feature_store", "player_box_scores"} <= set(gated)
        return Snapshot({**frames, "ml_feature_store": self._features}, "ledger-1")


def own_minutes(rows: pd.DataFrame) -> pd.DataFrame:
    played = LEAGUE.player_game_summary[["game_id", "player_id", "minutes_played"]]
    own = rows[["game_id", "player_id"]].merge(played, how="left")["minutes_played"]
    return rows.assign(minutes_previous_game=own.to_numpy())


def filled_with_defaults(rows: pd.DataFrame) -> pd.DataFrame:
    """What the old system served: 25 for an unknown usage, 28 for unknown minutes, here on every other row."""
    known = np.arange(len(rows)) % 2 == 0
    return rows.assign(
        usage_rate_last_10=rows["usage_rate_last_10"].where(known, 25.0),
        minutes_last_10=rows["minutes_last_10"].where(known, 28.0),
    )


@pytest.mark.parametrize("mutant", ["window includes the game", "own minutes as a feature", "filled with defaults"])
def test_a_planted_leak_refuses_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    if mutant == "window includes the game":
        monkeypatch.setattr(as_of, "BEFORE", "right")
        features, gate, column = _features(), CHANGED_OUTCOMES, "pts_last_5"
    elif mutant == "filled with defaults":
        features, gate, column = filled_with_defaults(_features()), STORED_ROWS, "usage_rate_last_10"
    else:
        features, gate, column = own_minutes(_features()), STORED_ROWS, "minutes_previous_game"
    result = dg.materialize(
        [xgboost_points_model],
        resources={
            "warehouse": LeagueWarehouse(features),
            "claims": NoClaim(),
            "settings": Settings(home=tmp_path),
            "source": made_up(LEAGUE.game_schedule["season"].unique()),
        },
        instance=dg.DagsterInstance.ephemeral(),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    assert not result.success
    assert result.asset_materializations_for_node(MODEL) == []
    assert not (tmp_path / "models").exists()
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert not checks[LEAK_CHECK].passed
    leaks = as_table(checks[LEAK_CHECK].metadata["leaks"]).records
    found = {(leak.data["gate"], leak.data["column"]) for leak in leaks}
    assert (gate, column) in found
    assert {one for one, _ in found} == {gate}
    assert "training is refused" in checks[LEAK_CHECK].description


def _features() -> pd.DataFrame:
    return recompute({table: getattr(LEAGUE, table) for table in inputs()}, DAYS)
