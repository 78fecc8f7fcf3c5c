"""Calendar start of a season."""

import pandas as pd
import pytest

from nba_assets.domain.as_of import day_numbers
from nba_assets.domain.seasons import season_start_days


@pytest.mark.parametrize(
    ("season", "start"),
    [("2024-25", "2024-10-01"), ("2019-20", "2019-10-01"), ("2020-21", "2020-12-01"), ("1999-00", "1999-10-01")],
)
def test_a_season_starts_in_october_but_for_the_late_one(season: str, start: str) -> None:
    assert season_start_days(pd.Series([season])) == day_numbers(pd.DatetimeIndex([start]))
