"""Which partitions automation should request now, by the ledger: missing, stale or newly unblocked, and buildable.

A request is never made on an upstream that is not ready: a blocked date is left alone until its
upstream is ready, or is requested together with it. What failed is tried again only after something in its window was
attempted since; an ingest date, which reads nothing but its source, after a pause.
"""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import is_made_by_model
from nba_assets.partitions import games_over
from nba_assets.readiness.date_ranges import ranges_of
from nba_assets.readiness.ledger_columns import integers, texts
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.readiness.windows import seen

Dates = dict[str, np.ndarray]
"""Flags by table, one per date of the calendar."""

GRACE = pd.Timedelta(hours=1)
"""How long after the games are over the schedule has to read them."""

ASKED_AGAIN_AFTER = pd.Timedelta(days=1)
RARER_BY = 4
"""Refused ingest dates are asked for daily at first, later after a quarter of the time since their games."""


def due(
    state: LedgerState,
    *,
    today: dt.date,
    source_version: str | None = None,
    taken: Mapping[str, np.ndarray] | None = None,
) -> Dates:
    """The dates of each table to request now; same-date inputs and history may be requested together with them.

    `taken` dates belong to somebody else's claim: they are left out, and with them what needs them. Ingest rows that
    came from another `source_version` count as outdated; None leaves that out. Predictions are made for `today` and
    later only: those of played dates stay as they were made.
    """
    asked: Dates = {}
    for name, contract in state.contracts.items():
        wanted = _wanted(state, contract, source_version)
        if is_made_by_model(contract):
            wanted &= np.asarray(state.days >= np.datetime64(today))
        if taken is not None and name in taken:
            wanted &= ~taken[name]
        for read in contract.reads:
            wanted &= ~seen(read, state.blocks(read, requested=asked[read.table]))
        asked[name] = wanted
    return asked


def read_too_early(state: LedgerState, now: dt.datetime) -> Dates:
    """Ingest dates that were last read before their games were over, which they are now, by table.

    A schedule reads every date again the night after; this finds what was missed while nothing ran, or in an outage.
    """
    over = games_over(state.days)
    is_over = (over + GRACE <= pd.Timestamp(now)).to_numpy()
    early: Dates = {}
    for name, contract in state.contracts.items():
        if contract.ingest:
            early[name] = (_attempted_at(state, name) < over).to_numpy() & is_over
    return early


def to_ask_again(state: LedgerState, now: dt.datetime) -> Dates:
    """Refused ingest dates that the source may have mended since: of one table, the newest that follow each other.

    A schedule reads the last days again and nothing older; who looks at a date that is asked for ever more rarely finds
    it fixed all the same. What a person has invalidated, which no run has attempted since, stays as decided.
    """
    over = games_over(state.days)
    for name, contract in state.contracts.items():
        if contract.ingest:
            attempted = _attempted_at(state, name)
            pause = (attempted - over) / RARER_BY
            pause = pause.mask(pause < ASKED_AGAIN_AFTER, ASKED_AGAIN_AFTER)
            is_time = (attempted + pause <= pd.Timestamp(now)).to_numpy()
            again = state.is_gap(name) & (texts(state, name, "run_id") != "") & is_time
            if again.any():
                newest = ranges_of(again, state.days)[-1]
                first, last = pd.Timestamp(newest.first), pd.Timestamp(newest.last)
                return {name: np.asarray((state.days >= first) & (state.days <= last))}
    return {}


def _attempted_at(state: LedgerState, table: str) -> pd.Series:
    return pd.to_datetime(state.rows[table]["written_at"], utc=True).reset_index(drop=True)


def _wanted(state: LedgerState, contract: Contract, source_version: str | None) -> np.ndarray:
    gaps = np.asarray(state.is_gap(contract.name))
    attempted = integers(state, contract.name, "attempt_build")
    news = np.zeros_like(gaps)
    for read in contract.reads:
        news |= seen(read, integers(state, read.table, "attempt_build"), np.maximum) > attempted
    wanted = state.is_missing(contract.name) | state.is_stale(contract.name) | (gaps & news)
    if contract.ingest and source_version is not None:
        ready = state.has_status(contract.name, Status.READY)
        wanted = wanted | (ready & (texts(state, contract.name, "source_version") != source_version))
    return np.asarray(wanted)
