"""Frames as contracts declare them."""

from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.contract import DECIMALS, LARGEST, Column, Contract


class ContractError(Exception):
    """Rows that cannot even be typed as their contract says; names table, column and a value."""

    code = "NBA-304"


@dataclass(frozen=True)
class Conformed:
    """Rows with exactly their contract's columns, order and types, floats rounded, sorted by date and key.

    `conform` makes it, once; what audits, hashes and publishes asks for this type and need not look again.
    """

    contract: Contract
    rows: pd.DataFrame

    def on(self, days: pd.DatetimeIndex) -> "Conformed":
        """The rows of the days alone."""
        return Conformed(self.contract, self.rows[self.rows["game_date"].isin(days)].reset_index(drop=True))


def conform(contract: Contract, rows: pd.DataFrame) -> Conformed:
    """The rows as the contract declares them.

    Raises ContractError for a missing or undeclared column, or a value that does not fit its type.
    """
    missing = [name for name in contract.column_names if name not in rows.columns]
    extra = [name for name in rows.columns if name not in contract.column_names]
    if missing or extra:
        raise ContractError(f"{contract.name}: columns missing {missing}, columns not in the contract {extra}")
    typed = pd.DataFrame({c.name: _typed(contract, c, rows[c.name]) for c in contract.columns}, index=rows.index)
    order = ["game_date", *(name for name in contract.key if name != "game_date")]
    return Conformed(contract, typed.sort_values(order, kind="stable", ignore_index=True))


def no_rows(contract: Contract) -> Conformed:
    """A table without rows."""
    return conform(contract, pd.DataFrame({name: pd.Series(dtype="object") for name in contract.column_names}))


def _typed(contract: Contract, column: Column, values: pd.Series) -> pd.Series:
    try:
        if column.type == "date":
            return pd.to_datetime(values).astype("datetime64[ns]").dt.normalize()
        if column.type == "timestamp":
            return pd.to_datetime(values, utc=True).astype("datetime64[ns, UTC]")
        if column.type == "boolean":
            return _flags(values, column.nullable)
        if column.type == "float":
            return values.astype("float64").round(DECIMALS) + 0.0
        if column.type == "integer":
            return _integers(values, column.nullable)
        return values.astype("object").where(values.notna(), None)
    except (ValueError, TypeError) as error:
        raise ContractError(
            f"{contract.name}.{column.name}: values do not fit type {column.type} ({error}); first values: "
            f"{values.head(3).tolist()}"
        ) from error


def _flags(values: pd.Series, nullable: bool) -> pd.Series:
    # By way of the nullable type, for a plain bool takes a null, and any text, for true.
    flags = values.astype("boolean")
    if not nullable and flags.isna().any():
        raise ValueError(f"{int(flags.isna().sum())} nulls in a column that is never null")
    return flags if nullable else flags.astype("bool")


def _integers(values: pd.Series, nullable: bool) -> pd.Series:
    if (values.astype("float64").abs() >= LARGEST).any():
        raise ValueError(f"whole numbers from {LARGEST:.0f} on")
    if not nullable:
        if values.isna().any():
            raise ValueError(f"{int(values.isna().sum())} nulls in a column that is never null")
        if values.dtype.kind == "f" and (values % 1 != 0).any():
            raise ValueError("fractions in an integer column")
        return values.astype("int64")
    numbers = values.astype("float64")
    if (numbers.dropna() % 1 != 0).any():
        raise ValueError("fractions in an integer column")
    return numbers
