"""The simulated shots: they make up the box lines exactly, look like NBA shots, and disturb nothing else."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import ABSENCE
from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.readiness.audit import Staged, audit
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.sources.port import Delivery
from nba_assets.sources.simulated.faults import Fault
from nba_assets.sources.simulated.league import SimulatedLeague

SETTINGS: dict[str, Any] = {"seed": 5, "seasons": 1, "last_season": "2023-24"}
DAY = dt.date(2024, 1, 5)
LINE = ["game_id", "player_id"]


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(**SETTINGS)


@pytest.fixture(scope="module")
def shots(league: SimulatedLeague) -> pd.DataFrame:
    return league.read("shot_attempts", league.first_date, league.horizon).rows


@pytest.fixture(scope="module")
def lines(league: SimulatedLeague) -> pd.DataFrame:
    rows = league.read("player_box_scores", league.first_date, league.horizon).rows
    return rows[rows["minutes"] > 0]


def statuses(faults: list[Fault]) -> dict[str, tuple[Status, str, int]]:
    """Verdict of the shots of each day about DAY: status, reasons, and how many games are quarantined."""
    league = SimulatedLeague(**SETTINGS, faults=faults)
    first, last = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)
    delivery: Delivery = league.read("shot_attempts", first, last)
    staged = Staged(
        conform(SHOT_ATTEMPTS, delivery.rows),
        [day.date() for day in pd.date_range(first, last)],
        {name: league.read(name, first, last).rows for name in ("game_schedule", "player_box_scores")},
        dt.datetime.now(dt.UTC),
        problems=delivery.problems,
    )
    verdicts = audit(staged, rules_of(SHOT_ATTEMPTS), [])
    return {
        day.isoformat(): (verdict.status, verdict.reasons, len(verdict.quarantined))
        for day, verdict in verdicts.items()
    }


class TestFacts:
    def test_columns_ranges_and_reasons(self, shots: pd.DataFrame) -> None:
        assert tuple(shots.columns) == SHOT_ATTEMPTS.column_names
        assert not shots.duplicated(list(SHOT_ATTEMPTS.key)).any()
        for column in SHOT_ATTEMPTS.columns:
            values = shots[column.name]
            assert column.nullable or values.notna().all(), column.name
            if column.low is not None and column.high is not None:
                assert values.between(column.low, column.high).all(), column.name
            if column.allowed:
                assert set(values.dropna()) <= set(column.allowed)
        assert (shots[ABSENCE] == "{}").eq(shots["is_made"]).all()

    def test_every_line_of_the_box_score_is_made_of_its_shots(self, shots: pd.DataFrame, lines: pd.DataFrame) -> None:
        counted = pd.DataFrame(
            {
                "fga": 1.0,
                "fgm": shots["is_made"],
                "fg3a": shots["is_three"],
                "fg3m": shots["is_made"] & shots["is_three"],
            }
        )
        sums = counted.groupby([shots[name] for name in LINE]).sum().astype("float64")
        due = lines[lines["fga"] > 0].set_index(LINE)[list(counted)].sort_index()
        pd.testing.assert_frame_equal(sums.sort_index(), due)

    def test_assisted_makes_are_the_teams_assists(self, shots: pd.DataFrame, lines: pd.DataFrame) -> None:
        assisted = shots["is_assisted"].fillna(False).astype("float64").groupby([shots["game_id"], shots["team_id"]])
        due = lines.groupby(["game_id", "team_id"])["ast"].sum()
        pd.testing.assert_series_equal(assisted.sum(), due, check_names=False)

    def test_events_follow_the_clock_and_overtime_has_shots(self, league: SimulatedLeague, shots: pd.DataFrame) -> None:
        elapsed = 10_000 * shots["period"] - shots["seconds_remaining"]
        assert (elapsed.groupby(shots["game_id"]).diff().dropna() >= 0).all()
        results = league.read("game_results", league.first_date, league.horizon).rows.set_index("game_id")
        last = shots.groupby("game_id")["period"].max()
        assert (last <= 4 + results["overtime_periods"].reindex(last.index)).all()
        assert last.max() > 4
        assert shots.loc[shots["period"] > 4, "seconds_remaining"].max() < 300

    def test_zones_are_as_in_the_nba(self, shots: pd.DataFrame) -> None:
        share = shots["zone_detail"].value_counts(normalize=True)
        assert share["restricted_area"] == pytest.approx(0.29, abs=0.03)
        assert share["paint"] == pytest.approx(0.135, abs=0.02)
        assert share["mid_range"] == pytest.approx(0.175, abs=0.02)
        assert share["left_corner_three"] + share["right_corner_three"] == pytest.approx(0.10, abs=0.02)
        assert 0.001 < share["backcourt_three"] < 0.005
        accuracy = shots.groupby("zone_detail")["is_made"].mean()
        assert accuracy["restricted_area"] > 0.62
        assert accuracy["paint"] < 0.48
        assert accuracy["mid_range"] == pytest.approx(0.43, abs=0.03)

    def test_players_differ_and_stay_who_they_are(self, shots: pd.DataFrame) -> None:
        twos = shots[~shots["is_three"]]
        half = twos["game_date"] < pd.Timestamp(2024, 1, 10)
        rim = (twos["zone_detail"] == "restricted_area").groupby([twos["player_id"], half]).agg(["mean", "size"])
        rim = rim[rim["size"] >= 100]["mean"].unstack().dropna()
        assert len(rim) > 100
        assert rim[True].std() > 0.08
        assert float(rim.corr().to_numpy()[0, 1]) > 0.7

    def test_the_same_league_every_time(self, shots: pd.DataFrame) -> None:
        again = SimulatedLeague(**SETTINGS)
        pd.testing.assert_frame_equal(again.read("shot_attempts", again.first_date, again.horizon).rows, shots)

    def test_parts_are_the_whole(self, league: SimulatedLeague, shots: pd.DataFrame) -> None:
        cut = dt.date(2024, 2, 1)
        parts = [
            league.read("shot_attempts", league.first_date, cut).rows,
            league.read("shot_attempts", cut + dt.timedelta(days=1), league.horizon).rows,
        ]
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), shots)
        assert league.read("shot_attempts", dt.date(2023, 12, 24), dt.date(2023, 12, 24)).rows.empty


class TestFaults:
    def test_without_a_fault_every_day_is_ready(self) -> None:
        assert {(status, games) for status, _, games in statuses([]).values()} == {(Status.READY, 0)}

    @pytest.mark.parametrize(
        ("kind", "detail", "says", "status", "games"),
        [
            pytest.param("shots_missing", "partial", "attempts_match_box_score", Status.READY, 1, id="partial"),
            pytest.param("shots_renamed", "unmatched", "attempts_match_box_score", Status.READY, 1, id="renamed"),
            pytest.param("shots_layout", "", "column distance", Status.REJECTED, 0, id="layout"),
        ],
    )
    def test_a_fault_costs_its_game_or_its_day_and_no_other(
        self, kind: str, detail: str, says: str, status: Status, games: int
    ) -> None:
        found = statuses([Fault(kind, DAY, detail)])
        expected = [(Status.READY, 0), (status, games), (Status.READY, 0)]
        assert [(status, games) for status, _, games in found.values()] == expected
        assert says in found[DAY.isoformat()][1]

    def test_three_in_five_of_a_renamed_game_cannot_be_matched(self, league: SimulatedLeague) -> None:
        known = set(league.read("player_box_scores", DAY, DAY).rows["player_id"])
        faulty = SimulatedLeague(**SETTINGS, faults=[Fault("shots_renamed", DAY)])
        rows = faulty.read("shot_attempts", DAY, DAY).rows
        lost = rows[~rows["player_id"].isin(known)]
        assert lost["game_id"].nunique() == 1
        of_game = (rows["game_id"] == lost["game_id"].iloc[0]).sum()
        assert len(lost) / of_game == pytest.approx(0.6, abs=0.01)

    def test_a_game_without_shots_is_allowed(self, league: SimulatedLeague) -> None:
        faulty = SimulatedLeague(**SETTINGS, faults=[Fault("shots_missing", DAY)])
        missing = set(league.read("shot_attempts", DAY, DAY).rows["game_id"]) - set(
            faulty.read("shot_attempts", DAY, DAY).rows["game_id"]
        )
        assert len(missing) == 1
        assert {status for status, *_ in statuses([Fault("shots_missing", DAY)]).values()} == {Status.READY}

    def test_a_key_with_the_id_in_front_changes_nothing(self, league: SimulatedLeague) -> None:
        faulty = SimulatedLeague(**SETTINGS, faults=[Fault("shots_renamed", DAY, "prefixed")])
        pd.testing.assert_frame_equal(
            faulty.read("shot_attempts", DAY, DAY).rows, league.read("shot_attempts", DAY, DAY).rows
        )

    @pytest.mark.parametrize("fault", ["late_correction", "overtime"])
    def test_shots_follow_a_box_score_that_changes(self, league: SimulatedLeague, fault: str) -> None:
        faulty = SimulatedLeague(**SETTINGS, faults=[Fault(fault, DAY)])
        added = len(faulty.read("shot_attempts", DAY, DAY).rows) - len(league.read("shot_attempts", DAY, DAY).rows)
        assert added == {"late_correction": 1, "overtime": 16}[fault]
        assert {status for status, *_ in statuses([Fault(fault, DAY)]).values()} == {Status.READY}

    @pytest.mark.parametrize("kind", ["shots_missing", "shots_renamed", "shots_layout"])
    def test_the_box_scores_do_not_change(self, league: SimulatedLeague, kind: str) -> None:
        faulty = SimulatedLeague(**SETTINGS, faults=[Fault(kind, DAY)])
        for table in ("game_results", "team_box_scores", "player_box_scores"):
            pd.testing.assert_frame_equal(faulty.read(table, DAY, DAY).rows, league.read(table, DAY, DAY).rows)
