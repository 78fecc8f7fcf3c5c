"""Stored model versions against a ledger: current, behind, stale or unknown, and which dates each serves."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.cli.status_view import model_line
from nba_assets.contracts.tables import TABLES
from nba_assets.modelling.registry.artefacts import metadata_path
from nba_assets.modelling.registry.decisions import Status, settle
from nba_assets.operations.models import Freshness, model_statuses, touched_by
from nba_assets.readiness.fingerprint import fingerprint
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.wide_ledger import built_ledger, calendar, rewritten

DAYS = calendar(20)
FIRST, LAST = DAYS[0].date(), DAYS[14].date()


@pytest.fixture
def ledger() -> pd.DataFrame:
    built = built_ledger(TABLES, DAYS, chunk=20)
    return built.assign(content_hash=built["table_name"] + built["build_id"].astype(str))


def state_of(ledger: pd.DataFrame) -> LedgerState:
    return LedgerState(ledger, TABLES, DAYS)


def store(models: Path, version: int, ledger: pd.DataFrame, last: dt.date = LAST, **facts: object) -> None:
    """The metadata of a version that was trained on [FIRST, last] of the ledger."""
    gated = ledger["table_name"] != "player_points_predictions"
    inside = ledger["game_date"].between(pd.Timestamp(FIRST), pd.Timestamp(last)) & gated
    window = {"first_date": str(FIRST), "last_date": str(last), "inputs_build": int(ledger["build_id"].max())}
    metadata = {
        "identity": str(version), "version": version, "model_id": f"xgboost_points_v{version}",
        "train_before": "2021-10-10", "model_sha256": "x", "accepted": True, "training_window": window,
        "ledger_fingerprint": fingerprint(ledger[inside]), **facts,
    }  # fmt: skip
    metadata_path(models, version).write_text(json.dumps(metadata))


def test_a_version_is_behind_when_dates_came_after_its_window(tmp_path: Path, ledger: pd.DataFrame) -> None:
    store(tmp_path, 1, ledger)
    found = model_statuses(tmp_path, state_of(ledger))[0]
    assert (found.freshness, found.new_dates, found.first, found.last) == (Freshness.BEHIND, 5, FIRST, LAST)


def test_a_version_of_everything_is_current(tmp_path: Path, ledger: pd.DataFrame) -> None:
    store(tmp_path, 1, ledger, last=DAYS[-1].date())
    assert model_statuses(tmp_path, state_of(ledger))[0].freshness is Freshness.CURRENT


def test_content_that_changed_inside_the_window_makes_it_stale_and_is_named(
    tmp_path: Path, ledger: pd.DataFrame
) -> None:
    store(tmp_path, 1, ledger)
    changed = rewritten(ledger, "player_game_summary", slice(4, 5))
    changed["content_hash"] = changed["table_name"] + changed["build_id"].astype(str)
    found = model_statuses(tmp_path, state_of(changed))[0]
    assert found.freshness is Freshness.STALE
    assert f"player_game_summary {DAYS[4].date()}" in found.reason


def test_content_that_changed_after_the_window_does_not(tmp_path: Path, ledger: pd.DataFrame) -> None:
    store(tmp_path, 1, ledger)
    changed = rewritten(ledger, "player_game_summary", slice(16, 17))
    assert model_statuses(tmp_path, state_of(changed))[0].freshness is Freshness.BEHIND


def test_a_version_without_its_window_or_with_broken_metadata_is_unknown_and_hides_no_other(
    tmp_path: Path, ledger: pd.DataFrame
) -> None:
    store(tmp_path, 1, ledger)
    store(tmp_path, 2, ledger, accepted=False)
    metadata = json.loads(metadata_path(tmp_path, 2).read_text())
    metadata_path(tmp_path, 2).write_text(json.dumps({k: v for k, v in metadata.items() if k != "training_window"}))
    metadata_path(tmp_path, 3).write_text("{")
    broken, windowless, good = model_statuses(tmp_path, state_of(ledger))
    assert (broken.freshness, windowless.freshness, good.freshness) == (
        Freshness.UNKNOWN, Freshness.UNKNOWN, Freshness.BEHIND,
    )  # fmt: skip
    assert "unreadable" in broken.reason
    assert good.serves_from == dt.date(2021, 10, 10)


def test_dates_are_served_by_the_newest_accepted_version_that_had_not_seen_them(
    tmp_path: Path, ledger: pd.DataFrame
) -> None:
    store(tmp_path, 1, ledger, train_before="2021-10-04")
    store(tmp_path, 2, ledger, train_before="2021-10-08")
    store(tmp_path, 3, ledger, train_before="2021-10-06", accepted=False)
    store(tmp_path, 4, ledger, train_before="2021-10-12")
    served = {one.model: (one.serves_from, one.serves_to) for one in model_statuses(tmp_path, state_of(ledger))}
    october = [dt.date(2021, 10, day) for day in range(32)[1:]]
    assert served == {
        "xgboost_points_v4": (october[11], None),
        "xgboost_points_v3": (None, None),
        "xgboost_points_v2": (october[7], october[10]),
        "xgboost_points_v1": (october[3], october[6]),
    }


def test_the_version_that_serves_is_marked_and_says_why_it_is_not_the_champion(
    tmp_path: Path, ledger: pd.DataFrame
) -> None:
    at = dt.datetime(2021, 11, 1, tzinfo=dt.UTC)
    store(tmp_path, 1, ledger, train_before="2021-10-04")
    settle(tmp_path, 1, Status.ACCEPTED, beats=None, is_champion=True, why="the first champion", at=at)
    (only,) = model_statuses(tmp_path, state_of(ledger))
    assert (only.role, only.note) == ("champion, serving", "")
    store(tmp_path, 2, ledger, train_before="2021-10-08")
    settle(tmp_path, 2, Status.ACCEPTED, beats=1, is_champion=False, why="xgboost_points_v1: +0.000 points", at=at)
    serving, champion = model_statuses(tmp_path, state_of(ledger))
    assert (serving.role, champion.role) == ("accepted, serving", "champion")
    assert serving.note == (
        "serves, for of the accepted versions it has seen most (all before 2021-10-08); champion stays "
        "xgboost_points_v1 until a version is certainly better than it (xgboost_points_v1: +0.000 points)"
    )
    assert "xgboost_points_v2 has seen more and serves" in champion.note
    said = model_line(serving)
    assert said.startswith("xgboost_points_v2 (accepted, serving) behind")
    assert said.endswith(f"; it {serving.note}")


def test_planned_partitions_are_counted_in_the_windows_of_versions_that_they_make(
    tmp_path: Path, ledger: pd.DataFrame
) -> None:
    store(tmp_path, 1, ledger)
    models = model_statuses(tmp_path, state_of(ledger))
    days = list(DAYS[10:].date)
    assert touched_by(models, {"team_offense": days, "ml_feature_store": days[:1]}) == {"xgboost_points_v1": 6}
    assert touched_by(models, {"player_points_predictions": days}) == {}
