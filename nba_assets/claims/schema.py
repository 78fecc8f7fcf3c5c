"""The database of the claims: its tables, its version, and how SQLite and PostgreSQL serialise writers."""

import datetime as dt
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from nba_assets.claims.errors import ClaimsError, ClaimsUnavailable

VERSION = 2

WAIT_SECONDS = 15
"""How long a transaction waits for another one; every transaction takes milliseconds."""

LOCK = 7_004_001
"""Key of the PostgreSQL advisory lock that serialises writers of claims."""

BEGIN_READING = {"sqlite": "BEGIN", "postgresql": f"SET LOCAL statement_timeout = '{WAIT_SECONDS}s'"}

BEGIN_WRITING = {
    "sqlite": "BEGIN IMMEDIATE",
    # A client that is stopped inside its transaction must not keep the lock: the server ends its session.
    "postgresql": f"""
        SET LOCAL lock_timeout = '{WAIT_SECONDS}s';
        SET LOCAL statement_timeout = '{WAIT_SECONDS}s';
        SET LOCAL idle_in_transaction_session_timeout = '{WAIT_SECONDS // 2}s';
        SELECT pg_advisory_xact_lock({LOCK})
    """,
}
"""What makes a transaction the only writer, per dialect; all that is read after it is the newest."""


class UtcTime(sa.TypeDecorator[dt.datetime]):
    """An aware time in UTC; SQLite, which knows no zones, stores it without one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


metadata = sa.MetaData()

meta = sa.Table(
    "claims_meta",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("last_id", sa.BigInteger, nullable=False),
)
"""One row: schema version, and the newest id ever given; ids come from here so that commit order is id order."""

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("run_ids", sa.JSON, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("renewed_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("until", UtcTime),
    sa.Column("progress", sa.Text, nullable=False, default=""),
    sa.Column("progressed_at", UtcTime),
    sa.Column("cancel_who", sa.Text, nullable=False, default=""),
    sa.Column("cancel_why", sa.Text, nullable=False, default=""),
    sa.Column("cancel_requested_at", UtcTime),
    sa.Column("state", sa.Text, nullable=False, default="active", index=True),
    sa.Column("ended_at", UtcTime),
    sa.Column("ended_by", sa.Text, nullable=False, default=""),
    sa.Column("ended_why", sa.Text, nullable=False, default=""),
    sa.Column("detail", sa.JSON, nullable=False),
)

claim_spans = sa.Table(
    "claim_spans",
    metadata,
    sa.Column("claim_id", sa.BigInteger, sa.ForeignKey("claims.id"), primary_key=True),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("first_date", sa.Date, primary_key=True),
    sa.Column("last_date", sa.Date, nullable=False),
)


def engine_of(url: str) -> sa.Engine:
    """An engine that opens a connection per transaction: nothing to go stale, to share over a fork or to leak.

    Raises ClaimsError for a URL that is neither a SQLite file nor PostgreSQL.
    """
    try:
        parsed = sa.make_url(url)
        dialect = parsed.get_backend_name()
        if dialect == "sqlite" and parsed.database not in (None, "", ":memory:"):
            arguments: dict[str, Any] = {"timeout": WAIT_SECONDS, "isolation_level": None}
            engine = sa.create_engine(parsed, poolclass=NullPool, connect_args=arguments)
            sa.event.listen(engine, "connect", _make_durable)
            sa.event.listen(engine, "invalidate", _roll_back)
            return engine
        if dialect in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg2")
            arguments = {
                "connect_timeout": WAIT_SECONDS // 2,
                "keepalives_idle": WAIT_SECONDS // 2,
                "keepalives_interval": 2,
                "keepalives_count": 3,
            }
            # A snapshot older than the lock would miss the claim that was committed while waiting for it.
            return sa.create_engine(
                parsed, poolclass=NullPool, connect_args=arguments, isolation_level="READ COMMITTED"
            )
    except ModuleNotFoundError as error:
        raise ClaimsError(
            f"{shown(url)}: the driver {error.name} is not installed: pip install 'nba-assets[production]'"
        ) from error
    except sa.exc.ArgumentError:
        pass
    raise ClaimsError(
        f"NBA_CLAIMS_URL={shown(url)!r} is no database of claims: give sqlite:///<file> or"
        " postgresql+psycopg2://user:password@host/database"
    )


def create(engine: sa.Engine) -> None:
    """Create the tables where they are missing. Raises ClaimsError where another version of the code made them."""
    if engine.dialect.name == "sqlite":
        _prepare_file(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(BEGIN_WRITING[engine.dialect.name])
        metadata.create_all(connection)
        found = connection.execute(sa.select(meta.c.version)).scalar()
        if found is None:
            connection.execute(meta.insert().values(version=VERSION, last_id=0))
        elif found in _MIGRATIONS:
            _migrate(connection, found)
        elif found != VERSION:
            raise ClaimsError(
                f"the claims in {shown(engine.url)} have schema version {found}, this code knows version {VERSION}:"
                " run the release that wrote them, or set NBA_CLAIMS_URL to another database"
            )


_MIGRATIONS = {
    1: (
        "ALTER TABLE claims RENAME COLUMN holder TO owner",
        "UPDATE claims SET kind = 'freeze' WHERE kind = 'hold'",
    )
}
"""Statements that bring a database of a version to the next one."""


def _migrate(connection: sa.Connection, found: int) -> None:
    """Bring the database to this version. ClaimsError while a process of the earlier release is at work."""
    now = dt.datetime.now(dt.UTC)
    at_work = sa.text(
        "SELECT id FROM claims WHERE state = 'active' AND kind <> 'hold' AND expires_at > :now"
    ).bindparams(sa.bindparam("now", now, type_=UtcTime))
    if busy := connection.execute(at_work).scalars().all():
        raise ClaimsError(
            f"claims {', '.join(map(str, busy))} belong to processes of an earlier nba-assets, which this one would"
            " disturb: wait until they are done or cancel them with that version, then repeat"
        )
    for version in range(found, VERSION):
        for statement in _MIGRATIONS[version]:
            connection.exec_driver_sql(statement)
    connection.execute(meta.update().values(version=VERSION))


def shown(url: str | sa.URL) -> str:
    """The URL without its password."""
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return str(url)


def _prepare_file(engine: sa.Engine) -> None:
    file = Path(engine.url.database or "")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ClaimsUnavailable(
            f"no directory for the claims at {file}: {error.strerror}; set NBA_HOME or NBA_CLAIMS_URL"
        ) from error
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            return
        except sa.exc.OperationalError as error:
            # Where several processes create the file at once, SQLite refuses this without waiting.
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _make_durable(connection: Any, _record: Any) -> None:
    # An id that was given must never be given again, not even after a power cut.
    connection.execute("PRAGMA synchronous = FULL")


def _roll_back(connection: Any, _record: Any, _error: BaseException | None) -> None:
    # An interrupt in the middle of a statement closes its connection; SQLite keeps that open, and its lock, until the
    # statement is garbage, and nobody could end the claim of the interrupted process, not even itself.
    connection.rollback()
