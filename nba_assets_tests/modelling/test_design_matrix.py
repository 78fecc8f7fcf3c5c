"""The frozen row set: which rows, which order, what its fingerprint sees, what it refuses."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.errors import RequestError
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.design_matrix import DesignMatrix, design_matrix
from nba_assets_tests.modelling.league import FEATURES, feature_rows, player_games

GAMES = player_games(players=6, days=8)
STORE = feature_rows(GAMES)
NOTHING = dict.fromkeys(
    ("played", "in_lost_games", "without_earlier_game", "without_feature_row", "with_gap", "used"), 0
)


def build(
    store: pd.DataFrame = STORE, games: pd.DataFrame = GAMES, columns: Sequence[str] = FEATURES, **more: pd.DataFrame
) -> DesignMatrix:
    return design_matrix(features=store, games=games, baselines=naive_baselines(games), feature_columns=columns, **more)


def test_rows_are_played_games_with_an_earlier_one_in_date_order() -> None:
    games = GAMES.copy()
    games.loc[games["game_id"] == "0000000003", "minutes_played"] = [0.0, np.nan, 5.0, 5.0, 5.0, 5.0]
    matrix = build(games=games)
    assert matrix.row_counts == NOTHING | {"played": 46, "without_earlier_game": 6, "used": 40}
    assert matrix.keys["game_date"].is_monotonic_increasing
    assert matrix.keys.iloc[0].tolist() == ["0000000001", pd.Timestamp("2023-10-26"), "2023-24", 1]
    assert matrix.label[0] == GAMES["pts"].iloc[6]
    assert tuple(matrix.features.columns) == FEATURES
    assert set(matrix.features.dtypes) == {np.dtype("float64")}


def test_a_player_who_was_not_expected_is_counted_as_left_out() -> None:
    matrix = build(store=STORE[~((STORE["player_id"] == 3) & (STORE["game_id"] == "0000000004"))])
    assert matrix.row_counts["without_feature_row"] == 1
    assert len(matrix) == 41


def test_games_outside_the_dates_of_the_features_are_history_only() -> None:
    matrix = build(store=STORE[STORE["game_date"] >= "2023-11-01"])
    assert matrix.row_counts == NOTHING | {"played": 24, "used": 24}


def test_rows_with_a_gap_in_a_needed_feature_are_left_out_and_counted() -> None:
    whole = build()
    reasons = {
        20: '{"pts_mean": "upstream_missing"}',
        21: '{"pts_mean": "short_history"}',
        22: '{"fg3a_last_10": "upstream_missing"}',
        23: '{"three_share_last_10": "upstream_missing"}',
    }
    store = STORE.assign(absence=[reasons.get(at, "{}") for at in STORE.index], three_share_last_10=0.5)
    matrix = build(store, columns=(*FEATURES, "three_share_last_10"))
    assert matrix.row_counts == whole.row_counts | {"with_gap": 1, "used": len(whole) - 1}
    gone = set(whole.keys.itertuples(index=False)) - set(matrix.keys.itertuples(index=False))
    assert {(row.game_id, row.player_id) for row in gone} == {(STORE["game_id"][20], STORE["player_id"][20])}
    assert matrix.unexpected.empty, "he was expected: the baseline serves him, and grades nothing here"


def test_rows_of_lost_games_are_left_out_and_counted() -> None:
    whole = build()
    lost = GAMES.loc[[20], ["game_id", "game_date"]]
    # of one game the features are gone as well, as where it is quarantined there
    matrix = build(STORE[STORE["game_id"] != lost["game_id"][20]], lost_games=lost)
    assert matrix.row_counts == whole.row_counts | {"in_lost_games": 6, "used": len(whole) - 6}
    assert lost["game_id"][20] not in set(matrix.keys["game_id"])
    assert matrix.unexpected.empty
    moved = lost.assign(game_date=lost["game_date"] + pd.Timedelta(days=1))
    assert build(lost_games=moved).row_counts == whole.row_counts, "another date of the same game"


def test_inputs_are_not_changed() -> None:
    store, games = STORE.copy(), GAMES.copy()
    build(store, games)
    pd.testing.assert_frame_equal(store, STORE)
    pd.testing.assert_frame_equal(games, GAMES)


def test_fingerprint_does_not_see_row_order_or_the_sign_of_zero_or_digits_past_the_sixth() -> None:
    shuffled = STORE.sample(frac=1, random_state=1), GAMES.sample(frac=1, random_state=2)
    noisy = STORE.assign(minutes_mean=STORE["minutes_mean"] + 1e-9)
    zeros = STORE.assign(minutes_mean=0.0), STORE.assign(minutes_mean=-0.0)
    assert build(*shuffled).fingerprint == build().fingerprint
    assert build(noisy).fingerprint == build().fingerprint
    assert build(zeros[0]).fingerprint == build(zeros[1]).fingerprint


def changed(frame: pd.DataFrame, column: str, value: Any, row: int = 30) -> pd.DataFrame:
    copy = frame.copy()
    copy.loc[row, column] = value
    return copy


def test_who_played_without_a_feature_row_is_kept_apart() -> None:
    whole, matrix = build(), build(STORE.drop(index=[30, 31]))
    assert whole.unexpected.empty
    assert len(matrix) == len(whole) - 2
    assert matrix.row_counts["without_feature_row"] == 2
    keys = ["game_id", "player_id"]
    played = GAMES.merge(STORE.loc[[30, 31], keys], on=keys)
    assert matrix.unexpected[[*keys, "pts"]].to_numpy().tolist() == played[[*keys, "pts"]].to_numpy().tolist()


@pytest.mark.parametrize(
    "matrix",
    [
        pytest.param(lambda: build(games=changed(GAMES, "pts", 77)), id="label"),
        pytest.param(lambda: build(changed(STORE, "pts_mean", 1.5)), id="value"),
        pytest.param(lambda: build(changed(STORE, "pts_mean", np.nan)), id="null"),
        pytest.param(lambda: build(changed(STORE, "is_home", not STORE["is_home"][30])), id="boolean"),
        pytest.param(lambda: build(STORE.drop(index=30)), id="row-left-out"),
        pytest.param(lambda: build(columns=FEATURES[::-1]), id="column-order"),
        pytest.param(
            lambda: build(STORE.rename(columns={"pts_mean": "p"}), columns=("p", *FEATURES[1:])), id="column-name"
        ),
    ],
)
def test_fingerprint_sees(matrix: Callable[..., Any]) -> None:
    assert matrix().fingerprint != build().fingerprint


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("game_id", "0000009999"),
        ("player_id", 99),
        ("game_date", pd.Timestamp("2023-10-27")),
        ("season", "2099-00"),
    ],
)
def test_fingerprint_sees_every_part_of_the_key(column: str, value: str | int | pd.Timestamp) -> None:
    matrix = build()
    other = dataclasses.replace(matrix, keys=changed(matrix.keys, column, value))
    assert other.fingerprint != matrix.fingerprint


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"minutes_mean": 4.0}, r"all null: \[\]; constant: \['minutes_mean'\]", id="constant"),
        pytest.param({"minutes_mean": np.nan}, r"all null: \['minutes_mean'\]; constant: \[\]", id="all-null"),
    ],
)
def test_column_that_says_nothing_is_refused(values: dict[str, Any], message: str) -> None:
    matrix = build(STORE.assign(**values))
    with pytest.raises(RequestError, match=message):
        matrix.require_informative(np.ones(len(matrix), dtype=bool))


def test_a_history_without_a_postseason_can_be_learned_from_but_not_one_that_does_not_know() -> None:
    columns = (*FEATURES, "is_postseason")
    everything = np.ones(len(build()), dtype=bool)
    build(STORE.assign(is_postseason=False), columns=columns).require_informative(everything)
    with pytest.raises(RequestError, match=r"all null: \['is_postseason'\]"):
        build(STORE.assign(is_postseason=np.nan), columns=columns).require_informative(everything)


def test_a_flag_known_or_null_is_informative_and_the_window_is_what_counts() -> None:
    flagged = build(STORE.assign(is_home=np.where(STORE["game_date"] < "2023-10-30", 1.0, np.nan)))
    early = (flagged.dates < "2023-10-30").to_numpy()
    flagged.require_informative(np.ones(len(flagged), dtype=bool))
    with pytest.raises(RequestError, match=r"constant: \['is_home'\]"):
        flagged.require_informative(early)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            {"store": pd.concat([STORE, STORE[:1]])}, "ml_feature_store: 2 rows share a key", id="store-twice"
        ),
        pytest.param({"columns": ("pts_mean", "assists")}, r"absent from the frame: \['assists'\]", id="absent"),
        pytest.param({"columns": ("pts_mean", "pts_mean")}, r"named twice .*\['pts_mean'\]", id="named-twice"),
        pytest.param({"columns": ("season",)}, r"like an identifier or label: \['season'\]", id="identifier"),
        pytest.param({"columns": ("player_name",)}, "'player_name' is not numeric", id="text"),
        pytest.param({"store": changed(STORE, "pts_mean", np.inf)}, r"infinite values: \['pts_mean'\]", id="infinite"),
        pytest.param(
            {"store": changed(STORE, "game_date", pd.Timestamp("2023-11-04"))}, "1 rows differ in game_date", id="moved"
        ),
    ],
)
def test_unusable_input_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**arguments)


def test_a_window_without_rows_is_refused() -> None:
    with pytest.raises(RequestError, match="no rows in the training window"):
        build(store=STORE[:0])
