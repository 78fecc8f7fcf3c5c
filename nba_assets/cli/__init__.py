"""The command line `nba-assets`. Thin: everything is in operations/."""

from nba_assets.cli.app import app

__all__ = ["app"]
