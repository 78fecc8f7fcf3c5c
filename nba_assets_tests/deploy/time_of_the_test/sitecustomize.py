"""Python imports this at the start of every process that has its directory on PYTHONPATH."""

from nba_assets_tests.deploy.driven_clock import install

install()
