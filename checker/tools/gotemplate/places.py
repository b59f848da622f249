"""sprig's functions on paths and URLs: Go's package path, and URLs without anything that is encoded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from checker.tools.gotemplate.errors import TemplateUnsupported

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<userinfo>[A-Za-z0-9._~-]+(?::[A-Za-z0-9._~-]*)?)@)?(?P<host>[A-Za-z0-9.-]+(?::\d*)?)"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?(?:\?(?P<query>[A-Za-z0-9._~!$&'()*+,;=:@/?-]*))?(?:#(?P<fragment>[A-Za-z0-9._~!$&'()*+,;=:@/?-]*))?"
)


def _clean(path: str) -> str:
    rooted = path.startswith("/")
    kept: list[str] = []
    for part in path.split("/"):
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part not in ("", ".") and not (part == ".." and rooted):
            kept.append(part)
    return ("/" if rooted else "") + "/".join(kept) or "."


def _base(path: str) -> str:
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def _dir(path: str) -> str:
    return _clean(path[: path.rfind("/") + 1])


def _ext(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


def _url_parse(url: str) -> dict[str, Any]:
    found = _URL.fullmatch(url)
    if found is None:
        raise TemplateUnsupported(f"urlParse of {url[:80]!r} is not supported")
    parts = found.groupdict(default="")
    return {**parts, "scheme": parts["scheme"].lower(), "hostname": parts["host"].partition(":")[0], "opaque": ""}


_PATHS: dict[str, Callable[..., Any]] = {
    "base": _base,
    "dir": _dir,
    "clean": _clean,
    "ext": _ext,
    "isAbs": lambda path: path.startswith("/"),
}
FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    **{name: (function, "s") for name, function in _PATHS.items()},
    **{f"os{name[0].upper()}{name[1:]}": (function, "s") for name, function in _PATHS.items()},
    "urlParse": (_url_parse, "s"),
}
