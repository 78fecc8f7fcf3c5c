"""Predicted points of every expected player: by the newest version that had seen nothing of the date, else labelled."""

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, DECIMALS, Absence
from nba_assets.contracts.predictions import BASELINE_FEATURE, PLAYER_POINTS_PREDICTIONS
from nba_assets.domain.absence import Reason, absence_column, stated_reasons
from nba_assets.domain.as_of import GameLog, day_numbers
from nba_assets.domain.expected_players import expected_players, played_log
from nba_assets.domain.gaps import due_in
from nba_assets.domain.injuries import last_reports
from nba_assets.domain.windows import Rounds, half_life_decay, quotient, running_sums
from nba_assets.modelling.baselines import HALF_LIFE_GAMES
from nba_assets.modelling.gapped_rows import is_gapped
from nba_assets.modelling.points_model import PREDICTED
from nba_assets.modelling.registry.artefacts import SavedModel

MODEL, BASELINE = "model", "baseline"

_IDENTIFIERS = ["game_id", "game_date", "season", "player_id", "player_name", "team_id", "opponent_team_id"]
_BY_MODEL = (*PREDICTED, "model_version", "top_contributions")


def player_points_predictions(
    *,
    ml_feature_store: pd.DataFrame,
    game_schedule: pd.DataFrame,
    injury_reports: pd.DataFrame,
    player_game_summary: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
    models: Sequence[SavedModel],
) -> pd.DataFrame:
    """The table: `predict` of every row of features that has no gap in its windows, else the naive baseline.

    A row with a gap has one only where a version would have predicted it. Games whose features were refused (`gaps`)
    have the baseline for everyone whom upcoming_player_context would expect.
    """
    gapped = _is_gapped(ml_feature_store, models)
    refused = _games_in(game_schedule, due_in(gaps, "ml_feature_store"))
    if not gapped.any() and refused.empty:
        return predict(features=ml_feature_store, models=models)
    log = played_log(player_game_summary, ("pts",))
    dates, out = pd.DatetimeIndex(refused["game_date"].unique()), last_reports(injury_reports, game_schedule).out
    expected, _ = expected_players(dates=dates, game_schedule=refused, log=log, out=out)
    rows = [part[_IDENTIFIERS] for part in (ml_feature_store[gapped], expected) if len(part)]
    tables = [predict(features=ml_feature_store[~gapped], models=models)]
    if rows:
        tables.append(predict_from_baseline(rows=pd.concat(rows, ignore_index=True), log=log))
    return pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)


def _games_in(game_schedule: pd.DataFrame, due: pd.DataFrame) -> pd.DataFrame:
    """The games of the schedule that the team-games are of."""
    game = ["game_date", "game_id"]
    return game_schedule[pd.MultiIndex.from_frame(game_schedule[game]).isin(pd.MultiIndex.from_frame(due[game]))]


def _is_gapped(features: pd.DataFrame, models: Sequence[SavedModel]) -> np.ndarray:
    """Per row: the version that would predict it needs a feature that a gap has emptied."""
    gapped = np.zeros(len(features), dtype=bool)
    for model, served in _served(features, models):
        gapped[served] = is_gapped(features[served], model.model.feature_columns)
    return gapped


def _served(features: pd.DataFrame, models: Sequence[SavedModel]) -> Iterator[tuple[SavedModel, np.ndarray]]:
    """The versions that predict any of the rows, each with a mask of its rows."""
    unserved = np.ones(len(features), dtype=bool)
    for model in sorted(models, key=lambda model: (model.train_before, model.version), reverse=True):
        served = unserved & (features["game_date"] >= pd.Timestamp(model.train_before)).to_numpy()
        if served.any():
            yield model, served
        unserved &= ~served


def predict(*, features: pd.DataFrame, models: Sequence[SavedModel]) -> pd.DataFrame:
    """player_points_predictions: one row per row of ml_feature_store, in its contract's columns, sorted by key.

    Each row is predicted by the one of `models` with the latest `train_before` that is not after its date (of equal
    ones the higher version); without one, all that a model would say is null (`no_model`). `baseline_points` is the
    feature store's half-life-6 average with its reason when null. A row's result depends on that row and the models
    alone. Raises ValueError when a model's features are absent.
    """
    rows = features.sort_values(list(PLAYER_POINTS_PREDICTIONS.key), ignore_index=True)
    points = pd.DataFrame(np.nan, index=rows.index, columns=[*PREDICTED])
    version, moved = (np.full(len(rows), None, dtype=object) for _ in range(2))
    for model, served in _served(rows, models):
        mine = rows.loc[served]
        points.loc[served] = model.model.predict(mine)
        version[served] = model.model_id
        moved[served] = [json.dumps(top) for top in model.model.contributions(mine)]
    unserved = pd.isna(version)
    table = rows[_IDENTIFIERS].assign(
        predicted_points=points["points_median"],
        **points,
        prediction_source=np.where(unserved, None, MODEL),  # type: ignore[call-overload]  # numpy's stubs know no null
        model_version=version,
        top_contributions=moved,
        baseline_points=rows[BASELINE_FEATURE].astype("float64"),
    )
    reasons: dict[str, Reason] = dict.fromkeys((*_BY_MODEL, "predicted_points", "prediction_source"), Absence.NO_MODEL)
    reasons["baseline_points"] = stated_reasons(rows[ABSENCE], [BASELINE_FEATURE])[BASELINE_FEATURE]
    return _typed(table, reasons)


def predict_from_baseline(*, rows: pd.DataFrame, log: GameLog) -> pd.DataFrame:
    """player_points_predictions of rows that no version can predict, from the published games before them.

    `rows` have the identifiers of the table; `log` is of played games by player, with `pts`. `predicted_points` is the
    average of the player's earlier games with a half-life of six games, and everything that takes a model is null
    (`upstream_missing`).
    """
    earlier = log.earlier(rows["player_id"].to_numpy(dtype="int64"), day_numbers(rows["game_date"]))
    points = log.numbers("pts")
    sums = np.column_stack([points, (~np.isnan(points)).astype("float64")])
    total, weight = running_sums(Rounds.of(log), sums, np.repeat(half_life_decay([HALF_LIFE_GAMES]), 2)).T
    average = np.round(earlier.of(quotient(total, weight)), DECIMALS)
    unknown = np.full(len(rows), None, dtype=object)
    table = rows[_IDENTIFIERS].assign(
        **dict.fromkeys(PREDICTED, np.nan),
        model_version=unknown,
        top_contributions=unknown,
        prediction_source=BASELINE,
        baseline_points=average,
    )
    table["points_median"] = table["predicted_points"] = average
    reasons: dict[str, Reason] = dict.fromkeys(_BY_MODEL, Absence.UPSTREAM_MISSING)
    reasons |= {"predicted_points": Absence.SHORT_HISTORY, "points_median": Absence.SHORT_HISTORY}
    reasons["baseline_points"] = Absence.SHORT_HISTORY
    return _typed(table, reasons)


def _typed(table: pd.DataFrame, reasons: Mapping[str, Reason]) -> pd.DataFrame:
    table[ABSENCE] = absence_column(table, reasons)
    return table[list(PLAYER_POINTS_PREDICTIONS.column_names)]
