"""The commands that end in a report: check, diff, gate, lint."""

from __future__ import annotations

import sys

from checker.cli.arguments import Arguments
from checker.cli.output import check_formats, deliver
from checker.cli.progress import onlooker
from checker.cli.session import file_settings, open_sessions, tree_settings, with_flags
from checker.model.report import Report
from checker.model.settings import Settings
from checker.pipeline import Parts


def check(arguments: Arguments) -> int:
    """Everything, base against head."""
    return _judge(arguments, Parts())


def diff(arguments: Arguments) -> int:
    """What would be deployed; findings and rules are not asked for, so only trouble of our own fails it."""
    return _judge(arguments, Parts(findings=False, rules=False))


def gate(arguments: Arguments) -> int:
    """The branch-to-environment rules."""
    return _judge(arguments, Parts(findings=False))


def _judge(arguments: Arguments, parts: Parts) -> int:
    from checker import pipeline

    check_formats(arguments)
    done: list[tuple[Report, Settings]] = []
    with onlooker(arguments) as watch:
        running = pipeline.Running(jobs=arguments.jobs, cache=not arguments.no_cache, watch=watch)
        for session in open_sessions(arguments):
            report = pipeline.check(session.change, session.settings, parts, notes=session.notes, running=running)
            done.append((report, session.settings))
    return max((deliver(report, settings, arguments) for report, settings in done), default=0)


def lint(arguments: Arguments) -> int:
    """Schemas and policies on files as they stand; settings are those beside the files."""
    from checker.pipeline.lint import lint_stream, lint_tree, open_files

    check_formats(arguments)
    if arguments.paths == ["-"]:
        settings = with_flags(file_settings(arguments), arguments)
        return deliver(lint_stream(sys.stdin.buffer.read(), settings), settings, arguments)
    files = open_files(arguments.repository, arguments.paths, staged=arguments.staged)
    chosen = file_settings(arguments) if arguments.settings is not None or arguments.no_settings else tree_settings(files.tree)
    settings = with_flags(chosen, arguments)
    return deliver(lint_tree(files, settings), settings, arguments)
