"""`gitops-check gate --explain ENVIRONMENT`: why it moves, as chains from the file over base and overlay to the unit and its objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checker.cli.arguments import Arguments
from checker.cli.output import write
from checker.model.findings import UsageError
from checker.model.objects import JSONValue, Location
from checker.model.paths import RepoPath, shown
from checker.model.report import RuleVerdict
from checker.model.units import DeployUnit
from checker.report.clean import visible

if TYPE_CHECKING:
    from checker.pipeline.movement import Chain, Movement

SCHEMA = "gitops-check/explain/v1"
_MOST = 20


def explain_movement(arguments: Arguments) -> int:
    """Prints as text or, with `-o json`, for programs; explaining fails nothing."""
    from checker import pipeline
    from checker.cli.session import open_sessions

    forms = [(name, path) for name, _, path in (wanted.partition("=") for wanted in arguments.output or ["text"])]
    if any(name not in ("text", "json") for name, _ in forms):
        raise UsageError("gate --explain writes text or json", "-o json, or leave the output out")
    for session in open_sessions(arguments):
        running = pipeline.Running(jobs=arguments.jobs, cache=not arguments.no_cache)
        found = pipeline.explain_movement(session.change, session.settings, arguments.explain, running)
        for name, path in forms:
            lines = "\n".join(_told(found)).split("\n")
            text = "".join(f"{visible(line)}\n" for line in lines) if name == "text" else json.dumps(_value(found), indent=2) + "\n"
            write(text, path)
    return 0


def _told(found: Movement) -> Iterator[str]:
    name = shown(RepoPath(found.environment))
    guarded = " (guarded)" if found.guarded else ""
    files = list(dict.fromkeys(chain.cause.path for chain in found.chains if chain.cause is not None))
    if files:
        yield f"{name}{guarded} moves because of {_plural(len(files), 'file')}"
    elif found.chains:
        yield f"{name}{guarded} moves, and no file of the change says why: the way it is deployed changes"
    elif found.gaps:
        yield f"{name}{guarded} may move: {_plural(len(found.gaps), 'unit')} could not be rendered"
    else:
        yield f"{name}{guarded} does not move"
    for path in [*files, None]:
        yield from _file(path, [chain for chain in found.chains if (chain.cause.path if chain.cause is not None else None) == path])
    for gap in found.gaps:
        yield f"\n{_place(gap.location)}\n    -> {_unit(gap.unit)} could not be rendered: {gap.message}"
    yield from _named("\nRead by it, and rendered to the same", found.still)
    yield from _named("\nNot read by it", found.elsewhere)
    if found.rules:
        yield "\nRules"
        yield from (f"  {rule.rule}  {rule.mode.value}  {rule.verdict.value}: {rule.message}" for rule in found.rules)


def _file(path: RepoPath | None, chains: Sequence[Chain]) -> Iterator[str]:
    if not chains:
        return
    cause = chains[0].cause
    others = f"   read by {', '.join(chains[0].others)} too" if chains[0].others else ""
    yield f"\n{_place(cause.location) if cause is not None and path is not None else '(no file of the change)'}{others}"
    for chain in chains[:_MOST]:
        yield from _chain(chain)
    if len(chains) > _MOST:
        yield f"    and {_plural(len(chains) - _MOST, 'more unit')}"


def _chain(chain: Chain) -> Iterator[str]:
    for role, folder in _roles(chain):
        yield f"    -> {shown(folder) or '.'}   {role}"
    units = [_unit(unit) for unit in (*chain.through, chain.unit.unit)]
    units[0] += f"   declared by {', '.join(str(unit.key) for unit in reversed(chain.above))}" if chain.above else ""
    units[-1] += "   suspended: nothing reaches the cluster until it is resumed" if chain.unit.state == "suspended" else ""
    yield from (f"    -> {unit}" for unit in units)
    for diff in chain.objects[:_MOST]:
        fields = ", ".join(field.path for field in diff.fields[:3]) + (f" and {len(diff.fields) - 3} more" if len(diff.fields) > 3 else "")
        yield f"       -> {shown(RepoPath(str(diff.key)))} {diff.change}" + (f": {fields}" if fields and diff.change == "changed" else "")
    if len(chain.objects) > _MOST:
        yield f"       and {_plural(len(chain.objects) - _MOST, 'more object')}"


def _roles(chain: Chain) -> Iterator[tuple[str, RepoPath]]:
    """The last folder is what is built: an overlay where others come before it."""
    last = len(chain.folders) - 1
    for place, folder in enumerate(chain.folders):
        yield ("base" if place < last else "overlay" if last else "kustomization"), folder


def _named(title: str, paths: Sequence[RepoPath]) -> Iterator[str]:
    if paths:
        more = f" and {len(paths) - _MOST} more" if len(paths) > _MOST else ""
        yield f"{title}: {', '.join(shown(path) for path in paths[:_MOST])}{more}"


def _unit(unit: DeployUnit) -> str:
    return f"{shown(RepoPath(str(unit.key)))}{f' in cluster {shown(RepoPath(unit.cluster))}' if unit.cluster else ''}"


def _place(location: Location) -> str:
    return f"{shown(location.path)}:{location.line}" if location.line else shown(location.path)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _value(found: Movement) -> JSONValue:
    return {
        "schema": SCHEMA,
        "environment": found.environment,
        "guarded": found.guarded,
        "moves": bool(found.chains),
        "chains": [_chain_value(chain) for chain in found.chains],
        "notRendered": [{"unit": _unit_value(gap.unit), "message": gap.message, "path": gap.location.path} for gap in found.gaps],
        "noEffect": [*found.still],
        "notRead": [*found.elsewhere],
        "rules": [
            {"rule": rule.rule, "mode": rule.mode.value, "verdict": rule.verdict.value, "message": rule.message} for rule in found.rules
        ],
    }


def _chain_value(chain: Chain) -> JSONValue:
    cause = chain.cause
    objects: list[JSONValue] = [
        {**diff.key._asdict(), "change": diff.change.value, "fields": [field.path for field in diff.fields]} for diff in chain.objects
    ]
    return {
        "file": None if cause is None else {"path": cause.path, "line": cause.location.line, "shared": cause.shared},
        "sharedWith": [*chain.others],
        "folders": [{"path": folder, "role": role} for role, folder in _roles(chain)],
        "through": [_unit_value(unit) for unit in chain.through],
        "declaredBy": [_unit_value(above) for above in chain.above],
        "unit": _unit_value(chain.unit.unit),
        "objects": objects,
    }


def _rule_value(rule: RuleVerdict) -> JSONValue:
    return {"rule": rule.rule, "mode": rule.mode.value, "verdict": rule.verdict.value, "message": rule.message}


def _unit_value(unit: DeployUnit) -> JSONValue:
    return {"cluster": unit.cluster, "controller": unit.controller.value, "namespace": unit.namespace, "name": unit.name}
