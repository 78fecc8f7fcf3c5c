"""Where the BigQuery adapter keeps what: datasets, tables, columns and their types, from the contracts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from google.cloud import bigquery

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.port import WarehouseError
from nba_assets.warehouse.system_tables import FENCE_COLUMNS, JOURNAL_COLUMNS, LEDGER_COLUMNS, OLD_NAMES, WAIVER_COLUMNS

TYPES = {
    "string": "STRING",
    "json": "STRING",
    "integer": "INT64",
    "float": "FLOAT64",
    "boolean": "BOOL",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}

_FROM_DUCKDB = {
    "VARCHAR": "STRING", "BIGINT": "INT64", "DOUBLE": "FLOAT64", "BOOLEAN": "BOOL", "DATE": "DATE",
    "TIMESTAMPTZ": "TIMESTAMP",
}  # fmt: skip

SYSTEM_TABLES: dict[str, dict[str, str]] = {
    name: {column: _FROM_DUCKDB[kind] for column, kind in columns.items()}
    for name, columns in {
        "ledger": LEDGER_COLUMNS,
        "ledger_history": LEDGER_COLUMNS,
        "fences": FENCE_COLUMNS,
        "waivers": WAIVER_COLUMNS,
        "journal": JOURNAL_COLUMNS,
    }.items()
}
"""Tables of the dataset `nba_quality`; `build_counter` and `warehouse_version` are made with their one row."""

WITHOUT_COLUMNS = {"nba_analytics.player_game_summary": ("player_game_summary", ("season",))}
"""Views that leave columns out: the old queries of the summary define a `season` of their own and group by it."""

DATASETS = (*sorted({contract.dataset for contract in TABLES.values()} | {"nba_quality"}), "nba_rejected",
            "nba_replaced", "nba_staging")  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Full names, in backticks, within one project; `prefix` before every dataset lets warehouses share a project."""

    project: str
    prefix: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9.:_-]+", self.project) or not re.fullmatch(r"[A-Za-z0-9_]*", self.prefix):
            raise WarehouseError(
                f"project {self.project!r} or dataset prefix {self.prefix!r} cannot be a name in BigQuery"
            )

    def dataset(self, name: str) -> str:
        return f"{self.project}.{self.prefix}{name}"

    def table(self, contract: Contract) -> str:
        """The table of a contract; where a view has taken its name, the table behind it."""
        behind = "_rows" if f"{contract.dataset}.{contract.name}" in WITHOUT_COLUMNS else ""
        return f"`{self.dataset(contract.dataset)}.{contract.name}{behind}`"

    def rejected(self, contract: Contract) -> str:
        return f"`{self.dataset('nba_rejected')}.{contract.name}`"

    def replaced(self, contract: Contract) -> str:
        return f"`{self.dataset('nba_replaced')}.{contract.name}`"

    def system(self, name: str) -> str:
        return f"`{self.dataset('nba_quality')}.{name}`"

    def staging(self, name: str) -> str:
        return f"{self.dataset('nba_staging')}.{name}"

    def views(self) -> Mapping[str, tuple[Contract, tuple[str, ...]]]:
        """View to its table, and the columns it leaves out."""
        old = {name: (table, ()) for name, table in OLD_NAMES.items()}
        return {
            f"`{self.dataset(dataset)}.{name}`": (TABLES[table], without)
            for view, (table, without) in {**old, **WITHOUT_COLUMNS}.items()
            for dataset, _, name in [view.partition(".")]
        }


def fields_of(contract: Contract) -> list[bigquery.SchemaField]:
    """Columns of a staged table: what is never null is required there already."""
    return [
        bigquery.SchemaField(c.name, TYPES[c.type], mode="NULLABLE" if c.nullable else "REQUIRED")
        for c in contract.columns
    ]


LEDGER_FIELDS = [bigquery.SchemaField(name, kind) for name, kind in SYSTEM_TABLES["ledger"].items()]
