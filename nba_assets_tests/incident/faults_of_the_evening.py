"""What goes wrong in a delivery, as edits of its rows, and a backfill that falls asleep before it publishes."""

import datetime as dt
import time

import pandas as pd

from nba_assets.claims.lease import Lease
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.analytics import TEAM_OFFENSE
from nba_assets.contracts.conformed import conform
from nba_assets.definitions import TABLE_ASSETS
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Attempt, FencedOut
from nba_assets_tests.incident.pipeline import Edit, Pipeline

LEASE = dt.timedelta(seconds=2)
"""Lease of the sleeping backfill in the replay; a real one is free in under a minute."""


def without_game(game_id: str) -> Edit:
    """The rows of one game are not delivered."""
    return lambda rows: rows[rows["game_id"] != game_id].reset_index(drop=True)


def reverse_half(first: dt.date, last: dt.date) -> Edit:
    """Home and away are reversed in every second game of the dates, as by a loader that trusts the order of rows."""

    def edit(rows: pd.DataFrame) -> pd.DataFrame:
        within = rows["game_date"].between(pd.Timestamp(first), pd.Timestamp(last))
        second = rows["game_id"].str[-1].astype(int) % 2 == 1
        rows["is_home"] = rows["is_home"].astype(bool) ^ (within & second)
        return rows

    return edit


def lose_players(first: dt.date, last: dt.date, share: float) -> Edit:
    """That share of the players come under a key that a loader does not know, and it drops them."""

    def edit(rows: pd.DataFrame) -> pd.DataFrame:
        within = rows["game_date"].between(pd.Timestamp(first), pd.Timestamp(last))
        unknown = pd.util.hash_array(rows["player_id"].to_numpy(dtype="int64")) % 1000 < 1000 * share
        return rows[~(within & unknown)].reset_index(drop=True)

    return edit


class SleepyBackfill:
    """A backfill of team_offense that has read its inputs and computed its rows, and not yet published them."""

    def __init__(self, pipeline: Pipeline, first: dt.date, last: dt.date) -> None:
        self._warehouse = pipeline.warehouse
        self._lease: Lease | None = None
        self.fenced_out = ""
        if pipeline.guarded:
            store = ClaimStore(pipeline.settings.claims_url, lease=LEASE)
            spans = [Span(TEAM_OFFENSE.name, first, last)]
            claim = store.reserve(
                spans, owner="backfill:first", kind="backfill", who="an engineer", above=self._warehouse.last_token()
            )
            self._lease = Lease(store, claim, every=LEASE.total_seconds() / 4).start()
            self._warehouse.raise_fence(spans, claim.id)
        self._window = self._warehouse.read_window(TEAM_OFFENSE, [day.date() for day in pd.date_range(first, last)])
        asset = next(asset for asset in TABLE_ASSETS if asset.contract is TEAM_OFFENSE)
        rows = asset.compute(self._window)
        assert isinstance(rows, pd.DataFrame)
        self._rows = conform(TEAM_OFFENSE, rows)

    def hang(self) -> None:
        """Its heartbeat stops, and its lease runs out."""
        if self._lease is not None:
            self._lease.leave()
            time.sleep(LEASE.total_seconds() + 0.5)

    def wake_and_publish(self) -> None:
        """Publish what it computed before it fell asleep; `fenced_out` says why it may not."""
        verdicts = {day: Verdict(Status.READY) for day in self._window.days}
        token = self._lease.claim.id if self._lease else 0
        try:
            self._warehouse.publish(self._window, self._rows, verdicts, Attempt("first backfill", token=token))
        except FencedOut as error:
            self.fenced_out = str(error)
