"""Rules of box lines: what a delivery states twice agrees, in each line and between teams and their players."""

from collections.abc import Iterable, Iterator

from nba_assets.contracts.game_constants import OVERTIME_GAME_MINUTES, REGULATION_GAME_MINUTES
from nba_assets.readiness import thresholds
from nba_assets.readiness.audit import Staged
from nba_assets.readiness.contract_rules import failures_by_date
from nba_assets.readiness.contradictions import Broken, broken_between, broken_identities
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.schedule_due import GAME


def failures(found: Iterable[Broken]) -> Iterator[Failure]:
    """Each broken rule once for each date."""
    for broken in found:
        yield from failures_by_date(broken.rows, broken.rule, broken.what, broken.show, broken.columns)


def box_line_consistent(staged: Staged) -> Iterator[Failure]:
    """Every identity between the counts of a box line (`IDENTITIES`)."""
    return failures(broken_identities(staged.rows))


def players_match_team(staged: Staged) -> Iterator[Failure]:
    """The players of a team against its own line: counts, minutes, plus_minus, and how many they are."""
    teams, schedule = staged.upstream["team_box_scores"], staged.upstream["game_schedule"]
    yield from failures(broken_between(staged.rows, teams, schedule))
    played = staged.rows[staged.rows["minutes"] > 0].groupby([*GAME, "team_id", "team"]).size().rename("played")
    listed = teams[[*GAME, "team_id", "team"]].merge(played.reset_index(), how="inner")
    few = listed[listed["played"] < thresholds.MIN_PLAYERS_PER_TEAM_GAME]
    what = "fewer than five players with minutes"
    yield from failures_by_date(few, "enough_players", what, ["game_id", "team", "played"])


def minutes_within_game(staged: Staged) -> Iterator[Failure]:
    """Nobody plays longer than the game: 48 minutes and 5 for each overtime."""
    results = staged.upstream["game_results"][[*GAME, "overtime_periods"]]
    lines = staged.rows.merge(results, on=GAME, how="inner", validate="m:1")
    lines["game_minutes"] = REGULATION_GAME_MINUTES + OVERTIME_GAME_MINUTES * lines["overtime_periods"]
    longer = lines[lines["minutes"] > lines["game_minutes"] + thresholds.PLAYER_MINUTES_BEYOND_GAME]
    what = "a player's minutes are more than those of the game"
    yield from failures_by_date(
        longer, "minutes_within_game", what, ["game_id", "player_name", "minutes", "game_minutes"]
    )


def one_game_per_date(staged: Staged) -> Iterator[Failure]:
    """Nobody plays two games on one date."""
    played = staged.rows[staged.rows["minutes"].notna()]
    games = played[["game_date", "player_id", "game_id", "player_name"]].drop_duplicates(["player_id", *GAME])
    twice = games[games.duplicated(["game_date", "player_id"], keep=False)]
    what = "a player plays two games on one date"
    yield from failures_by_date(twice, "one_game_per_date", what, ["player_id", "player_name", "game_id"])


LINE_RULES = {"box_line_consistent": box_line_consistent}
"""Of teams and players alike."""

PLAYER_RULES = {
    **LINE_RULES,
    "minutes_within_game": minutes_within_game,
    "one_game_per_date": one_game_per_date,
    **dict.fromkeys(
        ("player_totals_match_team", "player_minutes_match_team", "plus_minus_matches_margin", "enough_players"),
        players_match_team,
    ),
}
