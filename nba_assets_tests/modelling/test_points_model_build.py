"""Training and the whole build: reproducible, chosen on validation, honest about its window, idempotent."""

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from nba_assets.errors import RequestError
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.cards.metadata import model_card, model_identity
from nba_assets.modelling.cards.summary import model_metadata
from nba_assets.modelling.design_matrix import design_matrix
from nba_assets.modelling.evaluation import Evaluation
from nba_assets.modelling.points_model_build import ModelBuild, build_points_model
from nba_assets.modelling.registry import promotion
from nba_assets.modelling.registry.artefacts import load_model, newest_model
from nba_assets.modelling.registry.decisions import POINTER, promote, read_decisions
from nba_assets.modelling.registry.promotion import Verdict
from nba_assets.modelling.splits import split_by_fraction
from nba_assets.modelling.training import TrainedModel, TrainingSettings, train_points_model
from nba_assets_tests.modelling.league import FEATURES, feature_rows, player_games

GAMES = player_games()
STORE = feature_rows(GAMES)
BASELINES = naive_baselines(GAMES)
MATRIX = design_matrix(features=STORE, games=GAMES, baselines=BASELINES, feature_columns=FEATURES)
SPLIT = split_by_fraction(MATRIX.dates)
TEST = SPLIT.rows(MATRIX.dates)["test"]
SETTINGS = TrainingSettings(max_depth=3, min_child_weight=10, learning_rate=0.2, max_rounds=80, early_stopping_rounds=5)
MORNING = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)


def build(models_dir: Path, **changes: Any) -> ModelBuild:
    arguments: dict[str, Any] = {
        "features": STORE,
        "games": GAMES,
        "feature_columns": FEATURES,
        "models_dir": models_dir,
        "ledger_fingerprint": "ledger-1",
        "trained_at": MORNING,
        "settings": SETTINGS,
    }
    return build_points_model(**arguments | changes)


def test_columns_of_an_optional_source_are_left_out_when_all_of_them_are_null_throughout(tmp_path: Path) -> None:
    shots = ("paint_share", "three_share")
    columns = {"feature_columns": (*FEATURES, *shots), "optional_columns": shots}
    without = build(tmp_path / "a", features=STORE.assign(paint_share=np.nan, three_share=np.nan), **columns)
    assert load_model(tmp_path / "a", without.saved.version).model.feature_columns == FEATURES
    share = np.linspace(0, 1, len(STORE))
    whole = build(tmp_path / "b", features=STORE.assign(paint_share=share, three_share=1 - share), **columns)
    assert load_model(tmp_path / "b", whole.saved.version).model.feature_columns == (*FEATURES, *shots)
    with pytest.raises(RequestError, match="three_share"):
        build(tmp_path / "c", features=STORE.assign(paint_share=share, three_share=np.nan), **columns)


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return train_points_model(MATRIX, SPLIT, SETTINGS)


def test_two_trainings_give_the_same_bytes(trained: TrainedModel) -> None:
    again = train_points_model(
        design_matrix(
            features=STORE.sample(frac=1, random_state=3), games=GAMES, baselines=BASELINES, feature_columns=FEATURES
        ),
        SPLIT,
        SETTINGS,
    )
    assert again.model.to_bytes() == trained.model.to_bytes()
    other_seed = dataclasses.replace(SETTINGS, seed=1)
    assert train_points_model(MATRIX, SPLIT, other_seed).model.to_bytes() != trained.model.to_bytes()


def test_each_booster_is_cut_at_its_best_iteration_on_validation(trained: TrainedModel) -> None:
    validation = SPLIT.rows(MATRIX.dates)["validation"]
    predicted, label = trained.model.predict(MATRIX.features[validation]), MATRIX.label[validation]
    assert np.abs(predicted["points_median"] - label).mean() == pytest.approx(
        trained.fits["median"].validation_error, abs=1e-5
    )
    assert np.square(predicted["points_mean"] - label).mean() ** 0.5 == pytest.approx(
        trained.fits["mean"].validation_error, abs=1e-5
    )
    for name, fit in trained.fits.items():
        assert getattr(trained.model, name).num_boosted_rounds() == fit.best_iteration + 1
        assert fit.best_iteration + 1 < SETTINGS.max_rounds


def test_eight_of_ten_validation_outcomes_lie_in_the_interval(trained: TrainedModel) -> None:
    validation = SPLIT.rows(MATRIX.dates)["validation"]
    predicted, label = trained.model.predict(MATRIX.features[validation]), MATRIX.label[validation]
    inside = predicted["points_p10"].le(label) & predicted["points_p90"].ge(label)
    assert inside.mean() == pytest.approx(0.8, abs=2 / validation.sum())


def test_validation_stops_and_calibrates_but_nothing_is_learned_from_it(trained: TrainedModel, tmp_path: Path) -> None:
    validation = SPLIT.rows(MATRIX.dates)["validation"]
    higher = dataclasses.replace(MATRIX, label=MATRIX.label + 10 * validation)
    other = train_points_model(higher, SPLIT, SETTINGS)
    trees = [model.median[:1].save_raw("json") for model in (trained.model, other.model)]
    assert trees[0] == trees[1], "the first tree is that of train alone"
    assert other.model.widening[""] > trained.model.widening[""] + 3
    metadata = build(tmp_path).saved.metadata
    assert metadata["validation_mae"] == pytest.approx(trained.fits["median"].validation_error, abs=1e-5)


def test_the_test_part_has_no_say(trained: TrainedModel) -> None:
    changed = MATRIX.label.copy()
    changed[SPLIT.rows(MATRIX.dates)["test"]] = 50
    other = train_points_model(dataclasses.replace(MATRIX, label=changed), SPLIT, SETTINGS)
    assert other.model.to_bytes() == trained.model.to_bytes()


def test_gain_shares_sum_to_one(trained: TrainedModel) -> None:
    shares = trained.model.gain_shares()
    assert tuple(shares) == FEATURES
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["is_home"] < shares["pts_mean"] + shares["minutes_mean"]


@pytest.mark.parametrize(
    ("store", "settings", "message"),
    [
        pytest.param(STORE.assign(is_home=True), SETTINGS, r"constant: \['is_home'\]", id="constant-column"),
        pytest.param(
            STORE.assign(is_home=STORE["is_home"] & (STORE["game_date"] > "2024-01-20")),
            SETTINGS,
            r"constant: \['is_home'\]",
            id="constant-in-train-only",
        ),
        pytest.param(STORE, dataclasses.replace(SETTINGS, minimum_rows=9999), "at least 9999 are required", id="few"),
    ],
)
def test_training_refuses_and_stores_nothing(
    tmp_path: Path, store: pd.DataFrame, settings: TrainingSettings, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        build(tmp_path, features=store, settings=settings)
    assert list(tmp_path.iterdir()) == []


def test_card_tells_where_the_model_comes_from(tmp_path: Path) -> None:
    saved = build(tmp_path).saved
    card = json.loads((tmp_path / "xgboost_points_v1_metadata.json").read_text())
    assert card == saved.metadata
    # 60 dates, the first without earlier games: 59 are split at 41 and 50
    assert card["train_before"] == str(SPLIT.train_before) == "2024-02-02"
    assert card["data_window"] == {"first_date": "2023-10-26", "last_date": "2024-02-19"}
    assert card["rows"] == {
        "played": 2400, "in_lost_games": 0, "without_earlier_game": 40, "without_feature_row": 0, "with_gap": 0,
        "used": 2360,
    }  # fmt: skip
    assert (card["model_id"], card["version"], card["accepted"]) == ("xgboost_points_v1", 1, True)
    assert (card["ledger_fingerprint"], card["row_set_fingerprint"]) == ("ledger-1", MATRIX.fingerprint)
    assert [feature["name"] for feature in card["features"]] == list(FEATURES)
    assert card["features"][0]["null_rate"] == {"train": 0, "validation": 0, "test": 0}
    assert set(card["metrics"]["test"]) == {
        "xgboost",
        "season_average",
        "last_5",
        "last_10",
        "weighted_blend",
        "ewma_half_life_6",
    }
    assert card["test_mae"] == card["metrics"]["test"]["xgboost"]["mae"] < card["test_baseline_mae"]
    assert set(card["versions"]) == {"python", "numpy", "pandas", "xgboost", "training_code"}
    assert card["trained_at"] == "2024-06-01T08:00:00+00:00"


def test_an_unchanged_build_returns_the_published_version_and_writes_nothing(tmp_path: Path) -> None:
    first = build(tmp_path)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    second = build(tmp_path, trained_at=MORNING + dt.timedelta(days=1))
    assert (first.is_new, second.is_new) == (True, False)
    assert second.saved.metadata == first.saved.metadata
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"ledger_fingerprint": "ledger-2"}, id="ledger"),
        pytest.param({"settings": dataclasses.replace(SETTINGS, max_depth=2)}, id="settings"),
        pytest.param({"split": split_by_fraction(MATRIX.dates, 0.6, 0.2)}, id="split"),
        pytest.param({"games": GAMES.assign(pts=GAMES["pts"] + 1)}, id="label"),
        pytest.param({"waivers": [{"waiver_id": "w1"}]}, id="waiver"),
    ],
)
def test_a_changed_build_makes_the_next_version(tmp_path: Path, change: dict[str, Any]) -> None:
    build(tmp_path)
    assert build(tmp_path, **change).saved.version == 2
    assert load_model(tmp_path, 1).metadata["ledger_fingerprint"] == "ledger-1"


WAIVER = {"waiver_id": "w1", "who": "ann", "why": "season start", "until": "2024-07-01 00:00:00+00:00"}


def test_a_model_trained_under_a_waiver_says_so_and_is_not_taken_for_a_clean_one(tmp_path: Path) -> None:
    build(tmp_path, waivers=[WAIVER])
    card = json.loads((tmp_path / "xgboost_points_v1_metadata.json").read_text())
    assert card["waivers"] == model_metadata(card)["waivers"] == [WAIVER]
    assert read_decisions(tmp_path).history[0].why.endswith("; trained under waivers: w1")
    clean = build(tmp_path)
    assert (clean.is_new, clean.saved.metadata["waivers"]) == (True, [])
    assert clean.saved.metadata["identity"] == model_identity(MATRIX, SPLIT, SETTINGS, "ledger-1")
    assert not build(tmp_path, waivers=[WAIVER]).is_new
    assert build(tmp_path, waivers=[WAIVER, WAIVER | {"waiver_id": "w2"}]).saved.version == 3


def test_a_card_from_before_there_were_waivers_shows_none(tmp_path: Path) -> None:
    card = dict(build(tmp_path).saved.metadata)
    del card["waivers"]
    assert model_metadata(card)["waivers"] == []


def test_identity_does_not_depend_on_the_time_of_training(trained: TrainedModel) -> None:
    assert model_identity(MATRIX, SPLIT, SETTINGS, "a") == model_identity(MATRIX, SPLIT, SETTINGS, "a")
    with pytest.raises(ValueError, match="time zone"):
        model_card(
            matrix=MATRIX,
            trained=trained,
            evaluation=cast(Evaluation, None),
            verdict=cast(Verdict, None),
            ledger_fingerprint="a",
            trained_at=dt.datetime.fromisoformat("2024-06-01T00:00"),
        )


def test_the_yardstick_is_made_of_the_raw_box(tmp_path: Path) -> None:
    of_summary = build(tmp_path / "a").saved
    raw = GAMES.assign(pts=GAMES["pts"].where(GAMES["game_date"] != GAMES["game_date"].iloc[0], 60))
    of_raw = build(tmp_path / "b", raw_games=raw).saved
    assert of_raw.metadata["model_sha256"] == of_summary.metadata["model_sha256"]
    season = [saved.metadata["metrics"]["train"]["season_average"]["mae"] for saved in (of_summary, of_raw)]
    assert season[1] > season[0] + 0.5


def test_the_first_version_that_beats_the_baselines_is_champion_and_the_next_must_beat_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "COMPARABLE_ROWS", 100)
    build(tmp_path)
    second = build(tmp_path, ledger_fingerprint="ledger-2").saved.metadata["verdict"]
    paired = second["against_champion"]["paired"]
    # the same rows and settings: the same model, so that nobody is better
    assert [paired[name] for name in ("rows", "difference", "low", "high")] == [TEST.sum(), 0, 0, 0]
    decided = read_decisions(tmp_path)
    assert (decided.champion, [one.status for one in decided.history]) == (1, ["accepted", "accepted"])


def test_a_result_that_is_too_good_serves_nobody_until_somebody_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "ALARM_ROWS", 100)
    own = STORE.merge(GAMES[["game_id", "player_id", "pts"]], on=["game_id", "player_id"])
    saved = build(tmp_path, features=STORE.assign(pts_mean=own["pts"].astype("float64"))).saved
    assert (saved.metadata["status"], saved.metadata["accepted"]) == ("awaiting_decision", False)
    assert "too good to be true" in saved.metadata["verdict"]["why"]
    assert newest_model(tmp_path, dt.date(2024, 3, 1)) is None
    assert read_decisions(tmp_path).champion is None
    promote(tmp_path, 1, who="ann", why="a made-up league", at=MORNING)
    assert newest_model(tmp_path, dt.date(2024, 3, 1)).version == 1
    assert not build(tmp_path, features=STORE.assign(pts_mean=own["pts"].astype("float64"))).is_new
    assert read_decisions(tmp_path).history[-1].who == "ann"


def test_a_decision_that_a_crash_prevented_is_taken_by_training_again(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / POINTER).unlink()
    assert not build(tmp_path).is_new
    assert read_decisions(tmp_path).champion == 1
