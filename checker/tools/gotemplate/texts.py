"""sprig's functions on text. Go counts bytes where it cuts: a cut through a character is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.values import MAX_TEXT, TextList, TextMap, printed, printed_in_line, quoted
from checker.tools.semver import ConstraintError, parse_constraint, parse_version

_SPACE = "\t\n\v\f\r \x85\xa0"


def texts_of(value: Any) -> list[str]:
    """sprig's strslice: nil is left out, a lone value is a list of one."""
    if value is None:
        return []
    if isinstance(value, list):
        return [printed(item) for item in value if item is not None]
    return [printed(value)]


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise TemplateFailed("the template makes a text of more than 1 MB")
    return text


def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise TemplateFailed("repeat: negative count")
    if count * len(text) > MAX_TEXT:
        raise TemplateFailed("the template makes a text of more than 1 MB")
    return text * count


def _cut(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise TemplateUnsupported("cutting through a character of several bytes is not supported") from error


def _trunc(count: int, text: str) -> str:
    data = text.encode()
    if count < 0:
        return _cut(data[count:]) if len(data) + count > 0 else text
    return _cut(data[:count]) if len(data) > count else text


def _substr(start: int, end: int, text: str) -> str:
    data = text.encode()
    if start < 0:
        start = 0
    elif end < 0 or end > len(data):
        end = len(data)
    if not start <= end <= len(data):
        raise TemplateFailed(f"slice bounds out of range [{start}:{end}]")
    return _cut(data[start:end])


def _abbrev(width: int, text: str) -> str:
    return _abbrev_both(0, width, text) if width >= 4 else text


def _abbrev_both(left: int, right: int, text: str) -> str:
    """An ellipsis at the end, and one in front of what follows `left`. github.com/Masterminds/goutils."""
    if right < 4 or (left > 0 and right < 7):
        return text
    data = text.encode()
    if len(data) <= right:
        return text
    offset = min(left, len(data))
    if len(data) - offset < right - 3:
        offset = len(data) - (right - 3)
    if offset <= 4:
        return _cut(data[: right - 3]) + "..."
    if right < 7:
        return ""
    if offset + right - 3 < len(data):
        return "..." + _abbrev(right - 3, _cut(data[offset:]))
    return "..." + _cut(data[len(data) - (right - 3) :])


def _words(text: str, change: Callable[[str], str]) -> str:
    """`change` on the first character of every word."""
    return re.sub(r"(^|\s)(\S)", lambda found: found[1] + change(found[2]), text)


def _initials(text: str) -> str:
    if not text.isascii():
        raise TemplateUnsupported("initials of what is not ASCII is not supported")
    return "".join(word[0] for word in text.split())


def _swapped(text: str) -> str:
    """Lower case becomes title case at the start of a word."""
    out: list[str] = []
    is_start = True
    for char in text:
        if char.isupper() or char.istitle():
            out.append(char.lower())
            is_start = False
        elif char.islower():
            out.append(char.title() if is_start else char.upper())
            is_start = False
        else:
            out.append(char)
            is_start = char.isspace()
    return "".join(out)


def _printed_together(values: tuple[Any, ...]) -> str:
    """What html and urlquery work on: one text, or all as `print` shows them."""
    return printed_in_line("<no value>" if value is None else value for value in values)


def _html(text: str) -> str:
    table = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
    return "".join(table.get(char, char) for char in text)


def _semver_compare(constraint: str, version: str) -> bool:
    try:
        allows = parse_constraint(constraint)
    except ConstraintError as error:
        raise TemplateFailed(str(error)) from error
    parsed = parse_version(version) if version == version.strip() else None
    if parsed is None:
        raise TemplateFailed(f"{version!r} is no semantic version")
    return allows(parsed)


def _indent(spaces: int, text: str) -> str:
    if spaces < 0:
        raise TemplateFailed("indent: negative count")
    pad = _repeat(spaces, " ")
    return _bounded(pad + text.replace("\n", "\n" + pad))


def _parts(separator: str, text: str, count: int = -1) -> TextList:
    if count == 0:
        return TextList()
    if not separator:
        pieces = list(text)
        return TextList(pieces if count < 0 or count >= len(pieces) else [*pieces[: count - 1], "".join(pieces[count - 1 :])])
    return TextList(text.split(separator, count - 1 if count > 0 else -1))


def _title(text: str) -> str:
    return re.sub(r"(^|\W)(\w)", lambda found: found[1] + found[2].title(), text)


def _trimmed(pieces: tuple[Any, ...], show: Callable[[str], str]) -> str:
    return " ".join(show(printed(piece)) for piece in pieces if piece is not None)


def _numbered(parts: list[str]) -> TextMap:
    return TextMap((f"_{number}", part) for number, part in enumerate(parts))


def _sorted(value: Any) -> TextList:
    return TextList(sorted(texts_of(value), key=str.encode) if isinstance(value, list) else [printed(value)])


FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "lower": (str.lower, "s"),
    "upper": (str.upper, "s"),
    "title": (_title, "s"),
    "trim": (lambda text: text.strip(_SPACE), "s"),
    "trimAll": (lambda chars, text: text.strip(chars), "ss"),
    "trimall": (lambda chars, text: text.strip(chars), "ss"),
    "trimPrefix": (lambda prefix, text: text.removeprefix(prefix), "ss"),
    "trimSuffix": (lambda suffix, text: text.removesuffix(suffix), "ss"),
    "nospace": (lambda text: "".join(text.split()), "s"),
    "contains": (lambda part, text: part in text, "ss"),
    "hasPrefix": (lambda part, text: text.startswith(part), "ss"),
    "hasSuffix": (lambda part, text: text.endswith(part), "ss"),
    "replace": (lambda old, new, text: _bounded(text.replace(old, new)), "sss"),
    "repeat": (_repeat, "is"),
    "trunc": (_trunc, "is"),
    "substr": (_substr, "iis"),
    "indent": (_indent, "is"),
    "nindent": (lambda spaces, text: "\n" + _indent(spaces, text), "is"),
    "quote": (lambda *values: _trimmed(values, quoted), "a*"),
    "squote": (lambda *values: _trimmed(values, lambda text: f"'{text}'"), "a*"),
    "cat": (lambda *values: " ".join(printed(value) for value in values if value is not None), "a*"),
    "join": (lambda separator, values: _bounded(separator.join(texts_of(values))), "sa"),
    "split": (lambda separator, text: _numbered(_parts(separator, text)), "ss"),
    "splitn": (lambda separator, count, text: _numbered(_parts(separator, text, count)), "sis"),
    "splitList": (_parts, "ss"),
    "toString": (printed, "a"),
    "toStrings": (lambda value: TextList(texts_of(value)), "a"),
    "sortAlpha": (_sorted, "a"),
    "abbrev": (_abbrev, "is"),
    "abbrevboth": (_abbrev_both, "iis"),
    "untitle": (lambda text: _words(text, str.lower), "s"),
    "initials": (_initials, "s"),
    "swapcase": (_swapped, "s"),
    "plural": (lambda one, many, count: one if count == 1 else many, "ssi"),
    "hello": (lambda: "Hello!", ""),
    "html": (lambda *values: _html(_printed_together(values)), "a*"),
    "urlquery": (lambda *values: quote_plus(_printed_together(values), safe=""), "a*"),
    "semverCompare": (_semver_compare, "ss"),
}
