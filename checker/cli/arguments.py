"""The command line: one literal table of commands, the options they share, and what argparse makes of them."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.version import __version__

EPILOG = """\
exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or settings, 3 could not finish, 130 interrupted
"""


@dataclass
class Arguments(argparse.Namespace):
    """What the options hold, typed; never leaves this room."""

    command_function: str = ""
    command: str = ""
    repository: Path = Path()
    settings: Path | None = None
    base: str | None = None
    head: str | None = None
    staged: bool = False
    worktree: bool = False
    output: list[str] = field(default_factory=list)
    fail_on: str | None = None
    environment: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    debug: bool = False
    verbose: bool = False
    show_noise: bool = False
    hook: bool = False
    from_hook: bool = False
    color: str = "auto"
    allow_network: bool = False
    kubernetes: list[str] = field(default_factory=list)
    strict: bool | None = None
    require_schemas: bool = False
    rule: str = ""
    action: str = ""
    keep: Path | None = None
    all_units: bool = False
    verify: bool = False
    policy: list[str] = field(default_factory=list)
    namespace: list[str] = field(default_factory=list)
    load_restrictor: str = "root"
    engine: str = "own"
    no_settings: bool = False
    words: tuple[str, ...] = ()
    begun: float = field(default_factory=time.monotonic)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Where facts about the pull request are read from; no option sets it."""


Adder = Callable[[argparse.ArgumentParser], None]


def _repository(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("repository")
    group.add_argument(
        "-C", "--repository", type=Path, default=Path(), metavar="DIR", help="the repository, or a folder in it (default: here)"
    )
    group.add_argument("--settings", type=Path, metavar="FILE", help="settings to use instead of .gitops-check.yaml of the base revision")
    group.add_argument("--no-settings", action="store_true", help="use no settings file")
    group.add_argument("--allow-network", action="store_true", help="fetch remote charts")


def _revisions(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is compared")
    group.add_argument("--base", metavar="REV", help="compare with the merge base of REV (default: the target branch of the pull request)")
    head = group.add_mutually_exclusive_group()
    head.add_argument("--head", metavar="REV", help="the change (default: HEAD)")
    head.add_argument("--staged", action="store_true", help="what is staged for commit")
    head.add_argument("--worktree", action="store_true", help="the files as they are on disk")


def _output(parser: argparse.ArgumentParser) -> None:
    from checker.report import FORMATS

    group = parser.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FORMAT[=PATH]",
        help=f"may be given several times; formats: {', '.join(FORMATS)} (default: text)",
    )
    group.add_argument(
        "--environment", action="append", default=[], metavar="NAME", help="show this environment in full; may be given several times"
    )
    group.add_argument("--show-noise", action="store_true", help="show changes that are folded away as noise")
    group.add_argument("-v", "--verbose", action="store_true", help="say more")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal, unless NO_COLOR is set"
    )
    group.add_argument(
        "--fail-on", choices=("error", "warning", "note", "never"), help="the least severity that fails the run (default: error)"
    )


def _schemas(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("schemas")
    group.add_argument(
        "--kubernetes",
        action="append",
        default=[],
        metavar="VERSION",
        help="check for this version; may be given several times (default: 1.33)",
    )
    group.add_argument("--strict", action=argparse.BooleanOptionalAction, help="unknown fields are errors (default: yes)")
    group.add_argument("--require-schemas", action="store_true", help="an object without a schema is an error")


def _hook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hook", action="store_true", help="as a commit hook: nothing when all is well, else findings only")


def _from_hook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from-hook", action="store_true", help="judge what is being committed or pushed, whichever hook this runs in")


def _lint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; - for standard input (default: the whole repository)")
    parser.add_argument("--staged", action="store_true", help="judge the staged content of the files")


def _build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs=1, metavar="PATH", help="a kustomization, chart or manifest folder")
    parser.add_argument(
        "--load-restrictor",
        choices=("root", "none"),
        default="root",
        help="whether files above the kustomization may be read (default: root, as kustomize)",
    )


def _second_opinion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine", choices=("own", "kustomize"), default="own", help="build in-process, or by the kustomize or kubectl on PATH"
    )
    parser.add_argument("--verify", action="store_true", help="build both ways, print whether they differ, and fail if they do")


def _render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="UNIT", help="names of deploy units, as `gitops-check units` shows them; globs")
    parser.add_argument("--all", dest="all_units", action="store_true", help="every unit")
    parser.add_argument("--environment", action="append", default=[], metavar="NAME", help="only units of this environment")


def _test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders to test (default: the whole repository)")
    parser.add_argument("-p", "--policy", action="append", default=[], metavar="DIR", help="policy folder (default: policy)")
    parser.add_argument("-n", "--namespace", action="append", default=[], metavar="NAME", help="Rego package (default: main)")
    parser.add_argument("--verify", action="store_true", help="run the policies' own test_ rules instead")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", default="", metavar="RULE", help="a rule, policy or effect id; without one, all ids")


def _schemas_action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("list", "show", "vendor"), help="bundled versions; one kind's schema; write what this repository needs"
    )
    parser.add_argument("rule", nargs="?", default="", metavar="KIND", help="as apps/v1/Deployment, for show")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the repository in DIR instead of a temporary folder")


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command: its help, the function that runs it (loaded only then) and the groups of options it takes."""

    help: str
    function: str
    options: tuple[Adder, ...]


_WHOLE = (_repository, _revisions, _schemas, _output, _hook)

COMMANDS: dict[str, Command] = {
    "check": Command("the pull-request check: everything, base against head", "checker.cli.commands:check", _WHOLE),
    "diff": Command("the predicted deploy diff only", "checker.cli.commands:diff", (_repository, _revisions, _output)),
    "gate": Command(
        "the branch-to-environment rules only", "checker.cli.commands:gate", (_repository, _revisions, _output, _hook, _from_hook)
    ),
    "lint": Command(
        "schemas and policies on files as they stand", "checker.cli.commands:lint", (_lint, _repository, _schemas, _output, _hook)
    ),
    "units": Command(
        "list deploy units with controller, cluster, environment, source and state", "checker.cli.listing:units", (_repository, _revisions)
    ),
    "render": Command("print what deploy units render to", "checker.cli.listing:render", (_render, _repository, _revisions)),
    "build": Command(
        "print what a folder renders to; a drop-in for `kustomize build`",
        "checker.cli.listing:build",
        (_build, _second_opinion, _repository),
    ),
    "test": Command("Rego policies with conftest's meaning", "checker.cli.commands:test", (_test, _repository, _output)),
    "schemas": Command("list, show or vendor schemas", "checker.cli.schemas:schemas", (_schemas_action, _repository, _schemas)),
    "kubeconform": Command(
        "kubeconform's flags, outputs and exit codes; see `gitops-check kubeconform -h`", "checker.cli.kubeconform:kubeconform", ()
    ),
    "explain": Command("what a rule means, why, how to fix, how to suppress", "checker.cli.explain:explain", (_explain,)),
    "demo": Command("the bundled example, broken on purpose and checked before your eyes", "checker.cli.demo:demo", (_demo,)),
}


def parse(argv: Sequence[str]) -> Arguments | int:
    """The options, or the exit code where argparse has already said all there is to say."""
    if list(argv[:1]) == ["kubeconform"]:
        return Arguments(command="kubeconform", command_function=COMMANDS["kubeconform"].function, words=tuple(argv[1:]))
    if argv and argv[0] in COMMANDS:
        # the parser of one command alone: to make all of them takes as long as many a lint
        name, words = argv[0], argv[1:]
        parser = _filled(argparse.ArgumentParser(prog=f"gitops-check {name}", **_described(name)), name)
        arguments = Arguments(command=name, command_function=COMMANDS[name].function)
    else:
        parser, words, arguments = _overview(argv), argv, Arguments()
    try:
        return parser.parse_args(list(words), namespace=arguments)
    except SystemExit as stop:
        sys.stdout.flush()
        return stop.code if isinstance(stop.code, int) else 2


def _overview(argv: Sequence[str]) -> argparse.ArgumentParser:
    """What `-h` shows and what refuses a command that does not exist."""
    parser = argparse.ArgumentParser(
        prog="gitops-check",
        description="What would this merge deploy, is it valid, and is it allowed?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gitops-check {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, **_described(name))
        if name in argv:
            _filled(sub, name)
    return parser


def _described(name: str) -> dict[str, Any]:
    words = COMMANDS[name].help
    return {"description": words[0].upper() + words[1:], "epilog": EPILOG, "formatter_class": argparse.RawDescriptionHelpFormatter}


def _filled(parser: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    for add in COMMANDS[name].options:
        add(parser)
    parser.add_argument("--debug", action="store_true", help="show a traceback for errors")
    parser.set_defaults(command=name, command_function=COMMANDS[name].function)
    return parser
