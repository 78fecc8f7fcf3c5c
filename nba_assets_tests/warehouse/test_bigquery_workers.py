"""Two workers, each a command with processes of its own, on one BigQuery server and claims in one PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets.claims.store import ClaimStore
from nba_assets.settings import BigQuerySettings, Settings
from nba_assets_tests.operations.processes import PATIENCE_SECONDS, started
from nba_assets_tests.warehouse.places import PROJECT, BigQueryPlace

pytestmark = [pytest.mark.long, pytest.mark.server]

TABLE = "game_schedule"
HALVES = (("--from=2024-11-01", "--to=2024-12-31"), ("--from=2025-01-01", "--to=2025-02-28"))


@pytest.fixture
def place(bigquery: BigQueryPlace) -> Iterator[BigQueryPlace]:
    bigquery.set_back("")
    yield bigquery
    bigquery.set_back("", written_elsewhere=[TABLE])


def test_two_workers_build_disjoint_dates_of_a_table_at_once(place, postgres_url, tmp_path: Path):
    bigquery = BigQuerySettings(PROJECT, emulator=place.server.rest, storage_emulator=place.server.storage)
    homes = [
        Settings(tmp_path / name, seasons=1, who=name, claims=postgres_url, bigquery=bigquery) for name in ("ada", "bo")
    ]
    workers = [
        started(home, "backfill", f"--tables={TABLE}", "--chunk-days=16", *half)
        for home, half in zip(homes, HALVES, strict=True)
    ]
    for worker in workers:
        output, _ = worker.communicate(timeout=PATIENCE_SECONDS)
        assert worker.returncode == 0, output
    ledger = place.open().ledger()
    assert (ledger["status"] == "ready").all()
    assert len(ledger) == 61 + 59
    claims = {claim.who: claim for claim in ClaimStore(postgres_url).recent()}
    assert set(claims) == {"ada", "bo"}
    written = ledger.groupby("token")["written_at"].agg(["min", "max"])
    assert sorted(written.index) == sorted(claim.id for claim in claims.values())
    assert written["min"].max() < written["max"].min(), "one waited for the other"
