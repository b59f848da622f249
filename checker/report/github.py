"""Report -> workflow commands that GitHub Actions turns into annotations on the changed files.

GitHub keeps 10 errors, 10 warnings and 10 notices of a step: those come first, the rest follows as plain log lines, and the counts close.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.findings import Severity
from checker.model.report import Report
from checker.report.clean import shorten, shown
from checker.report.options import FormatOptions
from checker.report.places import Mark, marks
from checker.report.story import place
from checker.report.verdict import count_words, headline

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_KEPT = 10
_MESSAGE = 4_000


def github(report: Report, _options: FormatOptions) -> str:
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    rest: list[Mark] = []
    given = dict.fromkeys(Severity, 0)
    for mark in marks(report):
        given[mark.severity] += 1
        if given[mark.severity] > _KEPT:
            rest.append(mark)
        else:
            yield _command(mark)
    if rest:
        yield f"::group::{len(rest):,} more that GitHub would not show as annotations"
        for mark in rest:
            yield f"- {place(mark.location)}: {mark.severity.word} {shown(mark.rule)}: {mark.message}"
        yield "::endgroup::"
    yield f"gitops-check: {headline(report)}. {count_words(report)}"


def _command(mark: Mark) -> str:
    properties = [f"file={_property(shown(mark.location.path, 1000))}"]
    if mark.location.line is not None:
        properties.append(f"line={mark.location.line}")
        if mark.location.column is not None:
            properties.append(f"col={mark.location.column}")
    properties.append(f"title={_property(shown(mark.rule))}")
    return f"::{_COMMANDS[mark.severity]} {','.join(properties)}::{_data(shorten(mark.message, _MESSAGE))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
