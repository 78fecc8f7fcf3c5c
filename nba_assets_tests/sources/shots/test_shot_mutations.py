"""A thousand broken deliveries: each gives the same facts, or is refused by name; none crashes, none lies."""

import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import ABSENCE
from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.readiness.audit import Staged
from nba_assets.readiness.rules import rules_of
from nba_assets.sources.shots.shot_files import shots
from nba_assets_tests.sources import small_shots
from nba_assets_tests.sources.mutations import MUTATIONS, Mutation
from nba_assets_tests.sources.small_shots import Table, landed, text_of

KEY = list(SHOT_ATTEMPTS.key)
DAY = dt.date.fromisoformat(small_shots.DAY)
MAY_BE_UNKNOWN = ("loc_x", "loc_y", "zone_detail", "is_assisted")
PROVIDERS: tuple[tuple[str, Table, dict[str, str]], ...] = (
    (
        "shots",
        small_shots.clean(),
        {
            "game_id": "game_id", "player": "player_id", "made": "made", "date": "game_date", "distance": "distance_ft",
            "numbers": "team_id player_id event_id period secs_remaining distance_ft loc_x loc_y assisted",
            "reported once": "event_id period secs_remaining loc_x loc_y assisted shot_type_derived",
        },
    ),
    (
        "shotchartdetail",
        small_shots.detail(),
        {
            "game_id": "GAME_ID", "player": "PLAYER_ID", "made": "SHOT_MADE_FLAG", "date": "GAME_DATE",
            "distance": "SHOT_DISTANCE",
            "numbers": "TEAM_ID PLAYER_ID GAME_EVENT_ID PERIOD MINUTES_REMAINING SECONDS_REMAINING LOC_X LOC_Y",
            "reported once": "GAME_EVENT_ID PERIOD MINUTES_REMAINING SECONDS_REMAINING LOC_X LOC_Y assisted",
        },
    ),
    (
        "bigdataball",
        small_shots.play_by_play(),
        {
            "game_id": "game_id", "player": "player", "made": "points", "date": "date", "distance": "shot_distance",
            "numbers": "play_id period shot_distance original_x original_y points",
            "reported once": "play_id period remaining_time elapsed original_x original_y",
        },
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    place = tmp_path_factory.mktemp("originals")
    found = {}
    for kind, table, _ in PROVIDERS:
        parsed = shots({kind: [landed(place / f"{kind}.csv", text_of(table))]}, *_judges())
        assert parsed.problems == ()
        assert _is_ready(parsed.rows)
        assert len(parsed.rows) == len(small_shots.shots())
        found[kind] = parsed.rows.set_index(KEY)
    return found


@pytest.mark.parametrize("mutations", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_mutations(originals: dict[str, pd.DataFrame], tmp_path: Path, mutations: int) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(mutations):
        rng = np.random.default_rng(seed)
        kind, table, roles = PROVIDERS[seed % len(PROVIDERS)]
        mutation = MUTATIONS[int(rng.integers(len(MUTATIONS)))]
        content = mutation(table, roles, rng)
        outcomes[_outcome(kind, content, originals[kind], tmp_path, f"seed {seed}: {kind} {mutation.__name__}")] += 1
    assert sum(outcomes.values()) == mutations
    assert outcomes["the same facts"] > mutations / 10
    assert outcomes["not understood"] > mutations / 3
    assert outcomes["not ready"] > mutations / 50


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_mutation_does_change_the_file(mutation: Mutation) -> None:
    for kind, table, roles in PROVIDERS:
        changed = [mutation(table, roles, np.random.default_rng(seed)) for seed in range(20)]
        assert any(content not in (text_of(table), text_of(table).encode()) for content in changed), kind


def _outcome(kind: str, content: str | bytes, original: pd.DataFrame, place: Path, what: str) -> str:
    file = landed(place / f"{kind}.csv", content)
    parsed = shots({kind: [file]}, *_judges())
    if parsed.problems:
        assert all(file.name in problem.message for problem in parsed.problems), f"{what}: {parsed.problems}"
        places = ("column", "row", "deliver")
        assert all(any(word in p.message for word in places) for p in parsed.problems), f"{what}: {parsed.problems}"
        return "not understood"
    rows = parsed.rows.set_index(KEY)
    if rows.equals(original):
        return "the same facts"
    if not _is_ready(parsed.rows):
        return "not ready"
    _assert_true(rows, original, what)
    return "fewer facts"


def _assert_true(rows: pd.DataFrame, original: pd.DataFrame, what: str) -> None:
    """Rows may be missing and cells unknown, within what the contract and the rules allow; none may be wrong."""
    assert rows.index.isin(original.index).all(), what
    due = original.loc[rows.index]
    for column in rows.columns.drop(ABSENCE):
        reported = rows[column].notna() if column in MAY_BE_UNKNOWN else pd.Series(True, rows.index)
        assert (rows.loc[reported, column] == due.loc[reported, column]).all(), f"{what}: {column}"


def _judges() -> tuple[pd.DataFrame, pd.DataFrame]:
    return SCHEDULE, BOX


SCHEDULE, BOX = small_shots.schedule(), small_shots.box()


def _is_ready(rows: pd.DataFrame) -> bool:
    upstream = {"game_schedule": SCHEDULE, "player_box_scores": BOX}
    staged = Staged(conform(SHOT_ATTEMPTS, rows), [DAY], upstream, dt.datetime.now(dt.UTC))
    likely_first = reversed(dict.fromkeys(rules_of(SHOT_ATTEMPTS).rules.values()))
    return not any(failure for rule in likely_first for failure in rule(staged))
