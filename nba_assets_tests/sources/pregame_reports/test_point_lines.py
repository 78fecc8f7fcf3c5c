"""Points lines of the odds files: which game, which player, which quote, and what is left out."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.raw_pregame import POINT_LINES
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.port import Delivery
from nba_assets_tests.sources import small_archive
from nba_assets_tests.sources.small_archive import write_clean
from nba_assets_tests.sources.small_reports import (
    DAY,
    GAME,
    IDS,
    TIPOFF,
    event,
    outcomes,
    player_box,
    write_json,
    write_odds,
)

FIRST, SECOND = dt.date(2024, 10, 22), dt.date(2024, 10, 24)
ODDS = "odds_api_player_points"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write_clean(tmp_path / "archive", player_box=player_box())


def delivered(directory: Path) -> Delivery:
    source = ArchiveSource(directory, directory.parent / "landing")
    return source.read("point_lines", source.first_date, source.horizon)


def quoted(directory: Path) -> dict[tuple[str, str], float]:
    rows = delivered(directory).rows
    return dict(zip(zip(rows["player_name"], rows["bookmaker"], strict=True), rows["points_line"], strict=True))


def test_a_line_of_both_sides(directory: Path) -> None:
    write_odds(directory, "10_22_2024.csv", outcomes() + outcomes("Ivo Dunford", 9.5, (100, -130), "Underdog"))
    (first, second) = delivered(directory).rows.to_dict("records")
    assert tuple(first) == POINT_LINES.column_names
    assert (first["game_id"], first["game_date"]) == (GAME, pd.Timestamp(DAY))
    assert (first["player_name"], first["player_id"]) == ("Dario Fenwick", IDS["Dario Fenwick"])
    assert (first["bookmaker"], first["points_line"]) == ("prizepicks", 20.5)
    assert (first["over_price"], first["under_price"]) == (-110, -120)
    assert not first["is_verified_before_tipoff"]
    assert first["absence"] == '{"snapshot_at": "source_unavailable"}'
    assert (second["player_id"], second["over_price"]) == (IDS["Ivo Dunford"], 100)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Jaromir Vondra", "Jaromír Vondra"),
        ("Thomas Hart", "Thomas Hart Jr."),
        ("JJ Ash", "J.J. Ash"),
        ("Olu Branch Stone", "Olu Branch-Stone"),
        ("Herb Cordale III", "Herbert Cordale III"),
        ("Kofi OGarwick", "Kofi O'Garwick"),
        ("Nobody Known", None),
    ],
)
def test_names_mean_players_of_the_game(directory: Path, written: str, meant: str | None) -> None:
    write_odds(directory, "10_22_2024.csv", outcomes(written))
    delivery = delivered(directory)
    (row,) = delivery.rows.to_dict("records")
    assert row["player_name"] == written
    assert row["player_id"] == IDS[meant] if meant else pd.isna(row["player_id"])
    assert delivery.problems == ()
    assert any(written in note.message for note in delivery.notes) == (meant is None)


def test_a_player_of_other_teams_is_nobody_here(directory: Path) -> None:
    write_odds(directory, "10_22_2024.csv", outcomes("LAL 0"))
    assert delivered(directory).rows["player_id"].isna().all()


def test_other_markets_are_no_lines_and_counted(directory: Path) -> None:
    write_odds(directory, "10_22_2024.csv", outcomes() + outcomes(line=4.5, market="player_assists"))
    delivery = delivered(directory)
    assert len(delivery.rows) == 1
    assert [note.message for note in delivery.notes] == [
        "2 outcomes are of other markets than player_points (the first: 10_22_2024.csv, row 3)"
    ]


@pytest.mark.parametrize(
    ("commence", "home", "away", "is_game"),
    [
        pytest.param("2024-10-23T03:59:59Z", "Boston Celtics", "New York Knicks", True, id="last second of the day"),
        pytest.param("2024-10-22T23:40:00Z", "New York Knicks", "Boston Celtics", True, id="home and away swapped"),
        pytest.param("2024-10-22T23:40:00Z", "Boston Celtics", "Denver Nuggets", False, id="no such game"),
        pytest.param("2024-10-22T23:40:00Z", "Boston Celtics", "Moose", False, id="no such team"),
        pytest.param("2024-10-23T23:40:00Z", "Team A", "Team B", None, id="exhibition on a day without games"),
    ],
)
def test_the_game_is_that_of_the_eastern_date_and_both_teams(
    directory: Path, commence: str, home: str, away: str, is_game: bool | None
) -> None:
    rows = outcomes(commence_time=commence, home_team=home, away_team=away)
    write_odds(directory, "10_22_2024.csv", rows)
    delivery = delivered(directory)
    assert (len(delivery.rows), len(delivery.problems)) == ((1, 0) if is_game else (0, is_game is False))
    if is_game is False:
        (problem,) = delivery.problems
        assert problem.game_date == FIRST
        assert "10_22_2024.csv, row 1: column home_team on 2024-10-22: 'Boston Celtics'" in problem.message
    if is_game is None:
        assert "2 outcomes are of a date without games" in delivery.notes[0].message


def test_lines_of_a_wrong_date_are_reported_on_the_date_of_their_game(directory: Path) -> None:
    write_odds(directory, "10_22_2024.csv", outcomes(commence_time="2024-10-23T04:00:00Z"))  # midnight Eastern
    delivery = delivered(directory)
    assert delivery.rows.empty
    ((day, message),) = [(problem.game_date, problem.message) for problem in delivery.problems]
    assert day == FIRST
    assert message == (
        "2 outcomes are of a game of this date, but carry another one (the first: 10_22_2024.csv, row 1)"
    )


@pytest.mark.parametrize(
    ("commence", "day"),
    [
        ("2024-11-03T03:59:59Z", "2024-11-02"), ("2024-11-03T04:00:00Z", "2024-11-03"),
        ("2024-11-04T04:59:59Z", "2024-11-03"), ("2024-11-04T05:00:00Z", "2024-11-04"),
        ("2025-03-09T04:59:59Z", "2025-03-08"), ("2025-03-09T05:00:00Z", "2025-03-09"),
        ("2025-03-10T03:59:59Z", "2025-03-09"), ("2025-03-10T04:00:00Z", "2025-03-10"),
    ],
)  # fmt: skip
def test_the_clock_changes_move_the_end_of_the_day(tmp_path: Path, commence: str, day: str) -> None:
    other = {"game_date": [day, "2025-06-01"]}
    directory = write_clean(
        tmp_path / "archive",
        games=small_archive.games().assign(**other),
        player_box=player_box().assign(game_date=day),
        team_box=small_archive.team_box().assign(game_date=day),
    )
    write_odds(directory, f"{day}.csv", outcomes(commence_time=commence))
    assert delivered(directory).rows["game_date"].tolist() == [pd.Timestamp(day)]


class TestWhichQuote:
    def test_of_two_files_the_later_one(self, directory: Path) -> None:
        write_odds(directory, "10_22_2024.csv", outcomes(line=21.5))
        write_odds(directory, "10_21_2024.csv", outcomes(line=20.5))
        assert quoted(directory) == {("Dario Fenwick", "prizepicks"): 21.5}

    def test_a_file_of_a_date_after_tip_off_was_made_after_it(self, directory: Path) -> None:
        write_odds(directory, "10_22_2024.csv", outcomes(line=21.5))
        write_odds(directory, "10_23_2024.csv", outcomes(line=3.5))
        assert quoted(directory) == {("Dario Fenwick", "prizepicks"): 21.5}
        (note,) = delivered(directory).notes
        assert note.game_date == FIRST
        assert note.message.startswith("2 outcomes are left out: their snapshot is at or after tip-off")
        assert "10_23_2024.csv, row 1" in note.message

    @pytest.mark.parametrize(
        ("snapshot", "is_in_time"),
        [("2024-10-22T23:39:59Z", True), ("2024-10-22T23:40:00Z", False), ("2024-10-23T00:10:00Z", False)],
    )
    def test_a_snapshot_counts_up_to_the_second_before_tip_off(
        self, directory: Path, snapshot: str, is_in_time: bool
    ) -> None:
        write_json(directory, ODDS, "event.json", event(outcomes(), snapshot))
        delivery = delivered(directory)
        assert delivery.rows["is_verified_before_tipoff"].tolist() == [True] * is_in_time
        assert delivery.rows["snapshot_at"].tolist() == [pd.Timestamp(snapshot)] * is_in_time
        assert [note.message[:22] for note in delivery.notes] == ["2 outcomes are left ou"] * (not is_in_time)

    def test_the_last_snapshot_before_tip_off_counts(self, directory: Path) -> None:
        for name, line, at in (("a", 18.5, "21"), ("b", 20.5, "23"), ("c", 19.5, "22")):
            write_json(directory, ODDS, f"{name}.json", event(outcomes(line=line), f"2024-10-22T{at}:30:00Z"))
        write_json(directory, ODDS, "d.json", event(outcomes(line=2.5), "2024-10-22T23:59:00Z"))
        assert quoted(directory) == {("Dario Fenwick", "prizepicks"): 20.5}

    def test_a_proven_quote_goes_before_one_without_a_time(self, directory: Path) -> None:
        write_odds(directory, "10_22_2024.csv", outcomes(line=25.5))
        write_json(directory, ODDS, "event.json", event(outcomes(line=20.5), "2024-10-20T10:00:00Z"))
        assert quoted(directory) == {("Dario Fenwick", "prizepicks"): 20.5}

    def test_a_live_response_tells_the_last_update_of_its_market(self, directory: Path) -> None:
        write_json(directory, ODDS, "event.json", [event(outcomes(), None)])
        assert delivered(directory).rows["snapshot_at"].tolist() == [pd.Timestamp("2024-10-22T21:00:00Z")]

    @pytest.mark.parametrize("turn", [1, -1])
    def test_of_several_lines_the_balanced_one_with_both_sides(self, directory: Path, turn: int) -> None:
        rows = [*outcomes(line=16.5, prices=(-300, 240)), *outcomes(line=20.5), *outcomes(line=24.5)[:1]]
        write_odds(directory, "10_22_2024.csv", rows[::turn])
        assert quoted(directory) == {("Dario Fenwick", "prizepicks"): 20.5}

    def test_one_side_alone_has_the_other_ones_price_unavailable(self, directory: Path) -> None:
        write_odds(directory, "10_22_2024.csv", outcomes()[:1])
        (row,) = delivered(directory).rows.to_dict("records")
        assert row["over_price"] == -110
        assert row["absence"] == '{"snapshot_at": "source_unavailable", "under_price": "source_unavailable"}'


def test_prices_may_be_decimal(directory: Path) -> None:
    write_json(directory, ODDS, "event.json", event(outcomes(prices=(1.91, 2.1))))
    (row,) = delivered(directory).rows.to_dict("records")
    assert (row["over_price"], row["under_price"]) == (-110, 110)


class TestTable:
    def table(self, **facts: object) -> pd.DataFrame:
        row = {"game_id": GAME, "game_date": DAY, "player_name": "Ivo Dunford", "bookmaker": "Underdog", "line": 9.5,
               "commence_time": TIPOFF, "over_price": -137.0, "under_price": None}  # fmt: skip
        return pd.DataFrame([{**row, **facts}])

    @pytest.mark.parametrize("suffix", [".parquet", ".csv"])
    def test_a_table_of_lines(self, directory: Path, suffix: str) -> None:
        write = "to_csv" if suffix == ".csv" else "to_parquet"
        getattr(self.table(), write)(directory / f"point_lines{suffix}", index=False)
        (row,) = delivered(directory).rows.to_dict("records")
        assert (row["game_id"], row["player_id"], row["bookmaker"]) == (GAME, IDS["Ivo Dunford"], "underdog")
        assert (row["over_price"], row["points_line"]) == (-137, 9.5)
        assert pd.isna(row["under_price"])
        assert not row["is_verified_before_tipoff"]

    @pytest.mark.parametrize(("game_id", "day"), [("0022400999", DAY), (GAME, "2024-10-24")])
    def test_a_game_that_is_not_scheduled_so_is_a_problem(self, directory: Path, game_id: str, day: str) -> None:
        self.table(game_id=game_id, game_date=day).to_parquet(directory / "point_lines.parquet")
        delivery = delivered(directory)
        assert delivery.rows.empty
        assert {str(problem.game_date) for problem in delivery.problems} == {day, DAY}
        (problem,) = [problem for problem in delivery.problems if str(problem.game_date) == day]
        assert f"point_lines.parquet, row 1: column game_id on {day}: '{game_id}' is no game of the schedule" in (
            problem.message
        )

    @pytest.mark.parametrize(
        ("snapshot", "commence", "rows", "is_verified"),
        [
            ("2024-10-22T22:00:00Z", TIPOFF, 1, True),
            (TIPOFF, TIPOFF, 0, None),
            ("2024-10-22T22:00:00Z", None, 1, False),
        ],
    )
    def test_a_snapshot_is_proof_only_beside_a_tip_off(
        self, directory: Path, snapshot: str, commence: str | None, rows: int, is_verified: bool | None
    ) -> None:
        table = self.table(snapshot_time=snapshot, commence_time=commence)
        table.to_parquet(directory / "point_lines.parquet")
        delivery = delivered(directory)
        assert delivery.rows["is_verified_before_tipoff"].tolist() == [is_verified] * rows


class TestBrokenFiles:
    def test_without_files_every_date_is_empty(self, directory: Path) -> None:
        delivery = delivered(directory)
        assert (len(delivery.rows), delivery.problems, delivery.notes) == (0, (), ())
        assert tuple(delivery.rows) == POINT_LINES.column_names

    def test_a_dated_file_rejects_the_dates_around_it(self, directory: Path) -> None:
        write_odds(directory, "10_22_2024.csv", outcomes())
        write_odds(directory, "10_24_2024.csv", outcomes()).write_text("player,market\nsomebody\n")
        delivery = delivered(directory)
        assert len(delivery.rows) == 1
        assert {problem.game_date.isoformat() for problem in delivery.problems} == {"2024-10-23", "2024-10-24"}
        assert all(problem.message.startswith("10_24_2024.csv: ") for problem in delivery.problems)

    @pytest.mark.parametrize("content", ["{", '{"data": []}', '[{"home_team": "Boston Celtics"}]', "[3]", "7"])
    def test_an_undated_file_rejects_every_date(self, directory: Path, content: str) -> None:
        write_json(directory, ODDS, "event.json", {}).write_text(content)
        delivery = delivered(directory)
        assert {problem.game_date.day for problem in delivery.problems} == {22, 23, 24}
        assert all(problem.message.startswith("event.json: ") for problem in delivery.problems)

    def test_a_row_that_is_not_understood_rejects_its_date(self, directory: Path) -> None:
        rows = [*outcomes(), *outcomes("Ivo Dunford", line="lots"), *outcomes("Xavi Thornby", prices=("even", -110))]
        write_odds(directory, "10_22_2024.csv", rows)
        delivery = delivered(directory)
        assert {problem.game_date for problem in delivery.problems} == {FIRST}
        texts = " ".join(problem.message for problem in delivery.problems)
        assert "row 3: column line on 2024-10-22: 'lots' is not a line in points (and 1 more on this date)" in texts
        assert "row 5: column price on 2024-10-22: 'even' is not odds" in texts

    @pytest.mark.parametrize("column", ["player", "market", "bookmaker", "line", "price", "side", "commence_time"])
    def test_a_missing_value_rejects_its_date(self, directory: Path, column: str) -> None:
        gone = [{**row, column: None} for row in outcomes("Ivo Dunford")]
        write_odds(directory, "10_22_2024.csv", [*outcomes(), *gone])
        delivery = delivered(directory)
        assert len(delivery.rows) == 1
        assert [problem.game_date for problem in delivery.problems] == [FIRST]
