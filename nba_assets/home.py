"""The home directory: everything a run writes lies under it."""

import os
from importlib.resources import files

from nba_assets.settings import Settings, SettingsError


def prepare_home(settings: Settings) -> None:
    """Make the home ready for Dagster, and point this process and its children at it.

    An existing dagster.yaml is kept. Raises SettingsError when the directory cannot be written, or holds the
    data of another source: two sources in one warehouse would read each other's history.
    """
    try:
        settings.dagster_home.mkdir(parents=True, exist_ok=True)
        _claim_for_source(settings)
        settings.models.mkdir(exist_ok=True)
        target = settings.dagster_home / "dagster.yaml"
        if not target.exists():
            target.write_text(files("nba_assets").joinpath("local_dagster.yaml").read_text())
    except OSError as error:
        raise SettingsError(
            f"the home {settings.home} cannot be written ({error}); set NBA_HOME to a directory you own"
        ) from error
    point_at(settings)


def point_at(settings: Settings) -> None:
    """Tell Dagster, in this process and its children, where its home is."""
    os.environ.update(settings.environment())


def _claim_for_source(settings: Settings) -> None:
    marker = settings.home / "source"
    if not marker.exists():
        marker.write_text(settings.source + "\n")
    elif (blocked := marker.read_text().strip()) != settings.source:
        raise SettingsError(
            f"the home {settings.home} holds data of the source {blocked!r}, not {settings.source!r}; set NBA_HOME to "
            "another directory, or remove this one (make clean)"
        )
