"""A backfill as asked for: its assets, its runs in waves, its spans, and what the claim carries of it."""

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.errors import RequestError
from nba_assets.operations.backfills.backfill import ASSETS, Request, chosen_assets, planned_request, waves
from nba_assets.partitions import Span
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.ledgers import HandLedger

FIRST = dt.date(2024, 1, 1)
BOX_INGEST = ("game_schedule", "game_results", "team_box_scores", "player_box_scores")
INGEST = (*BOX_INGEST, "shot_attempts", "point_lines", "injury_reports")
ANALYTICS = ("team_offense", "team_defense", "player_game_summary")
PRECOMPUTE = (
    "team_defense_zones", "player_shot_zones", "player_daily_cache", "upcoming_player_context",
    "player_composite_factors",
)  # fmt: skip


def _request(days: int = 100, assets: tuple[str, ...] = ASSETS, **given: Any) -> Request:
    last = FIRST + dt.timedelta(days=days - 1)
    return Request(
        **{"assets": assets, "first": FIRST, "last": last, "pending_first": FIRST, "pending_last": last, **given}
    )


def test_assets_are_built_in_graph_order_and_predictions_after_the_model() -> None:
    order = {name: number for number, name in enumerate(ASSETS)}
    assert set(order) == {*TABLES, MODEL}
    for name, contract in TABLES.items():
        assert all(order[read.table] < order[name] for read in contract.reads)
    assert order["ml_feature_store"] < order[MODEL] < order["player_points_predictions"]


@pytest.mark.parametrize(
    ("outdated", "asked", "last", "expected"),
    [
        ((), ASSETS, 4, (MODEL,)),
        ((), ASSETS, 3, None),
        ((2,), ASSETS, 4, ASSETS),
        ((2,), ASSETS, 3, tuple(name for name in ASSETS if name != MODEL)),
        ((2,), ("ml_feature_store", MODEL), 3, ("ml_feature_store", MODEL)),
        ((), (MODEL,), 3, (MODEL,)),
    ],
)
def test_a_past_week_is_repaired_without_a_version_of_an_old_window(
    outdated: tuple[int, ...], asked: tuple[str, ...], last: int, expected: tuple[str, ...] | None
) -> None:
    ledger = HandLedger(TABLES, days=4).publish_all()
    if outdated:
        ledger.outdate("ml_feature_store", *outdated)
    state = LedgerState(ledger.frame().assign(rows=1, source_version="1"), TABLES, ledger.days)
    builds = pd.DataFrame(columns=["table_name", "attempt_build", "dates", "seconds"])
    warehouse = SimpleNamespace(days=ledger.days, state=lambda: state, recent_builds=lambda: builds)
    end = ledger.days[last - 1].date()
    request = planned_request(warehouse, asked, source_version="1", first=ledger.days[0].date(), last=end)
    assert (request and request.assets) == expected


def test_chosen_assets_come_in_order_and_unknown_ones_are_named() -> None:
    assert chosen_assets([]) == ASSETS
    assert chosen_assets(["team_offense", "game_schedule"]) == ("game_schedule", "team_offense")
    with pytest.raises(RequestError, match="no table team_offence"):
        chosen_assets(["team_offence"])


def test_with_upstream_is_everything_an_asset_is_made_of() -> None:
    assert chosen_assets(["team_defense"], with_upstream=True) == (
        *BOX_INGEST,
        "shot_attempts",
        "team_offense",
        "team_defense",
    )
    of_model = chosen_assets([MODEL], with_upstream=True)
    assert of_model == ASSETS[: ASSETS.index(MODEL) + 1]
    assert chosen_assets(["prediction_accuracy"], with_upstream=True) == ASSETS


def test_what_fits_a_chunk_is_one_run_and_another_for_what_follows_the_model() -> None:
    ((work,), (after,)) = waves(_request(400))
    assert (work.assets + after.assets, work.dates, after.dates) == (ASSETS, 400, 400)
    assert work.assets[-1] == MODEL
    ((alone,),) = waves(_request(400, tuple(name for name in ASSETS if name != MODEL)))
    assert alone.dates == 400


def test_more_goes_in_waves_and_each_of_them_in_chunks() -> None:
    analytics, precompute, model, predictions = waves(_request(401))
    assert {work.assets for work in analytics} == {(*INGEST, *ANALYTICS)}
    assert {work.assets for work in precompute} == {(*PRECOMPUTE, "ml_feature_store")}
    assert [(work.assets, work.dates) for work in model] == [((MODEL,), 401)]
    assert [work.dates for work in predictions] == [400, 1]


def test_the_model_sees_the_whole_range_also_when_only_some_dates_have_something_to_do() -> None:
    day = FIRST + dt.timedelta(days=30)
    works = [work for wave in waves(_request(100, pending_first=day, pending_last=day)) for work in wave]
    assert {work.dates for work in works if work.assets != (MODEL,)} == {1}
    assert [work.dates for work in works if work.assets == (MODEL,)] == [100]
    ((tables,),) = waves(_request(100, INGEST, pending_first=day, pending_last=day))
    assert (tables.first, tables.last) == (day, day)


@given(
    days=st.integers(1, 1500),
    chunk=st.integers(1, 500),
    assets=st.sets(st.sampled_from(ASSETS), min_size=1),
)
def test_the_runs_cover_every_asset_and_date_once_after_what_they_read(days: int, chunk: int, assets: set[str]) -> None:
    request = _request(days, tuple(name for name in ASSETS if name in assets), chunk_days=chunk)
    done: dict[str, set[dt.date]] = {}
    for wave in waves(request):
        current = {name: set(dates) for name, dates in done.items()}
        for work in wave:
            assert MODEL in work.assets or work.dates <= chunk
            for number, name in enumerate(work.assets):
                dates = {work.first + dt.timedelta(days=at) for at in range(work.dates)}
                assert not dates & done.get(name, set()), "a date is built once"
                for read in TABLES[name].reads if name != MODEL else ():
                    if read.table in assets and read.table not in work.assets[:number]:
                        needed = request.last if read.window == "before" else max(dates)
                        assert needed in current.get(read.table, set()), f"{name} reads {read.table}"
                done.setdefault(name, set()).update(dates)
    assert set(done) == assets
    assert all(len(dates) == days for dates in done.values())


def test_everything_is_reserved_and_the_model_as_a_whole() -> None:
    calendar = pd.date_range("2023-10-01", "2024-06-30")
    day = FIRST + dt.timedelta(days=5)
    spans = _request(100, ("team_offense", MODEL), pending_first=day).spans(calendar)
    assert spans == [
        Span("team_offense", day, FIRST + dt.timedelta(days=99)),
        Span(MODEL, dt.date(2023, 10, 1), dt.date(2024, 6, 30)),
    ]


def test_the_claim_carries_the_request_as_json() -> None:
    request = _request(10, only=("stale", "failed"), workers=3, override="rolled back", expected={MODEL: 17.5})
    assert Request.of_detail(json.loads(json.dumps(request.as_detail()))) == request


def test_a_claim_of_release_0_1_is_still_read() -> None:
    request = _request(10, pending_first=FIRST + dt.timedelta(days=2), pending_last=FIRST + dt.timedelta(days=3))
    detail = request.as_detail()
    former = {"from_": detail.pop("pending_first"), "to": detail.pop("pending_last"), **detail}
    assert Request.of_detail(former) == request
