"""The PostgreSQL server of the tests of the claims."""

from nba_assets_tests.claims.conftest import postgres_server_url, postgres_url  # noqa: F401
