"""How the dates that a run attempted ended, by the ledger."""

from collections.abc import Collection

import pandas as pd

from nba_assets.contracts.tables import TABLES

OUTCOMES = ("built", "unchanged", "empty", "bootstrap", "held", "rejected")
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
            "held": mine["status"] == "held",
            "rejected": mine["status"] == "rejected",
        }
    )
    counts = flags.groupby("table").sum()
    return counts.reindex([name for name in TABLES if name in counts.index])
