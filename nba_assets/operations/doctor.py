"""`nba-assets doctor`: looks at everything that must be there before anything can be built, and says what to do.

Nothing is built and no home is made. Every part is looked at, also after one that is broken.
"""

import datetime as dt
import shutil
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import dagster as dg
import pandas as pd
import yaml

from nba_assets.claims.errors import ClaimsError
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import TABLES
from nba_assets.errors import coded
from nba_assets.home import point_at
from nba_assets.modelling.registry.artefacts import ArtefactError, read_metadata, stored_versions
from nba_assets.readiness.contents import Contents, contents
from nba_assets.readiness.state import LedgerState
from nba_assets.settings import Settings
from nba_assets.storage.models import stored_models
from nba_assets.storage.port import StorageError
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import Warehouse, WarehouseError

LITTLE_SPACE, TOO_LITTLE_SPACE = 5.0, 1.0
"""Gigabytes free below which `doctor` warns, and below which a backfill of years cannot end well."""

LIVE_HOST, PATIENCE_SECONDS = "stats.nba.com", 5.0
BIGQUERY = "bigquery"
USER_CREDENTIALS = Path(".config/gcloud/application_default_credentials.json")
"""Where `gcloud auth application-default login` puts them, under the user's directory."""


class Level(StrEnum):
    """How bad it is: with a warning everything runs, with a problem something cannot."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What was found of one part, and what to do about it ('' where nothing)."""

    part: str
    level: Level
    said: str
    to_do: str = ""


@dataclass(frozen=True)
class Outside:
    """What the doctor cannot open itself: source and warehouse of the settings, and the variables of production.

    `open_source` returns in words what the source covers, or raises a `source_error`.
    """

    variables: Mapping[str, str]
    open_warehouse: Callable[[], Warehouse]
    open_source: Callable[[], str]
    source_error: type[Exception]
    user_home: Path
    reach: Callable[[str], None] | None = None


def examine(settings: Settings, outside: Outside) -> tuple[Finding, ...]:
    """Every part, in the order in which a run needs them."""
    is_bigquery = outside.variables.get("NBA_WAREHOUSE") == BIGQUERY
    return (
        _variables(outside.variables),
        _home(settings),
        _disk(settings.home),
        *([_project(outside.variables), _credentials(outside)] if is_bigquery else []),
        _warehouse(settings, outside, is_bigquery),
        _storage(settings),
        _claims(settings),
        *_dagster(settings),
        _source(settings, outside),
    )


def _variables(variables: Mapping[str, str]) -> Finding:
    unknown = sorted(name for name in variables if name.startswith("NBA_") and name != "NBA_WAREHOUSE")
    if unknown:
        said = f"{', '.join(unknown)}: set, and nobody reads it"
        return Finding("environment", Level.WARNING, said, "correct the name, or unset it")
    return Finding("environment", Level.OK, "every variable that is set has a value that can be used")


def _home(settings: Settings) -> Finding:
    home, marker = settings.home, settings.home / "source"
    if not home.exists():
        return Finding("home", Level.WARNING, f"{home} is not there yet", "nothing: the first command makes it")
    if marker.exists() and (found := marker.read_text().strip()) != settings.source:
        to_do = f"set NBA_SOURCE={found}, or NBA_HOME to another directory"
        return Finding("home", Level.PROBLEM, f"{home} holds data of {found}, not of {settings.source}", to_do)
    return Finding("home", Level.OK, f"{home}, source {settings.source}")


def _disk(home: Path) -> Finding:
    place = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(place).free / 1e9
    level = Level.PROBLEM if free < TOO_LITTLE_SPACE else Level.WARNING if free < LITTLE_SPACE else Level.OK
    to_do = "" if level is Level.OK else "make room, or set NBA_HOME to a disk that has it; five years take about 3 GB"
    return Finding("disk", level, f"{free:.1f} GB free at {place}", to_do)


def _project(variables: Mapping[str, str]) -> Finding:
    if project := variables.get("GCP_PROJECT_ID"):
        return Finding("project", Level.OK, f"GCP_PROJECT_ID={project}")
    to_do = "export GCP_PROJECT_ID=<the project of the warehouse>, for the daemon's process as well"
    return Finding("project", Level.PROBLEM, "NBA_WAREHOUSE=bigquery, and GCP_PROJECT_ID is not set", to_do)


def _credentials(outside: Outside) -> Finding:
    to_do = "gcloud auth application-default login, or point GOOGLE_APPLICATION_CREDENTIALS at a service account's key"
    if outside.variables.get("BIGQUERY_EMULATOR_HOST"):
        return Finding("credentials", Level.OK, "an emulator asks for none")
    if named := outside.variables.get("GOOGLE_APPLICATION_CREDENTIALS"):
        if Path(named).is_file():
            return Finding("credentials", Level.OK, f"GOOGLE_APPLICATION_CREDENTIALS={named}")
        return Finding("credentials", Level.PROBLEM, f"GOOGLE_APPLICATION_CREDENTIALS={named} is no file", to_do)
    if (outside.user_home / USER_CREDENTIALS).is_file():
        return Finding("credentials", Level.OK, "those of gcloud, for this user")
    return Finding("credentials", Level.WARNING, "none on this machine; on Google Cloud the machine's own serve", to_do)


def _warehouse(settings: Settings, outside: Outside, is_bigquery: bool) -> Finding:
    where = "BigQuery" if is_bigquery else str(settings.warehouse)
    if is_bigquery and not outside.variables.get("GCP_PROJECT_ID"):
        return Finding("warehouse", Level.WARNING, "BigQuery was not looked at", "name the project first")
    if not is_bigquery and not settings.warehouse.exists():
        return Finding("warehouse", Level.WARNING, f"{where} is not there yet", "nba-assets backfill builds it")
    try:
        # The ledger alone needs no calendar, so that a broken source does not hide the warehouse.
        warehouse = (
            outside.open_warehouse() if is_bigquery else DuckDBWarehouse(settings.warehouse, pd.DatetimeIndex([]))
        )
        ledger = warehouse.ledger()
    except (WarehouseError, outside.source_error) as error:
        return Finding("warehouse", Level.PROBLEM, coded(error), "see docs/errors.md")
    return Finding("warehouse", Level.OK, f"{where}: {_counted_states(ledger)}")


def _counted_states(ledger: pd.DataFrame) -> str:
    """'15 of 16 attempted partitions ready, 1 of them incomplete; 1 stale': by the predicates of the gate."""
    if ledger.empty:
        return "nothing was attempted yet"
    days = pd.date_range(ledger["game_date"].min(), ledger["game_date"].max(), unit="ns")
    state = LedgerState(ledger, TABLES, days)
    ready, short, stale = (
        sum(int(flags.sum()) for flags in of_tables)
        for of_tables in (
            [state.is_ready(name) for name in TABLES],
            [contents(state, name)[Contents.INCOMPLETE] for name in TABLES],
            [state.is_stale(name) for name in TABLES],
        )
    )
    said = f"{ready:,} of {len(ledger):,} attempted partitions ready"
    return said + (f", {short:,} of them incomplete" if short else "") + (f"; {stale:,} stale" if stale else "")


def _storage(settings: Settings) -> Finding:
    broken = []
    try:
        models = stored_models(settings)
    except StorageError as error:
        return Finding("storage", Level.PROBLEM, coded(error), "see NBA_MODELS and the right to read the bucket")
    versions = stored_versions(models)
    for version in versions:
        try:
            read_metadata(models, version)
        except ArtefactError as error:
            broken.append(coded(error))
    if broken:
        return Finding("storage", Level.PROBLEM, "; ".join(broken), "see docs/errors.md")
    return Finding("storage", Level.OK, f"{len(versions)} model versions in {settings.model_store or models}")


def _claims(settings: Settings) -> Finding:
    if not settings.claims and not (settings.home / "claims.sqlite").exists():
        return Finding("claims", Level.OK, "nobody has reserved anything yet; the first launch makes the database")
    try:
        store = ClaimStore(settings.claims_url)
        active, now = store.active(), store.now()
    except ClaimsError as error:
        return Finding("claims", Level.PROBLEM, coded(error), "see NBA_CLAIMS_URL and the database behind it")
    stall = dt.timedelta(minutes=settings.stall_minutes)
    if stalled := [claim for claim in active if claim.is_stalled(now, stall)]:
        said = f"claim {stalled[0].id} of {stalled[0].owner} has reported nothing for {settings.stall_minutes} minutes"
        return Finding("claims", Level.WARNING, said, f"nba-assets claims; nba-assets cancel {stalled[0].id}")
    return Finding("claims", Level.OK, f"{len(active)} active")


def _dagster(settings: Settings) -> tuple[Finding, ...]:
    home, config = settings.dagster_home, settings.dagster_home / "dagster.yaml"
    if not config.exists():
        return (Finding("dagster", Level.WARNING, f"{home} is not there yet", "nothing: the first command makes it"),)
    try:
        yaml.safe_load(config.read_text())
        point_at(settings)
        with dg.DagsterInstance.from_config(str(home)) as instance:
            statuses = instance.get_daemon_statuses()
    except (yaml.YAMLError, dg.DagsterError, OSError) as error:
        to_do = f"correct {config}, or remove it: the next command writes the usual one"
        return (Finding("dagster", Level.PROBLEM, f"{home} cannot be opened: {_first_line(error)}", to_do),)
    silent = sorted(name for name, status in statuses.items() if not status.healthy)
    if silent:
        said = f"no heartbeat of {', '.join(silent)}"
        to_do = "make ui starts it; without it no schedule, no sensor and no queued run starts (commands need none)"
        return (Finding("dagster", Level.OK, str(home)), Finding("daemon", Level.WARNING, said, to_do))
    return (Finding("dagster", Level.OK, str(home)), Finding("daemon", Level.OK, f"{len(statuses)} daemons alive"))


def _source(settings: Settings, outside: Outside) -> Finding:
    if settings.source == "nba_stats":
        try:
            (outside.reach or _reach)(LIVE_HOST)
        except OSError as error:
            to_do = "see network and proxy; the provider also blocks addresses of data centres for a while"
            return Finding("source", Level.PROBLEM, f"{LIVE_HOST} cannot be reached: {error}", to_do)
        return Finding("source", Level.OK, f"{LIVE_HOST} answers")
    if settings.source == "simulated":
        return Finding("source", Level.OK, f"simulated, {settings.seasons} seasons, seed {settings.seed}")
    if settings.source == "archive" and (settings.data is None or not settings.data.is_dir()):
        to_do = "set NBA_DATA to the directory of the files"
        return Finding("source", Level.PROBLEM, f"NBA_DATA={settings.data} is no directory", to_do)
    try:
        return Finding("source", Level.OK, outside.open_source())
    except outside.source_error as error:
        return Finding("source", Level.PROBLEM, coded(error), "see docs/errors.md")


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _reach(host: str) -> None:
    with socket.create_connection((host, 443), timeout=PATIENCE_SECONDS):
        pass
