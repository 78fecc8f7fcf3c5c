"""NBA data as partitioned, gated assets: box scores to predictions, on Dagster."""
