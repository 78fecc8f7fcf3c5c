"""The three weeks that are explained, built once."""

import pytest

from nba_assets_tests.operations.three_weeks import Weeks, build


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    return build(tmp_path_factory.mktemp("weeks"))
