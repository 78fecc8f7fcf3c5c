"""Whom a provider's name for a player means, among the players it can mean.

Providers without NBA ids write names: with or without accents, suffixes and dots, last name first, an initial for
the first name, the short form of it, or with the NBA id in front (`1630552jalenjohnson`). Names are distinguished only
among candidates, usually the players of one game, and never guessed: a name that fits nobody, or two of them equally
well, is nobody's.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "v"})
_WITH_ID = re.compile(r"(\d+)(?:[\s_-]*[^\W\d_].*)?")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"}
)
_KNOWN_AS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("bj", "boston"): ("brandon", "boston"),
    ("carlton", "carrington"): ("bub", "carrington"),
    ("dennis", "schroeder"): ("dennis", "schroder"),
    ("enes", "kanter"): ("enes", "freedom"),
    ("gregory", "jackson"): ("gg", "jackson"),
    ("jakob", "poltl"): ("jakob", "poeltl"),
    ("james", "huff"): ("jay", "huff"),
    ("kenyon", "martin"): ("kj", "martin"),
    ("mohamed", "bamba"): ("mo", "bamba"),
    ("moritz", "wagner"): ("moe", "wagner"),
    ("nahshon", "hyland"): ("bones", "hyland"),
    ("ogugua", "anunoby"): ("og", "anunoby"),
    ("patrick", "mills"): ("patty", "mills"),
}
"""Second names of players that no rule of spelling gives: changed names, nicknames, umlauts written out."""

_SHORTEST_SHORT_FORM = 3
"""Letters that a short form of a first name must share with it: Nic, Cam and Herb, but not Jal for Jaylin."""


def resolve(name: str, candidates: pd.DataFrame) -> int | None:
    """The `player_id` of the one candidate (`player_id`, `player_name`) whom the name means; None if there is none.

    An NBA id in front of the name decides, if a candidate has it. Else the closest form that fits a candidate
    decides, and two who fit it make it ambiguous: the full name, the name without its suffix, a bare initial for the
    first name, and a short form of it.
    """
    ids = candidates["player_id"].tolist()
    return _resolve(name, ids, [_parts(text) for text in candidates["player_name"]])


def resolve_all(named: pd.DataFrame, candidates: pd.DataFrame, within: Sequence[str] = ("game_id",)) -> pd.Series:
    """`resolve` for the `player_name` of each row of `named`, among the candidates of the same `within`.

    Float64 player ids on the index of `named`, NaN where the name is nobody's. Each distinct name is looked at once
    for each group.
    """
    keys = [*within]
    groups = {
        key: (rows["player_id"].tolist(), [_parts(text) for text in rows["player_name"]])
        for key, rows in candidates.drop_duplicates([*keys, "player_id"]).groupby(keys)
    }
    distinct = named[[*keys, "player_name"]].drop_duplicates()
    found = [
        _resolve(name, *groups.get(tuple(key), ([], []))) for *key, name in distinct.itertuples(index=False, name=None)
    ]
    answers = distinct.assign(player_id=np.array(found, dtype="float64"))
    return named[[*keys, "player_name"]].merge(answers, how="left")["player_id"].set_axis(named.index)


def resolve_full_names(named: pd.DataFrame, candidates: pd.DataFrame) -> pd.Series:
    """The one candidate of the same `game_id` whose full name each row's is, accents and the order of names aside.

    Of a whole league no shorter form tells who is meant. NaN where nobody has the name, or several have it.
    """

    def full(names: pd.Series) -> pd.Series:
        return names.map({name: "".join(_parts(name)) for name in names.unique()})

    those = candidates.assign(full=full(candidates["player_name"])).drop_duplicates(["game_id", "player_id"])
    those = those[those["full"].ne("") & ~those.duplicated(["game_id", "full"], keep=False)]
    rows = named.assign(full=full(named["player_name"]))
    found: pd.Series = rows.merge(those[["game_id", "full", "player_id"]], on=["game_id", "full"], how="left")[
        "player_id"
    ]
    return found.set_axis(named.index)


def name_key(name: object) -> str:
    """The same text for all spellings of a name: accents, dots, suffixes and second names of a player aside.

    Numbers belong to it: in made-up data they may be all that tells two players.
    """
    return " ".join((*_without_suffix(_parts(name)), *re.findall(r"\d+", str(name))))


def plain_letters(text: str) -> str:
    """Lower-case words of the letters a to z: no accents, digits, dots and apostrophes; a hyphen parts words."""
    text = unicodedata.normalize("NFKD", text.lower().translate(_UNDECOMPOSED))
    return re.sub(r"[^a-z\s]", "", text.replace("-", " "))


def _resolve(name: object, ids: Sequence[int], names: Sequence[tuple[str, ...]]) -> int | None:
    if not isinstance(name, str):
        return None
    if with_id := _WITH_ID.fullmatch(name.strip()):
        number = int(with_id.group(1))
        return number if number in ids else None
    wanted = _parts(name)
    for fits in _FORMS:
        fitting = {number for number, parts in zip(ids, names, strict=True) if parts and wanted and fits(wanted, parts)}
        if fitting:
            return fitting.pop() if len(fitting) == 1 else None
    return None


def _parts(name: object) -> tuple[str, ...]:
    """Lower-case words of letters, first name first, without accents, dots and apostrophes."""
    text = str(name).strip()
    if "," in text:
        last, _, first = text.partition(",")
        text = f"{first} {last}"
    words = plain_letters(text).split()
    suffixes = [word for word in words[1:] if word in _SUFFIXES]
    given = tuple(word for number, word in enumerate(words) if not number or word not in _SUFFIXES)
    return (*_KNOWN_AS.get(given, given), *suffixes)


def _without_suffix(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for number, word in enumerate(parts) if not number or word not in _SUFFIXES)


def _same(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    return "".join(one) == "".join(two)


def _same_but_suffix(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    return _same(_without_suffix(one), _without_suffix(two))


def _by_initial(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    first, second = one[0], two[0]
    return min(len(first), len(second)) == 1 and first[0] == second[0] and _same_last_name(one, two)


def _by_short_form(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    short, long = sorted((one[0], two[0]), key=len)
    return len(short) >= _SHORTEST_SHORT_FORM and long.startswith(short) and _same_last_name(one, two)


def _same_last_name(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    last = _without_suffix(one)[1:]
    return bool(last) and last == _without_suffix(two)[1:]


_FORMS: tuple[Callable[[tuple[str, ...], tuple[str, ...]], bool], ...] = (
    _same,
    _same_but_suffix,
    _by_initial,
    _by_short_form,
)
"""From the closest likeness to the loosest."""
