"""Points lines of a game that left its date after they were written: it is left out, the others stay."""

import datetime as dt

import pandas as pd

from nba_assets.sources.pregame_reports.point_lines import Quotes, quotes_of_outcomes, quotes_of_table
from nba_assets_tests.sources.small_archive import BOS, DEN, LAL, NYK
from nba_assets_tests.sources.small_reports import DAY, TIPOFF, outcomes

FIRST = dt.date(2024, 10, 22)


class TestAGameThatWasMovedAway:
    """Lines of a game that left the date after they were written: it is left out, the others stay."""

    KNICKS, NUGGETS, HEAT = "New York Knicks", "Denver Nuggets", "Miami Heat"

    def schedule(self) -> pd.DataFrame:
        games = [("0022400061", DAY, BOS, NYK), ("0022400062", DAY, LAL, DEN), ("0022400063", "2024-12-01", BOS, DEN)]
        rows = pd.DataFrame(games, columns=["game_id", "game_date", "home_team_id", "away_team_id"])
        return rows.assign(
            game_date=pd.to_datetime(rows["game_date"]).astype("datetime64[ns]"), is_postponed=False,
            tipoff_utc=pd.Series(pd.NaT, rows.index, dtype="datetime64[ns, UTC]"),
        )  # fmt: skip

    def quotes(self, *games: tuple[str, str], commence: str = TIPOFF) -> Quotes:
        rows = [row for home, away in games for row in outcomes(home_team=home, away_team=away, commence_time=commence)]
        frame = pd.DataFrame(rows).assign(snapshot_time=None, file_date=FIRST)
        return quotes_of_outcomes([("10_22_2024.csv", frame)], self.schedule())

    def test_it_is_left_out_with_a_note(self) -> None:
        found = self.quotes(("Boston Celtics", self.KNICKS), ("Boston Celtics", self.NUGGETS))
        assert found.problems == ()
        assert found.rows["game_id"].tolist() == ["0022400061"]
        ((day, message),) = [(note.game_date, note.message) for note in found.notes]
        assert day == FIRST
        assert message == (
            "2 outcomes of Denver Nuggets at Boston Celtics are left out: the game is not on the schedule of the "
            "date, it was moved or called off (the first: 10_22_2024.csv, row 3)"
        )

    def test_where_most_games_are_not_scheduled_the_date_is_wrong(self) -> None:
        found = self.quotes(
            ("Boston Celtics", self.KNICKS), ("Boston Celtics", self.NUGGETS), ("Boston Celtics", self.HEAT)
        )
        assert [problem.game_date for problem in found.problems] == [FIRST]
        assert "is no team with this game on the schedule of the date" in found.problems[0].message

    def test_of_a_table_by_game_ids_too(self) -> None:
        table = pd.DataFrame(
            {"game_id": ["0022400061", "0022400063", "0022400063"], "game_date": DAY, "player_name": list("abc"),
             "bookmaker": "one", "line": 9.5, "over_price": -110, "under_price": -110}
        )  # fmt: skip
        found = quotes_of_table("point_lines.csv", table, self.schedule())
        assert found.problems == ()
        assert found.rows["game_id"].tolist() == ["0022400061"]
        assert [(str(note.game_date), note.message.partition(" (")[0]) for note in found.notes] == [
            (DAY, "2 outcomes of 0022400063 are left out: the game is not on the schedule of the date, it was moved or "
                  "called off"),
            ("2024-12-01", "2 outcomes are of a game of this date, but carry another one"),
        ]  # fmt: skip
        moved = quotes_of_table("point_lines.csv", table.iloc[1:].reset_index(drop=True), self.schedule())
        assert {str(problem.game_date) for problem in moved.problems} == {DAY, "2024-12-01"}
