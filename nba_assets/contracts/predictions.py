"""Contracts of the prediction tables (dataset `nba_predictions`) that are made by a model, and of their grading."""

from dataclasses import replace

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.prediction_accuracy import PREDICTION_ACCURACY
from nba_assets.contracts.raw import GAME_DATE, GAME_ID, OPPONENT_TEAM_ID, PLAYER_ID, PLAYER_NAME, TEAM_ID

BASELINE_FEATURE = "pts_ewma_half_life_6"
"""Feature that is beside a prediction as its naive yardstick, and in its place where there is none."""

_STORE = "ml_feature_store"
_SEASON = Column("season", "string", "Season as 2024-25.")
_IDENTITY = (GAME_ID, GAME_DATE, _SEASON, PLAYER_ID, PLAYER_NAME, TEAM_ID, OPPONENT_TEAM_ID)
_NO_MODEL = (Absence.NO_MODEL, Absence.UPSTREAM_MISSING)
_OF_FEATURES = (f"{_STORE}.{BASELINE_FEATURE}",)
"""A version reads every feature; the one named represents them, for all come from one table."""


def _points(name: str, text: str, *nulls: Absence) -> Column:
    return Column(name, "float", text, "points", nulls or _NO_MODEL, 0, 100, sources=_OF_FEATURES)


PLAYER_POINTS_PREDICTIONS = Contract(
    name="player_points_predictions",
    dataset="nba_predictions",
    grain="one row per game and player expected to play",
    description=(
        "Points predicted before tip-off by the newest accepted version of the points model that has seen nothing "
        "from the row's date on. Where a game of the row's windows is missing, or the features of its game were "
        "refused, the naive baseline of the published games takes its place, and says so."
    ),
    missing="A player without a row was not expected to play.",
    key=("game_id", "player_id"),
    columns=(
        *(replace(column, sources=(f"{_STORE}.{column.name}",)) for column in _IDENTITY),
        _points("predicted_points", "The prediction: points_median.", Absence.NO_MODEL, Absence.SHORT_HISTORY),
        _points("points_mean", "Expected points if the player plays."),
        _points("points_median", "Points that he is as likely to stay below as to pass, if he plays; the naive "
                "baseline where prediction_source says so.", Absence.NO_MODEL, Absence.SHORT_HISTORY),
        _points("points_p10", "Points that he falls below once in ten games: lower end of the 80 % interval."),
        _points("points_p90", "Points that he passes once in ten games: upper end of the 80 % interval."),
        Column(
            "prediction_source",
            "string",
            "What made the prediction: a model version, or the baseline, as a game of the row's windows is missing or "
            "the features of its game were refused.",
            nulls=(Absence.NO_MODEL,),
            allowed=("model", "baseline"),
            sources=_OF_FEATURES,
        ),
        Column(
            "model_version",
            "string",
            "Version that made the prediction, as its files are named: xgboost_points_v{N}.",
            nulls=_NO_MODEL,
            sources=_OF_FEATURES,
        ),
        Column(
            "baseline_points",
            "float",
            "Average of the player's earlier games with a half-life of six games. Where prediction_source is baseline, "
            "of the published games: those of rejected dates and quarantined ones are left out.",
            "points",
            (Absence.SHORT_HISTORY, Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING),
            0,
            110,
            sources=_OF_FEATURES,
        ),
        Column(
            "top_contributions",
            "json",
            "The features that moved points_median most, away from what the version predicts on average: a JSON list "
            "of [feature, points].",
            "points",
            _NO_MODEL,
            sources=_OF_FEATURES,
        ),
        ABSENCE_COLUMN,
    ),
    code_version=4,
    reads=(
        Read(_STORE, optional=True),
        Read("game_schedule"),
        Read("injury_reports", optional=True),
        Read(
            "player_game_summary",
            "before",
            columns=("game_id", "game_date", "player_id", "player_name", "team_id", "season", "minutes_played", "pts"),
        ),
    ),
)  # fmt: skip

PREDICTION_TABLES = (PLAYER_POINTS_PREDICTIONS, PREDICTION_ACCURACY)
"""What the model says, and how right it was: built after the model."""
