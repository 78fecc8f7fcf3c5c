"""How every command begins, speaks and refuses. Imports nothing heavy: `--help` waits for all that is imported here."""

import json
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperCommand

from nba_assets.cli.former import words_today
from nba_assets.errors import RequestError, code_of, coded
from nba_assets.operations.backfills.defaults import REFUSED

if TYPE_CHECKING:
    from nba_assets.platform import Platform

console = Console(width=None if sys.stdout.isatty() else 150)


def open_platform() -> "Platform":
    """The platform that the environment names, its home made ready."""
    from nba_assets.platform import open_platform as opened

    return opened()


class Command(TyperCommand):
    """A command; what the platform refuses it shows as a message and exit code 2, as JSON where that was asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        flags = {name for option in self.params if getattr(option, "is_flag", False) for name in option.opts}
        return super().parse_args(ctx, words_today(self.name or "", args, flags))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except _refusals() as error:
            refuse(error, as_json=bool(ctx.params.get("as_json")))


def _refusals() -> tuple[type[Exception], ...]:
    """What is a refusal and no defect. Imported when something was raised."""
    from nba_assets.claims.errors import ClaimsError
    from nba_assets.settings import SettingsError
    from nba_assets.sources.port import SourceError
    from nba_assets.storage.port import StorageError
    from nba_assets.warehouse.port import WarehouseError

    return ClaimsError, RequestError, SettingsError, SourceError, StorageError, WarehouseError


def refuse(error: object, *, as_json: bool = False) -> NoReturn:
    """Say why nothing was started, and leave."""
    if as_json:
        say(True, "", refused=str(error), code=code_of(error), exit_code=REFUSED)
    else:
        console.print(coded(error), style="red", highlight=False, markup=False)
    raise typer.Exit(REFUSED)


def say(as_json: bool, text: str, **facts: object) -> None:
    """A sentence, or the facts behind it as JSON."""
    if as_json:
        console.print_json(json.dumps(facts))
    else:
        console.print(text, highlight=False, markup=False)
