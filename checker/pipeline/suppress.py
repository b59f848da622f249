"""Findings that somebody lifted: by a comment in the file or by an entry in settings. Each keeps its reason and is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase

from checker.model.findings import Finding, Outcome, Severity
from checker.model.objects import Location
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.model.report import Suppressed
from checker.model.settings import Suppression
from checker.model.tree import Tree, TreeError

_COMMENT = re.compile(r"#\s*gitops-check:\s*ignore\[([^\]]*)\]\s*(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    kept: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]


def lift(findings: Sequence[Finding], tree: Tree, entries: Iterable[Suppression], today: date) -> Lifted:
    """Separate what is suppressed. A comment without a reason and an entry past its date lift nothing and say so."""
    comments = _Comments(tree)
    entries = tuple(entries)
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        lifted = comments.lifts(finding) or _by_settings(finding, entries, today)
        if lifted is None:
            kept.append(finding)
        else:
            suppressed.append(lifted)
    kept.extend(comments.complaints())
    kept.extend(_expired(entries, today))
    return Lifted(kept=tuple(kept), suppressed=tuple(suppressed))


class _Comments:
    """The suppression comments of the files that have findings, each file read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[RepoPath, dict[int, tuple[frozenset[str], str]]] = {}

    def lifts(self, finding: Finding) -> Suppressed | None:
        line = finding.location.line
        if line is None:
            return None
        comments = self._of(finding.location.path)
        for number in (line, line - 1):
            rules, reason = comments.get(number, (frozenset(), ""))
            if reason and finding.rule in rules:
                return Suppressed(finding=finding, reason=reason, by=f"comment at {finding.location.path}:{number}")
        return None

    def complaints(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                rule="suppression-without-reason",
                severity=Severity.WARNING,
                message="this suppression has no reason and lifts nothing; say why after the bracket",
                location=Location(path=path, line=number, column=1),
            )
            for path, comments in sorted(self._files.items())
            for number, (_, reason) in comments.items()
            if not reason
        )

    def _of(self, path: RepoPath) -> dict[int, tuple[frozenset[str], str]]:
        if path not in self._files:
            self._files[path] = dict(_comments(self._tree, path))
        return self._files[path]


def _comments(tree: Tree, path: RepoPath) -> Iterable[tuple[int, tuple[frozenset[str], str]]]:
    try:
        data = tree.read(path)
    except TreeError:
        return
    if b"gitops-check:" not in data:
        return
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _COMMENT.search(line)
        if match:
            yield number, (frozenset(rule.strip() for rule in match[1].split(",")), match[2].strip())


def _by_settings(finding: Finding, entries: Iterable[Suppression], today: date) -> Suppressed | None:
    for entry in entries:
        if (entry.until is None or today <= entry.until) and all(test(finding, entry) for test in _TESTS):
            return Suppressed(finding=finding, reason=entry.reason, by=_place(entry))
    return None


_TESTS: tuple[Callable[[Finding, Suppression], bool], ...] = (
    lambda finding, entry: fnmatchcase(finding.rule, entry.rule),
    lambda finding, entry: entry.path is None or fnmatchcase(finding.location.path, entry.path),
    lambda finding, entry: entry.object is None or (finding.object is not None and fnmatchcase(_named(finding), entry.object)),
    lambda finding, entry: entry.environment is None or (bool(finding.environments) and set(finding.environments) <= {entry.environment}),
)


def _named(finding: Finding) -> str:
    key = finding.object
    assert key is not None
    return f"{key.kind}/{key.namespace}/{key.name}"


def _expired(entries: Iterable[Suppression], today: date) -> Iterable[Finding]:
    for entry in entries:
        if entry.until is not None and today > entry.until and entry.location is not None:
            yield Finding(
                rule="suppression-expired",
                severity=Severity.WARNING,
                message=f"the suppression of {entry.rule} ended on {entry.until.isoformat()}; fix what it hid, or renew it with a new date",
                location=entry.location,
                outcome=Outcome.FAILED,
            )


def _place(entry: Suppression) -> str:
    return f"settings at {entry.location.path}:{entry.location.line}" if entry.location else "settings"
