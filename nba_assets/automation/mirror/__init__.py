"""Dagster's view of each partition, kept equal to the ledger's."""
