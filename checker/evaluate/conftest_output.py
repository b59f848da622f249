"""A conftest run as conftest prints it, for scripts that read its output: the formats made of lines. Others in `conftest_documents`.

The shapes are those of conftest 0.71, with two differences: the line breaks of a message are escaped where a runner would
read the next line as a command of its own, and colour is only for a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from checker.evaluate.conftest import ConftestMessage, ConftestResult
from checker.model.records import dataclass

Results = Sequence[ConftestResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a run is printed. `skipped` counts the tests that are still to be written, as only `--verify` does."""

    color: bool = False
    suppress_exceptions: bool = False
    skipped: bool = False
    junit_hide_message: bool = False
    github_hide_passed: bool = False
    version: str = ""


def exit_code(results: Results, *, fail_on_warn: bool = False) -> int:
    """1 with a failure; with `fail_on_warn` 1 with a warning and 2 with a failure."""
    failed, warned = any(result.failures for result in results), any(result.warnings for result in results)
    if fail_on_warn:
        return 2 if failed else int(warned)
    return int(failed)


def total(result: ConftestResult) -> int:
    return result.successes + len(result.failures) + len(result.warnings) + len(result.exceptions) + len(result.skipped)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _totals(results: Results) -> str:
    failures = sum(len(result.failures) for result in results)
    warnings = sum(len(result.warnings) for result in results)
    exceptions = sum(len(result.exceptions) for result in results)
    successes = sum(result.successes for result in results)
    tests = sum(total(result) for result in results)
    parts = (_count(tests, "test"), f"{successes} passed", _count(warnings, "warning"), _count(failures, "failure"))
    return ", ".join((*parts, _count(exceptions, "exception")))


def _place(result: ConftestResult) -> str:
    file = "-" if result.filename == "-" else f"- {result.filename}"
    return f"{file} - {result.namespace} -" if result.namespace else f"{file} -  -"


_COLORS = {"WARN": 33, "FAIL": 31, "EXCP": 36, "PRNT ": 34}


def stdout(results: Results, shown: Shown) -> str:
    def painted(text: str, color: int) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if shown.color else text

    lines = [f"{painted('PRNT ', _COLORS['PRNT '])}  {line}\n" for result in results for line in result.prints]
    for result in results:
        groups = [("WARN", result.warnings), ("FAIL", result.failures)]
        if not shown.suppress_exceptions:
            groups.append(("EXCP", result.exceptions))
        for word, messages in groups:
            lines += [f"{painted(word, _COLORS[word])} {_place(result)} {message.message}" for message in messages]
    summary = _totals(results)
    if shown.skipped:
        summary += f", {sum(len(result.skipped) for result in results)} skipped"
    return "\n".join([*lines, "", painted(summary, _summary_color(results))]) + "\n"


def _summary_color(results: Results) -> int:
    if any(result.failures for result in results):
        return 31
    if any(result.warnings for result in results):
        return 33
    return 36 if any(result.exceptions for result in results) else 32


def tap(results: Results, _: Shown) -> str:
    """One plan for all files, numbered through."""
    tests = sum(total(result) for result in results)
    lines = [f"1..{tests}"] if tests else []
    number = 0
    for result in results:
        groups = (
            ("", "not ok", [message.message for message in result.failures]),
            ("# warnings", "not ok", [message.message for message in result.warnings]),
            ("# exceptions", "ok", [message.message for message in result.exceptions]),
            ("# skip", "ok", [message.message for message in result.skipped]),
            ("# successes", "ok", ["SUCCESS"] * result.successes),
        )
        for heading, verdict, messages in groups:
            if heading and messages:
                lines.append(heading)
            lines += [f"{verdict} {number + index} {_place(result)} {message}" for index, message in enumerate(messages, 1)]
            number += len(messages)
    return "".join(f"{line}\n" for line in lines)


def github(results: Results, shown: Shown) -> str:
    lines: list[str] = []
    for result in results:
        if shown.github_hide_passed and total(result) == result.successes:
            continue
        lines.append(f'::group::Testing "{result.filename}" against {total(result)} policies in namespace "{result.namespace}"')
        for level, messages in (("error", result.failures), ("warning", result.warnings), ("notice", result.exceptions)):
            lines += [line for message in messages for line in _annotations(level, result.filename, message)]
        for message in result.skipped:
            lines += _annotations("notice", result.filename, message, "Test was skipped: ")
        lines += [f"::notice file={_escaped(result.filename)},line=1::Number of successful checks: {result.successes}", "::endgroup::"]
    return "".join(f"{line}\n" for line in [*lines, _totals(results)])


def _annotations(level: str, filename: str, message: ConftestMessage, before: str = "") -> Iterator[str]:
    """At the place that the policy names, and where that is another file at the tested file too."""
    text = before + one_line(message.message)
    line = "" if message.line is None else str(message.line)
    placed = bool(message.file or line)
    if placed:
        yield f"::{level} file={_escaped(message.file)},line={line}::{text}"
        text = f"(ORIGINATING FROM {one_line(message.file)} L{line}) {text}"
    if not placed or message.file != filename:
        yield f"::{level} file={_escaped(filename)},line=1::{text}"


def one_line(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A") if "\n" in text or "\r" in text else text


def _escaped(value: str) -> str:
    """A property ends at a colon or a comma."""
    for char in "%\r\n:,":
        value = value.replace(char, f"%{ord(char):02X}")
    return value


def azuredevops(results: Results, _: Shown) -> str:
    lines: list[str] = []
    for result in results:
        lines.append(f"##[section]Testing '{result.filename}' against {total(result)} policies in namespace '{result.namespace}'")
        lines.append("##[group]See conftest results")
        for level, messages in (("error", result.failures), ("warning", result.warnings), ("warning", result.exceptions)):
            lines += [f"##vso[task.logissue type={level}] file={result.filename} --> {one_line(message.message)}" for message in messages]
        lines += [f"skipped file={result.filename} {one_line(message.message)}" for message in result.skipped]
        if result.successes:
            lines.append(f"success file={result.filename} {result.successes}")
        lines.append("##[endgroup]")
    return "".join(f"{line}\n" for line in [*lines, _totals(results)])


LINES: Mapping[str, Callable[[Results, Shown], str]] = {"stdout": stdout, "tap": tap, "github": github, "azuredevops": azuredevops}
