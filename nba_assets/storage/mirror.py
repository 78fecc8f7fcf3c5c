"""A directory that stands for a shared store: what others have handed in is fetched, what is new here is handed in.

Models and cards are never changed after they were written, so an object that is there needs no second look. A pointer
(which model is champion) is: its owner moves it by `compare_and_set` on the store, and here it is always fetched.
"""

from pathlib import Path

from nba_assets.storage.directory import DirectoryStore
from nba_assets.storage.opening import open_store
from nba_assets.storage.port import ABSENT, Overtaken

POINTERS = ("champion.json",)


def fetch(address: str, directory: Path) -> list[str]:
    """Names of what was copied from the store into the directory; nothing happens without an address.

    In order of names, so that a model is there before the metadata that makes it count. Raises StorageError.
    """
    if not address:
        return []
    store, here = open_store(address), DirectoryStore(directory)
    standing = set(here.names())
    fetched = []
    for name in store.names():
        if (name not in standing or name in POINTERS) and (stored := store.read(name)) is not None:
            here.write(name, stored.content)
            fetched.append(name)
    return fetched


def hand_in(address: str, directory: Path) -> list[str]:
    """Names of what was copied from the directory into the store; nothing happens without an address.

    Raises Overtaken where another process has handed in something else under the same name: two trainings have
    numbered their versions alike. Its model stays; remove this one's files, fetch, and train again.
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
                f"{store.address(name)} was handed in by another training; remove {here.address(name)} and train again"
            ) from error
        handed.append(name)
    return handed
