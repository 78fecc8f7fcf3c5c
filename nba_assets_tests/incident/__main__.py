"""`make incident`: the evening of 3 January, replayed on a pipeline without guards and on this one."""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nba_assets_tests.incident.evening import print_timeline, replay


def incident(
    keep: Annotated[
        Path | None, typer.Option(help="Directory for the homes of the replay; kept. Without it a temporary one.")
    ] = None,
) -> None:
    """Replay the six failures of the old system, without guards and with them. Takes a few minutes."""
    console = Console()
    started = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:4.0f} s[/dim] {text}", highlight=False)

    say("building two simulated seasons, with a model")
    with tempfile.TemporaryDirectory(prefix="nba-incident-") as temporary:
        scenes = replay(keep or Path(temporary), on_scene=lambda scene: say(scene.title))
    print_timeline(console, scenes)


if __name__ == "__main__":
    typer.run(incident)
