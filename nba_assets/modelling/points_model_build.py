"""The whole way from tables to a stored model version: row set, training, evaluation, card, files."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nba_assets.modelling.artefacts import SavedModel, matching_version, save_model
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.design_matrix import design_matrix
from nba_assets.modelling.evaluation import evaluate
from nba_assets.modelling.model_card import model_card, model_identity
from nba_assets.modelling.splits import Split, split_by_fraction
from nba_assets.modelling.standing import TrainingWindow
from nba_assets.modelling.training import TrainingSettings, train_points_model


@dataclass(frozen=True)
class ModelBuild:
    """A stored version, and whether this build made it or found it standing."""

    saved: SavedModel
    is_new: bool


def build_points_model(
    *,
    features: pd.DataFrame,
    games: pd.DataFrame,
    feature_columns: Sequence[str],
    models_dir: Path,
    ledger_fingerprint: str,
    trained_at: dt.datetime,
    split: Split | None = None,
    settings: TrainingSettings | None = None,
    before_saving: Callable[[], None] = lambda: None,
    waivers: Sequence[Mapping[str, Any]] = (),
    window: TrainingWindow | None = None,
    optional_columns: Sequence[str] = (),
) -> ModelBuild:
    """Train, evaluate and store the points model, unless a version of the same identity stands.

    `features` is ml_feature_store over the training window, `games` player_game_summary over that
    window and all history before it; `ledger_fingerprint` changes with the content of the window's
    partitions and with nothing else; `waivers` are those under which the window may be used. Without a
    split the game dates are cut at 70 % and 85 %. `optional_columns` are features that a source may have
    none of: all null throughout, they are left out. A version is accepted when it beats the five naive
    baselines on the test part. Raises ValueError for an unusable row set and ArtefactError for
    unreadable stored versions; nothing is stored then, nor when `before_saving` raises.
    """
    settings = settings or TrainingSettings()
    if features[list(optional_columns)].isna().all(axis=None):
        feature_columns = [name for name in feature_columns if name not in optional_columns]
    baselines = naive_baselines(games)
    matrix = design_matrix(features=features, games=games, baselines=baselines, feature_columns=feature_columns)
    split = split or split_by_fraction(matrix.dates)
    standing = matching_version(models_dir, model_identity(matrix, split, settings, ledger_fingerprint, waivers))
    if standing is not None:
        return ModelBuild(standing, is_new=False)
    trained = train_points_model(matrix, split, settings)
    evaluation = evaluate(model=trained.model, matrix=matrix, baselines=baselines, split=split, seed=settings.seed)
    card = model_card(
        matrix=matrix,
        trained=trained,
        evaluation=evaluation,
        ledger_fingerprint=ledger_fingerprint,
        trained_at=trained_at,
        accepted=evaluation.beats_baselines,
        waivers=waivers,
        window=window,
    )
    before_saving()
    return ModelBuild(save_model(models_dir, trained.model, card), is_new=True)
