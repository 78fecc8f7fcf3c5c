"""The asset `prediction_accuracy`."""

import pandas as pd

from nba_assets.contracts.prediction_accuracy import PREDICTION_ACCURACY
from nba_assets.modelling import prediction_accuracy as accuracy
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(PREDICTION_ACCURACY, group="predictions")
def prediction_accuracy(window: Window) -> pd.DataFrame:
    """One row per game and player who played: prediction, outcome, five naive baselines and the bookmakers' line.

    Who had no prediction is graded by the naive baseline, so that nobody who played is left out. Predictions and lines
    are optional: where they are rejected, what they say is null. A date that is not played yet is ready and empty.
    """
    return accuracy.prediction_accuracy(
        game_schedule=window["game_schedule"],
        player_box_scores=window["player_box_scores"],
        player_points_predictions=window["player_points_predictions"],
        point_lines=window["point_lines"],
        player_game_summary=window["player_game_summary"],
        gaps=window.gaps,
    )
