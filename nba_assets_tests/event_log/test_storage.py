"""The local event log: one file that several processes write at once without loss."""

import subprocess
import sys
from pathlib import Path

from dagster._core.events.log import EventLogEntry

from nba_assets.event_log.storage import LocalEventLogStorage
from nba_assets_tests.conftest import REPOSITORY

EVENTS = 25

WRITER = """
import sys
from nba_assets_tests.event_log.test_storage import write
from nba_assets.event_log.storage import LocalEventLogStorage

storage = LocalEventLogStorage(sys.argv[1])
print("ready", flush=True)
write(storage, "theirs")
"""


def write(storage: LocalEventLogStorage, run_id: str) -> None:
    for number in range(EVENTS):
        entry = EventLogEntry(
            error_info=None, level=10, user_message=str(number), run_id=run_id, timestamp=float(number)
        )  # fmt: skip
        storage.store_event(entry)


def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    ours = LocalEventLogStorage(str(tmp_path))
    other = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], cwd=REPOSITORY,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout.readline() == "ready\n"
    write(ours, "ours")
    _, errors = other.communicate(timeout=60)
    assert other.returncode == 0, errors
    for run_id in ("ours", "theirs"):
        messages = [record.user_message for record in ours.get_logs_for_run(run_id)]
        assert messages == [str(number) for number in range(EVENTS)]
    ours.dispose()


def test_the_log_is_one_file_in_write_ahead_mode(tmp_path: Path) -> None:
    storage = LocalEventLogStorage(str(tmp_path / "new" / "home"))
    with storage.index_connection() as connection:  # type: ignore[no-untyped-call]  # ours has Dagster's decorator
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    storage.dispose()
    assert mode == "wal"
    assert [path.name for path in (tmp_path / "new" / "home").glob("*.db")] == ["event_log.db"]
