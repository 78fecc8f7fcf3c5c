"""Delivered files kept as they came: content-addressed, read-only, never overwritten.

Parsers read the landed copy, so that a corrected parser needs no second fetch.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from nba_assets.sources.port import SourceError

_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class LandedFile:
    """One delivered file: the name it came under, its sha256, and its immutable copy."""

    name: str
    digest: str
    path: Path


UNUSABLE = "unusable"
"""Digest of what has a file's name and is none, as a dangling link: nothing of it is landed."""


@dataclass(frozen=True)
class _Seen:
    """What a delivered file looked like when it was hashed."""

    size: int
    mtime_ns: int
    digest: str


def land(files: Iterable[Path], landing: Path) -> tuple[LandedFile, ...]:
    """Copies each file to `landing/<first 16 digits of sha256>_<name>`, unless that content is there already.

    A file whose path, size and modification time are those of the manifest is taken as unchanged and not read
    again. Raises SourceError when a file cannot be read or the landing directory not written.
    """
    try:
        landing.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(
            f"cannot create the landing directory {landing}: {error.strerror}; choose a writable NBA_HOME"
        ) from error
    seen = _read_manifest(landing)
    landed, current = [], dict(seen)
    for file in files:
        key = str(file.resolve())
        try:
            stat = file.stat()
            known = seen.get(key)
            if known and (known.size, known.mtime_ns) == (
                stat.st_size,
                stat.st_mtime_ns,
            ):
                copy = LandedFile(
                    file.name,
                    known.digest,
                    _landed_path(landing, known.digest, file.name),
                )
                if copy.path.is_file() and copy.path.stat().st_size == stat.st_size:
                    landed.append(copy)
                    continue
            digest = _copy(file, landing)
        except OSError as error:
            raise SourceError(
                f"cannot land {file}: {error.strerror}; check its permissions, and room and permissions in {landing}"
            ) from error
        current[key] = _Seen(stat.st_size, stat.st_mtime_ns, digest)
        landed.append(LandedFile(file.name, digest, _landed_path(landing, digest, file.name)))
    if current != seen:
        _write_manifest(landing, current)
    return tuple(landed)


def _landed_path(landing: Path, digest: str, name: str) -> Path:
    return landing / f"{digest[:16]}_{name}"


def _copy(file: Path, landing: Path) -> str:
    """Copies under a temporary name and renames, so that a landed name always holds whole content."""
    with tempfile.NamedTemporaryFile(dir=landing, prefix=".partial_", delete=False) as target:
        temporary = Path(target.name)
        try:
            with file.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
            with temporary.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            final = _landed_path(landing, digest, file.name)
            if not final.exists():
                temporary.chmod(0o444)
                temporary.rename(final)
        finally:
            temporary.unlink(missing_ok=True)
    return digest


def _read_manifest(landing: Path) -> dict[str, _Seen]:
    """The manifest saves hashing only: one that is missing or damaged means that every file is hashed again."""
    try:
        entries = json.loads((landing / _MANIFEST).read_text())
        return {path: _Seen(**entry) for path, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write_manifest(landing: Path, seen: dict[str, _Seen]) -> None:
    text = json.dumps({path: asdict(entry) for path, entry in sorted(seen.items())}, indent=1)
    with tempfile.NamedTemporaryFile("w", dir=landing, prefix=".partial_", delete=False) as target:
        target.write(text)
    Path(target.name).replace(landing / _MANIFEST)
