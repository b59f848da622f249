"""Which field a violation is about, where its author did not say: the one without which the policy no longer says it.

From the top down, each part of the object is left out in turn and the policy asked again; where exactly one part makes
the message vanish, the search goes on inside of it. What identifies the object is never left out, nor is
the name by which the message calls a container. Only for findings, a limited number of them, one engine call a level for all
of them together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from checker.evaluate.results import MalformedResultError, escaped, violations
from checker.model.objects import JSONValue
from checker.model.records import dataclass
from checker.tools.rego import Answer, RegoEngine, Request
from checker.tools.schema_words import value_at

MAX_CASES = 100
MAX_CHILDREN = 60
MAX_DEPTH = 10
_IDENTITY = frozenset({"/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"})


@dataclass(frozen=True, slots=True)
class Case:
    """A message that a rule (by its position in an engine group) says of an object. `wrap` makes the engine's input of a body."""

    body: Mapping[str, JSONValue]
    message: str
    group: int
    rule: int
    context: str
    wrap: Callable[[str], str]


def pinpoint(engine: RegoEngine, cases: Sequence[Case]) -> list[str]:
    """A JSON pointer for each case, empty where no single field decides."""
    found = [""] * len(cases)
    going = list(range(min(len(cases), MAX_CASES)))
    for _ in range(MAX_DEPTH):
        tries = [(number, pointer) for number in going for pointer in _children(cases[number], found[number])]
        if not tries:
            break
        answers = engine.evaluate([_request(cases[number], pointer) for number, pointer in tries])
        vanished: dict[int, list[str]] = {}
        for (number, pointer), answer in zip(tries, answers, strict=True):
            if not _says(answer, cases[number]):
                vanished.setdefault(number, []).append(pointer)
        going = []
        for number, pointers in vanished.items():
            decided = _decided(pointers)
            if decided:
                found[number] = decided
                going.append(number)
    return found


def _decided(pointers: list[str]) -> str:
    """The only one; or the only one outside of metadata, by which policies choose what they look at."""
    chosen = pointers if len(pointers) == 1 else [pointer for pointer in pointers if pointer != "/metadata"]
    return chosen[0] if len(chosen) == 1 else ""


def _children(case: Case, pointer: str) -> list[str]:
    value = value_at(case.body, pointer)
    keys: Iterator[str] = iter(())
    if isinstance(value, dict):
        keys = iter(value)
    elif isinstance(value, list):
        keys = (str(index) for index in range(len(value)))
    below = [f"{pointer}/{escaped(key)}" for key in keys]
    if len(below) > MAX_CHILDREN:
        return []
    return [child for child in below if child not in _IDENTITY and not _only_told(case, child)]


def _only_told(case: Case, pointer: str) -> bool:
    """The name of a list's item that the message repeats: without it there is another message, whatever is wrong with the item."""
    item, _, key = pointer.rpartition("/")
    if key != "name" or not isinstance(value_at(case.body, item.rpartition("/")[0]), list):
        return False
    name = value_at(case.body, pointer)
    return isinstance(name, str) and name in case.message


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _without(value: object, parts: Sequence[str]) -> object:
    """A copy without the part; what is not on the way is shared."""
    key, rest = parts[0], parts[1:]
    if isinstance(value, list):
        index = int(key)
        return [*value[:index], *([_without(value[index], rest)] if rest else []), *value[index + 1 :]]
    assert isinstance(value, Mapping)
    kept = {name: item for name, item in value.items() if name != key}
    return {**kept, key: _without(value[key], rest)} if rest else kept


def _request(case: Case, pointer: str) -> Request:
    body = json.dumps(_without(case.body, _parts(pointer)))
    return Request(group=case.group, input=case.wrap(body), context=case.context)


def _says(answer: Answer, case: Case) -> bool:
    """An answer that is no answer decides nothing."""
    if answer.failure or case.rule in answer.errors:
        return True
    try:
        return any(violation.message == case.message for violation in violations(answer.values.get(case.rule)))
    except MalformedResultError:
        return True
