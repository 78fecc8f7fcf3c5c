"""Rules that follow from a contract: keys, nulls and reasons, ranges, gaps in windows."""

import json
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.contract_rules import contract_rules
from nba_assets.readiness.failures import Failure
from nba_assets_tests.readiness.staged_rows import FIRST, SECOND, assert_only, staged

FORM = Contract(
    name="player_form",
    dataset="toy",
    grain="player",
    description="A toy.",
    missing="Nothing.",
    key=("player_id",),
    columns=(
        Column("game_date", "date", "The partition."),
        Column("player_id", "integer", "Key."),
        Column("season_type", "string", "Phase.", allowed=("regular_season", "playoffs")),
        Column(
            "pts_last_5",
            "float",
            "Mean.",
            nulls=(Absence.SHORT_HISTORY, Absence.UPSTREAM_MISSING),
            low=0,
            high=60,
            window_games=5,
            sources=("summary.pts",),
        ),
        Column("pts_last_20", "float", "Mean.", nulls=(Absence.UPSTREAM_MISSING,), low=0, window_games=20),
        Column("rest_days", "integer", "Rest.", nulls=(Absence.SHORT_HISTORY,), low=0),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read("summary", "before"),),
)


def sound(players: int = 2) -> pd.DataFrame:
    numbers = range(players)
    rows = pd.DataFrame(
        {"game_date": [pd.Timestamp(day) for day in (FIRST, SECOND) for _ in numbers], "player_id": [*numbers] * 2}
    )
    return rows.assign(season_type="playoffs", pts_last_5=12.5, pts_last_20=12.5, rest_days=1.0, absence="{}")


def change(rows: pd.DataFrame, at: int, **values: Any) -> pd.DataFrame:
    rows = rows.copy()
    for name, value in values.items():
        rows.loc[at, name] = value
    return rows


def failures(rows: pd.DataFrame, **more: Any) -> list[Failure]:
    judged = staged(FORM, rows, **more)
    return [failure for rule in contract_rules(FORM).values() for failure in rule(judged)]


def reasons(**stated: str) -> str:
    return json.dumps(stated)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(sound(), id="values everywhere"),
        pytest.param(sound().iloc[:0], id="no rows"),
        pytest.param(sound().assign(pts_last_5=0.0), id="a zero at the lower bound"),
        pytest.param(sound().assign(pts_last_5=60.0), id="the upper bound"),
        pytest.param(
            change(sound(), 2, pts_last_5=None, rest_days=None,
                   absence=reasons(pts_last_5="short_history", rest_days="short_history")),
            id="two nulls with their reasons",
        ),
    ],
)  # fmt: skip
def test_rows_that_keep_the_contract(rows: pd.DataFrame) -> None:
    assert failures(rows) == []


@pytest.mark.parametrize(
    ("rows", "rule", "fragments"),
    [
        pytest.param(change(sound(), 3, player_id=0), "unique_key", ["player_id=0", "more than once"], id="key twice"),
        pytest.param(change(sound(), 3, season_type=None), "never_null", ["season_type", "player_id=1"], id="null"),
        pytest.param(change(sound(), 3, pts_last_5=60.1), "within_range",
                     ["pts_last_5", "player_id=1", "60.1", "0 … 60"], id="too high"),
        pytest.param(change(sound(), 3, pts_last_5=-0.1), "within_range", ["pts_last_5", "-0.1"], id="too low"),
        pytest.param(change(sound(), 3, rest_days=-1.0), "within_range", ["rest_days=-1"], id="one bound only"),
        pytest.param(change(sound(), 3, season_type="preseason"), "within_range",
                     ["season_type=preseason", "regular_season, playoffs"], id="not one of the allowed"),
        pytest.param(change(sound(), 3, rest_days=None), "nulls_have_reasons", ["rest_days", "player_id=1"],
                     id="null without reason"),
        pytest.param(change(sound(), 3, rest_days=None, absence=reasons(rest_days="no_games")), "nulls_have_reasons",
                     ["rest_days", "short_history", "no_games"], id="a reason the contract does not allow"),
        pytest.param(change(sound(), 3, rest_days=None, absence=reasons(rest_days="dunno")), "nulls_have_reasons",
                     ["dunno"], id="a reason outside the closed list"),
        pytest.param(change(sound(), 3, absence=reasons(rest_days="short_history")), "nulls_have_reasons",
                     ["rest_days"], id="a reason for a value that is there"),
        pytest.param(change(sound(), 3, rest_days=None, absence="short_history"), "nulls_have_reasons", ["rest_days"],
                     id="reasons that are no JSON"),
    ],
)  # fmt: skip
def test_a_broken_promise_rejects_its_date_and_names_rule_key_and_value(
    rows: pd.DataFrame, rule: str, fragments: list[str]
) -> None:
    assert_only(failures(rows), SECOND, rule, *fragments)


def test_the_same_key_on_two_dates_is_no_duplicate() -> None:
    assert failures(sound(1)) == []


def test_three_rows_are_shown_and_the_others_counted() -> None:
    rows = sound(5)
    message = failures(rows.assign(rest_days=-1.0))[0].message
    assert message.startswith("5 rows: ")
    assert message.count("rest_days=-1") == 3
    assert message.endswith(", …)")


MISSING = {"pts_last_5": None, "absence": reasons(pts_last_5="upstream_missing")}


@pytest.mark.parametrize(
    ("share", "is_blocked"),
    [pytest.param(0.2, False, id="two slates of ten"), pytest.param(0.3, True, id="three slates of ten")],
)
def test_three_lost_slates_of_ten_block_the_date(share: float, is_blocked: bool) -> None:
    found = failures(sound(10), gap_shares={SECOND: share})
    if not is_blocked:
        assert found == []
        return
    assert_only(found, SECOND, "upstream_gaps_within_limit", "30% of the last 10 games", "25%", blocks=True)


def test_only_tables_whose_columns_gaps_make_null_are_blocked_by_them() -> None:
    judged = {name for name, contract in TABLES.items() if "upstream_gaps_within_limit" in contract_rules(contract)}
    assert judged == {"team_defense_zones", "player_shot_zones", "player_daily_cache", "upcoming_player_context"}
    graded = TABLES["prediction_accuracy"], TABLES["player_points_predictions"]
    assert all(any(read.window == "before" for read in contract.reads) for contract in graded)


def test_rows_with_gaps_block_nothing_by_themselves() -> None:
    rows = sound(10)
    for at in range(10, 15):
        rows = change(rows, at, **MISSING)
    assert failures(rows) == []


def test_short_history_is_normal_however_common() -> None:
    rows = sound().assign(pts_last_5=None, absence=reasons(pts_last_5="short_history"))
    assert failures(rows.astype({"pts_last_5": "float64"})) == []
