"""Workers, each a command with processes of its own, on one BigQuery server and claims in one PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets.claims.store import ClaimStore
from nba_assets.settings import BigQuerySettings, Settings
from nba_assets_tests.operations.processes import (
    PATIENCE_SECONDS,
    command,
    hashes,
    kill,
    started,
    supervisor_of,
    workers_of,
    working_claim,
)
from nba_assets_tests.warehouse.places import PROJECT, BigQueryPlace

pytestmark = [pytest.mark.long, pytest.mark.server]

TABLE = "game_schedule"
WORDS = ("backfill", f"--tables={TABLE}", "--chunk-days=16")
HALVES = (("--from=2024-11-01", "--to=2024-12-31"), ("--from=2025-01-01", "--to=2025-02-28"))


@pytest.fixture
def place(bigquery: BigQueryPlace) -> Iterator[BigQueryPlace]:
    bigquery.set_back("")
    yield bigquery
    bigquery.set_back("", written_elsewhere=[TABLE])


@pytest.fixture
def homes(place: BigQueryPlace, postgres_url: str, tmp_path: Path) -> tuple[Settings, Settings]:
    """Of Ada and of Bo, on the same servers."""
    bigquery = BigQuerySettings(PROJECT, emulator=place.server.rest, storage_emulator=place.server.storage)
    ada, bo = (
        Settings(tmp_path / name, seasons=1, who=name, claims=postgres_url, bigquery=bigquery) for name in ("ada", "bo")
    )
    return ada, bo


def test_two_workers_build_disjoint_dates_of_a_table_at_once(
    place: BigQueryPlace, homes: tuple[Settings, Settings]
) -> None:
    workers = [started(home, *WORDS, *half) for home, half in zip(homes, HALVES, strict=True)]
    for worker in workers:
        output, _ = worker.communicate(timeout=PATIENCE_SECONDS)
        assert worker.returncode == 0, output
    ledger = place.open().ledger()
    assert (ledger["status"] == "ready").all()
    assert len(ledger) == 61 + 59
    claims = {claim.who: claim for claim in ClaimStore(homes[0].claims).recent()}
    assert set(claims) == {"ada", "bo"}
    written = ledger.groupby("token")["written_at"].agg(["min", "max"])
    assert sorted(written.index) == sorted(claim.id for claim in claims.values())
    assert written["min"].max() < written["max"].min(), "one waited for the other"


def test_a_killed_worker_loses_its_claim_and_who_waited_builds_the_rest_once(
    place: BigQueryPlace, homes: tuple[Settings, Settings], tmp_path: Path
) -> None:
    ada, bo = homes
    victim = started(ada, *WORDS, *HALVES[0])
    claim = working_claim(ada)
    supervisor = supervisor_of(ada, claim)
    kill([supervisor, *workers_of(supervisor)])
    victim.communicate(timeout=PATIENCE_SECONDS)
    built = place.open().ledger().set_index("game_date")["build_id"]
    assert 0 < len(built) < 61

    waiting = command(bo, *WORDS, *HALVES[0], "--wait")
    assert waiting.returncode == 0, waiting.stdout + waiting.stderr
    newer, older = ClaimStore(ada.claims).recent()
    assert (older.id, older.state, newer.who, newer.state) == (claim.id, "expired", "bo", "done")
    ledger = place.open().ledger()
    assert (ledger["status"] == "ready").all()
    assert ledger.set_index("game_date")["build_id"].loc[built.index].equals(built), (
        "what was published was built again"
    )
    calm = Settings(tmp_path / "calm", seasons=1)
    assert command(calm, *WORDS, *HALVES[0]).returncode == 0
    assert ledger.set_index(["table_name", "game_date"])["content_hash"].to_dict() == hashes(calm).to_dict()
    rows = place.open().content(TABLE, [day.date() for day in ledger["game_date"]])
    assert len(rows) == ledger["rows"].sum()
