"""A conftest run as conftest prints it, for scripts that read its output: stdout, json, tap, github.

The shapes are conftest's (its `output` documentation); the file name `-` of standard input is shown as conftest shows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from checker.evaluate.conftest import ConftestMessage, ConftestResult
from checker.model.objects import JSONValue

Results = Sequence[ConftestResult]


def exit_code(results: Results, *, fail_on_warn: bool = False) -> int:
    """1 with a failure; with `fail_on_warn` 1 with a warning and 2 with a failure."""
    failed, warned = any(result.failures for result in results), any(result.warnings for result in results)
    if fail_on_warn:
        return 2 if failed else int(warned)
    return int(failed)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _totals(results: Results) -> str:
    failures = sum(len(result.failures) for result in results)
    warnings = sum(len(result.warnings) for result in results)
    exceptions = sum(len(result.exceptions) for result in results)
    successes = sum(result.successes for result in results)
    tests = failures + warnings + exceptions + successes
    parts = (_count(tests, "test"), f"{successes} passed", _count(warnings, "warning"), _count(failures, "failure"))
    return ", ".join((*parts, _count(exceptions, "exception")))


def _place(result: ConftestResult) -> str:
    file = "-" if result.filename == "-" else f"- {result.filename}"
    return f"{file} - {result.namespace} -"


def stdout(results: Results) -> str:
    lines = [
        f"{word} {_place(result)} {message.message}"
        for result in results
        for word, messages in (("WARN", result.warnings), ("FAIL", result.failures), ("EXCP", result.exceptions))
        for message in messages
    ]
    return "\n".join([*lines, "", _totals(results)]) + "\n"


def as_json(results: Results) -> str:
    return json.dumps([_json_result(result) for result in results], indent="\t", ensure_ascii=False) + "\n"


def _json_result(result: ConftestResult) -> dict[str, JSONValue]:
    found: dict[str, JSONValue] = {
        "filename": "" if result.filename == "-" else result.filename,
        "namespace": result.namespace,
        "successes": result.successes,
    }
    for name, messages in (("warnings", result.warnings), ("failures", result.failures), ("exceptions", result.exceptions)):
        if messages:
            found[name] = [_json_message(message) for message in messages]
    return found


def _json_message(message: ConftestMessage) -> dict[str, JSONValue]:
    found: dict[str, JSONValue] = {"msg": message.message}
    place: dict[str, JSONValue] = {}
    if message.file:
        place["file"] = message.file
    if message.line is not None:
        place["line"] = message.line
    if place:
        found["loc"] = place
    if message.metadata:
        found["metadata"] = dict(message.metadata)
    return found


def tap(results: Results) -> str:
    return "".join(f"{line}\n" for result in results for line in _tap_lines(result))


def _tap_lines(result: ConftestResult) -> Iterator[str]:
    total = result.successes + len(result.failures) + len(result.warnings) + len(result.exceptions)
    if not total:
        return
    yield f"1..{total}"
    number = 0
    groups = (
        ("", "not ok", [message.message for message in result.failures]),
        ("# warnings", "not ok", [message.message for message in result.warnings]),
        ("# exceptions", "ok", [message.message for message in result.exceptions]),
        ("# successes", "ok", ["SUCCESS"] * result.successes),
    )
    for heading, verdict, messages in groups:
        if heading and messages:
            yield heading
        for message in messages:
            number += 1
            yield f"{verdict} {number} {_place(result)} {message}"


def github(results: Results) -> str:
    lines: list[str] = []
    for result in results:
        total = result.successes + len(result.failures) + len(result.warnings) + len(result.exceptions)
        lines.append(f'::group::Testing "{result.filename}" against {total} policies in namespace "{result.namespace}"')
        for level, messages in (("error", result.failures), ("warning", result.warnings), ("notice", result.exceptions)):
            lines += [_annotation(level, result.filename, message) for message in messages]
        lines += [f"::notice file={_escaped(result.filename)},line=1::Number of successful checks: {result.successes}", "::endgroup::"]
    return "".join(f"{line}\n" for line in [*lines, _totals(results)])


def _annotation(level: str, filename: str, message: ConftestMessage) -> str:
    text = message.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{level} file={_escaped(message.file or filename)},line={message.line or 1}::{text}"


def _escaped(value: str) -> str:
    """A property ends at a colon or a comma."""
    for char in "%\r\n:,":
        value = value.replace(char, f"%{ord(char):02X}")
    return value


OUTPUTS: Mapping[str, Callable[[Results], str]] = {"stdout": stdout, "json": as_json, "tap": tap, "github": github}
