"""Hundreds of damaged odds files, tables of lines and injury reports: the same facts, or a refusal in our own words."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.raw_pregame import INJURY_REPORTS, POINT_LINES
from nba_assets.readiness.audit import Staged, audit
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.sources.archive_files.clean_files import CleanFiles
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.pregame_reports.pregame_files import INJURIES, LINES, ODDS, ReportTables
from nba_assets_tests.sources.small_archive import write_clean
from nba_assets_tests.sources.small_reports import DAY, GAME, NAMES, event, outcomes, player_box, record

SEEDS = 70
FIRST, LAST = dt.date(2024, 10, 22), dt.date(2024, 10, 24)
GARBAGE: tuple[Any, ...] = (
    "", None, "abc", "-1", "1e999", "NaN", "∞", "12:75", "2025-13-45", 3.7e300, "0x10", True, [], {}, -7, "x" * 5000,
    "\x00", "2024-10-22", float("nan"),
)  # fmt: skip
PLAYERS = [name for names in NAMES.values() for name in names]
FREE_TEXT = {"bookmaker", "market", "reason", "gametime", "game_id"}
"""Columns whose other texts mean something else, which nobody can tell; only their absence is damage."""


def odds() -> list[dict[str, Any]]:
    return [row for number, name in enumerate(PLAYERS) for row in outcomes(name, 10.5 + number)]


def table() -> list[dict[str, Any]]:
    return [
        {"game_id": GAME, "game_date": DAY, "player_name": name, "bookmaker": "underdog", "line": 10.5 + number,
         "over_price": -137, "under_price": -110, "commence_time": "2024-10-22T23:40:00Z"}
        for number, name in enumerate(PLAYERS)
    ]  # fmt: skip


def records() -> list[dict[str, Any]]:
    teams = {name: team for team, names in zip(("Boston Celtics", "New York Knicks"), NAMES.values(), strict=True)
             for name in names}  # fmt: skip
    rows = [record(f"{name.split(' ', 1)[1]}, {name.split(' ', 1)[0]}", "Out", team) for name, team in teams.items()]
    return [row for row in rows if ".," not in row["player"]]


def csv(rows: list[dict[str, Any]]) -> bytes:
    return pd.DataFrame(rows).to_csv(index=False).encode()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    frame = pd.DataFrame(rows)
    mixed = [str(name) for name in frame if frame[name].map(type).nunique() > 1 or frame[name].map(_is_nested).any()]
    return frame.assign(**{name: frame[name].map(_as_text) for name in mixed}).to_parquet(index=False)


def _is_nested(value: object) -> bool:
    return isinstance(value, list | dict)


def _as_text(value: object) -> str | None:
    return None if value is None or value != value else str(value)  # noqa: PLR0124 - only a NaN differs


def response(rows: list[dict[str, Any]]) -> bytes:
    whole = dict.fromkeys(("line", "price", "side", "player", "bookmaker"))
    return json.dumps(event([{**whole, **row} for row in rows])).encode()


def report(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"report_time": "2024-10-22T17:30:00-04:00", "records": rows}).encode()


KINDS: dict[str, tuple[str, str, Callable[..., Any], Callable[..., Any], str]] = {
    "odds csv": (ODDS, "10_22_2024.csv", odds, csv, "point_lines"),
    "odds json": (ODDS, "event.json", odds, response, "point_lines"),
    "lines parquet": (LINES, "point_lines.parquet", table, parquet, "point_lines"),
    "lines csv": (LINES, "point_lines.csv", table, csv, "point_lines"),
    "injury json": (INJURIES, "report.json", records, report, "injury_reports"),
}
CONTRACTS = {contract.name: contract for contract in (POINT_LINES, INJURY_REPORTS)}


@pytest.fixture(scope="module")
def box_scores(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    directory = write_clean(tmp_path_factory.mktemp("boxes"), player_box=player_box())
    layout = CleanFiles({path.stem: LandedFile(path.name, "", path) for path in directory.iterdir()})
    schedule = layout.schedule().rows
    return schedule, layout.player_boxes(schedule).rows


def damaged(  # noqa: C901, PLR0912 - one branch a kind of damage
    rng: np.random.Generator, rows: list[dict[str, Any]], write: Callable[[list[dict[str, Any]]], bytes]
) -> tuple[str, bytes]:
    """One mutation of the rows or of what is written, and its name."""
    rows = [dict(row) for row in rows]
    columns = list(rows[0])
    column = str(rng.choice(columns))
    at = int(rng.integers(len(rows)))
    kind = str(rng.choice(["cell", "cell", "cell", "column", "rename", "swap", "drop", "order", "twice", "more", "cut",
                           "column_garbage", "bytes"]))  # fmt: skip
    if kind in ("cell", "column_garbage"):
        value = GARBAGE[int(rng.integers(len(GARBAGE)))]
        if column in FREE_TEXT:
            value = [None, ""][int(rng.integers(2))]
        for row in rows if kind == "column_garbage" else rows[at : at + 1]:
            row[column] = value
        kind = f"{kind} {column}={str(value)[:20]!r}"
    elif kind in ("column", "rename"):
        rows = [{key + "_2" if key == column else key: v for key, v in row.items() if kind == "rename" or key != column}
                for row in rows]  # fmt: skip
        kind = f"{kind} {column}"
    elif kind == "swap":
        # which of two prices is the over's nobody can tell, nor which text is the reason
        hidden = {"over_price", "under_price"} | (FREE_TEXT if column in FREE_TEXT - {"market"} else set())
        other = str(rng.choice([name for name in columns if name not in hidden]))
        for row in rows:
            row[column], row[other] = row[other], row[column]
        kind = f"swap {column} {other}"
    elif kind == "drop":
        rows = [{key: value for key, value in row.items() if number != at or key != column}
                for number, row in enumerate(rows)]  # fmt: skip
        kind = f"drop {column}"
    elif kind == "order":
        rows = [rows[number] for number in rng.permutation(len(rows))]
        rows = [{key: row[key] for key in rng.permutation(columns)} for row in rows]
    elif kind == "twice":
        rows.insert(int(rng.integers(len(rows))), rows[at])
    elif kind == "more":
        rows = [{**row, "new_column": number} for number, row in enumerate(rows)]
    content = write(rows)
    if write in (response, report) and rng.random() < 0.4:
        return _damaged_tree(rng, json.loads(content))
    if kind == "cut":
        # a text file in the first value of a line: where whole lines are gone nobody can tell
        places = [number + 2 for number, byte in enumerate(content[:-2]) if byte == 10] or range(1, len(content) - 1)
        content = content[: int(rng.choice(places))]
    if kind == "bytes":
        place = int(rng.integers(len(content)))
        content = content[:place] + rng.bytes(9) + content[place + 9 :]
    return kind, content


def _damaged_tree(rng: np.random.Generator, tree: dict[str, Any]) -> tuple[str, bytes]:
    """Another value for one member of an object anywhere in the tree, or the member gone."""
    members = [
        (of, key) for of in _objects(tree) for key in of
        if key not in FREE_TEXT | {"title", "id", "sport_key", "last_update"}
    ]  # fmt: skip
    of, key = members[int(rng.integers(len(members)))]
    # what has no odds or records at all, or another bookmaker, is no damage
    fitting = [value for value in GARBAGE if value != [] and (key != "key" or not isinstance(value, str))]
    value = fitting[int(rng.integers(len(fitting)))]
    if rng.random() < 0.3:
        del of[key]
    else:
        of[key] = value
    return f"member {key} {str(value)[:20]!r}", json.dumps(tree).encode()


def _objects(node: object) -> Iterator[dict[str, Any]]:
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(inner)
    if isinstance(node, dict):
        yield node


def parsed(
    place: Path, box_scores: tuple[pd.DataFrame, pd.DataFrame], folder: str, name: str, table: str, content: bytes
) -> Parsed:
    path = place / name
    path.write_bytes(content)
    files = {folder: (LandedFile(name, "", path),)}
    return cast(Parsed, getattr(ReportTables(files, *box_scores, FIRST, LAST), table)())


def good_rows(delivery: Parsed, schedule: pd.DataFrame, table: str) -> pd.DataFrame:
    """Rows of the dates and games that pass the audit."""
    contract = CONTRACTS[table]
    rows = conform(contract, delivery.rows)
    days = [FIRST + dt.timedelta(days) for days in range(3)]
    assert all(len(problem.message) > 20 for problem in delivery.problems)
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    staged = Staged(rows, days, {"game_schedule": schedule}, now, problems=delivery.problems)
    verdicts = audit(staged, rules_of(contract), [])
    ready = rows.on(pd.DatetimeIndex([day for day, verdict in verdicts.items() if verdict.status is Status.READY])).rows
    quarantined = {game.game_id for verdict in verdicts.values() for game in verdict.quarantined}
    return ready[~ready["game_id"].isin(quarantined)].reset_index(drop=True)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_understood_or_refused(
    kind: str, box_scores: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    folder, name, rows, write, table = KINDS[kind]
    schedule = box_scores[0]
    sound = good_rows(parsed(tmp_path, box_scores, folder, name, table, write(rows())), schedule, table)
    assert len(sound) == len({row["player"] if "player" in row else row["player_name"] for row in rows()})
    refused = 0
    for seed in range(SEEDS):
        what, content = damaged(np.random.default_rng([seed, len(kind)]), rows(), write)
        delivery = parsed(tmp_path, box_scores, folder, name, table, content)
        left = good_rows(delivery, schedule, table)
        if left.empty and (delivery.problems or len(delivery.rows)):
            refused += 1
            continue
        # a name that is nobody's stays, without an id, and is listed
        known = left[left["player_id"].notna()].reset_index(drop=True)
        unknown = left.loc[left["player_id"].isna(), "player_name"]
        expected = sound[sound["player_id"].isin(known["player_id"])].reset_index(drop=True)
        assert len(known) + len(unknown) >= len(sound), f"{what} (seed {seed}): rows are gone without a word"
        for column in CONTRACTS[table].column_names[:-1]:
            # what may be absent, with its reason, may be absent; what is there is what was there
            there = known[column].notna() if CONTRACTS[table].column(column).nullable else slice(None)
            assert known[column][there].tolist() == expected[column][there].tolist(), f"{what} (seed {seed})"
    assert refused > SEEDS / 3
