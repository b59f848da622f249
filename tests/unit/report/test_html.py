"""The page as a file: one document, its own policy, its data. What it does in a browser is tested in `tests/browser`."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from checker.model.report import Report
from checker.report import FormatOptions, format_report
from tests.unit.report.builders import STORIES, fleet, release
from tests.unit.report.hostile import STRINGS, hostile


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.scripts: list[str] = []
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[self._open] = self.texts.get(self._open, "") + data
        if self._open == "script":
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    @property
    def data(self) -> dict[str, object]:
        value = json.loads(self.scripts[0])
        assert isinstance(value, dict)
        return value


def page(report: Report, **options: str) -> Page:
    return Page(format_report("html", report, FormatOptions(**options)))  # type: ignore[arg-type]


TAGS = [
    "html",
    "head",
    "meta",
    "meta",
    "meta",
    "meta",
    "meta",
    "link",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "p",
    "p",
    "noscript",
    "p",
]
TAGS += ["section", "nav", "div", "div", "nav", "main", "dialog", "script", "script"]


@pytest.mark.parametrize("case", STRINGS)
def test_text_of_others_never_becomes_markup(case: str) -> None:
    made = page(hostile(STRINGS[case]))
    assert [tag for tag, _ in made.tags] == TAGS
    assert not [name for _, attributes in made.tags for name in attributes if name.startswith("on")]


def test_the_policy_allows_its_own_style_and_script_alone() -> None:
    made = page(release())
    policy = next(str(attributes["content"]) for tag, attributes in made.tags if tag == "meta" and attributes.get("http-equiv"))
    for text in (made.scripts[1], made.texts["style"]):
        assert f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy


def test_nothing_is_loaded_from_elsewhere() -> None:
    made = format_report("html", release(), FormatOptions())
    assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?(https?:)?//", made)


def test_the_verdict_stands_without_a_script() -> None:
    made = page(release())
    assert (
        made.texts["h1"]
        == "Production and staging would change; freeze on production is bypassed; production may not from this branch; 1 error to fix"
    )
    assert "2 errors" in made.texts["p"]


@pytest.mark.parametrize("story", STORIES)
def test_every_story_has_its_data(story: str) -> None:
    data = page(STORIES[story]()).data
    report = STORIES[story]()
    assert len(data["findings"]) == len(report.findings)  # type: ignore[arg-type]
    assert len(data["rules"]) == len(report.rules or ())  # type: ignore[arg-type]
    assert len(data["gaps"]) == len(report.not_rendered)  # type: ignore[arg-type]


def test_what_many_units_share_is_there_once() -> None:
    data = page(fleet(clusters=12, objects=30)).data
    units = data["units"]
    assert isinstance(units, list)
    assert [unit.get("twin") for unit in units] == [None, *[0] * 11]
    assert len(data["objects"]) == 36  # type: ignore[arg-type]
    assert len(data["texts"]) < 20  # type: ignore[arg-type]


def test_places_link_to_the_forge_where_it_is_known() -> None:
    data = page(release(), source_url="https://forge.example/shop/blob/9c2d1e0/{path}#L{line}").data
    findings = data["findings"]
    assert isinstance(findings, list)
    assert findings[0]["url"] == "https://forge.example/shop/blob/9c2d1e0/apps/base/podinfo/release.yaml#L14"
    scripted = page(release(), source_url="javascript:alert(1)").data["findings"]
    assert isinstance(scripted, list)
    assert scripted[0]["url"] == ""
