"""How the dates that a run attempted ended, by the ledger."""

from collections.abc import Collection, Mapping

import pandas as pd

from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import list_of, ranges_of
from nba_assets.readiness.root_cause import origins, remedy
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status

OUTCOMES = ("built", "unchanged", "empty", "bootstrap", "blocked", "rejected")
"""What dates are counted by. They do not exclude each other: an empty date is also built or unchanged, so is a
bootstrap date."""


def outcome_counts(ledger: pd.DataFrame, run_ids: Collection[str]) -> pd.DataFrame:
    """Per table that the runs attempted: how many dates were built (content changed), unchanged, empty and so on."""
    mine = ledger[ledger["run_id"].isin(list(run_ids))]
    ready = mine["status"] == "ready"
    changed = mine["content_build"] == mine["attempt_build"]
    flags = pd.DataFrame(
        {
            "table": mine["table_name"],
            "built": ready & changed,
            "unchanged": ready & ~changed,
            "empty": ready & (mine["rows"] == 0),
            "bootstrap": ready & mine["is_bootstrap"].fillna(False).astype(bool),
            "blocked": mine["status"] == "blocked",
            "rejected": mine["status"] == "rejected",
        }
    )
    counts = flags.groupby("table").sum()
    return counts.reindex([name for name in TABLES if name in counts.index])


NAMED_ROOTS = 3


def outcome_in_words(counts: Mapping[str, int]) -> str:
    """'3 dates built, 2 unchanged, 1 rejected', 'nothing attempted'."""
    shown = {word: counts.get(word, 0) for word in ("built", "unchanged", "blocked", "rejected")}
    parts = [f"{count:,} {word}" for word, count in shown.items() if count]
    return ", ".join(parts) or "nothing attempted"


def refusals_in_words(state: LedgerState, attempted: pd.DataFrame) -> str:
    """What a run says that was refused dates: how many were built, which were not, why at the root, and what to do.

    `attempted` are the ledger rows of the run, at least one of them not ready.
    """
    failed = attempted[attempted["status"] != Status.READY.value]
    built = len(attempted) - len(failed)
    parts = []
    for (table, status), rows in failed.groupby(["table_name", "status"], sort=False):
        dates = list_of(ranges_of(state.days.isin(rows["game_date"]), state.days))
        parts.append(f"{table} {len(rows):,} {status} ({dates})")
    found = origins(state)
    places = zip(failed["table_name"], failed["game_date"], strict=True)
    roots = {found.of(state, str(table), state.position(day)) for table, day in places}
    ordered = sorted(roots, key=lambda root: root[1])
    causes = "; ".join(state.describe(*root) for root in ordered[:NAMED_ROOTS])
    more = f"; and {len(roots) - NAMED_ROOTS} more" if len(roots) > NAMED_ROOTS else ""
    return (
        f"Built {built:,} of {counted(len(attempted), 'partition')}. Refused: "
        f"{'; '.join(parts)}. Cause: {causes}{more}. Do: {remedy(state, roots)}"
    )
