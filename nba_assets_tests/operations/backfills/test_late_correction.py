"""A late correction flows to everything built on it, and to nothing else; identical content makes nothing stale."""

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES, ancestors
from nba_assets.operations.backfills.backfill import planned_request
from nba_assets.operations.backfills.changes import changes
from nba_assets.orchestration.run_tags import ONLY_TAG
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Edit, Platform, SlicedSource, failure_messages

pytestmark = pytest.mark.long

DAYS = 16
CORRECTED = 7
DATED = tuple(name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy"))
INGEST = tuple(name for name in DATED if TABLES[name].ingest)
BOX_SCORES = ("team_box_scores", "player_box_scores")
ANALYTICS = ("team_offense", "team_defense", "player_game_summary")

Fixed = tuple[Platform, pd.DataFrame, pd.DataFrame, str]
"""The platform, its ledger before and after, and the run that corrected it."""


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(seasons=1)


@pytest.fixture(scope="module")
def corrected_day(league: SimulatedLeague) -> dt.date:
    """A date of November with a game, in the middle of the built ones."""
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    november = schedule[schedule["game_date"].between("2024-11-08", "2024-11-20")]
    return november["game_date"].iloc[0].date()


@pytest.fixture(scope="module")
def correction(league: SimulatedLeague, corrected_day: dt.date) -> dict[str, Edit]:
    """One more turnover of one player, in his line and in his team's."""
    box = league.read("player_box_scores", corrected_day, corrected_day).rows
    line = box[box["minutes"] > 20].iloc[0]

    def of(*names: str) -> Edit:
        def edit(rows: pd.DataFrame) -> pd.DataFrame:
            mine = (rows[list(names)] == line[list(names)]).all(axis=1)
            return rows.assign(tov=rows["tov"] + mine.astype("float64"))

        return edit

    return {"player_box_scores": of("game_id", "player_id"), "team_box_scores": of("game_id", "team_id")}


@pytest.fixture(scope="module")
def source(league: SimulatedLeague, corrected_day: dt.date) -> SlicedSource:
    first = corrected_day - dt.timedelta(days=CORRECTED)
    return SlicedSource(league, first, first + dt.timedelta(days=DAYS - 1))


@pytest.fixture(scope="module")
def clean(
    league: SimulatedLeague, source: SlicedSource, correction: dict[str, Edit], tmp_path_factory: pytest.TempPathFactory
) -> Platform:
    """Built once, with the correction in place from the start."""
    sound = SlicedSource(league, source.first_date, source.horizon, correction)
    platform = Platform(tmp_path_factory.mktemp("clean"), sound)
    assert platform.run(tables=DATED, last=sound.horizon).success
    return platform


@pytest.fixture(scope="module")
def fixed(source: SlicedSource, correction: dict[str, Edit], tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    """Built before the correction and fixed after it: the platform, its ledger before and after, the healing run."""
    platform = Platform(tmp_path_factory.mktemp("fixed"), source)
    built = platform.run(tables=DATED, last=source.horizon)
    assert built.success, failure_messages(built)
    source.deliver(**correction)
    before = _ledger(platform)
    result = platform.run(tables=DATED, last=source.horizon, tags={ONLY_TAG: "outdated"})
    assert result.success, failure_messages(result)
    return platform, before, _ledger(platform), result.run_id


def _ledger(platform: Platform) -> pd.DataFrame:
    return platform.warehouse.ledger().set_index(["table_name", "game_date"]).sort_index()


def test_fixed_it_equals_a_build_that_never_saw_the_mistake(fixed: Fixed, clean: Platform) -> None:
    platform, *_ = fixed
    pd.testing.assert_series_equal(platform.hashes(), clean.hashes())
    assert not any(platform.warehouse.state().stale[table].any() for table in DATED)


def _dates(flags: pd.Series, table: str) -> set[dt.date]:
    return {day.date() for day in flags[table][flags[table]].index}


def test_only_what_holds_the_corrected_game_was_built_again(fixed: Fixed, corrected_day: dt.date) -> None:
    platform, before, after, _ = fixed
    rebuilt = after["build_id"].ne(before["build_id"])
    news = after["content_build"].ne(before["content_build"])
    calendar = set(platform.warehouse.days.date)
    for table in (name for name in DATED if name not in INGEST):
        concerned: set[dt.date] = set()
        for read in TABLES[table].reads:
            changed = _dates(news, read.table)
            later = {day for day in calendar if changed and day > min(changed)}
            concerned |= changed if read.window == "same_date" else later
        assert _dates(rebuilt, table) == concerned, table
    assert _dates(rebuilt, "team_offense") == {corrected_day}
    assert min(_dates(rebuilt, "player_daily_cache")) == corrected_day + dt.timedelta(days=1)
    assert _dates(rebuilt, "ml_feature_store"), "the correction reaches the features"


def test_only_what_changed_is_news(fixed: Fixed, corrected_day: dt.date) -> None:
    _, before, after, _ = fixed
    news = after["content_build"].ne(before["content_build"])
    for table in BOX_SCORES:
        assert _dates(news, table) == {corrected_day}
    for table in set(INGEST) - set(BOX_SCORES):
        assert not _dates(news, table)


def test_the_difference_names_rows_and_columns(
    fixed: Fixed,
) -> None:
    platform, before, after, run_id = fixed
    found = {c.table: c for c in changes(platform.warehouse, before.reset_index(), after.reset_index(), [run_id])}
    assert not set(found) & (set(INGEST) - set(BOX_SCORES))
    for table in BOX_SCORES:
        changed = found[table]
        assert (changed.new, changed.changed, changed.rows_added, changed.rows_removed) == (0, 1, 0, 0)
        assert (changed.rows_changed, changed.columns) == (1, ("tov",))
    assert "usage_rate" in found["player_game_summary"].columns
    assert found["team_offense"].rows_changed == 1
    assert found["ml_feature_store"].changed >= 1


def test_the_plan_of_the_correction_begins_at_its_date(
    source: SlicedSource, corrected_day: dt.date, correction: dict[str, Edit], tmp_path: Path, league: SimulatedLeague
) -> None:
    mistaken = SlicedSource(league, source.first_date, source.horizon)
    platform = Platform(tmp_path, mistaken)
    platform.run(tables=DATED, last=mistaken.horizon)
    mistaken.deliver(**correction)
    platform.run(corrected_day, corrected_day, tables=INGEST)
    stale: dict[str, Any] = {"only": ("stale",), "source_version": mistaken.fingerprint}
    derived = tuple(name for name in DATED if name not in INGEST)
    request = planned_request(platform.warehouse, derived, **stale)
    assert request is not None
    assert (request.pending_first, request.pending_last) == (corrected_day, mistaken.horizon)
    result = platform.run(
        request.pending_first, request.pending_last, tables=derived, tags={ONLY_TAG: ",".join(request.only)}
    )
    assert result.success, failure_messages(result)
    assert planned_request(platform.warehouse, derived, **stale) is None


def test_a_rewrite_of_the_same_content_makes_nothing_stale(clean: Platform, corrected_day: dt.date) -> None:
    before = _ledger(clean)
    result = clean.run(corrected_day, corrected_day, tables=DATED)
    assert result.success, failure_messages(result)
    after = _ledger(clean)
    mine = after.index.get_level_values("game_date") == pd.Timestamp(corrected_day)
    assert (after["build_id"] != before["build_id"])[mine].all(), "it was rewritten"
    assert not any(clean.warehouse.state().stale[table].any() for table in DATED)


@pytest.mark.parametrize("table", ["team_box_scores", "team_defense", "player_daily_cache"])
def test_a_new_code_version_makes_its_table_and_what_is_made_of_it_stale(
    table: str, clean: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = dataclasses.replace(TABLES[table], code_version=TABLES[table].code_version + 1)
    monkeypatch.setitem(TABLES, table, newer)
    state = clean.warehouse.state()
    assert state.stale[table].all()
    for other in DATED:
        if other == table:
            continue
        reads_history = any(read.window == "before" for name in ancestors(other) for read in TABLES[name].reads)
        expected = (
            DAYS - (1 if reads_history and table in ANALYTICS + INGEST else 0) if table in ancestors(other) else 0
        )
        assert int(state.stale[other].sum()) == expected, other
