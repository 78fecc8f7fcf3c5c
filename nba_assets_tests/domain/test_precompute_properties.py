"""Properties of the precompute tables: chunks agree bit for bit, and no row knows its own date or later ones."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nba_assets.domain import as_of
from nba_assets_tests.builders import ALLOWED_SHOTS, SHOTS, League, random_league
from nba_assets_tests.domain.precompute_chain import build

SEEDS = st.integers(0, 2**20)
LEAGUES = settings(max_examples=3, deadline=None, phases=[Phase.generate])  # a smaller seed is no simpler league
STATISTICS = ["pts", "fga", "fta", "fg3a", "reb", "ast", "tov", "usage_rate", "minutes_played"]
TEAM_STATISTICS = ["pts", "pace", "offensive_rating", "defensive_rating", "opponent_pts", "opponent_effective_fg_pct"]


def with_random_gaps(seed: int) -> League:
    league = random_league(seed)
    rng = np.random.default_rng(seed)
    days = league.game_schedule["game_date"].unique()
    league = league.without(list(rng.choice(days, size=rng.integers(0, 4), replace=False)))
    return league.without_shots(list(rng.choice(days, size=rng.integers(0, 3), replace=False)))


@pytest.mark.long
@LEAGUES
@given(seed=SEEDS)
def test_any_chunking_gives_the_same_rows_bit_for_bit(seed: int) -> None:
    league = with_random_gaps(seed)
    rng = np.random.default_rng(seed)
    whole = build(league).tables()
    cuts = np.sort(rng.choice(np.arange(1, len(league.dates)), size=rng.integers(1, 5), replace=False))
    chunks = [build(league, pd.DatetimeIndex(dates)).tables() for dates in np.split(league.dates, cuts)]
    one_day = pd.DatetimeIndex([rng.choice(whole["ml_feature_store"]["game_date"].unique())])
    alone = build(league, one_day).tables()
    for name, table in whole.items():
        together = pd.concat([chunk[name] for chunk in chunks if len(chunk[name])], ignore_index=True)
        pd.testing.assert_frame_equal(together, table, check_exact=True)
        of_day = table[table["game_date"].isin(one_day)].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone[name], of_day, check_exact=True)


def perturbed(league: League, day: pd.Timestamp, seed: int) -> League:
    """Every outcome on or after the day changed: who played, for whom, how long and how well; teams as well."""
    rng = np.random.default_rng(seed)
    players = league.player_game_summary.copy()
    late = (players["game_date"] >= day).to_numpy()
    for name in (*STATISTICS, *SHOTS):
        players.loc[late, name] = players.loc[late, name].fillna(7.0) + rng.integers(1, 50, late.sum())
    players.loc[late, "is_starter"] = ~players.loc[late, "is_starter"].fillna(False)
    players.loc[late, "team_id"] = rng.permutation(players.loc[late, "team_id"].to_numpy())
    players.loc[late, ["player_name", "absence"]] = ["Somebody else", "{}"]
    players = players[~late | (rng.random(len(players)) < 0.7)].reset_index(drop=True)
    tables = []
    for table in (league.team_offense, league.team_defense):
        changed = table.copy()
        after = (changed["game_date"] >= day).to_numpy()
        for name in [name for name in (*TEAM_STATISTICS, *ALLOWED_SHOTS) if name in changed]:
            changed.loc[after, name] = changed.loc[after, name].fillna(7.0) + rng.integers(1, 50, after.sum())
        changed.loc[after, "absence"] = "{}"
        tables.append(changed[~after | (rng.random(len(changed)) < 0.7)].reset_index(drop=True))
    return replace(league, player_game_summary=players, team_offense=tables[0], team_defense=tables[1])


def columns_that_know(league: League, day: pd.Timestamp, seed: int) -> set[str]:
    """Columns of rows up to the day that change when the outcomes on and after it do; "rows" if the rows do."""
    dates = league.dates[league.dates <= day]
    before, after = build(league, pd.DatetimeIndex(dates)).tables(), build(perturbed(league, day, seed), dates).tables()
    found = set()
    for name, table in before.items():
        other = after[name]
        key = ["game_id", "player_id" if "player_id" in table else "team_id"]
        if not table[key].equals(other[key]):
            found.add(f"{name}.rows")
            keys, others = pd.MultiIndex.from_frame(table[key]), pd.MultiIndex.from_frame(other[key])
            shared, other = table[keys.isin(others)], other[others.isin(keys)]
        else:
            shared = table
        found |= {
            f"{name}.{column}"
            for column in table
            if not shared[column].reset_index(drop=True).equals(other[column].reset_index(drop=True))
        }
    return found


def game_day(league: League, share: float) -> pd.Timestamp:
    """The game day at a share of all: 0.1 when windows are thin, 0.75 when they are well filled."""
    days = np.sort(league.game_schedule["game_date"].unique())
    return pd.Timestamp(days[int(len(days) * share)])


@LEAGUES
@given(seed=SEEDS)
def test_outcomes_of_a_date_and_later_change_no_row_up_to_it(seed: int) -> None:
    league = with_random_gaps(seed)
    assert columns_that_know(league, game_day(league, 0.75), seed) == set()


KNOWN_FROM_THE_SCHEDULE = {
    "game_id", "game_date", "season", "season_type", "player_id", "is_postseason", "days_since_season_start",
}  # fmt: skip
NULL_THROUGHOUT = {
    "star_teammates_out", "injury_status", "is_points_line_verified",
    *(f"points_line_{what}" for what in ("books", "consensus", "best_over", "best_over_price", "best_under",
                                         "best_under_price", "over_probability")),
}  # fmt: skip
OF_A_DUE_TEAM = {"game_id", "game_date", "season", "team_id", "team", "opponent_team_id"}


def test_reading_the_date_itself_is_caught_in_every_column_that_rests_on_outcomes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(as_of, "BEFORE", "right")
    caught = set()
    for seed in range(4):
        league = random_league(seed)
        for share in (0.1, 0.75):
            caught |= columns_that_know(league, game_day(league, share), seed)
    for name, table in build(league, league.dates[:1]).tables().items():
        unmoved = OF_A_DUE_TEAM if name == "team_defense_zones" else KNOWN_FROM_THE_SCHEDULE | NULL_THROUGHOUT
        assert {column for column in table if f"{name}.{column}" not in caught} <= unmoved | {"absence"}, name


@pytest.mark.parametrize("missing", ["game_schedule", "player_game_summary", "team_offense", "team_defense"])
def test_a_table_without_rows_gives_tables_with_their_columns(missing: str) -> None:
    league = random_league(1)
    emptied = replace(league, **{missing: getattr(league, missing).iloc[:0]})
    whole = build(league).tables()
    for name, table in build(emptied, league.dates).tables().items():
        assert list(table) == list(whole[name])
