"""Every format on every story, as files to read. `UPDATE_GOLDENS=1 pytest tests/unit/report/test_golden.py` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.report import FORMATS, FormatOptions, format_report
from tests.unit.report.builders import STORIES

GOLDEN = Path(__file__).parent / "golden"
SUFFIXES = {
    "text": "txt",
    "json": "json",
    "sarif": "sarif",
    "junit": "xml",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "markdown": "md",
    "html": "html",
}
# The page is a template and data: its data is looked at in its own tests, a copy of the template would only get in the way
CASES = [(story, name) for story in STORIES for name in FORMATS if name != "html"]


@pytest.mark.parametrize(("story", "name"), CASES)
def test_format_prints_the_story_as_agreed(story: str, name: str) -> None:
    made = format_report(name, STORIES[story](), _options(story))
    path = GOLDEN / f"{story}.{SUFFIXES[name]}"
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), f"{path.name} differs; UPDATE_GOLDENS=1 writes it anew"


@pytest.mark.parametrize("variant", ["hook", "narrow", "verbose", "color"])
def test_text_has_its_variants(variant: str) -> None:
    options = {
        "hook": FormatOptions(hook=True),
        "narrow": FormatOptions(width=72),
        "verbose": FormatOptions(width=140, verbose=True, show_noise=True, environments=("staging",)),
        "color": FormatOptions(width=140, color=True),
    }[variant]
    made = format_report("text", STORIES["release"](), options)
    path = GOLDEN / f"release-{variant}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


def test_every_format_has_golden_files_and_no_file_is_left_over() -> None:
    assert set(SUFFIXES) == set(FORMATS)
    expected = {f"{story}.{SUFFIXES[name]}" for story, name in CASES} | {
        f"release-{name}.txt" for name in ("hook", "narrow", "verbose", "color")
    }
    assert {path.name for path in GOLDEN.iterdir()} == expected


def _options(story: str) -> FormatOptions:
    return FormatOptions(
        command="lint" if story == "lint" else "check", width=140, instance="shop", duration=0.8, full_report="gitops-check.html"
    )
