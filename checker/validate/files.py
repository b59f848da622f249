"""Files as they stand in, findings and the objects they hold out: YAML errors, duplicate keys, then every object's check.

Definitions of custom resources among the files become schemas for the rest. A document that is no Kubernetes object (Helm
values, a settings file) is skipped with that reason and counted; one that only lacks its kind or apiVersion is an error.
"""

from __future__ import annotations

from checker.model.findings import Checked, Counts, Finding, Outcome, Severity
from checker.model.objects import Location
from checker.model.paths import RepoPath
from checker.model.patterns import pattern
from checker.model.records import dataclass, replace
from checker.validate.crds import is_definition
from checker.validate.findings import SEVERITIES, Remark, findings_of
from checker.validate.objects import check_object, order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checker.model.objects import JSONValue, KubeObject
    from checker.tools.yaml import Document, Problem
    from checker.validate.options import Locate, ValidateOptions

File = tuple[RepoPath, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedFiles:
    """`objects` in the order of files and documents, lists unpacked."""

    checked: Checked
    objects: tuple[KubeObject, ...] = ()


def validate_files(files: Iterable[File], options: ValidateOptions, *, keep_objects: bool = True) -> ValidatedFiles:
    """Every document of every file. `files` is gone through twice, first for definitions of custom resources; one that reads
    each file as it comes, and `keep_objects` left out, keep one file in memory at a time."""
    options = replace(options, crds=(*options.crds, *_definitions(files)), substituted=True)
    findings: list[Finding] = []
    objects: list[KubeObject] = []
    tally = _Tally()
    for path, data in files:
        held = list(_check_file(path, data, options, findings, tally))
        if keep_objects:
            objects.extend(held)
    findings.sort(key=order)
    return ValidatedFiles(checked=Checked(findings=tuple(findings), counts=tally.counts()), objects=tuple(objects))


class _Tally:
    """Counts under way: adding frozen ones for ten thousand objects costs more than checking them."""

    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = self.not_checked = 0

    def add(self, counts: Counts) -> None:
        self.passed += counts.passed
        self.failed += counts.failed
        self.skipped += counts.skipped
        self.not_checked += counts.not_checked

    def counts(self) -> Counts:
        return Counts(passed=self.passed, failed=self.failed, skipped=self.skipped, not_checked=self.not_checked)


def _definitions(files: Iterable[File]) -> Iterator[KubeObject]:
    """The CustomResourceDefinitions among the files: looked for in the bytes first, since most files hold none."""
    from checker.tools.yaml import read_objects

    for path, data in files:
        if b"CustomResourceDefinition" in data:
            yield from (obj for obj in read_objects(data, path).objects if is_definition(obj))


def _check_file(path: RepoPath, data: bytes, options: ValidateOptions, findings: list[Finding], tally: _Tally) -> Iterator[KubeObject]:
    from checker.tools.yaml import read_objects

    locate = _locator(data)
    read = read_objects(data, path)
    template = bool(read.problems) and b"{{" in data and _TEMPLATE.search(path) is not None
    for problem in read.problems:
        findings.append(_unfilled(problem) if template else _trouble("invalid-yaml", problem, Outcome.NOT_CHECKED))
        tally.skipped += template
        tally.not_checked += not template
    plain = {document.index for document in read.others}
    findings.extend(_duplicate(duplicate, duplicate.document in plain) for duplicate in read.duplicates)
    for document in read.others:
        finding = _not_an_object(document, path, data)
        findings.append(finding)
        tally.skipped += finding.outcome is Outcome.SKIPPED
        tally.failed += finding.outcome is Outcome.FAILED
    twice = {duplicate.document for duplicate in read.duplicates}
    for obj in read.objects:
        remarks, counts = check_object(obj, options)
        if not remarks and not twice:
            tally.passed += counts.passed
            yield obj
            continue
        if remarks and (patch := _as_patch(remarks)) is not None:
            remarks, counts = [patch], Counts(skipped=len(options.kubernetes))
        if remarks:
            remarks, counts = _left_open(obj, remarks, counts, options)
        tally.add(_failed(counts) if obj.origin.document in twice else counts)
        if remarks:
            findings.extend(findings_of(obj, remarks, locate, options.kubernetes))
        yield obj


_TEMPLATE = pattern(r"\.(?:template|tmpl|tpl)\.ya?ml$")


def _unfilled(problem: Problem) -> Finding:
    """A file that says by its name that it is no YAML yet."""
    message = "a template by its name, and no YAML before its {{ }} are filled in; what it makes is to be checked"
    place = Location(path=problem.path, line=problem.line, column=problem.column)
    return Finding(rule="not-an-object", severity=SEVERITIES["not-an-object"], message=message, location=place, outcome=Outcome.SKIPPED)


_DIRECTIVES = ("$patch", "$retainKeys", "$deleteFromPrimitiveList", "$setElementOrder")


def _as_patch(remarks: Iterable[Remark]) -> Remark | None:
    """A strategic merge patch gives itself away by its directives; what it lacks is no fault of it."""
    for remark in remarks:
        if remark.rule == "unknown-field" and remark.pointer.rpartition("/")[2].startswith(_DIRECTIVES):
            message = "a strategic merge patch, not an object; what it makes is checked when it is rendered"
            return Remark(rule="not-an-object", message=message, pointer=remark.pointer, key=True, outcome=Outcome.SKIPPED)
    return None


def _left_open(obj: KubeObject, remarks: list[Remark], counts: Counts, options: ValidateOptions) -> tuple[list[Remark], Counts]:
    """What the kustomization that takes the file in may still set is not checked here."""
    named, path = [remark for remark in remarks if _is_named_later(obj, remark)], obj.origin.path
    lacking = [remark for remark in remarks if (remark.rule == "missing-field" or _is_placeholder(obj, remark)) and remark not in named]
    opened = [*(named if named and path in options.named else ()), *(lacking if lacking and path in options.completed else ())]
    if not opened:
        return remarks, counts
    told = [
        replace(remark, severity=Severity.NOTE, outcome=Outcome.NOT_CHECKED, message=f"{remark.message}, unless its kustomization sets it")
        if remark in opened
        else remark
        for remark in remarks
    ]
    return told, counts if any(remark.fails for remark in told) else Counts(not_checked=_sum(counts))


_PLACEHOLDER = pattern(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|<[^<>]+>|\{\{.*\}\}")
_OF_VALUES = frozenset({"invalid-value", "invalid-name", "wrong-type"})


def _is_placeholder(obj: KubeObject, remark: Remark) -> bool:
    """Whether what is wrong is a value that names what belongs there: FROM_OVERLAY, <size>, {{ size }}."""
    from checker.tools.schema_words import value_at

    value = value_at(obj.body, remark.pointer) if remark.rule in _OF_VALUES else None
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None


def _is_named_later(obj: KubeObject, remark: Remark) -> bool:
    """Setting a namespace, kustomize names the Namespaces and the subjects of bindings with it."""
    if obj.kind == "ClusterRoleBinding":
        return remark.rule == "missing-field" and remark.pointer.startswith("/subjects/")
    return remark.pointer == "/metadata/name" and obj.kind == "Namespace" and obj.group == ""


def _duplicate(problem: Problem, plain: bool) -> Finding:
    """An error in an object, as strict decoding says; other files are read by whoever they are for, mostly the last one winning."""
    finding = _trouble("duplicate-key", problem, Outcome.FAILED)
    return replace(finding, severity=Severity.WARNING) if plain else finding


def _failed(counts: Counts) -> Counts:
    return Counts(failed=_sum(counts))


def _sum(counts: Counts) -> int:
    return counts.passed + counts.failed + counts.skipped + counts.not_checked


def _trouble(rule: str, problem: Problem, outcome: Outcome) -> Finding:
    place = Location(path=problem.path, line=problem.line, column=problem.column)
    return Finding(rule=rule, severity=SEVERITIES[rule], message=problem.message, location=place, outcome=outcome)


def _not_an_object(document: Document, path: RepoPath, data: bytes) -> Finding:
    place = Location(path=path, line=document.line, column=1)
    missing, near = _half_an_object(document.value)
    if missing:
        hint = f"; {near} looks like it" if near else ""
        if near and (found := _key_place(data, document.index, near)):
            place = Location(path=path, line=found[0], column=found[1])
        message = f"{missing} is required and missing{hint}"
        return Finding(rule="missing-field", severity=SEVERITIES["missing-field"], message=message, location=place)
    message = "not a Kubernetes object: it has neither apiVersion nor kind"
    return Finding(rule="not-an-object", severity=SEVERITIES["not-an-object"], message=message, location=place, outcome=Outcome.SKIPPED)


def _half_an_object(value: JSONValue) -> tuple[str, str]:
    """For a mapping that looks like an object: whether it lacks `kind` or `apiVersion`, and the key that was meant for it."""
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return "", ""
    from checker.tools.schema_words import nearest

    missing = [name for name in ("apiVersion", "kind") if not isinstance(value.get(name), str) or not value[name]]
    near = nearest(missing[0], [key for key in value if key not in ("apiVersion", "kind", "metadata", "spec")]) if missing else None
    return (missing[0], near or "") if len(missing) == 1 or near else ("", "")


def _locator(data: bytes) -> Locate:
    """Places in one file; nothing is parsed a second time unless there is something to say."""

    def locate(obj: KubeObject, pointer: str, key: bool) -> Location:
        from checker.tools.yaml import locate as place

        inside = f"/items/{obj.origin.item}{pointer}" if obj.origin.item is not None else pointer
        found = place(data, obj.origin.document, inside, key=key)
        return obj.origin.location if found is None else Location(path=obj.origin.path, line=found[0], column=found[1])

    return locate


def _key_place(data: bytes, document: int, key: str) -> tuple[int, int] | None:
    from checker.tools.schema_words import pointer
    from checker.tools.yaml import locate

    return locate(data, document, pointer([key]), key=True)
