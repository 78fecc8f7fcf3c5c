"""Rules of box lines: what a delivery states twice agrees, in each line and between teams and their players."""

from collections.abc import Iterator

import pandas as pd

from nba_assets.readiness import thresholds
from nba_assets.readiness.audit import Failure, Staged
from nba_assets.readiness.contract_rules import failures_by_date
from nba_assets.readiness.contradictions import (
    STATED,
    SUMMED,
    broken_identities,
    broken_margins,
    broken_minutes,
    broken_sums,
    team_sums,
)
from nba_assets.readiness.schedule_due import GAME

_OF_TEAM = ["game_id", "team"]


def lines_add_up(staged: Staged) -> Iterator[Failure]:
    """Every identity between the counts of a box line (`IDENTITIES`)."""
    who = [name for name in ("player_name", "team") if name in staged.rows]
    for identity, lines in broken_identities(staged.rows):
        shown = ["game_id", *who, *identity.columns]
        yield from failures_by_date(lines, "lines_add_up", f"{identity.broken}; correct the line", shown)


def players_add_up(staged: Staged) -> Iterator[Failure]:
    """The players of a team against its own line: counts, minutes, plus_minus, and how many they are."""
    teams, schedule = staged.upstream["team_box_scores"], staged.upstream["game_schedule"]
    sums = team_sums(staged.rows)
    season_types = schedule.drop_duplicates("game_id").set_index("game_id")["season_type"]
    for column, games in broken_sums(sums, teams, season_types):
        yield from failures_by_date(
            _named(games, f"team_box_scores.{column}", f"sum of player_box_scores.{column}"),
            "players_sum_to_team",
            f"{column} of the team is not that of its players; correct the line that is wrong",
            [*_OF_TEAM, f"team_box_scores.{column}", f"sum of player_box_scores.{column}"],
        )
    stated, summed = "team_box_scores.minutes", "sum of player_box_scores.minutes"
    yield from failures_by_date(
        _named(broken_minutes(sums, teams), stated, summed),
        "player_minutes_sum",
        "player minutes do not sum to the team's; a line is missing or wrong",
        [*_OF_TEAM, stated, summed],
    )
    yield from failures_by_date(
        broken_margins(sums, teams),
        "plus_minus_sum",
        "plus_minus of the players does not sum to five times the margin",
        [*_OF_TEAM, "plus_minus", "five_margins"],
    )
    few = sums[sums["played"] < thresholds.MIN_PLAYERS_PER_TEAM_GAME].merge(teams[[*GAME, "team_id", "team"]])
    yield from failures_by_date(few, "enough_players", "fewer than five players with minutes", [*_OF_TEAM, "played"])


def _named(games: pd.DataFrame, stated: str, summed: str) -> pd.DataFrame:
    return games.rename(columns={STATED: stated, SUMMED: summed})


def minutes_within_game(staged: Staged) -> Iterator[Failure]:
    """Nobody plays longer than the game: 48 minutes and 5 for each overtime."""
    results = staged.upstream["game_results"][[*GAME, "overtime_periods"]]
    lines = staged.rows.merge(results, on=GAME, how="inner", validate="m:1")
    lines["game_minutes"] = 48 + 5 * lines["overtime_periods"]
    longer = lines[lines["minutes"] > lines["game_minutes"] + thresholds.PLAYER_MINUTES_BEYOND_GAME]
    what = "a player's minutes are more than those of the game"
    yield from failures_by_date(
        longer, "minutes_within_game", what, ["game_id", "player_name", "minutes", "game_minutes"]
    )


LINE_RULES = {"lines_add_up": lines_add_up}
"""Of teams and players alike; `IDENTITIES` has what they compare."""

PLAYER_RULES = {**LINE_RULES, "minutes_within_game": minutes_within_game, "players_add_up": players_add_up}
