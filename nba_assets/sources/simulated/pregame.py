"""What the simulated league's bookmakers and teams publish before its games: points lines and injury reports.

Lines follow the true expected points with noise and a margin, some are taken during the game. Reports come four times
for a game, the last of them mostly after tip-off, and know the absences imperfectly: who is questionable may play, and
a late scratch is on no list before the game.
"""

import numpy as np
import pandas as pd

from nba_assets.contracts.teams import TEAM_BY_ID, TRICODE_BY_ID
from nba_assets.partitions import EASTERN, label_date
from nba_assets.sources.parsing.normalise import by_distinct_value
from nba_assets.sources.simulated.availability import INJURED, RESTED

BOOKMAKERS = {"alpha": 0.95, "bravo": 0.92, "charlie": 0.85}
"""Bookmakers, and how often each has a line of a player."""

_ROTATION_POINTS = 6.0
"""Expected points from which a player has lines."""

_MEDIAN_OF_MEAN = 0.96
"""A line halves the chances: points are skewed, so that their median lies below their mean."""

_MARKET_NOISE, _BOOK_NOISE, _MARGIN = 0.09, 0.4, 0.05
_IN_GAME_SHARE, _EARLIER_SHARE = 0.015, 0.10
"""Share of quotes taken after tip-off, and of those that have an earlier one besides."""

REPORT_HOURS = (-6.5, 12.5, 17.5, 20.5)
"""Hours of the game date, US Eastern, at which its reports come: the first on the evening before."""

_LATE_SCRATCH = "late_scratch"
_PATHS = {
    "out": ("Out", "Out", "Out", "Out"),
    "doubtful": ("Doubtful", "Doubtful", "Out", "Out"),
    "questionable": ("Questionable", "Questionable", "Out", "Out"),
    "game_time_decision": ("Questionable", "Questionable", "Questionable", "Out"),
    _LATE_SCRATCH: (None, None, None, "Out"),
    "rest": (None, "Out", "Out", "Out"),
    "rest_undecided": (None, "Questionable", "Out", "Out"),
    "plays_doubtful": ("Doubtful", "Doubtful", "Questionable", "Available"),
    "plays_questionable": ("Questionable", "Questionable", "Questionable", "Available"),
    "plays_cleared": ("Questionable", "Probable", "Available", "Available"),
    "plays_probable": ("Probable", "Probable", "Probable", "Available"),
}
"""What the four reports say of a player, None where they do not list him."""

_OF_ABSENT = {"out": 0.72, "doubtful": 0.10, "questionable": 0.10, "game_time_decision": 0.05, _LATE_SCRATCH: 0.03}
_OF_RESTED = {"rest": 0.75, "rest_undecided": 0.25}
_OF_PLAYING = {"plays_doubtful": 0.05, "plays_questionable": 0.30, "plays_cleared": 0.30, "plays_probable": 0.35}
_LISTED_SHARE = 0.045
"""Share of those dressed who are on the reports."""

_REASONS = np.array(
    [f"Injury/Illness - {part}" for part in (
        "Left Ankle; Sprain", "Right Knee; Soreness", "Lower Back; Tightness", "Left Hamstring; Strain", "N/A; Illness",
        "Right Wrist; Contusion",
    )],
    dtype=object,
)  # fmt: skip


def injury_reports(
    games: pd.DataFrame, lines: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Records of all reports, and the box lines of late scratches, whom no list before the game named.

    A record has game_id, game_date, reported_at, date, matchup, team, player ('Last, First'), status and reason. A
    team that plays on the evening before has not submitted its list by then.
    """
    listed = _listed(lines, rng)
    sides = [games[["game_id", "game_date"]].assign(team_id=games[f"{side}_team_id"]) for side in ("home", "away")]
    teams = pd.concat(sides, ignore_index=True)
    evening_before = pd.MultiIndex.from_arrays([teams["team_id"], teams["game_date"] + pd.Timedelta(days=1)])
    pending, waiting = (
        pd.MultiIndex.from_frame(rows[["team_id", "game_date"]]).isin(evening_before) for rows in (teams, listed)
    )
    parts = []
    for report, hour in enumerate(REPORT_HOURS):
        status = listed["path"].map({path: statuses[report] for path, statuses in _PATHS.items()})
        rows = listed.assign(status=status)[status.notna() & ~(waiting & (report == 0))]
        if report == 0:
            rows = pd.concat([rows, teams[pending].assign(reason="NOT YET SUBMITTED")], ignore_index=True)
        local = (rows["game_date"] + pd.Timedelta(hours=hour)).dt.tz_localize(EASTERN)
        parts.append(rows.assign(reported_at=local.dt.tz_convert("UTC")))
    records = pd.concat(parts, ignore_index=True)
    matchup = games["away_team_id"].map(TRICODE_BY_ID) + "@" + games["home_team_id"].map(TRICODE_BY_ID)
    records["matchup"] = records["game_id"].map(matchup.set_axis(games["game_id"]))
    records["team"] = records["team_id"].map({team_id: team.full_name for team_id, team in TEAM_BY_ID.items()})
    records["date"] = by_distinct_value(records["game_date"], lambda day: label_date(day).strftime("%m/%d/%Y"))
    columns = ["game_id", "game_date", "reported_at", "date", "matchup", "team", "player", "status", "reason"]
    return records[columns], listed[listed["path"] == _LATE_SCRATCH]


def point_lines(
    games: pd.DataFrame, lines: pd.DataFrame, expected: pd.DataFrame, scratched: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Quotes: game_id, game_date, player_name, bookmaker, line, both prices, commence_time and snapshot_time.

    Nobody knew of those who were `scratched`: they have lines by their expected points of the game before.
    """
    worth = pd.concat([expected, _worth_of(scratched, expected)], ignore_index=True)
    worth = worth[worth["expected_pts"] >= _ROTATION_POINTS].merge(
        lines[["game_id", "player_id", "player_name"]], on=["game_id", "player_id"]
    )
    middle = _MEDIAN_OF_MEAN * worth["expected_pts"].to_numpy()
    market = np.maximum(middle * (1 + rng.normal(0, _MARKET_NOISE, len(worth))), 1.0)
    quotes = []
    for bookmaker, share in BOOKMAKERS.items():
        for is_earlier, chance in ((False, share), (True, share * _EARLIER_SHARE)):
            offered = rng.random(len(worth)) < chance
            quotes.append(_quotes(worth[offered], market[offered], is_earlier, rng).assign(bookmaker=bookmaker))
    table = pd.concat(quotes, ignore_index=True)
    tipoff = table["game_id"].map(games.set_index("game_id")["tipoff_utc"])
    seconds = pd.to_timedelta(table.pop("seconds_after_tipoff"), unit="s")
    return table.assign(commence_time=tipoff, snapshot_time=tipoff + seconds)


def _quotes(worth: pd.DataFrame, market: np.ndarray, is_earlier: bool, rng: np.random.Generator) -> pd.DataFrame:
    """One bookmaker's lines around the market's opinion of the players, from hours before the game or its last hour."""
    count = len(worth)
    line = np.maximum(np.round(market + rng.normal(0, _BOOK_NOISE, count) - 0.5), 0) + 0.5
    over = 1 / (1 + np.exp((line - market) / np.sqrt(market)))
    before = rng.integers(10_800, 28_800, count) if is_earlier else rng.integers(300, 5_400, count)
    is_in_game = (rng.random(count) < _IN_GAME_SHARE) & (not is_earlier)
    return pd.DataFrame(
        {
            "game_id": worth["game_id"].to_numpy(),
            "game_date": worth["game_date"].to_numpy(),
            "player_name": worth["player_name"].to_numpy(),
            "line": line,
            "over_price": _american(over * (1 + _MARGIN)),
            "under_price": _american((1 - over) * (1 + _MARGIN)),
            "seconds_after_tipoff": np.where(is_in_game, rng.integers(0, 7_200, count), -before),
        }
    )


def _listed(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Who is on a report at all: box lines with `path`, the key of what the reports say, `player` and `reason`."""
    absent, rested = lines["dnp_reason"].eq(INJURED), lines["dnp_reason"].eq(RESTED)
    playing = ~absent & ~rested & (rng.random(len(lines)) < _LISTED_SHARE)
    path = np.full(len(lines), None, dtype=object)
    for rows, chances in ((absent, _OF_ABSENT), (rested, _OF_RESTED), (playing, _OF_PLAYING)):
        path[rows] = rng.choice(list(chances), int(rows.sum()), p=list(chances.values()))
    reason = np.where(rested, "Rest", rng.choice(_REASONS, len(lines)))
    listed = lines[["game_id", "game_date", "team_id", "player_id", "player_name"]].assign(path=path, reason=reason)
    listed = listed[listed["path"].notna()].reset_index(drop=True)
    return listed.assign(player=by_distinct_value(listed["player_name"], _last_name_first))


def _last_name_first(name: object) -> str:
    first, _, last = str(name).partition(" ")
    return f"{last}, {first}"


def _worth_of(scratched: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Expected points of players as in the game before; who has had none has no row."""
    known = expected.sort_values("game_date", kind="stable")[["player_id", "game_date", "expected_pts"]]
    asked = scratched[["game_id", "player_id", "game_date"]].sort_values("game_date", kind="stable")
    found = pd.merge_asof(asked, known, on="game_date", by="player_id", allow_exact_matches=False)
    return found.dropna(subset="expected_pts")


def _american(chance: np.ndarray) -> np.ndarray:
    """American odds of a bet that breaks even at this chance."""
    chance = np.clip(chance, 0.02, 0.98)
    return np.round(np.where(chance > 0.5, -100 * chance / (1 - chance), 100 * (1 - chance) / chance))
