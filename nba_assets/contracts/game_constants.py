"""Constants of the game that sources, tables and rules share."""

FREE_THROW_WEIGHT = 0.44
"""Possessions per free throw: and-ones, technicals and third shots do not end a possession of their own."""

PLAYERS_ON_COURT = 5
"""Of each team."""

REGULATION_GAME_MINUTES, OVERTIME_GAME_MINUTES = 48.0, 5.0
"""On the clock: four quarters, and one overtime."""

REGULATION_TEAM_MINUTES, OVERTIME_TEAM_MINUTES = 240, 25
"""The same, summed over a team's players on court, as box scores state a team's minutes."""
