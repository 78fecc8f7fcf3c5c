"""Latent players: what each is able to do, how it changes over the years, and for whom he plays each season."""

from dataclasses import dataclass, replace

import numpy as np

from nba_assets.sources.simulated.fixtures import TEAM_IDS
from nba_assets.sources.simulated.names import player_names

TEAMS = len(TEAM_IDS)
CORE, LATE = 16, 4
"""Players a team has from the first day, and those it calls up later in the season."""

ROSTER = CORE + LATE
LEAGUE = TEAMS * ROSTER
NEWCOMERS = 80
"""Players who leave the league each summer, and rookies who come for them."""

MOVERS = 150
FIRST_PLAYER_ID = 9_000_001
MINUTES_CAP = 43.0
"""Minutes of 48 that a coach's most used player tends to, never passes by much."""

_ROLE_MINUTES = (
    34.0,
    32.4,
    30.8,
    28.9,
    26.6,
    23.6,
    21.0,
    18.2,
    15.0,
    11.6,
    8.4,
    6.0,
    4.6,
    3.6,
    3.0,
    2.6,
    2.2,
    2.0,
    1.8,
    1.6,
)


@dataclass(frozen=True)
class Players:
    """One season's league, one element a player.

    Rates are relative weights within a team, shot percentages and the share of threes are on the logit scale.
    `role` is the logit of minutes over MINUTES_CAP in a healthy team; `team` the club on the first day;
    `is_late` marks those who join during the season.
    """

    player_id: np.ndarray
    name: np.ndarray
    age: np.ndarray
    team: np.ndarray
    is_late: np.ndarray
    quality: np.ndarray
    size: np.ndarray
    usage: np.ndarray
    three_share: np.ndarray
    two_pct: np.ndarray
    three_pct: np.ndarray
    free_throw_pct: np.ndarray
    foul_drawing: np.ndarray
    assists: np.ndarray
    turnovers: np.ndarray
    offensive_rebounds: np.ndarray
    defensive_rebounds: np.ndarray
    steals: np.ndarray
    blocks: np.ndarray
    fouls: np.ndarray
    defence: np.ndarray
    fragility: np.ndarray
    role: np.ndarray


def first_league(rng: np.random.Generator, seasons: int) -> tuple[Players, np.ndarray]:
    """The league of the first season, and the names kept for the rookies of the following ones."""
    names = player_names(LEAGUE + NEWCOMERS * (seasons - 1), rng)
    players = _born(rng, names[:LEAGUE], FIRST_PLAYER_ID, rng.uniform(20, 34, LEAGUE))
    strength_order = np.argsort(-(players.quality + rng.normal(0, 0.3, LEAGUE)), kind="stable")
    team = np.empty(LEAGUE, dtype=int)
    for block in strength_order.reshape(ROSTER, TEAMS):
        team[block] = rng.permutation(TEAMS)
    return _with_roles(replace(players, team=team), rng), names[LEAGUE:]


def next_league(players: Players, names: np.ndarray, rng: np.random.Generator) -> Players:
    """The league after a summer: growth and decline, retirements, free agency, and rookies in their places."""
    age = players.age + 1
    growth = 0.09 * (25.5 - age).clip(-6, 5) / 3 + rng.normal(0, 0.28, LEAGUE)
    quality = players.quality + growth
    years = replace(
        players,
        age=age,
        quality=quality,
        usage=players.usage * np.exp(0.16 * growth + rng.normal(0, 0.09, LEAGUE)),
        three_share=players.three_share + rng.normal(0, 0.15, LEAGUE),
        two_pct=players.two_pct + rng.normal(0, 0.05, LEAGUE),
        three_pct=players.three_pct + rng.normal(0, 0.06, LEAGUE),
    )
    leaving = np.argsort(quality - 0.11 * (age - 27).clip(0) + rng.normal(0, 0.35, LEAGUE), kind="stable")[:NEWCOMERS]
    rookies = _born(rng, names, int(players.player_id.max()) + 1, rng.uniform(19, 23, NEWCOMERS))
    rookies = replace(rookies, quality=rookies.quality * 0.75 - 0.35)
    team = years.team.copy()
    movers = rng.choice(LEAGUE, MOVERS, replace=False)
    movers = movers[np.argsort(-quality[movers], kind="stable")]
    for block in movers.reshape(-1, 15):
        team[block] = rng.permutation(team[block])
    merged = {}
    for field, values in vars(years).items():
        merged[field] = values.copy()
        merged[field][leaving] = getattr(rookies, field)
    merged["team"] = team
    return _with_roles(Players(**merged), rng)


def _born(rng: np.random.Generator, names: np.ndarray, first_id: int, age: np.ndarray) -> Players:
    """Players out of nowhere: guards are small (size below zero), centres large, and the good have the ball."""
    count = len(names)

    def noise(scale: float) -> np.ndarray:
        return rng.normal(0, scale, count)

    quality, size = rng.normal(0, 1, count), rng.normal(0, 1, count)
    usage = np.exp(0.31 * quality + noise(0.20))
    is_centre = size > 1.25
    return Players(
        player_id=np.arange(first_id, first_id + count),
        name=names,
        age=age,
        team=np.zeros(count, dtype=int),
        is_late=np.zeros(count, dtype=bool),
        quality=quality,
        size=size,
        usage=usage,
        three_share=-0.32 - 0.45 * size - 2.6 * is_centre + noise(0.34),
        two_pct=0.12 + 0.13 * size + 0.04 * quality + noise(0.10),
        three_pct=-0.60 - 0.05 * size + 0.035 * quality + noise(0.10),
        free_throw_pct=1.245 - 0.25 * size + 0.10 * quality + noise(0.30),
        foul_drawing=np.exp(0.12 * quality + 0.12 * size + noise(0.38)),
        assists=np.exp(0.65 * np.log(usage) - 0.52 * size + noise(0.34)),
        turnovers=np.exp(0.75 * np.log(usage) - 0.06 * size + noise(0.22)),
        offensive_rebounds=np.exp(0.72 * size + noise(0.35)),
        defensive_rebounds=np.exp(0.36 * size + 0.05 * quality + noise(0.20)),
        steals=np.exp(-0.14 * size + noise(0.25)),
        blocks=np.exp(0.64 * size + noise(0.40)),
        fouls=np.exp(0.10 * size - 0.04 * quality + noise(0.08)),
        defence=0.3 * quality + noise(1.0),
        fragility=rng.gamma(3, 1 / 3, count),
        role=np.zeros(count),
    )


def _with_roles(players: Players, rng: np.random.Generator) -> Players:
    """Roles by quality within each team; the last of each team join late."""
    rank = players.quality + rng.normal(0, 0.30, LEAGUE)
    order = np.lexsort((-rank, players.team))
    rank = np.empty(LEAGUE, dtype=int)
    rank[order] = np.tile(np.arange(ROSTER), TEAMS)
    share = np.array(_ROLE_MINUTES)[rank] / MINUTES_CAP
    return replace(
        players,
        role=np.log(share / (1 - share)) + rng.normal(0, 0.22, LEAGUE),
        is_late=rank >= CORE,
    )
