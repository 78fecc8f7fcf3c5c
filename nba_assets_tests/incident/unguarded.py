"""A warehouse as the old system used one: last writer wins, whatever is there is read, and nothing is judged.

The same assets run over it. It differs from the real one in what this file overrides, and in three stated
switches, each a habit of the old system.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.status import Status
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.duckdb.reads import DuckDBReader
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.duckdb.writes import next_build, replace_rows, write_ledger
from nba_assets.warehouse.frames import content_hashes
from nba_assets.warehouse.gated_reads import rows_of_days
from nba_assets.warehouse.ledger import entries
from nba_assets.warehouse.port import Attempt, Published, Snapshot, Window

FORM_TABLE, FORM_INPUT = "player_daily_cache", "player_game_summary"


@dataclass(frozen=True)
class Switches:
    """Habits of the old system.

    `calendar_days`: the last games of a player are looked for among so many days before the first date asked for,
    without asking how many there should be; None for all days. `joins_on_stated_sides`: team rows are found by a key
    made of the home and away team that the box score states, so that a row with the sides reversed is not found.
    """

    calendar_days: int | None = 7
    joins_on_stated_sides: bool = True


class UnguardedWarehouse(DuckDBWarehouse):
    """The port without gate, audit, fence and training gate. Its ledger only records; nobody asks it."""

    def __init__(self, path: Path, days: pd.DatetimeIndex, history_start: dt.date | None, switches: Switches) -> None:
        super().__init__(path, days, history_start)
        self.switches = switches

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, only: Collection[str] = (), source_version: str = ""
    ) -> Window:
        def action(reader: DuckDBReader) -> Window:
            frames = {read.table: self._input(reader, contract, read.table, days) for read in contract.reads}
            no_gaps = pd.DataFrame({"game_date": pd.DatetimeIndex([]), "game_id": [], "team_id": []})
            return Window(
                contract=contract,
                asked=tuple(days),
                days=tuple(days),
                blocked={},
                current=(),
                inputs_build=reader.last_build(),
                frames=frames,
                gaps={read.table: no_gaps for read in contract.reads if read.optional or read.window == "before"},
                bootstrap=frozenset(),
                waivers=(),
            )

        return self._read(f"reading the inputs of {contract.name}", action)

    def _input(self, reader: DuckDBReader, contract: Contract, table: str, days: Sequence[dt.date]) -> pd.DataFrame:
        upstream = TABLES[table]
        window = next(read.window for read in contract.reads if read.table == table)
        if window == "same_date":
            frame = rows_of_days(reader, upstream, days)
            if contract.name == FORM_INPUT and table == "team_offense" and self.switches.joins_on_stated_sides:
                frame = frame[~frame["game_id"].isin(_reversed_games(reader.connection, days))]
            return frame
        first = dt.date.min
        if contract.name == FORM_TABLE and table == FORM_INPUT and self.switches.calendar_days is not None:
            first = min(days) - dt.timedelta(days=self.switches.calendar_days)
        return reader.select(upstream, "game_date >= ? AND game_date < ?", [first, max(days)])

    def publish(
        self, window: Window, rows: Conformed, verdicts: Mapping[dt.date, Verdict], attempt: Attempt
    ) -> dict[dt.date, Published]:
        contract = window.contract
        passed = {
            day: replace(verdict, status=Status.READY, failures=(), quarantined=()) for day, verdict in verdicts.items()
        }
        with self._file.transaction(f"writing {contract.name}") as connection:
            before = DuckDBReader(connection).entries_on(contract.name, window.asked)
            unguarded = replace(attempt, token=0, override="")
            hashes = content_hashes(contract, rows.rows)
            ledger, published = entries(
                window, passed, before, hashes, unguarded, build=next_build(connection), now=self.now()
            )
            replace_rows(connection, schema.qualified(contract), contract, rows.rows, list(window.days))
            write_ledger(connection, contract.name, ledger)
        return published

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        """There is none."""

    def read(
        self,
        columns: Mapping[str, Sequence[str]],
        start: dt.date,
        end: dt.date,
        *,
        purpose: str,
        gated: Sequence[str] = (),
        waivable_as: str = "",
    ) -> Snapshot:
        def action(reader: DuckDBReader) -> Snapshot:
            frames = {table: reader.rows(TABLES[table], start, end, names) for table, names in columns.items()}
            return Snapshot(frames, fingerprint=f"unguarded build {reader.last_build()}")

        return self._read(purpose, action)


def _reversed_games(connection: duckdb.DuckDBPyConnection, days: Sequence[dt.date]) -> set[str]:
    """Games whose team rows state other sides than the schedule."""
    connection.register("days_asked", pa.table({"game_date": pa.array(days, type=pa.date32())}))
    query = """
        SELECT DISTINCT game_id FROM nba_raw.team_box_scores SEMI JOIN days_asked USING (game_date)
        JOIN nba_raw.game_schedule USING (game_id) WHERE is_home <> (team_id = home_team_id)"""
    return {row[0] for row in connection.execute(query).fetchall()}
