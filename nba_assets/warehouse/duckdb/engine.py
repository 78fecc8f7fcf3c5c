"""One DuckDB engine of this process, to which a file is attached only while somebody here uses it.

An engine of its own for each connection takes 30 ms (it registers every function of SQL), attaching a file takes five.
A file that is attached is locked against other processes, as one that is open.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from nba_assets.warehouse.port import WarehouseError

LOCK_PATIENCE_SECONDS = 60
"""How long to wait for another process that has the file open; each holds it for a second or two."""


class _Engine:
    """Made when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memory: duckdb.DuckDBPyConnection | None = None
        self._users: Counter[str] = Counter()

    def attach(self, path: str) -> duckdb.DuckDBPyConnection:
        """A connection in which the file is the default database; duckdb.Error as `duckdb.connect` would raise."""
        with self._lock:
            if self._memory is None:
                # What does not fit into memory goes beside the first file, as if that were open itself.
                self._memory = duckdb.connect(":memory:", config={"temp_directory": f"{path}.tmp"})
            if not self._users[path]:
                self._memory.execute(f"ATTACH IF NOT EXISTS {quoted(path)} AS {_name(path)}")
            self._users[path] += 1
            connection = self._memory.cursor()
        connection.execute(f"USE {_name(path)}")
        return connection

    def is_sound(self) -> bool:
        """Whether it still works: DuckDB gives an engine up after a fault in one of its files."""
        with self._lock:
            try:
                return self._memory is None or bool(self._memory.execute("SELECT 1").fetchall())
            except duckdb.Error:
                return False

    def release(self, path: str) -> None:
        """Give up one use of a file; after the last one other processes may open it."""
        with self._lock:
            self._users[path] -= 1
            if not self._users[path] and self._memory is not None:
                self._memory.execute(f"DETACH {_name(path)}")


_engine = _Engine()
_left_behind: list[_Engine] = []
"""Those that are of no use any more: to end one in a forked process, where its threads are missing, would crash."""
_choice = threading.Lock()
"""Taken by anyone who looks whether the engine is still of use, so that two do not both make a new one."""


def _begin_again() -> None:
    global _engine  # noqa: PLW0603 - one engine a process
    _left_behind.append(_engine)
    _engine = _Engine()


def _begin_in_a_fork() -> None:
    global _choice  # noqa: PLW0603 - a lock of the parent may be taken for ever
    _choice = threading.Lock()
    _begin_again()


os.register_at_fork(after_in_child=_begin_in_a_fork)


def _sound_engine() -> _Engine:
    with _choice:
        if not _engine.is_sound():
            _begin_again()
        return _engine


@contextmanager
def attached(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a file, closed at the end; waits for other processes. WarehouseError names the file."""
    path = path.resolve()  # an engine attaches no file twice, under whatever name
    engine, connection = _connect(path)
    try:
        yield connection
    finally:
        connection.close()
        engine.release(str(path))


def _connect(path: Path) -> tuple[_Engine, duckdb.DuckDBPyConnection]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"{path} cannot be created: {error}. Choose a directory you own (NBA_HOME).") from error
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    pause = 0.02
    engine = _sound_engine()
    while True:
        try:
            return engine, engine.attach(str(path))
        except duckdb.Error as error:
            if "Could not set lock" not in str(error) or time.monotonic() > deadline:
                raise WarehouseError(
                    f"{path} cannot be opened: {error}. If another program has it open (a DuckDB shell, a notebook), "
                    "close that; else check permissions and free space."
                ) from error
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)


def _name(path: str) -> str:
    """The file's as a database: two paths never share one."""
    return '"' + path.replace('"', '""') + '"'


def quoted(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
