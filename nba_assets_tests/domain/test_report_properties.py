"""Properties of what the context says of lines and reports, against a slow reading of them, row by row."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nba_assets.domain import as_of
from nba_assets.domain.upcoming_player_context import upcoming_player_context
from nba_assets_tests.builders import League, random_league
from nba_assets_tests.cells import records
from nba_assets_tests.domain.naive_precompute import expected_rows
from nba_assets_tests.domain.reports import with_random_reports
from nba_assets_tests.domain.test_precompute_properties import columns_that_know, game_day

LEAGUES = settings(max_examples=3, deadline=None, phases=[Phase.generate])
SEEDS = st.integers(0, 2**20)
GAME = ["game_date", "game_id"]


def league_of(seed: int) -> League:
    league = with_random_reports(random_league(seed), seed)
    days = league.game_schedule["game_date"].unique()
    return league.without(list(np.random.default_rng(seed).choice(days, 2, replace=False)))


def context(league: League, dates: pd.DatetimeIndex | None = None) -> pd.DataFrame:
    """The context of the given dates (of all by default), by what a reader of these dates is given."""
    dates = league.dates if dates is None else dates
    names = ("game_schedule", "point_lines", "injury_reports")
    same_date = {name: getattr(league, name) for name in names}
    return upcoming_player_context(
        dates=dates,
        player_game_summary=league.player_game_summary,
        team_offense=league.team_offense,
        team_defense=league.team_defense,
        gaps=league.gaps,
        **{name: frame[frame["game_date"].isin(dates)] for name, frame in same_date.items()},
    )


def before_tipoff(league: League) -> pd.Series:
    """Whether each report came before the tip-off of its game, or by noon in New York where that is unknown."""
    facts = league.injury_reports[GAME].merge(league.game_schedule[[*GAME, "tipoff_utc"]], on=GAME, how="left")
    noon = (facts["game_date"] + pd.Timedelta(hours=12)).dt.tz_localize("America/New_York")
    at = league.injury_reports["reported_at"].reset_index(drop=True)
    return (at < facts["tipoff_utc"]).where(facts["tipoff_utc"].notna(), at <= noon)


@pytest.mark.long
@LEAGUES
@given(seed=SEEDS)
def test_any_chunking_gives_the_same_context(seed: int) -> None:
    league = league_of(seed)
    parts = [context(league, pd.DatetimeIndex(dates)) for dates in np.array_split(league.dates, 4)]
    together = pd.concat([part for part in parts if len(part)], ignore_index=True)
    pd.testing.assert_frame_equal(together, context(league), check_exact=True)


@LEAGUES
@given(seed=SEEDS)
def test_outcomes_of_a_date_and_later_change_no_row_up_to_it(seed: int) -> None:
    league = league_of(seed)
    assert columns_that_know(league, game_day(league, 0.75), seed) == set()


def test_reading_the_date_itself_is_caught_in_the_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_of, "BEFORE", "right")
    leagues = ((seed, with_random_reports(random_league(seed), seed)) for seed in range(8))
    name = "upcoming_player_context.star_teammates_out"
    assert any(name in columns_that_know(league, game_day(league, 0.9), seed) for seed, league in leagues)


@LEAGUES
@given(seed=SEEDS)
def test_reports_after_tip_off_change_nothing(seed: int) -> None:
    league = league_of(seed)
    whole = context(league)
    late = ~before_tipoff(league).to_numpy()
    assert late.any()
    reports = league.injury_reports
    rng = np.random.default_rng(seed)
    shuffled = reports.assign(status=np.where(late, rng.permutation(reports["status"]), reports["status"]))
    for other in (reports[~late], shuffled):
        pd.testing.assert_frame_equal(context(replace(league, injury_reports=other)), whole)
    everybody_out = reports[~late].assign(status="out")
    assert len(context(replace(league, injury_reports=everybody_out))) < len(whole)


ORDER = ["out", "doubtful", "questionable", "probable", "available"]


@pytest.mark.long
@LEAGUES
@given(seed=SEEDS)
def test_rows_and_values_are_those_of_a_slow_reading(seed: int) -> None:
    league = league_of(seed)
    table = context(league).set_index(["game_id", "player_id"])
    before = league.injury_reports[before_tipoff(league).to_numpy()]
    reports, lines = (
        {key: records(rows) for key, rows in frame.groupby(GAME)} for frame in (before, league.point_lines)
    )
    stored: dict[Any, dict[str, Any]] = dict(zip(table.index, records(table), strict=True))
    seen = set()
    for row in expected_rows(league):
        game, key = (row["game_date"], row["game_id"]), (row["game_id"], row["player_id"])
        last = {team: last_list(reports.get(game, []), team) for team in (row["team_id"], row["opponent_team_id"])}
        named = [entry["status"] for rows in last.values() for entry in rows or [] if is_of(entry, row)]
        status = min(named, key=ORDER.index, default=None)
        if status == "out":
            assert key not in stored
            continue
        found = stored[key]
        reasons = json.loads(found["absence"])
        assert found["injury_status"] == status
        unlisted = "source_unavailable" if last[row["team_id"]] is None else "not_applicable"
        assert reasons.get("injury_status") == (None if status else unlisted)
        check_lines(lines.get(game, []), row, found, reasons.get("points_line_consensus"))
        seen.add(key)
    assert seen == set(stored)


def is_of(entry: dict[str, Any], row: dict[str, Any]) -> bool:
    return entry["player_id"] == row["player_id"]


def last_list(reports: list[dict[str, Any]], team: int) -> list[dict[str, Any]] | None:
    """The team's entries of the newest report for which it had submitted; None if there is no such report."""
    waiting = {e["reported_at"] for e in reports if e["team_id"] == team and e["status"] == "not_yet_submitted"}
    times = {entry["reported_at"] for entry in reports} - waiting
    return [e for e in reports if e["team_id"] == team and e["reported_at"] == max(times)] if times else None


def check_lines(lines: list[dict[str, Any]], row: dict[str, Any], found: dict[str, Any], reason: str | None) -> None:
    mine = [line for line in lines if is_of(line, row)]
    if not mine:
        assert reason == ("not_applicable" if lines else "source_unavailable")
        assert pd.isna(found["points_line_consensus"])
        return
    assert found["points_line_consensus"] == np.median([line["points_line"] for line in mine])
    assert found["points_line_books"] == len(mine)
    assert found["is_points_line_verified"] == all(line["is_verified_before_tipoff"] for line in mine)
    overs = [line["points_line"] for line in mine if not pd.isna(line["over_price"])]
    unders = [line["points_line"] for line in mine if not pd.isna(line["under_price"])]
    assert found["points_line_best_over"] == min(overs) if overs else pd.isna(found["points_line_best_over"])
    assert found["points_line_best_under"] == max(unders) if unders else pd.isna(found["points_line_best_under"])
