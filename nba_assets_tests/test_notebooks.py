"""The example notebook runs from its first cell to its last on a small warehouse."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.platform import Platform, SlicedSource

FIRST_LOOK = REPOSITORY / "docs" / "notebooks" / "first_look.ipynb"


def test_the_notebook_is_kept_without_results() -> None:
    cells = nbformat.read(FIRST_LOOK, as_version=4).cells
    assert not any(cell.get("outputs") for cell in cells)
    assert not any("/home/" in cell.source or "/tmp/" in cell.source for cell in cells)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    league = SimulatedLeague(seasons=1)
    source = SlicedSource(league, league.first_date, league.first_date + (league.horizon - league.first_date) / 10)
    Platform(tmp_path, source).run(tables=["game_schedule", "game_results", "team_box_scores", "player_box_scores",
                                           "shot_attempts", "team_offense", "player_game_summary"])  # fmt: skip
    for name, value in Settings(home=tmp_path, seasons=1).environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(FIRST_LOOK, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    said = str([cell.get("outputs") for cell in notebook.cells])
    assert "is refused" in said, "the gate"
    assert "did_not_play" in said, "the reason of a null"
    assert "player_game_summary" in said
