"""Games that are nowhere: what is missing of a whole season, of a running one, and what lies outside the coverage."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.tables import MODEL
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed
from nba_assets.readiness.quarantine import Quarantined
from nba_assets.readiness.season_numbering import SeasonGap, require_whole_seasons, season_gaps
from nba_assets.sources.archive_files.archive import ArchiveSource

OPENING, LAST = dt.date(2023, 10, 1), dt.date(2024, 6, 20)
TEAMS = range(1, 31)


def season() -> pd.DataFrame:
    """1,230 games of 2023-24 in 41 rounds of 30 on consecutive days; the first 60 and the last 30 in December."""
    rows = []
    for number in range(1, 1231):
        day = dt.date(2023, 10, 24) + dt.timedelta(days=(number - 60) // 7)
        if number <= 60 or number > 1200:
            day = dt.date(2023, 12, 5) + dt.timedelta(days=number % 5)
        home, away = TEAMS[number % 30], TEAMS[(number + 1 + number // 30) % 30]
        rows.append((f"00223{number:05d}", pd.Timestamp(day), "regular_season", home, away, False))
    columns = ["game_id", "game_date", "season_type", "home_team_id", "away_team_id", "is_postponed"]
    return pd.DataFrame(rows, columns=columns)


def without(*numbers: int) -> pd.DataFrame:
    games = season()
    return games[~games["game_id"].str[5:].astype(int).isin(numbers)]


def missing(games: pd.DataFrame, first: dt.date = OPENING, last: dt.date = LAST) -> dict[str, bool]:
    """The ids that are nowhere, and whether the season is covered from end to end."""
    return {game_id: gap.is_whole for gap in season_gaps(games, first, last) for game_id in gap.missing}


@pytest.mark.parametrize("numbers", [(1,), (61,), (400, 401), (1200,), (1230,)])
def test_every_missing_number_of_a_whole_season_is_named(numbers: tuple[int, ...]) -> None:
    assert missing(without(*numbers)) == {f"00223{number:05d}": True for number in numbers}


def test_a_whole_season_that_is_nowhere_is_named() -> None:
    (gap,) = season_gaps(season().head(0), OPENING, LAST)
    assert (len(gap.missing), gap.is_whole) == (1230, True)
    assert str(gap) == ("2023-24: 1230 games are nowhere by the league's numbering: 0022300001 … 0022301230")


def test_a_running_season_names_a_gap_between_its_games_as_a_hint() -> None:
    today = dt.date(2024, 1, 20)
    running = without(300)
    running = running[running["game_date"] <= pd.Timestamp(today)]
    assert missing(running, last=today) == {"0022300300": False}


@pytest.mark.parametrize("first", [dt.date(2023, 10, 26), dt.date(2023, 12, 5), dt.date(2024, 2, 1)])
def test_nothing_is_required_of_a_season_that_is_covered_from_some_day_on(first: dt.date) -> None:
    games = without(300)
    assert missing(games[games["game_date"] >= pd.Timestamp(first)], first=first) == {}


@pytest.mark.parametrize("days", range(1, 180, 7))
def test_what_is_after_the_coverage_is_not_missing(days: int) -> None:
    last = dt.date(2023, 10, 24) + dt.timedelta(days=days)
    games = season()
    assert missing(games[games["game_date"] <= pd.Timestamp(last)], last=last) == {}


def test_what_is_declared_or_has_no_ready_schedule_is_not_judged() -> None:
    games = without(300)
    assert season_gaps(games, OPENING, LAST, left_out={("2023-24", "regular_season")}) == ()
    assert season_gaps(games, OPENING, LAST, unknown=[dt.date(2024, 1, 3)]) == ()
    assert (
        len(season_gaps(games, OPENING, LAST, left_out={("2023-24", "playoffs")}, unknown=[dt.date(2023, 6, 1)])) == 1
    )


def test_a_postponed_game_is_somewhere() -> None:
    games = season()
    games.loc[299, "is_postponed"] = True
    assert missing(games) == {}


def test_a_team_with_another_number_of_games_is_named() -> None:
    games = season()
    games["home_team_id"] = games["home_team_id"].replace(3, 4)
    (gap,) = season_gaps(games, OPENING, LAST)
    assert gap.missing == ()
    assert gap.teams[3] < 82 < gap.teams[4]
    assert f"3 has {gap.teams[3]}" in str(gap)


def test_a_game_that_the_schedule_has_quarantined_is_known() -> None:
    game = season().iloc[299]
    teams = tuple(sorted((game["home_team_id"], game["away_team_id"])))
    known = {(game["game_date"].date(), game["game_id"]): Quarantined(game["game_id"], teams, "two tip-offs")}
    assert missing(without(300)) == {"0022300300": True}
    assert season_gaps(without(300), OPENING, LAST, quarantined=known) == season_gaps(season(), OPENING, LAST)
    assert [gap.missing for gap in season_gaps(without(300, 400), OPENING, LAST, quarantined=known)] == [
        ("0022300400",)
    ]


NOW = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
GAP = SeasonGap("2023-24", ("0022300300",), OPENING, dt.date(2024, 4, 20), is_whole=True)


def waiver(last: dt.date = LAST, **other: object) -> Waiver:
    given = {"table": MODEL, "rule": TRAINING_RULE, "until": NOW + dt.timedelta(days=1), **other}
    return Waiver(waiver_id="w1", first=OPENING, last=last, **given)  # type: ignore[arg-type]


def test_training_is_refused_with_the_ids_and_may_be_waived() -> None:
    with pytest.raises(
        GateClosed, match=r"2023-24: 1 game is nowhere .*: 0022300300.*waive training_window_ready"
    ) as closed:
        require_whole_seasons([GAP], [], NOW, "training")
    assert closed.value.blockers[0]["table"] == "game_schedule"
    assert require_whole_seasons([GAP], [waiver()], NOW, "training") == (waiver(),)


@pytest.mark.parametrize("wrong", [{"last": dt.date(2024, 4, 19)}, {"until": NOW}, {"rule": "other"}])
def test_a_waiver_must_cover_the_gap_in_force(wrong: dict[str, Any]) -> None:
    with pytest.raises(GateClosed):
        require_whole_seasons([GAP], [waiver(**wrong)], NOW, "training")


def test_a_hint_refuses_no_training() -> None:
    hint = SeasonGap("2023-24", ("0022300300",), OPENING, LAST, is_whole=False)
    assert require_whole_seasons([hint], [], NOW, "training") == ()


@pytest.mark.archive
@pytest.mark.long
@pytest.mark.parametrize("directory", ["archive", "raw/nba_stats_leaguegamelog"])
def test_ten_real_seasons_lack_no_game_and_a_lost_one_is_found(
    shared_data: Path, tmp_path: Path, directory: str
) -> None:
    source = ArchiveSource(shared_data / directory, tmp_path)
    games = source.read("game_schedule", source.first_date, source.horizon).rows
    assert season_gaps(games, source.first_date, source.horizon) == ()
    regular = games[games["season_type"] == "regular_season"]
    for game_id in regular["game_id"].sample(60, random_state=7):
        found = season_gaps(games[games["game_id"] != game_id], source.first_date, source.horizon)
        assert {lost: gap.is_whole for gap in found for lost in gap.missing} == {game_id: True}


@pytest.mark.archive
@pytest.mark.long
def test_part_of_a_real_season_raises_no_error(shared_data: Path, tmp_path: Path) -> None:
    source = ArchiveSource(shared_data / "archive", tmp_path)
    games = source.read("game_schedule", source.first_date, source.horizon).rows
    days = sorted(games["game_date"].dt.date.unique())
    dates = games.set_index("game_id")["game_date"].dt.date
    for at in range(0, len(days), 37):
        for length in (30, 200):
            first, last = days[at], days[min(at + length, len(days) - 1)]
            for gap in season_gaps(games, first, last):
                assert not gap.is_whole
                assert (dates[list(gap.missing)] > last).all(), "what is named was due and moved to a later day"
