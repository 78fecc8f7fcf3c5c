"""Every failure of the evening happens without the guards, and is refused or fixed with them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from nba_assets.modelling.cards.card import card_paths
from nba_assets.modelling.registry.artefacts import read_metadata, stored_versions
from nba_assets.partitions import Span
from nba_assets.readiness.status import Status
from nba_assets_tests.incident import scenes
from nba_assets_tests.incident.evening import open_stage, print_timeline
from nba_assets_tests.incident.pipeline import ANALYTICS, MODEL, PRECOMPUTE, RAW
from nba_assets_tests.incident.scenes import Stage

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("incident")) as opened:
        yield opened


def test_overlapping_backfills(stage: Stage) -> None:
    scene = scenes.overlapping_backfills(stage)
    assert scene.measured["reverted_unguarded"] >= 1
    assert scene.measured["reverted_guarded"] == 0
    assert scene.measured["refusals"] == 2, "once by the claim, once by the fence"
    assert "claim" in scene.guarded
    assert "backfill:first" in scene.guarded


def test_reversed_sides_halve_usage_and_spoil_the_averages(stage: Stage) -> None:
    measured = scenes.reversed_sides(stage).measured
    assert 0.4 < measured["usage_unguarded"] < 0.6
    assert measured["usage_guarded"] == 1.0
    assert measured["wrong_averages_unguarded"] > 0.5
    assert measured["wrong_averages_guarded"] == 0.0
    assert measured["rejected"] >= 10


def test_precompute_before_its_history(stage: Stage) -> None:
    scene = scenes.out_of_order(stage)
    assert scene.measured["wrong_unguarded"] > 0
    assert scene.measured["built_guarded"] == 0
    assert "missing" in scene.guarded


def test_training_on_it(stage: Stage) -> None:
    scene = scenes.unvalidated_training(stage)
    assert scene.measured["versions_unguarded"] == 1
    assert scene.measured["versions_guarded"] == 0
    assert "refused" in scene.guarded
    assert 3.5 < scene.measured["mae_guarded"] < 5.5


def half_of_the_games(rows: pd.DataFrame) -> pd.Series:
    return rows["game_id"].str[-1].astype(int) % 2 == 1


DAMAGES = {
    "usage nulled": {"player_box_scores": lambda rows: rows.assign(tov=rows["tov"].mask(half_of_the_games(rows)))},
    "whole games missing": dict.fromkeys(
        ("team_box_scores", "player_box_scores"), lambda rows: rows[~half_of_the_games(rows)].reset_index(drop=True)
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_training_forced_on_half_a_season_names_its_price(stage: Stage, damage: str) -> None:
    first, last = stage.dates[0], stage.edge
    forced = stage.clean.copy(damage.replace(" ", "-"))
    forced.deliver(DAMAGES[damage])
    forced.run([*RAW, *ANALYTICS], first, last)
    assert forced.statuses("player_box_scores", first, last).isin([Status.REJECTED, Status.BLOCKED]).sum() > 100
    assert "the points model is refused" in forced.run([MODEL], first, last)[-1]
    signed: dict[str, Any] = {"who": "ann", "why": damage, "until": dt.datetime.now(dt.UTC) + dt.timedelta(days=1)}
    tables = [*RAW, *ANALYTICS, *PRECOMPUTE]
    for table in tables:
        forced.warehouse.add_waiver(Span(table, first, last), "*", **signed)
    assert forced.run(tables, first, last) == []
    refused = forced.run([MODEL], first, last)
    assert "the points model is refused" in refused[-1], "what was waived taints what is made of it"
    forced.warehouse.add_waiver(Span(MODEL, first, last), "training_window_ready", **signed)
    assert forced.run([MODEL], first, last) == []
    version = stored_versions(forced.settings.models)[-1]
    price = read_metadata(forced.settings.models, version)["waiver_price"]
    assert price["clean"] == "xgboost_points_v1"
    assert -0.02 < price["price"] < 0.15
    card = card_paths(forced.settings.models, version)[0].read_text()
    assert "## Trained under waivers" in card
    assert f"**Price: {price['price']:+.1%} of MAE**" in card
    forced.close()


def test_a_gap_that_becomes_a_prediction(stage: Stage) -> None:
    scene = scenes.gap_to_prediction(stage)
    assert scene.measured["wrong_unguarded"] == 1
    assert scene.measured["off"] > 0.05
    assert scene.measured["steps"] == 4
    assert scene.measured["wrong_guarded"] == 0
    assert scene.measured["fixed"] == 1


def test_renamed_player_key(stage: Stage) -> None:
    measured = scenes.renamed_player_key(stage).measured
    assert measured["lost_unguarded"] == pytest.approx(0.6, abs=0.05)
    assert measured["lost_guarded"] == 0.0
    assert measured["rejected"] == 3


def test_the_timeline_has_both_columns() -> None:
    console = Console(record=True, width=160)
    print_timeline(console, [scenes.Scene("16:58", "two backfills", "overwritten", "refused", {})])
    text = console.export_text()
    assert all(word in text for word in ("16:58", "two backfills", "overwritten", "refused"))
