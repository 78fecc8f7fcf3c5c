"""Whether a stored model version still holds on the data it was trained on: stale, or merely behind."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Read
from nba_assets.contracts.tables import MODEL, ancestors
from nba_assets.modelling.registry.artefacts import ArtefactError, read_metadata, stored_versions
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import in_words
from nba_assets.readiness.fingerprint import fingerprint
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.up_to_date import CheckVerdict, digest

GATED = ancestors("ml_feature_store", "player_game_summary")
"""The tables that a training reads or that those are made of."""

RETRAIN = f"bring the tables up to date, then materialize {MODEL}"


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
class ModelFreshness:
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


def freshness_of(metadata: Mapping[str, Any], partitions: pd.DataFrame, ledger_fingerprint: str) -> ModelFreshness:
    """The freshness of a version, by its metadata.

    `partitions` has one row per (table_name, game_date) of the tables that its training was gated on:
    content_build (0 where nothing is published), current_build (from which on a reader of it is current), and is_gap
    (rejected or blocked). `ledger_fingerprint` is that of the training window now: when it is that of
    the training, content that changed has changed back.
    Raises KeyError for a version stored without its window.
    """
    window = metadata["training_window"]
    first, last = dt.date.fromisoformat(window["first_date"]), dt.date.fromisoformat(window["last_date"])
    inside = partitions[partitions["game_date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    changed = inside["content_build"] > window["inputs_build"]
    if ledger_fingerprint == metadata["ledger_fingerprint"]:
        changed &= inside["is_gap"]
    stale = inside["current_build"] > inside["content_build"].clip(lower=window["inputs_build"])
    outdated = inside[changed | stale]
    after = partitions[(partitions["game_date"] > pd.Timestamp(last)) & (partitions["content_build"] > 0)]
    return ModelFreshness(
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


def stored_published(models_dir: Path, version: int, state: LedgerState) -> ModelFreshness:
    """A stored version against the ledger. Raises ArtefactError for unreadable files, KeyError without its window."""
    metadata = read_metadata(models_dir, version)
    partitions = pd.concat([_partitions(state, table) for table in GATED if table in state.contracts])
    window = metadata["training_window"]
    inside = partitions["game_date"].between(window["first_date"], window["last_date"])
    content = partitions[inside & partitions["is_known"]]
    is_lost = content["is_gap"] & ~_waived(content["game_date"], metadata.get("waivers", ()))
    return freshness_of(metadata, partitions, fingerprint(content, is_lost))


def _waived(dates: pd.Series, waivers: Sequence[Mapping[str, Any]]) -> pd.Series:
    """Which dates the training used whatever was published there, under a waiver of its own."""
    waived = pd.Series(False, index=dates.index)
    for waiver in waivers:
        if waiver.get("table") == MODEL:
            waived |= dates.between(waiver["first"], waiver["last"])
    return waived


def model_verdict(models_dir: Path, state: LedgerState) -> CheckVerdict:
    """The verdict on the newest stored version. New dates alone do not make it fail; waivers are shown."""
    versions = stored_versions(models_dir)
    if not versions:
        return CheckVerdict(True, "no version", "No model version is stored yet.")
    try:
        found = stored_published(models_dir, versions[-1], state)
    except ArtefactError as error:
        return CheckVerdict(False, f"unreadable {versions[-1]}", str(error))
    except KeyError:
        said = f"Version {versions[-1]} was stored without its training window; train again to know."
        return CheckVerdict(False, f"unknown {versions[-1]}", said)
    metadata = {
        "version": found.model_id,
        "training_window": f"{found.first} … {found.last}",
        "newer_dates": found.newer_dates,
        "waivers": list(found.waivers),
    }
    behind = f" {counted(found.newer_dates, 'date')} after it." if found.is_behind else ""
    if not found.is_stale:
        state_digest = f"{found.model_id} {found.newer_dates}"
        return CheckVerdict(
            True, state_digest, f"{found.model_id} is current with its training window.{behind}", metadata
        )
    changes = "; ".join(map(change_in_words, found.changes))
    return CheckVerdict(
        passed=False,
        state_digest=f"stale {digest(found.changes)}",
        description=f"{found.model_id} is stale: in its training window {changes}.{behind} To do: {RETRAIN}",
        metadata=metadata,
        tables={"changes": [_record(change) for change in found.changes]},
    )


def change_in_words(change: Change) -> str:
    """'player_box_scores 2024-01-02 changed up to build 7', or that it is stale or not ready."""
    dates = in_words(change.first, change.last, change.dates)
    said = "is stale or not ready" if change.build is None else f"changed up to build {change.build}"
    return f"{change.table} {dates} {said}"


def _partitions(state: LedgerState, table: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "table_name": table,
            "game_date": state.days,
            "content_hash": state.rows[table]["content_hash"].to_numpy(dtype=object),
            "content_build": state.content_build[table],
            "current_build": state.current_build(Read(table)),
            "is_gap": state.is_gap(table),
            "is_known": np.logical_not(state.is_missing(table)),
        }
    )


def _record(change: Change) -> dict[str, str | int]:
    build = "" if change.build is None else str(change.build)
    return {**asdict(change), "first": str(change.first), "last": str(change.last), "build": build}
