"""Ledger entries of a publish, an invalidation and a restore: what is published per date, and what was attempted."""

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Any, cast

import pandas as pd

from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.quarantine import to_text
from nba_assets.readiness.status import Status
from nba_assets.warehouse.frames import EMPTY_HASH
from nba_assets.warehouse.port import Attempt, Published, Window


def entries(
    window: Window,
    verdicts: Mapping[dt.date, Verdict],
    current: pd.DataFrame,
    hashes: Mapping[dt.date, str],
    attempt: Attempt,
    *,
    build: int,
    now: dt.datetime,
) -> tuple[pd.DataFrame, dict[dt.date, Published]]:
    """One ledger row per computed or blocked date, and the outcome of each.

    A ready date's row describes its new content; when that equals what was published, and so do the quarantined games,
    `content_build` stays, unless the date was a gap: windows read since then are without it. A rejected or blocked
    date keeps the description of what is published and takes the status of the attempt. The attempt's `override` is
    recorded for the dates that newer code had built.
    """
    before = {day.date(): row for day, row in zip(current.index, current.to_dict("records"), strict=True)}
    rows, published = [], {}
    for day in sorted([*window.days, *window.blocked]):
        verdict = verdicts.get(day) or Verdict(Status.BLOCKED)
        old = before.get(day, {})
        tried = {
            "table_name": window.contract.name,
            "game_date": pd.Timestamp(day),
            "status": verdict.status.value,
            "reasons": window.blocked.get(day, verdict.reasons),
            "run_id": attempt.run_id,
            "attempt_build": build,
            "written_at": now,
            "seconds": attempt.seconds,
            "notes": "; ".join(verdict.notes),
        }
        is_changed = False
        if verdict.status is Status.READY:
            content, quarantined = hashes.get(day, EMPTY_HASH), to_text(verdict.quarantined)
            is_changed = old.get("content_hash") != content
            is_news = is_changed or old["status"] != Status.READY or _text(old, "quarantined") != quarantined
            described = {
                "build_id": build,
                "gap_build": None,
                "content_hash": content,
                "quarantined": quarantined,
                "content_build": build if is_news else int(old["content_build"]),
                "inputs_build": window.inputs_build,
                "code_version": window.contract.code_version,
                "token": attempt.token,
                "rows": verdict.rows,
                "expected_rows": verdict.expected,
                "completeness": verdict.completeness,
                "is_bootstrap": verdict.is_bootstrap,
                "waivers": ",".join(verdict.waivers),
                "source_version": attempt.source_version,
                "override": attempt.override if (old.get("code_version") or 0) > window.contract.code_version else "",
            }
        else:
            described = {name: old.get(name) for name in _PUBLISHED} | {"gap_build": _gap_build(old, build)}
        rows.append({**tried, **described})
        content_hash = described["content_hash"] if isinstance(described["content_hash"], str) else ""
        published[day] = Published(verdict.status, is_changed, content_hash, build, str(tried["reasons"]), verdict)
    return _typed(rows), published


def invalidated(current: pd.DataFrame, reason: str, *, build: int, token: int, now: dt.datetime) -> pd.DataFrame:
    """Ledger rows that close the gate on published content, which counts as news to everything built on it."""
    attempt = {**_operation(Status.REJECTED, reason, build, now), "content_build": build, "token": token}
    rows = cast("list[dict[str, Any]]", current.reset_index().to_dict("records"))
    return _typed([{**row, **attempt, "gap_build": _gap_build(row, build)} for row in rows])


def _text(row: Mapping[Any, Any], name: str) -> str:
    """A text of a ledger row; empty where a row of an earlier release has none."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _gap_build(old: Mapping[Any, Any], build: int) -> int:
    """The first failed attempt since the content was published, given that `build` is another one."""
    if old.get("status") not in (Status.REJECTED, Status.BLOCKED):
        return build
    since = old.get("gap_build")
    # Unknown in rows of an earlier release: then its newest failed attempt.
    return int(old["attempt_build"] if since is None or pd.isna(since) else since)


def restored(
    current: Mapping[Hashable, Any],
    kept: Mapping[Hashable, Any],
    reason: str,
    *,
    build: int,
    token: int,
    now: dt.datetime,
) -> tuple[pd.DataFrame, Published]:
    """The ledger row of a date that holds again what the history row `kept` describes, and the outcome.

    Its code, inputs, source and waivers are the old ones: what has changed since makes it stale. As in a publish
    the content is news when it differs from what was published or the date was a gap.
    """
    is_changed = current["content_hash"] != kept["content_hash"]
    is_as_quarantined = _text(current, "quarantined") == _text(kept, "quarantined")
    is_news = is_changed or current["status"] != Status.READY or not is_as_quarantined
    described = {name: kept[name] for name in _PUBLISHED} | {
        "build_id": build,
        "gap_build": None,
        "content_build": build if is_news else int(current["content_build"]),
        "token": token,
    }
    place = {name: kept[name] for name in ("table_name", "game_date")}
    row = {**place, **described, **_operation(Status.READY, reason, build, now)}
    return _typed([row]), Published(Status.READY, is_changed, str(kept["content_hash"]), build, reason)


def _operation(status: Status, reason: str, build: int, now: dt.datetime) -> dict[str, object]:
    """What a row says of an attempt that a person made, without a run."""
    return {
        "status": status.value, "reasons": reason, "run_id": "", "attempt_build": build, "written_at": now,
        "seconds": None, "notes": "",
    }  # fmt: skip


_PUBLISHED = (
    "build_id",
    "gap_build",
    "content_hash",
    "content_build",
    "inputs_build",
    "code_version",
    "token",
    "rows",
    "expected_rows",
    "completeness",
    "is_bootstrap",
    "waivers",
    "source_version",
    "override",
    "quarantined",
)
_INTEGERS = (
    "build_id",
    "gap_build",
    "content_build",
    "inputs_build",
    "code_version",
    "token",
    "rows",
    "expected_rows",
    "attempt_build",
)
_ATTEMPT = (
    "table_name", "game_date", "status", "reasons", "run_id", "attempt_build", "written_at", "seconds", "notes",
)  # fmt: skip


def _typed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Nullable types throughout: what is published is unknown where nothing does."""
    frame = pd.DataFrame(rows, columns=[*_ATTEMPT, *_PUBLISHED])
    floats = {"completeness": "Float64", "seconds": "Float64"}
    return frame.astype({name: "Int64" for name in _INTEGERS} | floats | {"is_bootstrap": "boolean"})
