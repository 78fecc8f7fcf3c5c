"""A directory that represents a shared store: what others have pushed is fetched, what is new here is pushed.

Models are never changed after they were written, so an object that is there needs no second look. A pointer
(which model is champion, with the history of its moves) is: it is moved only from the generation that was seen, and
only when the moves here go on from those in the store.
"""

import json
from pathlib import Path

from nba_assets.storage.directory import DirectoryStore
from nba_assets.storage.factory import open_store
from nba_assets.storage.port import ABSENT, ArtefactStore, Overtaken

POINTERS = ("champion.json",)
CARDS = (".md", ".html")
"""Rewritten from records after every decision: the newest one replaces the stored one."""


def fetch(address: str, directory: Path) -> list[str]:
    """Names of what was copied from the store into the directory; nothing happens without an address.

    In order of names, so that a model is there before the metadata that makes it count, and a pointer after all that it
    names; a card again when a pointer has moved, for it tells of every decision. Raises StorageError.
    """
    if not address:
        return []
    store, here = open_store(address), DirectoryStore(directory)
    local, names = set(here.names()), store.names()
    moved = [name for name in POINTERS if name in names and not _is_known(store, here, name)]
    kept = {name for name in local if not (moved and name.endswith(CARDS))}
    wanted = [name for name in names if name not in kept and name not in POINTERS]
    fetched = []
    for name in [*wanted, *moved]:
        stored = store.read(name)
        if stored is not None:
            here.write(name, stored.content)
            fetched.append(name)
    return fetched


def push(address: str, directory: Path) -> list[str]:
    """Names of what was copied from the directory into the store; nothing happens without an address.

    Raises Overtaken where another process has pushed something else under the same name (two trainings have
    numbered their versions alike), or has moved a pointer since: what it did stays; fetch, and do this again.
    """
    if not address:
        return []
    store, here = open_store(address), DirectoryStore(directory)
    handed = []
    for name in sorted(set(here.names()) - set(store.names()) - set(POINTERS)):
        stored = here.read(name)
        if stored is None:
            continue
        try:
            store.compare_and_set(name, stored.content, ABSENT)
        except Overtaken as error:
            raise Overtaken(
                f"{store.address(name)} was pushed by another training; remove {here.address(name)} and train again"
            ) from error
        handed.append(name)
    for name in (name for name in here.names() if name.endswith(CARDS) and name not in handed):
        mine, there = here.read(name), store.read(name)
        if mine is not None and (there is None or there.content != mine.content):
            store.write(name, mine.content)
    return [*handed, *(name for name in POINTERS if _move(store, here, name))]


def _move(store: ArtefactStore, here: DirectoryStore, name: str) -> bool:
    """Hand in a pointer that was moved here; whether it was."""
    mine, there = here.read(name), store.read(name)
    if mine is None or (there is not None and mine.content == there.content):
        return False
    if there is not None and not _goes_on_from(mine.content, there.content):
        raise Overtaken(f"{store.address(name)} was moved by somebody else; fetch it and decide again")
    store.compare_and_set(name, mine.content, ABSENT if there is None else there.generation)
    return True


def _is_known(store: ArtefactStore, here: DirectoryStore, name: str) -> bool:
    """Whether every move of a pointer of the store has been made here."""
    mine, there = here.read(name), store.read(name)
    return there is None or (mine is not None and _goes_on_from(mine.content, there.content))


def _goes_on_from(mine: bytes, theirs: bytes) -> bool:
    """Whether the history of a pointer begins with all moves of another."""
    moves, seen = json.loads(mine)["history"], json.loads(theirs)["history"]
    return bool(moves[: len(seen)] == seen)
