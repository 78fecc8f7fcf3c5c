"""Random graphs and operations through the real gate and ledger, against a record of what was read from what.

No sequence of attempts that publishes nothing may shrink the set of what is stale or refused (guarantee G9).
"""

import dataclasses
import os
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nba_assets.contracts.contract import Read
from nba_assets.readiness.windows import NEVER, Partitions
from nba_assets_tests.readiness.recorded_world import Kept, World, graphs


def run(data: st.DataObject, steps: int) -> None:
    world = World(data.draw(graphs()), data.draw(st.integers(1, 4)))
    names, dates = list(world.contracts), range(len(world.days))
    kept: Kept = {}
    if data.draw(st.booleans()):
        for name in names:
            world.attempt(name, dict.fromkeys(dates, "first"))
    for _ in range(steps):
        for (name, at), row in world.rows.items():
            if row["status"] == "ready":
                kept.setdefault((name, at, row["build_id"]), row)
        refused = {place for place in world.record if world.is_refused(place)}
        stale = {place for place in world.record if world.is_stale(place)}
        name, at = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(dates))
        operation = data.draw(st.sampled_from(["build", "build", "build", "fail", "fail", "invalidate", "restore"]))
        if operation == "restore":
            world.restore(name, at, data.draw(st.integers(0, 3)), kept)
        elif operation == "invalidate":
            world.invalidate(name, at)
        else:
            texts = st.sampled_from(["x", "y", "z"] if operation == "build" else [""])
            chosen = data.draw(st.sets(st.sampled_from(dates), min_size=1))
            if not world.attempt(name, {day: data.draw(texts) for day in sorted(chosen)}):
                assert refused <= {place for place in world.record if world.is_refused(place)}
                assert stale <= {place for place in world.record if world.is_stale(place)}
        compare(world)


def compare(world: World) -> None:
    state = world.state()
    for name in world.contracts:
        places = [(name, at) for at in range(len(world.days))]
        stale, refused = [world.is_stale(place) for place in places], [world.is_refused(place) for place in places]
        np.testing.assert_array_equal(state.stale[name], stale, err_msg=name)
        np.testing.assert_array_equal(~state.is_ready(name), refused, err_msg=name)
        blocked = [not world.is_open(world.contracts[name], at) for _, at in places]
        np.testing.assert_array_equal(state.is_blocked(world.contracts[name]), blocked, err_msg=name)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_is_stale_or_refused_is_what_the_record_of_reads_says(data: st.DataObject) -> None:
    run(data, steps=5)


SEQUENCES = int(os.environ.get("NBA_SEQUENCES", "400"))
"""Sequences of the long run; each takes a tenth of a second, and a change of the rule is tried on two thousand."""


@pytest.mark.long
@settings(max_examples=SEQUENCES, deadline=None)
@given(st.data())
def test_many_sequences_of_operations(data: st.DataObject) -> None:
    run(data, steps=5)


OLD_BUILD, OLD_BLOCKS = Partitions.current_build, Partitions.blocks


def _without_gaps(self: Partitions, read: Read) -> np.ndarray:
    return np.where(self.is_gap(read.table), self.content_build[read.table], OLD_BUILD(self, read))


def _gaps_for_ever(self: Partitions, read: Read) -> np.ndarray:
    is_kept = self.stale[read.table] & self.is_gap(read.table)
    return np.where(is_kept & (not read.as_published), NEVER, OLD_BUILD(self, read))


def _only_direct(self: Partitions, read: Read) -> np.ndarray:
    return self.content_build[read.table]


def _also_as_published(self: Partitions, read: Read) -> np.ndarray:
    return OLD_BUILD(self, dataclasses.replace(read, as_published=False))


def _optional_gaps_block(self: Partitions, read: Read, requested: object = None) -> np.ndarray:
    return OLD_BLOCKS(self, dataclasses.replace(read, optional=False))


def _unknown_schedule_is_fine(self: Partitions, read: Read, requested: object = None) -> np.ndarray:
    blocks = OLD_BLOCKS(self, read)
    return blocks & ~self.is_gap(read.table) if read.window == "before" else blocks


def _missing_is_a_gap(self: Partitions, read: Read, requested: object = None) -> np.ndarray:
    return OLD_BLOCKS(self, read) & ~self.is_missing(read.table)


def _stale_may_be_read(self: Partitions, read: Read, requested: object = None) -> np.ndarray:
    return OLD_BLOCKS(self, read) & ~self.is_stale(read.table)


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "mutant"),
    [
        ("current_build", _without_gaps),
        ("current_build", _gaps_for_ever),
        ("current_build", _only_direct),
        ("current_build", _also_as_published),
        ("blocks", _optional_gaps_block),
        ("blocks", _unknown_schedule_is_fine),
        ("blocks", _missing_is_a_gap),
        ("blocks", _stale_may_be_read),
    ],
)
def test_another_rule_is_found_out(
    monkeypatch: pytest.MonkeyPatch, method: str, mutant: Callable[[Partitions, Read], np.ndarray]
) -> None:
    monkeypatch.setattr(Partitions, method, mutant)

    @settings(
        max_examples=1_000, deadline=None, database=None, phases=[Phase.generate], report_multiple_bugs=False,
    )  # fmt: skip
    @given(st.data())
    def search(data: st.DataObject) -> None:
        run(data, steps=5)

    with pytest.raises(AssertionError):
        search()
