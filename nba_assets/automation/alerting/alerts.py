"""What somebody should know: failed runs, closed gates, quarantined games, a stale model, late work, stuck claims."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import numpy as np

from nba_assets.automation.alerting.stuck_claims import StuckClaim
from nba_assets.contracts.tables import MODEL
from nba_assets.modelling.registry.freshness import model_verdict
from nba_assets.partitions import eastern_date, eastern_time
from nba_assets.readiness.date_ranges import list_of, ranges_of
from nba_assets.readiness.freshness import DEADLINES
from nba_assets.readiness.ledger_columns import texts
from nba_assets.readiness.quarantined_games import quarantined_games
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status

RUN_FAILURE, GATE_CLOSED = "run_failure", "gate_closed"
RECENT_DAYS = 14
"""How old a closed gate or a quarantined game may be to be reported: older ones are known, and in the reports."""

_NUMBERS = re.compile(r"\d[\d.,:-]*|[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(frozen=True)
class Alert:
    """One thing to report once: the same kind, table and cause is the same thing, whatever dates it spreads to."""

    kind: str
    table: str
    cause: str
    text: str

    @property
    def key(self) -> str:
        cause = _NUMBERS.sub("#", self.cause) if self.kind in (RUN_FAILURE, GATE_CLOSED) else self.cause
        return f"{self.kind}|{self.table}|{cause}"


def failed_runs(instance: dg.DagsterInstance, records: Iterable[dg.RunRecord]) -> Iterator[Alert]:
    """An alert for every failed step of the runs; one for a run that failed without any."""
    for record in records:
        run = record.dagster_run
        who = run.tags.get("nba/who") or run.tags.get("user") or "somebody"
        events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        found = False
        for event in events:
            if event.dagster_event and event.dagster_event.is_step_failure:
                found = True
                step, cause = event.dagster_event.step_key or "", _cause(event.dagster_event)
                yield Alert(RUN_FAILURE, step, cause, f"run {run.run_id[:8]} of {who} failed at {step}: {cause}")
        if not found:
            cause = "its process died or was ended"
            yield Alert(RUN_FAILURE, run.job_name, cause, f"run {run.run_id[:8]} of {who} failed: {cause}")


def _cause(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    said = data.user_failure_data.description if data.user_failure_data else None
    error = data.error.cause if data.error and data.error.cause else data.error
    lines = (said or (error.message if error else "") or "failed").strip().splitlines()
    return lines[0][:500]


def closed_gates(state: LedgerState, now: dt.datetime) -> Iterator[Alert]:
    """Recent rejected dates, each table with its first reason, and how many dates are blocked behind them."""
    recent = np.asarray(state.days >= np.datetime64(eastern_date(now) - dt.timedelta(days=RECENT_DAYS)))
    blocked = sum(int((state.has_status(name, Status.BLOCKED) & recent).sum()) for name in state.contracts)
    for name in state.contracts:
        rejected = state.has_status(name, Status.REJECTED) & recent
        if rejected.any():
            reason = str(texts(state, name, "reasons")[int(np.flatnonzero(rejected)[-1])])[:500]
            dates = list_of(ranges_of(rejected, state.days))
            behind = f" {blocked} partitions of other tables are blocked." if blocked else ""
            yield Alert(GATE_CLOSED, name, reason, f"gate closed: {name} {dates} is rejected: {reason}.{behind}")


def games_lost(state: LedgerState, now: dt.datetime) -> Iterator[Alert]:
    """Each recent game that is quarantined, at its root, with both ways out."""
    recent = eastern_date(now) - dt.timedelta(days=RECENT_DAYS)
    for game in quarantined_games(state):
        if game.date >= recent:
            said = f"quarantined: {game.table} {game.sentence[:500]}. To publish it, {game.fix}"
            yield Alert("game_quarantined", game.table, f"{game.date} {game.game_id}", said)


def stale_model(models: Path, state: LedgerState) -> Iterator[Alert]:
    """The newest version was trained on data that have changed since."""
    verdict = model_verdict(models, state)
    if not verdict.passed:
        yield Alert("stale_model", MODEL, verdict.state_digest, f"stale model: {verdict.description}")


def late_work(state: LedgerState, now: dt.datetime) -> Iterator[Alert]:
    """Yesterday did not land, or today's predictions do not exist, by the hour of day at which they should."""
    for deadline in DEADLINES:
        verdict = deadline.verdict(state, now)
        if eastern_time(now) >= deadline.by and not verdict.passed:
            said = f"late: no {deadline.name.replace('_', ' ')} by {deadline.by:%H:%M} ET: {verdict.description}"
            yield Alert("freshness_missed", deadline.table, f"{verdict.metadata['date']}", said)


def stuck_claims(stuck: Sequence[StuckClaim]) -> Iterator[Alert]:
    """Claims without progress."""
    for found in stuck:
        yield Alert("stuck_claim", str(found.claim.id), found.key, found.message)


def to_send(alerts: Iterable[Alert], sent: Mapping[str, str]) -> list[Alert]:
    """The alerts that were not sent yet, one of each key."""
    return list({alert.key: alert for alert in alerts if alert.key not in sent}.values())
