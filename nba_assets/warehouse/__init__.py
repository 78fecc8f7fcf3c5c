"""Where tables are kept: gated reads, atomic publishes, the ledger."""
