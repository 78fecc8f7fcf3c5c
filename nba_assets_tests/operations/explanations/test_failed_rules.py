"""What failed rules said, out of one line of the ledger."""

import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.operations.explanations.explain import failed_rules
from nba_assets.readiness.rules import rules_of

NAMES = ["unique_key", "points_identity", "within_range"]


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ("", {}),
        ("points_identity: 2 rows: wrong (a=1; b=2)", {"points_identity": "2 rows: wrong (a=1; b=2)"}),
        (
            "unique_key: twice; within_range: pts is outside 0 … 200; within_range: fga is outside 0 … 150",
            {"unique_key": "twice", "within_range": "pts is outside 0 … 200; fga is outside 0 … 150"},
        ),
        ("team_offense 2024-01-02 is rejected: unique_key: twice; points_identity: wrong", {}),
        ("invalidated by ana: unique_key: she said", {}),
    ],
)
def test_rules_and_messages_are_distinguished(reasons, said):
    assert failed_rules(reasons, NAMES) == said


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_of_every_table_is_found_by_its_name(table):
    names = list(rules_of(TABLES[table]).rules)
    assert failed_rules("; ".join(f"{name}: no" for name in names), names) == dict.fromkeys(names, "no")
