"""The simulated league's lines and injury reports: as good as real ones, and as imperfect."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.raw_pregame import REPORT_TABLES
from nba_assets.sources.simulated import feed as feed_module
from nba_assets.sources.simulated.faults import Fault
from nba_assets.sources.simulated.feed import simulate
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.sources.simulated.pregame_faults import REPORT_FAULTS

SETTINGS: dict[str, Any] = {"seed": 5, "seasons": 1, "last_season": "2023-24"}
DAY = dt.date(2024, 1, 5)
OF_KIND = {"lines": "point_lines", "injuries": "injury_reports"}
FAULTS = [Fault(kind, DAY, detail) for kind, details in REPORT_FAULTS.items() for detail in details]


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(**SETTINGS)


def read(league: SimulatedLeague, table: str) -> pd.DataFrame:
    delivery = league.read(table, league.first_date, league.horizon)
    assert delivery.problems == ()
    return delivery.rows


@pytest.fixture(scope="module")
def lines(league: SimulatedLeague) -> pd.DataFrame:
    return read(league, "point_lines")


@pytest.fixture(scope="module")
def reports(league: SimulatedLeague) -> pd.DataFrame:
    facts = read(league, "game_schedule")[["game_id", "tipoff_utc"]]
    return read(league, "injury_reports").merge(facts, on="game_id")


@pytest.fixture(scope="module")
def box(league: SimulatedLeague) -> pd.DataFrame:
    return read(league, "player_box_scores")


def test_box_scores_do_not_know_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate(5, 1, 2023)
    nothing = pd.DataFrame({"game_date": [], "game_id": []})
    monkeypatch.setattr(feed_module, "injury_reports", lambda *_: (nothing, nothing))
    monkeypatch.setattr(feed_module, "point_lines", lambda *_: nothing)
    without = simulate(5, 1, 2023)
    for kind in ("games", "team_lines", "player_lines", "expected", "shots"):
        pd.testing.assert_frame_equal(getattr(without, kind), getattr(whole, kind))


class TestLines:
    def test_every_line_is_a_last_snapshot_before_tip_off(self, league: SimulatedLeague, lines: pd.DataFrame) -> None:
        tipoff = lines["game_id"].map(read(league, "game_schedule").set_index("game_id")["tipoff_utc"])
        assert lines["is_verified_before_tipoff"].all()
        assert (lines["snapshot_at"] < tipoff).all()
        quotes = league._feed.point_lines
        assert (quotes["snapshot_time"] >= quotes["commence_time"]).mean() == pytest.approx(0.014, abs=0.004)
        before = quotes[quotes["snapshot_time"] < quotes["commence_time"]]
        key = ["game_id", "player_name", "bookmaker"]
        last = before.groupby(key)["snapshot_time"].max()
        assert before.duplicated(key).mean() > 0.05
        stored = lines.set_index(key)["snapshot_at"]
        pd.testing.assert_series_equal(stored.sort_index(), last, check_names=False)

    def test_games_have_lines_of_the_rotation_at_several_books(self, lines: pd.DataFrame) -> None:
        players = lines.groupby("game_id")["player_name"].nunique()
        assert players.between(8, 24).all()
        assert players.mean() == pytest.approx(15, abs=2)
        assert lines["bookmaker"].nunique() == 3
        assert lines["player_id"].notna().all()
        assert (lines["points_line"] % 1 == 0.5).all()

    def test_they_are_nearly_as_good_as_the_truth_and_halve_the_chances(
        self, league: SimulatedLeague, lines: pd.DataFrame, box: pd.DataFrame
    ) -> None:
        truth = league.expected_points(league.first_date, league.horizon)
        key = ["game_id", "player_id"]
        rows = lines.merge(truth[[*key, "expected_pts"]], on=key).merge(box[[*key, "pts"]], on=key).dropna()
        line_error, best_error = ((rows[name] - rows["pts"]).abs().mean() for name in ("points_line", "expected_pts"))
        assert best_error < line_error < 1.04 * best_error
        assert (rows["pts"] > rows["points_line"]).mean() == pytest.approx(0.49, abs=0.03)

    def test_prices_carry_a_margin(self, lines: pd.DataFrame) -> None:
        def chance(odds: pd.Series) -> np.ndarray:
            return np.where(odds > 0, 100 / (odds.abs() + 100), odds.abs() / (odds.abs() + 100))

        both = chance(lines["over_price"]) + chance(lines["under_price"])
        assert both.mean() == pytest.approx(1.05, abs=0.005)
        assert (both > 1.02).all()
        assert (lines["over_price"].abs() >= 100).all()

    def test_a_late_scratch_has_lines_and_no_points(self, lines: pd.DataFrame, box: pd.DataFrame) -> None:
        played = lines.merge(box[["game_id", "player_id", "minutes"]], on=["game_id", "player_id"])
        assert played["minutes"].isna().mean() == pytest.approx(0.01, abs=0.008)


class TestReports:
    def minutes(self, reports: pd.DataFrame, box: pd.DataFrame) -> pd.DataFrame:
        key = ["game_id", "player_id"]
        named = reports[reports["status"] != "not_yet_submitted"]
        assert named["player_id"].notna().all()
        return named.merge(box[[*key, "minutes"]], on=key, validate="m:1")

    def test_a_game_has_reports_from_the_evening_before_to_after_tip_off(self, reports: pd.DataFrame) -> None:
        hours = (reports["reported_at"] - reports["tipoff_utc"]).dt.total_seconds() / 3600
        assert hours.min() < -24
        assert 0 < (hours >= 0).mean() < 0.3
        times = reports.groupby("game_id")["reported_at"].nunique()
        assert (times == 4).mean() > 0.9

    def test_who_is_out_does_not_play_and_who_is_questionable_may(
        self, reports: pd.DataFrame, box: pd.DataFrame
    ) -> None:
        rows = self.minutes(reports, box)
        plays = rows.groupby("status")["minutes"].apply(lambda minutes: (minutes > 0).mean())
        assert plays["out"] == 0
        assert 0 < plays["doubtful"] < 0.3 < plays["questionable"] < 0.7 < plays["probable"]

    def test_some_who_do_not_play_stand_on_no_list_before_the_game(
        self, reports: pd.DataFrame, box: pd.DataFrame
    ) -> None:
        early = reports[reports["reported_at"] < reports["tipoff_utc"]]
        absent = box[box["dnp_reason"].fillna("").str.startswith("DND")]
        listed = pd.MultiIndex.from_frame(early[["game_id", "player_id"]])
        unlisted = ~pd.MultiIndex.from_frame(absent[["game_id", "player_id"]]).isin(listed)
        assert unlisted.mean() == pytest.approx(0.03, abs=0.02)

    def test_statuses_change_between_the_reports(self, reports: pd.DataFrame) -> None:
        changes = reports.groupby(["game_id", "player_name"])["status"].nunique()
        assert 0.1 < (changes > 1).mean() < 0.5

    def test_teams_of_the_evening_before_had_not_submitted(
        self, league: SimulatedLeague, reports: pd.DataFrame
    ) -> None:
        pending = reports[reports["status"] == "not_yet_submitted"]
        local = pending["reported_at"].dt.tz_convert("America/New_York")
        assert (local.dt.hour == 17).all()
        games = read(league, "game_schedule")
        sides = pd.concat([games[[f"{side}_team_id", "game_date"]].set_axis(["team", "day"], axis=1)
                           for side in ("home", "away")])  # fmt: skip
        played = pd.MultiIndex.from_frame(sides)
        before = pd.MultiIndex.from_arrays([pending["team_id"], pending["game_date"] - pd.Timedelta(days=1)])
        assert before.isin(played).all()
        due = pd.MultiIndex.from_arrays([sides["team"], sides["day"] - pd.Timedelta(days=1)])
        assert len(pending) == due.isin(played).sum()


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS, ids=str)
    def test_other_dates_and_tables_do_not_change(self, league: SimulatedLeague, fault: Fault) -> None:
        with_fault = SimulatedLeague(**SETTINGS, faults=[fault])
        for contract in REPORT_TABLES:
            one, two = (source.read(contract.name, dt.date(2024, 1, 3), dt.date(2024, 1, 7)) for source in
                        (with_fault, league))  # fmt: skip
            left, right = (part.rows[part.rows["game_date"] != pd.Timestamp(DAY)].reset_index(drop=True)
                         for part in (one, two))  # fmt: skip
            pd.testing.assert_frame_equal(left, right)
            assert {problem.game_date for problem in one.problems} <= {DAY}
            if contract.name != OF_KIND[fault.kind.split("_")[0]]:
                pd.testing.assert_frame_equal(one.rows, two.rows)

    def delivered(self, kind: str, detail: str = "") -> tuple[Any, ...]:
        league = SimulatedLeague(**SETTINGS, faults=[Fault(kind, DAY, detail)])
        return tuple(league.read(contract.name, DAY, DAY) for contract in REPORT_TABLES)

    def test_lines_after_tipoff(self, league: SimulatedLeague) -> None:
        lines, _ = self.delivered("lines_after_tipoff")
        sound = league.read("point_lines", DAY, DAY)
        game = sound.rows["game_id"].min()
        pd.testing.assert_frame_equal(
            lines.rows, sound.rows[sound.rows["game_id"] != game].reset_index(drop=True), check_dtype=False
        )
        late = [note.message for note in lines.notes if "at or after tip-off" in note.message]
        assert int(late[0].split()[0]) >= (sound.rows["game_id"] == game).sum()

    @pytest.mark.parametrize("detail", ["all", "one"])
    def test_unknown_names(self, detail: str) -> None:
        lines, _ = self.delivered("lines_unknown_names", detail)
        unknown = lines.rows[lines.rows["player_id"].isna()]
        assert lines.problems == ()
        assert unknown["player_name"].str.startswith("Nobody").all()
        assert len(unknown) == len(lines.rows) if detail == "all" else unknown["player_name"].nunique() == 1
        names, of_nobody = lines.rows["player_name"].nunique(), sorted(unknown["player_name"].unique())
        said = f"{len(of_nobody)} of {names} names are of no player: {', '.join(of_nobody)}"
        assert lines.notes[-1].message == said

    def test_injuries_missing(self) -> None:
        _, injuries = self.delivered("injuries_missing")
        assert injuries.rows.empty
        assert injuries.problems == ()

    def test_injuries_layout(self) -> None:
        _, injuries = self.delivered("injuries_layout")
        (problem,) = injuries.problems
        assert (problem.game_date, "column status" in problem.message) == (DAY, True)
