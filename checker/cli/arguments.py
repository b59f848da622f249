"""The command line: one literal table of commands, and what a line says by it; the options stand in `flags`."""

from __future__ import annotations

import os
import sys
import time

from checker.cli import flags
from checker.model.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias


@dataclass
class Arguments:
    """What the options hold, typed; never leaves this room."""

    command_function: str = ""
    command: str = ""
    repository: str = "."
    settings: str | None = None
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
    baseline: str | None = None
    write_baseline: str | None = None
    rule: str = ""
    action: str = ""
    keep: str | None = None
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
    target: str | None = None
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


Adder: TypeAlias = "Callable[[Any], None]"
"""Adds options to a parser of argparse, or to what `plain` has in its place."""


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
_WHOLE = (
    flags.repository,
    flags.revisions,
    flags.facts,
    flags.schemas,
    flags.policies,
    flags.known,
    flags.output,
    flags.running,
    flags.hook,
)

COMMANDS: dict[str, Command] = {
    "check": Command("the pull-request check: everything, base against head", "checker.cli.commands:check", _WHOLE),
    "diff": Command(
        "the predicted deploy diff only", "checker.cli.commands:diff", (flags.repository, flags.revisions, flags.output, flags.running)
    ),
    "gate": Command(
        "the branch-to-environment rules only",
        "checker.cli.commands:gate",
        (flags.why, flags.repository, flags.revisions, flags.facts, flags.output, flags.running, flags.hook, flags.from_hook),
    ),
    "lint": Command(
        "schemas and policies on files as they stand",
        "checker.cli.commands:lint",
        (flags.lint, flags.repository, flags.schemas, flags.policies, flags.known, flags.output, flags.hook),
    ),
    "units": Command(
        "list deploy units with controller, cluster, environment, source and state",
        "checker.cli.listing:units",
        (flags.repository, flags.revisions, flags.running),
    ),
    "render": Command(
        "print what deploy units render to", "checker.cli.listing:render", (flags.render, flags.repository, flags.revisions, flags.running)
    ),
    "build": Command(
        "print what a folder renders to; a drop-in for `kustomize build`",
        "checker.cli.listing:build",
        (flags.build, flags.second_opinion, flags.repository),
    ),
    "test": Command(
        "Rego policies with conftest's flags, outputs and exit codes; see `gitops-check test -h`", "checker.cli.conftest:test", ()
    ),
    "schemas": Command(
        "list, show or vendor schemas", "checker.cli.schemas:schemas", (flags.schemas_action, flags.repository, flags.schemas)
    ),
    "kubeconform": Command(
        "kubeconform's flags, outputs and exit codes; see `gitops-check kubeconform -h`", "checker.cli.kubeconform:kubeconform", ()
    ),
    "explain": Command("what a rule means, why, how to fix, how to suppress", "checker.cli.explain:explain", (flags.explain,)),
    "comment": Command(
        "post or update the one comment on a pull request (GitHub, GitLab)",
        "checker.cli.comment:comment",
        (flags.comment, flags.pull_request),
        _FORGE_EPILOG,
    ),
    "approvers": Command(
        "print who approved a pull request, one a line, for --approved-by",
        "checker.cli.comment:approvers",
        (flags.pull_request,),
        _FORGE_EPILOG,
    ),
    "completion": Command(
        "print what completes this command line in a shell", "checker.cli.completion:completion", (flags.completion,), _COMPLETION_EPILOG
    ),
    "init": Command("write settings, hook and CI files that fit this repository", "checker.cli.init:init", (flags.init,)),
    "demo": Command("the bundled example, broken on purpose and checked before your eyes", "checker.cli.demo:demo", (flags.demo,)),
}

_OWN_FLAGS = frozenset({"kubeconform", "test"})
"""Commands that take the flags of the tool they stand in for, and read them themselves."""


def parse(argv: Sequence[str]) -> Arguments | int:
    """What the line says, or the exit code where argparse has already said all there is to say."""
    name, rest = (argv[0], argv[1:]) if argv else ("", argv)
    if name in _OWN_FLAGS:
        words = tuple(rest)
        return Arguments(command=name, command_function=COMMANDS[name].function, words=words, debug="--debug" in words)
    if name in COMMANDS:
        from checker.cli.plain import read

        arguments = Arguments(command=name, command_function=COMMANDS[name].function)
        if read((*COMMANDS[name].options, flags.debug), rest, arguments):
            return arguments
    from checker.cli.parser import parse_fully

    return parse_fully(argv)


def terminal_width() -> int:
    """COLUMNS, the terminal's width, or 120. (shutil answers this too, and loads four compression libraries for it.)"""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 120  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 120
