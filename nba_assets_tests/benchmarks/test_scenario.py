"""What the scenario calls known before tip-off: starters and regulars who stay away, and nothing of how a game went."""

import pandas as pd

from nba_assets_tests.benchmarks.scenario import ABSENCES, known_before

EXPECTED = pd.DataFrame(
    # team 1: a star who stays away, a bench player who stays away, two who play; team 2: one who plays
    [("g", 1, 1, 2, 30.0, 32.0, 25.0), ("g", 2, 1, 2, 6.0, 5.0, 2.0), ("g", 3, 1, 2, 20.0, 20.0, 8.0),
     ("g", 4, 1, 2, 12.0, 12.0, 5.0), ("g", 5, 2, 1, 34.0, 34.0, 27.0)],
    columns=["game_id", "player_id", "team_id", "opponent_team_id", "minutes_last_10", "minutes_ewma_half_life_3",
             "pts_ewma_half_life_6"],
)  # fmt: skip
BOX = pd.DataFrame({
    "game_id": "g", "player_id": [1, 2, 3, 4, 5, 6], "minutes_played": [0.0, None, 31.0, 14.0, 36.0, 9.0],
    "is_starter": pd.array([False, False, True, False, True, False], dtype="boolean"),
})  # fmt: skip


def test_absent_regulars_are_summed_for_both_teams() -> None:
    known = known_before(EXPECTED, BOX).set_index("player_id")
    assert known.loc[3, ["team_absent_count", "team_absent_minutes", "team_absent_pts"]].tolist() == [1, 32, 25]
    assert known.loc[3, ["opponent_absent_count", "opponent_absent_minutes"]].tolist() == [0, 0]
    assert known.loc[5, ["opponent_absent_count", "opponent_absent_pts", "team_absent_count"]].tolist() == [1, 25, 0]
    assert known.loc[[3, 4, 5], "is_starter"].tolist() == [1, 0, 1]


def test_how_the_game_went_has_no_say() -> None:
    reported = known_before(EXPECTED, BOX)
    # more minutes for who played, and one more who appeared though nobody expected him
    other = BOX.assign(minutes_played=[0.0, float("nan"), 5.0, 47.0, 12.0, 9.0])
    other = pd.concat([other, other[-1:].assign(player_id=7)], ignore_index=True)
    pd.testing.assert_frame_equal(known_before(EXPECTED, other), reported)
    assert set(reported.columns) == {"game_id", "player_id", "is_starter", *ABSENCES}
