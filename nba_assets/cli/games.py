"""What a person decides about single games, from the terminal: game, quarantine, accept."""

import datetime as dt
from typing import Annotated

import typer

from nba_assets.cli.opening import open_platform
from nba_assets.cli.operate import say_effect
from nba_assets.cli.options import DAY, Json, Reason
from nba_assets.errors import RequestError

Game = Annotated[str, typer.Argument(help="Id of the game, for example 0022400061.")]
OfTable = Annotated[str, typer.Option("--table", help="The table, for example team_box_scores.")]
GameDate = Annotated[
    dt.datetime | None, typer.Option("--date", formats=[DAY], help="Its date; needed where it was due on several.")
]


def game(
    game_id: Game,
    reason: Reason,
    postponed: Annotated[bool, typer.Option("--postponed", help="It is played on another date, or later.")] = False,
    not_played: Annotated[bool, typer.Option("--not-played", help="It is not played at all.")] = False,
    as_delivered: Annotated[bool, typer.Option("--as-delivered", help="Withdraw what was said of it.")] = False,
    date: GameDate = None,
    as_json: Json = False,
) -> None:
    """Say that a game that was due is not played on its date; who said it and why is in the journal."""
    from nba_assets.operations import commands

    said = {"postponed": postponed, "not_played": not_played, "as_delivered": as_delivered}
    chosen = [status for status, is_said in said.items() if is_said]
    if len(chosen) != 1:
        raise RequestError("say one thing of the game: --postponed, --not-played or --as-delivered")
    platform = open_platform()
    effect = commands.say_of_game(
        platform.claims, platform.warehouse, game_id, chosen[0], who=platform.settings.who, why=reason,
        day=date.date() if date else None,
    )  # fmt: skip
    say_effect(effect, as_json)


def quarantine(game_id: Game, table: OfTable, reason: Reason, date: GameDate = None, as_json: Json = False) -> None:
    """Publish a game of a table no more: its date is published without it, until somebody accepts it."""
    from nba_assets.operations import quarantine as deciding

    platform = open_platform()
    effect = deciding.quarantine(
        platform.claims, platform.warehouse, game_id, table, who=platform.settings.who, why=reason,
        day=date.date() if date else None,
    )  # fmt: skip
    say_effect(effect, as_json)


def accept(game_id: Game, table: OfTable, reason: Reason, date: GameDate = None, as_json: Json = False) -> None:
    """Publish a quarantined game of a table as it was delivered.

    It is a waiver of all rules of the table for this one game, without an end; what is built on it says so. What a
    person has quarantined is judged by the rules again.
    """
    from nba_assets.operations import quarantine as deciding

    platform = open_platform()
    effect = deciding.accept(
        platform.warehouse, game_id, table, who=platform.settings.who, why=reason, day=date.date() if date else None
    )
    say_effect(effect, as_json)
