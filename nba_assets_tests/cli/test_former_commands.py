"""Commands and options of former releases are still understood, and not shown."""

import shlex
from typing import cast

import pytest
import typer
from typer.testing import CliRunner

from nba_assets.cli import app, former

COMMANDS = cast(typer.core.TyperGroup, typer.main.get_command(app)).commands

DATES = "team_offense --from 2025-01-15 --to 2025-01-17"
SIGNED = "--until 2025-01-20 --reason why"
FORMER_AND_TODAY = [
    (f"freeze team_offense 2025-01-15 2025-01-17 {SIGNED}", f"freeze {DATES} {SIGNED}"),
    (f"hold {SIGNED} team_offense 2025-01-15", f"freeze {SIGNED} team_offense --from 2025-01-15"),
    ("invalidate team_offense 2025-01-15 2025-01-17 --json --reason why", f"invalidate {DATES} --json --reason why"),
    (f"waive team_offense --json 2025-01-15 2025-01-17 --rule * {SIGNED}",
     f"waive team_offense --json --from 2025-01-15 --to 2025-01-17 --rule * {SIGNED}"),
    ("invalidate team_offense 2025-01-15 --reason 2025-01-15",
     "invalidate team_offense --from 2025-01-15 --reason 2025-01-15"),
    ("plan --all --tables team_offense", "plan --no-resume --tables team_offense"),
    ("promote 3 --why better", "promote 3 --reason better"),
    ("reject 3 --why=leaks", "reject 3 --reason=leaks"),
    ("rollback --why worse", "rollback --reason worse"),
    ("release 7 --reason done", "unfreeze 7 --reason done"),
    ("train --last 2025-01-31", "train --to 2025-01-31"),
    ("train --detach --walk-forward 2024-10-01 2025-06-30 --dry-run",
     "train --detach --walk-forward --from 2024-10-01 --to 2025-06-30 --dry-run"),
]  # fmt: skip


def parsed(line: str) -> dict[str, object]:
    name, *words = shlex.split(line)
    return COMMANDS[name].make_context(name, words).params


@pytest.mark.parametrize(("line", "today"), FORMER_AND_TODAY)
def test_a_former_form_is_read_as_todays(line: str, today: str) -> None:
    assert parsed(line) == parsed(today)


@pytest.mark.parametrize("today", [today for _, today in FORMER_AND_TODAY])
def test_todays_form_is_read_as_it_is(today: str) -> None:
    name, *words = shlex.split(today)
    assert former.words_today(name, words, ["--json"]) == words


def test_a_date_too_many_is_refused() -> None:
    line = "invalidate team_offense 2025-01-15 2025-01-16 2025-01-17 --reason why"
    result = CliRunner().invoke(app, shlex.split(line))
    assert result.exit_code == 2
    assert "unexpected extra argument" in result.output


def test_former_forms_are_in_no_help() -> None:
    hidden = {name for name, command in COMMANDS.items() if command.hidden}
    assert hidden == set(former.COMMANDS)
    for name, command in COMMANDS.items():
        shown = {word for option in command.params for word in (*option.opts, *option.secondary_opts)}
        assert not shown & set(former.OPTIONS.get(name, {})), name


def test_an_option_has_one_meaning_in_all_commands() -> None:
    """What its default is may differ, and is said behind a semicolon."""
    texts: dict[str, set[str]] = {}
    for command in COMMANDS.values():
        for option in command.params:
            for word in option.opts if option.param_type_name == "option" else ():
                texts.setdefault(word, set()).add(str(getattr(option, "help", "")).partition(";")[0].rstrip("."))
    assert {word: said for word, said in texts.items() if len(said) > 1} == {
        "--from": {"First date", "First date of a walk-forward"},
        "--to": {"Last date", "Last date of the walk-forward, or of the training"},
    }
