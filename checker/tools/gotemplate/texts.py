"""sprig's functions on text, and regular expressions as far as Go's and Python's agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.values import MAX_TEXT, printed, quoted

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


def _trunc(count: int, text: str) -> str:
    data = text.encode()
    if count < 0:
        return data[count:].decode("utf-8", "replace") if len(data) + count > 0 else text
    return data[:count].decode("utf-8", "replace") if len(data) > count else text


def _substr(start: int, end: int, text: str) -> str:
    if start < 0:
        return text[:end]
    return text[start:] if end < 0 or end > len(text) else text[start:end]


def _indent(spaces: int, text: str) -> str:
    if spaces < 0:
        raise TemplateFailed("indent: negative count")
    pad = _repeat(spaces, " ")
    return _bounded(pad + text.replace("\n", "\n" + pad))


def _parts(separator: str, text: str, count: int = -1) -> list[str]:
    if not separator:
        return list(text)
    return text.split(separator, count - 1 if count > 0 else -1)


def _title(text: str) -> str:
    return re.sub(r"(^|[^\w'])(\w)", lambda found: found[1] + found[2].title(), text)


def _trimmed(pieces: tuple[Any, ...], show: Callable[[str], str]) -> str:
    return " ".join(show(printed(piece)) for piece in pieces if piece is not None)


_RISKY = re.compile(r"\\[zpPCQEAxG0-9]|\[\[:|\(\?[^:]|[*+}?]\)\s*[*+{]|\\[bB]|\*\+|\+\+|\?\+|\$.")


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    """Only what means the same to RE2 and to Python, and cannot run away."""
    if len(pattern) > 300 or _RISKY.search(pattern) or pattern.count("*") + pattern.count("+") > 6:
        raise TemplateUnsupported(f"the regular expression {pattern!r} is not supported")
    try:
        return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern, re.ASCII)
    except re.error as error:
        raise TemplateFailed(f"error parsing regexp: {error}") from error


def _searched(pattern: str, text: str) -> tuple[re.Pattern[str], str]:
    if len(text) > 10_000:
        raise TemplateUnsupported("a regular expression over more than 10,000 characters is not supported")
    return _regex(pattern), text


def _replaced(pattern: str, text: str, replacement: str) -> str:
    compiled, text = _searched(pattern, text)

    def one(found: re.Match[str]) -> str:
        def group(wanted: re.Match[str]) -> str:
            name = wanted[1] or wanted[2]
            if name is None:
                return "$"
            return (found[int(name)] or "") if name.isdecimal() and int(name) <= compiled.groups else ""

        return re.sub(r"\$(?:\{(\w+)\}|(\w+)|\$)", group, replacement)

    return _bounded(compiled.sub(one, text))


def _found(pattern: str, text: str) -> str:
    compiled, text = _searched(pattern, text)
    found = compiled.search(text)
    return found[0] if found else ""


def _regex_split(pattern: str, text: str, count: int) -> list[str]:
    compiled, text = _searched(pattern, text)
    if count == 0 or compiled.groups or compiled.match(""):
        raise TemplateUnsupported(f"regexSplit by {pattern!r} is not supported")
    return compiled.split(text, maxsplit=max(count - 1, 0)) if count != 1 else [text]


def _numbered(parts: list[str]) -> dict[str, str]:
    return {f"_{number}": part for number, part in enumerate(parts)}


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
    "toStrings": (texts_of, "a"),
    "sortAlpha": (lambda values: sorted(texts_of(values)), "a"),
    "regexMatch": (lambda pattern, text: _searched(pattern, text)[0].search(text) is not None, "ss"),
    "regexFind": (_found, "ss"),
    "regexReplaceAll": (_replaced, "sss"),
    "regexReplaceAllLiteral": (lambda pattern, text, new: _bounded(_searched(pattern, text)[0].sub(lambda _: new, text)), "sss"),
    "regexSplit": (_regex_split, "ssi"),
}
