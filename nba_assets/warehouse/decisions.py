"""What a publish, an invalidation, a restore and a waiver come to: decided once, on one snapshot of any adapter.

A decision is a `Change` or an `Entry` of the journal; carrying it out is the adapter's.
"""

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.errors import RequestError
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.failures import Waiver, has_end
from nba_assets.readiness.game_decisions import ACCEPT
from nba_assets.readiness.quarantine import of_games
from nba_assets.readiness.status import Status
from nba_assets.warehouse.changes import PENDING, Change, Entry
from nba_assets.warehouse.fences import dates_of, entries_for, refuse_older_code
from nba_assets.warehouse.frames import EMPTY_HASH, content_hashes
from nba_assets.warehouse.gated_reads import contract_of
from nba_assets.warehouse.ledger import entries, invalidated, restored
from nba_assets.warehouse.past_builds import content_of_builds, publishing_rows
from nba_assets.warehouse.port import Attempt, Published, WarehouseError, Window
from nba_assets.warehouse.reader import Reader


def publication(
    reader: Reader,
    window: Window,
    rows: pd.DataFrame,
    hashes: Mapping[dt.date, str],
    verdicts: Mapping[dt.date, Verdict],
    attempt: Attempt,
    now: dt.datetime,
) -> tuple[Change, dict[dt.date, Published]]:
    """See `publish` of the port; `hashes` are those of the conformed rows. Builds of the outcomes are PENDING."""
    contract, refused = window.contract, refused_rows(rows, verdicts)
    before = entries_for(reader, contract.name, window.asked, attempt.token)
    forced = refuse_older_code(contract, before, attempt.override)
    ledger, published = entries(window, verdicts, before, hashes, attempt, build=PENDING, now=now)
    detail = {"build": PENDING, "run_id": attempt.run_id, "code_version": contract.code_version}
    change = Change(
        contract, ledger, window.asked, attempt.token, _seen_build(before), now, rows[~refused], rows[refused],
        changed=[day for day, outcome in published.items() if outcome.is_changed],
        failed=[
            day for day, verdict in verdicts.items() if verdict.status is Status.REJECTED or verdict.quarantined
        ],
        journal=Entry("override", f"run {attempt.run_id}", attempt.override, forced, detail) if forced else None,
    )  # fmt: skip
    return change, published


def refused_rows(rows: pd.DataFrame, verdicts: Mapping[dt.date, Verdict]) -> pd.Series:
    """Whether each row is not published: of a rejected date, or of a quarantined game."""
    rejected = [pd.Timestamp(day) for day, verdict in verdicts.items() if verdict.status is Status.REJECTED]
    games = {(day, game.game_id) for day, verdict in verdicts.items() for game in verdict.quarantined}
    return of_games(rows, games) | rows["game_date"].isin(rejected)


def invalidation(
    reader: Reader, span: Span, *, who: str, why: str, token: int, now: dt.datetime
) -> tuple[Change | None, int]:
    """See `invalidate` of the port. Without anything to invalidate there is no change, not even of the journal."""
    contract, days = contract_of(span.table), dates_of(span)
    before = entries_for(reader, contract.name, days, token)
    published = before[before["build_id"].notna()]
    if published.empty:
        return None, 0
    ledger = invalidated(published, f"invalidated by {who}: {why}", build=PENDING, token=token, now=now)
    journal = Entry("invalidate", who, why, [span], {"build": PENDING, "dates": len(published)})
    return Change(contract, ledger, days, token, _seen_build(before), now, journal=journal), len(published)


def restoration(
    reader: Reader,
    contract: Contract,
    day: dt.date,
    build: int,
    *,
    who: str,
    why: str,
    token: int,
    now: dt.datetime,
) -> tuple[Change, Published]:
    """See `restore` of the port; rows that hash otherwise than the history says are refused."""
    before = entries_for(reader, contract.name, [day], token)
    kept = publishing_rows(reader, contract, {day: build}).to_dict("records")[0]
    rows = content_of_builds(reader, contract, {day: build})
    _check_kept(contract, day, build, kept, rows)
    reason = f"restored from build {build} by {who}: {why}"
    ledger, published = restored(before.to_dict("records")[0], kept, reason, build=PENDING, token=token, now=now)
    detail = {"build": PENDING, "restored_build": build, "content_hash": published.content_hash}
    change = Change(
        contract, ledger, [day], token, _seen_build(before), now, rows,
        changed=[day] if published.is_changed else [],
        journal=Entry("restore", who, why, [Span(contract.name, day, day)], detail),
    )  # fmt: skip
    return change, published


def _seen_build(before: pd.DataFrame) -> int:
    return 0 if before.empty else int(before["attempt_build"].max())


def _check_kept(contract: Contract, day: dt.date, build: int, kept: Mapping[Hashable, Any], rows: pd.DataFrame) -> None:
    """WarehouseError when the rows hash otherwise than the history row `kept` says."""
    found = content_hashes(contract, rows).get(day, EMPTY_HASH)
    if found != kept["content_hash"]:
        raise WarehouseError(
            f"{contract.name} {day}: the rows kept of build {build} have content hash {found}, published was "
            f"{kept['content_hash']}; the table's columns have changed since (code version "
            f"{kept['code_version']:.0f}, now {contract.code_version}) or the kept rows were altered. Nothing was "
            "restored: rebuild the date instead."
        )


def check_waiver(span: Span, rule: str, who: str, why: str, until: dt.datetime, now: dt.datetime) -> None:
    """RequestError when table, rule, who, why or a future `until` with a time zone is missing."""
    if span.table not in (*TABLES, MODEL):
        raise RequestError(f"no table {span.table!r} to waive a rule of; there are {', '.join((*TABLES, MODEL))}")
    if not (rule and who.strip() and why.strip()):
        raise RequestError(f"a waiver for {span} needs a rule, who gives it and why")
    if until.tzinfo is None or until <= now:
        raise RequestError(f"a waiver for {span} needs a moment in the future, with a time zone, not {until}")


def revocation(ever: pd.DataFrame, waiver_id: str, *, who: str, why: str) -> Entry:
    """The end of one of the waivers ever given; RequestError when there is no such waiver or it was revoked before."""
    found = ever[ever["waiver_id"] == waiver_id].to_dict("records")
    if not found:
        raise RequestError(f"there is no waiver {waiver_id!r}; list them with `nba-assets waivers`")
    waiver = found[0]
    if not pd.isna(waiver["revoked_at"]):
        raise RequestError(
            f"waiver {waiver_id} was revoked before, by {waiver['revoked_by']} at {waiver['revoked_at']:%Y-%m-%d %H:%M}"
        )
    span = Span(waiver["table_name"], waiver["first_date"].date(), waiver["last_date"].date())
    return Entry("revoke", who, why, [span], {"waiver": waiver_id})


def waiving(waiver: Waiver) -> Entry:
    """The line of the journal about a waiver that is given."""
    span = Span(waiver.table, waiver.first, waiver.last)
    detail = {"waiver": waiver.waiver_id, "rule": waiver.rule}
    if has_end(waiver.until):
        detail["until"] = waiver.until.isoformat()
    if waiver.game_id:
        return Entry(ACCEPT, waiver.who, waiver.why, [span], {**detail, "game_id": waiver.game_id})
    return Entry("waive", waiver.who, waiver.why, [span], detail)


def with_states(ever: pd.DataFrame, now: dt.datetime) -> pd.DataFrame:
    """Every waiver, with its state at a moment."""
    states = np.where(ever["until"] <= now, "expired", "in force")
    return ever.assign(state=np.where(ever["revoked_at"].notna(), "revoked", states))
