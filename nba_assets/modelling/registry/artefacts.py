"""Model files: `xgboost_points_v{N}.json` and `_metadata.json`, written whole or not at all, never changed after.

The metadata file is written last and is what makes a version exist.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nba_assets.atomic_files import exclusive, write_atomic
from nba_assets.modelling.registry.decisions import Decisions, Status, read_decisions

if TYPE_CHECKING:
    from nba_assets.modelling.points_model import PointsModel

_METADATA_NAME = re.compile(r"xgboost_points_v(\d+)_metadata\.json")


class ArtefactError(Exception):
    """A model file is missing, unreadable or not what its metadata says; the message names it."""

    code = "NBA-501"


@dataclass(frozen=True)
class SavedModel:
    """A stored version: its metadata, and the model once loaded."""

    version: int
    metadata: Mapping[str, Any]
    model: "PointsModel"

    @property
    def model_id(self) -> str:
        return model_id(self.version)

    @property
    def train_before(self) -> dt.date:
        """First date this version may predict."""
        return dt.date.fromisoformat(self.metadata["train_before"])


def model_id(version: int) -> str:
    """A version as files and predictions name it."""
    return f"xgboost_points_v{version}"


def model_path(models_dir: Path, version: int) -> Path:
    """Where the boosters of a version are kept."""
    return models_dir / f"{model_id(version)}.json"


def metadata_path(models_dir: Path, version: int) -> Path:
    """Where the metadata of a version are kept."""
    return models_dir / f"{model_id(version)}_metadata.json"


def save_model(models_dir: Path, model: "PointsModel", metadata: Mapping[str, Any]) -> SavedModel:
    """Store the model as the next version and return it; the directory is made when absent.

    `metadata` must hold `identity` and `train_before`; `model_id`, `version` and `model_sha256`
    are added. When a version with the same identity is stored, that one is returned and nothing is
    written. Raises ArtefactError when a stored version is unreadable, OSError when the disk refuses.
    """
    content = model.to_bytes()
    with exclusive(models_dir):
        stored = matching_version(models_dir, metadata["identity"])
        if stored is not None:
            return stored
        version = max(stored_versions(models_dir), default=0) + 1
        complete = {
            **metadata,
            "model_id": model_id(version),
            "version": version,
            "model_sha256": hashlib.sha256(content).hexdigest(),
        }
        text = json.dumps(complete, indent=2, sort_keys=True, allow_nan=False) + "\n"
        write_atomic(model_path(models_dir, version), content)
        write_atomic(metadata_path(models_dir, version), text.encode())
    return SavedModel(version, complete, model)


def stored_versions(models_dir: Path) -> list[int]:
    """Versions with metadata, ascending; a model file alone is a write that never finished."""
    if not models_dir.is_dir():
        return []
    found = (_METADATA_NAME.fullmatch(path.name) for path in models_dir.iterdir())
    return sorted(int(match.group(1)) for match in found if match)


def matching_version(models_dir: Path, identity: str) -> SavedModel | None:
    """The newest stored version with this identity, or None."""
    for version in reversed(stored_versions(models_dir)):
        if read_metadata(models_dir, version)["identity"] == identity:
            return load_model(models_dir, version)
    return None


def newest_metadata(models_dir: Path) -> dict[str, Any] | None:
    """The metadata of the newest stored version, None before the first."""
    versions = stored_versions(models_dir)
    return read_metadata(models_dir, versions[-1]) if versions else None


def read_metadata(models_dir: Path, version: int) -> dict[str, Any]:
    """The metadata of a version. Raises ArtefactError when the file is missing, not JSON or incomplete."""
    path = metadata_path(models_dir, version)
    try:
        metadata = json.loads(path.read_text())
    except FileNotFoundError as error:
        known = stored_versions(models_dir)
        raise ArtefactError(f"no model version {version} in {models_dir}; stored versions: {known}") from error
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{path} is unreadable ({error}); remove it and train again") from error
    required = {"identity", "version", "train_before", "model_sha256", "accepted"}
    absent = sorted(required - set(metadata)) if isinstance(metadata, dict) else sorted(required)
    if absent:
        raise ArtefactError(f"{path} lacks {absent}; remove it and train again")
    return dict(metadata)


def load_model(models_dir: Path, version: int) -> SavedModel:
    """A stored version with its model.

    Raises ArtefactError when the version does not exist, or its model file is missing, differs from
    the bytes that were stored, or cannot be parsed.
    """
    # Anyone who lists versions reads their metadata alone.
    import xgboost

    from nba_assets.modelling.points_model import PointsModel

    metadata = read_metadata(models_dir, version)
    path = model_path(models_dir, version)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ArtefactError(f"{path} is unreadable ({error.strerror}), but its metadata is there") from error
    if hashlib.sha256(content).hexdigest() != metadata["model_sha256"]:
        raise ArtefactError(f"{path} is corrupt: its SHA-256 is not the one in its metadata; train again")
    try:
        model = PointsModel.from_bytes(content)
    except (xgboost.core.XGBoostError, ValueError) as error:
        raise ArtefactError(f"{path} cannot be read by xgboost {xgboost.__version__}: {error}") from error
    return SavedModel(version, metadata, model)


def newest_model(models_dir: Path, as_of: dt.date) -> SavedModel | None:
    """The accepted version that serves the date `as_of`, or None."""
    models = models_between(models_dir, as_of, as_of)
    return models[0] if models else None


def models_between(models_dir: Path, first: dt.date, last: dt.date) -> list[SavedModel]:
    """The versions that serve some date of the range, in serving order.

    A date is served by the first of them whose `train_before` is not after it. Raises ArtefactError for unreadable
    metadata, and DecisionError for unreadable decisions.
    """
    readable = {version: read_metadata(models_dir, version) for version in stored_versions(models_dir)}
    used: list[SavedModel] = []
    for version, train_before in serving_order(readable, read_decisions(models_dir)):
        if train_before <= last:
            used.append(load_model(models_dir, version))
            if train_before <= first:
                break
    return used


def serving_order(versions: Mapping[int, Mapping[str, Any]], decided: Decisions) -> list[tuple[int, dt.date]]:
    """Accepted ones of the versions (number: metadata) with their `train_before`, in the order they are asked in.

    The one that has seen most comes first, so that a version of a month serves that month however many were
    trained after it; of those that have seen the same dates only the newest version is there.
    """
    newest: dict[dt.date, int] = {}
    for version in sorted(versions):
        if decided.status(version, versions[version]) is Status.ACCEPTED:
            newest[dt.date.fromisoformat(versions[version]["train_before"])] = version
    return [(newest[train_before], train_before) for train_before in sorted(newest, reverse=True)]
