"""Each fault a provider may deliver is caught at the first table that can know; good games and dates go through."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.sources.simulated.faults import Fault, parse_fault, parse_faults
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

pytestmark = pytest.mark.long

BAD = dt.date(2025, 1, 15)
FIRST, LAST = BAD - dt.timedelta(days=1), BAD + dt.timedelta(days=1)
TABLES = (
    "game_schedule",
    "game_results",
    "team_box_scores",
    "player_box_scores",
    "shot_attempts",
    "team_offense",
    "team_defense",
    "player_game_summary",
)

OF_THE_DATE = [
    ("partial_slate", "team_box_scores", "every_final_game_present"),
    ("mixed_game_id_formats:unmatched", "team_box_scores", "only_scheduled_games"),
    ("mixed_game_id_formats:garbled", "team_box_scores", "source_understood"),
]
OF_A_GAME = [
    ("missing_game", "team_box_scores", "every_final_game_present"),
    ("swapped_home_away", "team_box_scores", "home_matches_schedule"),
    ("renamed_player_key:unknown", "player_box_scores", "source_understood"),
    ("duplicated_rows", "team_box_scores", "unique_key"),
    ("minutes_as_text:garbage", "player_box_scores", "source_understood"),
]
UNDERSTOOD = [
    "mixed_game_id_formats:known",
    "minutes_as_text:clock",
    "renamed_player_key:prefixed",
    "shots_renamed:prefixed",
]


def _built(tmp_path: Path, text: str = "") -> tuple[Platform, list[str]]:
    faults: tuple[Fault, ...] = ()
    if text:
        kind, _, variant = text.partition(":")
        faults = (parse_fault(f"{kind}:{BAD}" + (f":{variant}" if variant else "")),)
    platform = Platform(tmp_path, SlicedSource(SimulatedLeague(seasons=1, faults=faults), FIRST, LAST))
    result = platform.run(FIRST, LAST, tables=TABLES)
    return platform, failure_messages(result)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> pd.Series:
    """Content hashes of the three dates without a fault."""
    platform, messages = _built(tmp_path_factory.mktemp("sound"))
    assert not messages
    return platform.hashes()


@pytest.mark.parametrize(("fault", "table", "rule"), OF_THE_DATE)
def test_a_fault_is_caught_at_the_first_table_that_can_know(
    fault: str, table: str, rule: str, tmp_path: Path, sound: pd.Series
) -> None:
    platform, messages = _built(tmp_path, fault)
    ledger = platform.warehouse.ledger().set_index(["table_name", "game_date"])
    at_fault = ledger.loc[(table, pd.Timestamp(BAD))]
    assert at_fault["status"] == "rejected"
    assert rule in at_fault["reasons"]
    assert any(str(BAD) in message and table in message for message in messages)
    downstream = TABLES[TABLES.index(table) + 1 :]
    for name in downstream:
        assert platform.statuses(name)[BAD] == "blocked", name
        assert platform.rows(name, f"game_date = '{BAD}'").empty
    for name in TABLES[: TABLES.index(table)]:
        assert platform.statuses(name)[BAD] == "ready", name
    others = sound[sound.index.get_level_values("game_date") != pd.Timestamp(BAD)]
    pd.testing.assert_series_equal(platform.hashes()[others.index], others)


@pytest.mark.parametrize(("fault", "table", "rule"), OF_A_GAME)
def test_a_fault_of_a_game_costs_that_game_from_the_first_table_on_that_can_know(
    fault: str, table: str, rule: str, tmp_path: Path, sound: pd.Series
) -> None:
    platform, messages = _built(tmp_path, fault)
    assert not messages
    state = platform.warehouse.state()
    ((key, game),) = state.quarantined(table).items()
    assert (key[0], rule in game.reasons) == (BAD, True), game
    for name in TABLES:
        assert platform.statuses(name)[BAD] == "ready", name
        is_below = TABLES.index(name) >= TABLES.index(table)
        assert list(state.quarantined(name)) == [key] * is_below, name
        assert platform.rows(name, f"game_id = '{key[1]}'").empty == is_below, name
        assert len(platform.rows(name, f"game_date = '{BAD}' AND game_id <> '{key[1]}'")) > 0, name
    others = sound[sound.index.get_level_values("game_date") != pd.Timestamp(BAD)]
    pd.testing.assert_series_equal(platform.hashes()[others.index], others)


@pytest.mark.parametrize("fault", UNDERSTOOD)
def test_an_odd_form_that_is_understood_changes_nothing(fault: str, tmp_path: Path, sound: pd.Series) -> None:
    platform, messages = _built(tmp_path, fault)
    assert not messages
    pd.testing.assert_series_equal(platform.hashes(), sound)


@pytest.mark.parametrize("fault", ["late_correction:delivered", "overtime:2"])
def test_a_changed_fact_changes_its_date_alone(fault: str, tmp_path: Path, sound: pd.Series) -> None:
    platform, messages = _built(tmp_path, fault)
    assert not messages
    changed = platform.hashes() != sound
    assert changed[("player_game_summary", pd.Timestamp(BAD))]
    assert set(changed[changed].index.get_level_values("game_date")) == {pd.Timestamp(BAD)}


def test_shots_that_are_a_part_renamed_or_of_another_layout_are_refused_and_hold_nothing(
    tmp_path: Path, sound: pd.Series
) -> None:
    refused = {
        FIRST: ("shots_missing:{}:partial", "attempts_match_box_score", "ready"),
        BAD: ("shots_renamed:{}", "attempts_match_box_score", "ready"),
        LAST: ("shots_layout:{}", "source_understood", "rejected"),
    }
    faults = parse_faults(",".join(fault.format(day) for day, (fault, *_) in refused.items()))
    platform = Platform(tmp_path, SlicedSource(SimulatedLeague(seasons=1, faults=faults), FIRST, LAST))
    result = platform.run(FIRST, LAST, tables=TABLES)
    assert not result.success
    ledger = platform.warehouse.ledger().set_index(["table_name", "game_date"])
    for day, (_, rule, status) in refused.items():
        shots = ledger.loc[("shot_attempts", pd.Timestamp(day))]
        assert (shots["status"], rule in shots["reasons"]) == (status, True), shots["reasons"]
        assert (rule in str(shots["quarantined"])) == (status == "ready")
        assert {platform.statuses(name)[day] for name in TABLES if name != "shot_attempts"} == {"ready"}
    raw = list(TABLES[:4])
    pd.testing.assert_series_equal(platform.hashes()[raw], sound[raw])


def test_a_game_without_shots_is_ready_and_its_zones_have_no_source(tmp_path: Path) -> None:
    platform, messages = _built(tmp_path, "shots_missing:game")
    assert not messages
    teams = platform.rows("team_offense", f"game_date = '{BAD}'")
    without = teams[teams["shot_zones_source"].isna()]
    assert len(without) == 2
    assert without["absence"].str.contains('"paint_attempts": "source_unavailable"').all()
    assert set(teams.loc[teams["shot_zones_source"].notna(), "shot_zones_source"]) == {"simulated"}
