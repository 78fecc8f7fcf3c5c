"""The page in headless Chromium: accessible, quick, usable by keyboard, on desktop and phone, in light and dark."""

import importlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nba_assets.reporting.facts import quality_facts
from nba_assets.reporting.page import write_page
from nba_assets_tests.reporting.hand_warehouse import hand_warehouse
from nba_assets_tests.reporting.test_page import NOW, years_with_incidents

pytestmark = [pytest.mark.long, pytest.mark.browser]

DRAWN = "performance.getEntriesByName('map drawn').length > 0"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The installed Chromium; Playwright's own cannot be fetched everywhere."""
    place = shutil.which("chromium") or shutil.which("google-chrome")
    required = os.environ.get("NBA_REQUIRE_BROWSER") == "1"
    if place is None and not required:
        pytest.skip("no Chromium: make test-browser installs one")
    playwright = (
        importlib.import_module("playwright.sync_api") if required else pytest.importorskip("playwright.sync_api")
    )
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=place, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of five troubled years of twenty tables: every state, hundreds of incidents."""
    home = tmp_path_factory.mktemp("page")
    return write_page(quality_facts(hand_warehouse(years_with_incidents()), home / "models", NOW), home)


@pytest.fixture
def opened(chromium: Any, page_file: Path) -> Iterator[Any]:
    """Opens the page as a device would; what the page requests or complains of fails the test."""
    contexts, complaints = [], []

    def opened_as(viewport: dict[str, int] = DESKTOP, theme: str = "light") -> Any:
        contexts.append(chromium.new_context(viewport=viewport, color_scheme=theme))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: complaints.append(asked.url) if asked.url.startswith("http") else None)
        page.goto(page_file.as_uri())
        page.wait_for_function(DRAWN, timeout=60_000)
        return page

    yield opened_as
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(opened: Any, viewport: dict[str, int], theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(viewport, theme)
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_page_is_interactive_in_under_a_second(opened: Any) -> None:
    """Seconds of its thread's own time until the map is drawn: what else the machine does is no fault of the page."""
    page = opened()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    before = busy()
    page.reload()
    page.wait_for_function(DRAWN, timeout=60_000)
    assert 0 < busy() - before < 1.0


def test_a_phone_shows_the_page_without_scrolling_sideways(opened: Any) -> None:
    page = opened(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_map_is_read_by_keyboard(opened: Any) -> None:
    page = opened()
    page.focus("#map")
    page.keyboard.press("ArrowLeft")
    first = page.inner_text("#detail")
    page.keyboard.press("ArrowDown")
    second = page.inner_text("#detail")
    assert ":" in first
    assert first.split(",")[0] != second.split(",")[0], "another table"
    assert first.split(":")[0].split(", ", 1)[1] == second.split(":")[0].split(", ", 1)[1], "of the same date"


def test_an_incident_leads_to_its_cell(opened: Any) -> None:
    page = opened()
    button = page.locator("button.show").first
    table, date = button.get_attribute("data-table"), button.get_attribute("data-date")
    button.click()
    page.wait_for_function("document.activeElement.id === 'map'")
    assert page.inner_text("#detail").startswith(f"{table}, ")
    assert date in page.inner_text("#detail")
