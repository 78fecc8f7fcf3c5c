"""What the simulated provider sends: its games and box lines as plain frames, before any fault and any parsing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.game_constants import OVERTIME_TEAM_MINUTES, REGULATION_TEAM_MINUTES
from nba_assets.contracts.raw import BOX_COUNTS
from nba_assets.sources.parsing.raw_frames import is_sorted
from nba_assets.sources.simulated.availability import INJURED, RESTED
from nba_assets.sources.simulated.fixtures import TEAM_IDS, tip_offs
from nba_assets.sources.simulated.games import Played
from nba_assets.sources.simulated.pregame import injury_reports, point_lines
from nba_assets.sources.simulated.season import PlayedSeason, play_season
from nba_assets.sources.simulated.shots import season_shots
from nba_assets.sources.simulated.talent import NEWCOMERS, first_league, next_league

COACHS_DECISION = "DNP - Coach's Decision"

STATISTICS = (*BOX_COUNTS, "plus_minus")


@dataclass(frozen=True)
class Feed:
    """Everything delivered, one frame a kind, each with game_id and game_date and ordered by date and game.

    `expected` is no delivery: the true expected points of anyone who may dress, given that he appears.
    """

    games: pd.DataFrame
    team_lines: pd.DataFrame
    player_lines: pd.DataFrame
    expected: pd.DataFrame
    shots: pd.DataFrame
    point_lines: pd.DataFrame
    injury_reports: pd.DataFrame


def simulate(seed: int, seasons: int, first_start_year: int) -> Feed:
    """Plays consecutive seasons. The same arguments give the same feed in any process."""
    rng = np.random.default_rng([seed, first_start_year])
    players, names = first_league(rng, seasons)
    parts: list[list[pd.DataFrame]] = [[] for _ in Feed.__dataclass_fields__]
    for number in range(seasons):
        if number:
            players = next_league(players, names[NEWCOMERS * (number - 1) : NEWCOMERS * number], rng)
        start_year = first_start_year + number
        season = play_season(start_year, players, seed)
        tip_off_stream = np.random.default_rng([seed, start_year, 99])
        frames = _season_frames(season, tip_off_stream)
        games, _, lines, expected = frames
        shots = season_shots(lines, games, season.players, np.random.default_rng([seed, start_year, 98]))
        reports, scratched = injury_reports(games, lines, np.random.default_rng([seed, start_year, 97]))
        quotes = point_lines(games, lines, expected, scratched, np.random.default_rng([seed, start_year, 96]))
        for part, frame in zip(parts, (*frames, shots, quotes, reports), strict=True):
            part.append(frame)
    return Feed(*(_ordered(part) for part in parts))


def _ordered(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    frame = pd.concat(parts, ignore_index=True)
    order = ["game_date", "game_id"]
    return frame if is_sorted(frame, order) else frame.sort_values(order, kind="stable", ignore_index=True)


def _season_frames(season: PlayedSeason, rng: np.random.Generator) -> tuple[pd.DataFrame, ...]:
    opening = pd.Timestamp(season.dates.opening)
    games = pd.concat([_games(played, opening) for played in season.batches], ignore_index=True)
    home = np.searchsorted(np.sort(TEAM_IDS), games["home_team_id"])
    games["tipoff_utc"] = tip_offs(games["game_date"], np.argsort(TEAM_IDS)[home], rng)
    teams = pd.concat([_team_lines(played, opening) for played in season.batches], ignore_index=True)
    lines = pd.concat([_player_lines(played, season, opening) for played in season.batches], ignore_index=True)
    expected = pd.concat([_expected(played, season, opening) for played in season.batches], ignore_index=True)
    return games, teams, lines, expected


def _games(played: Played, opening: pd.Timestamp) -> pd.DataFrame:
    games, points = played.games, played.box.points
    return pd.DataFrame(
        {
            "game_id": games.game_id,
            "game_date": opening + pd.to_timedelta(games.day, unit="D"),
            "home_team_id": TEAM_IDS[games.home],
            "away_team_id": TEAM_IDS[games.away],
            "is_neutral_site": games.is_neutral,
            "is_postponed": False,
            "status": "final",
            "home_pts": points[::2],
            "away_pts": points[1::2],
            "overtime_periods": played.overtimes,
        }
    )


def _of_rows(played: Played, opening: pd.Timestamp, rows: np.ndarray) -> dict[str, object]:
    """Keys of team-game rows: game, date and team."""
    teams = np.column_stack([played.games.home, played.games.away]).ravel()
    return {
        "game_id": np.repeat(played.games.game_id, 2)[rows],
        "game_date": opening + pd.to_timedelta(np.repeat(played.games.day, 2)[rows], unit="D"),
        "team_id": TEAM_IDS[teams[rows]],
    }


def _team_lines(played: Played, opening: pd.Timestamp) -> pd.DataFrame:
    """Official totals: those of the players, and the team's own turnovers."""
    rows = np.arange(2 * len(played.games))
    totals = {name: values.sum(axis=1) for name, values in _counts(played).items()}
    totals["tov"] = totals["tov"] + played.box.team_turnovers
    minutes = REGULATION_TEAM_MINUTES + OVERTIME_TEAM_MINUTES * np.repeat(played.overtimes, 2).astype("float64")
    return pd.DataFrame(_of_rows(played, opening, rows) | {"is_home": rows % 2 == 0, "minutes": minutes, **totals})


def _player_lines(played: Played, season: PlayedSeason, opening: pd.Timestamp) -> pd.DataFrame:
    """Who appeared, then who was dressed and did not, then who was out; the latter two without statistics."""
    listed, players = played.lineups, season.players
    row, column = np.nonzero(played.seconds > 0)
    seconds = played.seconds[row, column]
    appeared = pd.DataFrame(
        {
            **_of_rows(played, opening, row),
            "player": listed.player[row, column],
            "is_starter": listed.is_starter[row, column],
            "minutes": seconds // 60 + seconds % 60 / 60,
            "dnp_reason": None,
            **{name: values[row, column].astype(float) for name, values in _counts(played).items()},
            "plus_minus": played.plus_minus[row, column].astype(float),
        }
    )
    benched_row, benched_column = np.nonzero(listed.is_dressed & (played.seconds == 0))
    absent_row = np.concatenate([benched_row, listed.out_row])
    reasons = np.concatenate(
        [np.full(len(benched_row), COACHS_DECISION), np.where(listed.is_resting, RESTED, INJURED)]
    ).astype(object)
    absent = pd.DataFrame(
        {
            **_of_rows(played, opening, absent_row),
            "player": np.concatenate([listed.player[benched_row, benched_column], listed.out_player]),
            "is_starter": False,
            "minutes": np.nan,
            "dnp_reason": reasons,
            **dict.fromkeys(STATISTICS, np.nan),
        }
    )
    lines = pd.concat([appeared, absent], ignore_index=True) if len(absent) else appeared
    player = lines.pop("player").to_numpy(dtype=int)
    lines.insert(2, "player_id", players.player_id[player])
    lines.insert(3, "player_name", players.name[player])
    return lines


def _expected(played: Played, season: PlayedSeason, opening: pd.Timestamp) -> pd.DataFrame:
    row, column = np.nonzero(played.lineups.is_dressed)
    keys = _of_rows(played, opening, row)
    return pd.DataFrame(
        {
            "game_id": keys["game_id"],
            "player_id": season.players.player_id[played.lineups.player[row, column]],
            "game_date": keys["game_date"],
            "expected_pts": played.expected_points[row, column].round(6),
        }
    )


def _counts(played: Played) -> dict[str, np.ndarray]:
    """Box counts in contract order."""
    counts = played.box.counts
    return {name: counts[name] if name != "reb" else counts["oreb"] + counts["dreb"] for name in BOX_COUNTS}
