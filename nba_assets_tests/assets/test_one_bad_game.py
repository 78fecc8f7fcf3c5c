"""One bad game costs one game: a date is published without it, and only rows whose windows hold it are touched."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.raw_shots import ZONES
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.quarantine import from_text
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, changed

pytestmark = pytest.mark.long

DATED = [name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy")]
DAYS = 56
OF_LEAGUE = [
    "league_zone_games_last_15",
    *(f"league_{zone}_fg_pct_last_15" for zone in ZONES),
    *(f"{side}{zone}_defense_vs_league" for zone in ZONES for side in ("", "opponent_")),
    "strongest_zone",
    "weakest_zone",
    "shot_zone_mismatch_score",
    "total_composite_adjustment",
]
"""Columns that compare with averages of the whole league: the game is one of hundreds in them."""


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(seasons=1)


@pytest.fixture(scope="module")
def clean(league: SimulatedLeague, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    platform = Platform(tmp_path_factory.mktemp("clean"), weeks(league))
    platform.run(tables=DATED)
    return platform


@pytest.fixture(scope="module")
def bad_game(clean: Platform) -> tuple[dt.date, str, frozenset[int]]:
    """A game of a full slate in the third week, and its two teams."""
    schedule = clean.rows("game_schedule")
    sizes = schedule.groupby("game_date").size()
    busy = sizes[(sizes >= 4) & (sizes.index >= schedule["game_date"].min() + pd.Timedelta(days=18))]
    game = schedule[schedule["game_date"] == busy.index[0]].iloc[0]
    return busy.index[0].date(), game["game_id"], frozenset({int(game["home_team_id"]), int(game["away_team_id"])})


def weeks(league: SimulatedLeague) -> SlicedSource:
    return SlicedSource(league, league.first_date, league.first_date + dt.timedelta(days=DAYS - 1))


def quarantined(platform: Platform, table: str, day: dt.date) -> dict[str, str]:
    ledger = platform.warehouse.ledger()
    row = ledger[(ledger["table_name"] == table) & (ledger["game_date"] == pd.Timestamp(day))].iloc[0]
    return {game.game_id: game.reasons for game in from_text(row["quarantined"])}


def test_a_wrong_count_costs_its_game_and_nobody_elses_rows(
    league: SimulatedLeague, clean: Platform, bad_game: tuple[dt.date, str, frozenset[int]], tmp_path: Path
) -> None:
    day, game_id, teams = bad_game
    source = weeks(league)
    source.deliver(player_box_scores=changed(game_id, "ast", 3))
    platform = Platform(tmp_path, source)
    platform.run(tables=DATED)

    for table in DATED:
        assert set(platform.statuses(table).values()) == {"ready"}, table
    assert list(quarantined(platform, "player_box_scores", day)) == [game_id]
    assert "ast of the team is not that of its players" in quarantined(platform, "player_box_scores", day)[game_id]
    assert quarantined(platform, "team_box_scores", day) == {}, "its own line contradicts nothing by itself"
    assert quarantined(platform, "player_game_summary", day)[game_id].startswith("in player_box_scores: ")
    assert platform.rows("player_game_summary", f"game_id = '{game_id}'").empty

    for table in DATED:
        key = [*TABLES[table].key, "game_date"]
        before, after = (
            one.rows(table).set_index(key).drop(columns=OF_LEAGUE, errors="ignore") for one in (clean, platform)
        )
        assert set(after.index) <= set(before.index), table
        gone = before.loc[~before.index.isin(after.index)].reset_index()
        assert "team_id" not in gone or set(gone["team_id"]) <= teams, table
        same = before.loc[after.index]
        rows = after[~((same == after) | (same.isna() & after.isna())).all(axis=1)].reset_index()
        assert (rows["game_date"] > pd.Timestamp(day)).all(), table
        for row in rows.to_dict("records"):
            assert teams & {row["team_id"], row.get("opponent_team_id")}, (table, row)
            assert "upstream_missing" in json.loads(row["absence"]).values(), (table, row)
    assert len(rows) > 50, "the last table feels it"

    source.deliver()
    platform.run(tables=DATED, resume=True)
    pd.testing.assert_series_equal(platform.hashes(), clean.hashes())
