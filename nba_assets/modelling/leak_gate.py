"""The gate before every training: no feature of a date may know an outcome of that date or later.

For a few dates the whole chain from analytics to features is computed again in memory: as things are, and with every
outcome from the date on changed. Error figures cannot replace it: a leak through opponent, team or minutes hardly
moves them, and it is the reason why MAE is only the smoke alarm (`alarm`).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

Frames = Mapping[str, pd.DataFrame]
Recompute = Callable[[Frames, pd.DatetimeIndex], pd.DataFrame]
"""Rows of ml_feature_store of the dates, out of whole frames of everything that they are made of."""

KEY = ["game_id", "player_id"]
OUTCOME_TABLES = ("player_game_summary", "team_offense", "team_defense")
"""What happened in the games; everything else the chain reads was known before tip-off."""
DATES = 3
CHANGED_OUTCOMES = "changed outcomes"
STORED_ROWS = "stored rows"
_KNOWN_BEFORE = {
    "game_id", "game_date", "season", "season_type", "player_id", "opponent_team_id", "opponent_team", "is_home",
}  # fmt: skip
_TEAM_TABLES_KEEP = {"team_id", "team"}
_LARGEST_CHANGE = 50
_SHARE_KEPT = 0.5
_NAMED = 5


@dataclass(frozen=True)
class Leak:
    """A feature whose values on a date should be equal and are not: by which comparison, on how many rows, an example.

    `gate` is "changed outcomes" (the value follows what happened on the date or after it) or "stored rows" (what
    is stored is not what the chain makes of the games before it). `column` is "rows" where the rows themselves differ.
    """

    gate: str
    column: str
    date: pd.Timestamp
    rows: int
    of_rows: int
    example: str

    def __str__(self) -> str:
        return (
            f"{self.column} on {self.date:%Y-%m-%d}: {self.rows} of {self.of_rows} rows differ ({self.gate}), "
            f"{self.example}"
        )


class LeakFound(Exception):
    """Training is refused; the message names columns, dates and rows, `leaks` has all of them."""

    code = "NBA-503"

    def __init__(self, leaks: Sequence[Leak]) -> None:
        self.leaks = tuple(leaks)
        columns = sorted({leak.column for leak in leaks})
        shown = "; ".join(str(leak) for leak in leaks[:_NAMED])
        more = f"; and {len(leaks) - _NAMED} more" if len(leaks) > _NAMED else ""
        super().__init__(
            f"training is refused: features know what they cannot ({', '.join(columns[:20])}). {shown}{more}. "
            f"{CHANGED_OUTCOMES}: correct the window in nba_assets/domain; {STORED_ROWS}: rebuild those dates with "
            "`nba-assets backfill --no-resume --tables ml_feature_store --with-upstream --from DATE --to DATE`"
        )


@dataclass(frozen=True)
class Probe:
    """What the gate looked at; `compared_stored` is false for a window under a waiver of its own."""

    dates: tuple[pd.Timestamp, ...]
    columns: int
    rows: int
    compared_stored: bool


def check_leaks(
    recompute: Recompute, frames: Frames, stored: pd.DataFrame, columns: Sequence[str], *, fingerprint: str,
    compare_stored: bool = True,
) -> Probe:  # fmt: skip
    """Raise LeakFound when a feature of one of the probed dates follows outcomes, or is not what the chain makes.

    `frames` hold the whole history that the chain reads, by table; `stored` is ml_feature_store over the training
    window, of which every one of `columns` is compared, exactly. Dates are drawn by the fingerprint of the window, so
    that nobody can choose them; the newest is always among them. Without `compare_stored` (a window with gaps
    that somebody waived) the stored rows, made of other inputs, are left alone.
    """
    dates = probed_dates(stored["game_date"], fingerprint)
    made = recompute(frames, dates)
    leaks: list[Leak] = []
    for date in dates:
        expected = made[made["game_date"] == date]
        if compare_stored:
            leaks += differences(STORED_ROWS, date, expected, stored[stored["game_date"] == date], columns)
        changed = recompute(with_other_outcomes(frames, date, _seed(fingerprint)), pd.DatetimeIndex([date]))
        leaks += differences(CHANGED_OUTCOMES, date, expected, changed, columns)
    if leaks:
        raise LeakFound(leaks)
    return Probe(tuple(dates), len(columns), int(made["game_date"].isin(dates).sum()), compare_stored)


def probed_dates(game_dates: pd.Series, fingerprint: str) -> pd.DatetimeIndex:
    """The newest date with rows and up to two others, drawn by the fingerprint; ascending."""
    days = np.unique(game_dates.to_numpy("datetime64[ns]"))
    drawn = np.random.default_rng(_seed(fingerprint)).permutation(days[:-1])[: DATES - 1]
    return pd.DatetimeIndex(np.sort(np.r_[drawn, days[-1:]]))


def with_other_outcomes(frames: Frames, date: pd.Timestamp, seed: int) -> dict[str, pd.DataFrame]:
    """The frames with everything that was found out on the date or later changed.

    In each table of outcomes numbers grow by 1 to 50 (a null becomes a number), flags turn, players change teams, and
    every other row is gone. What is dated before stays to the bit.
    """
    rng = np.random.default_rng(seed)
    changed = dict(frames)
    for table in OUTCOME_TABLES:
        rows = frames[table].copy()
        late = (rows["game_date"] >= date).to_numpy()
        is_of_teams = "player_id" not in rows
        for name in rows.columns.difference([*_KNOWN_BEFORE, *(_TEAM_TABLES_KEEP if is_of_teams else ())], sort=False):
            rows[name] = _changed(name, rows[name], late, rng)
        changed[table] = rows[~late | (rng.random(len(rows)) < _SHARE_KEPT)].reset_index(drop=True)
    return changed


def _changed(name: str, values: pd.Series, late: np.ndarray, rng: np.random.Generator) -> pd.Series:
    values = values.copy()
    if name == "absence":
        values[late] = "{}"
    elif name in ("team_id", "team"):
        values[late] = rng.permutation(values[late].to_numpy())
    elif pd.api.types.is_bool_dtype(values.dtype):
        values = values.mask(late, ~values.astype("boolean").fillna(False)).astype(values.dtype)
    elif pd.api.types.is_numeric_dtype(values.dtype):
        values[late] = values[late].fillna(1) + rng.integers(1, _LARGEST_CHANGE + 1, late.sum())
    else:
        values[late] = "something else"
    return values


def differences(
    gate: str, date: pd.Timestamp, expected: pd.DataFrame, found: pd.DataFrame, columns: Sequence[str]
) -> list[Leak]:
    """One Leak per column of which the two frames' rows of a date differ, and one ("rows") where a row lacks its like.

    Null equals null, and nothing else.
    """
    expected, found = (frame.set_index(KEY).sort_index() for frame in (expected, found))
    leaks = []
    if not expected.index.equals(found.index):
        odd = expected.index.symmetric_difference(found.index)
        leaks.append(Leak(gate, "rows", date, len(odd), len(expected), f"as {_named(odd[0])}"))
        both = expected.index.intersection(found.index)
        expected, found = expected.loc[both], found.loc[both]
    for name in columns:
        if name not in expected or name not in found:
            where = "the chain" if name not in expected else "the stored rows"
            leaks.append(Leak(gate, name, date, len(expected), len(expected), f"{where} does not have it"))
            continue
        left, right = (frame[name].to_numpy("float64", na_value=np.nan) for frame in (expected, found))
        unequal = ~((left == right) | (np.isnan(left) & np.isnan(right)))
        if unequal.any():
            at = int(np.argmax(unequal))
            example = f"as {_named(expected.index[at])}: {left[at]:g} before, {right[at]:g} now"
            leaks.append(Leak(gate, name, date, int(unequal.sum()), len(left), example))
    return leaks


def _named(key: tuple[str, int]) -> str:
    return f"game {key[0]} player {key[1]}"


def _seed(fingerprint: str) -> int:
    return int.from_bytes(hashlib.sha256(fingerprint.encode()).digest()[:8])
