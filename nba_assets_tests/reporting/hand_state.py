"""A ledger kept by hand with the columns that only a page shows."""

from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.ledgers import HandLedger


def state_of(ledger: HandLedger, **columns: object) -> LedgerState:
    """Its state; every date has ten rows and run r1, unless `columns` say otherwise."""
    frame = ledger.frame().assign(**{"rows": 10, "run_id": "r1", "completeness": 1.0, **columns})
    return LedgerState(frame, ledger.contracts, ledger.days)
