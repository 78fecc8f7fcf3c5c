"""Whether the newest model version stands on the data as they are: stale when its training window has changed."""

from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd

from nba_assets.checks.up_to_date import CHECK_NAME, Verdict, digest, result
from nba_assets.contracts.contract import Read
from nba_assets.contracts.tables import MODEL, ancestors
from nba_assets.modelling.registry.artefacts import ArtefactError, read_metadata, stored_versions
from nba_assets.modelling.registry.freshness import Change, Standing, standing
from nba_assets.readiness.date_ranges import in_words
from nba_assets.readiness.state import LedgerState
from nba_assets.settings import Settings
from nba_assets.storage.models import stored_models
from nba_assets.warehouse.ledger import fingerprint
from nba_assets.warehouse.port import Warehouse

GATED = ancestors("ml_feature_store", "player_game_summary")
"""The tables that a training reads or that those are made of."""

RETRAIN = "bring the tables up to date, then materialize xgboost_points_model"


def model_verdict(models_dir: Path, state: LedgerState) -> Verdict:
    """The verdict on the newest stored version. New dates alone do not make it fail; waivers are shown."""
    versions = stored_versions(models_dir)
    if not versions:
        return Verdict(True, "no version", "No model version is stored yet.")
    try:
        found = newest_standing(models_dir, versions[-1], state)
    except ArtefactError as error:
        return Verdict(False, f"unreadable {versions[-1]}", str(error))
    except KeyError:
        said = f"Version {versions[-1]} was stored without its training window; train it anew to know."
        return Verdict(False, f"unknown {versions[-1]}", said)
    metadata = {
        "version": found.model_id,
        "training_window": f"{found.first} … {found.last}",
        "newer_dates": found.newer_dates,
        "waivers": list(found.waivers),
    }
    behind = f" {found.newer_dates} newer dates are not in it." if found.is_behind else ""
    if not found.is_stale:
        told = f"{found.model_id} {found.newer_dates}"
        return Verdict(True, told, f"{found.model_id} stands on its training window.{behind}", metadata)
    changes = "; ".join(map(_in_words, found.changes))
    return Verdict(
        passed=False,
        story=f"stale {digest(map(str, found.changes))}",
        description=f"{found.model_id} is stale: in its training window {changes}.{behind} To do: {RETRAIN}",
        metadata={**metadata, "changes": dg.MetadataValue.table([_record(change) for change in found.changes])},
    )


def newest_standing(models_dir: Path, version: int, state: LedgerState) -> Standing:
    """A stored version against the ledger."""
    metadata = read_metadata(models_dir, version)
    partitions = pd.concat([_partitions(state, table) for table in GATED if table in state.contracts])
    window = metadata["training_window"]
    inside = partitions["game_date"].between(window["first_date"], window["last_date"])
    return standing(metadata, partitions, fingerprint(partitions[inside & partitions["is_known"]]))


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


def _in_words(change: Change) -> str:
    dates = in_words(change.first, change.last, change.dates)
    return f"{change.table} {dates} {'is stale' if change.build is None else f'changed up to build {change.build}'}"


def _record(change: Change) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "table": change.table,
            "first": str(change.first),
            "last": str(change.last),
            "dates": change.dates,
            "build": "" if change.build is None else str(change.build),
        }
    )


def model_up_to_date() -> dg.AssetChecksDefinition:
    """The check of the model asset."""

    @dg.asset_check(
        asset=MODEL,
        name=CHECK_NAME,
        description="Whether the newest version was trained on the data as they are now.",
        required_resource_keys={"warehouse", "settings"},
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        resources = context.op_execution_context.resources
        warehouse: Warehouse = resources.warehouse
        settings: Settings = resources.settings
        return result(dg.AssetKey(MODEL), model_verdict(stored_models(settings), warehouse.state()))

    return check
