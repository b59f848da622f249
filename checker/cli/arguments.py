"""The command line: one literal table of commands, the options they share, and what argparse makes of them."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from checker.model.records import dataclass, field
from checker.version import __version__

EPILOG = """\
exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or settings, 3 could not finish, 130 interrupted
"""
MAX_JOBS = 512


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
    source_branch: str | None = None
    target_branch: str | None = None
    source_repository: str | None = None
    target_repository: str | None = None
    author: str | None = None
    label: list[str] = field(default_factory=list)
    approved_by: list[str] = field(default_factory=list)
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
    rego_engine: str = "regorus"
    verify_rego: bool = False
    baseline: Path | None = None
    write_baseline: Path | None = None
    rule: str = ""
    action: str = ""
    keep: Path | None = None
    ci: str = ""
    explain: str = ""
    dry_run: bool = False
    force: bool = False
    instance: str = ""
    full_report: str = ""
    forge: str = ""
    api: str = ""
    project: str = ""
    request: int | None = None
    commit: str = ""
    stale: bool = False
    when_empty: str = "update"
    status: str = ""
    details_url: str = ""
    all_units: bool = False
    verify: bool = False
    load_restrictor: str = "root"
    enable_helm: bool = False
    target: Path | None = None
    engine: str = "own"
    no_settings: bool = False
    jobs: int = 0
    no_cache: bool = False
    quiet: bool = False
    timings: bool = False
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


def _facts(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("facts about the pull request", "default: what CI says, then GITOPS_CHECK_SOURCE_BRANCH and so on")
    group.add_argument("--source-branch", metavar="BRANCH", help="the branch that the change is on")
    group.add_argument("--target-branch", metavar="BRANCH", help="the branch that it goes into")
    group.add_argument("--source-repository", metavar="NAME", help="the repository of the source branch, to tell forks")
    group.add_argument("--target-repository", metavar="NAME", help="this repository, by the same kind of name")
    group.add_argument("--author", metavar="NAME", help="who opened it")
    group.add_argument("--label", action="append", default=[], metavar="NAME", help="a label of it; may be given several times")
    group.add_argument(
        "--approved-by", action="append", default=[], metavar="NAME", help="who approved it, people and teams; may be given several times"
    )


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
    group.add_argument("--instance", default="", metavar="NAME", help="tells the comments of several checks on one pull request apart")
    group.add_argument(
        "--full-report", default="", metavar="WHERE", help="where the whole report lies, for a comment that must leave something out"
    )
    group.add_argument("--show-noise", action="store_true", help="show changes that are folded away as noise")
    amount = group.add_mutually_exclusive_group()
    amount.add_argument("-v", "--verbose", action="store_true", help="say more")
    amount.add_argument("-q", "--quiet", action="store_true", help="nothing when all is well, else findings only; no progress")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal, unless NO_COLOR is set"
    )
    group.add_argument(
        "--fail-on", choices=("error", "warning", "note", "never"), help="the least severity that fails the run (default: error)"
    )


def _running(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it runs", "none of these changes a report")
    group.add_argument("-j", "--jobs", type=_count, default=0, metavar="N", help="processes to render in (default: one for each processor)")
    group.add_argument("--no-cache", action="store_true", help="neither use nor keep what earlier runs have rendered")
    group.add_argument("--timings", action="store_true", help="say on standard error how long each stage took")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MAX_JOBS}")
    return int(text)


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


def _policies(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("policies")
    group.add_argument("--rego-engine", choices=("regorus", "opa"), default="regorus", help="the built-in engine, or the opa on PATH")
    group.add_argument("--verify-rego", action="store_true", help="judge with both engines, and fail where they differ")


def _known(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is known already").add_mutually_exclusive_group()
    group.add_argument(
        "--baseline", type=Path, metavar="FILE", help="findings in FILE do not fail (default: what settings name, from the base)"
    )
    group.add_argument("--write-baseline", type=Path, metavar="FILE", help="write what is found to FILE, so that only new findings fail")


def _hook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hook", action="store_true", help="as a commit hook: nothing when all is well, else findings only")


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--explain", metavar="ENVIRONMENT", default="", help="why this environment moves: file, base, overlay, unit, object (text or json)"
    )


def _from_hook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from-hook", action="store_true", help="judge what is being committed or pushed, whichever hook this runs in")


def _lint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; - for standard input (default: the whole repository)")
    parser.add_argument("--staged", action="store_true", help="judge the staged content of the files")


def _build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="?", type=_alone, default=(".",), metavar="PATH", help="a kustomization, chart or manifest folder")
    parser.add_argument(
        "--load-restrictor",
        type=lambda word: _RESTRICTORS.get(word, word),
        choices=("root", "none"),
        default="root",
        help="whether files above the kustomization may be read; also by kustomize's names (default: root, as kustomize)",
    )
    parser.add_argument("--enable-helm", action="store_true", help="template the charts that a kustomization names")
    parser.add_argument("-o", "--output", dest="target", type=Path, metavar="FILE", help="write there (default: standard output)")


_RESTRICTORS = {"LoadRestrictionsRootOnly": "root", "LoadRestrictionsNone": "none"}


def _alone(word: str) -> tuple[str, ...]:
    return (word,)


def _second_opinion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine",
        choices=("own", "kustomize"),
        default="own",
        help="or by the real one: kustomize or kubectl on PATH, else pykustomize",
    )
    parser.add_argument("--verify", action="store_true", help="build both ways, print whether they differ, and fail if they do")


def _render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="UNIT", help="names of deploy units, as `gitops-check units` shows them; globs")
    parser.add_argument("--all", dest="all_units", action="store_true", help="every unit")
    parser.add_argument("--environment", action="append", default=[], metavar="NAME", help="only units of this environment")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", default="", metavar="RULE", help="a rule, policy or effect id; without one, all ids")


def _schemas_action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("list", "show", "vendor"), help="bundled versions; one kind's schema; write what this repository needs"
    )
    parser.add_argument("rule", nargs="?", default="", metavar="KIND", help="as apps/v1/Deployment, for show")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-C", "--repository", type=Path, default=Path(), metavar="DIR", help="the repository (default: here)")
    parser.add_argument(
        "--ci",
        choices=("github", "github-forks", "gitlab", "jenkins", "bitbucket", "azure", "none"),
        default="",
        help="default: what the repository uses; github-forks is safe for pull requests from forks, in two workflows",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the files instead of writing them")
    parser.add_argument("--force", action="store_true", help="replace the settings and the workflow that are there")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the repository in DIR instead of a temporary folder")


def _comment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rule", nargs="?", default="", metavar="REPORT", help="what `check --output markdown=REPORT` wrote; - for standard input"
    )
    parser.add_argument(
        "--stale", action="store_true", help="post nothing; say on the comment that is there that it is about an earlier commit"
    )
    parser.add_argument("--instance", default="", metavar="NAME", help="with --stale: the name that the check was given")
    parser.add_argument(
        "--when-empty",
        choices=("update", "delete", "post"),
        default="update",
        help="where nothing moves and nothing was found: say so on a comment that is there (default), delete it, or always post",
    )
    parser.add_argument(
        "--status",
        nargs="?",
        const="gitops-check",
        default="",
        metavar="NAME",
        help="set the commit's status too (default name: gitops-check)",
    )
    parser.add_argument("--details-url", default="", metavar="URL", help="where the status leads (default: this CI run)")
    parser.add_argument("--commit", default="", metavar="ID", help="the commit the report is about (default: the one this CI run is for)")


def _pull_request(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("where (known in GitHub Actions and GitLab CI)")
    group.add_argument("--forge", choices=("github", "gitlab"), default="")
    group.add_argument("--api", default="", metavar="URL", help="as https://github.example.com/api/v3 or https://gitlab.example.com/api/v4")
    group.add_argument("--project", default="", metavar="OWNER/NAME")
    group.add_argument("--request", type=int, metavar="NUMBER", help="the pull request or merge request")


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("bash", "fish", "zsh"), help="for this shell")


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command: its help, the function that runs it (loaded only then) and the groups of options it takes."""

    help: str
    function: str
    options: tuple[Adder, ...]
    epilog: str = ""


_FORGE_EPILOG = """\
token: from the environment alone, GITOPS_CHECK_TOKEN first.
  GitHub  GITHUB_TOKEN or GH_TOKEN; may write pull requests, and statuses for --status
  GitLab  GITLAB_TOKEN; a project access token with the scope api (the job token may not write notes)

"""
_COMPLETION_EPILOG = """\
to have it always:
  bash  gitops-check completion bash > ~/.local/share/bash-completion/completions/gitops-check
  zsh   gitops-check completion zsh > "${fpath[1]}/_gitops-check"
  fish  gitops-check completion fish > ~/.config/fish/completions/gitops-check.fish

"""
_WHOLE = (_repository, _revisions, _facts, _schemas, _policies, _known, _output, _running, _hook)

COMMANDS: dict[str, Command] = {
    "check": Command("the pull-request check: everything, base against head", "checker.cli.commands:check", _WHOLE),
    "diff": Command("the predicted deploy diff only", "checker.cli.commands:diff", (_repository, _revisions, _output, _running)),
    "gate": Command(
        "the branch-to-environment rules only",
        "checker.cli.commands:gate",
        (_why, _repository, _revisions, _facts, _output, _running, _hook, _from_hook),
    ),
    "lint": Command(
        "schemas and policies on files as they stand",
        "checker.cli.commands:lint",
        (_lint, _repository, _schemas, _policies, _known, _output, _hook),
    ),
    "units": Command(
        "list deploy units with controller, cluster, environment, source and state",
        "checker.cli.listing:units",
        (_repository, _revisions, _running),
    ),
    "render": Command("print what deploy units render to", "checker.cli.listing:render", (_render, _repository, _revisions, _running)),
    "build": Command(
        "print what a folder renders to; a drop-in for `kustomize build`",
        "checker.cli.listing:build",
        (_build, _second_opinion, _repository),
    ),
    "test": Command(
        "Rego policies with conftest's flags, outputs and exit codes; see `gitops-check test -h`", "checker.cli.conftest:test", ()
    ),
    "schemas": Command("list, show or vendor schemas", "checker.cli.schemas:schemas", (_schemas_action, _repository, _schemas)),
    "kubeconform": Command(
        "kubeconform's flags, outputs and exit codes; see `gitops-check kubeconform -h`", "checker.cli.kubeconform:kubeconform", ()
    ),
    "explain": Command("what a rule means, why, how to fix, how to suppress", "checker.cli.explain:explain", (_explain,)),
    "comment": Command(
        "post or update the one comment on a pull request (GitHub, GitLab)",
        "checker.cli.comment:comment",
        (_comment, _pull_request),
        _FORGE_EPILOG,
    ),
    "approvers": Command(
        "print who approved a pull request, one a line, for --approved-by", "checker.cli.comment:approvers", (_pull_request,), _FORGE_EPILOG
    ),
    "completion": Command(
        "print what completes this command line in a shell", "checker.cli.completion:completion", (_completion,), _COMPLETION_EPILOG
    ),
    "init": Command("write settings, hook and CI files that fit this repository", "checker.cli.init:init", (_init,)),
    "demo": Command("the bundled example, broken on purpose and checked before your eyes", "checker.cli.demo:demo", (_demo,)),
}

_OWN_FLAGS = frozenset({"kubeconform", "test"})
"""Commands that take the flags of the tool they stand in for, and read them themselves."""


def options_of(name: str) -> list[argparse.Action]:
    """What a command takes, for those who show it; nothing of one that reads its own flags."""
    parser = argparse.ArgumentParser(prog=name)
    for add in COMMANDS[name].options:
        add(parser)
    return parser._actions


def parse(argv: Sequence[str]) -> Arguments | int:
    """The options, or the exit code where argparse has already said all there is to say."""
    if argv and argv[0] in _OWN_FLAGS:
        words = tuple(argv[1:])
        return Arguments(command=argv[0], command_function=COMMANDS[argv[0]].function, words=words, debug="--debug" in words)
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
    for add in COMMANDS[name].options:
        add(parser)
    parser.add_argument("--debug", action="store_true", help="show a traceback for errors")
    parser.set_defaults(command=name, command_function=COMMANDS[name].function)
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, width=terminal_width() - 2)


def terminal_width() -> int:
    """COLUMNS, the terminal's width, or 120. (shutil answers this too, and loads four compression libraries for it.)"""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 120  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 120
