"""Cells that cannot be believed and that nothing needs: they become null (`source_unavailable`), with a note."""

import json
from collections.abc import Collection, Mapping

from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.readiness.quarantine import GameOfDate, of_games

Nulled = Mapping[GameOfDate, Collection[str]]
"""Columns by game of a date."""


def with_nulls(conformed: Conformed, nulled: Nulled) -> Conformed:
    """The rows, with the columns of the games null; what was null before keeps its reason."""
    if not nulled:
        return conformed
    rows = conformed.rows.copy()
    for name in sorted({name for columns in nulled.values() for name in columns}):
        mine = of_games(rows, {game for game, columns in nulled.items() if name in columns}) & rows[name].notna()
        if mine.any():
            rows[name] = rows[name].mask(mine)
            rows.loc[mine, ABSENCE] = rows.loc[mine, ABSENCE].map(lambda text, name=name: _with_reason(text, name))
    return Conformed(conformed.contract, rows)


def _with_reason(text: str, column: str) -> str:
    stated = {**json.loads(text), column: Absence.SOURCE_UNAVAILABLE.value}
    return json.dumps(dict(sorted(stated.items())))
