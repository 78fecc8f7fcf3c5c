"""What the tests of rules share: staging rows, and the failures of one rule as (date, rule, message)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import Contract
from nba_assets.readiness.audit import Staged
from nba_assets.readiness.failures import Failure

FIRST, SECOND = dt.date(2024, 12, 3), dt.date(2024, 12, 4)
NOW = dt.datetime(2024, 12, 10, tzinfo=dt.UTC)


def staged(
    contract: Contract, rows: pd.DataFrame, upstream: Mapping[str, pd.DataFrame] | None = None, **more: Any
) -> Staged:
    return Staged(Conformed(contract, rows), (FIRST, SECOND), upstream or {}, **{"now": NOW, **more})


def assert_only(failures: list[Failure], day: dt.date, rule: str, *fragments: str, blocks: bool = False) -> None:
    """Exactly one failure: of this rule, on this date, its message with all the fragments."""
    assert [(failure.game_date, failure.rule, failure.blocks) for failure in failures] == [(day, rule, blocks)]
    for fragment in fragments:
        assert fragment in failures[0].message
