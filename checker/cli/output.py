"""Report -> standard output and files, and the exit code that goes with it."""

from __future__ import annotations

import os
import sys
import time

from checker.cli.arguments import terminal_width
from checker.model.findings import CheckerError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.cli.arguments import Arguments
    from checker.model.findings import Severity
    from checker.model.report import Report
    from checker.model.settings import Settings
    from checker.report import RuleHelp

_WITH_HELP = frozenset({"sarif", "html"})
_WITH_LINKS = frozenset({"html", "markdown"})
_BUDGETS = {"github": 65_000, "gitlab": 1_000_000}
"""Bytes that a comment may have, a little less than the characters that the forge takes."""


def deliver(report: Report, settings: Settings, arguments: Arguments) -> int:
    """Write every format asked for and say how the run ended; with `--write-baseline` what is found is only noted down."""
    if arguments.write_baseline is not None:
        return _note_down(report, arguments)
    for wanted in arguments.output or ["text"]:
        name, _, path = wanted.partition("=")
        write(_formatted(name, report, settings.fail_on, arguments, to_terminal=not path), path)
    worst = report.worst()
    return 1 if settings.fail_on is not None and worst is not None and worst >= settings.fail_on else 0


def _note_down(report: Report, arguments: Arguments) -> int:
    from checker.pipeline.baseline import baseline_text

    written = baseline_text(arguments.command, report)
    write(written, arguments.write_baseline or "")
    number = written.count('"fingerprint"')
    findings = "1 finding" if number == 1 else f"{number:,} findings"
    write(f"{findings} written to {arguments.write_baseline}; name it as `baseline:` in the settings, and only new ones fail\n", "")
    return 0


def check_formats(arguments: Arguments) -> None:
    """Refuse an unknown format before the work, not after it. Raises UsageError."""
    from checker.report import FORMATS

    for wanted in arguments.output:
        name = wanted.partition("=")[0]
        if name not in FORMATS:
            from difflib import get_close_matches

            close = get_close_matches(name, FORMATS, n=1)
            raise UsageError(
                f"there is no output format {name!r}", f"did you mean {close[0]}?" if close else f"there are {', '.join(FORMATS)}"
            )


def _formatted(name: str, report: Report, fail_on: Severity | None, arguments: Arguments, *, to_terminal: bool) -> str:
    from checker.report import FormatOptions, format_report

    options = FormatOptions(
        command=arguments.command,
        color=to_terminal and wants_color(arguments),
        width=terminal_width(),
        verbose=arguments.verbose,
        show_noise=arguments.show_noise,
        environments=tuple(arguments.environment),
        hook=arguments.hook or arguments.quiet,
        instance=arguments.instance,
        full_report=arguments.full_report,
        source_url=_source_url(arguments) if name in _WITH_LINKS else "",
        budget=_BUDGETS["gitlab" if arguments.environ.get("GITLAB_CI") else "github"],
        fail_on=fail_on,
        rules=_help() if name in _WITH_HELP else {},
        duration=time.monotonic() - arguments.begun,
    )
    return format_report(name, report, options)


def _source_url(arguments: Arguments) -> str:
    from checker.pipeline.comment import source_url

    return source_url(arguments.environ)


def _help() -> dict[str, RuleHelp]:
    from checker.pipeline.catalogue import catalogue
    from checker.report import RuleHelp

    return {entry.id: RuleHelp(title=entry.title, text=f"{entry.why} {entry.fix}") for entry in catalogue()}


def wants_color(arguments: Arguments) -> bool:
    if arguments.color != "auto":
        return arguments.color == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write(text: str, path: str) -> None:
    if not path:
        # the report may hold what the terminal's encoding cannot: show it escaped rather than fail
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        return
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise CheckerError(f"{path} cannot be written: {error.strerror}") from error
