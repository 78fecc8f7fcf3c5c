"""Every threshold of readiness, beside its reason. Going below one takes a waiver, not an edit."""

MIN_PLAYERS_PER_TEAM_GAME = 5
"""Players with minutes a team-game must have. Eight is wrong: real team-games since 2022 had fewer."""

TEAM_MINUTES_TOLERANCE = 2.0
"""Official team minutes may differ by rounding from 240 + 25 per overtime (LeagueGameLog prints 239 or 241)."""

PLAYER_MINUTES_TOLERANCE = 10.0
"""Player minutes of a team summed against its official minutes: whole-minute sources round up to 20 lines."""

USAGE_POPULATED_SHARE = 0.95
"""Rows with minutes that must have a usage rate. The old system's bar; the incident that it missed had 47 %."""

USAGE_SUM_TOLERANCE = 0.01
"""Percentage points by which a team's minutes-weighted usage may miss its identity: stored values are rounded."""

UPSTREAM_MISSING_SHARE = 0.10
"""Rows of a last-N column that may be null for a gap in the window before the date is held."""

AVG_USAGE_POPULATED_SHARE = 0.90
"""Rows after bootstrap whose `avg_usage_rate_last_7_games` must be there: the old system's bar."""

EXPECTED_PLAYERS_PER_TEAM = 8
"""Expected players a scheduled team must have after bootstrap: a team dresses at least eight."""

OVERDUE_HOURS = 12
"""Hours after tip-off at which a game that is neither final nor postponed is overdue."""

TIPOFF_UNKNOWN_HOUR_UTC = 28
"""Hour after the game date's midnight UTC taken as tip-off where the source gives none (11 p.m. Eastern)."""
