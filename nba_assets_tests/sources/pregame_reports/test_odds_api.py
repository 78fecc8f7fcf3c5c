"""What odds files write for prices, moments and teams."""

import pandas as pd
import pytest

from nba_assets.contracts.teams import TEAMS
from nba_assets.sources.pregame_reports.game_matching import team_ids_of_names
from nba_assets.sources.pregame_reports.odds_api import american_odds, instants


@pytest.mark.parametrize(
    ("value", "odds"),
    [(-137, -137), ("+150", 150), ("100", 100), (2, 100), (1.5, -200), (11, 1000), (-100, -100), (None, None),
     ("", None), (99.9, 9890), (0, "bad"), (-50, "bad"), ("even", "bad"), (1, "bad"), (float("inf"), "bad")],
)  # fmt: skip
def test_odds_are_american_or_decimal(value: str | float | None, odds: int | str | None) -> None:
    numbers, bad = american_odds(pd.Series([value], dtype=object))
    assert bad[0] == (odds == "bad")
    assert numbers[0] == odds or pd.isna(numbers[0])


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2024-10-22T23:40:00Z", "2024-10-22T23:40:00Z"), ("2024-10-22T19:40:00-04:00", "2024-10-22T23:40:00Z"),
     ("2024-10-22T23:40:00.5Z", "2024-10-22T23:40:00.5Z"), ("2024-10-22T23:40:00", None), ("2024-10-22", None),
     ("soon", None)],
)  # fmt: skip
def test_a_moment_has_its_zone(text: str, moment: str | None) -> None:
    found, bad = instants(pd.Series([text]))
    assert bad[0] == (moment is None)
    assert moment is None or found[0] == pd.Timestamp(moment)


def test_every_team_is_known_by_its_full_name() -> None:
    names = pd.Series([team.full_name for team in TEAMS] + ["Los Angeles Clippers", "portland trailblazers", "Moose"])
    ids = team_ids_of_names(names)
    assert ids[:30].tolist() == [team.team_id for team in TEAMS]
    assert ids[30:32].tolist() == [1610612746, 1610612757]
    assert pd.isna(ids[32])
