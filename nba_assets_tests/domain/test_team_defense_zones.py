"""The table `team_defense_zones`: a hand-worked league, who is compared with whom, and nulls with their reasons."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.domain.team_defense_zones import team_defense_zones
from nba_assets_tests.builders import ALLOWED_SHOTS, gap, schedule, team_table, without
from nba_assets_tests.cells import cell_at, row_at

BOS, NYK, PHI, DEN = 1, 2, 3, 4
DUE = "2022-11-30"
DAYS = [f"2022-11-{day:02d}" for day in range(1, 18)]


def games(days: list[str] = DAYS[:2], **shots: list[float]) -> pd.DataFrame:
    """Games of three teams on the days: 40-24 paint, 15-6 mid-range, 35-14 three allowed (0.6, 0.4, 0.4) or given."""
    return team_table([(team, day) for team in (BOS, NYK, PHI) for day in days], **shots)


def rows_of(table: pd.DataFrame, gaps: dict[str, pd.DataFrame] | None = None, teams: int = 3) -> pd.DataFrame:
    due = schedule([(DUE, BOS, NYK), (DUE, DEN, PHI)])
    postponed = schedule([(DUE, PHI, BOS)], is_postponed=True)
    rows = team_defense_zones(
        dates=pd.DatetimeIndex([DUE]), game_schedule=pd.concat([due, postponed]), team_defense=table, gaps=gaps or {},
        league_teams=teams,
    )  # fmt: skip
    return rows.set_index("team_id")


def of_bos(bos: list[float], others: float, days: int = 2) -> list[float]:
    return [*bos, *[others] * (2 * days)]


def nulls(row: pd.Series) -> dict[str, str]:
    return json.loads(row["absence"])


def test_every_team_due_has_a_row_and_knows_its_opponent() -> None:
    rows = rows_of(games())
    assert rows["opponent_team_id"].to_dict() == {BOS: NYK, NYK: BOS, DEN: PHI, PHI: DEN}
    assert rows.loc[BOS, "team"] == "BOS"


def test_what_a_team_allowed_against_the_league_by_hand() -> None:
    # BOS allowed 50 of 100 in the paint; the league 50 + 2 * 48 of 100 + 2 * 80
    rows = rows_of(
        games(
            opponent_paint_attempts=of_bos([60.0, 40.0], 40.0), opponent_paint_makes=of_bos([25.0, 25.0], 24.0),
            opponent_three_makes=of_bos([21.0, 14.0], 14.0),
        )
    )  # fmt: skip
    bos = rows.loc[BOS]
    assert (bos["zone_games_last_15"], bos["league_zone_games_last_15"]) == (2, 6)
    assert (bos["paint_attempts_allowed_last_15"], bos["paint_fg_pct_allowed_last_15"]) == (100, 0.5)
    assert bos["league_paint_fg_pct_last_15"] == pytest.approx(146 / 260, abs=1e-6)
    assert bos["paint_defense_vs_league"] == pytest.approx(100 * (50 / 100 - 146 / 260), abs=1e-6)
    assert bos["mid_range_defense_vs_league"] == 0.0
    assert bos["three_defense_vs_league"] == pytest.approx(100 * (35 / 70 - 91 / 210), abs=1e-6)
    assert (bos["strongest_zone"], bos["weakest_zone"]) == ("paint", "three")
    assert (rows.loc[NYK, "strongest_zone"], rows.loc[NYK, "weakest_zone"]) == ("three", "paint")
    assert bos["absence"] == "{}"


def test_the_window_is_the_last_fifteen_games_of_each_team() -> None:
    days = len(DAYS)
    first = [40.0 if day < days - 15 else 24.0 for day in range(days)]
    bos = row_at(rows_of(games(DAYS, opponent_paint_makes=of_bos(first, 24.0, days))), BOS)
    assert (bos["zone_games_last_15"], bos["league_zone_games_last_15"]) == (15, 45)
    assert bos["paint_fg_pct_allowed_last_15"] == bos["league_paint_fg_pct_last_15"] == 0.6


def test_the_date_itself_is_no_part_of_the_league() -> None:
    table = games([DAYS[0], DUE], opponent_paint_makes=[24.0, 40.0] * 3)
    assert (rows_of(table)["league_paint_fg_pct_last_15"] == 0.6).all()


def test_games_without_zones_are_left_out_and_counted() -> None:
    table = games(opponent_paint_makes=of_bos([24.0, 40.0], 24.0))
    hit = (table["team_id"] == BOS) & (table["game_date"] == DAYS[1])
    bos = row_at(rows_of(without(table, hit.to_numpy(), list(ALLOWED_SHOTS), "source_unavailable")), BOS)
    assert (bos["zone_games_last_15"], bos["league_zone_games_last_15"]) == (1, 5)
    assert bos["paint_fg_pct_allowed_last_15"] == 0.6


OWN, LEAGUE, DIFFERENCE = "paint_fg_pct_allowed_last_15", "league_paint_fg_pct_last_15", "paint_defense_vs_league"


def test_a_team_without_games_has_short_history_and_no_default() -> None:
    stated = nulls(row_at(rows_of(games()), DEN))
    assert {stated[name] for name in (OWN, DIFFERENCE, "strongest_zone")} == {"short_history"}
    assert LEAGUE not in stated


def test_too_few_teams_are_no_league() -> None:
    rows = rows_of(games(), teams=4)
    assert {nulls(row)[LEAGUE] for _, row in rows.iterrows()} == {"short_history"}
    assert rows.loc[BOS, OWN] == 0.6
    assert pd.isna(cell_at(rows, BOS, "weakest_zone"))


def test_teams_whose_games_have_no_zones_are_no_league_for_want_of_a_source() -> None:
    table = games()
    stated = nulls(
        row_at(rows_of(without(table, np.ones(6, dtype=bool), list(ALLOWED_SHOTS), "source_unavailable")), BOS)
    )
    assert {stated[name] for name in (OWN, LEAGUE, DIFFERENCE)} == {"source_unavailable"}


def test_no_attempt_in_a_zone_has_no_percentage() -> None:
    table = games(opponent_paint_attempts=of_bos([0.0, 0.0], 40.0), opponent_paint_makes=of_bos([0.0, 0.0], 24.0))
    bos = row_at(rows_of(table), BOS)
    assert nulls(bos) == dict.fromkeys([OWN, DIFFERENCE, "strongest_zone", "weakest_zone"], "not_applicable")
    assert bos[LEAGUE] == 0.6


@pytest.mark.parametrize("how", ["shots refused", "table refused"])
def test_a_lost_game_makes_the_teams_window_null_and_the_leagues_when_over_a_twentieth_is_lost(how: str) -> None:
    table = games(DAYS)
    hit = ((table["team_id"] == BOS) & (table["game_date"] == DAYS[5])).to_numpy()

    def rows(hit: np.ndarray, *team_games: tuple[Any, ...]) -> pd.DataFrame:
        if how == "shots refused":
            return rows_of(without(table, hit, list(ALLOWED_SHOTS), "upstream_missing"))
        return rows_of(table[~hit], {"team_defense": gap(*team_games)})

    found = rows(hit, (BOS, DAYS[5]))
    assert nulls(row_at(found, BOS))[OWN] == "upstream_missing"
    assert pd.isna(cell_at(found, BOS, DIFFERENCE))
    assert found.loc[NYK, [OWN, LEAGUE, DIFFERENCE]].tolist() == [0.6, 0.6, 0.0], "one game of 45 is lost"
    all_three = rows(table["game_date"].eq(DAYS[5]).to_numpy(), *((team, DAYS[5]) for team in (BOS, NYK, PHI)))
    assert nulls(row_at(all_three, DEN))[LEAGUE] == "upstream_missing", "three games of 45 are lost"
