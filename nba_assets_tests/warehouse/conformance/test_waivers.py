"""Waivers in the warehouse: given with a reason, ended by time or by a person, never forgotten where they were used."""

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.errors import RequestError
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict, audit
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed
from nba_assets.readiness.quarantine import Quarantined
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Attempt, Snapshot, Warehouse, WarehouseError
from nba_assets_tests.readiness.staged_rows import staged
from nba_assets_tests.warehouse.past_the_port import execute
from nba_assets_tests.warehouse.places import Place
from nba_assets_tests.warehouse.raw_publishes import BOX, DAYS, SOUND, Clock, entry, publish, with_minutes

FIRST_DAY = Span(BOX, DAYS[0], DAYS[0])
CLOCK = Clock()
UNTIL = CLOCK() + dt.timedelta(days=3)
WHO: dict[str, Any] = {"who": "ann", "why": "late clock", "until": UNTIL}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def warehouse(place: Place, clock: Clock) -> Warehouse:
    """All raw tables of the four days, on a clock that the test moves."""
    return place.open(now=clock)


def publish_overlong(warehouse: Warehouse, clock: Clock) -> None:
    """Two days of games that were too long, judged as an asset judges them."""
    window = warehouse.read_window(TABLES[BOX], DAYS[:2])
    rows = conform(TABLES[BOX], with_minutes(290.0)).on(window.dates)
    checked = dataclasses.replace(staged(TABLES[BOX], rows.rows, window.frames), days=window.days, now=clock())
    warehouse.publish(window, rows, audit(checked, rules_of(TABLES[BOX]), window.waivers), Attempt("r"))


def statuses(warehouse: Warehouse) -> list[str]:
    """Of each day: ready, or quarantined, for its only game is."""
    entries = [entry(warehouse, BOX, day) for day in DAYS[:2]]
    return ["quarantined" if row["quarantined"] else row["status"] for row in entries]


def test_a_waiver_lets_a_failed_rule_pass_and_taints(warehouse: Warehouse, clock: Clock) -> None:
    given = warehouse.add_waiver(FIRST_DAY, "team_minutes_match_periods", **WHO)
    assert given == Waiver("w1", BOX, "team_minutes_match_periods", DAYS[0], DAYS[0], UNTIL, "ann", "late clock")
    assert warehouse.read_window(TABLES[BOX], DAYS).waivers == [given]
    assert warehouse.read_window(TABLES["game_results"], DAYS).waivers == []
    publish_overlong(warehouse, clock)
    assert statuses(warehouse) == ["ready", "quarantined"]
    assert entry(warehouse, BOX, DAYS[0])["waivers"] == "w1"
    assert warehouse.state().tainted["player_box_scores"].tolist() == [True, False, False, False]


def test_a_waiver_that_names_the_rule_as_it_was_before_still_lets_it_pass(warehouse: Warehouse, clock: Clock) -> None:
    warehouse.add_waiver(FIRST_DAY, "team_minutes", **WHO)
    warehouse.add_waiver(Span(MODEL, DAYS[1], DAYS[1]), "training_window", **WHO)
    publish_overlong(warehouse, clock)
    assert statuses(warehouse) == ["ready", "quarantined"]
    assert entry(warehouse, BOX, DAYS[0])["waivers"] == "w1"
    assert warehouse.waivers()["rule"].tolist() == ["team_minutes_match_periods", TRAINING_RULE]
    warehouse.add_waiver(Span(MODEL, DAYS[0], DAYS[0]), TRAINING_RULE, **WHO)
    assert [waiver.waiver_id for waiver in train(warehouse).waivers] == ["w1", "w2", "w3"], "a day of four is lost"


@pytest.mark.parametrize("ending", ["expired", "revoked"])
def test_a_waiver_that_has_ended_lets_nothing_pass_but_taints_what_it_let(
    warehouse: Warehouse, clock: Clock, ending: str
) -> None:
    warehouse.add_waiver(FIRST_DAY, "team_minutes_match_periods", **WHO)
    publish_overlong(warehouse, clock)
    if ending == "expired":
        clock.pass_days(3)
    else:
        warehouse.revoke_waiver("w1", "bob", "seen the tape")
    assert warehouse.state().tainted[BOX].tolist() == [True, False, False, False]
    publish_overlong(warehouse, clock)
    assert statuses(warehouse) == ["quarantined", "quarantined"]
    assert entry(warehouse, BOX, DAYS[0])["waivers"] == "", "without the game nothing is published under it"
    assert not warehouse.state().tainted[BOX].any()
    publish(warehouse, BOX, DAYS[:1])
    assert not warehouse.state().tainted[BOX].any()


def test_every_waiver_is_listed_with_its_state(warehouse: Warehouse, clock: Clock) -> None:
    warehouse.add_waiver(FIRST_DAY, "team_minutes_match_periods", **WHO)
    clock.pass_days(1)
    warehouse.add_waiver(Span(MODEL, DAYS[0], DAYS[3]), TRAINING_RULE, who="bob", why="try", until=UNTIL)
    clock.pass_days(1)
    warehouse.add_waiver(FIRST_DAY, "*", who="eve", why="all of it", until=UNTIL + dt.timedelta(days=9))
    warehouse.revoke_waiver("w2", "ann", "no")
    clock.pass_days(1)
    listed = warehouse.waivers()
    assert listed["waiver_id"].tolist() == ["w1", "w2", "w3"]
    assert listed["state"].tolist() == ["expired", "revoked", "in force"]
    revoked = listed.iloc[1]
    assert (revoked["table_name"], revoked["rule"], revoked["who"], revoked["why"]) == (
        MODEL,
        TRAINING_RULE,
        "bob",
        "try",
    )
    assert (revoked["revoked_by"], revoked["revoked_why"]) == ("ann", "no")
    assert revoked["revoked_at"] == clock() - dt.timedelta(days=1)
    reported = warehouse.journal()
    assert (reported["operation"] + " " + reported["who"] + " " + reported["table_name"]).tolist() == [
        f"waive ann {BOX}", f"waive bob {MODEL}", f"waive eve {BOX}", f"revoke ann {MODEL}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"span": Span("box", DAYS[0], DAYS[0])}, "no table 'box' to waive a rule of", id="no such table"),
        pytest.param({"rule": ""}, "needs a rule", id="no rule"),
        pytest.param({"who": " "}, "who gives it", id="nobody"),
        pytest.param({"why": ""}, "needs a rule, who gives it and why", id="no reason"),
        pytest.param({"until": CLOCK()}, "a moment in the future", id="already over"),
        pytest.param({"until": UNTIL.replace(tzinfo=None)}, "with a time zone", id="no time zone"),
    ],
)
def test_a_waiver_without_what_it_needs_is_refused(warehouse: Warehouse, change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"span": FIRST_DAY, "rule": "team_minutes_match_periods", **WHO} | change
    with pytest.raises(RequestError, match=message):
        warehouse.add_waiver(**arguments)
    assert warehouse.waivers().empty


def test_a_waiver_can_be_revoked_once_and_must_exist(warehouse: Warehouse) -> None:
    warehouse.add_waiver(FIRST_DAY, "team_minutes_match_periods", **WHO)
    with pytest.raises(RequestError, match="there is no waiver 'w2'"):
        warehouse.revoke_waiver("w2", "ann", "no")
    warehouse.revoke_waiver("w1", "ann", "no")
    with pytest.raises(RequestError, match="w1 was revoked before, by ann at 2025-01-10"):
        warehouse.revoke_waiver("w1", "bob", "no")


# --- the training gate ---

TRAINING = {"purpose": "training", "waivable_as": MODEL}


def train(warehouse: Warehouse) -> Snapshot:
    return warehouse.read({BOX: ["minutes"]}, DAYS[0], DAYS[3], **TRAINING)


def test_a_training_goes_ahead_under_a_waiver_and_names_it(warehouse: Warehouse, clock: Clock) -> None:
    clean = train(warehouse)
    assert clean.waivers == ()
    publish(warehouse, BOX, DAYS[1:2], status=Status.REJECTED)
    with pytest.raises(GateClosed, match=f"games are lost .* waive {TRAINING_RULE} of {MODEL} there"):
        train(warehouse)
    given = warehouse.add_waiver(Span(MODEL, DAYS[1], DAYS[1]), TRAINING_RULE, **WHO)
    warehouse.add_waiver(Span(MODEL, DAYS[2], DAYS[3]), TRAINING_RULE, **WHO)
    snapshot = train(warehouse)
    assert snapshot.waivers == (given,), "the other was not needed"
    assert snapshot.fingerprint == clean.fingerprint
    pd.testing.assert_frame_equal(snapshot.frames[BOX], clean.frames[BOX])
    with pytest.raises(GateClosed, match="Rebuild them, then retry"):
        warehouse.read({BOX: ["minutes"]}, DAYS[0], DAYS[3], purpose="a chart")
    clock.pass_days(3)
    with pytest.raises(GateClosed):
        train(warehouse)


def test_a_training_goes_without_a_game_in_quarantine_and_says_so(warehouse: Warehouse) -> None:
    clean = train(warehouse)
    assert clean.losses.facts()["lost"] == 0
    assert clean.past_gaps is None
    game, due = SOUND["game_schedule"].iloc[0], len(SOUND["game_schedule"])
    quarantine(warehouse, DAYS[0], game)
    with pytest.raises(GateClosed, match=r"1 of \d+ games are lost .*First: team_box_scores 2024-12-03 game"):
        train(warehouse)
    warehouse.add_waiver(Span(MODEL, DAYS[0], DAYS[0]), TRAINING_RULE, **WHO)
    snapshot = train(warehouse)
    assert [it.waiver_id for it in snapshot.waivers] == ["w1"]
    assert snapshot.losses.facts()["due"] == due
    assert snapshot.losses.facts()["games"] == [
        {"table": BOX, "date": "2024-12-03", "game": game["game_id"], "reason": "points_sum: 3 too many"}
    ]
    assert snapshot.fingerprint != clean.fingerprint
    assert len(snapshot.frames[BOX]) == len(clean.frames[BOX]) - 2
    assert snapshot.past_gaps is not None


def quarantine(warehouse: Warehouse, day: dt.date, game: pd.Series) -> None:
    """The day's box scores are published without the game."""
    window = warehouse.read_window(TABLES[BOX], [day])
    rows = SOUND[BOX][SOUND[BOX]["game_id"] != game["game_id"]]
    teams = (int(game["home_team_id"]), int(game["away_team_id"]))
    verdict = Verdict(Status.READY, quarantined=(Quarantined(game["game_id"], teams, "points_sum: 3 too many"),))
    warehouse.publish(window, conform(TABLES[BOX], rows).on(window.dates), {day: verdict}, Attempt("r"))


def test_a_training_on_tainted_dates_names_both_waivers(warehouse: Warehouse, clock: Clock) -> None:
    rule = warehouse.add_waiver(FIRST_DAY, "team_minutes_match_periods", **WHO)
    publish_overlong(warehouse, clock)
    publish(warehouse, BOX, DAYS[1:2])
    with pytest.raises(GateClosed, match="team_box_scores 2024-12-03 is tainted"):
        train(warehouse)
    training = warehouse.add_waiver(Span(MODEL, DAYS[0], DAYS[0]), TRAINING_RULE, **WHO)
    assert train(warehouse).waivers == (rule, training)
    warehouse.revoke_waiver("w1", "bob", "no")
    assert train(warehouse).waivers == (rule, training), "what was published under it stays tainted by it"
    warehouse.revoke_waiver("w2", "bob", "no")
    with pytest.raises(GateClosed):
        train(warehouse)


def test_a_taint_whose_waiver_is_not_known_is_an_error(warehouse: Warehouse, clock: Clock) -> None:
    warehouse.add_waiver(FIRST_DAY, "team_minutes_match_periods", **WHO)
    publish_overlong(warehouse, clock)
    publish(warehouse, BOX, DAYS[1:2])
    warehouse.add_waiver(Span(MODEL, DAYS[0], DAYS[3]), TRAINING_RULE, **WHO)
    execute(warehouse, "DELETE FROM nba_quality.waivers WHERE waiver_id = 'w1'")
    with pytest.raises(WarehouseError, match="does not have: w1"):
        train(warehouse)
