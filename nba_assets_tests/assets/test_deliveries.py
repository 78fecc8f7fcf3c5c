"""What a second delivery may do to what is published, and how a game that is not played is said."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.errors import RequestError
from nba_assets.operations import commands
from nba_assets.partitions import Span
from nba_assets_tests.assets.ingested_home import DAYS, GAMES, INGEST, LINES, Home, refused, said
from nba_assets_tests.sources.small_season import BOS, LAL, Tables, write

SECOND = DAYS[1]
SHRINK = "delivery_does_not_shrink"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def make_unusable(path: Path, how: str) -> None:
    """Instead of the file nothing, a link to nothing, a circle of links, or a directory."""
    path.unlink()
    if how == "directory":
        path.mkdir()
    elif how != "gone":
        path.symlink_to(path if how == "circle" else path.with_name("nowhere.csv"))


def test_an_optional_file_that_vanishes_deletes_nothing_before_somebody_confirms_it(home: Home) -> None:
    before = home.deliver()
    assert {table: refused(before, table) for table in INGEST} == {table: {} for table in INGEST}
    rows, hashes = before.rows("shot_attempts"), before.hashes("shot_attempts")
    assert len(rows) == 4 * 2 * 6 * (7 + 6)
    for how in ("directory", "circle", "dangling", "gone"):
        write(home.directory)
        make_unusable(home.directory / "shots.csv", how)
        after = home.load(["shot_attempts"])
        reasons = refused(after, "shot_attempts")
        assert set(reasons) == set(DAYS), how
        expected = f"{SHRINK}: 156 rows of 2 games are published, the delivery has 0 of 0 (none of 00224"
        assert all(expected in text for text in reasons.values()), how
        assert ("shots.csv: cannot be read" in reasons[SECOND]) == (how != "gone")
        pd.testing.assert_frame_equal(after.rows("shot_attempts"), rows)
        assert after.hashes("shot_attempts").equals(hashes)
        if how == "directory":
            (home.directory / "shots.csv").rmdir()
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    span = Span("shot_attempts", DAYS[0], DAYS[2])
    commands.waive(home.warehouse, span, rule=SHRINK, who="ana", why="no more shots", until=until)
    confirmed = home.load(["shot_attempts"])
    assert set(refused(confirmed, "shot_attempts")) == {DAYS[3]}
    assert set(confirmed.rows("shot_attempts")["game_date"].dt.date) == {DAYS[3]}
    assert not confirmed.warehouse.state().tainted["shot_attempts"].any(), "what is confirmed is no defect"
    assert refused(home.deliver(tables=["shot_attempts"]), "shot_attempts") == {}, "the file is back"


@pytest.mark.parametrize(
    ("change", "days"),
    [
        pytest.param(lambda lines: lines.assign(game_date="2024-02-29"), DAYS, id="all-lines-moved"),
        pytest.param(lambda lines: lines[lines["game_id"] != "0022400003"], [SECOND], id="a-game-gone"),
        pytest.param(lambda lines: lines.drop(lines.index[8:14]), [SECOND], id="most-rows-gone"),
    ],
)
def test_lines_that_lack_what_is_published_are_blocked(
    home: Home, change: Callable[..., Any], days: list[dt.date]
) -> None:
    before = home.deliver(tables=LINES).rows("point_lines")
    after = home.deliver(lambda tables: tables.update(point_lines=change(tables["point_lines"])), LINES[1:])
    pd.testing.assert_frame_equal(after.rows("point_lines"), before)
    reasons = refused(after, "point_lines")
    assert set(reasons) == set(days)
    assert all(SHRINK in text for text in reasons.values()), reasons


def test_a_withdrawn_line_and_a_corrected_one_pass(home: Home) -> None:
    home.deliver(tables=LINES)

    def corrected(tables: Tables) -> None:
        tables["point_lines"] = tables["point_lines"].drop(0)
        tables["point_lines"].loc[1, "line"] = 10.5

    after = home.deliver(corrected, LINES[1:])
    assert refused(after, "point_lines") == {}
    assert len(after.rows("point_lines")) == 31


@pytest.mark.long
def test_shots_whose_games_are_all_of_the_preseason_are_blocked(home: Home) -> None:
    before = home.deliver().rows("shot_attempts")

    def of_preseason(tables: Tables) -> None:
        tables["shots"]["game_id"] = tables["shots"]["game_id"].str.replace("002", "001", n=1)

    after = home.deliver(of_preseason, ["shot_attempts"])
    pd.testing.assert_frame_equal(after.rows("shot_attempts"), before)
    assert set(refused(after, "shot_attempts")) == set(DAYS)


def test_what_is_of_no_date_of_the_calendar_is_reported_on_the_nearest(home: Home) -> None:
    def strayed(tables: Tables) -> None:
        tables["point_lines"].loc[0, ["game_date", "game_id"]] = ["2024-02-29", "0022400999"]

    platform = home.deliver(strayed, LINES)
    assert refused(platform, "point_lines") == {}
    assert "1 dates outside the calendar (2024-02-29 … 2024-02-29)" in said(platform, "point_lines", DAYS[0])
    assert "'0022400999' is no game of the schedule of the date" in said(platform, "point_lines", DAYS[0])


class TestAGameThatIsNotPlayed:
    GAME = "0042400107"
    DAY = dt.date(2024, 10, 26)

    def with_game(self, **facts: object) -> Callable[[Tables], None]:
        row = {"game_id": self.GAME, "game_date": str(self.DAY), "home_team_id": BOS, "away_team_id": LAL,
               "neutral_site": False} | facts  # fmt: skip

        def change(tables: Tables) -> None:
            tables["games"] = pd.concat([tables["games"], pd.DataFrame([row])], ignore_index=True)
            # four teams play on each date: the others' games of this one go
            for name in ("games", "team_box", "player_box", "shots", "point_lines"):
                kept = (tables[name]["game_date"] != str(self.DAY)) | (tables[name]["game_id"] == self.GAME)
                tables[name] = tables[name][kept]

        return change

    def test_without_a_word_it_is_overdue_and_the_message_says_how(self, home: Home) -> None:
        platform = home.deliver(self.with_game(), GAMES)
        reason = refused(platform, "game_results")[self.DAY]
        assert f"nba-assets game {self.GAME} --postponed (or --not-played) --date {self.DAY} --reason WHY" in reason

    @pytest.mark.parametrize(
        ("status", "published"),
        [
            ("postponed", "postponed"),
            ("if_necessary", "not_played"),
            ("Cancelled", "not_played"),
            ("never_played", "not_played"),
        ],
    )
    def test_a_column_says_it(self, home: Home, status: str, published: str) -> None:
        platform = home.deliver(self.with_game(status=status), GAMES)
        assert [refused(platform, table) for table in GAMES] == [{}, {}]
        (row,) = platform.rows("game_results", f"game_id = '{self.GAME}'").to_dict("records")
        assert (row["status"], pd.isna(row["home_pts"])) == (published, True)
        assert platform.rows("game_schedule", f"game_id = '{self.GAME}'")["is_postponed"].tolist() == [True]

    @pytest.mark.parametrize(
        ("facts", "text"),
        [
            ({"status": "perhaps"}, "'perhaps' is not scheduled, final, postponed, not_played or if_necessary"),
            ({"status": "final"}, "'final' is not that of a game without a score"),
            ({"status": "postponed", "home_pts": 60, "away_pts": 54, "ot_periods": 0},
             "'postponed' is not that of a game with a score"),
        ],
    )  # fmt: skip
    def test_a_column_that_contradicts_is_refused(self, home: Home, facts: dict[str, Any], text: str) -> None:
        reason = refused(home.deliver(self.with_game(**facts), GAMES), "game_results")[self.DAY]
        assert text in reason

    def decide(self, platform: Home, status: str, day: dt.date | None = None, game: str = GAME) -> commands.Effect:
        return commands.say_of_game(
            platform.claims, platform.warehouse, game, status, who="ana", why="the series was over", day=day
        )

    def test_a_person_says_it_and_takes_it_back(self, home: Home) -> None:
        platform = home.deliver(self.with_game(), GAMES)
        effect = self.decide(platform, "not_played")
        assert "is not played, from the next build on" in str(effect)
        platform = home.load(GAMES)
        assert [refused(platform, table) for table in GAMES] == [{}, {}]
        assert platform.rows("game_results", f"game_id = '{self.GAME}'")["status"].tolist() == ["not_played"]
        assert f"{self.GAME} is not played, said by ana: the series was over" in said(
            platform, "game_results", self.DAY
        )
        entries = platform.warehouse.journal().query("operation == 'game'")
        assert set(entries["table_name"]) == {"game_schedule", "game_results"}
        self.decide(platform, "as_delivered")
        assert "no_game_overdue" in refused(home.load(GAMES), "game_results")[self.DAY]

    def test_a_score_contradicts_it(self, home: Home) -> None:
        platform = home.deliver(tables=GAMES)
        self.decide(platform, "postponed", game="0022400003")
        reason = refused(home.load(GAMES), "game_results")[SECOND]
        assert "0022400003 is postponed, said by ana: the series was over; but it has a final score" in reason
        assert "nba-assets game 0022400003 --as-delivered --date 2024-10-24" in reason

    def test_a_game_that_leaves_its_date_is_blocked_until_it_is_said(self, home: Home) -> None:
        """0022400003 moves from the second date to a day after the last."""

        def moved(tables: Tables) -> None:
            for name in tables:
                tables[name].loc[tables[name]["game_id"] == "0022400003", "game_date"] = "2024-10-29"

        before = home.deliver().rows("game_schedule", f"game_date = '{SECOND}'")
        platform = home.deliver(moved)
        reason = refused(platform, "game_schedule")[SECOND]
        assert "2 rows of 2 games are published, the delivery has 1 of 1 (none of 0022400003)" in reason
        assert "nba-assets game 0022400003 --postponed --date 2024-10-24 --reason WHY" in reason
        pd.testing.assert_frame_equal(platform.rows("game_schedule", f"game_date = '{SECOND}'"), before)
        self.decide(platform, "postponed", SECOND, "0022400003")
        platform = home.load()
        assert [refused(platform, table) for table in INGEST] == [{}] * len(INGEST)
        assert len(platform.rows("player_box_scores", f"game_date = '{SECOND}'")) == 12

    def test_what_nobody_can_say(self, home: Home) -> None:
        platform = home.deliver(tables=GAMES)
        with pytest.raises(RequestError, match="has no game '0022499999'"):
            self.decide(platform, "postponed", game="0022499999")
        with pytest.raises(RequestError, match="'lost' is nothing to say of a game"):
            self.decide(platform, "lost", game="0022400003")
