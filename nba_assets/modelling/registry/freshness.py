"""Whether a stored model version still stands on the data it was trained on: stale, or merely behind."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class TrainingWindow:
    """What a training read: every date of [first_date, last_date], as of the newest build then, `inputs_build`."""

    first_date: dt.date
    last_date: dt.date
    inputs_build: int


@dataclass(frozen=True)
class Change:
    """Dates of one table inside a version's training window that are not what it was trained on.

    `build` is the newest build that changed them; None where nothing changed yet, but they are stale or closed.
    """

    table: str
    first: dt.date
    last: dt.date
    dates: int
    build: int | None


@dataclass(frozen=True)
class Standing:
    """A version against the ledger: what has changed inside its window, how many dates came after it.

    `waivers` are those that it was trained under, as its metadata describe them.
    """

    model_id: str
    first: dt.date
    last: dt.date
    changes: tuple[Change, ...]
    newer_dates: int
    waivers: tuple[Mapping[str, Any], ...]

    @property
    def is_stale(self) -> bool:
        return bool(self.changes)

    @property
    def is_behind(self) -> bool:
        """New dates arrived after the window; information, which closes nothing."""
        return self.newer_dates > 0


def standing(metadata: Mapping[str, Any], partitions: pd.DataFrame, fingerprint: str) -> Standing:
    """Where a version stands, by its metadata.

    `partitions` has one row per (table_name, game_date) of the tables that its training was gated on:
    content_build (0 where nothing is published), current_build (from which on a reader of it is current), and is_gap
    (rejected or held). `fingerprint` is the ledger's fingerprint of the training window now: when it is that of the
    training, content that changed has changed back.
    Raises KeyError for a version stored without its window.
    """
    window = metadata["training_window"]
    first, last = dt.date.fromisoformat(window["first_date"]), dt.date.fromisoformat(window["last_date"])
    inside = partitions[partitions["game_date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    changed = inside["content_build"] > window["inputs_build"]
    if fingerprint == metadata["ledger_fingerprint"]:
        changed &= inside["is_gap"]
    stale = inside["current_build"] > inside["content_build"].clip(lower=window["inputs_build"])
    outdated = inside[changed | stale]
    after = partitions[(partitions["game_date"] > pd.Timestamp(last)) & (partitions["content_build"] > 0)]
    return Standing(
        model_id=metadata["model_id"],
        first=first,
        last=last,
        changes=tuple(
            _change(str(table), rows, window["inputs_build"])
            for table, rows in outdated.groupby("table_name", sort=False)
        ),
        newer_dates=after["game_date"].nunique(),
        waivers=tuple(metadata.get("waivers", ())),
    )


def _change(table: str, rows: pd.DataFrame, inputs_build: int) -> Change:
    newest = int(rows["content_build"].max())
    first, last = rows["game_date"].min().date(), rows["game_date"].max().date()
    return Change(table, first, last, len(rows), newest if newest > inputs_build else None)
