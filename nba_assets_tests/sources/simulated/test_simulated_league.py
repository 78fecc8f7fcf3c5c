"""The simulated league as a source: calendar, box scores that add up, ranges, and the same league every time."""

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.contract import ABSENCE, Contract
from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.partitions import eastern_game_date
from nba_assets.sources.port import SourceError
from nba_assets.sources.simulated.faults import Fault
from nba_assets.sources.simulated.league import SimulatedLeague

SEASON = "2024-25"
LINE = ["game_id", "team_id"]


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague()


@pytest.fixture(scope="module")
def tables(league: SimulatedLeague) -> dict[str, pd.DataFrame]:
    return {
        contract.name: league.read(contract.name, league.first_date, league.horizon).rows for contract in RAW_TABLES
    }


@pytest.fixture(scope="module")
def regular(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    schedule = tables["game_schedule"]
    return schedule[(schedule["season"] == SEASON) & (schedule["season_type"] == "regular_season")]


@pytest.fixture(scope="module")
def played(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    lines = tables["player_box_scores"]
    return lines[lines["minutes"] > 0]


class TestContracts:
    @pytest.mark.parametrize("contract", RAW_TABLES, ids=lambda contract: contract.name)
    def test_columns_types_ranges_and_reasons(self, tables: dict[str, pd.DataFrame], contract: Contract) -> None:
        rows = tables[contract.name]
        assert tuple(rows.columns) == contract.column_names
        assert not rows.duplicated(list(contract.key)).any()
        assert rows["game_date"].is_monotonic_increasing
        for column in contract.columns:
            values = rows[column.name]
            assert column.nullable or values.notna().all(), column.name
            if column.low is not None and column.high is not None:
                assert values.dropna().between(column.low, column.high).all(), column.name
            if column.allowed:
                assert set(values) <= set(column.allowed)
        nulls = rows.drop(columns=ABSENCE).isna().sum(axis=1)
        assert (rows[ABSENCE].str.count(":") == nulls).all()

    def test_types(self, tables: dict[str, pd.DataFrame]) -> None:
        lines, schedule = tables["player_box_scores"], tables["game_schedule"]
        assert schedule["game_date"].dtype == "datetime64[ns]"
        assert schedule["tipoff_utc"].dtype == "datetime64[ns, UTC]"
        assert lines.dtypes[["player_id", "is_starter"]].astype(str).tolist() == ["int64", "boolean"]
        assert lines.dtypes[["pts", "minutes"]].astype(str).tolist() == ["float64", "float64"]
        assert lines["game_id"].str.len().eq(10).all()


class TestCalendar:
    def test_games_of_each_kind(self, tables: dict[str, pd.DataFrame]) -> None:
        schedule = tables["game_schedule"]
        kinds = schedule.groupby(["season", "season_type"]).size().unstack()
        assert kinds["regular_season"].tolist() == [1230, 1230]
        assert kinds["cup_final"].tolist() == [1, 1]
        assert kinds["play_in"].tolist() == [6, 6]
        assert kinds["playoffs"].between(15 * 4, 15 * 7).all()

    def test_everybody_plays_82_games_and_41_at_home(self, regular: pd.DataFrame) -> None:
        home, away = regular["home_team_id"].value_counts(), regular["away_team_id"].value_counts()
        assert len(home) == len(away) == 30
        assert set(home) == set(away) == {41}

    def test_opponents_are_met_two_three_or_four_times(self, regular: pd.DataFrame) -> None:
        pairs = np.sort(regular[["home_team_id", "away_team_id"]].to_numpy(), axis=1)
        meetings = pd.DataFrame(pairs).value_counts()
        assert meetings.value_counts().to_dict() == {2: 15 * 15, 3: 60, 4: 150}

    def test_slates_are_from_one_to_fifteen_games(self, regular: pd.DataFrame) -> None:
        slates = regular.groupby("game_date").size()
        assert (slates.min(), slates.max()) == (1, 15)
        assert slates.iloc[-1] == 15
        assert (slates <= 2).sum() >= 3

    def test_no_team_plays_twice_a_day_or_three_days_running(self, regular: pd.DataFrame) -> None:
        sides = regular.melt("game_date", ["home_team_id", "away_team_id"], value_name="team_id")
        days = sides.sort_values(["team_id", "game_date"]).groupby("team_id")["game_date"]
        assert days.diff().dt.days.min() == 1
        assert days.diff(2).dt.days.min() >= 3
        assert days.apply(lambda dates: (dates.diff().dt.days == 1).sum()).between(8, 20).all()

    def test_days_off(self, regular: pd.DataFrame) -> None:
        days = set(regular["game_date"].dt.date)
        assert dt.date(2024, 11, 28) not in days
        assert dt.date(2024, 12, 24) not in days
        assert dt.date(2024, 12, 25) in days
        assert not any(dt.date(2025, 2, 14) <= day <= dt.date(2025, 2, 19) for day in days)

    def test_tip_off_is_on_the_game_date_in_the_east_and_often_after_midnight_in_utc(
        self, tables: dict[str, pd.DataFrame]
    ) -> None:
        schedule = tables["game_schedule"]
        assert (eastern_game_date(schedule["tipoff_utc"]) == schedule["game_date"]).all()
        utc_day = schedule["tipoff_utc"].dt.tz_localize(None).dt.normalize()
        assert 0.2 < (utc_day > schedule["game_date"]).mean() < 0.8

    def test_game_ids_say_season_and_kind(self, tables: dict[str, pd.DataFrame]) -> None:
        schedule = tables["game_schedule"]
        prefixes = {kind: set(ids.str[:3]) for kind, ids in schedule.groupby("season_type")["game_id"]}
        assert prefixes == {
            "cup_final": {"006"},
            "play_in": {"005"},
            "playoffs": {"004"},
            "regular_season": {"002"},
        }

    def test_neutral_sites_are_few_and_the_cup_final_is_one(self, tables: dict[str, pd.DataFrame]) -> None:
        neutral = tables["game_schedule"].query("is_neutral_site").groupby(["season", "season_type"]).size()
        assert neutral.xs("cup_final", level=1).tolist() == [1, 1]
        assert neutral.xs("regular_season", level=1).tolist() == [3, 3]

    def test_each_series_ends_with_the_fourth_win(self, tables: dict[str, pd.DataFrame]) -> None:
        games = tables["game_schedule"].merge(tables["game_results"], on="game_id").query("season_type == 'playoffs'")
        games["winner"] = games["home_team_id"].where(games["home_pts"] > games["away_pts"], games["away_team_id"])
        series = games.groupby(games["game_id"].str[:9])
        assert len(series) == 2 * 15
        for _, one in series:
            assert one["winner"].value_counts().max() == 4
            assert (one["winner"] == one["winner"].iloc[-1]).sum() == 4

    def test_winners_meet_in_the_next_round(self, tables: dict[str, pd.DataFrame]) -> None:
        games = tables["game_schedule"].merge(tables["game_results"], on="game_id").query("season_type == 'playoffs'")
        games = games[games["season"] == SEASON]
        games["winner"] = games["home_team_id"].where(games["home_pts"] > games["away_pts"], games["away_team_id"])
        for stage in (1, 2, 3):
            through = games[games["game_id"].str[7] == str(stage)].groupby(games["game_id"].str[:9])["winner"].last()
            later = games[games["game_id"].str[7] == str(stage + 1)]
            assert set(later["home_team_id"]) | set(later["away_team_id"]) == set(through)


class TestBoxScores:
    def test_points_are_made_of_shots(self, tables: dict[str, pd.DataFrame], played: pd.DataFrame) -> None:
        for lines in (tables["team_box_scores"], played):
            assert (lines["pts"] == 2 * (lines["fgm"] - lines["fg3m"]) + 3 * lines["fg3m"] + lines["ftm"]).all()
            assert (lines["fgm"] <= lines["fga"]).all()
            assert (lines["fg3m"] <= lines["fg3a"]).all()
            assert (lines["fg3a"] <= lines["fga"]).all()
            assert (lines["ftm"] <= lines["fta"]).all()
            assert (lines["reb"] == lines["oreb"] + lines["dreb"]).all()

    def test_players_add_up_to_the_team_but_for_its_own_turnovers(
        self, tables: dict[str, pd.DataFrame], played: pd.DataFrame
    ) -> None:
        teams = tables["team_box_scores"].set_index(LINE)
        names = ["pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "reb", "ast", "stl", "blk", "pf"]
        sums = played.groupby(LINE)[[*names, "tov"]].sum().reindex(teams.index)
        pd.testing.assert_frame_equal(sums[names], teams[names])
        own = teams["tov"] - sums["tov"]
        assert own.min() == 0
        assert own.max() > 0

    def test_minutes_add_up_to_240_and_25_an_overtime(
        self, tables: dict[str, pd.DataFrame], played: pd.DataFrame
    ) -> None:
        results = tables["game_results"].set_index("game_id")["overtime_periods"]
        teams = tables["team_box_scores"].set_index(LINE)
        due = 240 + 25 * results.loc[teams.index.get_level_values("game_id")].to_numpy()
        assert (teams["minutes"] == due).all()
        sums = played.groupby(LINE)["minutes"].sum().reindex(teams.index)
        assert np.abs(sums - due).max() < 1e-9
        longest = 48 + 5 * played["game_id"].map(results)
        assert (played["minutes"] <= longest).all()
        assert results.max() >= 2

    def test_score_is_that_of_the_boxes_and_never_level(self, tables: dict[str, pd.DataFrame]) -> None:
        games = tables["game_schedule"].merge(tables["game_results"], on="game_id")
        points = tables["team_box_scores"].set_index(LINE)["pts"]
        for side in ("home", "away"):
            of_side = pd.MultiIndex.from_frame(games[["game_id", f"{side}_team_id"]])
            assert (points.reindex(of_side).to_numpy() == games[f"{side}_pts"].to_numpy()).all()
        assert (games["home_pts"] != games["away_pts"]).all()
        assert (games["status"] == "final").all()

    def test_plus_minus_adds_up_to_five_margins(self, tables: dict[str, pd.DataFrame], played: pd.DataFrame) -> None:
        points = tables["team_box_scores"].set_index(LINE)["pts"]
        margin = 2 * points - points.groupby("game_id").transform("sum")
        assert (played.groupby(LINE)["plus_minus"].sum().reindex(points.index) == 5 * margin).all()

    def test_five_start_and_seven_or_more_play(self, played: pd.DataFrame) -> None:
        lines = played.groupby(LINE)
        assert set(lines["is_starter"].sum()) == {5}
        assert lines.size().min() >= 7
        assert (lines.size() >= 8).mean() > 0.95

    def test_who_did_not_play_has_a_reason_and_no_statistics(self, tables: dict[str, pd.DataFrame]) -> None:
        lines = tables["player_box_scores"]
        absent = lines[lines["minutes"].isna()]
        assert absent["dnp_reason"].notna().all()
        assert set(absent["dnp_reason"]) == {"DNP - Coach's Decision", "DND - Injury/Illness", "DND - Rest"}
        assert absent[["pts", "fga", "plus_minus"]].isna().all(axis=None)
        assert not absent["is_starter"].any()
        assert lines.loc[lines["minutes"].notna(), "dnp_reason"].isna().all()

    def test_players_are_traded_hurt_and_newly_come(self, played: pd.DataFrame) -> None:
        season = played[played["game_id"].str[3:5] == SEASON[2:4]]
        teams = season.groupby("player_id")["team_id"].nunique()
        assert 20 <= (teams > 1).sum() <= 120
        first = season.groupby("player_id")["game_date"].min()
        assert 20 <= (first > pd.Timestamp(2024, 12, 1)).sum() <= 160
        before = played.loc[played["game_id"].str[3:5] == "23", "player_id"]
        rookies = ~pd.Series(season["player_id"].unique()).isin(before)
        assert 50 <= rookies.sum() <= 160


class TestSource:
    def test_coverage(self, league: SimulatedLeague, tables: dict[str, pd.DataFrame]) -> None:
        assert league.first_date == dt.date(2023, 10, 1)
        assert league.horizon == tables["game_schedule"]["game_date"].max().date()
        assert dt.date(2025, 6, 10) <= league.horizon <= dt.date(2025, 6, 22)

    def test_parts_are_the_whole(self, league: SimulatedLeague, tables: dict[str, pd.DataFrame]) -> None:
        cuts = [league.first_date, dt.date(2023, 12, 25), dt.date(2024, 2, 1), dt.date(2024, 8, 1), league.horizon]
        for table, whole in tables.items():
            parts = [
                league.read(table, start if number == 0 else start + dt.timedelta(1), end).rows
                for number, (start, end) in enumerate(itertools.pairwise(cuts))
            ]
            pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)

    @pytest.mark.parametrize("contract", RAW_TABLES, ids=lambda contract: contract.name)
    def test_a_day_without_games_is_empty_and_typed(
        self, league: SimulatedLeague, tables: dict[str, pd.DataFrame], contract: Contract
    ) -> None:
        rows = league.read(contract.name, dt.date(2023, 12, 24), dt.date(2023, 12, 24)).rows
        assert rows.empty
        assert rows.dtypes.equals(tables[contract.name].dtypes)

    @pytest.mark.parametrize(
        ("table", "start", "end", "message"),
        [
            pytest.param("game_schedule", "2023-09-30", "2023-11-01", "is not covered", id="before"),
            pytest.param("game_schedule", "2025-06-01", "2025-07-01", "2023-10-01 to 2025-06-", id="after"),
            pytest.param("game_schedule", "2024-01-02", "2024-01-01", "ends before it starts", id="reversed"),
            pytest.param("play_by_play", "2024-01-01", "2024-01-01", "no table 'play_by_play'", id="table"),
        ],
    )
    def test_what_is_not_covered_is_refused(
        self, league: SimulatedLeague, table: str, start: str, end: str, message: str
    ) -> None:
        with pytest.raises(SourceError, match=message):
            league.read(table, dt.date.fromisoformat(start), dt.date.fromisoformat(end))

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            pytest.param({"seasons": 0}, "seasons=0", id="no-season"),
            pytest.param({"seed": -1}, "seed=-1", id="seed"),
            pytest.param({"last_season": "2024"}, "write it as 2024-25", id="bare-year"),
            pytest.param({"last_season": "2024-26"}, "write it as 2024-25", id="two-years"),
        ],
    )
    def test_settings_that_cannot_be(self, settings: dict[str, Any], message: str) -> None:
        with pytest.raises(SourceError, match=message):
            SimulatedLeague(**settings)

    def test_fingerprint_covers_settings_and_faults(self) -> None:
        fault = Fault("missing_game", dt.date(2024, 1, 5))
        leagues = [
            SimulatedLeague(),
            SimulatedLeague(seed=8),
            SimulatedLeague(seasons=3),
            SimulatedLeague(last_season="2023-24"),
            SimulatedLeague(faults=[fault]),
            SimulatedLeague(faults=[Fault("missing_game", dt.date(2024, 1, 6))]),
        ]
        assert len({league.fingerprint for league in leagues}) == len(leagues)
        assert SimulatedLeague(faults=[fault]).fingerprint == SimulatedLeague(faults=(fault,)).fingerprint

    def test_tables_cannot_read_the_oracle(self, league: SimulatedLeague) -> None:
        with pytest.raises(SourceError, match="no table 'expected_points'"):
            league.read("expected_points", league.first_date, league.horizon)
        expected = league.expected_points(dt.date(2024, 1, 5), dt.date(2024, 1, 5))
        assert list(expected.columns) == ["game_id", "player_id", "game_date", "expected_pts"]
        assert set(expected["game_date"]) == {pd.Timestamp(2024, 1, 5)}
