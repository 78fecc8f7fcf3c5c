"""The whole way from tables to a stored model version: row set, training, evaluation, verdict, card, files."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.cards.facts import usage_populated
from nba_assets.modelling.cards.metadata import model_card, model_identity
from nba_assets.modelling.design_matrix import DesignMatrix, design_matrix
from nba_assets.modelling.evaluation import Evaluation, evaluate
from nba_assets.modelling.registry.artefacts import (
    SavedModel,
    load_model,
    matching_version,
    newest_metadata,
    save_model,
)
from nba_assets.modelling.registry.decisions import Status, read_decisions, settle
from nba_assets.modelling.registry.freshness import TrainingWindow
from nba_assets.modelling.registry.promotion import Verdict, compare, judge
from nba_assets.modelling.splits import Split, split_by_fraction
from nba_assets.modelling.training import TrainingSettings, train_points_model
from nba_assets.modelling.waiver_cost import waiver_price


@dataclass(frozen=True)
class ModelBuild:
    """A stored version, and whether this build made it or found it stored."""

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
    raw_games: pd.DataFrame | None = None,
    provenance: Mapping[str, Any] | None = None,
    has_news: bool = False,
    lost_games: pd.DataFrame | None = None,
    losses: Mapping[str, Any] | None = None,
) -> ModelBuild:
    """Train, evaluate, judge and store the points model, unless a version of the same identity is stored.

    `features` is ml_feature_store over the training window, `games` player_game_summary over that
    window and all history before it; `ledger_fingerprint` changes with the content of the window's
    partitions and with nothing else; `waivers` are those under which the window may be used. Without a
    split the game dates are cut at 70 % and 85 %. `optional_columns` are features that a source may have
    none of: all null throughout, they are left out. `raw_games` are the columns of `games` out of the raw box: the
    yardstick is made of it, so that no fault of a derived table lifts model and yardstick alike. `has_news` says that
    verified news before tip-off are features. Rows of `lost_games` (game_date, game_id) are left out; `losses` tells of
    them in the card. What becomes of the version is decided by `promotion.judge`, and
    recorded. Raises RequestError for a window that cannot be trained on, ValueError for broken rows, ArtefactError
    for unreadable stored versions and DecisionError for unreadable decisions; nothing is stored then, nor when
    `before_saving` raises.
    """
    settings = settings or TrainingSettings()
    if features[list(optional_columns)].isna().all(axis=None):
        feature_columns = [name for name in feature_columns if name not in optional_columns]
    baselines = naive_baselines(games if raw_games is None else raw_games)
    matrix = design_matrix(
        features=features, games=games, baselines=baselines, feature_columns=feature_columns, lost_games=lost_games
    )
    split = split or split_by_fraction(matrix.dates)
    stored = matching_version(models_dir, model_identity(matrix, split, settings, ledger_fingerprint, waivers))
    if stored is not None:
        _settle(models_dir, stored, trained_at)
        return ModelBuild(stored, is_new=False)
    trained = train_points_model(matrix, split, settings)
    evaluation = evaluate(model=trained.model, matrix=matrix, baselines=baselines, split=split, seed=settings.seed)
    verdict = _judged(models_dir, evaluation, matrix, split, settings.seed, has_news, bool(waivers))
    if waivers:
        named = ", ".join(str(waiver["waiver_id"]) for waiver in waivers)
        verdict = replace(verdict, why=f"{verdict.why}; trained under waivers: {named}")
    card = model_card(
        matrix=matrix,
        trained=trained,
        evaluation=evaluation,
        verdict=verdict,
        ledger_fingerprint=ledger_fingerprint,
        trained_at=trained_at,
        waivers=waivers,
        price=waiver_price(models_dir, evaluation, matrix, split, settings.seed, verdict.comparison)
        if waivers
        else None,
        window=window,
        provenance=provenance,
        losses=losses,
        usage_share=usage_populated(games),
        previous=newest_metadata(models_dir),
    )
    before_saving()
    saved = save_model(models_dir, trained.model, card)
    _settle(models_dir, saved, trained_at)
    return ModelBuild(saved, is_new=True)


def _judged(
    models_dir: Path,
    evaluation: Evaluation,
    matrix: DesignMatrix,
    split: Split,
    seed: int,
    has_news: bool,
    is_waived: bool,
) -> Verdict:
    champion = read_decisions(models_dir).champion
    if champion is None:
        return judge(evaluation, None, has_news=has_news)
    comparison = compare(load_model(models_dir, champion), evaluation, matrix, split, seed)
    return judge(evaluation, comparison, has_news=has_news, is_waived=is_waived)


def _settle(models_dir: Path, saved: SavedModel, at: dt.datetime) -> None:
    # also for a stored version: a crash between its files and the decision is repaired by training again
    if read_decisions(models_dir).knows(saved.version):
        return
    verdict = saved.metadata["verdict"]
    settle(
        models_dir,
        saved.version,
        Status(saved.metadata["status"]),
        beats=(verdict["against_champion"] or {}).get("champion"),
        is_champion=verdict["is_champion"],
        why=verdict["why"],
        at=at,
    )
