"""The schedule seen from each team: who plays whom, and who is at home."""

import pandas as pd

TEAM_GAME = ["game_date", "game_id", "team_id"]
"""What identifies a team's game. The date belongs to it: a postponed game is on the schedule of two dates."""

SCHEDULE_FACTS = ["season", "season_type", "team", "opponent_team_id", "opponent_team", "is_home"]


def team_games(game_schedule: pd.DataFrame) -> pd.DataFrame:
    """Two rows per scheduled game: `TEAM_GAME` and `SCHEDULE_FACTS`.

    Home and away are the schedule's, by NBA id; at a neutral site the designated home team is at home.
    """
    sides = [
        pd.DataFrame(
            {
                "game_date": game_schedule["game_date"],
                "game_id": game_schedule["game_id"],
                "team_id": game_schedule[f"{side}_team_id"],
                "season": game_schedule["season"],
                "season_type": game_schedule["season_type"],
                "team": game_schedule[f"{side}_team"],
                "opponent_team_id": game_schedule[f"{other}_team_id"],
                "opponent_team": game_schedule[f"{other}_team"],
                "is_home": side == "home",
            }
        )
        for side, other in (("home", "away"), ("away", "home"))
    ]
    return pd.concat(sides, ignore_index=True)


def with_schedule_facts(rows: pd.DataFrame, games: pd.DataFrame) -> pd.DataFrame:
    """Rows of team-games with all that `games` (see `team_games`) says about them; it wins over what they say.

    Rows whose game and team the schedule of their date does not know are left out: they cannot be placed, and
    the row-for-row rule of the table then rejects exactly their dates. Raises pandas.errors.MergeError when the
    schedule names a team-game twice.
    """
    stated = rows.drop(columns=SCHEDULE_FACTS, errors="ignore")
    return stated.merge(games, on=TEAM_GAME, how="inner", validate="m:1")
