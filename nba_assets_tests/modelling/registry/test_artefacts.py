"""Model files: counted up, whole or invisible, and refused with a clear error when damaged."""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.registry.artefacts import (
    ArtefactError,
    load_model,
    models_between,
    newest_model,
    save_model,
    stored_versions,
)
from nba_assets.modelling.registry.decisions import promote, reject
from nba_assets_tests.modelling.some_models import points_model

FRAME = pd.DataFrame({"a": np.arange(50.0), "b": np.arange(50.0)[::-1]})


def model(level: float = 1.0) -> PointsModel:
    return points_model(FRAME, (FRAME["a"] * level).to_numpy(), 3, bench=1.5)


MODEL = model()


def card(identity: str = "i", train_before: str = "2024-01-01", accepted: bool = True) -> dict[str, Any]:
    return {"identity": identity, "train_before": train_before, "accepted": accepted}


def test_round_trip_and_counting_up(tmp_path: Path) -> None:
    directory = tmp_path / "models"
    assert stored_versions(directory) == []
    first = save_model(directory, MODEL, card("one"))
    second = save_model(directory, model(2.0), card("two"))
    assert (first.model_id, second.model_id) == ("xgboost_points_v1", "xgboost_points_v2")
    loaded = load_model(directory, 1)
    assert loaded.model.feature_columns == ("a", "b")
    assert loaded.train_before == dt.date(2024, 1, 1)
    pd.testing.assert_frame_equal(loaded.model.predict(FRAME), MODEL.predict(FRAME))
    assert loaded.model.to_bytes() == MODEL.to_bytes()
    assert loaded.model.widening == {"bench": 1.5}
    assert sorted(path.name for path in directory.glob("xgboost*")) == [
        "xgboost_points_v1.json",
        "xgboost_points_v1_metadata.json",
        "xgboost_points_v2.json",
        "xgboost_points_v2_metadata.json",
    ]


def test_version_ten_comes_after_nine(tmp_path: Path) -> None:
    for number in range(10):
        save_model(tmp_path, MODEL, card(f"i{number}"))
    assert save_model(tmp_path, MODEL, card("next")).version == 11


def test_same_identity_is_stored_once(tmp_path: Path) -> None:
    save_model(tmp_path, MODEL, card("one"))
    save_model(tmp_path, MODEL, card("two"))
    assert save_model(tmp_path, model(2.0), card("one")).version == 1
    assert stored_versions(tmp_path) == [1, 2]


@pytest.mark.parametrize("writes_before_death", [0, 1])
def test_a_killed_save_leaves_no_visible_model_and_the_next_one_fixes(tmp_path: Path, writes_before_death: int) -> None:
    script = f"""
import os, pathlib, signal
from nba_assets.modelling.registry import artefacts
from nba_assets_tests.modelling.registry.test_artefacts import MODEL, card
real, done = os.fsync, []
def fsync(handle):
    if len(done) == {writes_before_death}:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(handle)
    real(handle)
os.fsync = fsync
artefacts.save_model(pathlib.Path({str(tmp_path)!r}), MODEL, card())
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    assert killed.returncode == -9
    assert stored_versions(tmp_path) == []
    assert newest_model(tmp_path, dt.date(2024, 5, 1)) is None
    assert save_model(tmp_path, MODEL, card()).version == 1
    assert load_model(tmp_path, 1).model.to_bytes() == MODEL.to_bytes()
    assert not list(tmp_path.glob(".*.part"))


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nba_assets.atomic_files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_model(tmp_path, MODEL, card())
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        pytest.param("xgboost_points_v1.json", truncate, r"xgboost_points_v1\.json is corrupt", id="model-cut"),
        pytest.param(
            "xgboost_points_v1.json", lambda path: path.unlink(), "No such file.* metadata is there", id="model-gone"
        ),
        pytest.param("xgboost_points_v1_metadata.json", truncate, "_metadata.json is unreadable", id="metadata-cut"),
        pytest.param(
            "xgboost_points_v1_metadata.json",
            lambda path: path.write_text("{}"),
            r"lacks \['accepted', 'identity', 'model_sha256', 'train_before', 'version'\]",
            id="metadata-empty",
        ),
        pytest.param(
            "xgboost_points_v1_metadata.json", lambda path: path.write_text("[]"), "lacks", id="metadata-list"
        ),
        pytest.param(
            "xgboost_points_v1_metadata.json",
            lambda path: path.unlink(),
            r"no model version 1 in .*; stored versions: \[\]",
            id="metadata-gone",
        ),
    ],
)
def test_damage_is_named(tmp_path: Path, name: str, damage: Callable[..., Any], message: str) -> None:
    save_model(tmp_path, MODEL, card())
    damage(tmp_path / name)
    with pytest.raises(ArtefactError, match=message):
        load_model(tmp_path, 1)


def test_bytes_that_are_no_model_are_named(tmp_path: Path) -> None:
    save_model(tmp_path, MODEL, card())
    (tmp_path / "xgboost_points_v1.json").write_text('{"a": 1}')
    metadata = tmp_path / "xgboost_points_v1_metadata.json"
    digest = hashlib.sha256(b'{"a": 1}').hexdigest()
    metadata.write_text(json.dumps(json.loads(metadata.read_text()) | {"model_sha256": digest}))
    with pytest.raises(ArtefactError, match="cannot be read by xgboost"):
        load_model(tmp_path, 1)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    save_model(tmp_path, MODEL, card("a", "2024-01-01"))
    save_model(tmp_path, MODEL, card("b", "2024-03-01"))
    save_model(tmp_path, MODEL, card("c", "2024-02-01", accepted=False))
    save_model(tmp_path, MODEL, card("d", "2024-03-01"))
    return tmp_path


@pytest.mark.parametrize(
    ("day", "version"),
    [
        pytest.param(dt.date(2023, 12, 31), None, id="before-all"),
        pytest.param(dt.date(2024, 1, 1), 1, id="first-unseen-day"),
        pytest.param(dt.date(2024, 2, 15), 1, id="not-accepted-is-passed-over"),
        pytest.param(dt.date(2024, 3, 1), 4, id="newest-of-two"),
    ],
)
def test_newest_model_has_seen_nothing_from_the_day_on(shelf: Path, day: dt.date, version: int | None) -> None:
    found = newest_model(shelf, day)
    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("first", "last", "versions"),
    [
        pytest.param(dt.date(2023, 1, 1), dt.date(2024, 6, 1), [4, 1], id="all"),
        pytest.param(dt.date(2024, 3, 1), dt.date(2024, 6, 1), [4], id="late"),
        pytest.param(dt.date(2024, 1, 1), dt.date(2024, 2, 29), [1], id="early"),
        pytest.param(dt.date(2023, 1, 1), dt.date(2023, 6, 1), [], id="none"),
    ],
)
def test_models_between_are_those_that_some_date_needs(
    shelf: Path, first: dt.date, last: dt.date, versions: list[int]
) -> None:
    assert [found.version for found in models_between(shelf, first, last)] == versions


def test_a_date_is_served_by_the_version_that_has_seen_most_not_by_the_one_trained_last(tmp_path: Path) -> None:
    for number, train_before in enumerate(["2024-03-01", "2024-01-01", "2024-02-01"]):
        save_model(tmp_path, MODEL, card(str(number), train_before))
    assert [found.version for found in models_between(tmp_path, dt.date(2024, 1, 15), dt.date(2024, 4, 1))] == [1, 3, 2]
    assert newest_model(tmp_path, dt.date(2024, 2, 10)).version == 3


def test_decisions_have_the_last_word_on_who_serves(shelf: Path) -> None:
    signed: dict[str, Any] = {"who": "ann", "why": "looked at it", "at": dt.datetime(2024, 6, 1, tzinfo=dt.UTC)}
    promote(shelf, 3, **signed)
    reject(shelf, 4, **signed)
    assert newest_model(shelf, dt.date(2024, 2, 15)).version == 3
    assert newest_model(shelf, dt.date(2024, 3, 1)).version == 2
