"""Predicted points of every expected player: by the newest version that had seen nothing of the date, else labelled."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, DECIMALS, Absence
from nba_assets.contracts.predictions import BASELINE_FEATURE, PLAYER_POINTS_PREDICTIONS
from nba_assets.domain.absence import Reason, absence_column, stated_reasons
from nba_assets.domain.expected_players import expected_players, played_log
from nba_assets.domain.gaps import due_in
from nba_assets.domain.injuries import last_reports
from nba_assets.domain.windows import Rounds, half_life_decay, quotient, running_sums
from nba_assets.modelling.baselines import HALF_LIFE_GAMES
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
    """The table: `predict` of every row of features, `predict_from_baseline` on dates whose features were refused."""
    table = predict(features=ml_feature_store, models=models)
    refused = pd.DatetimeIndex(due_in(gaps, "ml_feature_store")["game_date"].unique())
    if refused.empty:
        return table
    stand_in = predict_from_baseline(
        dates=refused,
        game_schedule=game_schedule,
        injury_reports=injury_reports,
        player_game_summary=player_game_summary,
    )
    tables = [part for part in (table, stand_in) if len(part)]
    return pd.concat(tables, ignore_index=True) if tables else table


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
    unserved = np.ones(len(rows), dtype=bool)
    for model in sorted(models, key=lambda model: (model.train_before, model.version), reverse=True):
        served = unserved & (rows["game_date"] >= pd.Timestamp(model.train_before)).to_numpy()
        if served.any():
            mine = rows.loc[served]
            points.loc[served] = model.model.predict(mine)
            version[served] = model.model_id
            moved[served] = [json.dumps(top) for top in model.model.contributions(mine)]
        unserved &= ~served
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


def predict_from_baseline(
    *,
    dates: pd.DatetimeIndex,
    game_schedule: pd.DataFrame,
    injury_reports: pd.DataFrame,
    player_game_summary: pd.DataFrame,
) -> pd.DataFrame:
    """player_points_predictions of dates that have no features, from the published games before them.

    Expected are those whom upcoming_player_context would expect. `predicted_points` is the average of the player's
    earlier games with a half-life of six games, and everything that takes a model is null (`upstream_missing`).
    """
    log = played_log(player_game_summary, ("pts",))
    out = last_reports(injury_reports, game_schedule).out
    rows, earlier = expected_players(dates=dates, game_schedule=game_schedule, log=log, out=out)
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
