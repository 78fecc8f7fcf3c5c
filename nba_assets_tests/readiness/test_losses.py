"""What a training window lacks: quarantined games and those of failed dates, by whom first, and how many may be."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.tables import MODEL, ancestors, needed_of
from nba_assets.readiness import thresholds
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed
from nba_assets.readiness.losses import GAME, Losses, is_lossless, losses
from nba_assets.readiness.past_gaps import PastGaps
from nba_assets.readiness.quarantine import Quarantined, to_text
from nba_assets.readiness.training_window import require_few_lost
from nba_assets_tests.readiness.ledgers import CHAIN, HandLedger, graph, table

SHOTS = graph(
    table("raw"), table("shots"), table("summary", same_date=["raw"], optional=["shots"]),
    table("cache", before=["summary"]),
)  # fmt: skip
DUE = pd.DataFrame(
    [
        (pd.Timestamp(2024, 1, day), f"g{day}{at}", team)
        for day in range(1, 5)
        for at, team in ((0, 1), (0, 2), (1, 3), (1, 4))
    ],
    columns=["game_date", "game_id", "team_id"],
)
"""Two games a day on the four days of a hand-kept ledger."""


def quarantine(ledger: HandLedger, name: str, day: int, game_id: str, teams: tuple[int, ...], reasons: str) -> None:
    ledger.rows[name, day]["quarantined"] = to_text([Quarantined(game_id, teams, reasons)])


def lost(ledger: HandLedger, first: int = 1, last: int = 4, waived: tuple[int, ...] = ()) -> Losses:
    state, numbers = ledger.state(), np.array([*ledger.numbers])
    tables = list(ledger.contracts)
    window = (numbers >= first) & (numbers <= last)
    return losses(state, tables, needed_of(tables, ledger.contracts), window, np.isin(numbers, waived), DUE)


def named(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["table"], frame["game_id"], strict=True))


def test_a_model_needs_what_no_optional_read_alone_brings() -> None:
    gated = ancestors("ml_feature_store", "player_game_summary")
    optional = {"shot_attempts", "point_lines", "injury_reports", "player_shot_zones", "team_defense_zones"}
    assert set(gated) - set(needed_of(gated)) == optional
    assert needed_of(["team_box_scores"]) == ("team_box_scores",), "read for itself"


def test_a_quarantined_game_is_lost_once_with_its_first_reason() -> None:
    ledger = HandLedger(SHOTS).publish_all()
    quarantine(ledger, "raw", 2, "g20", (1, 2), "points_sum: 3 too many")
    quarantine(ledger, "summary", 2, "g20", (1, 2), "in raw: points_sum: 3 too many")
    quarantine(ledger, "shots", 3, "g31", (3, 4), "shots_match_box: a make too many")
    found = lost(ledger)
    assert named(found.needed) == {("raw", "g20")}
    assert named(found.optional) == {("shots", "g31")}
    assert found.facts() == {
        "due": 8, "lost": 1,
        "games": [{"table": "raw", "date": "2024-01-02", "game": "g20", "reason": "points_sum: 3 too many"}],
        "games_of_optional_tables": [
            {"table": "shots", "date": "2024-01-03", "game": "g31", "reason": "shots_match_box: a make too many"}
        ],
    }  # fmt: skip


def test_a_failed_date_costs_the_games_that_were_due() -> None:
    ledger = HandLedger(SHOTS).publish_all()
    ledger.fail("summary", 2, reasons="half of the usage is null")
    ledger.fail("cache", 3, status="blocked", reasons="gaps")
    found = lost(ledger)
    assert named(found.needed) == {("summary", "g20"), ("summary", "g21"), ("cache", "g30"), ("cache", "g31")}
    reasons = set(found.needed.loc[found.needed["table"] == "summary", "reason"])
    assert reasons == {"summary 2024-01-02 is rejected: half of the usage is null"}
    assert set(found.games["game_id"]) == {"g20", "g21", "g30", "g31"}
    assert named(lost(ledger, waived=(2, 3)).needed) == set(), "what is published there is used"
    assert named(lost(ledger, first=3).needed) == {("cache", "g30"), ("cache", "g31")}


def test_a_game_that_the_schedule_has_quarantined_was_due() -> None:
    ledger = HandLedger(SHOTS).publish_all()
    quarantine(ledger, "raw", 2, "g29", (5, 6), "its tip-off is on another date")
    assert lost(ledger).facts()["due"] == 9
    assert lost(ledger, waived=(2,)).facts()["lost"] == 1, "a waiver brings no rows back"


def test_nothing_lost_is_known_without_the_schedule() -> None:
    ledger = HandLedger(SHOTS).publish_all()
    everything = np.ones(4, dtype=bool)
    assert is_lossless(ledger.state(), list(SHOTS), everything)
    assert lost(ledger).facts() == {"due": 8, "lost": 0, "games": [], "games_of_optional_tables": []}
    ledger.fail("shots", 2)
    assert not is_lossless(ledger.state(), list(SHOTS), everything)
    assert is_lossless(ledger.state(), list(SHOTS), np.array([True, False, True, True]))
    other = HandLedger(SHOTS).publish_all()
    quarantine(other, "raw", 3, "g31", (3, 4), "wrong")
    assert not is_lossless(other.state(), list(SHOTS), everything)
    assert is_lossless(other.state(), list(SHOTS), np.array([True, True, False, False]))


# --- how many may be lost ---

TEAMS = 30
NOW = dt.datetime(2024, 9, 1, tzinfo=dt.UTC)


def seasons(*days: str, games: int = 15) -> pd.DataFrame:
    """As many games as teams have pairs on each of the days; they meet in turn."""
    rows = []
    for number, day in enumerate(days):
        for at in range(games):
            pair = at, TEAMS - 1 - (at + number) % 15
            rows += [(pd.Timestamp(day), f"{day}-{at:02d}", team) for team in pair]
    return pd.DataFrame(rows, columns=["game_date", "game_id", "team_id"])


OLD = [f"{day:%Y-%m-%d}" for day in pd.date_range("2022-11-01", periods=100)]
NEW = [f"{day:%Y-%m-%d}" for day in pd.date_range("2023-11-01", periods=100)]
WINDOW = seasons(*OLD, *NEW)
"""Two seasons of a hundred slates of fifteen games."""


def losing(mask: pd.Series, due: pd.DataFrame = WINDOW, table: str = "team_offense") -> Losses:
    needed = due[mask].assign(table=table, reason="points do not add up")
    return Losses(needed, due=due)


def require(found: Losses, *waivers: Waiver, used: tuple[Waiver, ...] = ()) -> tuple[str, ...]:
    passed = require_few_lost(found, "2022 … 2024", "training the toy", waivers, used, MODEL)
    return tuple(waiver.waiver_id for waiver in passed)


def waiver(name: str, first: str, last: str) -> Waiver:
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return Waiver(name, MODEL, TRAINING_RULE, start, end, NOW, "ann", "season start")


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        pytest.param(WINDOW["game_id"].str.endswith("-00"), "200 of 3,000 games are lost (6.7%, at most 5% may be)",
                     id="one in fifteen"),
        pytest.param(WINDOW["game_date"].isin(pd.DatetimeIndex(OLD[:10])), None, id="a tenth of a season"),
        pytest.param(WINDOW["game_date"].isin(pd.DatetimeIndex(OLD[:11])),
                     "165 of 1,500 games of 2022-23 are lost (11.0%, at most 10% may be)", id="more of a season"),
        pytest.param(WINDOW["game_id"].isin(WINDOW.loc[WINDOW["team_id"] == 3, "game_id"][:20]), None,
                     id="a tenth of a team"),
        pytest.param(WINDOW["game_id"].isin(WINDOW.loc[WINDOW["team_id"] == 3, "game_id"][:21]),
                     "21 of 200 games of team 3 are lost (10.5%, at most 10% may be)", id="more of a team"),
    ],
)  # fmt: skip
def test_too_many_lost_games_refuse_it_in_all_in_a_season_and_of_a_team(mask: pd.Series, said: str | None) -> None:
    if said is None:
        assert require(losing(mask)) == ()
        return
    with pytest.raises(GateClosed) as closed:
        require(losing(mask))
    assert said in str(closed.value)
    assert "most of them in team_offense" in str(closed.value)
    first = WINDOW[mask].sort_values(GAME).iloc[0]
    assert f"First: team_offense {first['game_date']:%Y-%m-%d} game {first['game_id']}: points do not" in str(
        closed.value
    )
    assert str(closed.value).startswith("training the toy is refused: of its window 2022 … 2024 ")
    assert str(closed.value).endswith(f"waive {TRAINING_RULE} of {MODEL} there, then retry.")
    assert closed.value.blockers[0] == {
        "table": "team_offense", "date": f"{first['game_date']:%Y-%m-%d}",
        "reason": f"game {first['game_id']}: points do not add up",
    }  # fmt: skip


def test_a_first_slate_and_a_handful_of_a_team_are_never_too_many() -> None:
    opening = seasons(*OLD, NEW[0], NEW[1])
    assert require(losing(opening["game_date"] == pd.Timestamp(NEW[0]), opening)) == ()
    weeks = seasons(*OLD[:20])
    of_team = weeks.loc[weeks["team_id"] == 3, "game_id"]
    assert require(losing(weeks["game_id"].isin(of_team[: thresholds.TRAINING_LOST_TEAM_GAMES]), weeks)) == ()
    with pytest.raises(GateClosed, match="5 of 20 games of team 3"):
        require(losing(weeks["game_id"].isin(of_team[: thresholds.TRAINING_LOST_TEAM_GAMES + 1]), weeks))


def test_waivers_let_their_dates_pass_and_only_those_that_are_needed_are_named() -> None:
    found = losing(WINDOW["game_date"].isin(pd.DatetimeIndex(OLD[:14])))
    spare, half, rest = waiver("w1", NEW[0], NEW[9]), waiver("w2", OLD[0], OLD[1]), waiver("w3", OLD[2], OLD[4])
    with pytest.raises(GateClosed):
        require(found, spare, half)
    assert require(found, spare, half, rest, waiver("w4", OLD[5], OLD[9])) == ("w2", "w3")
    assert require(found, spare, half, used=(rest,)) == ("w3", "w2"), "those that passed something else count first"
    assert require(losing(WINDOW["game_date"] == pd.Timestamp(OLD[0])), half) == ()


# --- what the published dates were built without ---


def test_what_failed_after_a_date_was_built_was_read_by_it() -> None:
    ledger = HandLedger(CHAIN)
    ledger.publish("raw")
    ledger.publish("summary")
    ledger.fail("summary", 1)
    ledger.publish("cache")
    ledger.fail("summary", 2)
    quarantine(ledger, "summary", 3, "g30", (1, 2), "wrong")
    gaps, cache = PastGaps(ledger.state(), DUE), CHAIN["cache"]
    third = gaps.of(cache, ledger.days[2])
    assert set(third) == {"summary"}
    assert set(third["summary"]["game_id"]) == {"g10", "g11", "g30"}
    ledger.publish("cache", 4)
    gaps = PastGaps(ledger.state(), DUE)
    assert set(gaps.of(cache, ledger.days[3])["summary"]["game_id"]) == {"g10", "g11", "g20", "g21", "g30"}
    assert gaps.key(cache, ledger.days[2]) == gaps.key(cache, ledger.days[1]) != gaps.key(cache, ledger.days[3])
    assert set(gaps.quarantined("summary")["game_id"]) == {"g30"}


def test_a_failed_date_without_content_was_never_read() -> None:
    ledger = HandLedger(CHAIN)
    ledger.publish("raw")
    ledger.fail("summary", 1)
    ledger.publish("summary", 2, 3, 4)
    ledger.publish("cache")
    assert set(PastGaps(ledger.state(), DUE).of(CHAIN["cache"], ledger.days[3])["summary"]["game_id"]) == {"g10", "g11"}
