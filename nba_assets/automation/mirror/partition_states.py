"""What Dagster should show of each date, by the ledger, and which dates it shows otherwise."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from nba_assets.contracts.tables import made_of
from nba_assets.event_log.dagster_state import FAILED, PLANNED, STATE_DIGEST, SUCCEEDED, ShownCheck, ShownDate
from nba_assets.event_log.outcomes import Outcome
from nba_assets.readiness.quarantined_games import said_of_date
from nba_assets.readiness.root_cause import origins, remedy
from nba_assets.readiness.staleness import StaleRange
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.readiness.up_to_date import fix_command

READY, WAIVED, STALE, MISSING = "ready", "waived", "stale", "missing"
NAMED_CAUSES = 3
_NOTHING = ShownDate()


@dataclass(frozen=True)
class Difference:
    """A date of a table that Dagster shows otherwise than the ledger says: what to show, and what is shown now."""

    table: str
    day: dt.date
    state_digest: str
    shown: ShownDate


def state_digests(state: LedgerState, table: str) -> np.ndarray:
    """Per date of the calendar the ledger's story, as text that differs exactly when something else is to be said.

    "ready", "waived w1,w2", "stale", "rejected 57", "blocked 57" (the build of the attempt), "" for a missing date.
    """
    rows = state.rows[table]
    states = rows["status"].astype("object").fillna("").to_numpy(dtype=object)
    waived: dict[int, list[str]] = {}
    for waiver, dates in state.taints(table).items():
        for at in np.flatnonzero(dates & (states == READY)):
            waived.setdefault(int(at), []).append(waiver)
    for position, waivers in waived.items():
        states[position] = f"{WAIVED} {','.join(waivers)}"
    gaps = state.is_gap(table)
    states[state.is_stale(table)] = STALE
    for at in np.flatnonzero(gaps):
        states[at] = f"{states[at]} {rows['attempt_build'].iloc[at]}"
    return states


def differences(
    state: LedgerState,
    table: str,
    shown: Mapping[dt.date, ShownDate],
    live_runs: Collection[str],
    now: dt.datetime,
    patience: dt.timedelta,
) -> tuple[list[Difference], int]:
    """The dates to tell Dagster about, and how many are left to runs that are alive and will tell them themselves.

    A run reports what it published right after the publish; one that is alive is given `patience` to do so. What
    it has planned stays shown as in progress until it is done.
    """
    rows = state.rows[table]
    days = state.days.date
    states = state_digests(state, table)
    hashes = rows["content_hash"].astype("object").fillna("").to_numpy(dtype=object)
    runs = rows["run_id"].astype("object").fillna("").to_numpy(dtype=object)
    recent = (pd.to_datetime(rows["written_at"], utc=True) > pd.Timestamp(now - patience)).to_numpy(dtype=bool)
    found, left = [], 0
    for at, day in enumerate(days):
        state_digest, here = states[at], shown.get(day, _NOTHING)
        if not state_digest:
            if here.target is None and here.check.status != SUCCEEDED:
                continue
            state_digest = MISSING
        if (here.data_version == hashes[at] or not hashes[at]) and _tells(here.check, state_digest, runs[at]):
            continue
        is_planned = here.check.status == PLANNED and here.check.run_id in live_runs
        if is_planned or (recent[at] and runs[at] in live_runs):
            left += 1
            continue
        found.append(Difference(table, day, state_digest, here))
    return found, left


def _tells(check: ShownCheck, state_digest: str, run_id: str) -> bool:
    """Whether the newest check result says what the ledger says; `run_id` made the ledger's newest attempt."""
    if not check.is_current:
        return False
    if not check.run_id:
        return check.state_digest == state_digest
    if check.status == SUCCEEDED:
        return state_digest == READY
    # The run that was refused a date has said why; a later decision about the date has another author.
    return (
        check.status == FAILED
        and check.run_id == run_id
        and state_digest.split(" ", maxsplit=1)[0] in ("rejected", "blocked")
    )


def outcomes(
    state: LedgerState, table: str, ranges: Sequence[StaleRange], found: Sequence[Difference]
) -> dict[dt.date, Outcome]:
    """What is to be said of dates of one table: the published content where Dagster shows another, and the result.

    `ranges` are the stale ranges of the table.
    """
    days = pd.DatetimeIndex([difference.day for difference in found])
    records = state.rows[table].loc[days].to_dict("records")
    rebuild, due_to, inputs = fix_command(state, ranges), origins(state), made_of(state.contracts[table])

    def fix(day: dt.date) -> str:
        return remedy(state, [due_to.of(state, table, state.position(pd.Timestamp(day)))])

    return {
        difference.day: _outcome(
            difference, record, ranges, rebuild, fix, inputs, said_of_date(state, table, difference.day)
        )
        for difference, record in zip(found, records, strict=True)
    }


def _outcome(
    difference: Difference,
    row: Mapping[Any, Any],
    ranges: Sequence[StaleRange],
    rebuild: str,
    fix: Callable[[dt.date], str],
    made_of: tuple[str, ...],
    without: str,
) -> Outcome:
    word, _, waivers = difference.state_digest.partition(" ")
    content = row["content_hash"] if isinstance(row["content_hash"], str) else ""
    if word == STALE:
        causes = [part.reason for part in ranges if part.first <= difference.day <= part.last]
        more = f"; and {len(causes) - NAMED_CAUSES} more causes" if len(causes) > NAMED_CAUSES else ""
        said = f"Stale: {'; '.join(causes[:NAMED_CAUSES])}{more}. Rebuild: {rebuild}"
    elif word == WAIVED:
        said = f"Ready under waivers: {waivers}. `nba-assets waivers` says who gave them and why. {without}".rstrip()
    elif word == READY:
        said = without
    elif word == MISSING:
        build = f"nba-assets backfill --from {difference.day} --to {difference.day}"
        said = f"The warehouse has nothing for this date. Build it: {build}"
    else:
        said = f"{'Blocked' if word == Status.BLOCKED else 'Rejected'}: {row['reasons']}. Fix: {fix(difference.day)}"
    return Outcome(
        passed=word in (READY, WAIVED),
        materialized=bool(content) and content != difference.shown.data_version,
        data_version=content,
        code_version=int(row["code_version"]) if content else 0,
        description=said,
        metadata=_facts(row, without) if content else {},
        check_metadata={STATE_DIGEST: difference.state_digest, **({"rebuild": rebuild} if word == STALE else {})},
        severity=dg.AssetCheckSeverity.WARN if word == WAIVED else dg.AssetCheckSeverity.ERROR,
        made_of=made_of,
    )


def _facts(row: Mapping[str, Any], without: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "dagster/partition_row_count": int(row["rows"]),
        "content_hash": row["content_hash"],
        "build": int(row["build_id"]),
        "reported_by": "the ledger, not the run that built it",
    }
    if pd.notna(row["completeness"]):
        facts["completeness"] = float(row["completeness"])
    if without:
        facts["quarantined"] = without
    if row["waivers"]:
        facts["waivers"] = row["waivers"]
    return facts
