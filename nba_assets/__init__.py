"""NBA data as partitioned, gated assets: box scores to predictions, on Dagster."""

from typing import Any


def __getattr__(name: str) -> Any:
    # `import nba_assets` is part of every command: what a notebook needs is loaded when it asks.
    if name == "open_warehouse":
        from nba_assets.access import open_warehouse

        return open_warehouse
    raise AttributeError(f"module 'nba_assets' has no attribute {name!r}")
