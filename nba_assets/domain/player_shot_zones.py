"""Table `player_shot_zones`: from where each expected player has been shooting, and how well."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain.as_of import Earlier
from nba_assets.domain.expected_players import expected_players, played_log
from nba_assets.domain.gaps import due_in, gap_view, player_gaps
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.windows import last_sums, quotient
from nba_assets.domain.zones import ASSIST_COUNTS, ZONE_COUNTS, ZONES, zones_lost

IDENTITY = ["game_id", "game_date", "season", "player_id", "player_name", "team_id"]
SIZES = (10, 20)
PRIMARY_SHARES = {"paint": 0.40, "three": 0.40, "mid_range": 0.35}
"""Share of his attempts that makes a zone a player's primary one; the first that is reached counts."""

BALANCED = "balanced"
SAMPLE_QUALITY = {"excellent": 10, "good": 7, "limited": 5}
"""Games with zones among the last ten that a word takes at least; `insufficient` below."""


def player_shot_zones(
    *,
    dates: pd.DatetimeIndex,
    game_schedule: pd.DataFrame,
    player_game_summary: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """One row per game and expected player: shares of attempts by zone, makes per attempt, attempts per game.

    Over his last 10 and 20 played games before the date; of those the ones with zones count, as a whole, and
    `zone_games_last_N` says how many there are (`assist_games_last_N` for the share of assisted makes). Shares and
    percentages are sums over sums, as fractions. Nulls: `source_unavailable` where no game of the window has zones,
    `not_applicable` where there is nothing to divide by, `upstream_missing` where a game of the window is not known
    (`gaps`) or its shot rows were refused.
    """
    of_zones = (*ZONE_COUNTS, *ASSIST_COUNTS)
    summary = player_game_summary.assign(zones_lost=zones_lost(player_game_summary, "paint_attempts"))
    log = played_log(summary, (*of_zones, "zones_lost"))
    rows, earlier = expected_players(dates=dates, game_schedule=game_schedule, log=log)
    view = gap_view(player_gaps(due_in(gaps, "player_game_summary"), log), earlier)
    columns = TypedColumns(rows[IDENTITY])
    lost = last_sums(log, log.numbers("zones_lost"), SIZES)
    for n in SIZES:
        _add_window(columns, earlier, n, view.in_last(n) | (earlier.of(lost[n]) > 0))
    shares = [f"{zone}_share_last_10" for zone in ZONES]
    columns.add_label("primary_zone", primary_zone({zone: columns[f"{zone}_share_last_10"] for zone in ZONES}), shares)
    columns.add_text("sample_quality", sample_quality(columns["zone_games_last_10"]))
    return columns.frame()


def _add_window(columns: TypedColumns, earlier: Earlier, n: int, gap: np.ndarray) -> None:
    """The columns of the last `n` played games."""
    sums = {name: _last(earlier, earlier.log.numbers(name), n) for name in (*ZONE_COUNTS, *ASSIST_COUNTS)}
    games = {
        kind: _last(earlier, (~np.isnan(earlier.log.numbers(name))).astype("float64"), n)
        for kind, name in (("zone", "paint_attempts"), ("assist", "assisted_makes"))
    }
    reasons = {kind: np.where(of > 0, Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE) for kind, of in games.items()}
    attempts = {zone: sums[f"{zone}_attempts"] for zone in ZONES}
    total = sum(attempts.values(), np.zeros(len(gap)))
    for kind, of in games.items():
        columns.add(f"{kind}_games_last_{n}", of.astype("int64"))
    for zone in ZONES:
        columns.add(f"{zone}_attempts_last_{n}", attempts[zone].astype("int64"))
    for zone in ZONES:
        per_game = quotient(attempts[zone], games["zone"])
        columns.add(f"{zone}_attempts_per_game_last_{n}", per_game, reasons["zone"], gap)
        columns.add(f"{zone}_share_last_{n}", quotient(attempts[zone], total), reasons["zone"], gap)
        fg_pct = quotient(sums[f"{zone}_makes"], attempts[zone])
        columns.add(f"{zone}_fg_pct_last_{n}", fg_pct, reasons["zone"], gap)
    makes = sums["assisted_makes"] + sums["unassisted_makes"]
    assisted = quotient(sums["assisted_makes"], makes)
    columns.add(f"assisted_share_last_{n}", assisted, reasons["assist"], gap)


def _last(earlier: Earlier, values: np.ndarray, n: int) -> np.ndarray:
    """Sum over the last `n` games before each row; an expected player has one."""
    return earlier.of(last_sums(earlier.log, values, [n])[n])


def primary_zone(shares: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where a player shoots from: paint or three from 40 % of his attempts on, else mid-range from 35 % on.

    `balanced` is who reaches none of these.
    """
    reached = [shares[zone] >= least for zone, least in PRIMARY_SHARES.items()]
    return np.select(reached, list(PRIMARY_SHARES), BALANCED)


def sample_quality(games: np.ndarray) -> np.ndarray:
    """How far the last ten games can be trusted: excellent with all ten, good from seven, limited from five."""
    reached = [games >= least for least in SAMPLE_QUALITY.values()]
    return np.select(reached, list(SAMPLE_QUALITY), "insufficient").astype("object")
