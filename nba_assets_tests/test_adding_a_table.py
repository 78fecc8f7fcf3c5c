"""The page on adding a table is followed to the letter, and the table is built."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from nba_assets import definitions
from nba_assets.contracts.tables import TABLES
from nba_assets.orchestration.table_asset import TableAsset
from nba_assets.readiness import rules
from nba_assets.readiness.derived_rules import DERIVED_RULES
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

PAGE = (REPOSITORY / "docs" / "adding_a_table.md").read_text(encoding="utf-8")


def test_the_page_has_six_steps() -> None:
    assert re.findall(r"^## (\d)\. ", PAGE, flags=re.MULTILINE) == list("123456")


def test_the_page_needs_no_private_name() -> None:
    names = {name for line in re.findall(r"^from nba_assets\S* import (.*)$", PAGE, flags=re.MULTILINE)
             for name in line.split(", ")}  # fmt: skip
    assert {"Contract", "table_asset"} <= names
    assert {name for name in names if name.startswith("_")} == set()


def test_a_table_that_is_added_by_the_page_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, Any] = {}
    monkeypatch.setitem(DERIVED_RULES, "team_long_range", None)  # the page sets it; this takes it out again
    exec("\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)), written)
    contract, asset = written["TEAM_LONG_RANGE"], written["team_long_range_asset"]
    assert isinstance(asset, TableAsset)
    monkeypatch.setitem(TABLES, contract.name, contract)
    monkeypatch.setitem(rules._OWN, contract.name, DERIVED_RULES[contract.name])
    monkeypatch.setattr(definitions, "TABLE_ASSETS", (*definitions.TABLE_ASSETS, asset))

    league = SimulatedLeague(seasons=1)
    first = league.read("game_schedule", league.first_date, league.horizon).rows["game_date"].min().date()
    platform = Platform(tmp_path, SlicedSource(league, first, first + dt.timedelta(days=1)))
    tables = ["game_schedule", "game_results", "team_box_scores", contract.name]
    result = platform.run(tables=tables, last=platform.source.horizon)
    assert result.success, failure_messages(result)
    assert set(platform.statuses(contract.name).values()) == {"ready"}
    rows = platform.rows(contract.name)
    assert len(rows) == len(platform.rows("team_box_scores")) > 0
    assert rows["three_share"].between(0.1, 0.8).all()
