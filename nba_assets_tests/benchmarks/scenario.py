"""A scenario, not a result: how much smaller the error were if starters and absences were known before tip-off.

    NBA_SOURCE=archive NBA_DATA=<dir> python -m nba_assets_tests.benchmarks.scenario

Reads the warehouse of NBA_HOME. Both are taken from the box scores of the games themselves, so that they hold whatever
a coach decided during the evening as well: the gain is an upper bound of what news could bring. How many appeared, and
who did that nobody expected, is left out: that would be knowledge of how the game went. No feature of the
platform is made of this.
"""

from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from nba_assets.modelling.design_matrix import KEY
from nba_assets.modelling.evaluation import REFERENCE_BASELINE
from nba_assets_tests.benchmarks.leaks import SPLIT, mae, read_training

REGULAR_MINUTES = 10
"""Mean minutes of the last 10 games from which a player who stays away is missed."""

STARTERS = ("is_starter",)
_WEIGHTS = {"count": None, "minutes": "minutes_ewma_half_life_3", "pts": "pts_ewma_half_life_6"}
ABSENCES = tuple(f"{side}_absent_{what}" for side in ("team", "opponent") for what in _WEIGHTS)


def known_before(features: pd.DataFrame, games: pd.DataFrame) -> pd.DataFrame:
    """`is_starter` and, of both teams, the number, minutes and points of the regulars that stayed away, by KEY.

    `features` is ml_feature_store, `games` player_game_summary. A regular was expected, with REGULAR_MINUTES or more
    lately, and did not play.
    """
    played = games.loc[games["minutes_played"] > 0, [*KEY, "is_starter"]]
    rows = features[[*KEY, "team_id", "opponent_team_id", "minutes_last_10", *filter(None, _WEIGHTS.values())]].merge(
        played, on=KEY, how="left", indicator="side"
    )
    away = rows[(rows["side"] == "left_only") & (rows["minutes_last_10"] >= REGULAR_MINUTES)]
    totals = away.groupby(["game_id", "team_id"]).agg(
        **{what: (column or "player_id", "sum" if column else "size") for what, column in _WEIGHTS.items()}
    )
    found: dict[str, Any] = {"is_starter": rows["is_starter"].astype("float64")}
    for side, team in (("team", "team_id"), ("opponent", "opponent_team_id")):
        mine = totals.reindex(pd.MultiIndex.from_frame(rows[["game_id", team]])).fillna(0)
        found |= {f"{side}_absent_{what}": mine[what].to_numpy("float64") for what in _WEIGHTS}
    return rows[KEY].assign(**found)


def main() -> None:
    console = Console(width=150)
    matrix, baselines, features, games = read_training(("is_starter",))
    known = matrix.keys[KEY].merge(known_before(features, games), on=KEY, validate="1:1")
    test = SPLIT.rows(matrix.dates)["test"]
    reference = matrix.keys[KEY].merge(baselines, on=KEY)[REFERENCE_BASELINE].to_numpy()
    console.print(
        f"Scenario, never a result of the platform: {int(test.sum()):,} test rows, {REFERENCE_BASELINE} "
        f"{np.abs(reference - matrix.label)[test].mean():.3f}"
    )
    reported = {
        "nothing more": (),
        "starters": STARTERS,
        "absences": ABSENCES,
        "starters and absences": (*STARTERS, *ABSENCES),
    }
    honest = None
    for name, columns in reported.items():
        error = mae(matrix, {column: known[column].to_numpy() for column in columns})
        honest = honest or error
        console.print(f"{name:24} {error:.3f}  {error / honest - 1:+.1%}")


if __name__ == "__main__":
    main()
