"""The port of an artefact store: whole objects by name, and one write that depends on what is stored."""

from dataclasses import dataclass
from typing import Protocol


class StorageError(Exception):
    """A store cannot be used; the message names its address and says what to do."""

    code = "NBA-601"


class Overtaken(StorageError):
    """Not written: the object is not what the writer had seen. Read it again and decide again."""

    code = "NBA-602"


@dataclass(frozen=True)
class Stored:
    """The content of an object, and the generation by which a later write tells whether it still holds."""

    content: bytes
    generation: str


ABSENT = ""
"""The generation of an object that does not exist."""


class ArtefactStore(Protocol):
    """Objects are written whole or not at all, and a reader sees a whole one. Names are relative, with `/`.

    Every method raises StorageError when the store cannot be reached or refuses.
    """

    def address(self, name: str = "") -> str:
        """The full address of an object, or of the store, for people to open."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """Names that begin with the prefix, in order."""
        ...

    def read(self, name: str) -> Stored | None:
        """The object, or None where there is none of that name."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Put the object in place, whatever was stored there."""
        ...

    def compare_and_set(self, name: str, content: bytes, seen: str) -> str:
        """Put the object in place of the generation that was seen (ABSENT: of none); its new generation.

        Of two writers that have seen the same, one writes and the other gets Overtaken.
        """
        ...
