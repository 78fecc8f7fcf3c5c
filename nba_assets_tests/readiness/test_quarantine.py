"""What fails in a game costs that game: it is left out, listed, and the rest of its date judged without it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.raw import GAME_SCHEDULE, PLAYER_BOX_SCORES, TEAM_BOX_SCORES
from nba_assets.readiness.audit import Verdict, audit
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.mass_damage import gap_shares, is_mass
from nba_assets.readiness.nulled_cells import with_nulls
from nba_assets.readiness.quarantine import Quarantined, from_text, of_games, team_games, to_text, without_games
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.sources.port import Problem
from nba_assets_tests.raw_games import BOS, DEN, LAL, NYK, game_id, raw_frames
from nba_assets_tests.readiness.staged_rows import FIRST, NOW, SECOND, staged

GAME, OTHER = game_id(1, 0), game_id(1, 1)
"""The two games of the second date: BOS-NYK and DEN-LAL."""
BAD = Quarantined(GAME, (BOS, NYK), "some_rule: wrong")
Frames = dict[str, pd.DataFrame]


def verdicts(
    contract: Contract,
    spoil: Callable[[Frames], None] = lambda _: None,
    waivers: tuple[Waiver, ...] = (),
    **more: Any,
) -> dict[dt.date, Verdict]:
    frames = raw_frames([FIRST, SECOND])
    spoil(frames)
    upstream = {read.table: frames[read.table] for read in contract.reads}
    return audit(staged(contract, frames[contract.name], upstream, **more), rules_of(contract), waivers)


def more_assists(frames: Frames, game: str = GAME) -> None:
    rows = frames["player_box_scores"]
    rows.loc[rows.index[rows["game_id"] == game][0], "ast"] += 1


def test_a_failing_game_is_left_out_and_its_date_is_ready() -> None:
    found = verdicts(PLAYER_BOX_SCORES, more_assists)
    clean = verdicts(PLAYER_BOX_SCORES)
    assert found[FIRST] == clean[FIRST]
    assert found[SECOND].status is Status.READY
    (game,) = found[SECOND].quarantined
    assert (game.game_id, set(game.teams)) == (GAME, {BOS, NYK})
    assert game.reasons.startswith("player_totals_match_team: 1 row: ast of the team is not that of its players")
    assert found[SECOND].completeness == 0.5
    assert found[SECOND].rows == clean[SECOND].rows / 2


def test_a_waiver_of_one_game_lets_that_game_pass_and_no_other() -> None:
    until = NOW + dt.timedelta(days=1)
    waiver = Waiver("w1", "player_box_scores", "*", SECOND, SECOND, until, "ann", "seen the tape", GAME)
    passed = verdicts(PLAYER_BOX_SCORES, more_assists, (waiver,))[SECOND]
    assert (passed.quarantined, passed.waivers) == ((), ("w1",))

    def both(frames: Frames) -> None:
        more_assists(frames)
        more_assists(frames, OTHER)

    found = verdicts(PLAYER_BOX_SCORES, both, (waiver,))[SECOND]
    assert ([game.game_id for game in found.quarantined], found.waivers) == ([OTHER], ("w1",))


def test_a_game_that_an_input_lacks_is_left_out_with_its_reason() -> None:
    found = verdicts(PLAYER_BOX_SCORES, quarantined={(SECOND, GAME): BAD})[SECOND]
    assert found.quarantined == (BAD,)
    assert (found.expected, found.found) == (4, 2)
    assert found.failures == ()


def test_what_the_source_says_of_a_game_concerns_that_game() -> None:
    found = verdicts(TEAM_BOX_SCORES, problems=[Problem(SECOND, "row 7 is torn", GAME)])
    assert [game.game_id for game in found[SECOND].quarantined] == [GAME]
    assert found[SECOND].quarantined[0].reasons == "source_understood: row 7 is torn"


@pytest.mark.parametrize(("teams", "status"), [((BOS, NYK), Status.READY), ((), Status.REJECTED)])
def test_a_game_of_the_schedule_whose_teams_nobody_knows_rejects_its_date(
    teams: tuple[int, ...], status: Status
) -> None:
    def unread(frames: Frames) -> None:
        rows = frames["game_schedule"]
        frames["game_schedule"] = rows[rows["game_id"] != GAME]

    problem = Problem(SECOND, "home_team_id 'x' is no team", GAME, teams)
    found = verdicts(GAME_SCHEDULE, unread, problems=[problem])[SECOND]
    assert found.status is status
    assert [game.teams for game in found.quarantined] == [teams] * (status is Status.READY)


def test_a_cell_that_nothing_needs_becomes_null_and_costs_no_game() -> None:
    def spoil(frames: Frames) -> None:
        rows = frames["player_box_scores"]
        rows.loc[(rows["game_id"] == GAME) & rows["plus_minus"].notna(), "plus_minus"] = 79

    found = verdicts(PLAYER_BOX_SCORES, spoil)[SECOND]
    assert (found.status, found.quarantined) == (Status.READY, ())
    assert found.nulled == {GAME: ("plus_minus",)}
    frames = raw_frames([FIRST, SECOND])
    checked = staged(PLAYER_BOX_SCORES, frames["player_box_scores"])
    rows = with_nulls(checked.conformed, {(SECOND, GAME): ("plus_minus",)}).rows
    mine = rows["game_id"] == GAME
    assert rows.loc[mine, "plus_minus"].isna().all()
    assert rows.loc[mine, "absence"].str.contains('"plus_minus": "(?:source_unavailable|did_not_play)"').all()
    pd.testing.assert_frame_equal(rows[~mine], checked.rows[~mine])


def test_an_optional_cell_that_is_null_without_a_reason_costs_its_game() -> None:
    def spoil(frames: Frames) -> None:
        rows = frames["player_box_scores"]
        rows.loc[rows.index[rows["game_id"] == GAME][0], "plus_minus"] = None

    assert [game.game_id for game in verdicts(PLAYER_BOX_SCORES, spoil)[SECOND].quarantined] == [GAME]


def test_what_is_wrong_besides_an_optional_cell_still_costs_the_game() -> None:
    def spoil(frames: Frames) -> None:
        more_assists(frames)
        rows = frames["player_box_scores"]
        rows.loc[rows["game_id"] == GAME, "plus_minus"] = 79

    assert [game.game_id for game in verdicts(PLAYER_BOX_SCORES, spoil)[SECOND].quarantined] == [GAME]


@pytest.mark.parametrize(
    ("failing", "games", "expected"),
    [(1, 1, False), (2, 2, False), (2, 15, False), (3, 15, False), (3, 10, False), (4, 13, True), (3, 3, True)],
)
def test_masses_are_more_than_two_games_and_three_in_ten(failing: int, games: int, expected: bool) -> None:
    assert is_mass({str(number) for number in range(failing)}, games) is expected


DAYS = [pd.Timestamp(2024, 11, day) for day in range(1, 13)]
DUE = pd.DataFrame(
    [(day, f"{day.day:02d}{team // 2}", 1 + team) for day in DAYS for team in range(4)],
    columns=["game_date", "game_id", "team_id"],
)
"""Four teams play on each of twelve days."""


@pytest.mark.parametrize(
    ("lost", "day", "share"),
    [
        pytest.param(DUE["game_id"] == "110", 12, 0.05, id="one game: one of ten, of half of the teams"),
        pytest.param(DUE["game_date"] == DAYS[10], 12, 0.1, id="a slate: one of ten"),
        pytest.param(DUE["game_date"].isin(DAYS[8:11]), 12, 0.3, id="three slates"),
        pytest.param(DUE["game_id"] == "010", 12, 0.0, id="eleven games ago"),
        pytest.param(DUE["game_date"] == DAYS[1], 3, 0.5, id="with fewer games before: of those"),
        pytest.param(DUE["game_date"] == DAYS[11], 12, 0.0, id="its own date counts not"),
    ],
)
def test_the_share_of_gaps_is_that_of_the_last_ten_games_of_the_teams(lost: pd.Series, day: int, share: float) -> None:
    found = gap_shares(DUE, DUE[lost], [dt.date(2024, 11, day)])
    assert found.get(dt.date(2024, 11, day), 0.0) == pytest.approx(share)


def test_the_ledger_keeps_the_games() -> None:
    other = Quarantined(OTHER, (DEN, LAL), "a rule: “quoted”; and more")
    assert from_text(to_text([other, BAD])) == (BAD, other)
    assert (to_text([]), from_text(""), from_text(None), from_text(float("nan"))) == ("", (), (), ())


def test_rows_are_of_a_game_on_its_date_only() -> None:
    rows = pd.DataFrame({"game_date": pd.to_datetime([FIRST, SECOND, SECOND]), "game_id": [GAME, GAME, OTHER]})
    assert of_games(rows, {(SECOND, GAME)}).tolist() == [False, True, False]
    assert of_games(rows, set()).tolist() == [False] * 3
    assert of_games(rows[["game_date"]], {(SECOND, GAME)}).tolist() == [False] * 3
    kept = without_games({"team_box_scores": rows, "unknown": rows}, PLAYER_BOX_SCORES, {(SECOND, GAME)})
    assert len(kept["team_box_scores"]) == 2
    assert len(kept["unknown"]) == 3


def test_a_game_is_a_gap_of_its_two_teams() -> None:
    rows = team_games({(SECOND, GAME): BAD})
    assert rows["team_id"].tolist() == [BOS, NYK]
    assert rows["game_date"].tolist() == [pd.Timestamp(SECOND)] * 2
    assert team_games({}).dtypes.to_dict() == rows.dtypes.to_dict()
