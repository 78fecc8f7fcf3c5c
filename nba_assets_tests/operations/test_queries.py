"""The old system's queries, translated."""

import pytest

from nba_assets.operations.queries import to_duckdb


@pytest.mark.parametrize(
    ("bigquery", "parts"),
    [
        (
            "SELECT COUNTIF(usage_rate IS NOT NULL) AS n FROM `p.nba_analytics.player_game_summary` "
            "WHERE game_date >= '2021-10-01'",
            ["COUNT_IF", '"nba_analytics"."player_game_summary"'],
        ),
        (
            "SELECT COUNT(DISTINCT game_date) FROM `p.nba_analytics.team_offense_game_summary`",
            ["COUNT(DISTINCT game_date)", '"nba_analytics"."team_offense_game_summary"'],
        ),
        (
            "SELECT CASE WHEN game_date >= '2024-10-01' THEN 'new' ELSE 'old' END AS season, COUNT(*) AS n "
            "FROM `p.nba_analytics.player_game_summary` GROUP BY season ORDER BY season DESC",
            ["GROUP BY 1", "ORDER BY season DESC"],
        ),
    ],
    ids=["countif", "three-part name", "alias that is a column too"],
)
def test_old_queries_become_duckdb(bigquery: str, parts: list[str]) -> None:
    translated = to_duckdb(bigquery)
    assert all(part in translated for part in parts), translated
    assert "`" not in translated
