"""Values of single fields that the published schemas leave open: enumerations, port ranges, quantities, names of ports.

The OpenAPI documents give these fields as plain text or numbers; what they may be is in the API reference of each field.
"""

from __future__ import annotations

from checker.model.cached import cache
from checker.model.findings import Severity
from checker.model.patterns import pattern
from checker.tools.schema_words import nearest, pointer, quoted, spelled
from checker.validate.findings import Remark
from checker.validate.names import is_label, open_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from checker.model.objects import JSONValue
    from checker.validate.options import ValidateOptions

Path = tuple[str | int, ...]
_DIGITS = "0123456789"
_WITH_UNIT = pattern(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]+)")
_MULTIPLES = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}

ENUMERATIONS: dict[str, tuple[str, ...]] = {
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "pathType": ("Exact", "ImplementationSpecific", "Prefix"),
    "protocol": ("SCTP", "TCP", "UDP"),
    "restartPolicy": ("Always", "Never", "OnFailure"),
    "terminationMessagePolicy": ("FallbackToLogsOnError", "File"),
}


def one_of(value: JSONValue, name: str, path: Path, options: ValidateOptions) -> Iterator[Remark]:
    """`name` of the enumeration; values of other types are for the schema to judge, and empty text is unset."""
    allowed = ENUMERATIONS[name]
    if not value or not isinstance(value, str) or value in allowed or open_text(value, options):
        return
    near = nearest(value, allowed)
    hint = f"; did you mean {near}?" if near is not None else ""
    yield Remark(
        rule="invalid-value", message=f"{spelled(path)}: {quoted(value)} is not one of {', '.join(allowed)}{hint}", pointer=pointer(path)
    )


def is_port(value: JSONValue) -> bool:
    """Surely one: what is not may be of a type that the schema judges."""
    return type(value) is int and 0 < value < 65536


def is_port_or_name(value: JSONValue) -> bool:
    """As `is_port`, by number or by name."""
    return _is_port_name(value) if type(value) is str else is_port(value)


@cache
def _is_port_name(value: str) -> bool:
    return len(value) <= 15 and is_label(value) and "--" not in value and value.strip(f"{_DIGITS}-") != ""


def port(value: JSONValue, path: Path) -> Iterator[Remark]:
    if isinstance(value, int) and not isinstance(value, bool) and not 1 <= value <= 65535:
        yield Remark(rule="invalid-value", message=f"{spelled(path)}: {value} is no port; 1 to 65535 are", pointer=pointer(path))


def port_or_name(value: JSONValue, path: Path, options: ValidateOptions) -> Iterator[Remark]:
    if isinstance(value, str):
        yield from port_name(value, path, options)
    else:
        yield from port(value, path)


def port_name(value: JSONValue, path: Path, options: ValidateOptions) -> Iterator[Remark]:
    if isinstance(value, str) and value and not _is_port_name(value) and not open_text(value, options):
        if value.isdigit():
            fault = "is text, so it is looked up as the name of a port; write the number without quotes"
        else:
            fault = "is no port name: at most 15 lower-case letters, digits and -, one letter at the least"
        yield Remark(rule="invalid-value", message=f"{spelled(path)}: {quoted(value)} {fault}", pointer=pointer(path))


def quantity(value: JSONValue, path: Path, options: ValidateOptions) -> Iterator[Remark]:
    if isinstance(value, str) and _amount(value) is None and not open_text(value, options):
        near = _meant(value)
        hint = f"; did you mean {near}?" if near else ", such as 500m, 1.5 or 128Mi"
        yield Remark(rule="invalid-value", message=f"{spelled(path)}: {quoted(value)} is no quantity{hint}", pointer=pointer(path))


def _meant(value: str) -> str:
    """A quantity written with bytes, a blank or the wrong case: 128MB, 1 Gi, 64mi."""
    match = _WITH_UNIT.fullmatch(value)
    if not match:
        return ""
    unit = match[2].removesuffix("B").removesuffix("b").removesuffix("yte").removesuffix("ytes")
    known = {"ki": "Ki", "mi": "Mi", "gi": "Gi", "ti": "Ti", "k": "k", "m": "M", "g": "G", "t": "T", "": ""}.get(unit.lower())
    return "" if known is None else match[1] + known


def amount(value: object) -> float | None:
    """A quantity as a number, None for what is none."""
    if isinstance(value, str):
        return _amount(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@cache
def _amount(value: str) -> float | None:
    value = value.strip()
    unit = _unsigned(value).lstrip(f"{_DIGITS}.")
    number = value[: len(value) - len(unit)]
    if not number.strip("+-.") or number.count(".") > 1:
        return None
    factor = _BINARY.get(unit) or _MULTIPLES.get(unit)
    if factor is not None:
        return float(number) * float(factor)
    exponent = _unsigned(unit[1:])
    return float(value) if unit[0] in "eE" and exponent.isascii() and exponent.isdigit() else None


def _unsigned(number: str) -> str:
    return number[1:] if number[:1] in ("+", "-") else number


def duplicates(values: list[tuple[Any, Path]], what: str, *, refused: bool = True) -> Iterator[Remark]:
    """Entries that are there a second time. `refused` is False where only some ways of applying refuse."""
    if len(values) < 2:
        return
    seen: set[Any] = set()
    for value, path in values:
        if value in seen:
            said = value if isinstance(value, str) else "/".join(str(part) for part in value)
            late = "" if refused else "; the last one counts, and server-side apply refuses it"
            yield Remark(
                rule="duplicate-item",
                message=f"{spelled(path)}: {what} {quoted(said)} is there twice{late}",
                pointer=pointer(path),
                severity=None if refused else Severity.WARNING,
            )
        seen.add(value)
