"""The real archive in both layouts: every game parses, and the layouts agree where they overlap."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.raw import BOX_COUNTS, RAW_TABLES
from nba_assets.sources.archive_files.archive import ArchiveSource

pytestmark = [pytest.mark.archive, pytest.mark.long]

FIRST, LAST = dt.date(2021, 10, 19), dt.date(2025, 6, 22)
DESIGNATED_ELSEWHERE = {"0022400147", "0022400633", "0022401229", "0022401230"}
"""Neutral-site games whose designated home team differs between the two deliveries."""


@pytest.fixture(scope="module")
def clean(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ArchiveSource:
    return ArchiveSource(shared_data / "archive", tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def log(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ArchiveSource:
    return ArchiveSource(shared_data / "raw" / "nba_stats_leaguegamelog", tmp_path_factory.mktemp("log"))


def test_covered_dates(clean: ArchiveSource, log: ArchiveSource) -> None:
    assert (clean.first_date, clean.horizon) == (dt.date(2015, 10, 27), LAST)
    assert (log.first_date, log.horizon) == (FIRST, dt.date(2025, 4, 13))


def test_every_game_parses_and_ranges_and_types_are_the_contracts(clean: ArchiveSource) -> None:
    for contract in RAW_TABLES:
        delivered = clean.read(contract.name, FIRST, LAST)
        assert delivered.problems == ()
        assert not delivered.rows.duplicated(list(contract.key)).any()
        for column in contract.columns:
            values = delivered.rows[column.name]
            if not column.nullable:
                assert values.notna().all(), column.name
            if column.low is not None and column.high is not None:
                assert values.dropna().between(column.low, column.high).all(), column.name
    assert len(clean.read("game_schedule", FIRST, LAST).rows) == 4 * 1230 + 4 * 6 + 87 + 84 + 82 + 84 + 2


def test_team_points_are_the_players_and_the_final_score(clean: ArchiveSource) -> None:
    teams = clean.read("team_box_scores", clean.first_date, LAST).rows.set_index(["game_id", "team_id"])
    players = clean.read("player_box_scores", clean.first_date, LAST).rows.groupby(["game_id", "team_id"])["pts"].sum()
    pd.testing.assert_series_equal(players, teams["pts"].reindex(players.index))
    results = clean.read("game_results", clean.first_date, LAST).rows.set_index("game_id")
    for column, at_home in (("home_pts", True), ("away_pts", False)):
        scored = teams[teams["is_home"] == at_home].reset_index("team_id")["pts"]
        assert results[column].eq(scored.reindex(results.index)).all()


def test_player_lines_lack_the_playoffs_and_play_ins_that_the_readme_names(clean: ArchiveSource) -> None:
    scheduled = clean.read("game_schedule", clean.first_date, LAST).rows.set_index("game_id")
    played = clean.read("player_box_scores", clean.first_date, LAST).rows["game_id"].unique()
    missing = scheduled.drop(played)
    assert missing.groupby(["season", "season_type"]).size().to_dict() == {
        ("2015-16", "playoffs"): 86, ("2016-17", "playoffs"): 79, ("2019-20", "play_in"): 1, ("2020-21", "play_in"): 6,
    }  # fmt: skip


def test_team_minutes_follow_the_overtimes(clean: ArchiveSource) -> None:
    overtimes = clean.read("game_results", FIRST, LAST).rows.set_index("game_id")["overtime_periods"]
    teams = clean.read("team_box_scores", FIRST, LAST).rows
    assert teams["minutes"].eq(240 + 25 * teams["game_id"].map(overtimes)).all()
    summed = clean.read("player_box_scores", FIRST, LAST).rows.groupby(["game_id", "team_id"])["minutes"].sum()
    stated = teams.set_index(["game_id", "team_id"])["minutes"]
    assert (summed - stated).abs().max() <= 0.5 + 1e-9


def test_missing_statistics_of_older_playoffs_are_unavailable(clean: ArchiveSource) -> None:
    rows = clean.read("player_box_scores", clean.first_date, LAST).rows
    unavailable = rows["absence"].str.contains('"fta": "source_unavailable"')
    assert unavailable.sum() == rows["fta"].isna().sum() == 7048
    assert set(rows["game_id"][unavailable].str[:5]) == {"00417", "00418", "00419", "00420"}


def test_the_delivery_agrees_with_itself(clean: ArchiveSource, log: ArchiveSource) -> None:
    assert clean.read("game_schedule", FIRST, LAST).problems == ()
    neutral = log.read("game_schedule", FIRST, log.horizon).notes
    assert len(neutral) == 5
    assert all("at a neutral site: the designated home team is" in note.message for note in neutral)


def test_game_log_parses_without_a_problem(log: ArchiveSource) -> None:
    for contract in RAW_TABLES:
        delivered = log.read(contract.name, log.first_date, log.horizon)
        assert delivered.problems == ()
    assert len(log.read("game_schedule", log.first_date, log.horizon).rows) == 4 * 1230


def regular_season(source: ArchiveSource, table: str, key: list[str]) -> pd.DataFrame:
    rows = source.read(table, FIRST, dt.date(2025, 4, 13)).rows
    return rows[rows["game_id"].str.startswith("002")].set_index(key).sort_index()


def test_both_layouts_give_the_same_games(clean: ArchiveSource, log: ArchiveSource) -> None:
    one, other = (regular_season(source, "game_schedule", ["game_id"]) for source in (clean, log))
    assert one.index.equals(other.index)
    assert one["game_date"].equals(other["game_date"])
    differs = one["home_team_id"] != other["home_team_id"]
    assert set(one.index[differs]) == DESIGNATED_ELSEWHERE
    swapped = one.loc[differs, ["away_team_id", "home_team_id"]].to_numpy()
    assert (swapped == other.loc[differs, ["home_team_id", "away_team_id"]].to_numpy()).all()


def test_both_layouts_give_the_same_player_lines_up_to_whole_minutes(clean: ArchiveSource, log: ArchiveSource) -> None:
    key = ["game_id", "player_id"]
    one, other = (regular_season(source, "player_box_scores", key) for source in (clean, log))
    compared = [*BOX_COUNTS, "plus_minus", "team_id"]
    pd.testing.assert_frame_equal(one[compared], other[compared])
    apart = (one["minutes"] - other["minutes"]).abs()
    assert np.isclose(apart.max(), 2.4)
    assert (apart > 0.5 + 1e-6).sum() == 13


def test_both_layouts_give_the_same_team_lines_up_to_team_turnovers(clean: ArchiveSource, log: ArchiveSource) -> None:
    key = ["game_id", "team_id"]
    one, other = (regular_season(source, "team_box_scores", key) for source in (clean, log))
    compared = [column for column in BOX_COUNTS if column != "tov"]
    pd.testing.assert_frame_equal(one[compared], other[compared])
    assert (one["tov"] >= other["tov"]).all()
    assert (one["minutes"] - other["minutes"]).abs().max() <= 4
