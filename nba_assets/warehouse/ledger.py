"""Ledger entries of one publish: what stands now per date, and what was attempted."""

import datetime as dt
import hashlib
from collections.abc import Mapping

import pandas as pd

from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.state import Status
from nba_assets.warehouse.frames import EMPTY_HASH
from nba_assets.warehouse.port import Published, Window


def entries(
    window: Window,
    verdicts: Mapping[dt.date, Verdict],
    standing: pd.DataFrame,
    hashes: Mapping[dt.date, str],
    *,
    build: int,
    run_id: str,
    source_version: str,
    token: int,
) -> tuple[pd.DataFrame, dict[dt.date, Published]]:
    """One ledger row per computed or held date, and the outcome of each.

    A ready date's row describes its new content; when that equals what stood, `content_build` stays, unless
    the date was a gap: windows read since then are without it. A rejected or held date keeps the description
    of what stands and takes the status of the attempt.
    """
    before = {day.date(): row for day, row in zip(standing.index, standing.to_dict("records"), strict=True)}
    now = pd.Timestamp.now("UTC")
    rows, published = [], {}
    for day in sorted([*window.days, *window.held]):
        verdict = verdicts.get(day) or Verdict(Status.HELD)
        old = before.get(day, {})
        attempt = {
            "table_name": window.contract.name,
            "game_date": pd.Timestamp(day),
            "status": verdict.status.value,
            "reasons": window.held.get(day, verdict.reasons),
            "run_id": run_id,
            "attempt_build": build,
            "written_at": now,
        }
        is_changed = False
        if verdict.status is Status.READY:
            content = hashes.get(day, EMPTY_HASH)
            is_changed = old.get("content_hash") != content
            is_news = is_changed or old["status"] != Status.READY
            stands = {
                "build_id": build,
                "content_hash": content,
                "content_build": build if is_news else int(old["content_build"]),
                "inputs_build": window.inputs_build,
                "code_version": window.contract.code_version,
                "token": token,
                "rows": verdict.rows,
                "expected_rows": verdict.expected,
                "completeness": verdict.completeness,
                "is_bootstrap": verdict.is_bootstrap,
                "waivers": ",".join(verdict.waivers),
                "source_version": source_version,
            }
        else:
            stands = {name: old.get(name) for name in _STANDING}
        rows.append({**attempt, **stands})
        content_hash = stands["content_hash"] if isinstance(stands["content_hash"], str) else ""
        published[day] = Published(verdict.status, is_changed, content_hash, build, str(attempt["reasons"]), verdict)
    return _typed(rows), published


_STANDING = (
    "build_id",
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
)
_INTEGERS = (
    "build_id",
    "content_build",
    "inputs_build",
    "code_version",
    "token",
    "rows",
    "expected_rows",
    "attempt_build",
)
_NAMES = ("table_name", "game_date", "status", "reasons", "run_id", "attempt_build", "written_at", *_STANDING)


def _typed(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Nullable types throughout: what stands is unknown where nothing does."""
    frame = pd.DataFrame(rows, columns=list(_NAMES))
    types = {name: "Int64" for name in _INTEGERS} | {"completeness": "Float64", "is_bootstrap": "boolean"}
    return frame.astype(types)


def fingerprint(ledger: pd.DataFrame) -> str:
    """Digest of the content of the given partitions: equal fingerprints mean equal data."""
    parts = ledger.sort_values(["table_name", "game_date"])
    lines = (
        parts["table_name"] + " " + parts["game_date"].dt.strftime("%Y-%m-%d") + " " + parts["content_hash"].fillna("")
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
