"""The frozen row set of a training: keys, label and features of played games, with a fingerprint."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import DECIMALS
from nba_assets.errors import RequestError
from nba_assets.modelling.gapped_rows import is_gapped
from nba_assets.modelling.points_model import feature_values

KEY = ["game_id", "player_id"]
ROW_FILTER = (
    "minutes_played > 0 and at least one earlier played game and a feature row (player expected) without a gap in its "
    "windows, of games that are not lost"
)
MAY_BE_CONSTANT = frozenset({"is_postseason"})
"""Features that the calendar alone decides: in a history without a postseason nothing is broken upstream."""
_IDENTIFIERS = ["game_id", "game_date", "season", "player_id"]
_RESERVED = [*_IDENTIFIERS, "pts", "prior_games", "has_gap"]


@dataclass(frozen=True)
class DesignMatrix:
    """One row per played game and player, sorted by date, game and player.

    `keys` holds game_id, game_date, season, player_id; `label` the points scored; `features`
    the feature columns as float64 with NaN for null. `row_counts` says how many played rows
    there were and why some are not here. `unexpected` has game_id, player_id, game_date and pts of those who had
    played before and have no feature row: nothing to learn from, but they count in what is said of the errors. Rows
    of lost games and rows with a gap in the windows of a needed feature are in neither.
    """

    keys: pd.DataFrame
    label: np.ndarray
    features: pd.DataFrame
    row_counts: Mapping[str, int]
    unexpected: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*KEY, "game_date", "pts"]))

    @property
    def feature_columns(self) -> tuple[str, ...]:
        return tuple(self.features.columns)

    @property
    def dates(self) -> pd.Series:
        return self.keys["game_date"]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over column names, keys, label and values rounded to 6 decimals."""
        digest = hashlib.sha256(json.dumps(self.feature_columns).encode())
        texts = self.keys[["game_id", "season"]].astype(str).to_csv(index=False, header=False, lineterminator="\n")
        digest.update(texts.encode())
        digest.update(self.keys["player_id"].to_numpy("int64").tobytes())
        digest.update(self.keys["game_date"].to_numpy("datetime64[D]").astype("int64").tobytes())
        digest.update(_canonical(self.label))
        for name in self.feature_columns:
            digest.update(_canonical(self.features[name].to_numpy()))
        return digest.hexdigest()

    def require_informative(self, rows: np.ndarray) -> None:
        """Raise RequestError naming the features that are null or constant over the given rows.

        Such a column cannot be learned from; it means that something upstream is broken, but for `MAY_BE_CONSTANT`.
        """
        part = self.features.loc[rows]
        empty = [name for name in self.feature_columns if part[name].isna().all()]
        varying = [name for name in self.feature_columns if name not in (*empty, *MAY_BE_CONSTANT)]
        constant = [name for name in varying if part[name].nunique(dropna=False) < 2]
        if empty or constant:
            raise RequestError(f"over {len(part)} training rows, all null: {empty}; constant: {constant}")


def design_matrix(
    *,
    features: pd.DataFrame,
    games: pd.DataFrame,
    baselines: pd.DataFrame,
    feature_columns: Sequence[str],
    lost_games: pd.DataFrame | None = None,
) -> DesignMatrix:
    """Join feature rows to the points of the games that were played.

    `features` is ml_feature_store over the training window, `games` player_game_summary over the
    same window or more, `baselines` what `naive_baselines` makes of it (its `prior_games` decides who
    has played before). Rows outside the dates of `features` are left out, and so are those of `lost_games`
    (game_date, game_id) and of features with a gap (`gapped_rows`). Raises RequestError when there are none, ValueError
    on duplicate keys, a played row without points or not among the baselines, or a feature that is absent, not
    numeric, infinite, or named twice or like an identifier.
    """
    unusable = sorted({name for name in feature_columns if [*_RESERVED, *feature_columns].count(name) > 1})
    if unusable:
        raise ValueError(f"feature columns named twice or like an identifier or label: {unusable}")
    if features.empty:
        raise RequestError("ml_feature_store has no rows in the training window")
    for name, frame in (("ml_feature_store", features), ("player_game_summary", games)):
        doubled = frame[frame.duplicated(KEY, keep=False)]
        if not doubled.empty:
            raise ValueError(f"{name}: {len(doubled)} rows share a key, first {doubled[KEY].iloc[0].to_dict()}")
    values = feature_values(features, feature_columns)
    everyone, played = played_rows(features, games), played_rows(features, games, lost_games)
    unlabelled = played[played["pts"].isna()]
    if not unlabelled.empty:
        first = unlabelled[KEY].iloc[0].to_dict()
        raise ValueError(f"player_game_summary: {len(unlabelled)} played rows without points, first {first}")
    counted = played[[*KEY, "game_date", "pts"]].merge(
        baselines[[*KEY, "prior_games"]], on=KEY, how="left", validate="1:1"
    )
    if counted["prior_games"].isna().any():
        raise ValueError(f"{int(counted['prior_games'].isna().sum())} played rows are not among the baselines' rows")
    experienced = counted[counted["prior_games"] > 0]
    gapped = is_gapped(features, feature_columns)
    stored = pd.concat([features[_IDENTIFIERS].assign(has_gap=gapped), values], axis=1)
    found = experienced.merge(stored, on=KEY, how="inner", validate="1:1", suffixes=("", "_of_features"))
    sides = experienced.merge(features[KEY], on=KEY, how="left", indicator="side")
    moved = found[found["game_date"] != found["game_date_of_features"]]
    if not moved.empty:
        raise ValueError(f"{len(moved)} rows differ in game_date, first {moved[KEY].iloc[0].to_dict()}")
    rows = found[~found["has_gap"]].sort_values(["game_date", *KEY], ignore_index=True)
    return DesignMatrix(
        keys=rows[_IDENTIFIERS],
        label=rows["pts"].to_numpy(dtype="float64"),
        features=rows[list(feature_columns)],
        row_counts={
            "played": len(everyone),
            "in_lost_games": len(everyone) - len(played),
            "without_earlier_game": len(played) - len(experienced),
            "without_feature_row": len(experienced) - len(found),
            "with_gap": len(found) - len(rows),
            "used": len(rows),
        },
        unexpected=sides.loc[sides["side"] == "left_only", [*KEY, "game_date", "pts"]].reset_index(drop=True),
    )


def played_rows(features: pd.DataFrame, games: pd.DataFrame, lost_games: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of `games` with minutes on the dates of the features, of games that are not lost (game_date, game_id)."""
    covered = games["game_date"].between(features["game_date"].min(), features["game_date"].max())
    played = games[covered & (games["minutes_played"] > 0)]
    if lost_games is None or lost_games.empty:
        return played
    game = ["game_date", "game_id"]
    is_lost = pd.MultiIndex.from_frame(played[game]).isin(pd.MultiIndex.from_frame(lost_games[game]))
    return played[~is_lost]


def _canonical(values: np.ndarray) -> bytes:
    # adding 0.0 turns -0.0 into 0.0, and the where() gives every NaN the same bits
    rounded = np.round(values.astype("float64"), DECIMALS) + 0.0
    return np.where(np.isnan(rounded), np.nan, rounded).tobytes()
