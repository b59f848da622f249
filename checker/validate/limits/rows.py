"""Tables of what the API server asks of single fields, held against a body: (path, rule) rows in, remarks out.

A path is written `spec.rules[].host`. A rule is a function of the value found there that says what is wrong with it:
nothing, a sentence about the value, or a `Fault` about something in it. A row speaks only where its field is present.
"""

from __future__ import annotations

from checker.model.patterns import pattern
from checker.model.records import NamedTuple
from checker.tools.schema_accept import NOTHING, Asked, Quick
from checker.tools.schema_words import nearest, pointer, quoted, spelled
from checker.validate.findings import Remark
from checker.validate.names import holds_open_text, name_fault
from checker.validate.values import amount as amount_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from checker.validate.options import ValidateOptions


class Fault(NamedTuple):
    """`below` leads from the value to what is meant; `missing` names a field that has to be there."""

    said: str = ""
    below: tuple[str | int, ...] = ()
    missing: str = ""
    rule: str = "invalid-value"


Rule: TypeAlias = "Callable[[Any], str | Fault | None]"


def compiled(rows: Iterable[tuple[str, Rule]]) -> Asked:
    """The rows as a tree, so that only fields that are present are looked at."""
    tree: dict[str, Any] = {}
    for path, rule in rows:
        at = tree
        for step in path.replace("[]", ".[]").split(".") if path else ():
            at = at.setdefault(step, {})
        at.setdefault("", []).append(rule if isinstance(rule, Quick) else Quick(rule))
    return _node(tree)


def _node(tree: Mapping[str, Any]) -> Asked:
    below = {step: _node(inner) for step, inner in tree.items() if step}
    entries = below.pop("[]", None)
    return Asked(rules=tuple(tree.get("", ())), below=below, entries=entries)


def placed(asked: Asked, path: Sequence[str]) -> Asked:
    """The same, asked of what lies at the end of a path of fields."""
    return Asked(below={path[0]: placed(asked, path[1:])}) if path else asked


def both(one: Asked, other: Asked) -> Asked:
    below = {name: both(one.below.get(name, NOTHING), other.below.get(name, NOTHING)) for name in {**one.below, **other.below}}
    entries = both(one.entries or NOTHING, other.entries or NOTHING) if one.entries or other.entries else None
    return one if other is NOTHING else other if one is NOTHING else Asked((*one.rules, *other.rules), below, entries)


def remarks_of(asked: Asked, value: Any, options: ValidateOptions) -> Iterator[Remark]:
    """What the rows say of a body."""
    return _held(asked, value, (), options)


def _held(asked: Asked, value: Any, path: tuple[str | int, ...], options: ValidateOptions) -> Iterator[Remark]:
    for rule in asked.rules:
        fault = rule(value)
        if fault and not holds_open_text(value, options):
            yield _remark(fault if isinstance(fault, Fault) else Fault(str(fault)), path)
    if asked.entries is not None:
        for number, item in enumerate(value) if isinstance(value, list) else ():
            yield from _held(asked.entries, item, (*path, number), options)
    elif asked.below and isinstance(value, dict):
        for key, item in value.items():
            if key in asked.below:
                yield from _held(asked.below[key], item, (*path, key), options)


def _remark(fault: Fault, path: tuple[str | int, ...]) -> Remark:
    at = (*path, *fault.below)
    if fault.missing:
        return Remark(
            rule="missing-field", message=f"{spelled((*at, fault.missing))} is required and missing", pointer=pointer(at), key=bool(at)
        )
    return Remark(rule=fault.rule, message=f"{spelled(at)}: {fault.said}", pointer=pointer(at))


def one_of(*allowed: str) -> Rule:
    """Empty text is unset."""

    def rule(value: Any) -> str:
        if not value or not isinstance(value, str) or value in allowed:
            return ""
        near = nearest(value, allowed)
        return f"{quoted(value)} is not one of {', '.join(allowed)}" + (f"; did you mean {near}?" if near else "")

    return Quick(rule, frozenset(allowed).__contains__)


def between(least: int, most: int | None = None) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, int) or isinstance(value, bool) or (value >= least and (most is None or value <= most)):
            return ""
        return f"{value} is less than {least}" if value < least else f"{value} is more than {most}"

    return Quick(rule, lambda value: type(value) is int and least <= value and (most is None or value <= most))


def named(style: str) -> Rule:
    def rule(value: Any) -> str:
        return f"{quoted(value)} {fault}" if isinstance(value, str) and value and (fault := name_fault(value, style)) else ""

    return Quick(rule, lambda value: not name_fault(value, style))


def _filled(value: Any) -> str:
    """What null is, the schema says."""
    return "may not be empty" if value in ("", [], {}) else ""


filled = Quick(_filled, bool)
given = Quick(lambda value: "may not be empty" if value is None else _filled(value), bool)
"""As `filled`, and not null where the schema allows it."""


def requires(*names: str) -> Rule:
    """A mapping, or nothing, with each of the fields, and something in them."""

    def rule(value: Any) -> Fault | None:
        given = value if isinstance(value, dict) else {}
        for name in names:
            if given.get(name) in (None, "", [], {}):
                return Fault(missing=name) if value is None or isinstance(value, dict) else None
        return None

    return Quick(rule, lambda value: all(map(value.get, names)))


def exactly_one(*names: str) -> Rule:
    """Of the fields that exclude each other."""
    known = frozenset(names)

    def rule(value: Any) -> str:
        given = _given(value, known) if isinstance(value, dict) else None
        if given is None or len(given) == 1:
            return ""
        return _excluding(names, given) if given else f"needs one of {', '.join(names)}"

    return Quick(rule, lambda value: len(value) == 1 and all(name in known and value[name] is not None for name in value))


def at_most_one(*names: str) -> Rule:
    known = frozenset(names)

    def rule(value: Any) -> str:
        given = _given(value, known) if isinstance(value, dict) else ()
        return _excluding(names, given) if len(given) > 1 else ""

    return Quick(rule, lambda value: len(known & value.keys()) < 2)


def _given(value: Mapping[str, Any], known: Container[str]) -> Collection[str]:
    """The fields of a mapping that are among those known, and not null."""
    return [name for name in value if name in known and value[name] is not None]


def _excluding(names: Iterable[str], given: Container[str]) -> str:
    return f"{' and '.join(name for name in names if name in given)} exclude each other"


def without_gaps(value: Any) -> Fault | None:
    """A list of mappings: an entry with nothing in it is read as an empty mapping, and that is refused."""
    if isinstance(value, list) and None in value:
        return Fault("is empty; write its fields, or remove the dash", (value.index(None),))
    return None


def needs_one_of(*names: str) -> Rule:
    def rule(value: Any) -> str:
        none = not value or (isinstance(value, dict) and all(value.get(name) in (None, [], {}) for name in names))
        return f"needs one of {', '.join(names)}" if none else ""

    return Quick(rule, lambda value: any(map(value.get, names)))


def spelt(is_good: Callable[[str], object], said: str) -> Rule:
    """A text of which that is true."""

    def rule(value: Any) -> str:
        return "" if not isinstance(value, str) or is_good(value) else f"{quoted(value)} {said}"

    return Quick(rule, is_good)


def matches(expression: str, said: str) -> Rule:
    """`spelt` for what is rare or long to say without an expression: the first text compiles it."""
    known = pattern(expression)
    return spelt(lambda value: known.fullmatch(value), said)  # noqa: PLW0108 - compiled at the first value


def unique(name: str) -> Rule:
    """Entries of a list by one of their fields; those without it are another rule's."""

    def rule(value: Any) -> Fault | None:
        seen: set[object] = set()
        for number, item in enumerate(value if isinstance(value, list) else ()):
            given = item.get(name) if isinstance(item, dict) else None
            if isinstance(given, str | int) and given:
                if given in seen:
                    said = quoted(given) if isinstance(given, str) else str(given)
                    return Fault(f"{said} is there twice", (number, name), rule="duplicate-item")
                seen.add(given)
        return None

    return Quick(rule, lambda value: len(value) < 2)


def amount(value: Any) -> str:
    """A quantity that is not negative."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    number = amount_of(value)
    return (
        f"{quoted(str(value))} is no quantity, such as 500m, 1.5 or 128Mi"
        if number is None
        else f"{value} is less than 0"
        if number < 0
        else ""
    )


def positive(value: Any) -> str:
    """A quantity of something; what is none is told by another check."""
    number = amount_of(value)
    return f"{value} is not more than 0" if number is not None and number <= 0 else ""


def version_names(value: Any) -> str | Fault | None:
    """Names of API versions, the most wanted first."""
    seen: list[str] = []
    for number, name in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(name, str):
            return None
        if fault := name_fault(name, "label-1035"):
            return Fault(f"{quoted(name)} {fault}", (number,))
        if name in seen:
            return Fault(f"{name} is there twice", (number,), rule="duplicate-item")
        seen.append(name)
    return "needs v1 or v1beta1, which the API server sends" if seen and not {"v1", "v1beta1"}.intersection(seen) else None


def encoded(value: Any) -> str:
    """Bytes, written in base64."""
    from binascii import Error, a2b_base64

    try:
        a2b_base64(value.replace("\n", "").replace("\r", ""), strict_mode=True) if isinstance(value, str) and value else b""
    except (Error, ValueError):
        return "the value is not base64"
    return ""


def address(value: Any) -> str:
    return "" if not isinstance(value, str) or _network(value, host=True) else f"{quoted(value)} is no IP address"


def cidr(value: Any) -> str:
    held = not isinstance(value, str) or ("/" in value and _network(value, host=False))
    return "" if held else f"{quoted(value)} is no range of addresses such as 10.0.0.0/8"


def _network(value: str, *, host: bool) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        ip_address(value) if host else ip_network(value.strip(), strict=False)
    except ValueError:
        return False
    return True
