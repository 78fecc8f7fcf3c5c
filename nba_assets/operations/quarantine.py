"""What a person decides about one game of a table: it is quarantined, or it is published as it was delivered."""

import datetime as dt

from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.contract import SCHEDULE
from nba_assets.errors import RequestError
from nba_assets.operations.commands import Effect, claimed, date_of_game, newly_stale, require_known, require_table
from nba_assets.partitions import Span
from nba_assets.readiness.failures import NO_END
from nba_assets.readiness.game_decisions import ACCEPT, QUARANTINE, quarantined_by_people
from nba_assets.readiness.quarantine import Quarantined
from nba_assets.readiness.quarantined_games import quarantined_games
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse

LISTED = 5
"""Games that a refusal names."""


def quarantine(
    store: ClaimStore,
    warehouse: Warehouse,
    game_id: str,
    table: str,
    *,
    who: str,
    why: str,
    day: dt.date | None = None,
) -> Effect:
    """Publish a game of a table no more, until somebody accepts it; the gate is closed on its date until the rebuild.

    RequestError for a table that is not there, and for a game that the schedule does not have, or has on several dates
    where `day` names none.
    """
    require_table(table)
    day = day or date_of_game(warehouse, game_id)
    span = Span(table, day, day)
    require_known(warehouse, span)
    game = _scheduled(warehouse, game_id, day)
    with claimed(store, warehouse, QUARANTINE, [span], who, why) as claim:
        before = warehouse.state()
        warehouse.record(QUARANTINE, who, why, [span], {"game_id": game_id, "teams": game.teams})
        warehouse.invalidate(span, who=who, why=f"game {game_id} ({game.name}) quarantined: {why}", token=claim.id)
        stale = newly_stale(before, warehouse.state())
    said = (
        f"Game {game_id} ({game.name}) of {day} is quarantined in {table} from the next build on, until it is accepted."
    )
    return Effect(said, stale, f"nba-assets backfill --from {day}")


def accept(warehouse: Warehouse, game_id: str, table: str, *, who: str, why: str, day: dt.date | None = None) -> Effect:
    """Publish a quarantined game as it was delivered, from the next build on.

    What a person has quarantined is judged by the rules again. What the rules have quarantined gets a waiver of all
    rules of the table for this one game, without an end; what is built on it is tainted. It changes no date, so it
    needs no claim. RequestError for a table that is not there, and for a game that is not quarantined in it, or only
    because another table has it quarantined.
    """
    require_table(table)
    (day, game), is_said = _quarantined(warehouse, game_id, table, day)
    span = Span(table, day, day)
    if is_said:
        warehouse.record(ACCEPT, who, why, [span], {"game_id": game_id})
        how = f"is judged by the rules of {table} again from the next build on; nobody quarantines it any more."
    else:
        waiver = warehouse.add_waiver(span, "*", who=who, why=why, until=NO_END, game_id=game_id)
        how = (
            f"is published in {table} as it was delivered, from the next build on, under waiver {waiver.waiver_id}, "
            "which has no end; what is built under it says so."
        )
    rebuild = f"nba-assets backfill --tables {table} --no-resume --from {day} --to {day}"
    said = f"Game {game_id} ({game.name}) of {day} {how}"
    return Effect(said, fix_command=f"{rebuild} && nba-assets backfill --stale --from {day}")


def _quarantined(
    warehouse: Warehouse, game_id: str, table: str, day: dt.date | None
) -> tuple[tuple[dt.date, Quarantined], bool]:
    """Date and game that can be accepted in the table, and whether a person has said it is quarantined."""
    state = warehouse.state()
    said, found = (
        {of: game for (of, known), game in games.items() if known == game_id and day in (None, of)}
        for games in (quarantined_by_people(warehouse.journal(), table), state.quarantined(table))
    )
    dates = sorted({**said, **found})
    if not dates:
        raise RequestError(_not_quarantined(state, game_id, table, day))
    if len(dates) > 1:
        raise RequestError(
            f"{table} has {game_id} quarantined on {', '.join(map(str, dates))}; name one of them with --date"
        )
    if not said and (root := found[dates[0]].root):
        raise RequestError(
            f"{table} has game {game_id} ({found[dates[0]].name}) of {dates[0]} quarantined only because {root} has. "
            f"Accept it there: nba-assets accept {game_id} --table {root} --reason WHY"
        )
    return (dates[0], {**found, **said}[dates[0]]), bool(said)


def _scheduled(warehouse: Warehouse, game_id: str, day: dt.date) -> Quarantined:
    """The game with its teams, the visitors first; RequestError where the schedule does not have it on the day."""
    columns = ("away_team_id", "home_team_id")
    found = warehouse.find(SCHEDULE, {"game_id": game_id}, day, day, columns).to_dict("records")
    if not found:
        raise RequestError(f"the schedule has no game {game_id!r} on {day}")
    return Quarantined(game_id, tuple(int(found[0][name]) for name in columns), "")


def _not_quarantined(state: LedgerState, game_id: str, table: str, day: dt.date | None) -> str:
    """Why there is nothing to accept, and what there is."""
    on = f" on {day}" if day else ""
    known = quarantined_games(state)
    if elsewhere := [game for game in known if game.game_id == game_id and game.table != table]:
        there = elsewhere[0]
        return (
            f"{table} does not have game {game_id} quarantined{on}, but {there.table} on {there.date}: {there.accept}"
        )
    here = [f"{game.game_id} ({game.game}) of {game.date}" for game in known if game.table == table]
    more = f" and {len(here) - LISTED} more" if len(here) > LISTED else ""
    listed = f"; it has {', '.join(here[:LISTED])}{more}" if here else "; it has none"
    return f"{table} does not have game {game_id!r} quarantined{on}{listed}"
