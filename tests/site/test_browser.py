"""The site in a real browser: it works from disk, asks nothing of the network, and is accessible.

Skipped where Chromium and its driver are absent (Debian: chromium, chromium-driver).
"""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from site_world import HOSTILE

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("chromium and chromedriver aren't installed")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = Chrome(options=options, service=Service(driver))
    yield opened
    opened.quit()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """The browser; after the test, its console has to be empty and only files asked for."""
    browser.get("about:blank")  # leaves Chromium's own first page behind
    browser.get_log("browser")
    browser.get_log("performance")
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert asked
    assert [url for url in asked if not url.startswith("file://")] == []


def screen(browser: Any, width: int) -> int:
    """Show pages as on a screen that is so wide; returns the width."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    return width


def choose(box: Any, place: int, name: str) -> None:
    from selenium.webdriver.support.select import Select

    Select(box.find_elements("css selector", "select")[place]).select_by_visible_text(name)


def column(browser: Any, number: int) -> list[str]:
    cells = browser.find_elements("css selector", f"main table tbody td:nth-child({number})")
    return [cell.text for cell in cells]


def shows(browser: Any, number: int, cells: list[str]) -> bool:
    """Whether a column comes to hold these cells: tables are drawn in a timer of their own."""
    until = time.monotonic() + 10
    while (found := column(browser, number)) != cells and time.monotonic() < until:
        time.sleep(0.05)
    return found == cells


def wait_for(browser: Any, selector: str) -> None:
    """Wait until a script has drawn what the selector finds."""
    until = time.monotonic() + 10
    while not browser.find_elements("css selector", selector) and time.monotonic() < until:
        time.sleep(0.05)


def test_the_leaderboard_is_sorted_filtered_and_compared(opened: Any, site: Path) -> None:
    opened.get((site / "index.html").as_uri())
    before = column(opened, 3)
    head = opened.find_elements("css selector", "thead th:nth-child(3) [role=button]")[0]
    head.send_keys("\n")
    assert shows(opened, 3, sorted(before))
    choose(opened.find_element("css selector", "section.table label"), 0, "Other")
    assert shows(opened, 3, ["last"])
    said = opened.find_element("css selector", "output")
    assert said.text.startswith("words less last in MRR@10: +")
    box = opened.find_element("id", "pair")
    choose(box, 0, "last")
    assert said.text == "Choose two systems."
    choose(box, 1, "words")
    assert said.text.startswith("last less words in MRR@10: -")
    assert "p = " in said.text


def test_a_question_is_found_and_opened(opened: Any, site: Path) -> None:
    opened.get((site / "questions.html").as_uri())
    differences = [float(text) for text in column(opened, 6)]
    assert [abs(one) for one in differences] == sorted(map(abs, differences), reverse=True)
    (green,) = [text for text in column(opened, 1) if "green" in text]
    opened.find_element("css selector", "input[type=search]").send_keys("green")
    assert shows(opened, 1, [green])
    opened.find_element("css selector", "tbody a").click()
    wait_for(opened, ".board li")
    board = opened.find_elements("css selector", ".board section")
    assert [one.get_attribute("data-system") for one in board] == ["words", "last"]
    assert len(opened.find_elements("css selector", ".board li")) == 20
    assert opened.find_elements("css selector", ".board li.hit .kind b")
    assert opened.find_elements("css selector", ".board li.apart")
    choose(opened.find_element("id", "sides"), 0, "last")
    assert opened.find_elements("css selector", ".board li.apart") == []


def test_what_moved_between_two_systems_is_found_by_its_address(opened: Any, site: Path) -> None:
    opened.get((site / "questions.html").as_uri())
    differences = [float(text) for text in column(opened, 6)]
    better = sum(one > 0 for one in differences)
    alike = sum(one == 0 for one in differences)
    assert better
    assert alike
    opened.get((site / "index.html").as_uri())
    choose(opened.find_element("id", "pair"), 0, "last")
    choose(opened.find_element("id", "pair"), 1, "words")
    link = opened.find_element("css selector", "#pair a.pair")
    assert link.get_attribute("href").endswith("differences.html#a=last&b=words")
    link.click()
    assert shows(opened, 6, [f"{-one:+.1f}" for one in differences if one])
    said = opened.find_element("css selector", "output").text
    worse = len(differences) - better - alike
    assert said == (
        f"last answers {worse} questions better, words answers {better} better, "
        f"and both answer {alike} alike."
    )
    choose(opened.find_element("id", "apart"), 3, "those that the second answers better")
    assert shows(opened, 6, [f"{-one:+.1f}" for one in differences if one > 0])


def test_a_question_is_shown_as_text_with_its_neighbours(opened: Any, site: Path) -> None:
    opened.get((site / "question.html").as_uri())
    wait_for(opened, ".board li")
    assert HOSTILE in opened.find_element("id", "question").text
    assert not opened.find_element("id", "before").is_displayed()
    first = opened.find_element("id", "question").text
    opened.find_element("id", "after").click()
    assert opened.current_url.endswith("#q=2")
    until = time.monotonic() + 10
    while opened.find_element("id", "question").text == first and time.monotonic() < until:
        time.sleep(0.05)
    assert opened.find_element("id", "question").text != first
    assert opened.find_elements("css selector", "#relevant .card")
    assert opened.find_elements("css selector", ".board .thumbnail")


def test_the_theme_is_switched_and_kept(opened: Any, site: Path) -> None:
    def ground() -> str:
        script = "return getComputedStyle(document.documentElement).backgroundColor"
        return str(opened.execute_script(script))

    opened.get((site / "index.html").as_uri())
    before = ground()
    opened.find_element("id", "theme").click()
    assert ground() != before
    opened.get((site / "table1.html").as_uri())
    assert ground() != before
    opened.find_element("id", "theme").click()
    assert ground() == before


def test_a_phone_shows_names_figures_and_charts_without_scrolling(opened: Any, site: Path) -> None:
    def right(selector: str) -> float:
        (element, *_) = opened.find_elements("css selector", selector)
        assert element.is_displayed(), selector
        return float(
            opened.execute_script("return arguments[0].getBoundingClientRect().right", element)
        )

    width = screen(opened, WIDTHS[0])
    opened.get((site / "index.html").as_uri())
    assert right("td.name") < right("td.name ~ td.number .interval") <= width
    assert right(".chart.small") <= width
    assert not opened.find_element("css selector", ".chart.large").is_displayed()
    (text, *_) = opened.find_elements("css selector", ".chart.small text")
    assert text.rect["height"] >= 11
    screen(opened, WIDTHS[1])
    assert right(".chart.large") > width
    assert not opened.find_element("css selector", ".chart.small").is_displayed()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_violation(opened: Any, site: Path, width: int, theme: str) -> None:
    from axe_core_python.selenium import Axe

    screen(opened, width)
    scheme = [{"name": "prefers-color-scheme", "value": theme}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    pages = [*site.glob("*.html"), site / "systems" / "words.html"]
    for path in pages:
        opened.get(path.as_uri())
        if path.name == "question.html":
            wait_for(opened, ".board li")
        scroll = "return document.documentElement.scrollWidth"
        assert opened.execute_script(scroll) <= width, path
        found = Axe().run(opened, options={"resultTypes": ["violations"]})["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"]) for one in grave] == [], path
