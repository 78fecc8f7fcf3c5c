"""`nba-assets train`: a version of the points model, or one for every month of a range of history."""

import datetime as dt
import json
from typing import Annotated

import typer

from nba_assets.cli.backfill import start
from nba_assets.cli.opening import open_platform, say
from nba_assets.errors import RequestError


def train(
    walk_forward: Annotated[
        tuple[str, str] | None,
        typer.Option(help="FIRST LAST: train for each month of these dates on what lies before it, then predict them."),
    ] = None,
    last: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Newest date of the training; default: the newest.")
    ] = None,
    config: Annotated[
        str,
        typer.Option(help='Where to cut, as {"train_end": "2024-06-30", "validation_end": "2025-01-31"}.'),
    ] = "{}",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be trained, start nothing.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Do not follow.")] = False,
    reason: Annotated[str, typer.Option(help="Why; shown to anyone who finds the dates taken.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Train the points model through its gate; a stored version already is not trained again.

    A version of a walk-forward is accepted by dates before the month it serves, so that predictions of history are as
    honest as those of tomorrow. The predictions of the whole range are rewritten.
    """
    from nba_assets.operations.backfills.walk_forward import training_request, walk_forward_request
    from nba_assets.partitions import date_of

    platform = open_platform()
    if walk_forward is None:
        until = last.date() if last else None
        request = training_request(platform.warehouse, platform.source.fingerprint, until, _config(config))
    else:
        start_of, end_of = (date_of("--walk-forward", text) for text in walk_forward)
        request = walk_forward_request(platform.warehouse, start_of, end_of)
    if dry_run:
        months = [training["config"]["serves_from"][:7] for training in request.trainings if walk_forward]
        said = f"{len(months)} versions, for {', '.join(months)}" if months else "one version, on all published dates"
        say(as_json, f"Would train {said}.", versions=max(len(months), 1), months=months)
        return
    raise typer.Exit(start(platform, request, reason, detach=detach, as_json=as_json))


def _config(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise RequestError(f"--config {text!r}: no JSON ({error})") from None
    if not isinstance(found, dict):
        raise RequestError(f"--config {text!r}: give an object, as {{}}")
    return found
