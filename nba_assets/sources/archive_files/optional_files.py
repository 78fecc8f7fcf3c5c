"""Files that an archive may have beside its box scores: where they lie, and their landed copies."""

import fnmatch
from pathlib import Path

from nba_assets.sources.parsing.landing import UNUSABLE, LandedFile, land
from nba_assets.sources.port import SourceError
from nba_assets.sources.pregame_reports.pregame_files import REPORT_FILES
from nba_assets.sources.shots.shot_files import SHOT_FILES

KINDS = {**SHOT_FILES, **REPORT_FILES}
"""By kind the folder within the archive, and how the files are called."""

OptionalFiles = tuple[tuple[str, tuple[LandedFile, ...]], ...]
"""Landed files of each kind that there is."""


def land_optional_files(directory: Path, landing: Path) -> OptionalFiles:
    """The optional files that the directory has. Raises SourceError for a folder or file that cannot be read.

    What has the name of one and is no file (a dangling link, a circle of links, a directory) is among them, in its own
    place: anyone who reads it says what is wrong with it.
    """
    found = ((kind, _find(directory / folder, patterns)) for kind, (folder, patterns) in KINDS.items())
    return tuple((kind, _landed(paths, landing)) for kind, paths in found if paths)


def _landed(paths: list[Path], landing: Path) -> tuple[LandedFile, ...]:
    unusable = [LandedFile(path.name, UNUSABLE, path) for path in paths if not path.is_file()]
    return (*land([path for path in paths if path.is_file()], landing), *unusable)


def _find(place: Path, patterns: tuple[str, ...]) -> list[Path]:
    try:
        paths = sorted(place.iterdir()) if place.is_dir() else []
    except OSError as error:
        raise SourceError(f"archive {place} cannot be listed: {error.strerror}; check its permissions") from error
    return [path for path in paths if any(fnmatch.fnmatch(path.name, name) for name in patterns)]
