"""A conftest run as conftest prints it: the formats that are one document (json, junit, sarif, table), and the list of all of them.

The shapes are those of conftest 0.71. Where conftest names itself and its Go version, the program that ran is named.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import quote

from checker.evaluate.conftest import ConftestMessage, ConftestResult
from checker.evaluate.conftest_output import LINES, Results, Shown, exit_code
from checker.model.objects import JSONValue

_SARIF = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json"
_DESCRIPTIONS = {
    "deny": "Policy violation",
    "warn": "Policy warning",
    "allow": "Policy exception",
    "success": "Policy was satisfied successfully",
    "skip": "Policy check was skipped",
}


def _go(text: str) -> str:
    """What Go's JSON escapes beside what all do."""
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def as_json(results: Results, _: Shown) -> str:
    if not results:
        return "null\n"
    return _go(json.dumps([_json_result(result) for result in results], indent="\t", ensure_ascii=False)) + "\n"


def _json_result(result: ConftestResult) -> dict[str, JSONValue]:
    found: dict[str, JSONValue] = {
        "filename": "" if result.filename == "-" else result.filename,
        "namespace": result.namespace,
        "successes": result.successes,
    }
    groups = (
        ("skipped", result.skipped),
        ("warnings", result.warnings),
        ("failures", result.failures),
        ("exceptions", result.exceptions),
    )
    for name, messages in groups:
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
        found["metadata"] = _sorted(dict(message.metadata))
    return found


def _sorted(value: JSONValue) -> JSONValue:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def junit(results: Results, shown: Shown) -> str:
    """A suite a namespace; exceptions are not in it."""
    suites: dict[str, list[str]] = {}
    failures: dict[str, int] = {}
    for result in results:
        suites.setdefault(result.namespace, []).extend(_cases(result, shown))
        failures[result.namespace] = failures.get(result.namespace, 0) + len(result.warnings) + len(result.failures)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>" if any(suites.values()) else "<testsuites></testsuites>"]
    for namespace, cases in suites.items():
        if cases:
            tests = sum(case.startswith("\t\t<testcase") for case in cases)
            lines += [
                f'\t<testsuite tests="{tests}" failures="{failures[namespace]}" time="0.000" name="conftest.{_xml(namespace)}">',
                "\t\t<properties>",
                f'\t\t\t<property name="gitops-check.version" value="{shown.version}"></property>',
                "\t\t</properties>",
                *cases,
                "\t</testsuite>",
            ]
    if any(suites.values()):
        lines.append("</testsuites>")
    return "".join(f"{line}\n" for line in lines)


def _cases(result: ConftestResult, shown: Shown) -> Iterator[str]:
    classname = _xml(f"conftest.{result.namespace}".rpartition("/")[2])

    def opened(message: str) -> str:
        first = message.partition("\n")[0]
        name = result.filename if shown.junit_hide_message or not message else f"{result.filename} - {first}"
        return f'\t\t<testcase classname="{classname}" name="{_xml(name)}" time="0.000">'

    for message in (*result.warnings, *result.failures):
        yield opened(message.message)
        yield f'\t\t\t<failure message="Failed" type="">{_xml(message.message)}</failure>'
        yield "\t\t</testcase>"
    for message in result.skipped:
        yield opened(message.message)
        yield f'\t\t\t<skipped message="{_xml(message.message)}"></skipped>'
        yield "\t\t</testcase>"
    for _ in range(result.successes):
        yield f"{opened('')}</testcase>"


_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}


def _xml(text: str) -> str:
    return "".join(_XML.get(char, char if char >= " " and char not in "\ufffe\uffff" else "\ufffd") for char in text)


def table(results: Results, _: Shown) -> str:
    rows = [row for result in results for row in _rows(result)]
    if not rows:
        return ""
    titles = ("RESULT", "FILE", "NAMESPACE", "MESSAGE")
    cells = [[[line.strip() for line in cell.strip().split("\n")] for cell in row] for row in rows]
    widths = [max(_width(title), *(_width(line) for row in cells for line in row[column])) + 2 for column, title in enumerate(titles)]
    lines = [_ruled("┌┬┐", widths), _line([_centred(title, width) for title, width in zip(titles, widths, strict=True)])]
    lines.append(_ruled("├┼┤", widths))
    for row in cells:
        for number in range(max(len(cell) for cell in row)):
            texts = [cell[number] if number < len(cell) else "" for cell in row]
            lines.append(_line([f" {text}{' ' * (width - 1 - _width(text))}" for text, width in zip(texts, widths, strict=True)]))
    return "".join(f"{line}\n" for line in [*lines, _ruled("└┴┘", widths)])


def _rows(result: ConftestResult) -> Iterator[tuple[str, str, str, str]]:
    file, namespace = result.filename, result.namespace
    yield from [("success", file, namespace, "SUCCESS")] * result.successes
    groups = (
        ("exception", result.exceptions),
        ("warning", result.warnings),
        ("skipped", result.skipped),
        ("failure", result.failures),
    )
    for word, messages in groups:
        yield from ((word, file, namespace, message.message) for message in messages)


def _ruled(corners: str, widths: Sequence[int]) -> str:
    return corners[0] + corners[1].join("─" * width for width in widths) + corners[2]


def _line(cells: Sequence[str]) -> str:
    return f"│{'│'.join(cells)}│"


def _centred(text: str, width: int) -> str:
    left = (width - len(text)) // 2
    return f"{' ' * left}{text}{' ' * (width - len(text) - left)}"


def _width(text: str) -> int:
    """Columns on a terminal."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def sarif(results: Results, shown: Shown) -> str:
    rules: dict[str, dict[str, JSONValue]] = {}
    found: list[JSONValue] = []
    for result in results:
        for kind, level, message in _sarif_results(result):
            rule = f"{result.namespace}/{kind}"
            rules.setdefault(rule, _sarif_rule(rule, kind, message))
            found.append(
                {
                    "ruleId": rule,
                    "ruleIndex": list(rules).index(rule),
                    "level": level,
                    "message": {"text": message.message},
                    "locations": [{"physicalLocation": _sarif_place(result.filename, message)}],
                }
            )
    failed, warned = exit_code(results), any(result.warnings for result in results)
    said = "Policy violations found" if failed else "Policy warnings found" if warned else "No policy violations found"
    driver: dict[str, JSONValue] = {"name": "gitops-check", "rules": list(rules.values()), "version": shown.version}
    run: dict[str, JSONValue] = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "exitCode": failed, "exitCodeDescription": said}],
        "results": found,
    }
    return _go(json.dumps({"version": "2.1.0", "$schema": _SARIF, "runs": [run]}, ensure_ascii=False, separators=(",", ":")))


def _sarif_results(result: ConftestResult) -> Iterator[tuple[str, str, ConftestMessage]]:
    yield from (("deny", "error", message) for message in result.failures)
    yield from (("warn", "warning", message) for message in result.warnings)
    yield from (("allow", "note", message) for message in result.exceptions)
    if not result.failures and not result.warnings:
        kind = "success" if result.successes or result.exceptions else "skip"
        text = _DESCRIPTIONS[kind]
        yield kind, "none", ConftestMessage(message=text, query="", metadata={"description": text})


def _sarif_rule(rule: str, kind: str, message: ConftestMessage) -> dict[str, JSONValue]:
    found: dict[str, JSONValue] = {"id": rule, "shortDescription": {"text": _DESCRIPTIONS[kind]}}
    if message.metadata:
        found["properties"] = _sorted(dict(message.metadata))
    return found


def _sarif_place(filename: str, message: ConftestMessage) -> dict[str, JSONValue]:
    if not message.file and message.line is None:
        return {"artifactLocation": {"uri": _uri(filename)}}
    line = message.line or 0
    return {"artifactLocation": {"uri": _uri(message.file)}, "region": {"startLine": line, "endLine": line}}


def _uri(path: str) -> str:
    return quote(path.replace("\\", "/"), safe="/!$&'()*+,;=:@")


OUTPUTS: Mapping[str, Callable[[Results, Shown], str]] = {
    "stdout": LINES["stdout"],
    "json": as_json,
    "tap": LINES["tap"],
    "table": table,
    "junit": junit,
    "github": LINES["github"],
    "azuredevops": LINES["azuredevops"],
    "sarif": sarif,
}
"""By conftest's names."""
