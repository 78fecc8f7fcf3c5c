"""Fixtures of the tests of the event log."""

from nba_assets_tests.event_log.instances import empty_homes, instance  # noqa: F401
