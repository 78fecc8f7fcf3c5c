"""What every artefact store holds: whole objects, and of two writers that have seen the same only one."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets.storage.factory import open_store
from nba_assets.storage.port import ABSENT, ArtefactStore, Overtaken, StorageError
from nba_assets_tests.servers.running import gcs_server

STORES = ["directory", pytest.param("bucket", marks=[pytest.mark.long, pytest.mark.server])]


@pytest.fixture(scope="module")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with gcs_server(tmp_path_factory.mktemp("gcs")) as address:
        yield address


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtefactStore:
    if request.param == "directory":
        return open_store(tmp_path / "models")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", request.getfixturevalue("gcs"))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "nba")
    from google.cloud import storage

    client = storage.Client()
    name = f"b{os.urandom(6).hex()}"
    client.create_bucket(name)
    return open_store(f"gs://{name}/models")


def test_what_was_written_is_read_whole_and_listed(store: ArtefactStore) -> None:
    assert store.names() == []
    assert store.read("v1.json") is None
    for name in ("v2.json", "v1.json", "cards/v1.html"):
        store.write(name, name.encode() * 1000)
    assert store.read("v1.json").content == b"v1.json" * 1000
    assert store.names() == ["cards/v1.html", "v1.json", "v2.json"]
    assert store.names("v") == ["v1.json", "v2.json"]
    assert store.address("v1.json").endswith("models/v1.json")
    store.write("v1.json", b"")
    assert store.read("v1.json").content == b""


def test_only_who_has_seen_what_is_published_may_replace_it(store: ArtefactStore) -> None:
    first = store.compare_and_set("champion.json", b"v1", ABSENT)
    with pytest.raises(Overtaken, match=r"champion\.json has changed since it was read"):
        store.compare_and_set("champion.json", b"v2", ABSENT)
    second = store.compare_and_set("champion.json", b"v3", first)
    with pytest.raises(Overtaken):
        store.compare_and_set("champion.json", b"v4", first)
    current = store.read("champion.json")
    assert (current.content, current.generation) == (b"v3", second)


def test_of_many_writers_at_once_one_wins(store: ArtefactStore) -> None:
    seen = store.compare_and_set("champion.json", b"v0", ABSENT)
    outcomes: list[str] = []

    def promote(number: int) -> None:
        try:
            store.compare_and_set("champion.json", f"v{number}".encode(), seen)
            outcomes.append(f"v{number}")
        except Overtaken:
            outcomes.append("")

    threads = [threading.Thread(target=promote, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [outcome for outcome in outcomes if outcome]
    assert store.read("champion.json").content == winner.encode()


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    store = open_store(tmp_path / "file")
    with pytest.raises(StorageError, match="file cannot be written"):
        store.write("v1.json", b"1")
    with pytest.raises(StorageError, match=r"no name of an object"):
        store.read("../elsewhere")


def test_an_interrupted_write_leaves_what_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path)
    store.write("v1.json", b"1")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("nba_assets.atomic_files.os.fsync", full)
    with pytest.raises(StorageError, match="no space left"):
        store.write("v1.json", b"2")
    assert store.read("v1.json").content == b"1"
    assert store.names() == ["v1.json"]
