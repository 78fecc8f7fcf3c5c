"""The leak gate: honest features pass, planted leaks are caught, each by the comparison that is there for it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.assets.model.feature_chain import inputs, recompute
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.domain import as_of
from nba_assets.modelling import leak_gate
from nba_assets.modelling.leak_gate import (
    CHANGED_OUTCOMES,
    OUTCOME_TABLES,
    STORED_ROWS,
    LeakFound,
    Probe,
    check_leaks,
    differences,
    probed_dates,
    with_other_outcomes,
)
from nba_assets_tests.builders import gap, random_league

LEAGUE = random_league(3, games_per_season=9)
FRAMES = {table: getattr(LEAGUE, table) for table in inputs()}
DAYS = pd.DatetimeIndex(np.sort(LEAGUE.game_schedule["game_date"].unique()))
STORED = recompute(FRAMES, DAYS)
OWN_MINUTES = LEAGUE.player_game_summary.set_index(["game_id", "player_id"])["minutes_played"]


@pytest.fixture(autouse=True)
def only_the_newest_date(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each date is probed by itself, so that one of them shows how the gate works at a third of the time."""
    if "dates" not in request.node.name:
        monkeypatch.setattr(leak_gate, "DATES", 1)


def knowing_minutes(rows: pd.DataFrame, minutes: pd.Series = OWN_MINUTES) -> pd.DataFrame:
    """Feature rows whose `minutes_last_5` are the minutes of the game itself."""
    own = rows[["game_id", "player_id"]].merge(minutes.rename("own").reset_index(), how="left")["own"]
    return rows.assign(minutes_last_5=own.to_numpy())


def leaking_chain(frames: Mapping[str, pd.DataFrame], dates: pd.DatetimeIndex) -> pd.DataFrame:
    summary = frames["player_game_summary"].set_index(["game_id", "player_id"])
    return knowing_minutes(recompute(frames, dates), summary["minutes_played"])


def gate(chain: Callable[..., pd.DataFrame] = recompute, stored: pd.DataFrame = STORED, **more: Any) -> Probe:
    return check_leaks(chain, FRAMES, stored, FEATURE_COLUMNS, fingerprint="window", **more)


def caught(**planted: Any) -> LeakFound:
    with pytest.raises(LeakFound) as found:
        gate(**planted)
    return found.value


def test_honest_features_pass_on_all_dates_and_the_probe_says_which() -> None:
    probe = gate()
    assert (len(probe.dates), probe.columns, probe.compared_stored) == (3, len(FEATURE_COLUMNS), True)
    assert probe.dates[-1] == DAYS[-1]
    assert probe.rows == STORED["game_date"].isin(probe.dates).sum() > 0


def test_a_window_that_includes_the_game_follows_changed_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_of, "BEFORE", "right")
    leaking = recompute(FRAMES, DAYS)
    found = caught(stored=leaking)
    assert {leak.gate for leak in found.leaks} == {CHANGED_OUTCOMES}, "the rows stand as they were computed"
    columns = {leak.column for leak in found.leaks}
    assert {"pts_last_5", "minutes_season", "usage_rate_last_10", "opponent_pts_allowed_last_15"} <= columns
    assert "training is refused" in str(found)
    assert f"{DAYS[-1]:%Y-%m-%d}" in {f"{leak.date:%Y-%m-%d}" for leak in found.leaks}


def test_rows_that_were_stored_by_a_leaking_code_differ_from_what_is_computed_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(as_of, "BEFORE", "right")
    leaking = recompute(FRAMES, DAYS)
    monkeypatch.undo()
    assert {leak.gate for leak in caught(stored=leaking).leaks} == {STORED_ROWS}


def test_the_games_own_minutes_follow_changed_outcomes() -> None:
    found = caught(chain=leaking_chain, stored=knowing_minutes(STORED))
    assert {(leak.gate, leak.column) for leak in found.leaks} == {(CHANGED_OUTCOMES, "minutes_last_5")}


def test_the_games_own_minutes_put_into_stored_rows_are_not_what_the_chain_makes() -> None:
    found = caught(stored=knowing_minutes(STORED))
    assert {(leak.gate, leak.column) for leak in found.leaks} == {(STORED_ROWS, "minutes_last_5")}
    assert "minutes_last_5 on" in str(found)
    assert "player" in found.leaks[0].example


def test_a_feature_that_no_chain_makes_is_no_feature() -> None:
    with pytest.raises(LeakFound, match=r"own_minutes .* the chain does not have it"):
        check_leaks(
            recompute, FRAMES, STORED.assign(own_minutes=1.0), [*FEATURE_COLUMNS, "own_minutes"], fingerprint="window"
        )


def test_rows_chosen_by_who_played_are_caught() -> None:
    played = STORED.set_index(["game_id", "player_id"]).index.isin(OWN_MINUTES[OWN_MINUTES > 0].index)
    assert {(leak.gate, leak.column) for leak in caught(stored=STORED[played]).leaks} == {(STORED_ROWS, "rows")}


def test_under_a_waiver_stored_rows_are_left_alone_but_outcomes_are_not() -> None:
    assert not gate(stored=knowing_minutes(STORED), compare_stored=False).compared_stored
    caught(chain=leaking_chain, compare_stored=False)


def test_dates_are_drawn_by_the_fingerprint_and_the_newest_is_always_there() -> None:
    drawn = [tuple(probed_dates(STORED["game_date"], name)) for name in ("a", "a", "b", "c", "d")]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 1
    assert all(dates[-1] == DAYS[-1] and len(set(dates)) == 3 for dates in drawn)
    assert list(probed_dates(STORED["game_date"][:1], "a")) == [STORED["game_date"].iloc[0]]


def test_only_what_happened_on_the_date_or_later_is_changed() -> None:
    day = DAYS[len(DAYS) // 2]
    changed = with_other_outcomes(FRAMES, day, seed=1)
    for table, rows in FRAMES.items():
        before = rows[rows["game_date"] < day].reset_index(drop=True)
        pd.testing.assert_frame_equal(changed[table][changed[table]["game_date"] < day].reset_index(drop=True), before)
        if table not in OUTCOME_TABLES:
            assert changed[table] is rows
    tables = [frames["player_game_summary"] for frames in (changed, FRAMES)]
    late, was = (table[table["game_date"] >= day] for table in tables)
    assert 0 < len(late) < len(was)
    both = late.merge(was, on=["game_id", "player_id"], suffixes=("", "_was"))
    assert (both["pts"] != both["pts_was"]).all()


def test_null_equals_null_and_nothing_else() -> None:
    rows = pd.DataFrame({"game_id": ["1"] * 3, "player_id": [1, 2, 3], "a": [1.0, np.nan, np.nan]})
    day = pd.Timestamp("2024-01-01")
    assert differences("g", day, rows, rows.sample(frac=1, random_state=2), ["a"]) == []
    (leak,) = differences("g", day, rows, rows.assign(a=[1.0, np.nan, 0.0]), ["a"])
    assert (leak.column, leak.rows, leak.of_rows, leak.example) == ("a", 1, 3, "as game 1 player 3: nan before, 0 now")


# --- with games that are lost ---

LOST_DAY = DAYS[-4]
_LOST = LEAGUE.game_schedule[LEAGUE.game_schedule["game_date"] == LOST_DAY].iloc[0]
TEAM_GAMES = gap((_LOST["home_team_id"], LOST_DAY), (_LOST["away_team_id"], LOST_DAY))
"""A league of the tests names a game by either team."""
NOTHING = gap()


class LostGame:
    """One game is in quarantine in every table of outcomes; from `since` on, as what was published before had it."""

    def __init__(self, since: pd.Timestamp = DAYS[0], store: pd.DataFrame = NOTHING) -> None:
        self._since, self._store = since, store

    def of(self, contract: Contract, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
        known = day < self._since
        return {
            read.table: TEAM_GAMES if read.table in OUTCOME_TABLES and not known else NOTHING for read in contract.reads
        }

    def key(self, contract: Contract, day: pd.Timestamp) -> tuple[bytes, ...]:
        return (bytes([day < self._since]),)

    def quarantined(self, table: str) -> pd.DataFrame:
        return self._store


CHAIN_WITHOUT = partial(recompute, gaps=LostGame())


def test_a_lost_game_is_a_gap_and_no_row_of_it_is_read() -> None:
    stored = CHAIN_WITHOUT(FRAMES, DAYS)
    gone = {
        table: FRAMES[table][~FRAMES[table]["game_id"].isin(TEAM_GAMES["game_id"])].reset_index(drop=True)
        for table in OUTCOME_TABLES
    }
    pd.testing.assert_frame_equal(CHAIN_WITHOUT({**FRAMES, **gone}, DAYS), stored)
    assert stored["absence"].str.contains("upstream_missing").any()
    assert not STORED["absence"].str.contains("upstream_missing").any()


def test_the_gate_passes_and_finds_leaks_where_it_knows_what_is_lost() -> None:
    stored = CHAIN_WITHOUT(FRAMES, DAYS)
    assert gate(CHAIN_WITHOUT, stored).rows > 0
    assert {leak.gate for leak in caught(stored=stored).leaks} == {STORED_ROWS}, "it has to know"
    found = caught(chain=CHAIN_WITHOUT, stored=knowing_minutes(stored))
    assert {(leak.gate, leak.column) for leak in found.leaks} == {(STORED_ROWS, "minutes_last_5")}


def test_dates_that_were_built_before_the_game_was_lost_have_read_it() -> None:
    late = DAYS[-3]
    mixed = recompute(FRAMES, DAYS, LostGame(since=late)).sort_values(["game_date", "game_id", "player_id"])
    for day in DAYS[-5:]:
        expected = STORED if day < late else CHAIN_WITHOUT(FRAMES, DAYS)
        found, wanted = (rows[rows["game_date"] == day].reset_index(drop=True) for rows in (mixed, expected))
        pd.testing.assert_frame_equal(found, wanted)


def test_a_game_that_the_store_itself_has_quarantined_has_no_rows() -> None:
    made = recompute(FRAMES, DAYS, LostGame(since=DAYS[-1] + pd.Timedelta(days=1), store=TEAM_GAMES))
    kept = STORED[STORED["game_id"] != _LOST["game_id"]].reset_index(drop=True)
    assert len(kept) < len(STORED)
    pd.testing.assert_frame_equal(made, kept)
