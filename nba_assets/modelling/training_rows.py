"""What the rows of a training window must have, over all of it: few gaps, usage, and rows enough."""

from collections.abc import Iterator, Sequence

import pandas as pd

from nba_assets.contracts.form_columns import AVERAGE_USAGE
from nba_assets.contracts.tables import MODEL
from nba_assets.modelling.design_matrix import KEY, played_rows
from nba_assets.modelling.gapped_rows import is_gapped
from nba_assets.readiness import thresholds
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.losses import GAME
from nba_assets.readiness.training_window import TooMany, require_within_limits

USAGE = "usage_rate"
_NAMED = 3


def require_training_rows(
    *,
    features: pd.DataFrame,
    games: pd.DataFrame,
    lost_games: pd.DataFrame,
    feature_columns: Sequence[str],
    least_rows: int,
    window: str,
    purpose: str,
    waivers: Sequence[Waiver],
    used: Sequence[Waiver],
) -> tuple[Waiver, ...]:
    """The waivers, `used` among them, without which the rows of the window would refuse its training; else GateClosed.

    Rows are those of played games, without the lost ones (game_date, game_id), that have features: at most a tenth may
    have a gap, and `least_rows` must be left. Of those left nine in ten have the average usage of the last seven games,
    of all with minutes 95 % a usage rate. A waiver lets the rows of its dates pass.
    """
    played = played_rows(features, games, lost_games)
    known = features[[*KEY, "season", "team_id", AVERAGE_USAGE]].assign(
        has_gap=is_gapped(features, feature_columns), has_features=True
    )
    rows = played[[*KEY, "game_date", USAGE]].merge(known, on=KEY, how="left", validate="1:1")
    rows["has_features"] = rows["has_features"].eq(True)
    usable = int((rows["has_features"] & ~rows["has_gap"].eq(True)).sum())
    return require_within_limits(
        rows, lambda left: list(_too_many(left, usable, least_rows)), window, purpose, waivers, used, MODEL
    )


def _too_many(rows: pd.DataFrame, usable: int, least_rows: int) -> Iterator[TooMany]:
    if rows.empty:
        return
    with_features = rows[rows["has_features"]]
    gapped = with_features[with_features["has_gap"].astype(bool)]
    if len(gapped) > thresholds.TRAINING_GAPPED_SHARE * len(with_features):
        yield _gapped(gapped, with_features)
    for name, of, bar in (
        (USAGE, rows, thresholds.USAGE_POPULATED_SHARE),
        (AVERAGE_USAGE, with_features.drop(gapped.index), thresholds.AVG_USAGE_POPULATED_SHARE),
    ):
        if (share := of[name].notna().mean()) < bar:
            said = f"{share:.1%} of {len(of):,} rows have {name}, at least {bar:.0%} must"
            yield TooMany(said, _by_date(of[of[name].isna()], f"lack {name}"))
    if usable < least_rows:
        yield TooMany(f"{usable:,} rows can be used, at least {least_rows:,} must be")


def _gapped(gapped: pd.DataFrame, of: pd.DataFrame) -> TooMany:
    """Names the season and the team that are worst."""
    worst = []
    for name, what in (("season", "season"), ("team_id", "team")):
        shares = (gapped.groupby(name).size() / of.groupby(name).size()).dropna()
        worst.append(f"{what} {shares.idxmax()} ({shares.max():.1%})")
    games = gapped.drop_duplicates(GAME).sort_values(GAME).head(_NAMED)
    first = ", ".join(f"{day:%Y-%m-%d} {name}" for day, name in zip(games["game_date"], games["game_id"], strict=True))
    return TooMany(
        f"{len(gapped):,} of {len(of):,} rows have a gap in their windows ({len(gapped) / len(of):.1%}, at most "
        f"{thresholds.TRAINING_GAPPED_SHARE:.0%} may); worst are {' and '.join(worst)}; the first are of games {first}",
        _by_date(gapped, "have a gap in their windows"),
    )


def _by_date(rows: pd.DataFrame, what: str) -> list[dict[str, str]]:
    counts = rows["game_date"].dt.strftime("%Y-%m-%d").value_counts().sort_index()
    return [
        {"table": "ml_feature_store", "date": str(day), "reason": f"{count} rows {what}"}
        for day, count in counts.items()
    ]
