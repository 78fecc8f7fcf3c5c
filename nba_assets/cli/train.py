"""`nba-assets train`: a version of the points model, or one for every month of a range of history."""

import datetime as dt
import json
from typing import Annotated

import typer

from nba_assets.cli.backfill import start
from nba_assets.cli.opening import open_platform, say
from nba_assets.cli.options import DAY, Detach, DryRun, Json, ShownReason
from nba_assets.errors import RequestError


def train(
    walk_forward: Annotated[
        bool,
        typer.Option("--walk-forward", help="Train for each month of the range on what is before it, then predict it."),
    ] = False,
    from_: Annotated[
        dt.datetime | None, typer.Option("--from", formats=[DAY], help="First date of a walk-forward.")
    ] = None,
    to: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=[DAY], help="Last date of the walk-forward, or of the training; default: newest."),
    ] = None,
    config: Annotated[
        str,
        typer.Option(help='Where to cut, as {"train_end": "2024-06-30", "validation_end": "2025-01-31"}.'),
    ] = "{}",
    dry_run: DryRun = False,
    detach: Detach = False,
    reason: ShownReason = "",
    as_json: Json = False,
) -> None:
    """Train the points model through its gate; a stored version already is not trained again.

    A version of a walk-forward is accepted by dates before the month it serves, so that predictions of history are as
    honest as those of tomorrow. The predictions of the whole range are rewritten.
    """
    from nba_assets.operations.backfills.walk_forward import training_request, walk_forward_request

    if walk_forward and from_ is None:
        raise RequestError("--walk-forward needs the first date: --from 2024-10-22")
    if from_ is not None and not walk_forward:
        raise RequestError("--from is the first date of a --walk-forward; a training begins with the history")
    platform = open_platform()
    last = to.date() if to else None
    if from_ is not None:
        request = walk_forward_request(platform.warehouse, from_.date(), last or dt.date.max)
    else:
        request = training_request(platform.warehouse, platform.source.fingerprint, last, _config(config))
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
