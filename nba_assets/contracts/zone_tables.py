"""Contracts of the shot-zone tables (dataset `nba_precompute`): where a player shoots, where a team lets others score.

Ranges are what is possible: a handful of shots may all go in.
"""

from dataclasses import replace

from nba_assets.contracts.contract import ABSENCE, ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.form_columns import RATIO_NULLS, count
from nba_assets.contracts.precompute import KEYS, PLAYED_GAME, WHO
from nba_assets.contracts.raw import OPPONENT_TEAM_ID, TEAM, TEAM_ID
from nba_assets.contracts.raw_shots import ZONES

_SCHEDULE, _SUMMARY, _DEFENSE = "game_schedule", "player_game_summary", "team_defense"
_SIDES = (f"{_SCHEDULE}.home_team_id", f"{_SCHEDULE}.away_team_id")
_WORDS = {"paint": "the paint", "mid_range": "mid-range", "three": "beyond the arc"}
_ALL_ATTEMPTS = tuple(f"{_SUMMARY}.{zone}_attempts" for zone in ZONES)
_ASSISTS = (f"{_SUMMARY}.assisted_makes", f"{_SUMMARY}.unassisted_makes")


def _of_player(
    name: str, text: str, unit: str, n: int, counted: str, nulls: tuple[Absence, ...], high: float, *sources: str
) -> Column:
    return Column(
        f"{name}_last_{n}", "float", f"{text}, last {n} games played.", unit, nulls, 0, high, sources=sources,
        window_games=n, count_column=f"{counted}_last_{n}",
    )  # fmt: skip


def _shares(n: int) -> tuple[Column, ...]:
    """The columns of a player's last N games."""
    columns = [
        count(f"zone_games_last_{n}", f"How many of the last {n} games played have zones.", n, *_ALL_ATTEMPTS),
        count(f"assist_games_last_{n}", f"How many of the last {n} games played say which makes were assisted.", n,
              *_ASSISTS),
    ]  # fmt: skip
    for zone in ZONES:
        text = f"Shots taken from {_WORDS[zone]} in the last {n} games played."
        columns.append(count(f"{zone}_attempts_last_{n}", text, 60 * n, f"{_SUMMARY}.{zone}_attempts"))
    for zone, words in _WORDS.items():
        attempts, makes = f"{_SUMMARY}.{zone}_attempts", f"{_SUMMARY}.{zone}_makes"
        columns += [
            _of_player(f"{zone}_attempts_per_game", f"Shots from {words} a game with zones", "per game", n,
                       "zone_games", RATIO_NULLS, 60, attempts),
            _of_player(f"{zone}_share", f"Share of all shots that came from {words}", "fraction", n,
                       "zone_games", RATIO_NULLS, 1, *_ALL_ATTEMPTS),
            _of_player(f"{zone}_fg_pct", f"Makes per shot from {words}", "fraction", n,
                       f"{zone}_attempts", RATIO_NULLS, 1, makes, attempts),
        ]  # fmt: skip
    columns.append(
        _of_player("assisted_share", "Share of makes that were assisted", "fraction", n, "assist_games", RATIO_NULLS, 1,
                   *_ASSISTS)
    )  # fmt: skip
    return tuple(columns)


PLAYER_SHOT_ZONES = Contract(
    name="player_shot_zones",
    dataset="nba_precompute",
    grain="one row per game and player expected to play",
    description="From where a player has been shooting before the game, and how well. Games count as a whole or not at "
    "all, so that no share mixes two providers' zones of one game.",
    missing="A player without a row was not expected: he did not play in the 60 days before, or his team is not due.",
    key=("game_id", "player_id"),
    columns=(
        *KEYS,
        *WHO,
        *_shares(10),
        *_shares(20),
        Column("primary_zone", "string", "By the shares of the last 10 games: paint from 0.40 on, else three from 0.40 "
               "on, else mid_range from 0.35 on, else balanced.", "", RATIO_NULLS, allowed=(*ZONES, "balanced"),
               sources=_ALL_ATTEMPTS, window_games=10, count_column="zone_games_last_10"),
        Column("sample_quality", "string", "By zone_games_last_10: excellent with 10, good from 7, limited from 5 on.",
               allowed=("excellent", "good", "limited", "insufficient"), sources=_ALL_ATTEMPTS),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read(_SCHEDULE), Read(_SUMMARY, "before", columns=(*PLAYED_GAME, ABSENCE))),
)  # fmt: skip


def _allowed(zone: str) -> tuple[Column, ...]:
    """What a team allowed in a zone over its last 15 games: attempts and percentage."""
    words, attempts, makes = _WORDS[zone], f"{_DEFENSE}.opponent_{zone}_attempts", f"{_DEFENSE}.opponent_{zone}_makes"
    return (
        count(f"{zone}_attempts_allowed_last_15", f"Opponents' shots from {words} in the last 15 games.", 15 * 150,
              attempts),
        Column(f"{zone}_fg_pct_allowed_last_15", "float", f"Opponents' makes per shot from {words}, last 15 games.",
               "fraction", RATIO_NULLS, 0, 1, sources=(makes, attempts), window_games=15,
               count_column=f"{zone}_attempts_allowed_last_15"),
    )  # fmt: skip


def _league(zone: str) -> Column:
    return Column(
        f"league_{zone}_fg_pct_last_15", "float", f"Makes per shot from {_WORDS[zone]} of all teams together, last 15 "
        f"games of each; {Absence.SHORT_HISTORY} below ten teams with such games.", "fraction", RATIO_NULLS, 0, 1,
        sources=(f"{_DEFENSE}.opponent_{zone}_makes", f"{_DEFENSE}.opponent_{zone}_attempts"),
        window_games=15, count_column="league_zone_games_last_15",
    )  # fmt: skip


_ALLOWED_SHOTS = tuple(f"{_DEFENSE}.opponent_{zone}_{what}" for zone in ZONES for what in ("makes", "attempts"))


def _extreme(name: str, text: str) -> Column:
    return Column(name, "string", text, "", RATIO_NULLS, allowed=ZONES, sources=_ALLOWED_SHOTS, window_games=15)


TEAM_DEFENSE_ZONES = Contract(
    name="team_defense_zones",
    dataset="nba_precompute",
    grain="one row per game and team due",
    description="What a team allowed by zone in its last games before the date, against all teams in theirs.",
    missing="A team without a row is not due on the date.",
    key=("game_id", "team_id"),
    columns=(
        *KEYS,
        replace(TEAM_ID, sources=_SIDES),
        replace(TEAM, sources=(f"{_SCHEDULE}.home_team", f"{_SCHEDULE}.away_team")),
        replace(OPPONENT_TEAM_ID, sources=_SIDES),
        count("zone_games_last_15", "How many of the team's last 15 games have zones.", 15,
              f"{_DEFENSE}.opponent_paint_attempts"),
        *(column for zone in ZONES for column in _allowed(zone)),
        count("league_zone_games_last_15", "How many of all teams' last 15 games have zones.", 15 * 40,
              f"{_DEFENSE}.opponent_paint_attempts"),
        *(_league(zone) for zone in ZONES),
        *(
            Column(f"{zone}_defense_vs_league", "float", f"Percentage allowed from {words} less the league's; above 0 "
                   "the team allows more than others.", "percentage points", RATIO_NULLS, -100, 100,
                   sources=(f"{_DEFENSE}.opponent_{zone}_makes", f"{_DEFENSE}.opponent_{zone}_attempts"),
                   window_games=15, count_column=f"{zone}_attempts_allowed_last_15")
            for zone, words in _WORDS.items()
        ),
        _extreme("strongest_zone", "Zone in which the team allows least against the league."),
        _extreme("weakest_zone", "Zone in which the team allows most against the league."),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read(_SCHEDULE), Read(_DEFENSE, "before")),
)  # fmt: skip

ZONE_TABLES = (TEAM_DEFENSE_ZONES, PLAYER_SHOT_ZONES)
