"""Values of deny rules to violations, as conftest reads them.

A set or list counts, anything else is no violation; a text is the message; an object needs a text `msg` and its other
keys are metadata, of which `_loc`, `pointer` and `path` place the finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.objects import JSONValue, mapping, text
from checker.model.records import dataclass, field

FAILURE = re.compile(r"^(deny|violation)(_[a-zA-Z0-9]+)*$")
WARNING = re.compile(r"^warn(_[a-zA-Z0-9]+)*$")
_SEGMENT = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    message: str
    pointer: str = ""
    file: str = ""
    line: int | None = None
    metadata: dict[str, JSONValue] = field(default_factory=dict)


class MalformedResultError(ValueError):
    """A result that conftest refuses."""


def is_rule(name: str) -> bool:
    return bool(FAILURE.match(name) or WARNING.match(name))


def excepted_name(rule: str) -> str:
    """What an `exception` rule calls this rule: its name without deny_, violation_ or warn_; bare rules are the empty text."""
    if rule in _PREFIXES:
        return ""
    for prefix in _PREFIXES:
        rule = rule.removeprefix(f"{prefix}_")
    return rule


_PREFIXES = ("violation", "deny", "warn")
"""In the order in which conftest takes them off, each once."""


def violations(value: JSONValue) -> Iterator[Violation]:
    """Elements that say something: an empty message has passed. Raises MalformedResultError for an object without a text `msg`."""
    return (element for element in elements(value) if element.message)


def elements(value: JSONValue) -> Iterator[Violation]:
    if not isinstance(value, list):
        return
    for element in value:
        if isinstance(element, str):
            yield Violation(message=element)
        elif isinstance(element, dict):
            yield _violation(element)


def _violation(element: dict[str, JSONValue]) -> Violation:
    message = element.get("msg")
    if not isinstance(message, str):
        raise MalformedResultError('its result has no "msg" that is a text; give every object of the rule a msg')
    place = mapping(element.get("_loc"))
    line = place.get("line")
    return Violation(
        message=message,
        pointer=_pointer(element),
        file=text(place.get("file")),
        line=line if isinstance(line, int) and line > 0 else None,
        metadata={key: value for key, value in element.items() if key not in ("msg", "_loc")},
    )


def _pointer(element: dict[str, JSONValue]) -> str:
    """`pointer` is a JSON pointer; `path` (or `field`) one, or dotted as people write it: spec.containers[0].image."""
    for source in (element, mapping(element.get("details"))):
        for key in ("pointer", "path", "field"):
            value = source.get(key)
            if isinstance(value, str) and value:
                return value if value.startswith("/") else dotted(value)
            if isinstance(value, list) and value and all(isinstance(part, (str, int)) for part in value):
                return "".join(f"/{escaped(str(part))}" for part in value)
    return ""


def dotted(path: str) -> str:
    """`spec.containers[0].image` as a JSON pointer, empty where it does not look like a path into an object."""
    if not re.fullmatch(r"[A-Za-z_$][^\s,:]*", path):
        return ""
    return "".join(f"/{escaped(name or index)}" for name, index in _SEGMENT.findall(path))


def escaped(segment: str) -> str:
    return segment.replace("~", "~0").replace("/", "~1")
