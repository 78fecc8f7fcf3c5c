"""Every table and view of BigQuery as this code makes them, for anyone who answers in a server's place."""

from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.bigquery.names import SYSTEM_TABLES, TYPES, Names


def made_tables(names: Names) -> dict[str, dict[str, str]]:
    """The type of each column by the full name of its table or view, in backticks."""
    made = {names.system(name): dict(columns) for name, columns in SYSTEM_TABLES.items()}
    made[names.system("build_counter")] = {"last_build": "INT64"}
    made[names.system("warehouse_version")] = {"version": "INT64", "fingerprint": "STRING"}
    for contract in TABLES.values():
        columns = {column.name: TYPES[column.type] for column in contract.columns}
        made[names.table(contract)] = columns
        made[names.rejected(contract)] = columns | {"attempt_build": "INT64"}
        made[names.replaced(contract)] = columns | {"build_id": "INT64", "replaced_at": "TIMESTAMP"}
    for view, (contract, without) in names.views().items():
        made[view] = {column.name: TYPES[column.type] for column in contract.columns if column.name not in without}
    return made
