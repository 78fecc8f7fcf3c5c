"""What former releases called commands and options: still understood, and shown by no help."""

import re
from collections.abc import Collection, Mapping, Sequence

COMMANDS = {"hold": "freeze", "release": "unfreeze"}
"""Today's command by a former one."""

OPTIONS: Mapping[str, Mapping[str, str]] = {
    "plan": {"--all": "--no-resume"},
    "promote": {"--why": "--reason"},
    "reject": {"--why": "--reason"},
    "rollback": {"--why": "--reason"},
    "train": {"--last": "--to"},
}
"""Today's option by a former one of the command."""

RANGES = ("freeze", "hold", "invalidate", "waive")
"""Commands that took the ends of their range, FIRST [LAST], behind the table."""


def words_today(command: str, words: Sequence[str], flags: Collection[str]) -> list[str]:
    """The words after a command in today's form; `flags` are its options that take no value."""
    renamed = OPTIONS.get(command, {})
    split = [word.partition("=") for word in words]
    named = ["".join((renamed.get(name, name), *value)) for name, *value in split]
    if command in RANGES:
        return _with_range(named, flags)
    return _with_months(named) if command == "train" else named


def _with_range(words: Sequence[str], flags: Collection[str]) -> list[str]:
    """Dates that stand for themselves, the first as --from, the second as --to."""
    ends = iter(("--from", "--to"))
    found: list[str] = []
    is_value = False
    for word in words:
        if not is_value and _is_date(word):
            found += [next(ends, ""), word]
        else:
            found.append(word)
        is_value = word.startswith("--") and "=" not in word and word not in flags and not is_value
    return [word for word in found if word]


def _with_months(words: Sequence[str]) -> list[str]:
    """`--walk-forward FIRST LAST` as `--walk-forward --from FIRST --to LAST`."""
    at = words.index("--walk-forward") if "--walk-forward" in words else len(words)
    ends = words[at + 1 : at + 3]
    if len(ends) < 2 or not all(map(_is_date, ends)):
        return list(words)
    return [*words[: at + 1], "--from", ends[0], "--to", ends[1], *words[at + 3 :]]


def _is_date(word: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", word) is not None
