"""What failed rules said, out of one line of the ledger."""

from typing import Any

import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.operations.explanations.explain import failed_rules
from nba_assets.readiness.former_rules import FORMER_RULES
from nba_assets.readiness.gate import TRAINING_RULE
from nba_assets.readiness.rules import rule_names

NAMES = ["unique_key", "points_match_shots_made", "within_range"]


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ("", {}),
        ("points_match_shots_made: 2 rows: wrong (a=1; b=2)", {"points_match_shots_made": "2 rows: wrong (a=1; b=2)"}),
        (
            "unique_key: twice; within_range: pts is outside 0 … 200; within_range: fga is outside 0 … 150",
            {"unique_key": "twice", "within_range": "pts is outside 0 … 200; fga is outside 0 … 150"},
        ),
        ("team_offense 2024-01-02 is rejected: unique_key: twice; points_match_shots_made: wrong", {}),
        ("invalidated by ana: unique_key: she said", {}),
    ],
)
def test_rules_and_messages_are_distinguished(reasons: str, said: dict[str, Any]) -> None:
    assert failed_rules(reasons, NAMES) == said


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_of_every_table_is_found_by_its_name(table: str) -> None:
    names = rule_names(TABLES[table])
    assert failed_rules("; ".join(f"{name}: no" for name in names), names) == dict.fromkeys(names, "no")


def test_a_rule_that_failed_under_its_former_name_is_found_by_todays() -> None:
    said = failed_rules("points_identity: 2 rows: wrong; unique_key: twice", NAMES)
    assert said == {"points_match_shots_made": "2 rows: wrong", "unique_key": "twice"}


def test_every_former_name_is_that_of_a_rule_there_is() -> None:
    today = {TRAINING_RULE, *(name for contract in TABLES.values() for name in rule_names(contract))}
    assert set(FORMER_RULES.values()) <= today
    assert not set(FORMER_RULES) & today
