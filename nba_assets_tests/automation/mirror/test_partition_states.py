"""What Dagster should show of a date by the ledger, and which dates it shows otherwise: worked by hand."""

import datetime as dt

import dagster as dg
import pytest

from nba_assets.automation.mirror.partition_states import Difference, differences, outcomes, state_digests
from nba_assets.event_log.dagster_state import FAILED, PLANNED, SUCCEEDED, ShownCheck, ShownDate
from nba_assets.event_log.events import Target
from nba_assets.event_log.outcomes import Outcome
from nba_assets.readiness.staleness import stale_ranges
from nba_assets_tests.readiness.ledgers import WRITTEN_AT, HandLedger

BY_RULE = "correct the source or the code, or waive the rule; then nba-assets backfill --from 2024-01-03"

NOW = WRITTEN_AT.to_pydatetime() + dt.timedelta(hours=1)
PATIENCE = dt.timedelta(minutes=1)
PUBLISHED = Target(storage_id=5, run_id="r1", timestamp=0.0)


@pytest.fixture
def ledger() -> HandLedger:
    """raw[D] -> summary[D] -> cache[< D] -> features[D] over four days, all built."""
    return HandLedger().publish_all()


def shows(content: str, status: str, run_id: str = "", state_digest: str = "", is_current: bool = True) -> ShownDate:
    return ShownDate(PUBLISHED if content else None, content, ShownCheck(status, run_id, state_digest, is_current))


def different(ledger: HandLedger, shown: ShownDate, table: str = "raw", live: tuple[str, ...] = ()) -> list[str]:
    """The story to tell of day 2, if it is shown like this."""
    others = {
        ledger.day(number): shows(str(ledger.rows[table, number]["content_hash"]), "SUCCEEDED", "r1")
        for number in ledger.numbers
        if (table, number) in ledger.rows
    }
    day = ledger.day(2)
    state = ledger.state()
    found, _ = differences(state, table, {**others, day: shown}, live, NOW, PATIENCE)
    return [difference.state_digest for difference in found if difference.day == day]


class TestStories:
    def test_ready_and_missing(self, ledger: HandLedger) -> None:
        ledger.forget("raw", 4)
        assert list(state_digests(ledger.state(), "raw")) == ["ready", "ready", "ready", ""]

    def test_stale_is_reported_at_any_depth(self, ledger: HandLedger) -> None:
        ledger.publish("raw", 2)
        state = ledger.state()
        assert list(state_digests(state, "summary")) == ["ready", "stale", "ready", "ready"]
        assert list(state_digests(state, "cache")) == ["ready", "ready", "stale", "stale"]
        assert list(state_digests(state, "features")) == ["ready", "ready", "stale", "stale"]

    def test_a_failed_attempt_is_named_by_its_build_so_that_two_are_distinguished(self, ledger: HandLedger) -> None:
        ledger.fail("raw", 1)
        ledger.fail("raw", 2, status="blocked")
        first = ledger.build
        assert list(state_digests(ledger.state(), "raw")[:2]) == [f"rejected {first - 1}", f"blocked {first}"]
        ledger.fail("raw", 1)
        assert state_digests(ledger.state(), "raw")[0] == f"rejected {first + 1}"

    def test_a_rejected_date_is_not_called_stale(self, ledger: HandLedger) -> None:
        ledger.fail("summary", 2)
        ledger.publish("raw", 2)
        assert state_digests(ledger.state(), "summary")[1].startswith("rejected")

    def test_a_waiver_is_reported_wherever_it_reaches_unless_the_date_is_stale(self, ledger: HandLedger) -> None:
        ledger = HandLedger()
        ledger.publish("raw", waivers="")
        ledger.publish("raw", 3, waivers="w1,w2")
        for table in ("summary", "cache", "features"):
            ledger.publish(table)
        assert list(state_digests(ledger.state(), "summary")) == ["ready", "ready", "waived w1,w2", "ready"]
        assert list(state_digests(ledger.state(), "features")) == ["ready", "ready", "ready", "waived w1,w2"]
        ledger.publish("raw", 3)
        assert state_digests(ledger.state(), "summary")[2] == "stale"


class TestDifferences:
    def test_what_a_run_reported_of_ready_content_is_published(self, ledger: HandLedger) -> None:
        content = str(ledger.rows["raw", 2]["content_hash"])
        assert different(ledger, shows(content, SUCCEEDED, "r1")) == []
        assert different(ledger, shows(content, SUCCEEDED, "an earlier run")) == [], "a rewrite of the same content"

    @pytest.mark.parametrize(
        "shown",
        [
            pytest.param(ShownDate(), id="nothing is shown"),
            pytest.param(shows("other content", SUCCEEDED, "run"), id="other content is shown"),
            pytest.param(shows("raw 1", SUCCEEDED, "run", is_current=False), id="the result is hidden"),
            pytest.param(shows("raw 1", FAILED, "run"), id="the result says failed"),
            pytest.param(shows("raw 1", SUCCEEDED, "", "waived w1"), id="it was waived before"),
            pytest.param(shows("raw 1", PLANNED, "dead run"), id="a dead run had planned it"),
        ],
    )
    def test_ready_content_that_is_not_shown_as_such_is_reported(self, ledger: HandLedger, shown: ShownDate) -> None:
        assert different(ledger, shown) == ["ready"]

    def test_a_stale_date_that_is_green_is_reported_once(self, ledger: HandLedger) -> None:
        ledger.publish("raw", 2)
        content = str(ledger.rows["summary", 2]["content_hash"])
        assert different(ledger, shows(content, SUCCEEDED, "run"), "summary") == ["stale"]
        assert different(ledger, shows(content, FAILED, "", "stale"), "summary") == []
        assert different(ledger, shows(content, FAILED, "run"), "summary") == ["stale"], "it failed for another reason"

    def test_a_refused_date_is_reported_unless_the_run_that_was_refused_has_said_so(self, ledger: HandLedger) -> None:
        ledger.fail("raw", 2)
        content, state_digest = "raw 1", f"rejected {ledger.build}"
        assert different(ledger, shows(content, FAILED, "r1")) == []
        assert different(ledger, shows(content, FAILED, "an earlier run")) == [state_digest]
        assert different(ledger, shows(content, SUCCEEDED, "r1")) == [state_digest]
        assert different(ledger, shows(content, FAILED, "", state_digest)) == []
        assert different(ledger, shows(content, FAILED, "", "rejected 1")) == [state_digest], (
            "invalidated after a rejection"
        )

    def test_what_is_gone_from_the_ledger_but_shown_is_reported(self, ledger: HandLedger) -> None:
        ledger.forget("raw", 2)
        assert different(ledger, shows("raw 1", SUCCEEDED, "run")) == ["missing"]
        assert different(ledger, shows("raw 1", FAILED, "", "missing")) == []
        assert different(ledger, ShownDate()) == []
        assert different(ledger, shows("", PLANNED, "dead run")) == [], "nothing was ever built"

    def test_what_a_live_run_has_planned_is_left_to_it(self, ledger: HandLedger) -> None:
        shown = shows("raw 1", PLANNED, "live run")
        assert different(ledger, shown, live=("live run",)) == []
        assert different(ledger, shown, live=("another",)) == ["ready"]

    def test_what_a_live_run_has_just_published_is_left_to_it_for_a_minute(self, ledger: HandLedger) -> None:
        ledger.run_id, ledger.now = "live run", WRITTEN_AT + dt.timedelta(minutes=59, seconds=30)
        ledger.publish("raw", 2)
        shown = shows("raw 1", SUCCEEDED, "an earlier run")
        assert different(ledger, shown, live=("live run",)) == []
        assert different(ledger, shown, live=()) == ["ready"], "it was killed between publish and report"
        ledger.now = WRITTEN_AT
        ledger.publish("raw", 2)
        assert different(ledger, shown, live=("live run",)) == ["ready"], "it has forgotten"

    def test_how_many_are_left_to_live_runs_is_counted(self, ledger: HandLedger) -> None:
        shown = {ledger.day(number): shows("raw 1", PLANNED, "live run") for number in (1, 2)}
        found, left = differences(ledger.state(), "raw", shown, {"live run"}, NOW, PATIENCE)
        assert ([difference.day for difference in found], left) == ([ledger.day(3), ledger.day(4)], 2)


class TestOutcomes:
    def reported(self, ledger: HandLedger, table: str, state_digest: str, shown: ShownDate | None = None) -> Outcome:
        state = ledger.state()
        content = str(ledger.rows.get((table, 3), {}).get("content_hash", ""))
        difference = Difference(table, ledger.day(3), state_digest, shown or shows(content, SUCCEEDED))
        return outcomes(state, table, stale_ranges(state)[table], [difference])[ledger.day(3)]

    def test_content_that_is_not_shown_is_materialized_with_its_facts(self, ledger: HandLedger) -> None:
        outcome = self.reported(ledger, "raw", "ready", ShownDate())
        assert (outcome.passed, outcome.materialized, outcome.data_version) == (True, True, "raw 1")
        assert outcome.code_version == 1
        assert outcome.metadata["build"] == 1
        assert outcome.metadata["dagster/partition_row_count"] == 10

    def test_a_stale_date_names_its_cause_and_the_remedy(self, ledger: HandLedger) -> None:
        ledger.publish("raw", 2)
        outcome = self.reported(ledger, "features", "stale")
        assert (outcome.passed, outcome.materialized) == (False, False)
        assert outcome.severity is dg.AssetCheckSeverity.ERROR
        assert "raw 2024-01-02 changed in build 5" in outcome.description
        assert "nba-assets backfill --stale" in outcome.description

    def test_a_waived_date_passes_with_a_warning_that_names_the_waivers(self, ledger: HandLedger) -> None:
        outcome = self.reported(ledger, "raw", "waived w1,w2")
        assert (outcome.passed, outcome.severity) == (True, dg.AssetCheckSeverity.WARN)
        assert "w1,w2" in outcome.description

    def test_a_refused_date_gives_the_reason_and_keeps_what_is_published(self, ledger: HandLedger) -> None:
        ledger.fail("raw", 3, reasons="invalidated by ann: wrong scores")
        outcome = self.reported(ledger, "raw", "rejected 5")
        assert (outcome.passed, outcome.materialized) == (False, False)
        assert outcome.description == f"Rejected: invalidated by ann: wrong scores. Fix: {BY_RULE}"
        ledger.invalidate("raw", 3, reasons="invalidated by ann: wrong scores")
        assert self.reported(ledger, "raw", "rejected 6").description.endswith(
            "Fix: nba-assets backfill --from 2024-01-03"
        )

    def test_a_blocked_date_gives_the_command_for_its_root(self, ledger: HandLedger) -> None:
        ledger.invalidate("raw", 3, reasons="invalidated by ann: wrong scores")
        ledger.fail(
            "summary", 3, status="blocked", reasons="raw 2024-01-03 is rejected: invalidated by ann: wrong scores"
        )
        outcome = self.reported(ledger, "summary", "blocked 6")
        assert outcome.description == (
            "Blocked: raw 2024-01-03 is rejected: invalidated by ann: wrong scores. "
            "Fix: nba-assets backfill --from 2024-01-03"
        )

    def test_after_a_wipe_a_refused_date_shows_again_what_is_published(self, ledger: HandLedger) -> None:
        ledger.fail("raw", 3)
        outcome = self.reported(ledger, "raw", "rejected 5", ShownDate())
        assert (outcome.passed, outcome.materialized, outcome.data_version) == (False, True, "raw 1")

    def test_a_date_that_never_stood_has_nothing_to_show(self) -> None:
        ledger = HandLedger()
        ledger.fail("raw", 3, status="blocked", reasons="upstream is missing")
        outcome = self.reported(ledger, "raw", "blocked 1", ShownDate())
        assert (outcome.passed, outcome.materialized, outcome.metadata) == (False, False, {})
        assert outcome.description == f"Blocked: upstream is missing. Fix: {BY_RULE}"

    def test_a_date_that_is_gone_says_how_to_build_it(self, ledger: HandLedger) -> None:
        ledger.forget("raw", 3)
        outcome = self.reported(ledger, "raw", "missing", shows("raw 1", SUCCEEDED))
        assert (outcome.passed, outcome.materialized) == (False, False)
        assert "--from 2024-01-03 --to 2024-01-03" in outcome.description
