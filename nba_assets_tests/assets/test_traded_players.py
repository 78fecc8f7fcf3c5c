"""A traded player in reports and lines on his new team, before his first game for it."""

from pathlib import Path

import pandas as pd
import pytest

from nba_assets_tests.assets.ingested_home import DAYS, INJURIES, LINES, Home, said
from nba_assets_tests.sources import small_season
from nba_assets_tests.sources.small_season import BOS, LAL, NYK, Tables


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


class TestAPlayerWhoWasTraded:
    """He is listed by his new team before his first game for it."""

    def report(self, home: Home, *players: str) -> None:
        records = [
            {"date": "10/28/2024", "gametime": "07:00 (ET)", "matchup": "BOS@NYK", "team": "Boston Celtics",
             "player": player, "status": "Out", "reason": "Trade Pending"}
            for player in players
        ]  # fmt: skip
        folder = home.directory / "injury_reports"
        folder.mkdir(parents=True, exist_ok=True)
        text = pd.DataFrame(records).to_json(orient="records")
        (folder / "Injury-Report_2024-10-28_11_30AM.json").write_text(text)

    def test_is_himself_by_his_full_name_where_one_alone_has_it(self, home: Home) -> None:
        self.report(home, "Moor, Abe", "Birch, Ben", "Moor, A.", "Nobody, Any")
        platform = home.deliver(tables=INJURIES)
        ids = platform.rows("injury_reports").set_index("player_name")["player_id"]
        assert ids["Moor, Abe"] == small_season.player_id(LAL, 0)
        assert ids["Birch, Ben"] == small_season.player_id(BOS, 1)
        assert ids[["Moor, A.", "Nobody, Any"]].isna().all(), "an initial tells nobody of a whole league"
        assert said(platform, "injury_reports", DAYS[3]) == "2 of 4 names are of no player: Moor, A., Nobody, Any"

    def test_is_nobody_where_two_have_his_name(self, home: Home) -> None:
        self.report(home, "Moor, Abe", "Birch, Ben")

        def namesakes(tables: Tables) -> None:
            mine = tables["player_box"]["player_id"] == small_season.player_id(NYK + 4, 5)
            other = tables["player_box"]["player_id"] == small_season.player_id(small_season.DEN, 5)
            assert not mine.any()
            tables["player_box"].loc[other, "player_name"] = "Abe Moor"

        ids = home.deliver(namesakes, INJURIES).rows("injury_reports").set_index("player_name")["player_id"]
        assert pd.isna(ids["Moor, Abe"])

    def test_of_lines_too(self, home: Home) -> None:
        def traded(tables: Tables) -> None:
            lines = tables["point_lines"]
            lines.loc[lines["game_id"].eq("0022400007") & lines["player_name"].eq("Ben Birch"), "player_name"] = (
                "Abe Moor"
            )

        rows = home.deliver(traded, LINES).rows("point_lines", "game_id = '0022400007' AND player_name = 'Abe Moor'")
        assert rows["player_id"].tolist() == [small_season.player_id(LAL, 0)]
