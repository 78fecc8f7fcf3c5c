"""Points lines of bookmakers, put together for each game and player: consensus, best lines, vig-free probability."""

import numpy as np
import pandas as pd

PLAYER = ["game_date", "game_id", "player_id"]
"""The date belongs to it: lines of a postponed game are on the date for which they were made."""

BOOK = [*PLAYER, "bookmaker"]


def lines_of_players(point_lines: pd.DataFrame) -> pd.DataFrame:
    """One row per game and player with a line, sorted: `player_id` is known, and every bookmaker counts once.

    Lines with a snapshot time before tip-off replace those of the same player without one. Columns:
    points_line_consensus (median of the books, points), points_line_best_over and points_line_best_under (the lowest
    line whose over, and the highest whose under, can be bet, with their American odds in `…_price`; of equal lines
    the better paid), points_line_over_probability (`vig_free_over_probability`, median of the books, each at its own
    line), points_line_books (how many), is_points_line_verified. NaN where no book gives the price.
    """
    lines = _one_per_book(point_lines)
    probability = vig_free_over_probability(lines["over_price"], lines["under_price"])
    players = lines.assign(over_probability=probability).groupby(PLAYER)
    table = players.agg(
        points_line_consensus=("points_line", "median"),
        points_line_over_probability=("over_probability", "median"),
        points_line_books=("bookmaker", "size"),
        is_points_line_verified=("is_verified_before_tipoff", "all"),
    )
    for side, rises in (("over", True), ("under", False)):
        best = _best(lines, f"{side}_price", rises)
        table[f"points_line_best_{side}"] = best["points_line"]
        table[f"points_line_best_{side}_price"] = best[f"{side}_price"]
    return table.reset_index()


def vig_free_over_probability(over_price: pd.Series, under_price: pd.Series) -> pd.Series:
    """Chance of the over that both American prices imply, without the bookmaker's margin; NaN without both prices.

    The implied chances 1/odds of both sides sum to more than one; they are scaled down in proportion.
    """
    over, under = implied_probability(over_price), implied_probability(under_price)
    return over / (over + under)


def implied_probability(american_odds: pd.Series) -> pd.Series:
    """Chance at which a bet at these odds breaks even: 100/(o + 100) for o > 0, −o/(−o + 100) for o < 0."""
    odds = american_odds.to_numpy(dtype="float64", na_value=np.nan)
    stake = np.where(odds > 0, 100.0, -odds)
    return pd.Series(stake / (np.abs(odds) + 100.0), index=american_odds.index)


def _one_per_book(point_lines: pd.DataFrame) -> pd.DataFrame:
    """Lines of known players; where a player has two spellings, the newest line of each book."""
    lines = point_lines[point_lines["player_id"].notna()]
    lines = lines.astype({"player_id": "int64", "is_verified_before_tipoff": bool})
    proven = lines.groupby(PLAYER)["is_verified_before_tipoff"].transform("any")
    lines = lines[lines["is_verified_before_tipoff"] | ~proven.astype(bool)]
    order = [*BOOK, "snapshot_at", "player_name"]
    return lines.sort_values(order, na_position="first").drop_duplicates(BOOK, keep="last")


def _best(lines: pd.DataFrame, price: str, rises: bool) -> pd.DataFrame:
    """Of each player the line that is best for the bettor of one side, and of equal ones the best paid."""
    offered = lines[lines[price].notna()]
    payout = 1 / implied_probability(offered[price])
    order = offered.assign(payout=payout).sort_values(
        [*PLAYER, "points_line", "payout", "bookmaker"], ascending=[True, True, True, rises, False, True]
    )
    return order.drop_duplicates(PLAYER).set_index(PLAYER)
