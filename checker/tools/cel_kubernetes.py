"""Kubernetes' CEL functions, and those of CEL's own extensions that Kubernetes has: values in, a value out, ValueError for none.

Source: kubernetes.io/docs/reference/using-api/cel and the libraries it links. A quantity, URL, IP address, network or version
is a mapping with one key of ours, so that it can go through the engine; it equals another by its canonical text.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

QUANTITY, URL, IP, CIDR, SEMVER, FORMAT = (f"kubernetes:{name}" for name in ("quantity", "url", "ip", "cidr", "semver", "format"))
_SUFFIXES = {
    **{suffix: Fraction(10) ** power for power, suffix in zip(range(-9, 21, 3), (*"num", "", *"kMGTPE"), strict=True)},
    **{suffix: Fraction(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)},
}
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)")
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_LABEL, _SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_MOST_REPEATS, _LONGEST = 4, 10_000
FORMATS: Mapping[str, tuple[str, int]] = {
    "dns1123Label": (_LABEL, 63),
    "dns1123Subdomain": (_SUBDOMAIN, 253),
    "dns1035Label": (r"[a-z]([-a-z0-9]*[a-z0-9])?", 63),
    "dns1123LabelPrefix": (r"[a-z0-9]([-a-z0-9]*)?", 63),
    "dns1123SubdomainPrefix": (r"[a-z0-9]([-a-z0-9.]*)?", 253),
    "dns1035LabelPrefix": (r"[a-z]([-a-z0-9]*)?", 63),
    "qualifiedName": (rf"({_SUBDOMAIN}/)?{_QUALIFIED}", 317),
    "labelValue": (rf"({_QUALIFIED})?", 63),
    "uuid": (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", 36),
    "byte": (r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", 1 << 20),
    "date": (r"\d{4}-\d\d-\d\d", 10),
    "datetime": (r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", 40),
}
"""Named formats: a pattern for the whole text, and the most characters."""


def _tagged(kind: str, value: str) -> dict[str, str]:
    return {kind: value}


def _inside(value: Any, kind: str) -> str:
    if isinstance(value, dict) and len(value) == 1 and kind in value:
        return str(value[kind])
    raise ValueError(f"this is no {kind.partition(':')[2]}")


def _is(parse: Callable[..., Any]) -> Callable[..., bool]:
    def check(*values: Any) -> bool:
        try:
            parse(*values)
        except ValueError:
            return False
        return True

    return check


def _quantity(text: str) -> dict[str, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no quantity")
    number = Fraction(match[1])
    scale = Fraction(10) ** int(match[2][1:]) if match[2] and abs(int(match[2][1:])) < 1000 else _SUFFIXES[match[3] or ""]
    return _tagged(QUANTITY, str(number * scale))


def _amount(value: Any) -> Fraction:
    return Fraction(_inside(value, QUANTITY))


def _as_integer(value: Any) -> int:
    amount = _amount(value)
    if amount.denominator != 1 or not -(1 << 63) <= amount < 1 << 63:
        raise ValueError("the quantity is no whole number")
    return int(amount)


def _plus(sign: int) -> Callable[[Any, Any], dict[str, str]]:
    def add(one: Any, other: Any) -> dict[str, str]:
        more = Fraction(other) if isinstance(other, int) else _amount(other)
        return _tagged(QUANTITY, str(_amount(one) + sign * more))

    return add


def _order(value: Any) -> tuple[Any, ...]:
    """By which a quantity or a version is compared with another of its kind."""
    if isinstance(value, dict) and SEMVER in value:
        return _version_order(_inside(value, SEMVER))
    return (_amount(value),)


def _compare(one: Any, other: Any) -> int:
    first, second = _order(one), _order(other)
    return (first > second) - (first < second)


def _semver(text: str, normalize: bool = False) -> dict[str, str]:
    if normalize:
        core, plus, rest = re.sub(r"^v", "", text).partition("-")
        parts = [str(int(part)) if part.isdecimal() else part for part in core.split(".")]
        text = ".".join([*parts, "0", "0"][: max(3, len(parts))]) + plus + rest
    if _SEMVER.fullmatch(text) is None:
        raise ValueError(f"{text} is no semantic version")
    return _tagged(SEMVER, text)


def _version_order(text: str) -> tuple[Any, ...]:
    match = _SEMVER.fullmatch(text)
    assert match is not None
    before = [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in (match[4] or "").split(".") if part]
    return (int(match[1]), int(match[2]), int(match[3]), not before, before)


def _url(text: str) -> dict[str, str]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{text} is no URL") from error
    if not (parts.scheme or text.startswith("/")) or re.search(r"[\s\x00-\x1f]", text) or (port is not None and port < 0):
        raise ValueError(f"{text} is no URL")
    return _tagged(URL, text)


def _url_part(name: str) -> Callable[[Any], Any]:
    def part(value: Any) -> Any:
        parts = urlsplit(_inside(value, URL))
        match name:
            case "host":
                return parts.netloc.rpartition("@")[2]
            case "hostname":
                host = parts.hostname or ""
                return parts.netloc.rpartition("@")[2][: len(host)] if ":" not in host else host
            case "port":
                return "" if parts.port is None else str(parts.port)
            case "query":
                return parse_qs(parts.query, keep_blank_values=True)
            case _:
                return getattr(parts, name)

    return part


def _ip(text: Any) -> dict[str, str]:
    if isinstance(text, dict):
        return _tagged(IP, str(_network(text).network_address if CIDR in text else _address(text)))
    address = ipaddress.ip_address(text)
    if "%" in text or (address.version == 6 and address.ipv4_mapped is not None):
        raise ValueError(f"{text} is no IP address here")
    return _tagged(IP, str(address))


def _address(value: Any) -> Any:
    return ipaddress.ip_address(_inside(value, IP))


def _cidr(text: str) -> dict[str, str]:
    if "/" not in text:
        raise ValueError(f"{text} is no network")
    return _tagged(CIDR, str(ipaddress.ip_interface(text)))


def _network(value: Any) -> Any:
    return ipaddress.ip_interface(_inside(value, CIDR)).network


def _contains_ip(one: Any, other: Any) -> bool:
    address = ipaddress.ip_address(other) if isinstance(other, str) else _address(other)
    network = _network(one)
    return bool(address.version == network.version and address in network)


def _contains_cidr(one: Any, other: Any) -> bool:
    inner, outer = _network(_cidr(other) if isinstance(other, str) else other), _network(one)
    return bool(inner.version == outer.version and inner.subnet_of(outer))


def _prefix_length(value: Any) -> int:
    return int(_network(value).prefixlen)


def _is_global_unicast(value: Any) -> bool:
    address = _address(value)
    return not (address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local)


def _is_link_local_multicast(value: Any) -> bool:
    address = _address(value)
    return address in ipaddress.ip_network("224.0.0.0/24" if address.version == 4 else "ff02::/16")


def _masked(value: Any) -> dict[str, str]:
    return _tagged(CIDR, str(_network(value)))


def _text(value: Any) -> str:
    """CEL's string(): of our own kinds the text that they were made from, or its canonical form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in (URL, IP, CIDR, SEMVER):
        return str(next(iter(value.values())))
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError("string() is not defined for it here")


def _size(value: Any) -> int:
    """Characters of a text, not its bytes."""
    if isinstance(value, (str, bytes, list, dict)):
        return len(value)
    raise ValueError("it has no size")


def _validated(format_: Any, value: str) -> Any:
    """Optional: none where the text is right, else what is wrong."""
    from checker.tools.cel import optional

    name = _inside(format_, FORMAT)
    if name == "uri":
        good, most = _is(_url)(value), 1 << 20
    else:
        pattern, most = FORMATS[name]
        good = re.fullmatch(pattern, value, re.DOTALL) is not None
    wrong = ([] if good else [f"is no {name}"]) + ([f"must be no more than {most} characters"] if len(value) > most else [])
    return optional(wrong if wrong else None)


def _named_format(name: str) -> Any:
    from checker.tools.cel import optional

    return optional(_tagged(FORMAT, name) if name in FORMATS or name == "uri" else None)


def _select(value: Any, key: Any) -> Any:
    """`value.?key` and `value[?key]`: empty where it is not there, or where value is an empty optional."""
    from checker.tools.cel import opened, optional

    inside, present = opened(value)
    if present and isinstance(inside, dict):
        return optional(inside.get(key))
    if present and isinstance(inside, list) and isinstance(key, int) and 0 <= key < len(inside):
        return optional(inside[key])
    if present and not isinstance(inside, (dict, list)):
        raise ValueError("only a mapping or a list has optional parts")
    return optional(None)


def _ordered(values: list[Any]) -> list[Any]:
    return [(_order(value) if isinstance(value, dict) else value) for value in values]


def _is_sorted(values: list[Any]) -> bool:
    ordered = _ordered(values)
    return all(one <= other for one, other in pairwise(ordered))


def _extreme(choose: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    def of(values: list[Any]) -> Any:
        if not values:
            raise ValueError("an empty list has none")
        return choose(values, key=lambda value: _order(value) if isinstance(value, dict) else value)

    return of


def _index(last: bool) -> Callable[..., int]:
    """Of a text in a text (from an offset), or of an element in a list."""

    def of(value: Any, wanted: Any, offset: int | None = None) -> int:
        if isinstance(value, str):
            if offset is not None and not 0 <= offset <= len(value):
                raise ValueError("the offset is outside of the text")
            if last:
                return value.rfind(wanted, 0, None if offset is None else offset + len(wanted))
            return value.find(wanted, offset or 0)
        places = [place for place, item in enumerate(value) if item == wanted and isinstance(item, bool) == isinstance(wanted, bool)]
        return places[-1 if last else 0] if places else -1

    return of


def _char_at(text: str, place: int) -> str:
    if not 0 <= place <= len(text):
        raise ValueError("the place is outside of the text")
    return text[place : place + 1]


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    return text if limit == 0 else text.replace(old, new, limit)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if not separator:
        return list(text) if limit < 0 else [*text[: limit - 1], *([text[limit - 1 :]] if len(text) >= limit else [])]
    return text.split(separator, limit - 1 if limit > 0 else -1)


def _substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise ValueError("the range is outside of the text")
    return text[start:stop]


def _join(values: list[str], separator: str = "") -> str:
    return separator.join(values)


def _ascii(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(char) if char.isascii() else char for char in text)


def _pattern(text: str, searched: str) -> re.Pattern[str]:
    """Go's syntax, of which Python lacks what is refused here; and nothing that could search for ever."""
    repeats = re.findall(r"(?<!\\)(?:[*+]|\{\d*,\})", text)
    if len(searched) > _LONGEST or len(repeats) > _MOST_REPEATS or (repeats and re.search(r"\)(?:[*+]|\{)", text) and len(repeats) > 1):
        raise ValueError("its pattern may take long")
    if re.search(r"\\[pPzQEC]|\(\?[A-Za-z]*[UR]|\(\?P?[<=!]", text.replace("(?P<", "")) or re.search(r"[*+?}]\+", text):
        raise ValueError("its pattern is not read here")
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"its pattern is not read here: {error}") from error


def _find(text: str, pattern: str) -> str:
    found = _pattern(pattern, text).search(text)
    return found[0] if found else ""


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found = [match[0] for match in _pattern(pattern, text).finditer(text)]
    return found if limit < 0 else found[:limit]


def _format(form: str, values: list[Any]) -> str:
    """%s, %d, %f, %e, %x, %X, %o, %b and %%, as CEL's strings extension has them."""
    given = iter(values)

    def put(match: re.Match[str]) -> str:
        if match[2] == "%":
            return "%"
        value = next(given, None)
        if match[2] == "s":
            return _shown(value)
        if match[2] in "fe":
            return format(float(value), f".{match[1] or 6}{match[2]}")  # type: ignore[arg-type]
        return format(value, match[2])

    return re.sub(r"%(?:\.(\d{1,2}))?([sdfexXob%])", put, form)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_shown(item) for item in value)}]"
    return "null" if value is None else _text(value)


def _flat(values: list[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _sum(values: list[Any]) -> Any:
    if values and isinstance(values[0], dict):
        return _tagged(QUANTITY, str(sum((_amount(value) for value in values), Fraction(0))))
    return sum(values)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "add": _plus(1),
    "asApproximateFloat": lambda value: float(_amount(value)),
    "asInteger": _as_integer,
    "charAt": _char_at,
    "cidr": _cidr,
    "compareTo": _compare,
    "containsCIDR": _contains_cidr,
    "containsIP": _contains_ip,
    "family": lambda value: _address(value).version,
    "find": _find,
    "findAll": _find_all,
    "flatten": _flat,
    "format": _format,
    "getEscapedPath": _url_part("path"),
    "getHost": _url_part("host"),
    "getHostname": _url_part("hostname"),
    "getPort": _url_part("port"),
    "getQuery": _url_part("query"),
    "getScheme": _url_part("scheme"),
    "indexOf": _index(last=False),
    "ip": _ip,
    "isCIDR": _is(_cidr),
    "isGlobalUnicast": _is_global_unicast,
    "isGreaterThan": lambda one, other: _compare(one, other) > 0,
    "isIP": _is(_ip),
    "isInteger": _is(_as_integer),
    "isLessThan": lambda one, other: _compare(one, other) < 0,
    "isLinkLocalMulticast": _is_link_local_multicast,
    "isLinkLocalUnicast": lambda value: _address(value).is_link_local,
    "isLoopback": lambda value: _address(value).is_loopback,
    "isQuantity": _is(_quantity),
    "isSemver": _is(_semver),
    "isSorted": _is_sorted,
    "isURL": _is(_url),
    "isUnspecified": lambda value: _address(value).is_unspecified,
    "join": _join,
    "kubernetes_format_named": _named_format,
    "kubernetes_ip_isCanonical": lambda text: _inside(_ip(text), IP) == text,
    "kubernetes_select": _select,
    "kubernetes_sets_contains": lambda one, other: all(item in one for item in other),
    "kubernetes_sets_equivalent": lambda one, other: all(item in one for item in other) and all(item in other for item in one),
    "kubernetes_sets_intersects": lambda one, other: any(item in other for item in one),
    "kubernetes_size": _size,
    "kubernetes_string": _text,
    "lastIndexOf": _index(last=True),
    "lowerAscii": _ascii(str.lower),
    "major": lambda value: _version_order(_inside(value, SEMVER))[0],
    "masked": _masked,
    "max": _extreme(max),
    "min": _extreme(min),
    "minor": lambda value: _version_order(_inside(value, SEMVER))[1],
    "patch": lambda value: _version_order(_inside(value, SEMVER))[2],
    "prefixLength": _prefix_length,
    "quantity": _quantity,
    "replace": _replace,
    "reverse": lambda value: value[::-1],
    "semver": _semver,
    "sign": lambda value: (_amount(value) > 0) - (_amount(value) < 0),
    "split": _split,
    "sub": _plus(-1),
    "substring": _substring,
    "sum": _sum,
    "trim": lambda text: text.strip(),
    "upperAscii": _ascii(str.upper),
    "url": _url,
    "validate": _validated,
    **{f"kubernetes_format_{name}": (lambda name=name: _tagged(FORMAT, name)) for name in (*FORMATS, "uri")},
}
"""By the name that an expression has after `cel_source.adapted`."""
