"""Only what is new fails: findings that a baseline file knows are counted and listed as known, and what it knows in vain is named.

A finding is known by its rule, file, object, field and message, not by its line. The file is written by `--write-baseline`,
one finding a line so that two people can add to it; for a pull request it is read from the base.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable

from checker.model.findings import Finding, Outcome, Severity, UsageError, merged
from checker.model.objects import REDACTED, JSONValue, Location, mapping, sequence, text
from checker.model.paths import RepoPath, repo_path
from checker.model.records import dataclass, replace
from checker.model.report import Report, Suppressed
from checker.model.settings import Settings
from checker.model.tree import EntryKind, Tree

_VERSION = "gitops-check/baseline/v1"
_DIGEST = re.compile(rf"{re.escape(REDACTED)}[0-9a-f]{{16}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    key: str
    rule: str
    path: str
    about: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    path: RepoPath
    command: str
    entries: tuple[Entry, ...]


def key_of(finding: Finding) -> str:
    """Stable when lines move; a secret's digest differs from machine to machine and does not count."""
    message = _DIGEST.sub(REDACTED, finding.message)
    parts = (finding.rule, finding.location.path, str(finding.object), finding.pointer, message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def baseline_text(command: str, report: Report) -> str:
    """What a report says, as the file that makes it known."""
    said = sorted((finding for finding in report.findings if _counts(finding)), key=lambda one: (one.location.path, one.rule, one.message))
    lines = [json.dumps(_entry(finding), ensure_ascii=False) for finding in said]
    head = f'{{"schema": {json.dumps(_VERSION)}, "command": {json.dumps(command)}, "findings": ['
    return "\n".join([head, ",\n".join(lines), "]}", ""]) if lines else f"{head}]}}\n"


def _entry(finding: Finding) -> dict[str, JSONValue]:
    about = {"object": str(finding.object)} if finding.object is not None else {}
    message = _DIGEST.sub(REDACTED, finding.message)
    return {"fingerprint": key_of(finding), "rule": finding.rule, "path": finding.location.path, **about, "message": message}


def _counts(finding: Finding) -> bool:
    return finding.outcome is not Outcome.SKIPPED and finding.rule != "baseline-stale"


def read_baseline(tree: Tree, settings: Settings) -> Baseline | None:
    """The file that settings name, or the text that the command line gave. Raises UsageError."""
    if settings.baseline_text is not None:
        return parse_baseline(settings.baseline_text, RepoPath(settings.baseline))
    if not settings.baseline:
        return None
    path = repo_path(settings.baseline)
    if tree.kind(path) is not EntryKind.FILE:
        raise UsageError(
            f"baseline: there is no file {path} in {tree.label}", f"--write-baseline {path} writes it; it is read from the base"
        )
    return parse_baseline(tree.read(path).decode("utf-8", "replace"), path)


def parse_baseline(written: str, path: RepoPath) -> Baseline:
    """Raises UsageError with the line."""
    try:
        body = mapping(json.loads(written))
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise UsageError(f"{path}:{line}: this is no baseline: {error}", "write it anew with --write-baseline") from error
    if body.get("schema") != _VERSION:
        raise UsageError(f"{path}:1: this is no baseline of this version", "write it anew with --write-baseline")
    lines = {
        key: number for number, line in enumerate(written.splitlines(), 1) for key in re.findall(r'"fingerprint": "([0-9a-f]+)"', line)
    }
    entries = tuple(
        Entry(
            key=text(one.get("fingerprint")),
            rule=text(one.get("rule")),
            path=text(one.get("path")),
            about=f"{text(one.get('object')) or text(one.get('path'))}: {text(one.get('message'))}",
            line=lines.get(text(one.get("fingerprint")), 1),
        )
        for one in map(mapping, sequence(body.get("findings")))
    )
    return Baseline(path=path, command=text(body.get("command")), entries=entries)


def against(report: Report, baseline: Baseline | None, command: str, looked_at: Collection[str] | None = None) -> Report:
    """The report with known findings set aside. Entries are stale only for the command that wrote them, in files that it looked at."""
    if baseline is None:
        return report
    left = Counter(entry.key for entry in baseline.entries)
    kept: list[Finding] = []
    known: list[Suppressed] = []
    for finding in report.findings:
        key = key_of(finding)
        if _counts(finding) and left[key] > 0:
            left[key] -= 1
            known.append(Suppressed(finding=finding, reason="known before", by=f"baseline {baseline.path}"))
        else:
            kept.append(finding)
    if baseline.command == command:
        kept += _stale(baseline, left, looked_at)
    return replace(report, findings=merged(kept), suppressed=(*report.suppressed, *known))


def _stale(baseline: Baseline, left: Counter[str], looked_at: Collection[str] | None) -> Iterable[Finding]:
    for entry in baseline.entries:
        if left[entry.key] > 0 and (looked_at is None or entry.path in looked_at):
            left[entry.key] -= 1
            yield Finding(
                rule="baseline-stale",
                severity=Severity.NOTE,
                message=f"this is no longer found: {entry.rule} on {entry.about}",
                location=Location(path=baseline.path, line=entry.line),
            )
