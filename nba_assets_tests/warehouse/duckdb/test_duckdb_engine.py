"""One engine for all files of a process: each is attached while somebody uses it, and free for others after that."""

import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from nba_assets.warehouse.duckdb import engine as duckdb_engine
from nba_assets.warehouse.duckdb.engine import attached

OPENS = "import duckdb, sys; print(duckdb.connect(sys.argv[1]).execute('SELECT count(*) FROM t').fetchone()[0])"


def opened_elsewhere(path: Path) -> str:
    """What another process finds in the file, or why it cannot open it."""
    done = subprocess.run([sys.executable, "-c", OPENS, str(path)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / 'it\'s a "file".duckdb'
    with attached(path) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    return path


def test_a_file_is_locked_until_its_last_connection_is_closed(path: Path) -> None:
    with attached(path) as one:
        with attached(path) as two:
            two.execute("INSERT INTO t VALUES (2)")
        assert one.execute("SELECT count(*) FROM t").fetchone() == (2,)
        assert "Could not set lock" in opened_elsewhere(path)
    assert opened_elsewhere(path) == "2"


def test_a_file_may_have_two_names(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link.duckdb").symlink_to(path)
    with attached(path), attached(tmp_path / "link.duckdb") as linked:
        assert linked.execute("FROM t").fetchall() == [(1,)]


def test_two_files_of_the_same_name_are_two(path: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with attached(path), attached(tmp_path / "other" / path.name) as other:
        assert other.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchone() == (0,)


def test_what_does_not_fit_into_memory_goes_beside_the_file(path: Path) -> None:
    duckdb_engine._begin_again()
    with attached(path) as connection:
        assert connection.execute("SELECT current_setting('temp_directory')").fetchone() == (f"{path}.tmp",)


def _begin(connection: duckdb.DuckDBPyConnection) -> None:
    connection.begin()
    connection.execute("INSERT INTO t VALUES (2)")
    raise ZeroDivisionError


def test_who_fails_leaves_no_file_attached(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), attached(path) as connection:
        _begin(connection)
    assert opened_elsewhere(path) == "1"


def test_threads_use_a_file_at_once(path: Path) -> None:
    both = threading.Barrier(2, timeout=30)
    counts: list[tuple[int, ...] | None] = []

    def count() -> None:
        for _ in range(20):
            with attached(path) as connection:
                both.wait()
                counts.append(connection.execute("SELECT count(*) FROM t").fetchone())

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [(1,)] * 40


def test_an_engine_that_was_given_up_is_replaced(path: Path) -> None:
    duckdb_engine._engine._memory.close()
    with attached(path) as connection:
        assert connection.execute("FROM t").fetchall() == [(1,)]
    assert opened_elsewhere(path) == "1"


def _add_a_row(path: Path) -> None:
    with attached(path) as connection:
        connection.execute("INSERT INTO t VALUES (2)")


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_process_has_an_engine_of_its_own(path: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=_add_a_row, args=(path,))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert opened_elsewhere(path) == "2"
