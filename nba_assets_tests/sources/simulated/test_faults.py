"""Each fault changes exactly what it says: facts, problems, and nothing on any other date."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.sources.port import Delivery, SourceError
from nba_assets.sources.simulated.faults import DETAILS, Fault, parse_fault, parse_faults
from nba_assets.sources.simulated.league import SimulatedLeague

DAY = dt.date(2024, 1, 5)
TWO_DAYS = dt.timedelta(2)
SETTINGS: dict[str, Any] = {"seed": 5, "seasons": 1, "last_season": "2023-24"}
TABLES = tuple(contract.name for contract in RAW_TABLES)
BOXES = TABLES[2:]
KEYS = {contract.name: list(contract.key) for contract in RAW_TABLES}
EVERY_FAULT = [Fault(kind, DAY, detail) for kind, details in DETAILS.items() for detail in details]


def delivered(*faults: Fault, around: dt.timedelta = dt.timedelta(0)) -> dict[str, Delivery]:
    league = SimulatedLeague(**SETTINGS, faults=faults)
    return {table: league.read(table, DAY - around, DAY + around) for table in TABLES}


def changed(one: pd.DataFrame, two: pd.DataFrame, keys: list[str]) -> dict[str, float]:
    """By column the sum of the differences, where there are any, of two frames with the same keys."""
    pd.testing.assert_frame_equal(one[keys], two[keys])
    numbers = one.select_dtypes("float64").columns
    pd.testing.assert_frame_equal(one.drop(columns=numbers), two.drop(columns=numbers))
    differences = (two[numbers] - one[numbers]).sum()
    found = differences[(two[numbers] != one[numbers]).where(one[numbers].notna(), False).any()].round(6)
    return {str(column): float(difference) for column, difference in found.items()}


@pytest.fixture(scope="module")
def clean() -> dict[str, Delivery]:
    return delivered()


@pytest.fixture(scope="module")
def game(clean: dict[str, Delivery]) -> pd.Series:
    """The first game of the date, with its score."""
    games = clean["game_schedule"].rows.merge(clean["game_results"].rows.drop(columns="game_date"), on="game_id")
    return games.sort_values("game_id").iloc[0]


@pytest.fixture(scope="module")
def clean_days() -> dict[str, Delivery]:
    return delivered(around=TWO_DAYS)


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=str)
def test_other_dates_do_not_change(clean_days: dict[str, Delivery], fault: Fault) -> None:
    for table, delivery in delivered(fault, around=TWO_DAYS).items():
        left, right = (
            part.rows[part.rows["game_date"] != pd.Timestamp(DAY)].reset_index(drop=True)
            for part in (delivery, clean_days[table])
        )
        pd.testing.assert_frame_equal(left, right)
        assert {problem.game_date for problem in delivery.problems} <= {DAY}


@pytest.mark.parametrize("fault", [fault for fault in EVERY_FAULT if fault.is_understood], ids=str)
def test_what_parsing_understands_changes_nothing(clean: dict[str, Delivery], fault: Fault) -> None:
    for table, delivery in delivered(fault).items():
        assert delivery.problems == ()
        pd.testing.assert_frame_equal(delivery.rows, clean[table].rows)


@pytest.mark.parametrize("kind", ["missing_game", "partial_slate", "swapped_home_away", "duplicated_rows"])
def test_schedule_and_results_are_as_ever(clean: dict[str, Delivery], kind: str) -> None:
    faulty = delivered(Fault(kind, DAY))
    for table in TABLES[:2]:
        pd.testing.assert_frame_equal(faulty[table].rows, clean[table].rows)
    assert all(delivery.problems == () for delivery in faulty.values())


def test_missing_game(clean: dict[str, Delivery], game: pd.Series) -> None:
    faulty = delivered(Fault("missing_game", DAY))
    for table in BOXES:
        rows = clean[table].rows
        others = rows[rows["game_id"] != game["game_id"]].reset_index(drop=True)
        assert len(others) < len(rows)
        pd.testing.assert_frame_equal(faulty[table].rows, others)


def test_partial_slate_is_two_teams_of_many(clean: dict[str, Delivery], game: pd.Series) -> None:
    faulty = delivered(Fault("partial_slate", DAY))
    assert len(clean["team_box_scores"].rows) >= 8
    assert set(faulty["team_box_scores"].rows["team_id"]) == {game["home_team_id"], game["away_team_id"]}
    assert set(faulty["player_box_scores"].rows["game_id"]) == {game["game_id"]}


def test_swapped_home_away_is_in_the_team_lines_of_the_game_only(clean: dict[str, Delivery], game: pd.Series) -> None:
    faulty = delivered(Fault("swapped_home_away", DAY))
    one, two = clean["team_box_scores"].rows, faulty["team_box_scores"].rows
    assert ((one["is_home"] != two["is_home"]) == (one["game_id"] == game["game_id"])).all()
    pd.testing.assert_frame_equal(one.drop(columns="is_home"), two.drop(columns="is_home"))
    pd.testing.assert_frame_equal(faulty["player_box_scores"].rows, clean["player_box_scores"].rows)


def test_duplicated_rows(clean: dict[str, Delivery], game: pd.Series) -> None:
    faulty = delivered(Fault("duplicated_rows", DAY))
    for table in BOXES:
        doubled = faulty[table].rows.duplicated(KEYS[table])
        assert set(faulty[table].rows.loc[doubled, "game_id"]) == {game["game_id"]}
        pd.testing.assert_frame_equal(faulty[table].rows[~doubled].reset_index(drop=True), clean[table].rows)


def test_unmatched_game_ids_are_delivered_as_they_came(clean: dict[str, Delivery], game: pd.Series) -> None:
    faulty = delivered(Fault("mixed_game_id_formats", DAY, "unmatched"))
    scheduled = set(clean["game_schedule"].rows["game_id"])
    for table in BOXES:
        rows = faulty[table].rows
        assert faulty[table].problems == ()
        assert len(rows) == len(clean[table].rows)
        (stranger,) = set(rows["game_id"]) - scheduled
        assert len(stranger) == 10
        assert game["game_id"] not in set(rows["game_id"])


@pytest.mark.parametrize(
    ("fault", "tables", "names"),
    [
        pytest.param(Fault("mixed_game_id_formats", DAY, "garbled"), BOXES, ("game_id", "'GAME-"), id="game-id"),
        pytest.param(Fault("minutes_as_text", DAY, "garbage"), BOXES[1:], ("minutes", "'12:75'"), id="minutes"),
        pytest.param(
            Fault("renamed_player_key", DAY, "unknown"), BOXES[1:], ("player_id", "no NBA player id"), id="key"
        ),
    ],
)
def test_what_parsing_does_not_understand_is_a_problem_that_names_it(
    clean: dict[str, Delivery], fault: Fault, tables: tuple[str, ...], names: tuple[str, ...]
) -> None:
    for table, delivery in delivered(fault).items():
        if table not in tables:
            assert delivery.problems == ()
            pd.testing.assert_frame_equal(delivery.rows, clean[table].rows)
            continue
        (problem,) = delivery.problems
        assert problem.game_date == DAY
        assert all(name in problem.message for name in (*names, DAY.isoformat()))
        assert len(delivery.rows) < len(clean[table].rows)


def test_late_correction_is_one_basket_of_a_winner_everywhere(clean: dict[str, Delivery], game: pd.Series) -> None:
    faulty = delivered(Fault("late_correction", DAY))
    basket = {"pts": 2.0, "fgm": 1.0, "fga": 1.0}
    for table in BOXES:
        assert changed(clean[table].rows, faulty[table].rows, KEYS[table]) == basket
    winner = "home" if game["home_pts"] > game["away_pts"] else "away"
    one, two = clean["game_results"].rows, faulty["game_results"].rows
    assert changed(one, two, ["game_id"]) == {f"{winner}_pts": 2.0}


@pytest.mark.parametrize("periods", [1, 2, 4])
def test_overtime_lengthens_the_game_and_everything_still_adds_up(
    clean: dict[str, Delivery], game: pd.Series, periods: int
) -> None:
    assert game["overtime_periods"] == 0
    faulty = delivered(Fault("overtime", DAY, str(periods)))
    results = faulty["game_results"].rows.set_index("game_id")
    assert results.loc[game["game_id"], "overtime_periods"] == periods
    expected = {"minutes": 50.0, "pts": 16.0, "fgm": 8.0, "fga": 16.0}
    for table in BOXES:
        rows = changed(clean[table].rows, faulty[table].rows, KEYS[table])
        assert rows == {name: value * periods for name, value in expected.items()}
    changes = changed(clean["game_results"].rows, faulty["game_results"].rows, ["game_id"])
    assert changes == {"home_pts": 8.0 * periods, "away_pts": 8.0 * periods, "overtime_periods": periods}
    lines = faulty["player_box_scores"].rows
    sums = lines[lines["game_id"] == game["game_id"]].groupby("team_id")[["minutes", "pts"]].sum()
    teams = faulty["team_box_scores"].rows.query("game_id == @game.game_id").set_index("team_id")
    assert sums["minutes"].round(6).tolist() == [240 + 25 * periods] * 2
    assert (sums["pts"] == teams["pts"]).all()


def test_two_faults_on_two_dates() -> None:
    faults = parse_faults("missing_game:2024-01-05, swapped_home_away:2024-01-06")
    league = SimulatedLeague(**SETTINGS, faults=faults)
    rows = league.read("team_box_scores", DAY, DAY + dt.timedelta(1)).rows
    schedule = league.read("game_schedule", DAY, DAY + dt.timedelta(1)).rows
    home = rows["game_id"].map(schedule.set_index("game_id")["home_team_id"]) == rows["team_id"]
    assert len(rows) == 2 * len(schedule) - 2
    assert set(rows.loc[home != rows["is_home"], "game_date"].dt.date) == {DAY + dt.timedelta(1)}


def test_the_oracle_does_not_see_faults() -> None:
    one, two = SimulatedLeague(**SETTINGS), SimulatedLeague(**SETTINGS, faults=[Fault("missing_game", DAY)])
    pd.testing.assert_frame_equal(one.expected_points(DAY, DAY), two.expected_points(DAY, DAY))


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=str)
def test_text_of_a_fault_gives_the_fault(fault: Fault) -> None:
    assert parse_fault(str(fault)) == fault


def test_variant_is_the_usual_one_when_not_given() -> None:
    assert parse_fault("minutes_as_text:2024-01-05") == Fault("minutes_as_text", DAY, "clock")
    assert parse_faults("") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("lost_ball:2024-01-05", "'lost_ball' is not known", id="kind"),
        pytest.param("missing_game:yesterday", "kind:YYYY-MM-DD", id="date"),
        pytest.param("missing_game", "kind:YYYY-MM-DD", id="no-date"),
        pytest.param("overtime:2024-01-05:9", "variant '9'", id="variant"),
    ],
)
def test_text_that_is_no_fault(text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        parse_fault(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("missing_game:2023-12-24", id="no-games"),
        pytest.param("missing_game:2019-01-05", id="outside"),
        pytest.param("partial_slate:{single}", id="one-game"),
    ],
)
def test_a_fault_that_cannot_happen_on_its_date(text: str) -> None:
    league = SimulatedLeague(**SETTINGS)
    slates = league.read("game_schedule", league.first_date, league.horizon).rows.groupby("game_date").size()
    single = slates.index[slates == 1][0].date().isoformat()
    fault = parse_fault(text.format(single=single))
    with pytest.raises(SourceError, match="choose another date"):
        _ = SimulatedLeague(**SETTINGS, faults=[fault]).horizon
