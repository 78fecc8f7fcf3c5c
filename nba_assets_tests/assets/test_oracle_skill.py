"""How much of what can be known the model knows, in a league that knows each player's true expectation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.contracts.predictions import PREDICTION_TABLES
from nba_assets.contracts.raw_pregame import POINT_LINES
from nba_assets.contracts.tables import TABLES
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.design_matrix import design_matrix
from nba_assets.modelling.prediction import predict
from nba_assets.modelling.prediction_accuracy import prediction_accuracy
from nba_assets.modelling.registry.artefacts import SavedModel
from nba_assets.modelling.splits import split_by_fraction
from nba_assets.modelling.training import QUICK, train_points_model
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.builders import no_rows
from nba_assets_tests.modelling.skill_score import Skill, skill
from nba_assets_tests.platform import Platform, failure_messages

pytestmark = pytest.mark.long

READ = ("ml_feature_store", "player_game_summary", "game_schedule", "player_box_scores")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One season of seed 7: predictions of its last third of dates, graded, and what the oracle expects."""
    league = SimulatedLeague(seed=7, seasons=1)
    platform = Platform(Path(tmp_path_factory.mktemp("season")), league)
    predictions = {contract.name for contract in PREDICTION_TABLES}
    result = platform.run(last=league.horizon, tables=[name for name in TABLES if name not in predictions])
    assert result.success, failure_messages(result)
    days = list(platform.warehouse.days.date)
    features, games, schedule, box = (platform.warehouse.content(table, days) for table in READ)
    reported_apart = [name for name in FEATURE_COLUMNS if features[name].nunique() > 1 and name != "is_postseason"]
    matrix = design_matrix(
        features=features, games=games, baselines=naive_baselines(games), feature_columns=reported_apart
    )
    split = split_by_fraction(matrix.dates, 0.5, 0.15)
    trained = train_points_model(matrix, split, QUICK)
    model = SavedModel(1, {"train_before": split.train_before.isoformat()}, trained.model)
    later = {table: rows[rows["game_date"] >= pd.Timestamp(split.train_before)] for table, rows in
             {"features": features, "schedule": schedule, "box": box}.items()}  # fmt: skip
    accuracy = prediction_accuracy(
        game_schedule=later["schedule"],
        player_box_scores=later["box"],
        player_points_predictions=predict(features=later["features"], models=[model]),
        point_lines=no_rows(POINT_LINES),
        player_game_summary=games,
        gaps={},
    )
    return accuracy, league.expected_points(league.first_date, league.horizon)


def found(graded: tuple[pd.DataFrame, pd.DataFrame]) -> Skill:
    return skill(*graded)


def test_the_model_knows_more_than_the_average_and_less_than_the_oracle(
    graded: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    measured = found(graded)
    assert measured.rows > 3000
    assert measured.oracle < measured.model < measured.baseline
    assert 0.0 < measured.share < 0.6, "half of what can be known is news of the day, which no table has"


def test_the_oracle_is_the_best_there_is(graded: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Its errors do not hang together with what it expects: nothing is left to be learned from it."""
    accuracy, expected = graded
    rows = accuracy.merge(expected[["game_id", "player_id", "expected_pts"]], on=["game_id", "player_id"])
    error = rows["pts"] - rows["expected_pts"]
    assert abs(error.mean()) < 0.35
    assert abs(np.corrcoef(error, rows["expected_pts"])[0, 1]) < 0.06
