"""kubeconform's verdicts in, its five outputs out: pure functions, one a format, in a table that is the list of `-output`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from checker.model.records import dataclass
from checker.validate.kubeconform import Status, Verdict

_RED, _GREEN, _YELLOW, _RESET = "\033[31m", "\033[32m", "\033[33m", "\033[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`seconds` is how long it took, for JUnit."""

    summary: bool = False
    verbose: bool = False
    stdin: bool = False
    seconds: float = 0.0


def exit_code(verdicts: Sequence[Verdict]) -> int:
    return int(any(verdict.status in (Status.INVALID, Status.ERROR) for verdict in verdicts))


def as_text(verdicts: Sequence[Verdict], shown: Shown) -> str:
    lines = [line for verdict in verdicts if (line := _text_line(verdict, verbose=shown.verbose))]
    return _joined(lines, verdicts, shown)


def _text_line(verdict: Verdict, *, verbose: bool) -> str:
    who = " ".join((verdict.kind, verdict.name)) + " " if verdict.kind and verdict.name else ""
    line = ""
    if verdict.status is Status.VALID and verbose:
        line = f"{verdict.kind} {verdict.name} is valid"
    elif verdict.status is Status.INVALID:
        line = f"{verdict.kind} {verdict.name} is invalid: {verdict.message}"
    elif verdict.status is Status.ERROR:
        line = f"{who}failed validation: {verdict.message}"
    elif verdict.status is Status.SKIPPED and verbose:
        line = " ".join(part for part in (verdict.name, verdict.kind, "skipped") if part)
    return _clean(f"{verdict.filename} - {line}") if line else ""


def as_pretty(verdicts: Sequence[Verdict], shown: Shown) -> str:
    lines = [line for verdict in verdicts if (line := _pretty_line(verdict, verbose=shown.verbose))]
    return _joined(lines, verdicts, shown)


def _pretty_line(verdict: Verdict, *, verbose: bool) -> str:
    file, message = _clean(verdict.filename), _clean(verdict.message)
    kind, name = _clean(verdict.kind), _clean(verdict.name)
    if verdict.status is Status.VALID and verbose:
        return f"{_GREEN}\u2714{_RESET} {file}: {_GREEN}{kind} {name} is valid{_RESET}"
    if verdict.status is Status.INVALID:
        return f"{_RED}\u2716{_RESET} {file}: {_RED}{kind} {name} is invalid: {message}{_RESET}"
    if verdict.status is Status.ERROR:
        who = f"{kind} failed validation: {name}" if kind and name else f"failed validation: {name}"
        return f"{_RED}\u2716{_RESET} {file}: {_RED}{who} {message}{_RESET}"
    if verdict.status is Status.SKIPPED and verbose:
        who = " ".join(part for part in (kind, name if kind else "", "skipped") if part)
        return f"{_YELLOW}-{_RESET} {file}: {_YELLOW}{who}{_RESET}"
    return ""


def as_tap(verdicts: Sequence[Verdict], _shown: Shown) -> str:
    lines = ["TAP version 13"]
    for number, verdict in enumerate(verdicts, 1):
        who = f"{verdict.filename} ({verdict.version}/{verdict.kind}/{verdict.namespace}/{verdict.name})"
        lines.append(
            _clean(
                {
                    Status.VALID: f"ok {number} - {who}",
                    Status.INVALID: f"not ok {number} - {who}: {verdict.message}",
                    Status.ERROR: f"not ok {number} - {verdict.filename}: {verdict.message}",
                    Status.SKIPPED: f"ok {number} - {who} # skip",
                    Status.EMPTY: f"ok {number} - {verdict.filename} (empty)",
                }[verdict.status]
            )
        )
    lines.append(f"1..{len(verdicts)}")
    return "\n".join(lines) + "\n"


_JSON_STATUS = {
    Status.VALID: "statusValid",
    Status.INVALID: "statusInvalid",
    Status.ERROR: "statusError",
    Status.SKIPPED: "statusSkipped",
    Status.EMPTY: "",
}


def as_json(verdicts: Sequence[Verdict], shown: Shown) -> str:
    told = [verdict for verdict in verdicts if shown.verbose or verdict.status in (Status.INVALID, Status.ERROR)]
    resources: list[dict[str, object]] = []
    for verdict in told:
        resource: dict[str, object] = {
            "filename": verdict.filename,
            "kind": verdict.kind,
            "name": verdict.name,
            "version": verdict.version,
            "status": _JSON_STATUS[verdict.status],
            "msg": verdict.message,
        }
        if verdict.errors:
            resource["validationErrors"] = [{"path": path, "msg": message} for path, message in verdict.errors]
        resources.append(resource)
    report: dict[str, object] = {"resources": resources}
    if shown.summary:
        counts = _counts(verdicts)
        report["summary"] = {
            "valid": counts[Status.VALID],
            "invalid": counts[Status.INVALID],
            "errors": counts[Status.ERROR],
            "skipped": counts[Status.SKIPPED],
        }
    made = json.dumps(report, indent=2, ensure_ascii=False)
    for char in "<>&":
        made = made.replace(char, f"\\u{ord(char):04x}")
    return made + "\n"


def as_junit(verdicts: Sequence[Verdict], shown: Shown) -> str:
    counts = _counts(verdicts)
    total = sum(counts[status] for status in _COUNTED)
    lines = [
        f'<testsuites name="kubeconform" time="{shown.seconds:.3f}" tests="{total}" failures="{counts[Status.INVALID]}"'
        f' disabled="{counts[Status.SKIPPED]}" errors="{counts[Status.ERROR]}">'
    ]
    by_file: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_file.setdefault(verdict.filename, []).append(verdict)
    for number, (file, held) in enumerate(by_file.items(), 1):
        of_file = _counts(held)
        cases = [verdict for verdict in held if verdict.status is not Status.EMPTY]
        opening = (
            f'  <testsuite name={_attribute(file)} id="{number}" tests="{len(cases)}" failures="{of_file[Status.INVALID]}"'
            f' errors="{of_file[Status.ERROR]}" disabled="0" skipped="{of_file[Status.SKIPPED]}">'
        )
        if not cases:
            lines.append(f"{opening}</testsuite>")
            continue
        lines.extend([opening, *(line for verdict in cases for line in _case(verdict)), "  </testsuite>"])
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _case(verdict: Verdict) -> list[str]:
    name = f"{verdict.namespace}/{verdict.name}" if verdict.namespace else verdict.name
    opening = f'    <testcase name={_attribute(name)} classname={_attribute(f"{verdict.kind}@{verdict.version}")} time="0">'
    inner = {
        Status.INVALID: f'<failure message={_attribute(verdict.message)} type=""></failure>',
        Status.ERROR: f'<error message={_attribute(verdict.message)} type=""></error>',
        Status.SKIPPED: '<skipped message=""></skipped>',
    }.get(verdict.status)
    return [opening, f"      {inner}", "    </testcase>"] if inner else [f"{opening}</testcase>"]


def _attribute(text: str) -> str:
    return '"' + escape(_clean(text), {'"': "&#34;", "'": "&#39;"}) + '"'


_COUNTED = (Status.VALID, Status.INVALID, Status.ERROR, Status.SKIPPED)


def _counts(verdicts: Sequence[Verdict]) -> Counter[Status]:
    return Counter(verdict.status for verdict in verdicts)


def _joined(lines: list[str], verdicts: Sequence[Verdict], shown: Shown) -> str:
    return "".join(f"{line}\n" for line in [*lines, *([_summary(verdicts, stdin=shown.stdin)] if shown.summary else [])])


def _summary(verdicts: Sequence[Verdict], *, stdin: bool) -> str:
    counts = _counts(verdicts)
    total, files = sum(counts[status] for status in _COUNTED), len({verdict.filename for verdict in verdicts})
    found = "found parsing stdin" if stdin else f"found in {files} file{'s' if files > 1 else ''}"
    names = {"Valid": Status.VALID, "Invalid": Status.INVALID, "Errors": Status.ERROR, "Skipped": Status.SKIPPED}
    outcomes = ", ".join(f"{name}: {counts[status]}" for name, status in names.items())
    return f"Summary: {total} resource{'s' if total > 1 else ''} {found} - {outcomes}"


def _clean(text: str) -> str:
    """One line, with nothing in it that a terminal or an XML reader would take for more than text."""
    return "".join(char if char.isprintable() else " " if char == "\n" else ascii(char)[1:-1] for char in text)


FORMATS: Mapping[str, Callable[[Sequence[Verdict], Shown], str]] = {
    "json": as_json,
    "junit": as_junit,
    "pretty": as_pretty,
    "tap": as_tap,
    "text": as_text,
}
