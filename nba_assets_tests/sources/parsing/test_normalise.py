"""Provider spellings and the one form they are brought to."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from nba_assets.sources.parsing import normalise


def one(value: object) -> pd.Series:
    return pd.Series([value], dtype=object)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        pytest.param("0022400061", "0022400061", id="ten-characters"),
        pytest.param("22400061", "0022400061", id="zeros-lost-in-text"),
        pytest.param(22400061, "0022400061", id="integer"),
        pytest.param(42400407.0, "0042400407", id="float"),
        pytest.param("42400407.0", "0042400407", id="float-in-text"),
        pytest.param('="0021700033"', "0021700033", id="spreadsheet-formula"),
        pytest.param(" 0052400111 ", "0052400111", id="blanks-around"),
        pytest.param("20240104_DEN_GSW", None, id="label-of-a-game"),
        pytest.param("401766123", None, id="espn-nine-digits"),
        pytest.param("0092400061", None, id="no-such-season-type"),
        pytest.param(None, None, id="null"),
        pytest.param(float("nan"), None, id="nan"),
    ],
)
def test_game_ids(delivered: object, expected: str | None) -> None:
    assert normalise.game_ids(one(delivered)).tolist() == [expected]


def test_mixed_game_id_forms_meet_in_one() -> None:
    mixed = pd.Series(["0022400061", 22400061, 22400061.0, '="0022400061"'], dtype=object, index=[7, 3, 9, 1])
    ids = normalise.game_ids(mixed)
    assert ids.unique().tolist() == ["0022400061"]
    assert ids.index.tolist() == [7, 3, 9, 1]


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        pytest.param("45:58", 45 + 58 / 60, id="clock"),
        pytest.param("265:00", 265.0, id="team-clock-of-an-overtime-game"),
        pytest.param("32.000000:15", 32.25, id="clock-with-decimal-minutes"),
        pytest.param("0:07", 7 / 60, id="seconds-only"),
        pytest.param("PT32M15.00S", 32.25, id="iso-duration"),
        pytest.param("PT12M", 12.0, id="iso-without-seconds"),
        pytest.param("32", 32.0, id="whole-in-text"),
        pytest.param("32.5", 32.5, id="decimal-in-text"),
        pytest.param(7, 7.0, id="integer"),
        pytest.param(0.0, 0.0, id="zero-stays-zero"),
        pytest.param(np.float32(34.1), 34.1, id="float32-as-printed"),
    ],
)
def test_minutes_understood(delivered: object, expected: float) -> None:
    values, bad = normalise.minutes(one(delivered))
    assert not bad.any()
    assert values.tolist() == pytest.approx([expected], abs=1e-12)


@pytest.mark.parametrize("delivered", ["", "-", " ", None, float("nan")])
def test_no_minutes_are_null_and_not_bad(delivered: object) -> None:
    values, bad = normalise.minutes(one(delivered))
    assert values.isna().all()
    assert not bad.any()


@pytest.mark.parametrize("delivered", ["12:60", "12:5", "-3", -3.0, "DNP", "PT", "1:02:03", float("inf"), True])
def test_minutes_not_understood_are_bad(delivered: object) -> None:
    values, bad = normalise.minutes(one(delivered))
    assert bad.all()
    assert values.isna().all()


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        pytest.param("1630552jalenjohnson", 1630552, id="number-before-name"),
        pytest.param(2544, 2544, id="integer"),
        pytest.param("2544", 2544, id="text"),
        pytest.param(2544.0, 2544, id="float"),
    ],
)
def test_player_ids(delivered: object, expected: int) -> None:
    ids, bad = normalise.player_ids(one(delivered))
    assert ids.tolist() == [expected]
    assert not bad.any()


@pytest.mark.parametrize("delivered", ["jalenjohnson", "", None, 0, -5, "12.5"])
def test_player_ids_without_a_number_are_bad(delivered: object) -> None:
    assert normalise.player_ids(one(delivered))[1].all()


@pytest.mark.parametrize(
    "delivered",
    [
        "2024-10-22",
        "20241022",
        20241022,
        "10/22/2024",
        "10/22/2024 00:00:00",
        "2024-10-22T00:00:00Z",
        dt.date(2024, 10, 22),
        pd.Timestamp("2024-10-22"),
    ],
)
def test_dates(delivered: object) -> None:
    values, bad = normalise.dates(one(delivered))
    assert values.tolist() == [pd.Timestamp("2024-10-22")]
    assert not bad.any()


@pytest.mark.parametrize(
    "delivered",
    [
        pytest.param("2024-10-23T02:00:00Z", id="a-time-of-day-may-be-another-date"),
        pytest.param(pd.Timestamp("2024-10-22 19:30"), id="timestamp-with-a-time"),
        pytest.param("2024-02-30", id="no-such-day"),
        pytest.param("22.10.2024", id="unknown-form"),
        pytest.param(None, id="null"),
    ],
)
def test_dates_not_understood_are_bad(delivered: object) -> None:
    assert normalise.dates(one(delivered))[1].all()


def test_date_columns_with_a_time_of_day_are_bad() -> None:
    column = pd.Series([pd.Timestamp("2024-10-22"), pd.Timestamp("2024-10-22 19:30")])
    values, bad = normalise.dates(column)
    assert bad.tolist() == [False, True]
    assert values.isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("Regular Season", "regular_season"),
        ("Playoffs", "playoffs"),
        ("Play-In", "play_in"),
        ("PlayIn", "play_in"),
        ("NBA Cup Final", "cup_final"),
        ("Preseason", None),
    ],
)
def test_season_types(delivered: str, expected: str | None) -> None:
    assert normalise.season_types(one(delivered)).tolist() == [expected]


@pytest.mark.parametrize(
    ("game_id", "season", "season_type"),
    [
        ("0022400061", "2024-25", "regular_season"),
        ("0041900401", "2019-20", "playoffs"),
        ("0052100111", "2021-22", "play_in"),
        ("0062300001", "2023-24", "cup_final"),
        ("0029900001", "1999-00", "regular_season"),
        ("0032400004", "2024-25", None),
        ("0012400001", "2024-25", None),
    ],
)
def test_season_and_type_by_game_id(game_id: str, season: str, season_type: str | None) -> None:
    assert normalise.seasons_of_games(one(game_id)).tolist() == [season]
    assert normalise.season_types_of_games(one(game_id)).tolist() == [season_type]


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [("BRK", "BKN"), ("PHO", "PHX"), ("CHO", "CHA"), ("GS", "GSW"), ("NO", "NOP"), ("NY", "NYK"), ("SA", "SAS"),
     ("UTAH", "UTA"), ("WSH", "WAS"), ("bos", "BOS"), ("TMC", None), (None, None)],
)  # fmt: skip
def test_tricodes(delivered: str | None, expected: str | None) -> None:
    assert normalise.tricodes(one(delivered)).tolist() == [expected]


@pytest.mark.parametrize(
    ("delivered", "expected", "is_bad"),
    [
        ("12", 12.0, False),
        (-5, -5.0, False),
        (3.0, 3.0, False),
        ("", None, False),
        ("3.5", None, True),
        ("x", None, True),
    ],
)
def test_counts(delivered: object, expected: float | None, is_bad: bool) -> None:
    values, bad = normalise.counts(one(delivered))
    assert bad.tolist() == [is_bad]
    assert values.isna().all() if expected is None else values.tolist() == [expected]


@pytest.mark.parametrize(
    ("delivered", "expected", "is_bad"),
    [(True, 1.0, False), ("False", 0.0, False), ("1", 1.0, False), (None, None, False), ("maybe", None, True)],
)
def test_booleans(delivered: object, expected: float | None, is_bad: bool) -> None:
    values, bad = normalise.booleans(one(delivered))
    assert bad.tolist() == [is_bad]
    assert values.isna().all() if expected is None else values.tolist() == [expected]
