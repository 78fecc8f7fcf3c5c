"""The rules of every table, by name: those its contract implies and those of its own; the names that may be waived."""

from nba_assets.contracts.contract import Contract
from nba_assets.readiness.audit import SOURCE_UNDERSTOOD, TableRules
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


def rule_names(contract: Contract) -> tuple[str, ...]:
    """The names under which a date of the table may be rejected or blocked by its own rules."""
    return (*rules_of(contract).rules, *((SOURCE_UNDERSTOOD,) if contract.ingest else ()))
