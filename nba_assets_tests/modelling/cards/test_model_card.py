"""The model card: everything on it comes from the records, and it says what is not met."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nba_assets.errors import RequestError
from nba_assets.modelling.cards.card import card, card_paths, write_card
from nba_assets.modelling.cards.facts import calibration_bins, feature_facts
from nba_assets.modelling.cards.plots import plots
from nba_assets.modelling.points_model_build import ModelBuild
from nba_assets.modelling.registry.artefacts import metadata_path
from nba_assets.modelling.registry.decisions import Decisions, read_decisions, reject, roll_back
from nba_assets.modelling.segments import POPULATIONS
from nba_assets.modelling.training import train_points_model
from nba_assets_tests.modelling.league import feature_rows
from nba_assets_tests.modelling.registry.test_promotion import evaluated
from nba_assets_tests.modelling.test_points_model_build import GAMES, MATRIX, MORNING, SETTINGS, SPLIT, WAIVER, build

PROVENANCE = {
    "tables": ["a", "b"], "dates": 60,
    "leak_gate": {"dates": ["2024-02-19"], "features": 3, "rows": 40, "compared_stored_rows": True},
    "config": {"with_lines": True},
}  # fmt: skip
ANN: dict[str, Any] = {"who": "ann", "why": "the feed was wrong | twice", "at": MORNING}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("models")
    build(directory, provenance=PROVENANCE)
    build(directory, provenance=PROVENANCE, waivers=[WAIVER], ledger_fingerprint="ledger-2")
    return directory


@pytest.fixture(scope="module")
def metadata(models: Path) -> dict[str, Any]:
    return json.loads(metadata_path(models, 1).read_text())


def test_every_record_is_on_the_card(metadata: dict[str, Any], models: Path) -> None:
    text = card(metadata, read_decisions(models), "PLOTS")
    assert "Status: **accepted and champion**. better than ewma_half_life_6 by" in text
    assert "The boosters learned from train" in text
    assert "each of 60 dates of 2 tables was built and is current and untainted" in text
    assert "3 features of 40 rows on 2024-02-19 did not move" in text
    for name in ("ewma_half_life_6", "season_average", "pts_mean", "minutes_mean", "is_home"):
        assert f"| {name} |" in text
    for population in POPULATIONS:
        group = metadata["groups"][population]
        rows, mae = (group["metrics"]["xgboost"][name] for name in ("rows", "mae"))
        assert f"| {population} ({rows:,}) | xgboost | {mae:.3f} |" in text
        gain = group["against"]["last_5"]
        assert f"| {gain['gain']:.2%} [{gain['gain_low']:.2%}, {gain['gain_high']:.2%}] |" in text
    assert metadata["groups"]["all"]["metrics"]["xgboost"]["mae"] == metadata["test_mae"]
    assert "PLOTS" in text
    assert metadata["model_sha256"] in text
    assert "nba-assets train --to 2024-02-19 --config '{\"with_lines\": true}'" in text
    assert "waiver" not in text.lower()


def test_targets_say_met_or_not_and_unknown_is_neither(metadata: dict[str, Any]) -> None:
    met = {one["target"]: one["met"] for one in metadata["targets"]}
    assert met["test MAE below 4.27"] is (metadata["test_mae"] < 4.27)
    assert met["at least 50,000 rows"] is False
    assert met["usage rate on at least 95% of played rows"] is None
    text = card(metadata, Decisions(), "")
    assert "| at least 50,000 rows | 2,360 | **not met** |" in text
    assert "| usage rate on at least 95% of played rows |  | not known |" in text


def test_lost_games_are_on_the_card(metadata: Mapping[str, Any]) -> None:
    assert "Lost games" not in card(metadata, Decisions(), "")
    game = {
        "table": "player_box_scores",
        "date": "2024-01-04",
        "game": "0022300500",
        "reason": "points | do not add up",
    }
    shots = {**game, "table": "shot_attempts", "game": "0022300501", "reason": "a make too many"}
    losses = {"due": 1200, "lost": 61, "games": [game] * 61, "games_of_optional_tables": [shots]}
    text = card({**metadata, "losses": losses}, Decisions(), "")
    assert "61 of 1,200 games of the window are lost and left out" in text
    assert text.count("| player_box_scores | 2024-01-04 | 0022300500 | points \\| do not add up |") == 50
    assert "and 11 more, in the metadata" in text
    assert "their features are null" in text
    assert "| shot_attempts | 2024-01-04 | 0022300501 | a make too many |" in text


def test_a_waiver_is_named_on_the_card(models: Path) -> None:
    metadata = json.loads(metadata_path(models, 2).read_text())
    text = card(metadata, read_decisions(models), "")
    assert "## Trained under waivers" in text
    assert "| w1 |  |  |  |  | ann | season start |" in text
    assert "passed under waivers" in text
    assert "**Price: +0.0% of MAE**" in text, "the same rows as those of version 1"


def test_the_price_of_waived_data_is_measured_against_the_newest_version_without_a_waiver(tmp_path: Path) -> None:
    blind = feature_rows(GAMES)
    blind["pts_mean"] = np.where(blind["game_date"] < "2024-01-20", blind["pts_mean"], np.nan)
    assert "Price: not known" in _card_of(tmp_path / "first", build(tmp_path / "first", waivers=[WAIVER]))
    build(tmp_path)
    build(tmp_path, waivers=[WAIVER])
    forced = build(tmp_path, features=blind, waivers=[WAIVER], ledger_fingerprint="ledger-2")
    price = forced.saved.metadata["waiver_price"]
    assert price["clean"] == "xgboost_points_v1", "the second was trained under a waiver itself"
    assert price["price"] > 0.05
    assert price["price"] == pytest.approx(price["ratio"] / price["clean_ratio"] - 1, abs=1e-5)
    assert f"**Price: {price['price']:+.1%} of MAE**" in _card_of(tmp_path, forced)


def _card_of(models: Path, made: ModelBuild) -> str:
    return card(json.loads(metadata_path(models, made.saved.version).read_text()), read_decisions(models), "")


def test_a_challenger_says_how_it_did_against_the_champion(models: Path) -> None:
    metadata = json.loads(metadata_path(models, 2).read_text())
    # 360 test rows are too few to compare versions on
    assert metadata["verdict"]["against_champion"]["champion"] == 1
    assert metadata["verdict"]["is_champion"] is False
    assert "xgboost_points_v1 cannot be compared on 360 unseen rows" in card(metadata, read_decisions(models), "")


def test_decisions_are_on_the_card_that_is_written_after_them(models: Path, tmp_path: Path) -> None:
    for path in models.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    reject(tmp_path, 2, **ANN)
    write_card(tmp_path, 2)
    markdown, html = (path.read_text() for path in card_paths(tmp_path, 2))
    assert "Status: **rejected**" in markdown
    assert "| rejected | ann | the feed was wrong \\| twice |" in markdown
    assert "<td>the feed was wrong | twice</td>" in html
    with pytest.raises(RequestError, match="no champion to go back to"):
        roll_back(tmp_path, **ANN)


def test_the_page_needs_nothing_but_itself_and_is_the_same_each_time(models: Path) -> None:
    write_card(models, 1)
    first = [path.read_bytes() for path in card_paths(models, 1)]
    images = write_card(models, 1)
    assert [path.read_bytes() for path in card_paths(models, 1)] == first
    page = first[1].decode()
    assert page.count('<img src="data:image/png;base64,') == images.count("](data:image/png;base64,") == 4
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "<table>" in page


def test_plots_stand_where_groups_are_missing(metadata: dict[str, Any]) -> None:
    whole = copy.deepcopy(metadata)
    assert set(whole["groups"]) == {*POPULATIONS}, "the columns of segments are not among the features here"
    assert all(image.startswith(b"\x89PNG") for image in plots(whole).values())


def test_drift_is_measured_against_train_and_against_the_version_before() -> None:
    trained = train_points_model(MATRIX, SPLIT, SETTINGS)
    first = feature_facts(MATRIX, SPLIT, trained.model, 1, None)
    assert {one["shift_of_window"] for one in first} == {None}
    before = {"features": [{**one, "mean": {"train": one["mean"]["train"] - 2 * one["std"]["train"]}} for one in first]}
    again = feature_facts(MATRIX, SPLIT, trained.model, 1, before)
    assert [one["shift_of_window"] for one in again] == pytest.approx([2, 2, 2])
    points = first[0]
    assert points["shift"] == pytest.approx((points["mean"]["test"] - points["mean"]["train"]) / points["std"]["train"])
    assert points["mean_contribution"] > first[2]["mean_contribution"] / 10 > 0


def test_calibration_bins_by_hand() -> None:
    bins = calibration_bins(evaluated(rows=1000).scored)
    assert [one["rows"] for one in bins] == [100] * 10
    assert {(round(one["predicted"], 6), one["actual"]) for one in bins} == {(15.4, 20.0)}
