"""What the context says of lines and injuries: values and the reason of every null, case by case."""

import json
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.pregame_columns import LINE_COLUMNS
from nba_assets.contracts.raw_pregame import INJURY_REPORTS, POINT_LINES
from nba_assets.domain.upcoming_player_context import upcoming_player_context
from nba_assets_tests.builders import gap, no_rows, schedule, summary, team_table
from nba_assets_tests.domain.reports import lines, reports

TODAY = "2024-01-31"
BOSTON, NEW_YORK = 1, 2
LINED = [column.name for column in LINE_COLUMNS]
PLAYERS = {BOSTON: (7, 8), NEW_YORK: (9,)}
DAYS = [f"2024-01-{day:02d}" for day in range(10, 30)]


def context(
    quotes: pd.DataFrame | None = None, listed: pd.DataFrame | None = None, **gaps: pd.DataFrame
) -> pd.DataFrame:
    """Rows of players 7 and 8 of Boston and 9 of New York, by player."""
    played = [(player, team, day) for team, players in PLAYERS.items() for player in players for day in DAYS]
    table = upcoming_player_context(
        dates=pd.DatetimeIndex([TODAY]),
        game_schedule=schedule([(TODAY, BOSTON, NEW_YORK)]),
        player_game_summary=summary(played, pts=[20.0] * len(played)),
        team_offense=team_table([]),
        team_defense=team_table([]),
        point_lines=no_rows(POINT_LINES) if quotes is None else quotes,
        injury_reports=no_rows(INJURY_REPORTS) if listed is None else listed,
        gaps=gaps,
    )
    return table.set_index("player_id")


def reasons(table: pd.DataFrame, name: str) -> dict[Any, str]:
    return {player: why for player, text in table["absence"].items() if (why := json.loads(text).get(name))}


def test_lines_of_a_player_and_none_of_his_game_mates() -> None:
    table = context(lines(TODAY, BOSTON, [(7, "a", 20.5, -110, -110)]))
    assert table["points_line_consensus"][7] == 20.5
    assert table["is_points_line_verified"][7]
    assert table["points_line_books"].to_dict() == {7: 1, 8: 0, 9: 0}
    assert reasons(table, "points_line_books") == {}
    for name in set(LINED) - {"points_line_books"}:
        assert reasons(table, name) == {8: "not_applicable", 9: "not_applicable"}, name


def test_a_line_without_prices_has_no_source_of_a_best_one() -> None:
    table = context(lines(TODAY, BOSTON, [(7, "a", 20.5, None, None)]))
    assert table["points_line_consensus"][7] == 20.5
    assert reasons(table, "points_line_best_over")[7] == "source_unavailable"
    assert reasons(table, "points_line_over_probability")[7] == "source_unavailable"


def test_unverified_lines_are_flagged() -> None:
    unproven = lines(TODAY, BOSTON, [(7, "a", 20.5, -110, -110)], is_verified_before_tipoff=False, snapshot_at=None)
    table = context(unproven)
    assert table["points_line_consensus"][7] == 20.5
    assert not table["is_points_line_verified"][7]


def test_a_game_without_lines_has_no_source() -> None:
    table = context(lines(TODAY, 3, [(7, "a", 20.5, -110, -110)]))
    for name in LINED:
        assert set(reasons(table, name).values()) == {"source_unavailable"}
        assert len(reasons(table, name)) == 3


def test_lines_of_another_date_are_not_of_this_game() -> None:
    table = context(lines("2024-01-25", BOSTON, [(7, "a", 20.5, -110, -110)]))
    assert set(reasons(table, "points_line_consensus").values()) == {"source_unavailable"}


def test_refused_lines_are_upstream_missing_and_hold_nothing_else() -> None:
    refused = gap((BOSTON, TODAY))
    table = context(point_lines=refused)
    for name in LINED:
        assert reasons(table, name) == dict.fromkeys((7, 8, 9), "upstream_missing")
    assert set(reasons(table, "injury_status").values()) == {"source_unavailable"}


def test_out_is_not_expected_and_the_others_have_their_status() -> None:
    table = context(listed=reports(TODAY, BOSTON, [("17:00:00", BOSTON, 7, "out"),
                                                           ("17:00:00", BOSTON, 8, "doubtful")]))  # fmt: skip
    assert list(table.index) == [8, 9]
    assert table["injury_status"][8] == "doubtful"
    assert reasons(table, "injury_status") == {9: "not_applicable"}
    assert table["star_teammates_out"].to_dict() == {8: 1, 9: 0}


def test_nobody_is_out_of_a_report_after_tip_off() -> None:
    late = context(listed=reports(TODAY, BOSTON, [("2024-02-01T00:00:00Z", BOSTON, 7, "out")]))
    pd.testing.assert_frame_equal(late, context())
    in_time = context(listed=reports(TODAY, BOSTON, [("23:59:59", BOSTON, 7, "out")]))
    assert list(in_time.index) == [8, 9]


def test_a_team_without_its_list_has_no_source() -> None:
    table = context(listed=reports(TODAY, BOSTON, [("17:00:00", BOSTON, 8, "probable"),
                                                           ("17:00:00", NEW_YORK, None, "")]))  # fmt: skip
    assert reasons(table, "injury_status") == {7: "not_applicable", 9: "source_unavailable"}
    assert reasons(table, "star_teammates_out") == {9: "source_unavailable"}
    assert table["star_teammates_out"][7] == 0


def test_refused_reports_leave_everybody_expected() -> None:
    refused = gap((BOSTON, TODAY))
    table = context(injury_reports=refused)
    assert list(table.index) == [7, 8, 9]
    for name in ("injury_status", "star_teammates_out"):
        assert reasons(table, name) == dict.fromkeys((7, 8, 9), "upstream_missing")


@pytest.mark.parametrize(("date", "expected"), [("2024-01-30", "upstream_missing"), ("2024-01-15", None)])
def test_a_gap_in_a_listed_team_mates_last_ten_games(date: str, expected: str | None) -> None:
    doubtful = reports(TODAY, BOSTON, [("17:00:00", BOSTON, 8, "doubtful")])
    table = context(listed=doubtful, player_game_summary=gap((BOSTON, date)))
    assert reasons(table, "star_teammates_out").get(7) == expected
