"""The one place that turns an address into an artefact store."""

from pathlib import Path

from nba_assets.storage.directory import DirectoryStore
from nba_assets.storage.port import ArtefactStore


def open_store(address: str | Path) -> ArtefactStore:
    """The store at gs://bucket/folder, or in a directory."""
    if isinstance(address, str) and address.startswith("gs://"):
        # Google's libraries take long to import; a home on disk needs none of them.
        from dagster_gcp import GCSResource

        from nba_assets.storage.bucket import BucketStore

        bucket, _, folder = address.removeprefix("gs://").partition("/")
        return BucketStore(GCSResource().get_client(), bucket, folder)
    return DirectoryStore(Path(address))
