"""The models as everybody reads them: what the store holds, in the directory of this machine."""

from pathlib import Path

from nba_assets.settings import Settings
from nba_assets.storage.mirror import fetch


def stored_models(settings: Settings) -> Path:
    """The directory of the models, with all that was pushed elsewhere. Raises StorageError."""
    fetch(settings.model_store, settings.models)
    return settings.models
