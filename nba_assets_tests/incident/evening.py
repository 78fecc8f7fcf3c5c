"""The whole evening: build the clean homes, play every scene, tell it in two columns."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.incident.pipeline import ANALYTICS, MODEL, PRECOMPUTE, PREDICTIONS, RAW, fresh
from nba_assets_tests.incident.scenes import SCENES, Scene, Stage

SEASONS = 2
"""The smallest league that a model can be trained on."""
GAME_DATES_AFTER_EDGE = 20


@contextmanager
def open_stage(home: Path, seed: int = 7) -> Iterator[Stage]:
    """The clean homes under a directory: everything up to an edge with a model, and everything to the end."""
    league = SimulatedLeague(seed=seed, seasons=SEASONS, cache_dir=home / "simulated")
    clean = fresh(home / "clean", league, SEASONS)
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    season = schedule[schedule["season"] == schedule["season"].max()]
    dates = sorted({day.date() for day in season["game_date"]})
    edge = dates[-GAME_DATES_AFTER_EDGE - 1]
    everything = [*RAW, *ANALYTICS, *PRECOMPUTE]
    _must_pass(clean.run([*everything, MODEL, PREDICTIONS], league.first_date, edge))
    truth = clean.copy("truth")
    _must_pass(truth.run([*everything, PREDICTIONS], edge + dt.timedelta(days=1), league.horizon))
    try:
        yield Stage(league, clean, truth, dates, edge)
    finally:
        clean.close()
        truth.close()


def replay(home: Path, *, on_scene: Callable[[Scene], None] = lambda scene: None) -> list[Scene]:
    """Play every scene in order."""
    scenes = []
    with open_stage(home) as stage:
        for play in SCENES:
            scene = play(stage)
            scenes.append(scene)
            on_scene(scene)
    return scenes


def print_timeline(console: Console, scenes: list[Scene]) -> None:
    """The evening in two columns."""
    table = Table(
        "time",
        "what happened",
        "without guards",
        "with them",
        title="The evening of 3 January, replayed",
        show_lines=True,
    )
    for scene in scenes:
        table.add_row(scene.time, scene.title, f"[red]{scene.unguarded}[/red]", f"[green]{scene.guarded}[/green]")
    console.print(table)


def _must_pass(messages: list[str]) -> None:
    if messages:
        raise RuntimeError(f"the clean build failed: {messages[0]}")
