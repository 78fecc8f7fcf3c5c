"""Metadata of assets, from contracts and ledger facts: column schema, lineage, counts, previews."""

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Column, Contract
from nba_assets.partitions import label_date
from nba_assets.readiness.quarantine import of_games
from nba_assets.warehouse.frames import date_spans
from nba_assets.warehouse.port import Published

PREVIEW_ROWS = 3
PREVIEW_COLUMNS = 8


def catalogue_text(contract: Contract, compute: Callable[..., Any]) -> str:
    """What the catalogue says of a table: what its function says, its key, what a missing row means."""
    key = ", ".join(f"`{name}`" for name in contract.key)
    return f"{inspect.getdoc(compute) or ''}\n\n**Key:** {key}\n\n**A missing row:** {contract.missing}"


def code_reference(compute: Callable[..., Any]) -> dict[str, Any]:
    """Where the function of a table is, for the UI to open."""
    place = dg.LocalFileCodeReference(
        file_path=inspect.getfile(compute), line_number=compute.__code__.co_firstlineno, label=compute.__module__
    )
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[place])}


def definition_metadata(contract: Contract) -> dict[str, Any]:
    """What the catalogue shows of a table before anything is built."""
    return {
        "dagster/column_schema": column_schema(contract),
        "dagster/table_name": f"{contract.dataset}.{contract.name}",
        "grain": contract.grain,
        "missing_rows": contract.missing,
        "reads": dg.MetadataValue.json({read.table: read.window for read in contract.reads}),
    }


def column_schema(contract: Contract) -> dg.TableSchema:
    """The columns of a contract as Dagster's catalogue shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=_column_description(column),
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in contract.columns
        ]
    )


def column_lineage(contract: Contract) -> dg.TableColumnLineage:
    """Which upstream columns each column is made of."""
    return dg.TableColumnLineage(
        {
            column.name: [
                dg.TableColumnDep(asset_key=dg.AssetKey(source.split(".")[0]), column_name=source.split(".")[1])
                for source in dict.fromkeys(column.sources)
            ]
            for column in contract.columns
            if column.sources
        }
    )


def _column_description(column: Column) -> str:
    parts = [column.description]
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.nulls:
        parts.append(f"Null means: {', '.join(column.nulls)}.")
    return " ".join(parts)


def materialization_metadata(
    contract: Contract, rows: pd.DataFrame, published: Mapping[dt.date, Published], without: Mapping[dt.date, str]
) -> dict[dt.date, dict[str, Any]]:
    """Per date: rows, games, completeness, nulls by column, content hash, and the first rows.

    `without` says of dates that are published without a game which it is, and why.
    """
    refused = {(day, game.game_id) for day, it in published.items() if it.verdict for game in it.verdict.quarantined}
    rows = rows[~of_games(rows, refused)]
    nulls = _nulls_by_date(contract, rows)
    previews = _previews(contract, rows)
    games = rows.groupby("game_date")["game_id"].nunique() if "game_id" in rows else pd.Series(dtype="int64")
    games_of = {label_date(day): int(count) for day, count in games.items()}
    described = {}
    for day, outcome in published.items():
        verdict = outcome.verdict
        facts: dict[str, Any] = {
            "dagster/partition_row_count": verdict.rows if verdict else 0,
            "games": games_of.get(day, 0),
            "content_hash": outcome.content_hash,
            "content": "changed" if outcome.is_changed else "unchanged",
            "build": outcome.build_id,
        }
        if verdict and verdict.completeness is not None:
            facts["completeness"] = float(verdict.completeness)
        if day in without:
            facts["quarantined"] = without[day]
        if verdict and verdict.waivers:
            facts["waivers"] = ", ".join(verdict.waivers)
        if day in nulls:
            facts["nulls"] = dg.MetadataValue.json(nulls[day])
        if day in previews:
            facts["preview"] = dg.MetadataValue.md(previews[day])
        described[day] = facts
    if described:
        # The catalogue shows the lineage of the newest materialization; once per run is enough.
        described[max(described)]["dagster/column_lineage"] = column_lineage(contract)
    return described


def verdict_metadata(outcome: Published) -> dict[str, Any]:
    """What a check result shows of one date: the failed rules one by one, or that none failed."""
    verdict = outcome.verdict
    if verdict is None or not verdict.failures:
        return {"blocking": outcome.reasons} if outcome.reasons else {"status": outcome.status.value}
    return {
        "status": outcome.status.value,
        "failed_rules": dg.MetadataValue.table(
            [dg.TableRecord({"rule": failure.rule, "message": failure.message}) for failure in verdict.failures]
        ),
    }


def _nulls_by_date(contract: Contract, rows: pd.DataFrame) -> dict[dt.date, dict[str, int]]:
    names = list(contract.nullable_columns)
    if not names:
        return {}
    missing = rows[names].isna().to_numpy()
    nulls = {}
    for day, start, end in date_spans(rows):
        counts = missing[start:end].sum(axis=0)
        nulls[day] = {names[at]: int(counts[at]) for at in np.flatnonzero(counts)}
    return nulls


def _previews(contract: Contract, rows: pd.DataFrame) -> dict[dt.date, str]:
    names = list(dict.fromkeys([*contract.key, *(n for n in contract.column_names if n != "game_date")]))[
        :PREVIEW_COLUMNS
    ]
    shown = rows[names].astype("object").to_numpy()
    head = f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n"
    return {
        day: head
        + "\n".join(f"| {' | '.join(map(str, shown[at]))} |" for at in range(start, min(start + PREVIEW_ROWS, end)))
        for day, start, end in date_spans(rows)
    }
