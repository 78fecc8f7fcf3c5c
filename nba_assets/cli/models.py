"""The versions of the points model: show them, and decide which may serve."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.opening import console, open_platform, say
from nba_assets.cli.options import Json, Reason

if TYPE_CHECKING:
    from nba_assets.platform import Platform

Version = Annotated[str, typer.Argument(help="A version: 3, or xgboost_points_v3.")]


def models(as_json: Json = False) -> None:
    """Every version: whether it may serve, which dates, how good it is, whether its data still holds."""
    from nba_assets.cli.formatting import table_of
    from nba_assets.operations.json_values import json_value
    from nba_assets.operations.models import model_statuses

    platform = open_platform()
    found = model_statuses(platform.models, platform.warehouse.state())
    if as_json:
        typer.echo(json.dumps(json_value(found), indent=1))
        return
    if not found:
        console.print("No model version is stored yet.")
        return
    rows = [
        (
            model.model, model.role, "" if model.test_mae is None else f"{model.test_mae:.3f}",
            f"{model.serves_from} … {model.serves_to or ''}".rstrip() if model.serves_from else "",
            len(model.waivers) or "", model.freshness, model.trained_at[:16],
        )
        for model in found
    ]  # fmt: skip
    console.print(
        table_of(("version", "status", "test MAE", "serves", "waivers", "data", "trained at"), rows, "Models")
    )
    for model in found:
        if model.note:
            console.print(f"{model.model} {model.note}.", highlight=False, markup=False)


def promote(version: Version, reason: Reason, as_json: Json = False) -> None:
    """Make a version champion, whatever the rules said of it: who decides and why is recorded."""
    from nba_assets.operations import promotion

    at = open_platform()
    said = promotion.promote(at.warehouse, at.models, version, who=at.settings.who, why=reason)
    _decided(at, said, as_json)


def reject(version: Version, reason: Reason, as_json: Json = False) -> None:
    """A version is never to serve, or not again."""
    from nba_assets.operations import promotion

    at = open_platform()
    said = promotion.reject(at.warehouse, at.models, version, who=at.settings.who, why=reason)
    _decided(at, said, as_json)


def rollback(reason: Reason, as_json: Json = False) -> None:
    """The champion is not to serve again; the one before it is champion."""
    from nba_assets.operations import promotion

    at = open_platform()
    said = promotion.rollback(at.warehouse, at.models, who=at.settings.who, why=reason)
    _decided(at, said, as_json)


def _decided(platform: "Platform", said: str, as_json: bool) -> None:
    """The decision goes to the store of the models, too."""
    from nba_assets.storage.mirror import push

    push(platform.settings.model_store, platform.models)
    say(as_json, said, said=said)
