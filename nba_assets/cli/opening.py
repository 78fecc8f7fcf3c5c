"""What every command opens first: settings, home, source, warehouse, claims; and how it refuses."""

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from nba_assets.claims.store import ClaimStore
from nba_assets.definitions import open_warehouse
from nba_assets.errors import coded
from nba_assets.operations.backfills.result import REFUSED
from nba_assets.operations.home import prepare_home
from nba_assets.settings import Settings, SettingsError, from_environment
from nba_assets.sources.port import Source, SourceError
from nba_assets.sources.registry import open_source
from nba_assets.storage.models import stored_models
from nba_assets.storage.port import StorageError
from nba_assets.warehouse.port import Warehouse, WarehouseError

console = Console(width=None if sys.stdout.isatty() else 150)


@dataclass(frozen=True)
class Platform:
    """The environment of one command; source and warehouse are opened when they are first asked for."""

    settings: Settings

    @cached_property
    def store(self) -> ClaimStore:
        return ClaimStore(self.settings.claims_url)

    @cached_property
    def source(self) -> Source:
        try:
            return open_source(self.settings)
        except SourceError as error:
            refuse(error)

    @cached_property
    def warehouse(self) -> Warehouse:
        try:
            return open_warehouse(self.settings, self.source)
        except (SourceError, WarehouseError) as error:
            refuse(error)

    @cached_property
    def models(self) -> Path:
        try:
            return stored_models(self.settings)
        except StorageError as error:
            refuse(error)


def open_platform() -> Platform:
    """The platform that the environment names, its home made ready; refuses what cannot be used."""
    try:
        settings = from_environment()
        prepare_home(settings)
    except SettingsError as error:
        refuse(error)
    return Platform(settings)


def refuse(error: object, code: int = REFUSED) -> NoReturn:
    """Say why nothing was started, and leave."""
    console.print(coded(error), style="red", highlight=False, markup=False)
    raise typer.Exit(code)


def say(as_json: bool, text: str, **facts: object) -> None:
    """A sentence, or the facts behind it as JSON."""
    if as_json:
        console.print_json(json.dumps(facts))
    else:
        console.print(text, highlight=False, markup=False)
