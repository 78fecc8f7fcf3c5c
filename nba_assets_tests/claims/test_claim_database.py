"""The database behind the claims: its version, its ids over restarts, its clock, and what is said when it fails."""

import contextlib
import datetime as dt
import sqlite3
import threading
from pathlib import Path

import pytest

from nba_assets.claims import schema
from nba_assets.claims.errors import ClaimLost, ClaimsError, ClaimsUnavailable
from nba_assets.claims.store import ClaimStore
from nba_assets_tests.claims.actors import Clock, january, reserve


def test_ids_go_on_after_a_restart_and_after_everything_has_ended(store: ClaimStore, url: str, clock: Clock) -> None:
    for _ in range(3):
        store.end(reserve(store, january("a", 1, 1)).id, "done")
    assert reserve(ClaimStore(url, now=clock), january("a", 1, 1)).id == 4


def test_ids_go_on_above_the_highest_token_that_the_warehouse_has_seen(store: ClaimStore) -> None:
    assert reserve(store, january("a", 1, 1), above=57).id == 58
    assert reserve(store, january("b", 1, 1), above=57).id == 59


def test_an_unknown_schema_version_is_refused(store: ClaimStore, url: str) -> None:
    reserve(store, january("a", 1, 1))
    with schema.engine_of(url).begin() as connection:
        connection.execute(schema.meta.update().values(version=9))
    with pytest.raises(ClaimsError, match=r"schema version 9, this code knows version 2: .*NBA_CLAIMS_URL"):
        ClaimStore(url).active()


def test_without_an_injected_clock_time_goes_on(url: str) -> None:
    store = ClaimStore(url, lease=dt.timedelta(seconds=5))
    claim = reserve(store, january("a", 1, 1))
    assert abs(claim.created_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    renewed = store.renew(claim.id)
    assert claim.renewed_at < renewed.renewed_at <= store.now()
    assert renewed.expires_at == renewed.renewed_at + dt.timedelta(seconds=5)


def test_a_store_in_a_new_directory_is_created(tmp_path: Path) -> None:
    file = tmp_path / "home" / "new" / "claims.sqlite"
    assert reserve(ClaimStore(f"sqlite:///{file}"), january("a", 1, 1)).id == 1
    assert file.is_file()


def test_who_finds_the_file_half_created_waits(tmp_path: Path) -> None:
    file = tmp_path / "claims.sqlite"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        creating = threading.Timer(0.2, other.execute, ["COMMIT"])
        creating.start()
        assert reserve(ClaimStore(f"sqlite:///{file}"), january("a", 1, 1)).id == 1
        creating.join()


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for below in ("file/claims.sqlite", "file/home/claims.sqlite"):
        with pytest.raises(ClaimsUnavailable, match=r"file.*claims\.sqlite.*(NBA_HOME|NBA_CLAIMS_URL)"):
            ClaimStore(f"sqlite:///{tmp_path / below}").active()
    with pytest.raises(ClaimsUnavailable, match=r"unable to open database file.*can be written"):
        ClaimStore(f"sqlite:///{tmp_path}").active()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "claims.sqlite").write_text("no database, but longer than the header of one " * 10)
    with pytest.raises(ClaimsUnavailable, match=r"claims\.sqlite cannot be used: file is not a database"):
        ClaimStore(f"sqlite:///{tmp_path / 'claims.sqlite'}").active()


def test_a_file_locked_by_another_process_is_said_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "claims.sqlite"
    reserve(ClaimStore(f"sqlite:///{file}"), january("a", 1, 1))
    monkeypatch.setattr(schema, "WAIT_SECONDS", 0.1)
    store = ClaimStore(f"sqlite:///{file}")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ClaimsUnavailable, match=r"database is locked.*no stopped process holds it"):
            store.renew(1)
    assert store.renew(1).is_active


def test_who_works_on_after_the_file_was_removed_has_lost_its_claim(tmp_path: Path) -> None:
    file = tmp_path / "claims.sqlite"
    store = ClaimStore(f"sqlite:///{file}")
    claim = reserve(store, january("a", 1, 1))
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(ClaimsUnavailable, match="no such table"):
        store.renew(claim.id)
    with pytest.raises(ClaimLost, match="does not know it"):
        store.renew(claim.id)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/db", "claims.sqlite"])
def test_a_url_that_cannot_keep_claims_is_refused(url: str) -> None:
    with pytest.raises(ClaimsError, match=r"NBA_CLAIMS_URL=.*give sqlite:///<file> or postgresql\+psycopg2://"):
        ClaimStore(url)


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(ClaimsUnavailable, match=r"nba:\*\*\*@localhost:1/claims cannot be used: .*refused") as refused:
        ClaimStore("postgresql://nba:secret@localhost:1/claims").active()
    assert "secret" not in str(refused.value)


def test_a_client_that_stops_inside_its_transaction_does_not_keep_the_lock(postgres_url: str) -> None:
    store = ClaimStore(postgres_url)
    store.active()
    patient = f"idle_in_transaction_session_timeout = '{schema.WAIT_SECONDS // 2}s'"
    impatient = schema.BEGIN_WRITING["postgresql"].replace(patient, "idle_in_transaction_session_timeout = '300ms'")
    assert impatient != schema.BEGIN_WRITING["postgresql"]
    engine = schema.engine_of(postgres_url)
    stopped = engine.raw_connection()
    stopped.cursor().execute(impatient)
    store.end(reserve(store, january("a", 1, 1)).id, "done")
    with pytest.raises(engine.dialect.loaded_dbapi.Error, match=r"idle-in-transaction|closed the connection"):
        stopped.cursor().execute("SELECT 1")
    stopped.invalidate()


def version_1(file: Path, *rows: tuple[int, str, str, str]) -> None:
    """A database of the first release, with a claim per row (id, kind, state, expires_at)."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        columns = {
            column.name: "BIGINT" if column.name in ("id", "pid") else "TEXT" for column in schema.claims.columns
        }
        names = ", ".join(f"{'holder' if name == 'owner' else name} {kind}" for name, kind in columns.items())
        database.execute(f"CREATE TABLE claims ({names})")
        database.execute("CREATE TABLE claims_meta (version INTEGER PRIMARY KEY, last_id BIGINT NOT NULL)")
        database.execute("INSERT INTO claims_meta VALUES (1, 7)")
        for claim_id, kind, state, expires in rows:
            row = {
                "id": claim_id, "holder": f"{kind}:ana", "kind": kind, "who": "ana", "why": "", "run_ids": "[]",
                "host": "h", "pid": 1, "created_at": "2024-01-01 00:00:00.000000", "progress": "", "cancel_who": "",
                "renewed_at": "2024-01-01 00:00:00.000000", "expires_at": expires, "cancel_why": "", "state": state,
                "ended_by": "", "ended_why": "", "detail": "{}",
            }  # fmt: skip
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO claims ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        database.commit()


def test_a_database_of_the_first_release_goes_on_with_its_claims(tmp_path: Path) -> None:
    file = tmp_path / "claims.sqlite"
    version_1(
        file,
        (3, "backfill", "done", "2024-01-01 00:01:00.000000"),
        (7, "hold", "active", "2124-01-01 00:00:00.000000"),
    )
    store = ClaimStore(f"sqlite:///{file}")
    assert [(claim.id, claim.owner, claim.kind) for claim in store.active()] == [(7, "hold:ana", "freeze")]
    assert reserve(store, january("a", 1, 1)).id == 8
    assert store.get(3).owner == "backfill:ana"


def test_a_database_of_the_first_release_is_left_alone_while_that_is_at_work(tmp_path: Path) -> None:
    file = tmp_path / "claims.sqlite"
    version_1(file, (4, "backfill", "active", "2124-01-01 00:00:00.000000"))
    with pytest.raises(ClaimsError, match="claims 4 belong to processes of an earlier nba-assets"):
        ClaimStore(f"sqlite:///{file}").active()
    with contextlib.closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT holder FROM claims").fetchall() == [("backfill:ana",)]
