"""The page: one file that needs nothing else, whatever it has to tell, and small enough at 1,900 dates × 20 tables."""

import datetime as dt
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import vl_convert

from nba_assets.readiness.failures import NO_END
from nba_assets.readiness.quarantine import Quarantined
from nba_assets.readiness.state import LedgerState
from nba_assets.reporting.cells import STATES
from nba_assets.reporting.charts import charts
from nba_assets.reporting.facts import QualityFacts, quality_facts
from nba_assets.reporting.model_history import ModelVersion
from nba_assets.reporting.page import GLYPHS, page, write_page
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.readiness.ledgers import OF_GAMES, HandLedger
from nba_assets_tests.readiness.wide_ledger import built_ledger, calendar, wide_graph
from nba_assets_tests.reporting.hand_warehouse import BUILD_COLUMNS, JOURNAL_COLUMNS, WAIVER_COLUMNS, hand_warehouse

NOW = dt.datetime(2026, 1, 4, 8, 30, tzinfo=dt.UTC)
LIBRARY = "window.vegaEmbed = async () => ({ view: {} }); // </script>"
EVIL = "points_sum: </script><img src=x onerror=alert(1)>"


def facts_of(ledger: HandLedger, tmp_path: Path, **reported: pd.DataFrame) -> QualityFacts:
    return quality_facts(hand_warehouse(ledger.state(), **reported), tmp_path, NOW)


@pytest.fixture
def facts(tmp_path: Path) -> QualityFacts:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 2, reasons=EVIL)
    ledger.publish("summary", 3)
    until = pd.Timestamp("2026-02-01", tz="UTC")
    builds = [("raw", 1, 4, 2.5, NOW, "r1"), ("raw", 2, 400, 30.0, NOW, "r2"), ("summary", 3, 4, 1.5, NOW, "r1")]
    return facts_of(
        ledger,
        tmp_path,
        builds=pd.DataFrame(builds, columns=BUILD_COLUMNS),
        given=pd.DataFrame(
            [
                ("w1", "raw", "points_sum", "", "2024-01-01", "2024-01-01", "ana", "forfeit", until, "expired"),
                (
                    "w2",
                    "raw",
                    "points_sum",
                    "",
                    "2024-01-02",
                    "2024-01-03",
                    "ben",
                    "known <b>gap</b>",
                    until,
                    "in force",
                ),
            ],
            columns=WAIVER_COLUMNS,
        ),
        decided=pd.DataFrame(
            [(NOW, "waive", "ben", "known gap", "raw", "2024-01-02", "2024-01-03", "{}")], columns=JOURNAL_COLUMNS
        ),
    )


def text_of(html: str) -> str:
    visible = re.sub(r"<(script|style).*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", visible).split())


def test_the_page_tells_what_was_left_out_of_deliveries(tmp_path: Path) -> None:
    ledger = HandLedger().publish_all()
    notes = ledger.frame()["table_name"].map({"raw": "1 of 9 names: <b>Zed</b>"})
    state = ledger.state(notes=notes)
    html = page(quality_facts(hand_warehouse(state), tmp_path, NOW), LIBRARY)
    assert f"{len(state.days)} dates" in text_of(html)
    assert f"{state.days[-1]:%Y-%m-%d} raw 1 of 9 names: &lt;b&gt;Zed&lt;/b&gt;" in text_of(html)
    silent = text_of(page(quality_facts(hand_warehouse(ledger.state()), tmp_path, NOW), LIBRARY))
    assert "Everything that was delivered is published" in silent


def test_a_quarantined_game_is_one_incident_with_both_ways_out(tmp_path: Path) -> None:
    ledger = HandLedger(OF_GAMES).publish_all()
    reasons = "points_sum: 1 row: <b>3</b> too many (game_id=0022400561)"
    game = Quarantined("0022400561", (1610612748, 1610612737), reasons)
    ledger.quarantine("box", 2, game)
    ledger.quarantine("summary", 2, game.as_read_from("box"))
    waiver = (
        "w1",
        "box",
        "*",
        "0022400007",
        "2024-01-01",
        "2024-01-01",
        "ana",
        "forfeit",
        pd.Timestamp(NO_END),
        "in force",
    )
    facts = facts_of(ledger, tmp_path, given=pd.DataFrame([waiver], columns=WAIVER_COLUMNS))
    said = text_of(page(facts, LIBRARY))
    assert "Open incidents: 1 1 game quarantined." in said
    assert "incomplete box 2024-01-02" in said
    assert "Cause 2024-01-02: 9 of 10 games; MIA–ATL quarantined: &lt;b&gt;3&lt;/b&gt; too many" in said
    assert "Built without it 1 partition" in said
    assert (
        "Fix correct the source or the code; then nba-assets backfill --from 2024-01-02 ; or, as it was delivered: "
        "nba-assets accept 0022400561 --table box --reason WHY"
    ) in said
    assert "incomplete 2024-01-02 2024-01-02 1 2024-01-02: 9 of 10 games; MIA–ATL quarantined in box" in said
    assert "* of game 0022400007" in said
    assert "w1 in force no end" in said


def test_the_page_tells_incidents_waivers_and_what_fixes(facts: QualityFacts) -> None:
    said = text_of(page(facts, LIBRARY))
    assert "Open incidents: 2" in said
    assert "nba-assets backfill --from 2024-01-02" in said
    assert "nba-assets backfill --stale --from 2024-01-03" in said
    assert said.index("w2 in force 2026-02-01") < said.index("w1 expired")
    assert "raw 2 2.22 0.0694" in said, "two timed builds of raw"
    assert "2026-01-04 08:30 UTC" in said


def test_where_everything_is_published_the_page_says_so(tmp_path: Path) -> None:
    said = text_of(page(facts_of(HandLedger().publish_all(), tmp_path), LIBRARY))
    assert "Every partition of every table is ready and up to date." in said
    assert "No model version is stored yet" in said
    assert "No rule was ever waived" in said
    assert "No build was timed yet" in said


def test_incomplete_and_waived_dates_stand_in_the_sentence_that_says_nothing_is_open(tmp_path: Path) -> None:
    ledger = HandLedger().publish_all()
    state = ledger.state(completeness=[0.5, 1.0] + [1.0] * 14)
    said = text_of(page(quality_facts(hand_warehouse(state), tmp_path, NOW), LIBRARY))
    assert "Every partition of every table" not in said
    assert "No open incidents. 1 date of raw is incomplete: some of their games, teams or players have no row." in said
    ledger.publish("raw", 1, waivers="w1")
    for name in ("summary", "cache", "features"):
        ledger.publish(name)
    assert facts_of(ledger, tmp_path).verdict == "No open incidents. 8 partitions built under a waiver."


def test_what_is_closed_is_counted_in_the_first_sentence(facts: QualityFacts) -> None:
    closed = sum(count for word, count in facts.totals.items() if word in ("stale", "blocked", "rejected", "missing"))
    assert f"Not ready or not up to date: {closed} partitions." in text_of(page(facts, LIBRARY))


def test_an_empty_warehouse_has_a_page(tmp_path: Path) -> None:
    said = text_of(page(facts_of(HandLedger(), tmp_path), LIBRARY))
    assert "never built" in said


def test_the_page_needs_nothing_but_itself(facts: QualityFacts) -> None:
    html = page(facts, LIBRARY)
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", html)
    assert "@import" not in html
    assert "default-src 'none'" in html, "and the browser lets it load nothing"


def test_what_the_ledger_says_is_text_and_never_markup(facts: QualityFacts) -> None:
    html = page(facts, LIBRARY)
    assert "<img" not in html
    assert "<b>gap" not in html
    assert html.count("</script>") == 3
    data = re.search(r'id="facts">(.*?)</script>', html, flags=re.DOTALL)[1]
    assert EVIL in json.loads(data)["cells"]["texts"]


def test_script_style_and_markup_name_the_same_things(facts: QualityFacts) -> None:
    html, script, style = (
        page(facts, LIBRARY),
        *((REPOSITORY / "nba_assets" / "reporting" / name).read_text() for name in ("page.js", "page.css")),
    )
    for name in set(re.findall(r'byId\("([a-z]+)"\)', script)):
        assert f'id="{name}"' in html or name in ("models", "durations"), name
    for letter in STATES:
        assert f".{letter} > .sign" in style
        assert f"--{letter}: #" in style
    assert set(GLYPHS) == set(STATES)
    signs = [sign for sign in GLYPHS.values() if sign]
    assert len(set(signs)) == len(signs) == len(STATES) - 3, "all but three have a sign of their own"


def test_every_chart_is_a_specification_that_vega_lite_understands(facts: QualityFacts) -> None:
    models = (
        ModelVersion("xgboost_points_v1", "current", False, errors={"xgboost": 4.4, "last_5": 4.7}),
        ModelVersion("xgboost_points_v2", "current", False, errors={"xgboost": 4.3, "last_5": 4.6}),
    )
    specs = charts(QualityFacts(**{**vars(facts), "models": models}))
    for name, spec in specs.items():
        compiled = vl_convert.vegalite_to_vega(json.dumps(spec).replace('"THEME"', "[]").replace('"SERIES"', "[]"))
        assert compiled["marks"], name
    assert len(specs["models"]["data"]["values"]) == 4


def years_with_incidents() -> LedgerState:
    """20 tables × 1,900 dates, a third of them wrong, each with a reason of its own, as long as reasons get."""
    graph, days = wide_graph(), calendar()
    ledger = built_ledger(graph, days, chunk=400).assign(completeness=1.0)
    rng = np.random.default_rng(1)
    bad = rng.random(len(ledger)) < 1 / 3
    ledger.loc[bad, "status"] = "rejected"
    ledger.loc[bad, "reasons"] = [f"rule_{at}: {'what is wrong here ' * 30}" for at in range(bad.sum())]
    ledger.loc[rng.random(len(ledger)) < 1 / 3, "completeness"] = 0.123456
    return LedgerState(ledger, graph, days)


def test_the_worst_of_five_years_stays_under_three_megabytes(tmp_path: Path) -> None:
    facts = quality_facts(hand_warehouse(years_with_incidents()), tmp_path, NOW)
    assert len(facts.counts) >= 20
    assert facts.dates.dates == 1900
    assert len(page(facts, "x" * 1_000_000).encode()) < 3_000_000


def test_the_page_is_written_whole_and_its_library_made_once(
    facts: QualityFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def library() -> str:
        made.append(LIBRARY)
        return LIBRARY

    monkeypatch.setattr(vl_convert, "javascript_bundle", library)
    first = write_page(facts, tmp_path / "reports")
    assert first == write_page(facts, tmp_path / "reports")
    assert first.read_text().endswith("</html>")
    assert len(made) == 1
    assert not list((tmp_path / "reports").glob("*.unfinished"))


@pytest.mark.long
def test_the_real_library_keeps_the_page_small(facts: QualityFacts, tmp_path: Path) -> None:
    path = write_page(facts, tmp_path)
    assert 500_000 < path.stat().st_size < 1_500_000
    assert "vegaEmbed" in path.read_text()
