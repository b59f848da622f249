"""The commands that list or print what units are and render to: units, render, build."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from checker.cli.arguments import Arguments
from checker.cli.session import open_session
from checker.cli.tree import as_tree
from checker.model.findings import CheckerError, UsageError
from checker.model.objects import JSONValue, Location
from checker.model.paths import RepoPath, shown
from checker.model.units import BuiltUnit, Failure, Reason, State
from checker.pipeline.about import about
from checker.pipeline.flux_source import flux_source


def units(arguments: Arguments) -> int:
    """One line a unit, below the one that declares it: what it is, where it deploys, where it comes from, what became of it.

    Columns that nobody fills are left out.
    """
    built = _built(arguments)
    rows = [_row(one, depth) for one, depth in as_tree(built)]
    used = [column for column in range(len(_HEAD)) if column in _ALWAYS or any(row[column] != "-" for row in rows)]
    widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in used]
    for row in (_HEAD, *rows):
        cells = [row[column].ljust(width) for column, width in zip(used, widths, strict=True)]
        sys.stdout.write("  ".join([*cells[:-1], row[used[-1]]]).rstrip() + "\n")
    tally = {state: sum(one.state is state for one in built) for state in State}
    counted = ", ".join(f"{count} {state.value.replace('-', ' ')}" for state, count in tally.items() if count)
    manual = sum(one.state is State.RENDERED and about(one).sync == "manual" for one in built)
    waiting = f"; {manual} of those rendered {'waits' if manual == 1 else 'wait'} for a manual sync" if manual else ""
    lost = sum(not one.unit.environment for one in built)
    unclassified = f"; {lost} in no environment, so that no rule guards {'it' if lost == 1 else 'them'}" if 0 < lost < len(built) else ""
    sys.stdout.write(f"\n{len(built)} units: {counted}{waiting}{unclassified}\n")
    if any(isinstance(one.result, Failure) and one.result.reason is Reason.REMOTE for one in built):
        sys.stdout.write(
            "What is remote can be vendored and mapped under sources: in the settings; charts are fetched with --allow-network.\n"
        )
    return 0


def render(arguments: Arguments) -> int:
    """The chosen units' objects as one YAML stream; a unit that cannot be rendered makes the exit code 3."""
    if not arguments.paths and not arguments.all_units and not arguments.environment:
        raise UsageError("which units?", "name some (`gitops-check units` lists them), or an --environment, or --all")
    chosen = [one for one in _built(arguments) if _is_chosen(one, arguments)]
    if not chosen:
        raise UsageError("no unit matches", "`gitops-check units` lists them")
    failed = 0
    for one in chosen:
        if isinstance(one.result, Failure):
            failed += 1
            said = shown(RepoPath(f"{one.unit.key} cannot be rendered: {' '.join(one.result.message.split())}"))
            sys.stderr.write(f"{_place(one.result.location)}: {said}\n")
        else:
            where = f" on {one.unit.cluster}" if one.unit.cluster else ""
            sys.stdout.write(f"# {shown(RepoPath(f'{one.unit.key}{where}'))}\n")
            sys.stdout.write(_printed([dict(obj.body) for obj in one.objects]))
    return 3 if failed else 0


def build(arguments: Arguments) -> int:
    """As `kustomize build PATH`: the objects on standard output, or one error. `--verify` asks the real kustomize too."""
    from checker.cli.session import file_settings, tree_settings
    from checker.pipeline.build import BuildOptions, build_folder, built_by_kustomize, disagreement, place_of

    place = place_of(Path(arguments.repository) / arguments.paths[0])
    own = arguments.no_settings or arguments.settings is not None
    options = BuildOptions(
        load_restrictor=arguments.load_restrictor,
        enable_helm=arguments.enable_helm,
        allow_network=arguments.allow_network,
        sources=(file_settings(arguments) if own else tree_settings(place.tree)).sources,
    )
    if arguments.engine == "kustomize":
        _write(_printed(built_by_kustomize(place, options)), arguments)
        return 0
    one = build_folder(place, options)
    if arguments.verify:
        differs = disagreement(one, place, options)
        sys.stdout.write(f"differs from the real kustomize: {differs}\n" if differs else "the same as the real kustomize\n")
        return 1 if differs else 0
    if isinstance(one.result, Failure):
        raise CheckerError(f"{_place(one.result.location)}: {one.result.message}")
    _write(_printed([dict(obj.body) for obj in one.objects]), arguments)
    return 0


def _write(text: str, arguments: Arguments) -> None:
    if arguments.target is None:
        sys.stdout.write(text)
        return
    try:
        Path(arguments.target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{arguments.target}: {error.strerror}", "-o takes the path of a file") from error


def _printed(values: Sequence[JSONValue]) -> str:
    from checker.tools.yaml import dump_documents

    return dump_documents(values, sort_keys=True, fold=True)


def _built(arguments: Arguments) -> tuple[BuiltUnit, ...]:
    from checker.cli.progress import onlooker
    from checker.pipeline import Running, list_units

    with onlooker(arguments) as watch:
        session = open_session(arguments)
        running = Running(jobs=arguments.jobs, cache=not arguments.no_cache, watch=watch)
        return list_units(session.change, session.settings, running)


_HEAD = ("CLUSTER", "ENVIRONMENT", "PROJECT", "CONTROLLER", "UNIT", "SOURCE", "REVISION", "SYNC", "STATE")
_ALWAYS = (0, 1, 3, 4, 5, 8)


def _row(one: BuiltUnit, depth: int) -> tuple[str, ...]:
    unit, more = one.unit, about(one)
    name = f"{unit.namespace}/{unit.name}" if unit.namespace else unit.name
    source = more.source or flux_source(unit) or "-"
    cells = (unit.cluster, unit.environment, more.project, unit.controller.value, "  " * depth + name, source, more.revision, more.sync)
    return tuple(shown(RepoPath(cell)) if cell else "-" for cell in (*cells, _state(one)))


def _state(one: BuiltUnit) -> str:
    """Of a remote one the hint is left out, which would be the same on every line."""
    if not isinstance(one.result, Failure):
        return f"{one.state.value} ({len(one.objects)} object{'s' * (len(one.objects) != 1)})"
    message = " ".join(one.result.message.split())
    why = message.partition("; ")[0] if one.result.reason is Reason.REMOTE else message
    return f"{one.state.value.replace('-', ' ')}: {why}"


def _is_chosen(one: BuiltUnit, arguments: Arguments) -> bool:
    if arguments.environment and one.unit.environment not in arguments.environment:
        return False
    names = (one.unit.name, f"{one.unit.namespace}/{one.unit.name}")
    return not arguments.paths or any(fnmatchcase(name, pattern) for name in names for pattern in arguments.paths)


def _place(location: Location) -> str:
    return ":".join(str(part) for part in (shown(location.path), location.line, location.column) if part is not None)
