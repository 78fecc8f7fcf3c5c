"""Where shots were taken: attempts and makes by zone of a team or player in a game, out of shot rows."""

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.domain.absence import stated_reasons

ZONES = ("paint", "mid_range", "three")
"""Every attempt lies in exactly one of them."""

DETAILS = {
    "restricted_area": ("restricted_area",),
    "corner_three": ("left_corner_three", "right_corner_three"),
}
"""Parts of zones, by what `zone_detail` calls them."""

ZONE_COUNTS = tuple(f"{zone}_{what}" for zone in ZONES for what in ("attempts", "makes"))
DETAIL_COUNTS = tuple(f"{zone}_{what}" for zone in DETAILS for what in ("attempts", "makes"))
ASSIST_COUNTS = ("assisted_makes", "unassisted_makes")
SOURCE = "shot_zones_source"
ABSENCE_OF_ZONES = "absence_of_zones"
"""Helper column of `with_zone_counts`: the reason of every null that it leaves."""

_GAME = ["game_date", "game_id"]


def with_zone_counts(rows: pd.DataFrame, shot_attempts: pd.DataFrame, lost: pd.DataFrame, entity: str) -> pd.DataFrame:
    """The rows of a game table with the counts of their `entity` (`team_id` or `player_id`) in the game's shot rows.

    Adds `ZONE_COUNTS`, `DETAIL_COUNTS`, `ASSIST_COUNTS` and `SOURCE`, the game's one provider. In a game that has
    shot rows, who took no shot has zeros. A game without them is null throughout: `upstream_missing` on a date of
    `lost` (team-games whose shot rows were refused), else `source_unavailable`. Details are null for a whole game
    when one of its attempts has none, assists when one of its makes does not say.
    """
    mine = rows[[*_GAME, entity]].merge(_counts(shot_attempts, entity), on=[*_GAME, entity], how="left", validate="m:1")
    game = rows[_GAME].merge(_games(shot_attempts), on=_GAME, how="left", validate="m:1")
    has_shots = game[SOURCE].notna().to_numpy()
    added: dict[str, np.ndarray] = {}
    for names, is_reported in (
        (ZONE_COUNTS, has_shots),
        (DETAIL_COUNTS, game["has_details"].eq(True).to_numpy()),
        (ASSIST_COUNTS, game["has_assists"].eq(True).to_numpy()),
    ):
        added |= {name: np.where(is_reported, mine[name].fillna(0.0).to_numpy(), np.nan) for name in names}
    added[SOURCE] = game[SOURCE].astype("object").where(has_shots, None).to_numpy()
    is_lost = pd.MultiIndex.from_frame(rows[_GAME]).isin(pd.MultiIndex.from_frame(lost[_GAME])) & ~has_shots
    added[ABSENCE_OF_ZONES] = np.where(is_lost, Absence.UPSTREAM_MISSING, Absence.SOURCE_UNAVAILABLE)
    return rows.assign(**added)


def _counts(shots: pd.DataFrame, entity: str) -> pd.DataFrame:
    """Attempts and makes of each entity in each game that it has a shot in."""
    keys = [*_GAME, entity]
    group, first = _groups(shots, keys)
    made = shots["is_made"].to_numpy(dtype=bool)
    assisted = made & (shots["is_assisted"].to_numpy(dtype="float64", na_value=0.0) > 0)
    counts = {}
    for name in (*ZONES, *DETAILS):
        kinds, column = (DETAILS[name], "zone_detail") if name in DETAILS else ((name,), "zone")
        inside = shots[column].isin(kinds).to_numpy()
        counts[f"{name}_attempts"], counts[f"{name}_makes"] = inside, inside & made
    counts |= {"assisted_makes": assisted, "unassisted_makes": made & ~assisted}
    return shots[keys].iloc[first].assign(**{name: np.bincount(group, weights=of) for name, of in counts.items()})


def _games(shots: pd.DataFrame) -> pd.DataFrame:
    """Per game with shot rows: its provider, and whether all attempts have details and all makes say who helped."""
    group, first = _groups(shots, _GAME)
    is_untold = shots["is_assisted"].isna().to_numpy() & shots["is_made"].to_numpy(dtype=bool)
    games = shots[[*_GAME, "provider"]].iloc[first].rename(columns={"provider": SOURCE})
    return games.assign(
        has_details=np.bincount(group, weights=shots["zone_detail"].isna()) == 0,
        has_assists=np.bincount(group, weights=is_untold) == 0,
    )


def _groups(shots: pd.DataFrame, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row's group of equal keys, and the position of the first row of each."""
    group = shots.groupby(names, sort=False).ngroup().to_numpy()
    return group, np.unique(group, return_index=True)[1]


def zones_lost(rows: pd.DataFrame, column: str) -> np.ndarray:
    """1.0 for each row of a game table whose shot rows were refused: its zones, such as `column`, are not known."""
    reasons = stated_reasons(rows[ABSENCE], [column])[column]
    return (rows[column].isna().to_numpy() & (reasons == Absence.UPSTREAM_MISSING.value)).astype("float64")
