"""The asset `player_points_predictions`."""

from nba_assets.contracts.predictions import PLAYER_POINTS_PREDICTIONS
from nba_assets.modelling import prediction
from nba_assets.modelling.registry.artefacts import models_between
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.partitions import label_date
from nba_assets.settings import Settings
from nba_assets.sources.port import Delivery
from nba_assets.storage.models import stored_models
from nba_assets.warehouse.port import Window


@table_asset(PLAYER_POINTS_PREDICTIONS, group="predictions", resources=("settings",))
def player_points_predictions(window: Window, settings: Settings) -> Delivery:
    """One row per game and expected player: points, by the newest accepted version that had not seen the date.

    Before the first version the prediction is null (`no_model`); the naive baseline is beside it. Where a game of the
    row's windows is missing, or the features of its game were refused, the baseline takes its place
    (`prediction_source`). What a version that was trained under a waiver predicts carries that waiver.
    """
    models = models_between(stored_models(settings), min(window.days), max(window.days))
    rows = prediction.player_points_predictions(
        ml_feature_store=window["ml_feature_store"],
        game_schedule=window["game_schedule"],
        injury_reports=window["injury_reports"],
        player_game_summary=window["player_game_summary"],
        gaps=window.gaps,
        models=models,
    )
    waivers = {
        model.model_id: {waiver["waiver_id"] for waiver in model.metadata.get("waivers", ())} for model in models
    }
    used = rows.groupby("game_date")["model_version"].unique()
    tainted = {
        label_date(day): frozenset().union(*(waivers.get(name, ()) for name in names)) for day, names in used.items()
    }
    return Delivery(rows, waivers={day: ids for day, ids in tainted.items() if ids})
