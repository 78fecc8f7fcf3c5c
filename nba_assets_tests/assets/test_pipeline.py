"""The pipeline as a whole, on eight weeks of the simulated league in a temporary home."""

import datetime as dt
import itertools
import shutil
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from nba_assets.contracts.contract import Absence
from nba_assets.contracts.features import FEATURE_COLUMNS, OPTIONAL_FEATURES
from nba_assets.contracts.tables import TABLES
from nba_assets.event_log.outcomes import CHECK_NAME
from nba_assets.modelling.registry.artefacts import load_model, stored_versions
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

pytestmark = pytest.mark.long

DAYS = 56
DATED = [name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy")]


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(seasons=1)


@pytest.fixture(scope="module")
def weeks(league: SimulatedLeague) -> tuple[dt.date, dt.date]:
    """Around the end of a regular season, so that both phases of a season are in the training window."""
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    closing = schedule.loc[schedule["season_type"] == "regular_season", "game_date"].max().date()
    return closing - dt.timedelta(days=35), closing + dt.timedelta(days=20)


@pytest.fixture(scope="module")
def clean(
    league: SimulatedLeague, weeks: tuple[dt.date, dt.date], tmp_path_factory: pytest.TempPathFactory
) -> Platform:
    """A platform on which everything was built once and nothing was wrong."""
    platform = Platform(tmp_path_factory.mktemp("clean"), SlicedSource(league, *weeks))
    result = platform.run()
    assert result.success, failure_messages(result)
    return platform


@pytest.fixture
def own(league: SimulatedLeague, weeks: tuple[dt.date, dt.date], tmp_path: Path) -> Platform:
    """A platform of the test's own, still empty."""
    return Platform(tmp_path, SlicedSource(league, *weeks))


def _busy_day(platform: Platform, after: int) -> tuple[dt.date, str]:
    """A date with several games, that many days into the season, and one of its games."""
    source = platform.source
    schedule = source.read("game_schedule", source.first_date, source.horizon).rows
    sizes = schedule.groupby("game_date").size()
    late = sizes[(sizes >= 4) & (sizes.index >= pd.Timestamp(source.first_date) + pd.Timedelta(days=after))]
    day = late.index[0]
    return day.date(), schedule.loc[schedule["game_date"] == day, "game_id"].iloc[0]


def test_every_date_of_every_table_is_ready(clean: Platform) -> None:
    for table in TABLES:
        statuses = clean.statuses(table)
        assert len(statuses) == DAYS, table
        assert set(statuses.values()) == {"ready"}, table


def test_every_date_is_materialized_and_checked_with_its_own_content(clean: Platform) -> None:
    for table in TABLES:
        key = dg.AssetKey(table)
        assert len(clean.instance.get_materialized_partitions(key)) == DAYS, table
        info = clean.instance.event_log_storage.get_asset_check_partition_info([dg.AssetCheckKey(key, CHECK_NAME)])
        assert {(i.latest_execution_status.value, i.is_current) for i in info} == {("SUCCEEDED", True)}, table


def test_model_is_trained_and_serves_only_what_it_has_not_seen(clean: Platform) -> None:
    assert stored_versions(clean.settings.models) == [1]
    predictions = clean.rows("player_points_predictions")
    assert len(predictions) == len(clean.rows("ml_feature_store")) > 1000
    unserved = predictions[predictions["predicted_points"].isna()]
    assert unserved["absence"].str.contains(Absence.NO_MODEL).all()


def test_resuming_recomputes_nothing(clean: Platform) -> None:
    before = clean.warehouse.ledger()
    result = clean.run(resume=True)
    assert result.success, failure_messages(result)
    pd.testing.assert_frame_equal(clean.warehouse.ledger(), before)
    assert stored_versions(clean.settings.models) == [1]


def test_recomputing_changes_no_content(clean: Platform) -> None:
    before = clean.hashes()
    result = clean.run()
    assert result.success, failure_messages(result)
    pd.testing.assert_series_equal(clean.hashes(), before)


@pytest.mark.parametrize("offset", [0, 1, 13, 20, 33, DAYS - 1])
def test_a_date_alone_equals_the_date_of_the_range(clean: Platform, offset: int) -> None:
    day = clean.source.first_date + dt.timedelta(days=offset)
    before = clean.hashes()
    result = clean.run(day, day, tables=DATED)
    assert result.success, failure_messages(result)
    pd.testing.assert_series_equal(clean.hashes(), before)
    ledger = clean.warehouse.ledger()
    mine = ledger[(ledger["game_date"] == pd.Timestamp(day)) & ledger["table_name"].isin(DATED)]
    assert (mine["content_build"] < mine["attempt_build"]).all(), "the date was recomputed, and its content stayed"


def test_chunks_equal_the_whole_range(own: Platform, clean: Platform) -> None:
    edges = [0, 1, 9, 30, DAYS]
    for start, end in itertools.pairwise(edges):
        days = [own.source.first_date + dt.timedelta(days=at) for at in (start, end - 1)]
        result = own.run(*days, tables=DATED)
        assert result.success, failure_messages(result)
    pd.testing.assert_series_equal(own.hashes(), clean.hashes()[own.hashes().index])


@pytest.fixture(scope="module")
def broken(
    league: SimulatedLeague, weeks: tuple[dt.date, dt.date], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]:
    source = SlicedSource(league, *weeks)
    platform = Platform(tmp_path_factory.mktemp("broken"), source)
    day, game = _busy_day(platform, after=20)

    def without_slate(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["game_date"] != pd.Timestamp(day)]

    source.deliver(team_box_scores=without_slate, player_box_scores=without_slate)
    return platform, day, game, platform.run(tables=DATED)


class TestMissingSlate:
    """The box scores of a slate do not arrive; later they do."""

    def test_the_run_fails_at_its_end_and_names_the_date(
        self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]
    ) -> None:
        _platform, day, game, result = broken
        assert not result.success
        said = [message for message in failure_messages(result) if str(day) in message]
        assert said, failure_messages(result)
        assert any(game in message for message in said)

    def test_the_date_is_rejected_where_it_can_be_known_and_blocked_below(
        self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]
    ) -> None:
        platform, day, _game, _ = broken
        assert platform.statuses("team_box_scores")[day] == "rejected"
        for table in ("player_box_scores", "team_offense", "team_defense", "player_game_summary"):
            assert platform.statuses(table)[day] == "blocked", table
        assert platform.rows("team_box_scores", f"game_date = '{day}'").empty

    def test_good_dates_go_through(self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]) -> None:
        platform, day, _, _ = broken
        for table in ("team_box_scores", "player_game_summary"):
            others = {status for date, status in platform.statuses(table).items() if date != day}
            assert others == {"ready"}, table
        before = [status for date, status in platform.statuses("ml_feature_store").items() if date < day]
        assert set(before) == {"ready"}

    def test_dagster_does_not_show_the_date_as_materialized(
        self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]
    ) -> None:
        platform, day, _, _ = broken
        shown = platform.instance.get_materialized_partitions(dg.AssetKey("player_game_summary"))
        assert day.isoformat() not in shown
        assert len(shown) == DAYS - 1

    def test_the_next_dates_are_ready_and_their_rows_say_what_they_lack(
        self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]
    ) -> None:
        platform, day, _, _ = broken
        statuses = platform.statuses("player_daily_cache")
        assert {status for date, status in statuses.items() if date > day} == {"ready"}
        schedule = platform.rows("game_schedule", f"game_date = '{day}'")
        lost = {*schedule["home_team_id"], *schedule["away_team_id"]}
        rows = platform.rows("player_daily_cache", f"game_date > '{day}'")
        has_gap = rows["absence"].str.contains('"pts_last_3": "upstream_missing"')
        assert set(rows.loc[has_gap, "team_id"]) <= lost
        assert has_gap.any()

    def test_the_model_refuses_with_the_share_of_rows_that_lack_it(
        self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]
    ) -> None:
        platform, *_ = broken
        result = platform.run(tables=["xgboost_points_model"])
        (refusal,) = (text for text in failure_messages(result) if "training the points model is refused" in text)
        assert "rows have a gap in their windows" in refusal
        assert stored_versions(platform.settings.models) == []

    def test_predictions_of_the_lost_slate_and_after_it_are_there(
        self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult]
    ) -> None:
        platform, day, _, _ = broken
        result = platform.run(tables=["player_points_predictions"], first=day, last=day + dt.timedelta(days=4))
        assert result.success, failure_messages(result)
        rows = platform.rows("player_points_predictions")
        assert rows["game_date"].nunique() == 5
        assert rows["prediction_source"].isna().all(), "no version is stored"

    def test_it_fixes_to_the_same_content_as_a_clean_build(
        self, broken: tuple[Platform, dt.date, str, dg.ExecuteInProcessResult], clean: Platform
    ) -> None:
        platform, *_ = broken
        platform.deliver()
        result = platform.run(resume=True)
        assert result.success, failure_messages(result)
        pd.testing.assert_series_equal(platform.hashes(), clean.hashes())


def test_a_derived_table_alone_is_blocked_until_its_inputs_are_there(own: Platform) -> None:
    first = own.source.first_date
    result = own.run(first, first, tables=["team_offense"])
    assert not result.success
    assert own.statuses("team_offense") == {first: "blocked"}
    assert f"game_schedule {first} is missing" in failure_messages(result)[0]
    ingest = ["game_schedule", "game_results", "team_box_scores", "player_box_scores", "shot_attempts"]
    own.run(first, first, tables=ingest)
    assert own.run(first, first, tables=["team_offense"]).success
    assert own.statuses("team_offense") == {first: "ready"}


def test_history_must_be_there_before_a_window_is_read(own: Platform) -> None:
    first, later = own.source.first_date, own.source.first_date + dt.timedelta(days=5)
    own.run(later, later, tables=DATED)
    assert own.statuses("player_game_summary") == {later: "ready"}
    assert own.statuses("player_daily_cache") == {later: "blocked"}
    reasons = own.warehouse.ledger().set_index(["table_name"]).loc["player_daily_cache", "reasons"]
    assert f"player_game_summary {first} is missing" in reasons
    assert "4 more dates" in reasons


def test_training_without_anything_built_is_refused(own: Platform) -> None:
    result = own.run(tables=["xgboost_points_model"])
    assert not result.success
    assert "training is refused" in failure_messages(result)[0] or "model is refused" in failure_messages(result)[0]


def test_a_model_can_learn_from_lines_as_well(clean: Platform, tmp_path: Path) -> None:
    platform = Platform(shutil.copytree(clean.settings.home, tmp_path / "home"), clean.source)
    config = {"ops": {"xgboost_points_model": {"config": {"with_lines": True}}}}
    result = platform.run(tables=["xgboost_points_model"], config=config)
    assert result.success, failure_messages(result)
    plain, lined = (load_model(platform.settings.models, version).model.feature_columns for version in (1, 2))
    assert lined == (*plain, *OPTIONAL_FEATURES)
    assert plain == FEATURE_COLUMNS
