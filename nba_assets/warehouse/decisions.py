"""What invalidate, restore and waivers check and say, whatever database they write to."""

import datetime as dt
from collections.abc import Collection, Hashable, Mapping
from typing import Any

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.errors import RequestError
from nba_assets.partitions import Span
from nba_assets.warehouse.frames import EMPTY_HASH, content_hashes
from nba_assets.warehouse.port import WarehouseError


def check_waiver(span: Span, rule: str, who: str, why: str, until: dt.datetime, now: dt.datetime) -> None:
    """RequestError when table, rule, who, why or a future `until` with a time zone is missing."""
    if span.table not in (*TABLES, MODEL):
        raise RequestError(f"no table {span.table!r} to waive a rule of; there are {', '.join((*TABLES, MODEL))}")
    if not (rule and who.strip() and why.strip()):
        raise RequestError(f"a waiver for {span} needs a rule, who gives it and why")
    if until.tzinfo is None or until <= now:
        raise RequestError(f"a waiver for {span} needs a moment in the future, with a time zone, not {until}")


def check_revocation(
    waiver_id: str, found: tuple[str, dt.date, dt.date, dt.datetime | None, str | None] | None
) -> Span:
    """The dates of a waiver (table, first, last, revoked when and by whom); RequestError unless it can be revoked."""
    if found is None:
        raise RequestError(f"there is no waiver {waiver_id!r}; list them with `nba-assets waivers`")
    *place, revoked_at, revoked_by = found
    if revoked_at is not None:
        raise RequestError(f"waiver {waiver_id} was revoked before, by {revoked_by} at {revoked_at:%Y-%m-%d %H:%M}")
    return Span(*place)


def check_kept(contract: Contract, day: dt.date, build: int, kept: Mapping[Hashable, Any], rows: pd.DataFrame) -> None:
    """WarehouseError when the rows hash otherwise than the history row `kept` says."""
    found = content_hashes(contract, rows).get(day, EMPTY_HASH)
    if found != kept["content_hash"]:
        raise WarehouseError(
            f"{contract.name} {day}: the rows kept of build {build} have content hash {found}, published was "
            f"{kept['content_hash']}; the table's columns have changed since (code version "
            f"{kept['code_version']:.0f}, now {contract.code_version}) or the kept rows were altered. Nothing was "
            "restored: rebuild the date instead."
        )


def check_published(contract: Contract, builds: Mapping[dt.date, int], found: Collection[dt.date]) -> None:
    """WarehouseError names the first day on which its build put no content in place."""
    if absent := sorted(set(builds) - set(found)):
        raise WarehouseError(
            f"{contract.name} {absent[0]}: build {builds[absent[0]]} published no content there; builds that did are "
            "in its history"
        )


def check_found(contract: Contract, builds: Mapping[dt.date, int], lost: Collection[dt.date]) -> None:
    """WarehouseError names the first day whose content is not kept any more."""
    if lost:
        day = min(lost)
        raise WarehouseError(
            f"{contract.name} {day}: the content of build {builds[day]} is not kept any more; rebuild the date instead"
        )
