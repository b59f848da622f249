"""The HTML report in a real headless Chromium: `python -m pytest tests/browser/check_page.py`.

Apart from the other tests, because it needs a browser: Debian's package `chromium`, or the path of one in CHROMIUM, and `playwright`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from checker.model.report import Report
from checker.report import FormatOptions, format_report
from tests.unit.report.builders import STORIES, fleet, release
from tests.unit.report.hostile import STRINGS, hostile
from tests.unit.report.test_markdown import many

# without these Chromium calls home at its start, which is nothing of the page
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium found: install the package chromium, or say where one is in CHROMIUM"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report; at the end of the test nothing may have gone wrong in the page and no request may have left it."""
    trouble: list[str] = []
    contexts = []

    def opened(report: Report, width: int = 1200, height: int = 900, scheme: str = "light") -> Page:
        file = tmp_path / f"report-{len(contexts)}.html"
        file.write_text(format_report("html", report, FormatOptions(source_url="https://forge.example/{path}#L{line}")), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error.message}"))
        page.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: trouble.append(f"request: {request.url}") if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [line for line in trouble if not line.startswith("request: data:,")] == []


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("width", [390, 1200])
def test_every_story_opens_and_fits_its_width(show: Open, story: str, width: int) -> None:
    page = show(STORIES[story](), width=width)
    assert page.locator("h1").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("case", STRINGS)
def test_hostile_text_stays_text(show: Open, case: str) -> None:
    page = show(hostile(STRINGS[case]))
    if page.get_by_role("button", name="open all").count():
        page.get_by_role("button", name="open all").click()
    for tab in page.get_by_role("tab").all():
        tab.click()
    assert page.locator("img, iframe, script[src]").count() == 0


def test_an_object_opens_and_shows_its_diff(show: Open) -> None:
    page = show(release())
    row = page.locator(".object").first
    row.locator("button").click()
    assert row.locator(".plus").first.inner_text().split() == ["+", "replicas:", "3"]
    assert row.locator(".minus").first.inner_text().split() == ["-", "replicas:", "2"]
    row.locator("button").first.click()
    assert row.locator(".inside").count() == 0


def test_side_by_side_puts_before_and_after_on_one_line(show: Open) -> None:
    page = show(release())
    page.locator(".object > button").first.click()
    page.get_by_role("button", name="side by side").click()
    line = page.locator(".diff tr", has=page.locator(".minus")).first
    assert [cell.strip() for cell in line.locator("td").all_inner_texts()] == ["replicas: 2", "replicas: 3"]


def test_search_and_filters_narrow_the_list(show: Open) -> None:
    page = show(release())
    assert page.locator(".object").count() == 2
    page.get_by_role("button", name="- deleted").click()
    expect(page.locator(".object .name")).to_have_text(["PodDisruptionBudget podinfo/podinfo"])
    page.get_by_role("button", name="- deleted").click()
    page.get_by_role("combobox", name="Effect").select_option("restarts-pods")
    expect(page.locator(".object .name")).to_have_text(["Deployment podinfo/podinfo"])
    page.get_by_role("combobox", name="Effect").select_option("")
    page.locator("#search").fill("drained")
    expect(page.locator(".object")).to_have_count(1)
    page.locator("#search").fill("no such thing")
    page.get_by_text("Nothing matches.").wait_for()


def test_a_change_told_before_can_be_shown_in_full(show: Open) -> None:
    page = show(fleet())
    assert page.locator(".unit").count() == 12
    page.get_by_role("button", name="show it").first.click()
    assert page.locator(".object").count() == 35
    page.get_by_role("button", name="noise").click()
    assert page.locator(".object").count() == 36


def test_tabs_and_keys(show: Open) -> None:
    page = show(release())
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.innerText").startswith("~")
    page.keyboard.press("Enter")
    assert page.locator(".object .inside").count() == 1
    page.keyboard.press("j")
    assert "PodDisruptionBudget" in page.evaluate("document.activeElement.innerText")
    page.get_by_role("tab", name="production").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="staging").get_attribute("aria-selected") == "true"
    page.get_by_role("tab", name="Findings").click()
    assert page.locator(".finding").count() == 6
    page.get_by_role("button", name="error").click()
    assert page.locator(".finding").count() == 1
    assert page.locator(".finding a").get_attribute("href") == "https://forge.example/apps/base/podinfo/release.yaml#L14"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1


def test_dark_is_dark_and_can_be_changed(show: Open) -> None:
    page = show(release(), scheme="dark")
    back = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(back) == "rgb(13, 17, 23)"
    page.get_by_role("button", name="Dark or light").click()
    assert page.evaluate(back) == "rgb(255, 255, 255)"


def test_ten_thousand_objects_are_drawn_as_they_are_needed(show: Open) -> None:
    page = show(many(10_000, warnings=2_000))
    assert page.locator(".object").count() < 400
    page.locator("#search").fill("app-9999")
    expect(page.locator(".object")).to_have_count(1)
    page.locator("#search").fill("")
    expect(page.locator(".object")).not_to_have_count(1)
    before = page.locator(".object").count()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".object")).not_to_have_count(before)
