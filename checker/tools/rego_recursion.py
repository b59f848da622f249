"""Functions that call themselves, found in the source: OPA refuses them, our engine's process would die of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.model.records import dataclass
from checker.tools.rego_tokens import Token, dotted, is_call, matching, package_of, scan, statements

Function = tuple[str, str]
"""Package and name."""


@dataclass(frozen=True, slots=True)
class Recursion:
    path: str
    line: int
    name: str


def recursive_functions(modules: Sequence[tuple[str, str]]) -> tuple[Recursion, ...]:
    """For (path, text) of modules loaded together: each function that reaches itself, where it is defined."""
    places: dict[Function, tuple[str, int]] = {}
    calls: dict[Function, set[Function]] = {}
    for path, text in modules:
        for function, line, called in _functions(scan(text)):
            places.setdefault(function, (path, line))
            calls.setdefault(function, set()).update(called)
    looping = sorted(_on_cycles(calls))
    return tuple(Recursion(*places[function], function[1]) for function in looping)


def _functions(tokens: Sequence[Token]) -> Iterator[tuple[Function, int, set[Function]]]:
    package = package_of(tokens)
    aliases = dict(_imports(tokens))
    for start, following in statements(tokens):
        first = start + 1 if tokens[start].text == "default" else start
        opening = is_call(tokens, first, following)
        if opening != first + 1:
            continue
        called = {_resolved(name, package, aliases) for name in _calls(tokens, matching(tokens, opening) + 1, following)}
        yield (package, tokens[first].text), tokens[first].line, called


def _calls(tokens: Sequence[Token], start: int, stop: int) -> Iterator[str]:
    for index in range(start, stop):
        if tokens[index].kind == "name" and tokens[index - 1].text != ".":
            opening = is_call(tokens, index, stop)
            if opening is not None:
                yield "".join(token.text for token in tokens[index:opening])


def _imports(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for index, token in enumerate(tokens[:-1]):
        if token.text == "import" and token.kind == "name":
            name, after = dotted(tokens, index + 1)
            renamed = after + 1 < len(tokens) and tokens[after].text == "as"
            yield (tokens[after + 1].text if renamed else name.rpartition(".")[2]), name.removeprefix("data.")


def _resolved(name: str, package: str, aliases: dict[str, str]) -> Function:
    first, _, rest = name.partition(".")
    if first == "data":
        full = rest
    elif first in aliases:
        full = f"{aliases[first]}.{rest}" if rest else aliases[first]
    else:
        full = f"{package}.{name}"
    where, _, function = full.rpartition(".")
    return where, function


def _on_cycles(calls: dict[Function, set[Function]]) -> set[Function]:
    """Functions on a cycle, or between two: what is left when those that call nothing, and those that nothing calls, are taken away."""
    left = {function: {called for called in wanted if called in calls} for function, wanted in calls.items()}
    for direction in (left, _turned(left)):
        _trim(direction, left)
    return set(left)


def _turned(calls: dict[Function, set[Function]]) -> dict[Function, set[Function]]:
    callers: dict[Function, set[Function]] = {function: set() for function in calls}
    for function, wanted in calls.items():
        for called in wanted:
            callers[called].add(function)
    return callers


def _trim(calls: dict[Function, set[Function]], left: dict[Function, set[Function]]) -> None:
    """Take from `left` every function from which `calls` leads to an end."""
    callers = _turned(calls)
    open_calls = {function: len(wanted) for function, wanted in calls.items()}
    ended = [function for function, number in open_calls.items() if not number]
    while ended:
        function = ended.pop()
        left.pop(function, None)
        for caller in callers[function]:
            open_calls[caller] -= 1
            if not open_calls[caller]:
                ended.append(caller)
