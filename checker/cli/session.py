"""From options to what a command works on: the change, the settings that judge it, and what must be said about them."""

from __future__ import annotations

import sys

from checker.model.findings import UsageError
from checker.model.paths import RepoPath
from checker.model.records import dataclass, replace
from checker.model.settings import Settings
from checker.settings import FILE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from checker.cli.arguments import Arguments
    from checker.model.tree import Tree
    from checker.pipeline import Snapshot, Surrounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    change: Snapshot
    settings: Settings
    notes: tuple[str, ...]
    proposed: Settings | None = None
    """The settings that the change brings, where they differ."""
    problem: str = ""
    """Why those cannot be used."""


def open_sessions(arguments: Arguments) -> tuple[Session, ...]:
    """One, except for a hook: none where a push changes no branch, several where it changes several. Raises CheckerError."""
    if not arguments.from_hook:
        return (open_session(arguments),)
    from pathlib import Path

    from checker.pipeline import open_hook

    lines = () if sys.stdin is None or sys.stdin.isatty() or "PRE_COMMIT" in arguments.environ else sys.stdin
    changes = open_hook(Path(arguments.repository), _surrounding(arguments), lines)
    return tuple(_session(arguments, change) for change in changes)


def open_session(arguments: Arguments) -> Session:
    """Raises CheckerError."""
    from pathlib import Path

    from checker.pipeline import open_change

    change = open_change(
        Path(arguments.repository),
        _surrounding(arguments),
        base=arguments.base,
        head=arguments.head,
        staged=arguments.staged,
        worktree=arguments.worktree,
    )
    return _session(arguments, change)


def _surrounding(arguments: Arguments) -> Surrounding:
    from checker.pipeline import SettingsFile, Surrounding

    flags = {
        "source_branch": arguments.source_branch,
        "target_branch": arguments.target_branch,
        "source_repository": arguments.source_repository,
        "target_repository": arguments.target_repository,
        "author": arguments.author,
        "labels": tuple(arguments.label),
        "approved_by": tuple(arguments.approved_by),
    }
    return Surrounding(environ=arguments.environ, flags=flags, file=SettingsFile(path=FILE_NAME, parse=_parsed))


def _parsed(data: bytes) -> Settings:
    from checker.settings.load import parse_settings

    return parse_settings(data, FILE_NAME, _rule_parameters)


def _session(arguments: Arguments, change: Snapshot) -> Session:
    """By the settings of the base revision, so that a change cannot loosen the rules it is judged by; `--settings` says otherwise."""
    if arguments.no_settings or arguments.settings is not None:
        return Session(change=change, settings=with_flags(file_settings(arguments), arguments), notes=())
    settings, where = _judging(change)
    notes = _notes_of_target(arguments, change, settings)
    if where != change.facts.base.name:
        notes = (f"{FILE_NAME} is not at {change.facts.base}; judged by the one of {where}", *notes)
    session = Session(change=change, settings=with_flags(settings, arguments), notes=notes)
    before, after = change.base.identity(FILE_NAME), change.head.identity(FILE_NAME)
    if before == after:
        return session
    if before is None and after is not None:
        note = f"{FILE_NAME} is new in this change and does not judge it; --settings {FILE_NAME} tries it"
    else:
        note = f"{FILE_NAME} {'differs in' if after is not None else 'is removed by'} this change; judged by the one at {change.facts.base}"
    session = replace(session, notes=(note, *notes))
    try:
        return replace(session, proposed=with_flags(tree_settings(change.head), arguments))
    except UsageError as error:
        return replace(session, problem=error.message)


def _judging(change: Snapshot) -> tuple[Settings, str]:
    """The settings with the name of the revision that has them.

    A hydrated branch, or one of an environment, seldom carries the file: then the one that everybody sees counts.
    """
    from checker.pipeline.opening import of_default_branch

    base = change.facts.base.name
    data = of_default_branch(change, FILE_NAME) if change.base.identity(FILE_NAME) is None else None
    if data is None:
        return tree_settings(change.base), base
    return _checked(_parsed(data), FILE_NAME), "the default branch"


def _notes_of_target(arguments: Arguments, change: Snapshot, settings: Settings) -> tuple[str, ...]:
    """Where environments are branches and nobody named the one that the change goes into, the guess is told."""
    request = change.facts.pull_request
    by_branch = any(match.branch for environment in settings.environments for match in environment.match)
    if by_branch and not (request.provider or arguments.base or arguments.target_branch) and request.target_branch:
        return (f"taken as a change into {request.target_branch}; --target-branch names another",)
    return ()


def file_settings(arguments: Arguments) -> Settings:
    """The settings of the file that `--settings` names, defaults with `--no-settings`."""
    if arguments.settings is None:
        return Settings()
    from checker.settings.load import parse_settings

    try:
        with open(arguments.settings, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"{arguments.settings}: {error.strerror}", "--settings takes the path of a settings file") from error
    return _checked(parse_settings(data, RepoPath(arguments.settings), _rule_parameters), arguments.settings)


def tree_settings(tree: Tree) -> Settings:
    from checker.settings import load_settings

    return _checked(load_settings(tree, FILE_NAME, _rule_parameters), FILE_NAME)


def _rule_parameters() -> Mapping[str, Collection[str]]:
    from checker.pipeline.catalogue import rule_parameters

    return rule_parameters()


def _checked(settings: Settings, place: str) -> Settings:
    """The rules' own code is loaded only for settings that choose one. Raises UsageError."""
    if settings.rules:
        from checker.pipeline.catalogue import refuse_wrong_parameters

        refuse_wrong_parameters(settings, place)
    return settings


def _baseline(settings: Settings, arguments: Arguments) -> dict[str, Any]:
    """The file on disk that `--baseline` names; none while a new one is written."""
    if arguments.write_baseline is not None:
        return {"baseline": "", "baseline_text": None}
    if arguments.baseline is None:
        return {"baseline": settings.baseline}
    try:
        with open(arguments.baseline, encoding="utf-8", errors="replace") as file:
            return {"baseline": arguments.baseline, "baseline_text": file.read()}
    except OSError as error:
        raise UsageError(f"--baseline {arguments.baseline}: {error.strerror}", "--write-baseline writes it") from error


def with_flags(settings: Settings, arguments: Arguments) -> Settings:
    """Flags win over the file."""
    from checker.settings.load import SEVERITIES

    return replace(
        settings,
        kubernetes=tuple(arguments.kubernetes) or settings.kubernetes,
        strict=settings.strict if arguments.strict is None else arguments.strict,
        require_schemas=arguments.require_schemas or settings.require_schemas,
        allow_network=arguments.allow_network,
        rego_engine=arguments.rego_engine,
        **_baseline(settings, arguments),
        verify_rego=arguments.verify_rego,
        fail_on=settings.fail_on if arguments.fail_on is None else SEVERITIES.get(arguments.fail_on),
    )
