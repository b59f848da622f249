"""`gitops-check init`: write the settings, the CI file and the hook that fit this repository; say what was found and what comes next."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from checker.cli.arguments import Arguments
from checker.model.findings import CheckerError, UsageError
from checker.model.records import dataclass
from checker.model.settings import EnvironmentMatch

if TYPE_CHECKING:
    from checker.pipeline.initial import Findings, Seat

_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """`own` is a file that is ours alone, and may be written over; another is at most started."""

    path: str
    text: str
    own: bool
    before: str | None

    @property
    def has_us(self) -> bool:
        return self.before is not None and "gitops-check" in self.before


def init(arguments: Arguments) -> int:
    from checker.pipeline.initial import look_around, misplaced

    found = look_around(Path(arguments.repository), arguments.environ)
    files = list(_files(found, arguments))
    _say("Found\n")
    for line in _told(found):
        _say(f"  {line}\n")
    for unit in misplaced(found)[:_SHOWN]:
        _say(f"  ! {unit.key} lands in {unit.environment or 'no environment'} by these settings; look at its match\n")
    if arguments.dry_run:
        for file in files:
            _say(f"\n--- {file.path} ({_would(file, force=arguments.force)})\n{file.text}")
        return 0
    _say("\nFiles\n")
    by_hand = []
    for file in files:
        verb = _write(found.root, file, force=arguments.force)
        _say(f"  {file.path:38s} {verb}\n")
        if verb == _ADD:
            by_hand.append(file)
    for file in by_hand:
        _say(f"\nTo add to {file.path}\n{indent(file.text, '    ')}")
    _say("\nNext\n")
    for line in _next(found, arguments):
        _say(f"  {line}\n")
    return 0


_ADD = "is there and not ours: add what stands below by hand"


def _files(found: Findings, arguments: Arguments) -> Iterator[_File]:
    from checker.pipeline.initial import HOOKS
    from checker.settings import FILE_NAME
    from checker.settings.write import settings_text

    yield _file(found.root, FILE_NAME, _checked(settings_text(found.environments, hydrated=found.is_hydrated())), own=True)
    for seat in (*_chosen(found, arguments), HOOKS):
        yield _file(found.root, seat.place, seat.text, own=seat.own)


def _chosen(found: Findings, arguments: Arguments) -> tuple[Seat, ...]:
    from checker.pipeline.initial import FORKS, SEATS

    if arguments.ci == "none":
        return ()
    if arguments.ci:
        return tuple(seat for seat in (*SEATS, *FORKS) if seat.name == arguments.ci)
    return tuple(seat for seat, _ in found.seats)


def _file(root: Path, path: str, text: str, *, own: bool) -> _File:
    place = root / path
    if place.is_symlink() or not place.parent.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{path} is a link or lies outside the repository", "remove it, or write the file yourself: init --dry-run")
    try:
        before = place.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        before = None
    except OSError as error:
        raise CheckerError(f"{path} cannot be read: {error.strerror}") from error
    return _File(path=path, text=text, own=own, before=before)


def _checked(text: str) -> str:
    """Refuses to write what would not be read: a name in the repository may be stranger than expected."""
    from checker.pipeline.catalogue import rule_parameters
    from checker.settings import FILE_NAME
    from checker.settings.load import parse_settings

    parse_settings(text.encode(), FILE_NAME, rule_parameters)
    return text


def _would(file: _File, *, force: bool) -> str:
    if file.before is None:
        return "new"
    if file.before == file.text:
        return "as it is"
    if file.own:
        return "would be replaced" if force else "is there and would be kept; --force replaces it"
    return "is there and runs gitops-check" if file.has_us else "is there and not ours; to be added by hand"


def _write(root: Path, file: _File, *, force: bool) -> str:
    if file.before == file.text:
        return "as it was"
    if file.before is not None and not (file.own and force):
        return "kept; --force replaces it" if file.own else "runs gitops-check already" if file.has_us else _ADD
    place = root / file.path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CheckerError(f"{file.path} cannot be written: {error.strerror}") from error
    return "written" if file.before is None else "replaced"


def _told(found: Findings) -> Iterator[str]:
    from checker.report.story import plural

    counts = ", ".join(f"{number} {controller.value}" for controller, number in sorted(found.controllers().items()))
    yield plural(len(found.units), "deploy unit") + (f": {counts}" if counts else "; is this the repository that is deployed from?")
    for environment in found.environments:
        number = sum(built.unit.environment == environment.name for built in found.units)
        units = f": {plural(number, 'unit')}" if number or not any(match.branch for match in environment.match) else ""
        where = ", ".join(_where(match) for match in environment.match[:_SHOWN]) or "what declares its units"
        yield f"environment {environment.name}{' (guarded)' if environment.guarded else ''}{units}, by {where}"
    if not found.environments:
        yield "no environment: nothing here is named like one; name them in .gitops-check.yaml"
    if not any(match.branch for setting in found.environments for match in setting.match):
        yield from _unnamed(found.unnamed())
    for seat, why in found.seats:
        yield f"{seat.title}: {why}"
    if not found.seats:
        yield "no CI system: name yours with --ci github, gitlab, jenkins, bitbucket or azure"
    if found.remote():
        gaps = plural(found.remote(), "unit")
        yield f"content from elsewhere: {gaps} not rendered; vendor it and map it under sources:, or pass --allow-network"


def _unnamed(counts: Mapping[str, int]) -> Iterator[str]:
    """What has no environment by these settings: told, because no rule guards it."""
    from checker.report.story import plural

    names = [f"{name or 'no name at all'} ({number})" for name, number in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))]
    if names:
        more = f" and {plural(len(names) - _SHOWN, 'more name')}" if len(names) > _SHOWN else ""
        yield f"not named like an environment, add a match where they belong: {', '.join(names[:_SHOWN])}{more}"


def _where(match: EnvironmentMatch) -> str:
    stated = ((name, getattr(match, name)) for name in EnvironmentMatch.__slots__)
    return " and ".join(f"{name} {value}" for name, value in stated if value is not None)


def _next(found: Findings, arguments: Arguments) -> Iterator[str]:
    commands = {
        "gitops-check units": "is everything there, in the right environment?",
        f"gitops-check check --base {found.default_branch}": "what this branch would deploy",
        "pre-commit install -t pre-commit -t pre-push": "the hooks",
    }
    width = max(map(len, commands))
    yield from (f"{command.ljust(width)}  # {meaning}" for command, meaning in commands.items())
    if any(environment.guarded for environment in found.environments):
        yield "rules only warn: set them to `enforce` in .gitops-check.yaml when the reports look right"
    if not arguments.ci and any(seat.name == "github" for seat, _ in found.seats):
        yield "pull requests from forks get no comment; for two workflows that give them one: gitops-check init --ci github-forks --force"
    yield f"settings count once they are on {found.default_branch}: a change is judged by those of its base"


def _say(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
