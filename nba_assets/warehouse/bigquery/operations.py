"""What a person decides about dates that stand, on BigQuery: invalidate, restore, waive; with who and why.

Each is decided on one reader and becomes a change, or a transaction of its own.
"""

import datetime as dt

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Waiver
from nba_assets.warehouse.bigquery.builds import content_of_builds, publishing_rows
from nba_assets.warehouse.bigquery.changes import PENDING, Change, Entry
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.reads import AS_OF, MOMENT, BigQueryReader
from nba_assets.warehouse.bigquery.scripts import journal_steps, revoke_script, waiver_script
from nba_assets.warehouse.bigquery.writes import standing_for
from nba_assets.warehouse.decisions import check_kept, check_revocation, check_waiver
from nba_assets.warehouse.fences import dates_of
from nba_assets.warehouse.gated_reads import contract_of
from nba_assets.warehouse.ledger import invalidated, restored
from nba_assets.warehouse.port import Published


def invalidation(
    reader: BigQueryReader, span: Span, *, who: str, why: str, token: int, now: dt.datetime, keep: dt.timedelta
) -> tuple[Change | None, int]:
    """See the port. Without anything to invalidate there is no change, not even of the journal."""
    contract, days = contract_of(span.table), dates_of(span)
    standing = standing_for(reader, span.table, days, token)
    stands = standing[standing["build_id"].notna()]
    if stands.empty:
        return None, 0
    ledger = invalidated(stands, f"invalidated by {who}: {why}", build=PENDING, token=token, now=now)
    entry = Entry("invalidate", who, why, [span], {"build": PENDING, "dates": len(stands)})
    return Change.over(contract, ledger, days, token, standing, now, keep, journal=entry), len(stands)


def restoration(
    reader: BigQueryReader,
    contract: Contract,
    day: dt.date,
    build: int,
    *,
    who: str,
    why: str,
    token: int,
    now: dt.datetime,
    keep: dt.timedelta,
) -> tuple[Change, Published]:
    """See the port; rows that hash otherwise than the history says are refused."""
    standing = standing_for(reader, contract.name, [day], token)
    kept = publishing_rows(reader, contract, {day: build}).to_dict("records")[0]
    rows = content_of_builds(reader, contract, {day: build})
    check_kept(contract, day, build, kept, rows)
    reason = f"restored from build {build} by {who}: {why}"
    before = standing.to_dict("records")[0]
    ledger, published = restored(before, kept, reason, build=PENDING, token=token, now=now)
    detail = {"build": PENDING, "restored_build": build, "content_hash": published.content_hash}
    entry = Entry("restore", who, why, [Span(contract.name, day, day)], detail)
    changed = [day] if published.is_changed else []
    change = Change.over(contract, ledger, [day], token, standing, now, keep, rows=rows, changed=changed, journal=entry)
    return change, published


def add_waiver(
    jobs: BigQueryJobs,
    names: Names,
    span: Span,
    rule: str,
    *,
    who: str,
    why: str,
    until: dt.datetime,
    now: dt.datetime,
) -> Waiver:
    """See the port."""
    check_waiver(span, rule, who, why, until, now)
    statements, parameters = waiver_script(names, span, rule, who=who, why=why, until=until, now=now)
    number = jobs.transaction(statements, parameters, table="waivers")[0][0]
    return Waiver(str(number), span.table, rule, span.first, span.last, until, who, why)


def revoke_waiver(
    jobs: BigQueryJobs, names: Names, reader: BigQueryReader, waiver_id: str, *, who: str, why: str, now: dt.datetime
) -> None:
    """See the port."""
    found = reader.ask(
        f"{MOMENT}table_name, first_date, last_date, revoked_at, revoked_by FROM {names.system('waivers')} {AS_OF} "
        "WHERE waiver_id = @waiver",
        waiver=waiver_id,
    ).to_pylist()
    span = check_revocation(waiver_id, tuple(found[0].values()) if found else None)
    told, parameters = journal_steps(names, Entry("revoke", who, why, [span], {"waiver": waiver_id}), now)
    jobs.transaction(revoke_script(names, told), {**parameters, "waiver": waiver_id}, table="waivers")


def all_waivers(reader: BigQueryReader, columns: list[str], now: dt.datetime) -> pd.DataFrame:
    """Every waiver, with its state at a moment."""
    return reader.frame(
        f"{MOMENT}{', '.join(columns)}, CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN until <= @now THEN "
        f"'expired' ELSE 'in force' END AS state FROM {reader.system('waivers')} ORDER BY created_at, waiver_id",
        now=now,
    )
