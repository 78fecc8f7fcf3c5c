"""The thirty teams and the spellings of their tricodes."""

from nba_assets.contracts.teams import TEAM_BY_ID, TEAM_BY_TRICODE, TEAMS, TRICODE_ALIASES


def test_thirty_teams_with_distinct_ids_and_tricodes() -> None:
    assert len(TEAMS) == len(TEAM_BY_ID) == len(TEAM_BY_TRICODE) == 30
    assert set(TEAM_BY_ID) == set(range(1610612737, 1610612767))


def test_aliases_lead_to_teams_and_hide_none() -> None:
    assert set(TRICODE_ALIASES.values()) <= set(TEAM_BY_TRICODE)
    assert not set(TRICODE_ALIASES) & set(TEAM_BY_TRICODE)
