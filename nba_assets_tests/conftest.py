"""Fixtures shared by all tests: where real data lies, temporary homes."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Directory of real NBA data, beside the checkout or where NBA_SHARED_DATA says; skips where absent."""
    place = Path(os.environ.get("NBA_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not place.is_dir():
        pytest.skip(f"no real data at {place}; set NBA_SHARED_DATA")
    return place


@pytest.fixture(scope="session")
def archive_dir(shared_data: Path) -> Path:
    """The clean archive (Parquet)."""
    return shared_data / "archive"
