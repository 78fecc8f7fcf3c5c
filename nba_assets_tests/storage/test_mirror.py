"""Models trained on one machine serve on another, and no training replaces another's."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nba_assets.settings import Settings
from nba_assets.storage import mirror
from nba_assets.storage.directory import DirectoryStore
from nba_assets.storage.models import stored_models
from nba_assets.storage.port import ABSENT, Overtaken


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DirectoryStore:
    """What is published at gs://bucket: a directory, for the mirror asks a store only what every store can do."""
    store = DirectoryStore(tmp_path / "bucket")
    monkeypatch.setattr(mirror, "open_store", lambda address: store)
    return store


ADDRESS = "gs://bucket"


def write(directory: Path, **files: str) -> None:
    for name, text in files.items():
        DirectoryStore(directory).write(f"{name}.json", text.encode())


def test_what_one_machine_hands_in_another_fetches(shared: DirectoryStore, tmp_path: Path) -> None:
    write(tmp_path / "a", v1="model", v1_metadata="facts")
    assert mirror.push(ADDRESS, tmp_path / "a") == ["v1.json", "v1_metadata.json"], "the metadata last"
    assert mirror.push(ADDRESS, tmp_path / "a") == []
    assert mirror.fetch(ADDRESS, tmp_path / "b") == ["v1.json", "v1_metadata.json"]
    assert mirror.fetch(ADDRESS, tmp_path / "b") == []
    assert (tmp_path / "b" / "v1.json").read_text() == "model"


def pointer(*moves: str) -> str:
    return json.dumps({"history": moves})


def test_a_pointer_that_goes_on_is_handed_in_and_fetched(shared: DirectoryStore, tmp_path: Path) -> None:
    write(tmp_path / "a", champion=pointer("v1"))
    assert mirror.push(ADDRESS, tmp_path / "a") == ["champion.json"]
    assert mirror.fetch(ADDRESS, tmp_path / "b") == ["champion.json"]
    write(tmp_path / "b", champion=pointer("v1", "v2"))
    assert mirror.fetch(ADDRESS, tmp_path / "b") == [], "what was not pushed yet is kept"
    assert mirror.push(ADDRESS, tmp_path / "b") == ["champion.json"]
    assert mirror.push(ADDRESS, tmp_path / "b") == []
    assert mirror.fetch(ADDRESS, tmp_path / "a") == ["champion.json"]
    assert (tmp_path / "a" / "champion.json").read_text() == pointer("v1", "v2")


def test_a_pointer_that_somebody_else_has_moved_is_not_moved(shared: DirectoryStore, tmp_path: Path) -> None:
    shared.compare_and_set("champion.json", pointer("v1").encode(), ABSENT)
    write(tmp_path / "a", champion=pointer("mine"))
    with pytest.raises(Overtaken, match=r"champion.json was moved by somebody else; fetch it and decide again"):
        mirror.push(ADDRESS, tmp_path / "a")
    assert mirror.fetch(ADDRESS, tmp_path / "a") == ["champion.json"]
    assert (tmp_path / "a" / "champion.json").read_text() == pointer("v1")


def test_two_trainings_with_one_number_do_not_replace_each_other(
    shared: DirectoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a", v1="a's")
    write(tmp_path / "b", v1="b's")
    names = shared.names
    monkeypatch.setattr(shared, "names", list)
    mirror.push(ADDRESS, tmp_path / "a")
    with pytest.raises(Overtaken, match=r"v1\.json was pushed by another training"):
        mirror.push(ADDRESS, tmp_path / "b")
    monkeypatch.setattr(shared, "names", names)
    assert shared.read("v1.json").content == b"a's"


def test_without_an_address_nothing_happens(tmp_path: Path) -> None:
    write(tmp_path, v1="model")
    assert mirror.fetch("", tmp_path) == mirror.push("", tmp_path) == []


def test_everybody_who_reads_models_reads_those_of_the_store(shared: DirectoryStore, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model_store=ADDRESS)
    write(tmp_path / "a", v1="model", v1_metadata="facts")
    mirror.push(ADDRESS, tmp_path / "a")
    assert (stored_models(settings) / "v1_metadata.json").read_text() == "facts"
    assert stored_models(replace(settings, model_store="")) == settings.models


def test_a_card_that_tells_of_a_new_decision_replaces_the_one_before(shared: DirectoryStore, tmp_path: Path) -> None:
    here, there = DirectoryStore(tmp_path / "a"), DirectoryStore(tmp_path / "b")
    here.write("v1_card.md", b"waits for a decision")
    mirror.push(ADDRESS, tmp_path / "a")
    mirror.fetch(ADDRESS, tmp_path / "b")
    here.write("v1_card.md", b"champion")
    here.write("champion.json", pointer("v1").encode())
    mirror.push(ADDRESS, tmp_path / "a")
    assert mirror.fetch(ADDRESS, tmp_path / "b") == ["v1_card.md", "champion.json"], "what it names is there"
    assert there.read("v1_card.md").content == b"champion"
