"""Commands of former releases are still understood, and not shown."""

import typer

from nba_assets.cli import app

COMMANDS = typer.main.get_command(app).commands


def test_commands_of_former_releases_are_hidden_and_do_the_same() -> None:
    former = {"hold": "freeze", "release": "unfreeze"}
    assert {name for name, command in COMMANDS.items() if command.hidden} == set(former)
    for old, new in former.items():
        assert COMMANDS[old].callback is not None
        assert COMMANDS[old].help == COMMANDS[new].help
        assert [option.name for option in COMMANDS[old].params] == [option.name for option in COMMANDS[new].params]
