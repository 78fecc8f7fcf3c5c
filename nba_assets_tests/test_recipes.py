"""Every command of the recipes runs, in their order, on dates of which one lacks a game that was not delivered."""

import datetime as dt
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from nba_assets.claims.store import ClaimStore
from nba_assets.cli import app, operate
from nba_assets.partitions import Span
from nba_assets.settings import Settings
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.operations.processes import warehouse_of
from nba_assets_tests.test_documentation import fenced

PAGE = (REPOSITORY / "docs" / "recipes.md").read_text(encoding="utf-8")
FIRST, LAST = dt.date(2025, 1, 8), dt.date(2025, 1, 12)

SAID = {
    "nba-assets claims": "Nobody has reserved anything",
    "nba-assets explain player_box_scores": "quarantined in team_box_scores",
    "nba-assets explain player_daily_cache": "player_daily_cache",
    "nba-assets explain player_game_summary": "did_not_play",
    "nba-assets query": "with_usage",
    "nba-assets report": "data_quality_report.html",
    "nba-assets status": "player_box_scores",
    "nba-assets doctor": "warehouse.duckdb",
}
"""What an answer has to have in it."""


@pytest.mark.long
def test_the_recipes_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path / "home", seasons=1, start=FIRST, faults="missing_game:2025-01-10", who="ada")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(operate, "STOPPING_SECONDS", 0.0)
    monkeypatch.chdir(tmp_path)
    (query,) = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)
    Path("usage_by_date.sql").write_text(query)
    _said(f"nba-assets backfill --from {FIRST} --to {LAST}")
    store, warehouse = ClaimStore(settings.claims_url), warehouse_of(settings)
    absent = warehouse.find("player_game_summary", {}, dt.date(2025, 1, 9), dt.date(2025, 1, 9), ["player_id", "pts"])
    player = absent[absent["pts"].isna()]["player_id"].iloc[0]

    commands = [line for line in fenced(PAGE) if line.startswith("nba-assets ")]
    assert len(commands) > 20
    for command in commands:
        taken = [Span("point_lines", LAST, LAST)]
        claim = store.reserve(taken, owner="run:stuck", kind="run", who="eve") if "CLAIM" in command else None
        answer = _said(command.replace("CLAIM", str(claim.id) if claim else "").replace("PLAYER", str(player)))
        for start, text in SAID.items():
            assert text in answer or not command.startswith(start), f"{command}\n{answer}"
        if claim:
            assert store.get(claim.id).cancel_why == "no progress for an hour"
            store.end(claim.id, "cancelled", "eve", "stopped")
    state, lost = warehouse.state(), dt.date(2025, 1, 10)
    for table in ("team_box_scores", "player_box_scores", "player_game_summary"):
        assert [day for day, _ in state.quarantined(table)] == [lost], "nobody delivered the game"
        assert state.is_ready(table)[state.position(pd.Timestamp(lost))]


def _said(command: str) -> str:
    """What a command answers; only a backfill may leave something open (1), none is refused (2)."""
    result = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
    assert result.exit_code in ((0, 1) if " backfill" in command else (0,)), f"{command}\n{result.output}"
    return result.output
