"""Frames as contracts declare them: typed or refused by name, hashed by content alone, carried by Arrow unchanged."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.conformed import ContractError, conform
from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract
from nba_assets.warehouse.frames import content_hashes, from_arrow, to_arrow

GONE = (Absence.SOURCE_UNAVAILABLE,)
EVERY_TYPE = Contract(
    name="every_type",
    dataset="toy",
    grain="row",
    description="One column of every type, nullable and not.",
    missing="Nothing.",
    key=("row_id",),
    columns=(
        Column("row_id", "integer", "Key."),
        Column("game_date", "date", "The partition."),
        Column("name", "string", "Text."),
        Column("count", "integer", "Whole number.", nulls=GONE),
        Column("share", "float", "Number.", nulls=GONE),
        Column("is_home", "boolean", "Flag."),
        Column("is_starter", "boolean", "Flag.", nulls=GONE),
        Column("seen_at", "timestamp", "Moment.", nulls=GONE),
        Column("nickname", "string", "Text.", nulls=GONE),
        ABSENCE_COLUMN,
    ),
    code_version=1,
)
FIRST, SECOND = dt.date(2024, 12, 3), dt.date(2024, 12, 4)


def rows(**columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "row_id": [1, 2, 1],
            "game_date": pd.to_datetime([FIRST, FIRST, SECOND]),
            "name": "Zoë",
            "count": [0, 7, 3],
            "share": [0.5, 0.25, 0.125],
            "is_home": [True, False, True],
            "is_starter": pd.array([True, False, True], dtype="boolean"),
            "seen_at": pd.Timestamp("2024-12-04 01:30:00", tz="UTC"),
            "nickname": "Z",
            "absence": "{}",
        }
    )
    return frame.assign(**columns)[list(EVERY_TYPE.column_names)]


def conformed(**columns: object) -> pd.DataFrame:
    return conform(EVERY_TYPE, rows(**columns)).rows


def hashes(**columns: object) -> dict[dt.date, str]:
    return content_hashes(EVERY_TYPE, conformed(**columns))


def test_types_and_order() -> None:
    frame = conform(EVERY_TYPE, rows().iloc[::-1][list(reversed(EVERY_TYPE.column_names))]).rows
    assert frame.dtypes.astype(str).to_dict() == {
        "row_id": "int64", "game_date": "datetime64[ns]", "name": "object", "count": "float64", "share": "float64",
        "is_home": "bool", "is_starter": "boolean", "seen_at": "datetime64[ns, UTC]", "nickname": "object",
        "absence": "object",
    }  # fmt: skip
    assert [*zip(frame["game_date"].dt.date, frame["row_id"], strict=True)] == [(FIRST, 1), (FIRST, 2), (SECOND, 1)]


@pytest.mark.parametrize(
    ("column", "values", "fragments"),
    [
        pytest.param("count", ["12", "x7", "3"], ["integer", "x7"], id="text in an integer column"),
        pytest.param("count", [1.0, 2.5, 3.0], ["fractions", "2.5"], id="a fraction in a nullable integer column"),
        pytest.param("row_id", [1.0, 2.5, 1.0], ["fractions", "2.5"], id="a fraction in an integer column"),
        pytest.param("row_id", [1.0, None, 1.0], ["1 nulls"], id="a null in an integer column"),
        pytest.param("share", ["0.5", "half", "0.1"], ["float", "half"], id="text in a float column"),
        pytest.param("game_date", ["2024-12-03", "yesterday", "2024-12-04"], ["date", "yesterday"], id="no date"),
        pytest.param(
            "is_home", [True, None, False], ["boolean", "1 nulls"], id="a null flag: as bool it would be true"
        ),
        pytest.param("is_home", ["True", "False", "False"], ["boolean", "False"], id="text in a flag"),
        pytest.param("is_starter", ["Y", None, "N"], ["boolean", "Y"], id="text in a nullable flag"),
        pytest.param("seen_at", ["2024-12-03", "noon", None], ["timestamp", "noon"], id="no moment"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_table_column_and_value(
    column: str, values: object, fragments: list[str]
) -> None:
    with pytest.raises(ContractError) as refused:
        conformed(**{column: values})
    for fragment in (f"every_type.{column}", *fragments):
        assert fragment in str(refused.value)


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        pytest.param(rows().drop(columns="share"), r"missing \['share'\]", id="missing"),
        pytest.param(rows().assign(paint_pct=1.0), r"not in the contract \['paint_pct'\]", id="undeclared"),
    ],
)
def test_columns_must_be_those_of_the_contract(frame: pd.DataFrame, name: str) -> None:
    with pytest.raises(ContractError, match=f"every_type.*{name}"):
        conform(EVERY_TYPE, frame)


def test_the_hash_does_not_depend_on_the_order_of_rows_or_on_other_dates() -> None:
    whole = hashes()
    assert content_hashes(EVERY_TYPE, conform(EVERY_TYPE, rows().iloc[[2, 1, 0]]).rows) == whole
    for day in (FIRST, SECOND):
        alone = rows()[rows()["game_date"] == pd.Timestamp(day)]
        assert content_hashes(EVERY_TYPE, conform(EVERY_TYPE, alone).rows) == {day: whole[day]}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        pytest.param("row_id", [1, 2, 9], id="key"),
        pytest.param("name", ["Zoë", "Zoë", "Zoe"], id="text"),
        pytest.param("count", [0, 7, 4], id="integer"),
        pytest.param("count", [0, 7, None], id="integer to null"),
        pytest.param("count", [0, 7, 0], id="integer to zero"),
        pytest.param("share", [0.5, 0.25, 0.125001], id="the sixth decimal"),
        pytest.param("share", [0.5, 0.25, -0.125], id="sign"),
        pytest.param("is_home", [True, False, False], id="flag"),
        pytest.param("is_starter", pd.array([True, False, None], dtype="boolean"), id="flag to null"),
        pytest.param("seen_at", pd.to_datetime(["2024-12-04 01:30:00"] * 2 + ["2024-12-04 01:30:01"], utc=True),
                     id="a second"),
        pytest.param("nickname", ["Z", "Z", None], id="text to null"),
        pytest.param("nickname", ["Z", "Z", ""], id="text to empty"),
        pytest.param("absence", ["{}", "{}", '{"share": "source_unavailable"}'], id="a reason"),
    ],
)  # fmt: skip
def test_the_hash_changes_with_any_value_of_its_date_only(column: str, values: object) -> None:
    before, after = hashes(), hashes(**{column: values})
    assert after[SECOND] != before[SECOND]
    assert after[FIRST] == before[FIRST]


@pytest.mark.parametrize(
    ("column", "null", "other"),
    [
        pytest.param("count", [0, 7, None], [0, 7, 0], id="integer"),
        pytest.param("share", [0.5, 0.25, None], [0.5, 0.25, 0.0], id="float"),
        pytest.param("nickname", ["Z", "Z", None], ["Z", "Z", ""], id="text"),
        pytest.param("nickname", ["Z", "Z", None], ["Z", "Z", "None"], id="the word None"),
    ],
)
def test_null_is_not_zero(column: str, null: list[float | str | None], other: list[float | str]) -> None:
    assert hashes(**{column: null})[SECOND] != hashes(**{column: other})[SECOND]


def test_values_that_change_places_change_the_hash() -> None:
    assert hashes(share=[0.25, 0.5, 0.125])[FIRST] != hashes()[FIRST]
    assert hashes(count=[7, 0, 3])[FIRST] != hashes()[FIRST]


def test_below_the_sixth_decimal_and_the_sign_of_zero_nothing_is_content() -> None:
    assert hashes(share=[0.5, 0.25, 0.12500000001]) == hashes()
    assert hashes(share=[0.5, 0.0, 0.125]) == hashes(share=[0.5, -0.0, 0.125]) == hashes(share=[0.5, -1e-9, 0.125])


def test_no_rows_have_no_hash() -> None:
    assert content_hashes(EVERY_TYPE, conformed().iloc[:0]) == {}


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ROW = st.fixed_dictionaries(
    {
        "row_id": st.integers(1 - 2**53, 2**53 - 1),
        "game_date": st.dates(dt.date(2015, 10, 27), dt.date(2030, 1, 1)),
        "name": TEXT,
        "count": st.none() | st.integers(-(2**40), 2**40),
        "share": st.none() | st.floats(-1e6, 1e6),
        "is_home": st.booleans(),
        "is_starter": st.none() | st.booleans(),
        "seen_at": st.none()
        | st.datetimes(dt.datetime.fromisoformat("2015-01-01"), dt.datetime.fromisoformat("2030-01-01")),
        "nickname": st.none() | TEXT,
        "absence": TEXT,
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=6))
def test_arrow_gives_back_the_same_frame(given_rows: list[dict[str, object]]) -> None:
    frame = pd.DataFrame(given_rows, columns=list(EVERY_TYPE.column_names))
    frame = conform(EVERY_TYPE, frame.astype({"is_starter": "boolean"})).rows
    back = from_arrow(EVERY_TYPE, to_arrow(EVERY_TYPE, frame))
    pd.testing.assert_frame_equal(back, frame)
    assert content_hashes(EVERY_TYPE, back) == content_hashes(EVERY_TYPE, frame)
