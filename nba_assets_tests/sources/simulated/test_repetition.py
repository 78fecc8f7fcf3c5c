"""The simulated league again: the same in every process, kept on disk whole or not at all."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.sources.port import SourceError
from nba_assets.sources.simulated import league as league_module
from nba_assets.sources.simulated.league import SimulatedLeague

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague()


@pytest.fixture(scope="module")
def tables(league: SimulatedLeague) -> dict[str, pd.DataFrame]:
    return {
        contract.name: league.read(contract.name, league.first_date, league.horizon).rows for contract in RAW_TABLES
    }


ONE_SEASON = """
import pandas as pd
from nba_assets.sources.simulated.league import SimulatedLeague
league = SimulatedLeague(seed=3, seasons=1)
rows = league.read("player_box_scores", league.first_date, league.horizon).rows
print(int(pd.util.hash_pandas_object(rows.drop(columns="is_starter"), index=False).sum()))
"""


class TestRepetition:
    def test_another_process_plays_the_same_league(self) -> None:
        def run(hash_seed: str) -> str:
            environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(league_module.__file__).parents[3])}
            command = [sys.executable, "-c", ONE_SEASON]
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

        assert run("1") == run("2")

    def test_another_seed_plays_another_league(self) -> None:
        one, two = (SimulatedLeague(seed=seed, seasons=1) for seed in (3, 4))
        day = dt.date(2024, 10, 22)
        assert not one.read("game_schedule", day, day).rows.equals(two.read("game_schedule", day, day).rows)

    def test_what_is_kept_on_disk_is_what_was_played(self, tmp_path: Path) -> None:
        fresh, kept = SimulatedLeague(seed=3, seasons=1), SimulatedLeague(seed=3, seasons=1, cache_dir=tmp_path)
        for _ in range(2):
            for contract in RAW_TABLES:
                one, two = (one.read(contract.name, one.first_date, one.horizon).rows for one in (fresh, kept))
                pd.testing.assert_frame_equal(one, two)
            league_module._feed.cache_clear()
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_directory_that_cannot_be_written_is_a_clear_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(SourceError, match="cannot write to"):
            _ = SimulatedLeague(seed=3, seasons=1, cache_dir=tmp_path / "file").horizon

    def test_a_damaged_copy_is_a_clear_error(self, tmp_path: Path) -> None:
        league = SimulatedLeague(seed=3, seasons=1, cache_dir=tmp_path)
        assert league.horizon
        next(tmp_path.glob("*/games.parquet")).write_bytes(b"PAR1")
        league_module._feed.cache_clear()
        with pytest.raises(SourceError, match="delete that directory"):
            _ = league.horizon
