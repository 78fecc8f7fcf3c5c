"""Contracts of the prediction tables (dataset `nba_predictions`) that are made by a model."""

from dataclasses import replace

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.raw import GAME_DATE, GAME_ID, OPPONENT_TEAM_ID, PLAYER_ID, PLAYER_NAME, TEAM_ID

BASELINE_FEATURE = "pts_ewma_half_life_6"
"""Feature that stands beside a prediction as its naive yardstick."""

_STORE = "ml_feature_store"
_SEASON = Column("season", "string", "Season as 2024-25.")
_IDENTITY = (GAME_ID, GAME_DATE, _SEASON, PLAYER_ID, PLAYER_NAME, TEAM_ID, OPPONENT_TEAM_ID)

PLAYER_POINTS_PREDICTIONS = Contract(
    name="player_points_predictions",
    dataset="nba_predictions",
    grain="one row per game and player expected to play",
    description=(
        "Points predicted before tip-off by the newest accepted version of the points model whose training "
        "and early stopping used nothing from the row's date on, beside a naive baseline."
    ),
    missing="A player without a row was not expected to play.",
    key=("game_id", "player_id"),
    columns=(
        *(replace(column, sources=(f"{_STORE}.{column.name}",)) for column in _IDENTITY),
        Column(
            "predicted_points",
            "float",
            "Predicted points if the player plays: the median under an absolute-error objective, the mean under "
            "a squared-error one (the version's metadata say which).",
            "points",
            (Absence.NO_MODEL,),
            0,
            100,
        ),
        Column(
            "model_version",
            "string",
            "Version that made the prediction, as its files are named: xgboost_points_v{N}.",
            nulls=(Absence.NO_MODEL,),
        ),
        Column(
            "baseline_points",
            "float",
            "Average of the player's earlier games with a half-life of six games.",
            "points",
            (Absence.SHORT_HISTORY, Absence.UPSTREAM_MISSING),
            0,
            100,
            sources=(f"{_STORE}.{BASELINE_FEATURE}",),
        ),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read(_STORE),),
)

PREDICTION_TABLES = (PLAYER_POINTS_PREDICTIONS,)
