"""The data quality page: what the ledger knows, gathered and rendered as one self-contained HTML file."""
