"""Built-in functions that policies call and the engine lacks, for the engine's process: values in, a value out.

Their meaning is that of OPA's built-in function reference; `sprintf` is Go's fmt, as OPA uses it. Standard library only.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

_VERB = re.compile(r"%(?P<flags>[+\-# 0]*)(?P<width>\d+)?(?:\.(?P<precision>\d*))?(?P<verb>.)?", re.DOTALL)


def sprintf(form: str, values: list[Any]) -> str:
    """Go's fmt.Sprintf: too few values print %!v(MISSING), too many %!(EXTRA ...), a wrong type %!d(string=x).

    OPA hands it whatever is neither text nor number as the text that Rego writes it as.
    """
    values = [value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else _plain(value) for value in values]
    given = iter(values)
    used = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal used
        verb = match["verb"]
        if verb == "%":
            return "%"
        if verb is None:
            return "%!(NOVERB)"
        if used >= len(values):
            return f"%!{verb}(MISSING)"
        used += 1
        return _padded(_formatted(next(given), verb, match), match)

    text = _VERB.sub(replace, form)
    extra = ", ".join(f"{_go_type(value)}={_plain(value)}" for value in given)
    return f"{text}%!(EXTRA {extra})" if extra else text


def _formatted(value: Any, verb: str, match: re.Match[str]) -> str:
    whole = isinstance(value, int)
    match verb:
        case "v":
            return _plain(value)
        case "s" if isinstance(value, str):
            return value if match["precision"] is None else value[: int(match["precision"] or 0)]
        case "s" if whole and not -(1 << 63) <= value < 1 << 63:
            return str(value)
        case "q" if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        case "d" | "x" | "X" | "o" | "b" if whole:
            return _sign(format(value, verb), match)
        case "x" if isinstance(value, str):
            return value.encode().hex()
        case "e" | "f" | "g" | "F" | "G" | "E" if isinstance(value, float) or whole:
            precision = match["precision"]
            if verb in "gG" and precision is None:
                return _plain(value)
            return _sign(format(float(value), f".{6 if precision is None else int(precision or 0)}{verb}"), match)
        case "T":
            return _go_type(value)
        case _:
            pass
    return f"%!{verb}({_go_type(value)}={_plain(value)})"


def _sign(text: str, match: re.Match[str]) -> str:
    return f"+{text}" if "+" in match["flags"] and not text.startswith("-") else text


def _padded(text: str, match: re.Match[str]) -> str:
    width = int(match["width"] or 0)
    if width > 1 << 16:
        return "%!(BADWIDTH)" + text
    if "-" in match["flags"]:
        return text.ljust(width)
    return text.zfill(width) if "0" in match["flags"] and match["verb"] not in ("s", "v", "q") else text.rjust(width)


def _go_type(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    return "int64" if isinstance(value, int) else "float64"


def _plain(value: Any, *, inside: bool = False) -> str:
    """As Rego writes the value; a text that is not inside another value without quotes."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False) if inside else value
        case list() | tuple():
            return f"[{', '.join(_plain(item, inside=True) for item in value)}]"
        case set() | frozenset():
            return f"{{{', '.join(sorted(_plain(item, inside=True) for item in value))}}}" if value else "set()"
        case dict():
            return f"{{{', '.join(f'{_plain(key, inside=True)}: {_plain(item, inside=True)}' for key, item in sorted(value.items()))}}}"
        case float() if value.is_integer() and abs(value) < 1e21:
            return str(int(value))
        case _:
            pass
    return str(value)


def _flatten(values: list[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _networks(value: str) -> Any:
    return ipaddress.ip_network(value, strict=False)


def _cidr_intersects(one: str, other: str) -> bool:
    first, second = _networks(one), _networks(other)
    return first.version == second.version and bool(first.overlaps(second))


def _cidr_merge(values: Iterable[str]) -> set[str]:
    """Raises TypeError for networks of both families, which OPA refuses as well."""
    return {str(network) for network in ipaddress.collapse_addresses(_networks(value) for value in values)}


def _hmac(name: str) -> Callable[[str, str], str]:
    return lambda text, key: hmac.new(key.encode(), text.encode(), name).hexdigest()


BUILTINS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("gitopscheck.sprintf", 2, sprintf),
    ("any", 1, lambda values: True in values),
    ("all", 1, lambda values: all(value is True for value in values)),
    ("set_diff", 2, lambda one, other: one - other),
    ("array.flatten", 1, _flatten),
    ("net.cidr_intersects", 2, _cidr_intersects),
    ("net.cidr_merge", 1, _cidr_merge),
    ("crypto.hmac.md5", 2, _hmac("md5")),
    ("crypto.hmac.sha1", 2, _hmac("sha1")),
    ("crypto.hmac.sha256", 2, _hmac("sha256")),
    ("crypto.hmac.sha512", 2, _hmac("sha512")),
    ("crypto.md5", 1, lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()),
    ("crypto.sha1", 1, lambda text: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()),
    ("crypto.sha256", 1, lambda text: hashlib.sha256(text.encode()).hexdigest()),
)
