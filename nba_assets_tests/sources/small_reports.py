"""Odds and injury reports on two games of the small archive, as their providers write them, all values invented."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from nba_assets_tests.sources import small_archive
from nba_assets_tests.sources.small_archive import BOS, NYK

GAME, DAY = "0022400061", "2024-10-22"
TIPOFF = "2024-10-22T23:40:00Z"
NAMES = {
    BOS: ("Jaromír Vondra", "Thomas Hart Jr.", "J.J. Ash", "Olu Branch-Stone", "Pál Fenyő"),
    NYK: ("Dario Fenwick", "Herbert Cordale III", "Ivo Dunford", "Kofi O'Garwick", "Xavi Thornby"),
}
IDS = {name: team % 1000 * 100 + number for team, names in NAMES.items() for number, name in enumerate(names)}


def player_box() -> pd.DataFrame:
    """The small archive's box lines, with names of people for the first game's teams."""
    names = {IDS[name]: name for name in IDS}
    box = small_archive.player_box()
    return box.assign(player_name=box["player_id"].map(names).fillna(box["player_name"]))


def outcomes(
    player: str = "Dario Fenwick",
    line: float | str = 20.5,
    prices: Sequence[float | str] = (-110, -120),
    book: str = "PrizePicks",
    **facts: object,
) -> list[dict[str, Any]]:
    """Both sides of a line as the CSV files have them."""
    return [
        {
            "player": player, "market": "player_points", "bookmaker": book, "side": side, "line": line, "price": price,
            "home_team": "Boston Celtics", "away_team": "New York Knicks", "commence_time": TIPOFF,
            "game_id": "74058cb479045efa21ebd5c57050e23e", **facts,
        }
        for side, price in zip(("Over", "Under"), prices, strict=True)
    ]  # fmt: skip


def write_odds(directory: Path, name: str, rows: Sequence[dict[str, Any]]) -> Path:
    folder = directory / "odds_api_player_points"
    folder.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(folder / name, index=False)
    return folder / name


def event(rows: Sequence[dict[str, Any]], snapshot: str | None = "2024-10-22T22:00:00Z") -> dict[str, Any]:
    """The response on one event: historical with a snapshot, live without."""
    books: dict[str, list[Any]] = {}
    for row in rows:
        outcome = {"name": row["side"], "description": row["player"], "price": row["price"], "point": row["line"]}
        books.setdefault(row["bookmaker"], []).append(outcome)
    first = rows[0]
    bookmakers = [
        {"key": key, "title": "Book", "markets": [
            {"key": first.get("market"), "last_update": "2024-10-22T21:00:00Z", "outcomes": listed}
        ]}
        for key, listed in books.items()
    ]  # fmt: skip
    facts: dict[str, Any] = {key: first[key] for key in ("home_team", "away_team", "commence_time") if key in first}
    body = {"id": first.get("game_id"), "sport_key": "basketball_nba", **facts, "bookmakers": bookmakers}
    return body if snapshot is None else {"timestamp": snapshot, "data": body}


def write_json(directory: Path, folder: str, name: str, content: object) -> Path:
    (directory / folder).mkdir(exist_ok=True)
    path = directory / folder / name
    path.write_text(json.dumps(content))
    return path


def record(
    player: str | None, status: str | None = "Out", team: str = "New York Knicks", **facts: object
) -> dict[str, Any]:
    """One record of an injury report; without a player, of a team that has not submitted its list."""
    reason = "NOT YET SUBMITTED" if player is None else "Injury/Illness - Left Knee; Sprain"
    return {
        "date": "10/22/2024", "gametime": "07:30 (ET)", "matchup": "NYK@BOS", "team": team, "player": player,
        "status": None if player is None else status, "reason": reason, **facts,
    }  # fmt: skip


HEADINGS = ("Game Date", "Game Time", "Matchup", "Team", "Player Name", "Current Status", "Reason")
_LEFT = (23.0, 119.0, 199.0, 264.0, 424.0, 585.0, 666.0)
Cell = str | tuple[str, ...]
"""Text of a cell, or its lines."""


def write_pdf(
    path: Path,
    pages: Sequence[Sequence[tuple[Cell, ...]]],
    header: str = "Injury Report: 10/22/24 05:30 PM",
    headings: Sequence[str] = HEADINGS,
) -> Path:
    """A report drawn as the league's are: word by word, row by row, cells of several lines, empty cells left out."""
    writer = PdfWriter()
    for number, rows in enumerate(pages):
        words = _drawn(header, 289.0, 530.0) + _drawn(f"Page {number + 1} of {len(pages)}", 398.0, 50.0)
        if number == 0:
            for left, heading in zip(_LEFT, headings, strict=True):
                words += _drawn(heading, left, 480.0)
        for place, row in enumerate(rows):
            for left, cell in zip(_LEFT, row, strict=True):
                for line, text in enumerate([cell] if isinstance(cell, str) else cell):
                    words += _drawn(text, left + 1, 460.0 - 22.0 * place - 9.0 * line)
        page = writer.add_blank_page(842, 595)
        font = DictionaryObject(
            {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
             NameObject("/BaseFont"): NameObject("/Helvetica")}
        )  # fmt: skip
        fonts = DictionaryObject({NameObject("/F0"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data("\n".join(words).encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(content)
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        writer.write(file)
    return path


def _drawn(text: str, left: float, height: float) -> list[str]:
    """Each word on its own; a word goes on after a hyphen as another one."""
    words = text.replace("-", "- ").replace(" -  ", " - ").split()
    return [
        f"BT /F0 10 Tf 1 0 0 1 {left + 0.01 * number:.2f} {height} Tm ({word}) Tj ET"
        for number, word in enumerate(words)
    ]
