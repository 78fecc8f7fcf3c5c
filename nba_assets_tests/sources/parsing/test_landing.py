"""Delivered files stay as they came."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from nba_assets.sources.parsing.landing import land
from nba_assets.sources.port import SourceError


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    file = tmp_path / "delivered" / "games.csv"
    file.parent.mkdir()
    file.write_text("first")
    return file


def test_copy_is_named_after_its_content_and_read_only(delivered: Path, tmp_path: Path) -> None:
    (landed,) = land([delivered], tmp_path / "landing")
    digest = hashlib.sha256(b"first").hexdigest()
    assert (landed.name, landed.digest) == ("games.csv", digest)
    assert landed.path == tmp_path / "landing" / f"{digest[:16]}_games.csv"
    assert landed.path.read_text() == "first"
    assert landed.path.stat().st_mode & 0o222 == 0


def test_a_later_delivery_is_published_beside_the_earlier(delivered: Path, tmp_path: Path) -> None:
    (before,) = land([delivered], tmp_path / "landing")
    delivered.write_text("second, longer")
    (after,) = land([delivered], tmp_path / "landing")
    assert before.path.read_text() == "first"
    assert after.path.read_text() == "second, longer"
    assert before.digest != after.digest


def test_landed_content_is_never_written_again(delivered: Path, tmp_path: Path) -> None:
    (before,) = land([delivered], tmp_path / "landing")
    inode = before.path.stat().st_ino
    (tmp_path / "landing" / "manifest.json").unlink()
    (after,) = land([delivered], tmp_path / "landing")
    assert after == before
    assert after.path.stat().st_ino == inode


def test_a_file_with_the_size_and_time_of_the_manifest_is_not_read(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = land([delivered], tmp_path / "landing")

    def no_reading(*_: object) -> None:
        raise AssertionError("the file was read again")

    monkeypatch.setattr(shutil, "copyfileobj", no_reading)
    assert land([delivered], tmp_path / "landing") == (before,)
    os.utime(delivered, ns=(1, 1))
    with pytest.raises(AssertionError, match="read again"):
        land([delivered], tmp_path / "landing")


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"x": {"size": 1}}'])
def test_a_damaged_manifest_costs_no_more_than_hashing(delivered: Path, tmp_path: Path, damaged: str) -> None:
    (before,) = land([delivered], tmp_path / "landing")
    (tmp_path / "landing" / "manifest.json").write_text(damaged)
    assert land([delivered], tmp_path / "landing") == (before,)


def test_a_full_disk_leaves_nothing_half_written(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", no_room)
    with pytest.raises(SourceError, match=r"games\.csv: No space left on device"):
        land([delivered], tmp_path / "landing")
    assert list((tmp_path / "landing").iterdir()) == []


def test_a_landing_place_that_is_a_file_is_refused(delivered: Path, tmp_path: Path) -> None:
    (tmp_path / "landing").write_text("")
    with pytest.raises(SourceError, match="cannot create the landing directory"):
        land([delivered], tmp_path / "landing")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot land .*absent\.csv: No such file"):
        land([tmp_path / "absent.csv"], tmp_path / "landing")
