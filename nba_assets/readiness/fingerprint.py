"""One text for the content of many partitions."""

import hashlib

import pandas as pd


def fingerprint(ledger: pd.DataFrame) -> str:
    """Digest of the content of the given partitions: equal fingerprints mean equal data."""
    parts = ledger.sort_values(["table_name", "game_date"])
    lines = (
        parts["table_name"] + " " + parts["game_date"].dt.strftime("%Y-%m-%d") + " " + parts["content_hash"].fillna("")
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
