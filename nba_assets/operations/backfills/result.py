"""How a backfill ended: counts per table, what changed, why what failed; kept as JSON beside its log."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nba_assets.atomic_files import write_atomic
from nba_assets.claims.claim import Claim
from nba_assets.operations.backfills.backfill import Request
from nba_assets.readiness.run_outcomes import OUTCOMES, outcome_counts
from nba_assets.readiness.state import LedgerState
from nba_assets.settings import Settings


@dataclass(frozen=True)
class Result:
    """`tables` has, per table asked for: counts of OUTCOMES, `current` and `left` dates, published rows, seconds.

    `changes` are those of `operations.changes`; `state` is how the claim ended.
    """

    claim: int
    state: str
    exit_code: int
    seconds: float
    dates: int
    run_ids: tuple[str, ...]
    failures: tuple[str, ...]
    tables: tuple[Mapping[str, Any], ...]
    changes: tuple[Mapping[str, Any], ...]
    why: str = ""

    def write(self, settings: Settings) -> None:
        """Store it; anyone who reads sees all of it or nothing."""
        path = result_path(settings, self.claim)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(asdict(self), indent=1).encode())


def result_path(settings: Settings, claim_id: int) -> Path:
    """Where the result of the backfill with this claim is written."""
    return settings.launches / f"{claim_id}.json"


def read_result(settings: Settings, claim_id: int) -> Result | None:
    """The result of a backfill; None while it runs, or when its process was killed."""
    path = result_path(settings, claim_id)
    if not path.exists():
        return None
    values = json.loads(path.read_text())
    facts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in values.items()}
    return Result(**facts)


def table_rows(state: LedgerState, ledger: pd.DataFrame, request: Request, claim: Claim) -> list[dict[str, Any]]:
    """One row per table asked for: how its dates ended, how many rows are published, how long its builds took."""
    mine = ledger[ledger["run_id"].isin(claim.run_ids)]
    counts = outcome_counts(ledger, claim.run_ids)
    builds = mine.drop_duplicates(["table_name", "attempt_build"]).groupby("table_name")["seconds"].sum()
    published = ledger[ledger["status"] == "ready"].groupby("table_name")["rows"].sum()
    within = (state.days >= pd.Timestamp(request.first)) & (state.days <= pd.Timestamp(request.last))
    rows = []
    for table in request.dated:
        of_table = counts.loc[table].to_dict() if table in counts.index else {}
        words = {word: int(of_table.get(word, 0)) for word in OUTCOMES}
        attempted = mine.loc[mine["table_name"] == table, "game_date"]
        untouched = within & ~state.days.isin(attempted)
        current = int((untouched & state.is_ready(table)).sum())
        rows.append(
            {
                "table": table,
                **words,
                "current": current,
                "left": int(untouched.sum()) - current,
                "rows_published": int(published.get(table, 0)),
                "seconds": round(float(builds.get(table, 0.0)), 1),
            }
        )
    return rows
