"""Rules of shots: what a game has must be all of it, of one provider, as the box score counts it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.conformed import Conformed, conform
from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.readiness.audit import Staged, Verdict, audit
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.sources.shots.shot_rows import shot_rows
from nba_assets_tests.sources import small_shots

DAY = dt.date.fromisoformat(small_shots.DAY)
ONE, TWO = small_shots.GAMES


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    facts = pd.DataFrame([vars(shot) | {"distance_feet": shot.distance} for shot in small_shots.shots()])
    named = facts.rename(
        columns={
            "number": "shot_id", "seconds": "seconds_remaining", "made": "is_made", "three": "is_three", "x": "loc_x",
            "y": "loc_y", "assisted": "is_assisted",
        }
    )  # fmt: skip
    flags = ["is_made", "is_three", "is_assisted"]
    named[flags] = named[flags].astype("float64")
    whole = named.assign(player_name="Somebody", game_date=pd.Timestamp(DAY))
    return conform(SHOT_ATTEMPTS, shot_rows(whole, "bigdataball")).rows


def verdict(rows: pd.DataFrame, box: pd.DataFrame | None = None) -> Verdict:
    upstream = {
        "game_schedule": small_shots.schedule(),
        "player_box_scores": small_shots.box() if box is None else box,
    }
    staged = Staged(Conformed(SHOT_ATTEMPTS, rows.reset_index(drop=True)), [DAY], upstream, dt.datetime.now(dt.UTC))
    return audit(staged, rules_of(SHOT_ATTEMPTS), [])[DAY]


def failed(rows: pd.DataFrame, box: pd.DataFrame | None = None) -> dict[str, str]:
    return {failure.rule: failure.message for failure in verdict(rows, box).failures}


def first(rows: pd.DataFrame, count: int, **is_so: object) -> np.ndarray:
    """The mask of the first so many shots of the first game that are so, all of different players."""
    chosen = rows[
        (rows["game_id"] == ONE) & pd.concat([rows[name] == value for name, value in is_so.items()], axis=1).all(axis=1)
    ]
    return rows.index.isin(chosen.drop_duplicates("player_id").index[:count])


def test_all_shots_are_ready_and_complete(rows: pd.DataFrame) -> None:
    found = verdict(rows)
    assert found.status is Status.READY
    assert (found.expected, found.found) == (2, 2)


def test_no_shots_at_all_are_allowed_and_counted(rows: pd.DataFrame) -> None:
    assert verdict(rows[rows["game_id"] == ONE]).status is Status.READY
    assert verdict(rows[rows["game_id"] == ONE]).completeness == 0.5
    none = verdict(rows.head(0))
    assert (none.status, none.expected, none.found) == (Status.READY, 2, 0)


def test_a_game_with_a_part_of_its_shots_is_rejected_with_numbers(rows: pd.DataFrame) -> None:
    gone = (rows["game_id"] == ONE) & (rows.index % 5 < 3)
    reported = failed(rows[~gone])
    have = int((~gone & (rows["game_id"] == ONE)).sum())
    assert f"{ONE}: {have} of 24" in reported["attempts_match_box_score"]
    assert TWO not in reported["attempts_match_box_score"]
    assert {"attempts_match_box_score", "makes_match_box_score"} <= set(reported)


def test_shots_of_players_whom_the_box_score_does_not_list_are_rejected(rows: pd.DataFrame) -> None:
    renamed = rows.assign(player_id=rows["player_id"] + 500_000 * (rows.index % 5 < 3))
    assert set(failed(renamed)) == {
        "attempts_match_box_score", "makes_match_box_score", "three_attempts_match_box_score",
        "three_makes_match_box_score",
    }  # fmt: skip


def test_one_team_of_a_game_is_not_a_game(rows: pd.DataFrame) -> None:
    assert f"{ONE}: 12 of 24" in failed(rows[rows["team_id"] != small_shots.NYK])["attempts_match_box_score"]


def test_an_attempt_moved_to_a_teammate_is_within_the_tolerance(rows: pd.DataFrame) -> None:
    miss = first(rows, 1, is_made=False, is_three=False, team_id=small_shots.BOS)
    other = next(
        player for player in small_shots.PLAYERS[small_shots.BOS] if player != rows.loc[miss, "player_id"].item()
    )
    assert failed(rows.assign(player_id=rows["player_id"].mask(miss, other))) == {}


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_two_players_may_lack_one_attempt_each_and_no_more_may(rows: pd.DataFrame, lost: int) -> None:
    gone = first(rows, lost, is_made=False, is_three=False)
    assert set(failed(rows[~gone])) == (set() if lost <= 2 else {"attempts_match_box_score"})


def test_a_player_may_not_lack_two(rows: pd.DataFrame) -> None:
    mine = rows[(rows["game_id"] == ONE) & ~rows["is_made"]]
    twice = mine[mine["player_id"] == mine["player_id"].value_counts().index[0]].head(2)
    assert len(twice) == 2
    assert "attempts_match_box_score" in failed(rows.drop(twice.index))


def test_makes_are_exact(rows: pd.DataFrame) -> None:
    flipped = first(rows, 1, is_made=False, is_three=False)
    changed = rows.assign(is_made=rows["is_made"] | flipped, absence=rows["absence"].mask(flipped, "{}"))
    changed["is_assisted"] = changed["is_assisted"].mask(flipped, False)
    assert set(failed(changed)) == {"makes_match_box_score"}


def test_made_threes_are_exact_and_tried_ones_may_differ_by_one(rows: pd.DataFrame) -> None:
    assert set(failed(rows.assign(is_three=rows["is_three"] & ~first(rows, 1, is_made=True, is_three=True)))) == {
        "three_makes_match_box_score"
    }
    assert failed(rows.assign(is_three=rows["is_three"] & ~first(rows, 1, is_made=False, is_three=True))) == {}


def test_two_providers_of_a_game_are_rejected(rows: pd.DataFrame) -> None:
    mixed = rows.assign(provider=rows["provider"].mask(rows.index < 3, "nba_shot_detail"))
    assert set(failed(mixed)) == {"one_provider"}
    assert failed(rows.assign(provider=rows["provider"].mask(rows["game_id"] == ONE, "nba_shot_detail"))) == {}


def test_shots_of_an_unscheduled_team_are_rejected(rows: pd.DataFrame) -> None:
    strangers = rows.assign(team_id=rows["team_id"].mask(first(rows, 1, is_made=True), small_shots.LAL))
    assert set(failed(strangers)) == {"only_scheduled_games"}


def test_an_event_that_appears_twice_is_rejected(rows: pd.DataFrame) -> None:
    assert "unique_key" in failed(pd.concat([rows, rows.head(1)]))


def test_a_listed_player_who_did_not_play_or_shoot_is_no_difference(rows: pd.DataFrame) -> None:
    box = small_shots.box()
    idle = box.head(2).assign(player_id=[1, 2], minutes=[np.nan, 12.0], fga=[np.nan, 0.0], fgm=[np.nan, 0.0],
                              fg3a=[np.nan, 0.0], fg3m=[np.nan, 0.0], ast=[np.nan, 0.0])  # fmt: skip
    assert failed(rows, pd.concat([box, idle], ignore_index=True)) == {}


def test_a_column_of_assists_that_lost_its_meaning_is_rejected(rows: pd.DataFrame) -> None:
    assert set(failed(rows.assign(is_assisted=rows["is_assisted"].mask(rows["is_made"], True)))) == {
        "assists_match_box_score"
    }
    one_more = first(rows, 1, is_made=True, is_assisted=False)
    assert failed(rows.assign(is_assisted=rows["is_assisted"].mask(one_more, True))) == {}
    unreported = rows["is_made"] & (rows["game_id"] == ONE)
    absence = rows["absence"].mask(unreported, '{"is_assisted": "source_unavailable"}')
    assert failed(rows.assign(is_assisted=rows["is_assisted"].mask(unreported), absence=absence)) == {}


def test_events_that_jump_back_in_time_are_rejected_and_one_entered_late_is_not(rows: pd.DataFrame) -> None:
    of_game = rows["game_id"] == ONE
    upside_down = rows["seconds_remaining"].mask(of_game, 720 - rows["seconds_remaining"])
    assert set(failed(rows.assign(seconds_remaining=upside_down))) == {"events_in_order"}
    late = rows["shot_id"].mask(of_game & ~of_game.shift(fill_value=False), 999)
    assert failed(rows.assign(shot_id=late)) == {}


def test_statistics_that_the_box_score_lacks_are_no_difference(rows: pd.DataFrame) -> None:
    assert failed(rows, small_shots.box().assign(fg3a=float("nan"))) == {}
