"""What a backfill changed: per table the partitions whose content is another, rows by key, columns touched."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import label_date
from nba_assets.warehouse.port import Warehouse, WarehouseError


@dataclass(frozen=True)
class TableChanges:
    """Counts of one table. `new` partitions were nowhere before; their rows count as added.

    Where the former content of the changed ones is not kept any more, only the ledger tells that they changed.
    """

    table: str
    new: int = 0
    changed: int = 0
    is_known: bool = True
    rows_added: int = 0
    rows_removed: int = 0
    rows_changed: int = 0
    columns: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def changes(
    warehouse: Warehouse, before: pd.DataFrame, after: pd.DataFrame, run_ids: Collection[str]
) -> list[TableChanges]:
    """Tables in which the runs changed any content, from the ledger as it was before them and as it is now."""
    mine = after[after["run_id"].isin(list(run_ids)) & (after["status"] == "ready")]
    key = ["table_name", "game_date"]
    columns = [*key, "content_hash", "build_id"]
    both = mine[[*columns, "rows"]].merge(before[columns], on=key, how="left", suffixes=("", "_before"))
    different = both[both["content_hash"] != both["content_hash_before"].fillna("")]
    grouped = dict(iter(different.groupby("table_name")))
    return [_of_table(warehouse, contract, grouped[name]) for name, contract in TABLES.items() if name in grouped]


def _of_table(warehouse: Warehouse, contract: Contract, partitions: pd.DataFrame) -> TableChanges:
    is_new = partitions["content_hash_before"].isna()
    builds = {
        label_date(day): int(build)
        for day, build in partitions[~is_new].set_index("game_date")["build_id_before"].items()
    }
    added, removed, changed = 0, 0, 0
    columns: tuple[str, ...] = ()
    is_known = True
    try:
        former = warehouse.content(contract.name, list(builds), builds)
    except WarehouseError:
        is_known = False
    else:
        now = warehouse.content(contract.name, list(builds))
        added, removed, changed, columns = compared(contract, former, now)
    return TableChanges(
        table=contract.name,
        new=int(is_new.sum()),
        changed=int((~is_new).sum()),
        is_known=is_known,
        rows_added=added + int(partitions.loc[is_new, "rows"].sum()),
        rows_removed=removed,
        rows_changed=changed,
        columns=columns,
    )


def compared(contract: Contract, before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int, int, tuple[str, ...]]:
    """Rows added, removed and changed by key and date, and the columns in which the changed ones differ."""
    key = list(dict.fromkeys(["game_date", *contract.key]))
    values = [name for name in contract.column_names if name not in key]
    old, new = before.set_index(key), after.set_index(key)
    shared = old.index.intersection(new.index)
    left, right = old.loc[shared], new.loc[shared]
    differs = {name: _differs(left[name], right[name]) for name in values}
    touched = tuple(name for name, flags in differs.items() if flags.any())
    changed = int(np.logical_or.reduce([differs[name] for name in touched]).sum()) if touched else 0
    return len(new) - len(shared), len(old) - len(shared), changed, touched


def _differs(before: pd.Series, after: pd.Series) -> np.ndarray:
    same = (before == after).fillna(False).to_numpy(dtype=bool)
    return ~(same | (before.isna() & after.isna()).to_numpy(dtype=bool))
