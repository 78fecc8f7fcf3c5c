"""Everything the data quality page tells, gathered from the warehouse port and the stored models."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nba_assets.modelling.registry.freshness import GATED
from nba_assets.partitions import season_of
from nba_assets.readiness.contents import shortfalls
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import DateRange
from nba_assets.readiness.durations import Duration, durations
from nba_assets.readiness.failures import has_end
from nba_assets.readiness.state import LedgerState
from nba_assets.reporting.cells import CLOSED, STATES, counts, heat_map, not_ready
from nba_assets.reporting.coverage import Coverage, coverage
from nba_assets.reporting.incidents import Incident, open_incidents
from nba_assets.reporting.model_history import ModelVersion, model_history
from nba_assets.warehouse.port import Warehouse
from nba_assets.warehouse.season_gaps import published_gaps

DECISIONS_SHOWN, RUNS_SHOWN, NOTES_SHOWN = 25, 400, 50
"""How much of the three lists a page carries."""


@dataclass(frozen=True)
class QualityFacts:
    """What is published at one moment.

    `cells` is the heat map (`reporting.cells`), `counts` its totals per table, `runs` its runs of dates to look at, the
    newest of them with their reason. `shortfalls` say where ready dates lack rows. `builds` are the newest timed builds
    of every table: table, at, dates, seconds; `expected` what they teach. `waivers` and `decisions` are rows of the
    port, newest first.
    `notes` say what was left out of deliveries and which names are nobody's: table, date and text, the newest dates
    first, out of `notes_in_all`.
    """

    at: dt.datetime
    dates: DateRange
    seasons: tuple[str, ...]
    cells: Mapping[str, Any]
    counts: Mapping[str, Mapping[str, int]]
    runs: Sequence[Mapping[str, Any]]
    incidents: tuple[Incident, ...]
    shortfalls: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    models: tuple[ModelVersion, ...]
    builds: tuple[Mapping[str, Any], ...]
    expected: Mapping[str, Duration]
    waivers: tuple[Mapping[str, Any], ...]
    decisions: tuple[Mapping[str, Any], ...]
    notes: tuple[Mapping[str, str], ...] = ()
    notes_in_all: int = 0

    @property
    def totals(self) -> dict[str, int]:
        """Partitions by state, over all tables."""
        found: dict[str, int] = {}
        for table in self.counts.values():
            for word, dates in table.items():
                found[word] = found.get(word, 0) + dates
        return found

    @property
    def verdict(self) -> str:
        """Whether everything is ready and up to date, complete and without waivers, by the states of all partitions."""
        games = sum(incident.kind == "quarantined" for incident in self.incidents)
        without = [f"{counted(games, 'game')} quarantined."] if games else []
        closed = sum(self.totals.get(STATES[letter], 0) for letter in CLOSED)
        if closed:
            return " ".join([f"Not ready or not up to date: {counted(closed, 'partition')}.", *without])
        waived = self.totals.get(STATES["t"], 0)
        under = [f"{counted(waived, 'partition')} built under a waiver."] if waived else []
        if not (self.shortfalls or under or without):
            return "Every partition of every table is ready and up to date."
        return " ".join([*(without or ["No open incidents."]), *self.shortfalls, *under])


def quality_facts(
    warehouse: Warehouse, models_dir: Path, now: dt.datetime, left_out: Collection[tuple[str, str]] = ()
) -> QualityFacts:
    """The facts of now; `left_out` are phases of seasons that the source declares as not covered.

    Raises WarehouseError when the warehouse cannot be read.
    """
    state = warehouse.state()
    models = model_history(models_dir, state)
    windows = {version.model: version.window for version in models if version.window}
    cells = heat_map(state)
    builds = warehouse.recent_builds()
    notes = _notes(state)
    return QualityFacts(
        at=now,
        dates=DateRange(state.days[0].date(), state.days[-1].date()),
        seasons=tuple(dict.fromkeys(season_of(day) for day in state.days.date)),
        cells=cells,
        counts=counts(state),
        runs=not_ready(cells, RUNS_SHOWN),
        incidents=tuple(open_incidents(state, windows, GATED)),
        shortfalls=(*shortfalls(state), *map(str, published_gaps(warehouse, state, left_out))),
        coverage=coverage(warehouse, state),
        models=models,
        builds=tuple(_build(row) for row in builds.to_dict("records")),
        expected=durations(builds),
        waivers=tuple(_waivers(warehouse.waivers())),
        decisions=tuple(_rows(warehouse.journal()[::-1].head(DECISIONS_SHOWN))),
        notes=tuple(notes[:NOTES_SHOWN]),
        notes_in_all=len(notes),
    )


def _notes(state: LedgerState) -> list[dict[str, str]]:
    """Notes of the newest attempts; a ledger of an earlier release has none."""
    found = []
    for table in state.contracts:
        rows = state.rows[table]
        notes = rows["notes"].fillna("") if "notes" in rows else pd.Series("", rows.index)
        found += [
            {"table": table, "date": f"{day:%Y-%m-%d}", "note": str(note)} for day, note in notes[notes != ""].items()
        ]
    return sorted(found, key=lambda note: note["date"], reverse=True)


def _build(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "table": str(row["table_name"]),
        "at": pd.Timestamp(row["written_at"]).tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ"),
        "dates": int(row["dates"]),
        "seconds": round(float(row["seconds"]), 2),
    }


def _waivers(waivers: pd.DataFrame) -> list[dict[str, Any]]:
    """Those in force first, the one that expires soonest at the top."""
    ordered = waivers.assign(is_over=waivers["state"] != "in force").sort_values(["is_over", "until"], kind="stable")
    return _rows(ordered)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _cell(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp) and value.tzinfo is not None and not has_end(value):
        return "no end"
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d" if value.tzinfo is None else "%Y-%m-%d %H:%M UTC")
    return str(value)
