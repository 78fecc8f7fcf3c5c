"""What was built from one partition: dates of every table below it, model versions, and the predictions they made."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nba_assets.contracts.predictions import PLAYER_POINTS_PREDICTIONS
from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.operations.explanations.explain import located
from nba_assets.operations.explanations.lookups import rows_by_model, rows_with
from nba_assets.operations.models import Freshness, model_statuses, touched_by
from nba_assets.readiness.date_ranges import DateRange, ranges_of
from nba_assets.readiness.windows import seen
from nba_assets.warehouse.port import Warehouse


@dataclass(frozen=True)
class Below:
    """Dates of a table whose windows contain the partition, directly or through `by`, and that have content.

    `stale` of them are stale now, whatever for. `rows_of_key` are the dates on which the asked player or team has
    rows, None where nobody asked or the table has no such column.
    """

    table: str
    by: tuple[str, ...]
    dates: int
    ranges: tuple[DateRange, ...]
    stale: int
    rows_of_key: tuple[dt.date, ...] | None = None


@dataclass(frozen=True)
class TrainedOn:
    """A model version whose training window contains the date, whether it is stale, and the predictions it made."""

    model: str
    freshness: Freshness
    reason: str
    predictions: int


@dataclass(frozen=True)
class Downstream:
    """Everything built from one partition."""

    table: str
    date: dt.date
    tables: tuple[Below, ...]
    models: tuple[TrainedOn, ...]
    key: Mapping[str, int] = field(default_factory=dict)

    @property
    def partitions(self) -> int:
        return sum(below.dates for below in self.tables)


def downstream(
    warehouse: Warehouse, models_dir: Path, table: str, day: dt.date, key: Mapping[str, str] | None = None
) -> Downstream:
    """What was built from the partition, and where rows of a player or team are among it.

    RequestError for a table or date that does not exist, and for a key but player_id and team_id: those of a game lead
    nowhere but to its own date.
    """
    _, state, at = located(warehouse, table, day)
    entity = _entity(key or {})
    reached = {name: np.zeros(len(state.days), dtype=bool) for name in state.contracts}
    reached[table][at] = state.content_build[table][at] > 0
    found = []
    for name, below in state.contracts.items():
        by = []
        for read in below.reads:
            built_on = seen(read, reached[read.table]) & (state.content_build[name] > 0)
            reached[name] |= built_on
            by += [read.table] if built_on.any() else []
        if name != table and reached[name].any():
            found.append(
                Below(
                    table=name,
                    by=tuple(dict.fromkeys(by)),
                    dates=int(reached[name].sum()),
                    ranges=ranges_of(reached[name], state.days),
                    stale=int((reached[name] & state.is_stale(name)).sum()),
                    rows_of_key=_rows_of_key(warehouse, name, entity, reached[name], state.days.date),
                )
            )
    statuses = model_statuses(models_dir, state)
    touched = touched_by(statuses, {table: [day] if reached[table][at] else []})
    made = rows_by_model(warehouse, PLAYER_POINTS_PREDICTIONS, state.days[0].date(), state.days[-1].date())
    return Downstream(
        table=table,
        date=day,
        tables=tuple(found),
        models=tuple(
            TrainedOn(status.model, status.freshness, status.reason, made.get(status.model, 0))
            for status in statuses
            if status.model in touched
        ),
        key=entity,
    )


def _entity(key: Mapping[str, str]) -> dict[str, int]:
    for name, text in key.items():
        if name not in ("player_id", "team_id") or not text.isdigit():
            raise RequestError(f"{name}={text}: give player_id or team_id, a whole number, with --downstream")
    return {name: int(text) for name, text in key.items()}


def _rows_of_key(
    warehouse: Warehouse, name: str, entity: Mapping[str, int], flags: np.ndarray, days: np.ndarray
) -> tuple[dt.date, ...] | None:
    contract = TABLES[name]
    if not entity or not set(entity) <= set(contract.column_names):
        return None
    dates = rows_with(warehouse, contract, entity, days[flags][0], days[flags][-1], ["game_date"])["game_date"]
    built = set(days[flags])
    return tuple(dict.fromkeys(day for day in dates.dt.date if day in built))
