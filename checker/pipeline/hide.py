"""A report -> the same report without the secret values that stand outside of Secrets, also in what findings and errors say.

What is compared, checked and judged is the real text; only here, before anything is written, does it go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from checker.model.diff import EnvironmentDiff, FieldChange, NotRendered, ObjectDiff, UnitDiff
from checker.model.findings import Finding
from checker.model.objects import JSONValue, KubeObject, ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.records import replace
from checker.model.report import Report
from checker.model.tree import Tree, TreeError
from checker.model.units import BuiltUnit, Failure, Rendered
from checker.render.named import Hiding, is_secret_name

_T = TypeVar("_T", Failure, Finding, NotRendered)
_MAX_FILE = 1 << 20
_SCALAR = re.compile(r"(?m)^[ \t]*(?:-[ \t]+)?[\"']?([\w.-]{1,80})[\"']?(?:=|:[ \t]+)[\"']?([^\s\"'|>{\[][^\n]*?)[\"']?[ \t\r]*$")
_PLAIN = frozenset({"apiVersion", "kind", "name", "namespace", "type"})


def without_secrets(report: Report, units: Iterable[BuiltUnit], trees: Iterable[Tree], key: bytes) -> Report:
    """`units` are those of both sides, `trees` where they were read."""
    hiding = Hiding(key)
    units = tuple(units)
    environments = tuple(_environment(diff, hiding) for diff in report.environments) if report.environments is not None else None
    _learn_objects(report, units, hiding)
    _learn_files(units, tuple(trees), hiding)
    if not hiding.found:
        return report
    said = hiding.text
    return replace(
        report,
        units=tuple(_failed(built, hiding) for built in report.units),
        environments=tuple(_said_of(diff, hiding) for diff in environments) if environments is not None else None,
        not_rendered=tuple(_message(item, hiding) for item in report.not_rendered),
        findings=tuple(_message(item, hiding) for item in report.findings),
        suppressed=tuple(replace(item, finding=_message(item.finding, hiding)) for item in report.suppressed),
        rules=tuple(
            replace(rule, message=said(rule.message), because=tuple(map(said, rule.because)), fix=said(rule.fix)) for rule in report.rules
        )
        if report.rules is not None
        else None,
        notes=tuple(map(said, report.notes)),
    )


def units_without_secrets(units: Iterable[BuiltUnit], trees: Iterable[Tree], key: bytes) -> tuple[BuiltUnit, ...]:
    """Units as they may be listed and printed: what they render to, and why one could not be rendered."""
    hiding = Hiding(key)
    units = tuple(units)
    printed = tuple(_printed(built, hiding) for built in units)
    _learn_files(units, tuple(trees), hiding)
    return tuple(_failed(built, hiding) for built in printed)


def _printed(built: BuiltUnit, hiding: Hiding) -> BuiltUnit:
    result = built.result
    if not isinstance(result, Rendered):
        return built
    objects = tuple(obj if (body := hiding.body(obj)) is obj.body else replace(obj, body=body) for obj in result.objects)
    return replace(built, result=replace(result, objects=objects))


def _failed(built: BuiltUnit, hiding: Hiding) -> BuiltUnit:
    return replace(built, result=_message(built.result, hiding)) if isinstance(built.result, Failure) else built


def _message(item: _T, hiding: Hiding) -> _T:
    message = hiding.text(item.message)
    return item if message == item.message else replace(item, message=message)


def _environment(diff: EnvironmentDiff, hiding: Hiding) -> EnvironmentDiff:
    return replace(diff, units=tuple(replace(unit, objects=tuple(_object(one, hiding) for one in unit.objects)) for unit in diff.units))


def _said_of(diff: EnvironmentDiff, hiding: Hiding) -> EnvironmentDiff:
    return replace(
        diff,
        units=tuple(_effects(unit, hiding) for unit in diff.units),
        not_rendered=tuple(_message(item, hiding) for item in diff.not_rendered),
    )


def _effects(unit: UnitDiff, hiding: Hiding) -> UnitDiff:
    objects = tuple(
        replace(one, effects=tuple(replace(effect, message=hiding.text(effect.message)) for effect in one.effects)) if one.effects else one
        for one in unit.objects
    )
    return replace(unit, objects=objects, notes=tuple(map(hiding.text, unit.notes)))


def _object(diff: ObjectDiff, hiding: Hiding) -> ObjectDiff:
    origin = diff.origin or Origin(path=RepoPath(""))
    before, after = (_body(body, origin, hiding) for body in (diff.before, diff.after))
    if before is diff.before and after is diff.after:
        return diff
    return replace(
        diff,
        before=before,
        after=after,
        fields=tuple(_field(field, hiding) for field in diff.fields),
        folded=tuple(_field(field, hiding) for field in diff.folded),
    )


def _body(body: JSONValue, origin: Origin, hiding: Hiding) -> JSONValue:
    if not isinstance(body, dict):
        return body
    made = hiding.body(KubeObject(body=body, origin=origin))
    return body if made is body else dict(made)


def _field(field: FieldChange, hiding: Hiding) -> FieldChange:
    before, after = (_shown(value, field.pointer, hiding) for value in (field.before, field.after))
    return replace(field, before=before, after=after)


def _shown(value: JSONValue, pointer: str, hiding: Hiding) -> JSONValue:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and is_secret_name(pointer.rpartition("/")[2]):
        return hiding.secret(value)
    return hiding.leaf(value)


def _learn_objects(report: Report, units: Iterable[BuiltUnit], hiding: Hiding) -> None:
    """Messages may quote the objects they are about. In a render that was kept there is nothing to hide (`kept.keep_objects`)."""
    wanted: set[ObjectKey] = {finding.object for finding in _findings(report) if finding.object is not None}
    for built in units if wanted else ():
        for obj in built.where(wanted.__contains__) if not built.content else ():
            hiding.body(obj)


def _findings(report: Report) -> Iterator[Finding]:
    yield from report.findings
    yield from (item.finding for item in report.suppressed)


def _learn_files(units: Iterable[BuiltUnit], trees: tuple[Tree, ...], hiding: Hiding) -> None:
    """What could not be rendered says why in the words of an engine, which may quote the files that it read."""
    seen: set[str] = set()
    for built in units:
        if not isinstance(built.result, Failure):
            continue
        for path in built.result.reads:
            if path not in seen and not path.endswith("/"):
                seen.add(path)
                for tree in {_identity(tree, RepoPath(path)): tree for tree in trees}.values():
                    _learn_file(tree, RepoPath(path), hiding)


def _identity(tree: Tree, path: RepoPath) -> str | None:
    """None for what cannot be read."""
    try:
        return tree.identity(path)
    except TreeError:
        return None


def _learn_file(tree: Tree, path: RepoPath, hiding: Hiding) -> None:
    try:
        data = tree.read(path)
    except (TreeError, OSError):
        return
    if len(data) > _MAX_FILE:
        return
    text = data.decode("utf-8", "replace")
    hiding.lines(text)
    if "kind: Secret" in text or path.endswith(".env"):
        for name, value in _SCALAR.findall(text):
            if name not in _PLAIN and len(value) >= 8:
                hiding.secret(value)
