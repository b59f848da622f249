"""The commands that end in a report: check, diff, gate, lint."""

from __future__ import annotations

import sys

from checker.cli.output import check_formats, deliver
from checker.cli.session import file_settings, open_sessions, tree_settings, with_flags
from checker.model.findings import Finding, Severity
from checker.model.objects import Location
from checker.model.records import replace
from checker.pipeline import Parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.cli.arguments import Arguments
    from checker.model.report import Report
    from checker.model.settings import Settings


def check(arguments: Arguments) -> int:
    """Everything, base against head."""
    return _judge(arguments, Parts())


def diff(arguments: Arguments) -> int:
    """What would be deployed; findings and rules are not asked for, so only trouble of our own fails it."""
    return _judge(arguments, Parts(findings=False, rules=False))


def gate(arguments: Arguments) -> int:
    """The branch-to-environment rules; with `--explain`, why one environment moves."""
    if arguments.explain:
        from checker.cli.movement import explain_movement

        return explain_movement(arguments)
    return _judge(arguments, Parts(findings=False))


def _judge(arguments: Arguments, parts: Parts) -> int:
    from checker import pipeline
    from checker.cli.progress import onlooker

    check_formats(arguments)
    done: list[tuple[Report, Settings]] = []
    with onlooker(arguments) as watch:
        running = pipeline.Running(jobs=arguments.jobs, cache=not arguments.no_cache, watch=watch)
        for session in open_sessions(arguments):
            report = pipeline.check(
                session.change, session.settings, parts, notes=session.notes, running=running, proposed=session.proposed
            )
            if session.problem:
                report = replace(report, findings=(_unusable(session.problem), *report.findings))
            done.append((report, session.settings))
    return max((deliver(report, settings, arguments) for report, settings in done), default=0)


def _unusable(problem: str) -> Finding:
    """Merged, these settings would stop every later run."""
    import re

    from checker.settings import FILE_NAME

    place = re.match(rf"{re.escape(FILE_NAME)}(?::(\d+))?(?::(\d+))?: ", problem)
    line, column = ((int(number) if number else None) for number in (place.groups() if place else (None, None)))
    message = f"these settings cannot be used: {problem[place.end() :] if place else problem}"
    location = Location(path=FILE_NAME, line=line, column=column)
    return Finding(rule="settings-invalid", severity=Severity.ERROR, message=message, location=location)


def lint(arguments: Arguments) -> int:
    """Schemas and policies on files as they stand; settings are those beside the files."""
    from checker.pipeline.lint import lint_stream, lint_tree, open_files

    check_formats(arguments)
    if arguments.paths == ["-"]:
        settings = with_flags(file_settings(arguments), arguments)
        return deliver(lint_stream(sys.stdin.buffer.read(), settings), settings, arguments)
    files = open_files(arguments.repository or ".", arguments.paths, staged=arguments.staged)
    chosen = file_settings(arguments) if arguments.settings is not None or arguments.no_settings else tree_settings(files.tree)
    settings = with_flags(chosen, arguments)
    return deliver(lint_tree(files, settings), settings, arguments)
