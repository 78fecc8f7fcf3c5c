"""What the rows of a training window must have: few gaps, usage, and rows enough; or a waiver of their dates."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.tables import MODEL
from nba_assets.modelling.training_rows import require_training_rows
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed
from nba_assets_tests.modelling.league import FEATURES, feature_rows, player_games

GAMES = player_games(players=10, days=40).assign(usage_rate=20.0)
STORE = feature_rows(GAMES)
NONE_LOST = GAMES.loc[[], ["game_id", "game_date"]]
GAP = '{"pts_mean": "upstream_missing"}'
FIRST, LAST = (day.date() for day in (GAMES["game_date"].min(), GAMES["game_date"].max()))


def waiver(name: str, first: dt.date = FIRST, last: dt.date = LAST) -> Waiver:
    return Waiver(name, MODEL, TRAINING_RULE, first, last, dt.datetime(2025, 1, 1, tzinfo=dt.UTC))


def require(
    *waivers: Waiver, games: pd.DataFrame = GAMES, lost: pd.DataFrame = NONE_LOST, least: int = 0, **columns: Any
) -> tuple[str, ...]:
    passed = require_training_rows(
        features=STORE.assign(**columns), games=games, lost_games=lost, feature_columns=FEATURES, least_rows=least,
        window="2023 … 2024", purpose="training the toy", waivers=waivers, used=(),
    )  # fmt: skip
    return tuple(one.waiver_id for one in passed)


def refusal(**arguments: Any) -> GateClosed:
    with pytest.raises(GateClosed, match=r"^training the toy is refused: of its window 2023 … 2024 ") as closed:
        require(**arguments)
    return closed.value


def gapped(rows: int) -> dict[str, Any]:
    """That many of the 400 rows, the latest ones of the first five players, have a gap."""
    late = np.flatnonzero(STORE["player_id"] <= 5)[-rows:]
    return {"absence": np.where(np.isin(np.arange(len(STORE)), late), GAP, "{}")}


def test_a_tenth_of_the_rows_may_have_a_gap() -> None:
    assert require(**gapped(40)) == ()
    found = refusal(**gapped(41))
    assert "41 of 400 rows have a gap in their windows (10.2%, at most 10% may); worst are season 2023-24 (10.2%)" in (
        str(found)
    )
    first = GAMES.loc[STORE.index[np.flatnonzero(STORE["player_id"] <= 5)[-41]]]
    assert f"the first are of games {first['game_date']:%Y-%m-%d} {first['game_id']}, " in str(found)
    assert found.blockers[0] == {
        "table": "ml_feature_store", "date": f"{first['game_date']:%Y-%m-%d}",
        "reason": "1 rows have a gap in their windows",
    }  # fmt: skip


def test_the_worst_team_is_named() -> None:
    team = np.where(STORE["player_id"] <= 5, 7, 8)
    assert "team 7 (20.5%)" in str(refusal(team_id=team, **gapped(41)))


def test_usage_is_there_over_the_window() -> None:
    spoiled = GAMES.assign(usage_rate=np.where(np.arange(400) < 20, np.nan, 20.0))
    assert require(games=spoiled) == ()
    found = refusal(games=spoiled.assign(usage_rate=np.where(np.arange(400) < 21, np.nan, 20.0)))
    assert "94.8% of 400 rows have usage_rate, at least 95% must" in str(found)
    assert found.blockers[0]["reason"] == "10 rows lack usage_rate"
    benched = spoiled.assign(usage_rate=np.nan, minutes_played=np.where(np.arange(400) < 390, 0.0, 5.0))
    assert "0.0% of 10 rows have usage_rate" in str(refusal(games=benched)), "of who did not play nothing is asked"


def lacking(rows: int, **columns: Any) -> dict[str, Any]:
    """The average usage is null on the first that many of the 400 rows."""
    return {"avg_usage_rate_last_7_games": np.where(np.arange(400) < rows, np.nan, 20.0), **columns}


def test_average_usage_is_there_on_nine_in_ten_rows_without_a_gap() -> None:
    assert require(**lacking(40)) == ()
    found = refusal(**lacking(41))
    assert "89.8% of 400 rows have avg_usage_rate_last_7_games, at least 90% must" in str(found)
    by_gap = np.where(np.arange(400) < 40, GAP, "{}")
    assert require(**lacking(76, absence=by_gap)) == (), "36 of 360"
    assert "89.7% of 360 rows" in str(refusal(**lacking(77, absence=by_gap)))


def test_rows_that_can_be_used_are_counted() -> None:
    assert require(least=400) == ()
    assert "400 rows can be used, at least 401 must be" in str(refusal(least=401))
    assert "360 rows can be used" in str(refusal(least=361, **gapped(40)))
    lost = GAMES.loc[[0], ["game_id", "game_date"]]
    assert "390 rows can be used" in str(refusal(least=391, lost=lost))
    assert require(waiver("w1"), least=401) == ("w1",)
    with pytest.raises(GateClosed):
        require(waiver("w1", last=LAST - dt.timedelta(days=1)), least=401)


def test_lost_games_are_not_asked_for_anything() -> None:
    lost = GAMES.loc[GAMES["game_date"] >= GAMES["game_date"].max() - pd.Timedelta(days=20), ["game_id", "game_date"]]
    assert require(lost=lost, **gapped(50)) == ()


def test_a_waiver_lets_its_dates_pass_and_is_named_only_if_it_is_needed() -> None:
    spare, enough = waiver("w1", FIRST, FIRST), waiver("w2", LAST - dt.timedelta(days=4), LAST)
    assert require(spare, enough, **gapped(41)) == ("w2",)
    assert require(spare, enough, **gapped(40)) == ()
