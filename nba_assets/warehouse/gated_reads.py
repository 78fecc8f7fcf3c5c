"""The two gated reads of the port, over whatever an adapter can read in one snapshot."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract, Read
from nba_assets.contracts.tables import TABLES, needed_of
from nba_assets.errors import RequestError
from nba_assets.partitions import bootstrap_days
from nba_assets.readiness.audit import nothing_published
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.fingerprint import fingerprint
from nba_assets.readiness.former_rules import rule_today
from nba_assets.readiness.game_decisions import DECIDED_TABLES, decisions_of, in_force, quarantined_by_people
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed, evaluate, leave_out, require_all
from nba_assets.readiness.losses import Losses, is_lossless, losses
from nba_assets.readiness.mass_damage import gap_shares
from nba_assets.readiness.past_gaps import PastGaps
from nba_assets.readiness.quarantine import GameOfDate, Quarantined, team_games
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.readiness.training_window import require_few_lost
from nba_assets.warehouse.port import Snapshot, WarehouseError, Window
from nba_assets.warehouse.reader import Reader


def contract_of(table: str) -> Contract:
    """The contract of a table; RequestError when there is none of that name."""
    if table not in TABLES:
        raise RequestError(f"there is no table {table!r} in the warehouse; there are {', '.join(TABLES)}")
    return TABLES[table]


def rows_of_days(
    reader: Reader, contract: Contract, days: Sequence[dt.date], columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Rows of a table on the given ascending days, ungated; of no days no rows."""
    first, last = (min(days), max(days)) if days else (dt.date.max, dt.date.min)
    frame = reader.rows(contract, first, last, columns)
    if len(days) == (last - first).days + 1:
        return frame
    return frame[frame["game_date"].isin(timestamps(days))].reset_index(drop=True)


def timestamps(days: Collection[dt.date]) -> pd.DatetimeIndex:
    """Days as pandas has them in frames."""
    return pd.DatetimeIndex([pd.Timestamp(day) for day in days])


def read_window(
    reader: Reader,
    state: LedgerState,
    contract: Contract,
    days: Sequence[dt.date],
    only: Collection[str],
    source_version: str,
) -> Window:
    """See the port; `state` is that of the reader's ledger."""
    current, skipped = leave_out(state, contract, days, only, source_version)
    left_out = {*current, *skipped}
    gate = evaluate(state, contract, [day for day in days if day not in left_out])
    frames, gaps, journal = {}, {}, reader.journal()
    for read in contract.reads:
        upstream, columns = TABLES[read.table], contract.columns_read(read)
        lost = state.days[gate.gaps.get(read.table, [])]
        if read.window == "same_date":
            there = [day for day in gate.open_days if pd.Timestamp(day) not in lost]
            frames[read.table] = rows_of_days(reader, upstream, there, columns)
        else:
            frames[read.table] = _rows_before(reader, upstream, gate.open_days, state, columns)
        if read.table in gate.gaps:
            quarantined = team_games(_quarantined_in(state, read, gate.open_days))
            gaps[read.table] = pd.concat([reader.team_games_due(lost), quarantined], ignore_index=True)
    return Window(
        contract=contract,
        asked=tuple(days),
        days=gate.open_days,
        blocked=gate.blocked,
        current=current,
        skipped=skipped,
        inputs_build=reader.last_build(),
        frames=frames,
        gaps=gaps,
        bootstrap=bootstrap_days(gate.open_days, reader.slates() if gate.open_days else []),
        waivers=_not_revoked(waivers_given(reader), contract.name),
        published=_published(reader, state, contract, gate.open_days),
        decisions=in_force(decisions_of(journal)) if contract.name in DECIDED_TABLES else (),
        taints=gate.taints,
        quarantined=_quarantined(state, contract, gate.open_days, journal),
        gap_shares=_gap_shares(reader, state, contract, gate.open_days, gaps),
    )


def _quarantined_in(state: LedgerState, read: Read, days: Sequence[dt.date]) -> dict[GameOfDate, Quarantined]:
    """Games that an input of the days has quarantined on dates that may be read."""
    if not days:
        return {}
    wanted, last = set(days), max(days)
    return {
        (day, game_id): game
        for (day, game_id), game in state.quarantined(read.table).items()
        if (day in wanted if read.window == "same_date" else day < last)
    }


def _quarantined(
    state: LedgerState, contract: Contract, days: Sequence[dt.date], journal: pd.DataFrame
) -> dict[GameOfDate, Quarantined]:
    """Games that the table cannot have: a same-date input that it needs has quarantined them, or a person here."""
    found: dict[GameOfDate, Quarantined] = {}
    for read in contract.reads:
        if read.window == "same_date" and not read.optional:
            for key, game in _quarantined_in(state, read, days).items():
                found.setdefault(key, game.as_read_from(read.table))
    wanted = set(days)
    said = {key: game for key, game in quarantined_by_people(journal, contract.name).items() if key[0] in wanted}
    return {**said, **found}


def _gap_shares(
    reader: Reader, state: LedgerState, contract: Contract, days: Sequence[dt.date], gaps: Mapping[str, pd.DataFrame]
) -> Mapping[dt.date, float]:
    """How many of the recent games of each day's teams are gaps of a history that the table needs."""
    needed = {read.table for read in contract.reads if read.window == "before" and not read.optional}
    lost = [frame for table, frame in gaps.items() if table in needed and len(frame)]
    if not lost or not days:
        return {}
    due = reader.team_games_due(state.days[state.days <= pd.Timestamp(max(days))])
    return gap_shares(due, pd.concat(lost, ignore_index=True), days)


def _published(reader: Reader, state: LedgerState, contract: Contract, days: Sequence[dt.date]) -> pd.DataFrame:
    """What an ingest table has on the days, counted by game; nothing is asked where nothing was ever published."""
    if not contract.ingest or not (state.content_build[contract.name][state.days.isin(timestamps(days))] > 0).any():
        return nothing_published()
    games = reader.games_published(contract, min(days), max(days))
    return games[games["game_date"].isin(timestamps(days))].reset_index(drop=True)


def _rows_before(
    reader: Reader, contract: Contract, days: Sequence[dt.date], state: LedgerState, columns: Sequence[str]
) -> pd.DataFrame:
    """Every row on a ready date before the last of the days: what is published on a rejected date is not read."""
    last = max(days) - dt.timedelta(days=1) if days else dt.date.min
    frame = reader.rows(contract, dt.date.min, last, columns)
    not_ready = state.days[~state.is_ready(contract.name)]
    return frame[~frame["game_date"].isin(not_ready)].reset_index(drop=True)


def read_rows(
    reader: Reader,
    ledger: pd.DataFrame,
    state: LedgerState,
    columns: Mapping[str, Sequence[str]],
    start: dt.date,
    end: dt.date,
    *,
    purpose: str,
    gated: Sequence[str],
    waivable_as: str,
    now: dt.datetime,
) -> Snapshot:
    """See `read` of the port; `ledger` and `state` are the reader's."""
    ever, tables = waivers_given(reader), gated or tuple(columns)
    given = _not_revoked(ever, waivable_as)
    needed = require_all(
        state, tables, start, end, purpose, waivers=given, waivable_as=waivable_as, now=now, gaps_pass=bool(waivable_as)
    )
    used = [waiver for waiver in given if waiver.waiver_id in needed]
    lost, past_gaps = Losses(), None
    window = (state.days >= np.datetime64(start)) & (state.days <= np.datetime64(end))
    if waivable_as and not is_lossless(state, tables, window):
        due, must = reader.team_games_due(state.days[window]), needed_of(tables)
        in_force = [waiver for waiver in given if waiver.waives(waivable_as, TRAINING_RULE, now)]
        everything = losses(state, tables, must, window, _covered(state, ()), due)
        used = [*require_few_lost(everything, f"{start} … {end}", purpose, in_force, used, waivable_as)]
        lost = losses(state, tables, must, window, _covered(state, used), due)
        past_gaps = PastGaps(state, due)
    frames = {table: reader.rows(TABLES[table], start, end, names) for table, names in columns.items()}
    inside = ledger["game_date"].between(pd.Timestamp(start), pd.Timestamp(end))
    content = ledger[inside & ledger["table_name"].isin(tables)]
    is_gap = content["status"].isin((Status.REJECTED, Status.BLOCKED))
    is_lost = is_gap & ~content["game_date"].isin(state.days[_covered(state, used)])
    waivers = _by_id(waivers_in(ever), {*needed, *(waiver.waiver_id for waiver in used)})
    return Snapshot(frames, fingerprint(content, is_lost), waivers, reader.last_build(), lost, past_gaps)


def _covered(state: LedgerState, waivers: Sequence[Waiver]) -> np.ndarray:
    """Per date: one of the waivers covers it."""
    flags = [(state.days >= np.datetime64(it.first)) & (state.days <= np.datetime64(it.last)) for it in waivers]
    return np.asarray(np.any([*flags, np.zeros(len(state.days), dtype=bool)], axis=0))


def waivers_given(reader: Reader) -> pd.DataFrame:
    """Every waiver ever given, as rows of nba_quality.waivers, oldest first, its rule by today's name."""
    found = reader.waivers()
    return found.assign(rule=found["rule"].map(rule_today))


def waivers_in(rows: pd.DataFrame) -> list[Waiver]:
    """The waivers of rows of nba_quality.waivers, in their order."""
    columns = ("waiver_id", "table_name", "rule", "first_date", "last_date", "until", "who", "why", "game_id")
    return [
        Waiver(waiver_id, table, rule, first.date(), last.date(), until.to_pydatetime(), who, why, game_id or "")
        for waiver_id, table, rule, first, last, until, who, why, game_id in zip(
            *(rows[name].where(rows[name].notna(), None) for name in columns), strict=True
        )
    ]


def _not_revoked(rows: pd.DataFrame, table: str) -> list[Waiver]:
    """Waivers of a table, expired ones among them, oldest first."""
    return waivers_in(rows[(rows["table_name"] == table) & rows["revoked_at"].isna()])


def _by_id(waivers: Sequence[Waiver], waiver_ids: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of these ids, in force or not; a taint without its waiver is an error."""
    known = {waiver.waiver_id: waiver for waiver in waivers}
    if unknown := sorted(set(waiver_ids) - set(known)):
        raise WarehouseError(f"the ledger names waivers that nba_quality.waivers does not have: {', '.join(unknown)}")
    return tuple(waiver for name, waiver in known.items() if name in waiver_ids)


def training_window(state: LedgerState, table: str, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """See the port."""
    first = state.days[state.history_start].date()
    attempted = state.days[~state.is_missing(table)]
    if last is None and len(attempted):
        last = attempted[-1].date()
    if last is None or last < first:
        blocker = {"table": table, "date": str(first), "reason": f"{table} has never been built"}
        raise GateClosed(f"training is refused: no date of {table} from {first} on has been built", [blocker])
    return first, last
