"""One text for the content of many partitions."""

import hashlib

import pandas as pd


def fingerprint(ledger: pd.DataFrame, is_lost: pd.Series | None = None) -> str:
    """Digest of the content of the given partitions: equal fingerprints mean equal data.

    `is_lost` says, per row of the ledger, of which of them nothing counts, whatever is published there.
    """
    content = ledger["content_hash"].fillna("")
    if is_lost is not None:
        content = content.mask(is_lost, "lost")
    parts = ledger.assign(content_hash=content).sort_values(["table_name", "game_date"])
    lines = parts["table_name"] + " " + parts["game_date"].dt.strftime("%Y-%m-%d") + " " + parts["content_hash"]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
