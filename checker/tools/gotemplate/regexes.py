"""Regular expressions of sprig, as far as Go's (RE2) and Python's mean the same, and with no way to run away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.values import MAX_TEXT, TextList

_RISKY = re.compile(r"\\[zpPCQEAxG0-9]|\[\[:|\(\?[^:]|[*+}?]\)\s*[*+{]|\*\+|\+\+|\?\+|\$.|\(\?:?\)|\^[*+?{]|\(\*|[|(][*+?{]|^[*+?{]")


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    """Only what means the same to RE2 and to Python, and cannot run away."""
    options, rest = ("(?i)", pattern[4:]) if pattern.startswith("(?i)") else ("", pattern)
    if len(pattern) > 300 or _RISKY.search(rest) or pattern.count("*") + pattern.count("+") > 6:
        raise TemplateUnsupported(f"the regular expression {pattern!r} is not supported")
    ends = rest.endswith("$") and (len(rest) - len(rest[:-1].rstrip("\\"))) % 2 == 1
    try:
        return re.compile(options + (rest[:-1] + r"\Z" if ends else rest), re.ASCII)
    except re.error as error:
        raise TemplateFailed(f"error parsing regexp: {error}") from error


def _searched(pattern: str, text: str) -> re.Pattern[str]:
    if len(text) > 10_000:
        raise TemplateUnsupported("a regular expression over more than 10,000 characters is not supported")
    if "\v" in text or (pattern.startswith("(?i)") and not text.isascii()):
        raise TemplateUnsupported(f"the regular expression {pattern!r} over such a text is not supported")
    return _regex(pattern)


def _matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """As Go's FindAll: no empty match right after another match."""
    compiled = _searched(pattern, text)
    at, previous = 0, -1
    while at <= len(text):
        found = compiled.search(text, at)
        if found is None:
            return
        is_repeated = found.end() == at and found.start() == previous
        at = at + 1 if found.end() == at else found.end()
        previous = found.end()
        if not is_repeated:
            yield found


def _replaced(pattern: str, text: str, replacement: str, *, literal: bool = False) -> str:
    out: list[str] = []
    last = 0
    for found in _matches(pattern, text):
        out += [text[last : found.start()], replacement if literal else _expanded(found, replacement)]
        last = found.end()
    done = "".join([*out, text[last:]])
    if len(done) > MAX_TEXT:
        raise TemplateFailed("the template makes a text of more than 1 MB")
    return done


def _expanded(found: re.Match[str], replacement: str) -> str:
    def group(wanted: re.Match[str]) -> str:
        name = wanted[1] or wanted[2]
        if name is None:
            return "$"
        return (found[int(name)] or "") if name.isdecimal() and int(name) <= found.re.groups else ""

    return re.sub(r"\$(?:\{(\w+)\}|(\w+)|\$)", group, replacement, flags=re.ASCII)


def _found(pattern: str, text: str) -> str:
    found = _searched(pattern, text).search(text)
    return found[0] if found else ""


def _all(pattern: str, text: str, count: int) -> TextList:
    _searched(pattern, text)
    found = [match[0] for match in _matches(pattern, text)] if count else []
    return TextList(found if count < 0 else found[:count])


def _split(pattern: str, text: str, count: int) -> TextList:
    _searched(pattern, text)
    if count == 0:
        return TextList()
    if pattern and not text:
        return TextList([""])
    pieces: list[str] = []
    start = end = 0
    for number, found in enumerate(_matches(pattern, text)):
        if 0 < count <= max(number, len(pieces) + 1):
            break
        end = found.start()
        if found.end() != 0:
            pieces.append(text[start:end])
        start = found.end()
    if end != len(text):
        pieces.append(text[start:])
    return TextList(pieces)


def _quoted(text: str) -> str:
    return re.sub(r"[\\.+*?()|\[\]{}^$]", lambda found: "\\" + found[0], text)


_PLAIN: dict[str, tuple[Callable[..., Any], str]] = {
    "regexMatch": (lambda pattern, text: _searched(pattern, text).search(text) is not None, "ss"),
    "regexFind": (_found, "ss"),
    "regexFindAll": (_all, "ssi"),
    "regexReplaceAll": (_replaced, "sss"),
    "regexReplaceAllLiteral": (lambda pattern, text, new: _replaced(pattern, text, new, literal=True), "sss"),
    "regexSplit": (_split, "ssi"),
}
FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    **_PLAIN,
    **{f"must{name[0].upper()}{name[1:]}": function for name, function in _PLAIN.items()},
    "regexQuoteMeta": (_quoted, "s"),
}
