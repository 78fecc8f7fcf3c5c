"""An artefact store in a directory."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from nba_assets.atomic_files import exclusive, write_atomic
from nba_assets.storage.port import ABSENT, Overtaken, StorageError, Stored


class DirectoryStore:
    """The `ArtefactStore` of a directory; the generation of an object is the digest of its content."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def address(self, name: str = "") -> str:
        return str(self._path(name) if name else self._directory)

    def names(self, prefix: str = "") -> list[str]:
        if not self._directory.is_dir():
            return []
        paths = (path for path in self._directory.rglob("*") if path.is_file() and not path.name.startswith("."))
        found = (path.relative_to(self._directory).as_posix() for path in paths)
        return sorted(name for name in found if name.startswith(prefix))

    def read(self, name: str) -> Stored | None:
        try:
            content = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{self.address(name)} cannot be read: {error}") from error
        return Stored(content, _generation(content))

    def write(self, name: str, content: bytes) -> None:
        with self._alone(name):
            self._put(name, content)

    def compare_and_set(self, name: str, content: bytes, seen: str) -> str:
        with self._alone(name):
            current = self.read(name)
            if (current.generation if current else ABSENT) != seen:
                raise Overtaken(f"{self.address(name)} has changed since it was read; read it again, then decide again")
            self._put(name, content)
        return _generation(content)

    def _put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        try:
            write_atomic(path, content)
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error}; check permissions and free space") from error

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """One writer of a directory at a time; the lock dies with its process."""
        path = self._path(name)
        with ExitStack() as locks:
            try:
                locks.enter_context(exclusive(path.parent))
            except OSError as error:
                raise StorageError(f"{path.parent} cannot be written: {error}; choose a directory you own") from error
            yield

    def _path(self, name: str) -> Path:
        path = self._directory / name
        if not name or not path.resolve().is_relative_to(self._directory.resolve()):
            raise StorageError(f"{name!r} is no name of an object in {self._directory}")
        return path


def _generation(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
