"""Report -> text, one pure function per output format.

To add a format: write `checker/report/<name>.py` with a function `(Report, FormatOptions) -> str`, enter it in FORMATS, add golden
files for it (`UPDATE_GOLDENS=1 pytest tests/unit/report/test_golden.py` writes them). Everything a format prints that came from the
repository goes through `clean` first. Formats are loaded by name, so that a run loads the one it needs.
"""

from __future__ import annotations

from checker.report.options import FormatOptions, RuleHelp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.model.report import Report

FORMATS: Mapping[str, str] = {
    "text": "checker.report.text:text",
    "json": "checker.report.json:json_text",
    "sarif": "checker.report.sarif:sarif",
    "junit": "checker.report.junit:junit",
    "github": "checker.report.github:github",
    "gitlab": "checker.report.gitlab:gitlab",
    "markdown": "checker.report.markdown:markdown",
    "html": "checker.report.html:html",
}
"""The name on the command line -> module and function."""


def format_report(name: str, report: Report, options: FormatOptions) -> str:
    """The report in one of FORMATS; ends in a newline unless empty."""
    from importlib import import_module

    module, _, function = FORMATS[name].partition(":")
    made: str = getattr(import_module(module), function)(report, options)
    return made


__all__ = ["FORMATS", "FormatOptions", "RuleHelp", "format_report"]
