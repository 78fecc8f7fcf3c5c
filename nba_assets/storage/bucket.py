"""An artefact store in a bucket of Google Cloud Storage."""

from collections.abc import Callable
from typing import TypeVar

import google.api_core.exceptions as api
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from nba_assets.storage.port import ABSENT, Overtaken, StorageError, Stored

Result = TypeVar("Result")


class BucketStore:
    """The `ArtefactStore` of a folder in a bucket; generations are those that the service counts.

    A write that depends on a generation may be repeated: a second one finds that the first has succeeded.
    """

    def __init__(self, client: storage.Client, bucket: str, folder: str = "") -> None:
        self._bucket = client.bucket(bucket)
        self._folder = f"{folder.strip('/')}/" if folder.strip("/") else ""

    def address(self, name: str = "") -> str:
        return f"gs://{self._bucket.name}/{self._folder}{name}".rstrip("/")

    def names(self, prefix: str = "") -> list[str]:
        def action() -> list[str]:
            blobs = self._bucket.client.list_blobs(self._bucket, prefix=f"{self._folder}{prefix}")
            return sorted(blob.name.removeprefix(self._folder) for blob in blobs)

        return self._do(prefix, action)

    def read(self, name: str) -> Stored | None:
        def action() -> Stored | None:
            # The generation is asked for first, and that one read: a write in between cannot mix the two.
            blob = self._bucket.get_blob(f"{self._folder}{name}")
            if blob is None:
                return None
            try:
                content = blob.download_as_bytes(if_generation_match=blob.generation)
            except (api.NotFound, api.PreconditionFailed):
                return action()
            return Stored(content, str(blob.generation))

        return self._do(name, action)

    def write(self, name: str, content: bytes) -> None:
        def action() -> None:
            # The whole object is replaced: repeating it changes nothing.
            self._bucket.blob(f"{self._folder}{name}").upload_from_string(content, retry=DEFAULT_RETRY)

        self._do(name, action)

    def compare_and_set(self, name: str, content: bytes, seen: str) -> str:
        blob = self._bucket.blob(f"{self._folder}{name}")

        def action() -> str:
            expected = 0 if seen == ABSENT else int(seen)
            try:
                blob.upload_from_string(content, if_generation_match=expected, retry=DEFAULT_RETRY)
            except api.PreconditionFailed as error:
                current = self.read(name)
                if current is not None and current.content == content:
                    # Our own write, whose answer was lost, or another's of the same: either way it is stored.
                    return current.generation
                raise Overtaken(
                    f"{self.address(name)} has changed since it was read; read it again, then decide again"
                ) from error
            return str(blob.generation)

        return self._do(name, action)

    def _do(self, name: str, action: Callable[[], Result]) -> Result:
        try:
            return action()
        except (api.GoogleAPICallError, api.RetryError, OSError) as error:
            raise StorageError(
                f"{self.address(name)} cannot be used: {error}. Check the bucket and the right to use it."
            ) from error
