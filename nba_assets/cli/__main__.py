"""`python -m nba_assets.cli` is the command `nba-assets`."""

from nba_assets.cli.app import app

app()
