"""An object and the structural schema of its kind in, what its CEL rules say out (`x-kubernetes-validations`).

Rules see the object as the API server stores it: defaults filled in, nulls pruned, fields whose names are no CEL identifiers
escaped (kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions, "Validation rules").
Rules about `oldSelf` are left out, as the API server leaves them out when it creates an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.records import dataclass
from checker.tools.cel import CelError, evaluate
from checker.tools.schema_words import pointer, spelled

RULES = "x-kubernetes-validations"
_RESERVED = frozenset(
    {
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function"),
        *("if", "import", "let", "loop", "package", "namespace", "return"),
    }
)
_OLD = re.compile(r"\boldSelf\b")
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\[(\d+)\]")
_DEEPEST = 100
_MOST_RULES = 2_000
"""Evaluations for one object: each entry of a list has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`failed` is False for a rule that could not be evaluated; `rule` is its expression, `value` what it judged."""

    message: str
    pointer: str
    rule: str
    failed: bool
    value: JSONValue = None


def has_rules(schema: object) -> bool:
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if sequence(node.get(RULES)):
                return True
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return False


def evaluate_rules(body: Mapping[str, JSONValue], schema: Mapping[str, Any]) -> Iterator[Told]:
    """What every rule that does not hold, or has no value here, says."""
    top = {**schema, "x-kubernetes-embedded-resource": True}
    for number, (path, value, rule) in enumerate(_rules(body, top, (), 0)):
        if number == _MOST_RULES:
            yield Told(message="too many rules for one object", pointer="", rule="", failed=False)
            return
        told = _judged(path, value, rule)
        if told is not None:
            yield told


def _judged(path: tuple[str | int, ...], value: Any, rule: Mapping[str, JSONValue]) -> Told | None:
    expression = text(rule.get("rule"))
    if not expression or _OLD.search(expression):
        return None
    try:
        if evaluate(expression, {"self": value}) is not False:
            return None
    except CelError as error:
        return Told(message=str(error), pointer=pointer(path), rule=expression, failed=False)
    at = (*path, *_steps(text(rule.get("fieldPath"))))
    said = _message(rule, value) or f"the rule {expression} does not hold"
    where = spelled(at)
    return Told(message=f"{where}: {said}" if where else said, pointer=pointer(at), rule=expression, failed=True, value=value)


def _message(rule: Mapping[str, JSONValue], value: Any) -> str:
    expression = text(rule.get("messageExpression"))
    if expression:
        try:
            made = evaluate(expression, {"self": value})
        except CelError:
            made = None
        if isinstance(made, str) and made.strip():
            return " ".join(made.split())[:300]
    return " ".join(text(rule.get("message")).split())[:300]


def _steps(path: str) -> Iterator[str | int]:
    for name, quoted, number in _STEP.findall(path):
        yield int(number) if number else name or quoted


def _rules(
    value: Any, schema: Mapping[str, Any], path: tuple[str | int, ...], depth: int
) -> Iterator[tuple[tuple[str | int, ...], Any, Any]]:
    """Every rule with the value it is about, outermost first."""
    own = [rule for rule in sequence(schema.get(RULES)) if isinstance(rule, Mapping)]
    if own:
        seen = view(value, schema)
        for rule in own:
            yield path, seen, rule
    if depth == _DEEPEST:
        return
    if isinstance(value, Mapping):
        properties, additional = mapping(schema.get("properties")), schema.get("additionalProperties")
        for key, item in value.items():
            below = properties.get(key, additional)
            if isinstance(below, Mapping) and item is not None:
                yield from _rules(item, below, (*path, key), depth + 1)
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for number, item in enumerate(value):
            yield from _rules(item, schema["items"], (*path, number), depth + 1)


def view(value: Any, schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value as rules see it."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return [view(item, schema["items"], depth + 1) for item in value]
    if not isinstance(value, Mapping):
        return value
    properties, additional = mapping(schema.get("properties")), schema.get("additionalProperties")
    if isinstance(additional, Mapping) and not properties:
        return {key: view(item, additional, depth + 1) for key, item in value.items()}
    whole = bool(schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-embedded-resource"))
    seen: dict[str, Any] = {key: item for key, item in value.items() if whole and key not in properties}
    for name, node in properties.items():
        below = mapping(node)
        item = value.get(name)
        if item is None and not (name in value and below.get("nullable") is True):
            item = below.get("default")
            if item is None:
                continue
        seen[escaped(name)] = view(item, below, depth + 1)
    return seen


def escaped(name: str) -> str:
    """A field's name as a CEL identifier."""
    if name in _RESERVED:
        return f"__{name}__"
    return name.replace("__", "__underscores__").replace(".", "__dot__").replace("-", "__dash__").replace("/", "__slash__")
