"""An object -> the YAML text that Flux substitutes variables in, scalar styles as go-yaml v2 chooses them.

What matters is where quotes stand: the styles of the file in Git are gone by now, so `"${PORT}"` is written plain and a
number put there becomes a number. Long lines are not folded, which the reader could not tell apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from checker.model.objects import JSONValue

Resolves = Callable[[str], bool]
"""Whether a plain scalar with this text would be read as something else than a string."""
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_LEADING = frozenset("#,[]{}&*!|>'\"%@`")
_UNPRINTABLE = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_PLAIN_BREAKS = re.compile(r": |:$| #")


def emit(value: Mapping[str, JSONValue], resolves: Resolves) -> str:
    """One document, keys sorted."""
    return "\n".join(_mapping(value, 0, resolves)) + "\n"


def _mapping(value: Mapping[str, JSONValue], indent: int, resolves: Resolves) -> Iterator[str]:
    for key in sorted(value, key=str):
        yield from _entry(" " * indent + _scalar(str(key), resolves, key=True) + ":", value[key], indent, resolves)


def _entry(head: str, value: JSONValue, indent: int, resolves: Resolves) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, indent + 2, resolves)
    elif isinstance(value, list) and value:
        yield head
        yield from _list(value, indent, resolves)
    else:
        yield f"{head} {_leaf(value, indent, resolves)}"


def _list(value: list[JSONValue], indent: int, resolves: Resolves) -> Iterator[str]:
    """Dashes stand under their key."""
    dash = " " * indent + "- "
    for item in value:
        if (isinstance(item, (dict, list))) and item:
            lines = _mapping(item, indent + 2, resolves) if isinstance(item, dict) else _list(item, indent + 2, resolves)
            yield dash + next(lines)[indent + 2 :]
            yield from lines
        else:
            yield dash + _leaf(item, indent, resolves)


def _leaf(value: JSONValue, indent: int, resolves: Resolves) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case str():
            return _block(value, indent) if _is_block(value) else _scalar(value, resolves)
        case list():
            return "[]"
        case dict():
            return "{}"


def _is_block(text: str) -> bool:
    return "\n" in text and not _UNPRINTABLE.search(text) and " \n" not in text and not text.endswith(" ")


def _block(text: str, indent: int) -> str:
    hint = "2" if text[0] in " \n" else ""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomp = "-" if ends == 0 else "" if ends == 1 and body else "+"
    kept = text if text.endswith("\n") else text + "\n"
    pad = " " * (indent + 2)
    return f"|{hint}{chomp}\n" + "\n".join(pad + line if line else "" for line in kept[:-1].split("\n"))


def _scalar(text: str, resolves: Resolves, *, key: bool = False) -> str:
    if not text or "\n" in text or _UNPRINTABLE.search(text) or resolves(text) or _BASE_60.fullmatch(text):
        return _UNPRINTABLE.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(text, ensure_ascii=False))
    if _may_be_plain(text) and not (key and text == "?"):
        return text
    return "'" + text.replace("'", "''") + "'"


def _may_be_plain(text: str) -> bool:
    first = text[0]
    if first in _LEADING or text[0] == " " or text[-1] == " " or text.startswith(("---", "...")):
        return False
    if first in "-?:" and (len(text) == 1 or text[1] == " "):
        return False
    return not _PLAIN_BREAKS.search(text)
