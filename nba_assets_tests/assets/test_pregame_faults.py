"""Lines and injury reports through the platform: what a provider breaks is refused, and stops nothing else."""

import datetime as dt
import json
import shutil
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.sources.simulated.faults import parse_faults
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.dagster_values import as_json
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

FIRST, LAST = dt.date(2025, 1, 12), dt.date(2025, 1, 19)
NAMES, LATE, LAYOUT, MISSING, ONE = (dt.date(2025, 1, day) for day in (14, 15, 16, 17, 18))
FAULTS = (
    f"lines_unknown_names:{NAMES},lines_after_tipoff:{LATE},injuries_layout:{LAYOUT},injuries_missing:{MISSING},"
    f"lines_unknown_names:{ONE}:one"
)
BUILT = [name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy")]
FROM_LINES, FROM_REPORTS = "points_line_consensus", "injury_status"


def built(home: Path, faults: str = "") -> tuple[Platform, dg.ExecuteInProcessResult]:
    league = SimulatedLeague(seasons=1, faults=parse_faults(faults))
    platform = Platform(home, SlicedSource(league, FIRST, LAST))
    return platform, platform.run(FIRST, LAST, tables=BUILT)


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    platform, result = built(tmp_path_factory.mktemp("sound"))
    assert result.success, failure_messages(result)
    return platform


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    platform, result = built(tmp_path_factory.mktemp("faulty"), FAULTS)
    assert not result.success
    return platform


def reasons(platform: Platform, day: dt.date, column: str) -> set[str]:
    rows = platform.rows("upcoming_player_context", f"game_date = '{day}'")
    return {json.loads(text)[column] for text in rows.loc[rows[column].isna(), "absence"]}


def test_only_the_faulty_tables_and_dates_are_refused(faulty: Platform) -> None:
    ledger = faulty.warehouse.ledger()
    bad = ledger[ledger["status"] != "ready"]
    assert set(zip(bad["table_name"], bad["game_date"].dt.date, bad["status"], strict=True)) == {
        ("point_lines", NAMES, "rejected"),
        ("injury_reports", LAYOUT, "rejected"),
    }
    stated = dict(zip(bad["table_name"], bad["reasons"], strict=True))
    assert "names_resolved" in stated["point_lines"]
    assert "Nobody" in stated["point_lines"]
    assert "status" in stated["injury_reports"]
    assert "is no status of a report" in stated["injury_reports"]


@pytest.mark.parametrize("day", [NAMES, LATE, LAYOUT, MISSING, ONE])
def test_the_date_has_its_features_all_the_same(faulty: Platform, sound: Platform, day: dt.date) -> None:
    where = f"game_date = '{day}'"
    assert len(faulty.rows("ml_feature_store", where)) >= len(sound.rows("ml_feature_store", where)) > 0


def test_what_was_refused_is_upstream_missing(faulty: Platform) -> None:
    assert reasons(faulty, NAMES, FROM_LINES) == {"upstream_missing"}
    assert reasons(faulty, LAYOUT, FROM_REPORTS) == {"upstream_missing"}
    assert reasons(faulty, LAYOUT, FROM_LINES) == {"not_applicable"}


def test_who_was_out_is_expected_where_no_report_is_known(faulty: Platform, sound: Platform) -> None:
    for day in (LAYOUT, MISSING):
        where = f"game_date = '{day}'"
        everybody, fit = (platform.rows("upcoming_player_context", where) for platform in (faulty, sound))
        cache = faulty.rows("player_daily_cache", where)
        assert set(fit["player_id"]) < set(everybody["player_id"]) == set(cache["player_id"])


def test_no_report_at_all_is_ready_and_empty_and_has_no_source(faulty: Platform) -> None:
    assert faulty.statuses("injury_reports")[MISSING] == "ready"
    assert faulty.rows("injury_reports", f"game_date = '{MISSING}'").empty
    assert reasons(faulty, MISSING, FROM_REPORTS) == {"source_unavailable"}
    assert reasons(faulty, MISSING, "star_teammates_out") == {"source_unavailable"}


def test_in_game_lines_are_left_out_and_counted(faulty: Platform, sound: Platform) -> None:
    where = f"game_date = '{LATE}'"
    kept, all_lines = faulty.rows("point_lines", where), sound.rows("point_lines", where)
    game = all_lines["game_id"].min()
    assert set(all_lines["game_id"]) - set(kept["game_id"]) == {game}
    context = faulty.rows("upcoming_player_context", f"{where} AND game_id = '{game}'")
    assert {json.loads(text)[FROM_LINES] for text in context["absence"]} == {"source_unavailable"}
    (note,) = notes(faulty, "point_lines", LATE)
    assert int(note.split()[0]) >= len(all_lines[all_lines["game_id"] == game])
    assert "outcomes are left out: their snapshot is at or after tip-off" in note


def test_a_single_unknown_name_is_kept_and_listed(faulty: Platform) -> None:
    rows = faulty.rows("point_lines", f"game_date = '{ONE}'")
    unknown = rows[rows["player_id"].isna()]
    assert unknown["player_name"].nunique() == 1
    assert len(unknown) > 1
    said = f"1 of {rows['player_name'].nunique()} names are of no player: {unknown['player_name'].iloc[0]}"
    assert said in notes(faulty, "point_lines", ONE)


def notes(platform: Platform, table: str, day: dt.date) -> list[str]:
    """The notes of the newest materialization of a partition."""
    records = platform.instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[day.isoformat()]), limit=1
    ).records
    materialization = records[0].asset_materialization
    assert materialization is not None
    notes: list[str] = as_json(materialization.metadata["notes"])
    return notes


def test_nothing_else_differs(faulty: Platform, sound: Platform) -> None:
    changed = faulty.hashes() != sound.hashes().reindex(faulty.hashes().index)
    touched = {table for table, _ in changed[changed].index}
    assert {"point_lines", "injury_reports", "upcoming_player_context"} <= touched
    assert touched <= {"point_lines", "injury_reports", "upcoming_player_context", "player_composite_factors",
                       "ml_feature_store"}  # fmt: skip
    assert {day.date() for _, day in changed[changed].index} == {NAMES, LATE, LAYOUT, MISSING, ONE}


def test_fixed_reports_bring_the_sound_content(faulty: Platform, sound: Platform, tmp_path: Path) -> None:
    home = shutil.copytree(faulty.settings.home, tmp_path / "home")
    fixed = Platform(home, SlicedSource(SimulatedLeague(seasons=1), FIRST, LAST))
    result = fixed.run(FIRST, LAST, tables=BUILT, resume=True)
    assert result.success, failure_messages(result)
    pd.testing.assert_series_equal(fixed.hashes(), sound.hashes())
