"""Why a value of a real small platform is what it is, compared with the tables themselves."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.contract import Absence
from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.operations.explanations.explain_value import explain_value
from nba_assets.operations.explanations.missing_games import missing_games
from nba_assets.readiness.quarantine import Quarantined, to_text
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.cells import records
from nba_assets_tests.operations.three_weeks import Weeks
from nba_assets_tests.readiness.wide_ledger import built_ledger


def null_row(weeks: Weeks, table: str, column: str, reason: Absence) -> pd.Series:
    """A row on the date after the gap whose column is null for the reason."""
    rows = weeks.rows(f"SELECT * FROM {TABLES[table].dataset}.{table} WHERE game_date = '{weeks.after}'")
    return rows[rows["absence"].str.contains(f'"{column}": "{reason}"')].iloc[0]


@pytest.mark.parametrize(
    ("table", "column", "path"),
    [
        ("player_daily_cache", "pts_last_5", 1),
        ("ml_feature_store", "avg_usage_rate_last_7_games", 3),
        ("upcoming_player_context", "opponent_pace_last_10", 1),
    ],
)
def test_a_null_for_a_gap_names_the_very_game(weeks: Weeks, table: str, column: str, path: int) -> None:
    row = null_row(weeks, table, column, Absence.UPSTREAM_MISSING)
    found = explain_value(weeks.warehouse, table, weeks.after, {"player_id": str(row["player_id"])}, column)
    null = found.rows[0].nulls[0]
    assert (null.column, null.reason, len(null.path)) == (column, "upstream_missing", path)
    assert {game.game_key for game in null.missing} == {weeks.game["game_key"]}
    assert f"team_box_scores {weeks.gap} is rejected" in null.missing[0].why


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("player_daily_cache", "pts_last_5"),
        ("player_daily_cache", "team_pace_last_10"),
        ("upcoming_player_context", "opponent_pace_last_10"),
    ],
)
def test_a_game_is_missing_exactly_where_the_value_is_null_for_it(weeks: Weeks, table: str, column: str) -> None:
    rows = weeks.rows(f"SELECT * FROM {TABLES[table].dataset}.{table} WHERE game_date = '{weeks.after}'")
    has_gap = rows["absence"].str.contains(f'"{column}": "{Absence.UPSTREAM_MISSING}"')
    concerned, others = rows[has_gap].sample(6, random_state=1), rows[~has_gap].sample(8, random_state=1)
    state, declared = weeks.warehouse.state(), TABLES[table].column(column)
    for row in records(concerned):
        found = missing_games(weeks.warehouse, state, TABLES[table], declared, row, weeks.after)
        assert {game.game_key for game in found} == {weeks.game["game_key"]}, row["player_id"]
    for row in records(others):
        found = missing_games(weeks.warehouse, state, TABLES[table], declared, row, weeks.after)
        assert found == [], row["player_id"]


def test_a_null_for_a_quarantined_game_names_it_and_why(weeks: Weeks) -> None:
    rows = weeks.rows(
        f"SELECT * FROM nba_precompute.player_daily_cache WHERE game_date > '{weeks.after}' AND team_id IN "
        f"({weeks.wrong['home_team_id']}, {weeks.wrong['away_team_id']}) ORDER BY game_date"
    )
    row = rows[rows["absence"].str.contains('"pts_last_5": "upstream_missing"')].iloc[0]
    day, key = row["game_date"].date(), {"player_id": str(row["player_id"])}
    (null,) = explain_value(weeks.warehouse, "player_daily_cache", day, key, "pts_last_5").rows[0].nulls
    (game,) = [game for game in null.missing if game.date == weeks.after]
    assert (game.game_id, game.game_key) == (weeks.wrong["game_id"], weeks.wrong["game_key"])
    assert game.team in (weeks.wrong["home_team"], weeks.wrong["away_team"])
    assert game.why.startswith("quarantined in player_box_scores: ast of the team is not that of its players")


def test_a_short_history_tells_how_many_games_there_are(weeks: Weeks) -> None:
    row = null_row(weeks, "player_daily_cache", "pts_std_last_10", Absence.SHORT_HISTORY)
    key = {"player_id": str(row["player_id"])}
    null = explain_value(weeks.warehouse, "player_daily_cache", weeks.after, key, "pts_std_last_10").rows[0].nulls[0]
    played = weeks.rows(
        "SELECT 1 FROM nba_analytics.player_game_summary WHERE minutes_played > 0 AND "
        f"player_id = {row['player_id']} AND game_date < '{weeks.after}'"
    )
    assert (null.known_games, null.needed_games) == (len(played), 10)


def test_a_value_comes_with_its_lineage(weeks: Weeks) -> None:
    rows = weeks.rows(f"SELECT * FROM nba_analytics.team_offense WHERE game_date = '{weeks.after}'")
    key = {"team_id": str(rows["team_id"].iloc[0])}
    found = explain_value(weeks.warehouse, "team_offense", weeks.after, key, "pace")
    assert found.rows[0].values == {"pace": rows["pace"].iloc[0]}
    assert [source.column for source in found.lineage] == [
        f"team_box_scores.{name}" for name in ("fga", "fta", "tov", "oreb", "minutes")
    ]


def test_without_a_key_the_nulls_of_the_date_are_counted(weeks: Weeks) -> None:
    column = "pts_last_5"
    found = explain_value(weeks.warehouse, "player_daily_cache", weeks.after, {}, column)
    rows = weeks.rows(f"SELECT {column} FROM nba_precompute.player_daily_cache WHERE game_date = '{weeks.after}'")
    assert found.counts == {"upstream_missing": int(rows[column].isna().sum())}


def test_a_row_that_is_not_there_says_what_that_means(weeks: Weeks) -> None:
    found = explain_value(weeks.warehouse, "player_daily_cache", weeks.after, {"player_id": "1"})
    assert found.rows == ()
    assert "player_id=1" in found.no_row
    assert "was not expected" in found.no_row


@pytest.mark.parametrize(
    ("key", "column", "said"),
    [
        ({"player": "1"}, "", "no column 'player'; its key is game_id, player_id"),
        ({"player_id": "James"}, "", "player_id='James': give a whole number"),
        ({}, "points", "no column 'points'"),
    ],
)
def test_what_does_not_fit_the_contract_is_refused(weeks: Weeks, key: dict[str, Any], column: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        explain_value(weeks.warehouse, "player_daily_cache", weeks.after, key, column)


def test_a_null_for_an_optional_input_of_the_date_names_the_rows_own_game(weeks: Weeks) -> None:
    days = pd.date_range("2025-01-13", "2025-01-16", unit="ns")
    day, game = days[2].date(), Quarantined("0022400561", (1610612748, 1610612737), "one_provider: 2 rows: mixed")
    ledger = built_ledger(TABLES, days, chunk=4)
    shots = (ledger["table_name"] == "shot_attempts") & (ledger["game_date"] == days[2])
    state = LedgerState(ledger.assign(quarantined=np.where(shots, to_text([game]), "")), TABLES, days)
    contract = TABLES["team_offense"]
    column = next(it for it in contract.columns if any(source.startswith("shot_attempts.") for source in it.sources))
    row = {"game_id": game.game_id, "team_id": 1610612737}
    (missing,) = missing_games(weeks.warehouse, state, contract, column, row, day)
    assert str(missing) == "20250115_MIA_ATL (ATL): quarantined in shot_attempts: mixed"
    assert missing_games(weeks.warehouse, state, contract, column, {**row, "game_id": "0022400562"}, day) == []
