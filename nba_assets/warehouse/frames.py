"""Conformed frames on their way into a warehouse and back: Arrow schema, content hashes."""

import datetime as dt
import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract

_ARROW = {
    "string": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}


def to_arrow(contract: Contract, rows: pd.DataFrame) -> pa.Table:
    """Conformed rows as an Arrow table with the contract's storage types."""
    arrays = [pa.array(rows[c.name], type=_ARROW[c.type], from_pandas=True) for c in contract.columns]
    return pa.Table.from_arrays(arrays, names=list(contract.column_names))


def from_arrow(contract: Contract, table: pa.Table) -> pd.DataFrame:
    """The conformed frame of an Arrow table that holds some or all of the contract's columns."""
    frame: dict[str, pd.Series] = {}
    for name in table.column_names:
        column = contract.column(name)
        values = table.column(name)
        if column.type == "date":
            frame[name] = values.cast(pa.timestamp("ns")).to_pandas()
        elif column.type == "timestamp":
            frame[name] = values.cast(pa.timestamp("ns", tz="UTC")).to_pandas()
        elif column.type == "integer" and column.nullable:
            frame[name] = values.cast(pa.float64()).to_pandas()
        elif column.type == "boolean" and column.nullable:
            frame[name] = values.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
        else:
            frame[name] = values.to_pandas()
    return pd.DataFrame(frame)


def content_hashes(contract: Contract, rows: pd.DataFrame) -> dict[dt.date, str]:
    """Hash of each date's rows (values and reasons, in key order); a date without rows has none.

    `rows` must be conformed. The hash depends on nothing but the date's own rows.
    """
    if rows.empty:
        return {}
    mixed = np.zeros(len(rows), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in contract.columns:
            mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + _value_hashes(rows[column.name])
    return {day: hashlib.sha256(mixed[start:end].tobytes()).hexdigest()[:16] for day, start, end in date_spans(rows)}


def date_spans(rows: pd.DataFrame) -> list[tuple[dt.date, int, int]]:
    """Each date of rows that are sorted by date, with the position of its first row and that after its last."""
    days = rows["game_date"].to_numpy().astype("datetime64[D]")
    if not len(days):
        return []
    starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
    return [(days[a].item(), int(a), int(b)) for a, b in zip(starts, np.r_[starts[1:], len(days)], strict=True)]


EMPTY_HASH = hashlib.sha256(b"").hexdigest()[:16]
"""Content hash of a ready date without rows."""


def _value_hashes(values: pd.Series) -> np.ndarray:
    if values.dtype.kind == "f":
        numbers = values.to_numpy(dtype="float64")
        return _mix(np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64))
    if values.dtype.kind in "iu":
        return _mix(values.to_numpy(dtype="int64").view(np.uint64))
    if values.dtype.kind == "M" or isinstance(values.dtype, pd.DatetimeTZDtype):
        return _mix(values.astype("int64").to_numpy().view(np.uint64))
    if values.dtype.name in ("bool", "boolean"):
        return _mix(values.astype("boolean").astype("Int8").fillna(2).to_numpy(dtype="int64").view(np.uint64))
    codes, uniques = pd.factorize(values, use_na_sentinel=True)
    digests = [int.from_bytes(hashlib.blake2b(str(text).encode(), digest_size=8).digest()) for text in uniques]
    table = np.array([*digests, 0], dtype=np.uint64)  # the last entry represents null (code -1)
    return table[codes]


def _mix(bits: np.ndarray) -> np.ndarray:
    """SplitMix64 finaliser (Steele, Lea and Flood 2014): spreads near-equal values over all bits."""
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))
