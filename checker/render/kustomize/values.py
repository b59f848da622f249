"""Scalars as kustomize has them while it works: most are plain JSON values, some need their text or their quotes.

Usually a value is what JSON has. Where a result depends on how a scalar was written (`"1"` patched with 2 stays text, an
empty `key:` vanishes where `key: null` stays), NeedStylesError says so and the build is done again with Quoted and
Literal in place of values. That is rare, so the common build pays nothing for it.
"""

from __future__ import annotations

import marshal
import re
from functools import lru_cache
from typing import Any

from checker.model.records import dataclass
from checker.render.kustomize.failure import broken
from checker.tools.yaml import Rules, load_documents, plain


class NeedStylesError(Exception):
    """The result depends on how a scalar was written: build again with styles."""


class Quoted(str):
    """Text that was quoted, or stood in a block. `meant` is set where a patch has put a number or truth value into the quotes:
    kustomize remembers the type, and fails once a text that does not fit it is written there.
    """

    __slots__ = ("meant",)
    meant: Any


class Loose(str):
    """Text that kustomize wrote without saying that it is text: what is written over it takes the type it reads as."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Literal:
    """A scalar that is no text: what was written and what it means. `implicit` where kustomize has not looked at it yet."""

    text: str
    value: Any
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class Mistyped:
    """The meaning of a Literal whose text does not fit its type: an error, unless something is written over it in time."""

    message: str
    meant: Any
    """A value of the type that was to be."""


def is_null(value: Any) -> bool:
    return value is None or (type(value) is Literal and (value.value is None or not value.text) and not value.implicit)


def is_scalar(value: Any) -> bool:
    return type(value) is not dict and type(value) is not list


def is_empty(value: Any) -> bool:
    """What kustomize drops as no resource: nothing, null, {} or []."""
    return is_null(value) or value in ({}, [])


def text_of(value: Any) -> str:
    """The text of a scalar as written; of a mapping or list nothing. How it was written does not go with it."""
    if isinstance(value, str):
        return str(value)
    if type(value) is Literal:
        return value.text
    if is_scalar(value):
        raise NeedStylesError
    return ""


def key_text(value: Any) -> str:
    """The text of a value that lists are merged by. An integer is taken to be written in decimal."""
    if type(value) is int:
        return str(value)
    return "" if value is None else text_of(value)


def with_text(old: Any, text: str) -> Any:
    """`text` written where `old` stood, in its quotes or without, where it must not become a number by that."""
    if type(old) is Quoted:
        return Quoted(text)
    if not text or not isinstance(plain(text, Rules.KUSTOMIZE), str):
        raise NeedStylesError
    return Loose(text)


def set_loosely(old: Any, text: str, *, styled: bool) -> Any:
    """A name that kustomize puts back after a patch: in the quotes that are there, else as it comes."""
    if type(old) is Quoted:
        return Quoted(text)
    meant = plain(text, Rules.KUSTOMIZE) if text else text
    if isinstance(meant, str):
        return Loose(text)
    if not styled:
        raise NeedStylesError
    return Literal(text, meant, implicit=True)


def written_over(old: Any, new: Any) -> Any:
    """A scalar set where another stood: the new value in the style of the old one."""
    if isinstance(new, str):
        if type(old) is Quoted:
            return new if type(new) is Quoted else Quoted(new)
        return str(new) if type(new) is Quoted else new  # Loose stays so
    if isinstance(old, str):
        if type(new) is not Literal:
            raise NeedStylesError
        return _quoted_number(new) if type(old) is Quoted else new
    return new


def _quoted_number(new: Literal) -> Quoted:
    quoted = Quoted(new.text)
    if not new.implicit:
        quoted.meant = new.value
    return quoted


def quoted_if_needed(text: str) -> str:
    """Text that kustomize writes itself: quoted where it would read as something else, a comment or a mapping included."""
    if text and "\n" not in text and (not isinstance(plain(text, Rules.KUBERNETES), str) or _is_structure(text)):
        return Quoted(text)
    return text


_STRUCTURE = re.compile(r"\s*[#\-?\[{&*!|>]|.*:(?:\s|\Z)")


def _is_structure(text: str) -> bool:
    return _STRUCTURE.match(text) is not None and _reads_as_structure(str(text))


@lru_cache(maxsize=4096)
def _reads_as_structure(text: str) -> bool:
    documents = load_documents(text.encode("utf-8", "surrogateescape"), rules=Rules.KUBERNETES)
    return not documents or (documents[0].error is None and not isinstance(documents[0].value, str))


def visited(value: Any) -> Any:
    """A scalar that a patch passes by: kyaml quotes what YAML 1.1 would misread in every object it patches."""
    if type(value) is Literal and value.implicit:
        quoted = quoted_if_needed(value.text)
        return quoted if type(quoted) is Quoted else value
    return value if type(value) is Literal or type(value) is Quoted else quoted_if_needed(value)


def weight(value: Any) -> int:
    """How much a value holds: its nodes, long text counted as several."""
    if type(value) is dict:
        return 1 + sum(weight(item) for item in value.values())
    if type(value) is list:
        return 1 + sum(weight(item) for item in value)
    return 1 + (len(value) >> 6 if isinstance(value, str) else 0)


def copied(value: Any) -> Any:
    """A deep copy. marshal's version 2 keeps no shared references and runs in C; what it cannot hold is copied by hand."""
    try:
        return marshal.loads(marshal.dumps(value, 2))  # noqa: S302 - made from a value of ours
    except ValueError:
        return _copied(value)


def _copied(value: Any) -> Any:
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    if type(value) is list:
        return [_copied(item) for item in value]
    return value


def resolved(value: Any) -> Any:
    """The value as JSON has it."""
    if type(value) is dict:
        return {key: resolved(item) for key, item in value.items()}
    if type(value) is list:
        return [resolved(item) for item in value]
    if type(value) is Literal:
        if type(value.value) is Mistyped:
            raise broken(value.value.message)
        return value.value
    return str(value) if type(value) is Quoted or type(value) is Loose else value


def restyled(value: Any) -> Any:
    """A JSON value as kustomize writes it out and reads it again, for a build with styles."""
    if type(value) is dict:
        return {key: restyled(item) for key, item in value.items()}
    if type(value) is list:
        return [restyled(item) for item in value]
    if isinstance(value, str):
        from checker.tools.yaml import dump

        return Quoted(value) if dump(value)[:1] in "'\"|>" else value
    return Literal(number_text(value), value)


def through_json(value: Any) -> Any:
    """A value that kustomize writes as JSON and reads again: all of its text stands in quotes then. For a build with styles."""
    if type(value) is dict:
        return {key: through_json(item) for key, item in value.items()}
    if type(value) is list:
        return [through_json(item) for item in value]
    meant = value.value if type(value) is Literal else value
    return Quoted(meant) if isinstance(meant, str) else Literal(_json_number(meant), meant)


def _json_number(value: Any) -> str:
    if isinstance(value, float) and value and 1e-6 <= abs(value) < 1e21:
        from decimal import Decimal

        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return str(value) if type(value) is int else number_text(value)


def number_text(value: Any) -> str:
    """How kustomize writes a number, truth value or null that came through JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 10**6:
        return str(value)
    from checker.tools.yaml.scalars import go_float

    return go_float(float(value), 64)
