"""argv by argparse: help, what is wrong with a line, and lines that are written in another way than most."""

from __future__ import annotations

import argparse
import sys

from checker.cli import flags
from checker.cli.arguments import COMMANDS, Arguments, terminal_width
from checker.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

EPILOG = """\
exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or settings, 3 could not finish, 130 interrupted
"""


def options_of(name: str) -> list[argparse.Action]:
    """What a command takes, for those who show it; nothing of one that reads its own flags."""
    parser = argparse.ArgumentParser(prog=name)
    _add_options(parser, name)
    return parser._actions


def parse_fully(argv: Sequence[str]) -> Arguments | int:
    """The options, or the exit code where argparse has already said all there is to say."""
    if argv and argv[0] in COMMANDS:
        # the parser of one command alone: to make all of them takes as long as many a lint
        name, rest = argv[0], argv[1:]
        parser = _filled(argparse.ArgumentParser(prog=f"gitops-check {name}", **_described(name)), name)
        arguments = Arguments(command=name, command_function=COMMANDS[name].function)
    else:
        parser, rest, arguments = _overview(argv), argv, Arguments()
    try:
        return parser.parse_args(list(rest), namespace=arguments)
    except SystemExit as stop:
        sys.stdout.flush()
        return stop.code if isinstance(stop.code, int) else 2


def _overview(argv: Sequence[str]) -> argparse.ArgumentParser:
    """What `-h` shows and what refuses a command that does not exist."""
    parser = argparse.ArgumentParser(
        prog="gitops-check",
        description="What would this merge deploy, is it valid, and is it allowed?",
        epilog=EPILOG,
        formatter_class=_formatter,
    )
    parser.add_argument("--version", action="version", version=f"gitops-check {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, **_described(name))
        if name in argv:
            _filled(sub, name)
    return parser


def _described(name: str) -> dict[str, Any]:
    command = COMMANDS[name]
    return {
        "description": command.help[0].upper() + command.help[1:],
        "epilog": command.epilog + EPILOG,
        "formatter_class": _formatter,
    }


def _filled(parser: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    _add_options(parser, name)
    flags.debug(parser)
    parser.set_defaults(command=name, command_function=COMMANDS[name].function)
    return parser


def _add_options(parser: argparse.ArgumentParser, name: str) -> None:
    parser.register("action", "boolean", argparse.BooleanOptionalAction)
    for add in COMMANDS[name].options:
        add(parser)


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, width=terminal_width() - 2)
