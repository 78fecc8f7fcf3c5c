"""The rules of every table, by name: those its contract implies and those of its own."""

from nba_assets.contracts.contract import Contract
from nba_assets.readiness.audit import TableRules
from nba_assets.readiness.contract_rules import contract_rules
from nba_assets.readiness.derived_rules import DERIVED_RULES
from nba_assets.readiness.ingest_rules import INGEST_RULES
from nba_assets.readiness.pregame_rules import REPORT_RULES
from nba_assets.readiness.shot_rules import SHOT_RULES

_OWN = {**INGEST_RULES, **SHOT_RULES, **REPORT_RULES, **DERIVED_RULES}


def rules_of(contract: Contract) -> TableRules:
    """All rules of a table. Raises KeyError for a table whose own rules nobody has written."""
    own = _OWN[contract.name]
    return TableRules({**contract_rules(contract), **own.rules}, own.counted)
