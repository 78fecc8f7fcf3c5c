"""How far a backfill is, out of the steps of its runs."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from nba_assets.claims.claim import Claim
from nba_assets.cli.summary import end_time, mark, progress_table
from nba_assets.operations.backfills.backfill import Request
from nba_assets.operations.backfills.progress import Progress, Step, progress, seconds_left

FIRST = dt.date(2024, 1, 1)
NOW = dt.datetime(2024, 1, 3, 21, 4, tzinfo=dt.UTC)
CLAIM = Claim(1, "backfill:x", "backfill", "ada", "", (), (), "host", 1, NOW, NOW, NOW)


def _request(**given: Any) -> Request:
    last = FIRST + dt.timedelta(days=199)
    assets = ("team_offense", "team_defense")
    return Request(
        assets=assets, first=FIRST, last=last, pending_first=FIRST, pending_last=last, chunk_days=100, **given
    )


def _step(asset: str, chunk: int, seconds: float, **given: bool) -> Step:
    first = FIRST + dt.timedelta(days=100 * chunk)
    return Step(f"run {chunk}", asset, first, first + dt.timedelta(days=99), seconds, **given)


def test_dates_rate_and_time_left_per_asset() -> None:
    steps = [_step("team_offense", 0, 10.0, is_over=True), _step("team_offense", 1, 4.0)]
    offense, defense = progress(_request(expected={"team_defense": 8.0}), steps)
    assert (offense.done, offense.total, offense.rate, offense.expected) == (100, 200, 10.0, 6.0)
    assert offense.is_working
    assert (defense.done, defense.total, defense.rate, defense.expected) == (0, 200, None, 8.0)
    assert seconds_left([offense, defense], workers=1) == 14.0
    assert seconds_left([offense, defense], workers=2) == 7.0


def test_what_nobody_knows_the_time_of_is_not_counted_and_named() -> None:
    assets = progress(_request(), [_step("team_offense", 0, 10.0, is_over=True)])
    state = Progress(CLAIM, (), tuple(assets), seconds_left(assets, workers=1))
    assert (state.seconds_left, state.uncounted) == (10.0, ("team_defense",))
    assert end_time(state, NOW).endswith("(in 10 s), not counting team_defense")


def test_a_table_of_which_dates_were_refused_has_no_tick() -> None:
    over = {"is_over": True}
    steps = [_step("team_offense", 0, 10.0, **over), replace(_step("team_offense", 1, 9.0, **over), refused=3)]
    steps += [replace(_step("team_defense", 0, 10.0, **over), refused=100)]
    offense, defense = progress(_request(), steps)
    assert [mark(step)[:-1].rpartition("[")[0] for step in steps] == ["[green]✓", "[yellow]!", "[red]✗"]
    assert ("!" in mark(offense), "✗" in mark(defense)) == (True, True)
    table = progress_table([offense, defense], "")
    assert list(table.columns[2].cells) == ["200 / 200, 3 refused", "100 / 200, 100 refused"]


def test_before_the_first_step_of_a_first_backfill_no_end_is_known() -> None:
    assets = progress(_request(), [])
    assert seconds_left(assets, workers=1) is None
    assert end_time(Progress(CLAIM, (), tuple(assets), None), NOW) == "end not known yet"


def test_what_takes_longer_than_expected_is_never_due_in_the_past() -> None:
    offense, _ = progress(_request(expected={"team_offense": 3.0}), [_step("team_offense", 0, 60.0)])
    assert offense.expected == 0.0


@pytest.mark.parametrize("is_failed", [False, True])
def test_a_failed_step_is_shown_and_not_waited_for(is_failed: bool) -> None:
    steps = [_step(name, 0, 10.0, is_over=True, is_failed=is_failed) for name in ("team_offense", "team_defense")]
    assets = progress(_request(), steps)
    assert [asset.is_failed for asset in assets] == [is_failed] * 2
    assert seconds_left(assets, workers=1) == (0.0 if is_failed else 20.0)
