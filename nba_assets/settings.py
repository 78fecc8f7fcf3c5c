"""What the environment decides: home, source, history start. Read when asked, never at import."""

import datetime as dt
import getpass
import os
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = ("simulated", "archive", "nba_stats")
ENVIRONMENTS = ("local", "production")
WAREHOUSES = ("duckdb", "bigquery")


@dataclass(frozen=True)
class BigQuerySettings:
    """Where the warehouse is on BigQuery: project, location, the prefix of every dataset's name.

    No query may read more than `maximum_gigabytes`. `emulator` and `storage_emulator` are the addresses of a local
    server of its REST and its storage interface, empty for the real service.
    """

    project: str = ""
    location: str = "US"
    prefix: str = ""
    maximum_gigabytes: int = 20
    emulator: str = ""
    storage_emulator: str = ""


class SettingsError(Exception):
    """An environment variable has a value that cannot be used; the message names it and the remedy."""

    code = "NBA-101"


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a user id without a name.
        return "unknown"


@dataclass(frozen=True)
class Settings:
    """One choice of environment.

    `home` holds everything a run writes. `source` is the provider, `data` its directory (archive).
    `start` is the first game date of the partitions; None leaves it to the source. A claim without progress for
    `stall_minutes` is reported; replaced content can be restored for `keep_replaced_days`. `who` is recorded with
    what is launched or decided. In the environment `production` automation is on by default. `live` has a simulated
    league delivered day by day, as the clock goes. Alerts are sent to the address `alert_webhook`, which is a secret.
    `bigquery` says where the warehouse is; None leaves it to a file in the home. `model_store` is the address of the
    models (gs://bucket/folder), `report_store` that of the data quality page; empty leaves them in the home.
    """

    home: Path
    source: str = "simulated"
    data: Path | None = None
    start: dt.date | None = None
    seasons: int = 2
    seed: int = 7
    faults: str = ""
    claims: str = ""
    stall_minutes: int = 30
    keep_replaced_days: int = 30
    who: str = field(default_factory=_os_user)
    environment_name: str = "local"
    live: bool = False
    alert_webhook: str = field(default="", repr=False)
    bigquery: BigQuerySettings | None = None
    model_store: str = ""
    report_store: str = ""

    @property
    def is_production(self) -> bool:
        return self.environment_name == "production"

    @property
    def claims_url(self) -> str:
        """Database of the claims: where several Dagster instances share a warehouse, one for all of them."""
        return self.claims or f"sqlite:///{self.home / 'claims.sqlite'}"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def responses(self) -> Path:
        """Answers of the live source, kept so that nothing is asked twice."""
        return self.home / "responses"

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def launches(self) -> Path:
        """Log and result of every backfill, named after its claim."""
        return self.home / "launches"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for child processes."""
        pairs = {
            "NBA_HOME": str(self.home),
            "NBA_SOURCE": self.source,
            "NBA_SEASONS": str(self.seasons),
            "NBA_SEED": str(self.seed),
            "NBA_FAULTS": self.faults,
            "NBA_CLAIMS_URL": self.claims,
            "NBA_STALL_MINUTES": str(self.stall_minutes),
            "NBA_KEEP_REPLACED_DAYS": str(self.keep_replaced_days),
            "NBA_WHO": self.who,
            "NBA_ENVIRONMENT": self.environment_name,
            "NBA_LIVE": "1" if self.live else "",
            "NBA_ALERT_WEBHOOK": self.alert_webhook,
            "NBA_DATA": "" if self.data is None else str(self.data),
            "NBA_START": "" if self.start is None else self.start.isoformat(),
            "DAGSTER_HOME": str(self.dagster_home),
            "NBA_MODELS": self.model_store,
            "NBA_REPORTS": self.report_store,
            # A sensor may have to wait a minute for the warehouse's file; that is no failed tick.
            "DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS": "180",
        }
        if self.bigquery is not None:
            pairs |= {
                "NBA_WAREHOUSE": "bigquery",
                "GCP_PROJECT_ID": self.bigquery.project,
                "NBA_BQ_LOCATION": self.bigquery.location,
                "NBA_DATASET_PREFIX": self.bigquery.prefix,
                "NBA_BQ_MAXIMUM_GIGABYTES": str(self.bigquery.maximum_gigabytes),
                "BIGQUERY_EMULATOR_HOST": self.bigquery.emulator,
                "BIGQUERY_STORAGE_EMULATOR_HOST": self.bigquery.storage_emulator,
            }
        return {name: value for name, value in pairs.items() if value}


def from_environment(environ: os._Environ[str] | dict[str, str] | None = None) -> Settings:
    """Settings out of the variables of the environment.

    They are NBA_HOME, NBA_SOURCE, NBA_DATA, NBA_START, NBA_SEASONS, NBA_SEED, NBA_FAULTS, NBA_CLAIMS_URL,
    NBA_STALL_MINUTES, NBA_KEEP_REPLACED_DAYS, NBA_WHO, NBA_ENVIRONMENT, NBA_LIVE, NBA_ALERT_WEBHOOK, NBA_MODELS and
    NBA_REPORTS; where NBA_WAREHOUSE is bigquery out of GCP_PROJECT_ID, NBA_BQ_LOCATION, NBA_DATASET_PREFIX,
    NBA_BQ_MAXIMUM_GIGABYTES, BIGQUERY_EMULATOR_HOST and BIGQUERY_STORAGE_EMULATOR_HOST, too.

    Raises SettingsError naming the variable, its value and what it may be.
    """
    env = os.environ if environ is None else environ
    source = env.get("NBA_SOURCE") or "simulated"
    if source not in SOURCES:
        raise SettingsError(f"NBA_SOURCE={source!r}: choose one of {', '.join(SOURCES)}")
    environment = env.get("NBA_ENVIRONMENT") or "local"
    if environment not in ENVIRONMENTS:
        raise SettingsError(f"NBA_ENVIRONMENT={environment!r}: choose one of {', '.join(ENVIRONMENTS)}")
    data = Path(env["NBA_DATA"]).expanduser().resolve() if env.get("NBA_DATA") else None
    if source == "archive" and data is None:
        raise SettingsError("NBA_SOURCE=archive needs NBA_DATA, the directory of the files to load")
    return Settings(
        home=Path(env.get("NBA_HOME") or ".nba").expanduser().resolve(),
        source=source,
        data=data,
        start=_date(env, "NBA_START"),
        seasons=_count(env, "NBA_SEASONS", 2),
        seed=_count(env, "NBA_SEED", 7),
        faults=env.get("NBA_FAULTS") or "",
        claims=env.get("NBA_CLAIMS_URL") or "",
        stall_minutes=_count(env, "NBA_STALL_MINUTES", 30),
        keep_replaced_days=_count(env, "NBA_KEEP_REPLACED_DAYS", 30),
        who=env.get("NBA_WHO") or _os_user(),
        environment_name=environment,
        live=env.get("NBA_LIVE") == "1",
        alert_webhook=env.get("NBA_ALERT_WEBHOOK") or "",
        bigquery=_bigquery(env),
        model_store=_store(env, "NBA_MODELS"),
        report_store=_store(env, "NBA_REPORTS"),
    )


def _bigquery(env: os._Environ[str] | dict[str, str]) -> BigQuerySettings | None:
    kind = env.get("NBA_WAREHOUSE") or "duckdb"
    if kind not in WAREHOUSES:
        raise SettingsError(f"NBA_WAREHOUSE={kind!r}: choose one of {', '.join(WAREHOUSES)}")
    if kind == "duckdb":
        return None
    if not env.get("GCP_PROJECT_ID"):
        raise SettingsError("NBA_WAREHOUSE=bigquery needs GCP_PROJECT_ID, the project of the datasets")
    prefix = env.get("NBA_DATASET_PREFIX") or ""
    if prefix and not prefix.replace("_", "").isalnum():
        raise SettingsError(f"NBA_DATASET_PREFIX={prefix!r}: use letters, digits and underscores only")
    return BigQuerySettings(
        project=env["GCP_PROJECT_ID"],
        location=env.get("NBA_BQ_LOCATION") or "US",
        prefix=prefix,
        maximum_gigabytes=_count(env, "NBA_BQ_MAXIMUM_GIGABYTES", 20),
        emulator=env.get("BIGQUERY_EMULATOR_HOST") or "",
        storage_emulator=env.get("BIGQUERY_STORAGE_EMULATOR_HOST") or "",
    )


def _store(env: os._Environ[str] | dict[str, str], name: str) -> str:
    place = env.get(name) or ""
    if place and not place.startswith("gs://"):
        raise SettingsError(f"{name}={place!r}: give a bucket and folder as gs://bucket/folder, or nothing")
    return place.rstrip("/")


def _count(env: os._Environ[str] | dict[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdigit() or int(text) < 1:
        raise SettingsError(f"{name}={text!r}: give a whole number of at least 1")
    return int(text)


def _date(env: os._Environ[str] | dict[str, str], name: str) -> dt.date | None:
    text = env.get(name)
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{name}={text!r}: give a date as 2021-10-01") from None


def outside_environment(environ: os._Environ[str] | dict[str, str] | None = None) -> dict[str, str]:
    """The variables that say where production runs, and every NBA_ variable that nobody knows; for `doctor`."""
    env = os.environ if environ is None else environ
    known = (*OUTSIDE, *Settings(home=Path()).environment(), *_OPTIONAL)
    return {name: env[name] for name in env if name in OUTSIDE or (name.startswith("NBA_") and name not in known)}


OUTSIDE = ("NBA_WAREHOUSE", "GCP_PROJECT_ID", "GOOGLE_APPLICATION_CREDENTIALS", "BIGQUERY_EMULATOR_HOST")
_OPTIONAL = (
    "NBA_DATA", "NBA_START", "NBA_FAULTS", "NBA_CLAIMS_URL", "NBA_SHARED_DATA", "NBA_SOURCE", "NBA_WHO", "NBA_LIVE",
    "NBA_ALERT_WEBHOOK", "NBA_MODELS", "NBA_REPORTS", "NBA_BQ_LOCATION", "NBA_DATASET_PREFIX",
    "NBA_BQ_MAXIMUM_GIGABYTES",
)  # fmt: skip
