"""The METADATA comment above a policy's package -> the values in it, for the bundled library.

It is YAML, of which this reads what the library uses: nested keys, `[a, b]` lists, lists of one-key mappings, `>-` and
`|` blocks, double-quoted text. Reading that little costs a twentieth of a YAML parser; a test holds both equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from checker.model.objects import JSONValue


class MetadataError(ValueError):
    """A line that is not of the part of YAML read here."""


def comment_block(source: str) -> list[str]:
    """The lines of the last METADATA comment before the package, without their `# `."""
    lines: list[str] = []
    begun = False
    for line in source.splitlines():
        if line.startswith("package "):
            break
        if line.rstrip() == "# METADATA":
            begun, lines = True, []
        elif begun and line.startswith("#"):
            lines.append(line[2:] if line.startswith("# ") else line[1:])
        else:
            begun, lines = False, []
    return lines


def read_metadata(source: str) -> dict[str, JSONValue]:
    """Raises MetadataError."""
    reader = _Reader(comment_block(source))
    return reader.mapping(0)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def mapping(self, indent: int) -> dict[str, JSONValue]:
        found: dict[str, JSONValue] = {}
        while self._at < len(self._lines) and _indent(self._lines[self._at]) == indent:
            key, colon, rest = self._lines[self._at].strip().partition(":")
            if not colon or key.startswith("-"):
                raise MetadataError(f"not a key: {self._lines[self._at]!r}")
            self._at += 1
            found[key] = self._value(rest.strip(), indent)
        return found

    def _value(self, rest: str, indent: int) -> JSONValue:
        if rest == ">-":
            return " ".join(line.strip() for line in self._block(indent))
        if rest == "|":
            lines = list(self._block(indent))
            left = min((_indent(line) for line in lines if line.strip()), default=0)
            return "".join(f"{line[left:]}\n" for line in lines)
        if rest:
            return _scalar(rest)
        if self._at < len(self._lines) and self._lines[self._at].lstrip().startswith("- "):
            return self._items()
        return self.mapping(indent + 2)

    def _block(self, indent: int) -> Iterator[str]:
        while self._at < len(self._lines) and (_indent(self._lines[self._at]) > indent or not self._lines[self._at].strip()):
            yield self._lines[self._at]
            self._at += 1

    def _items(self) -> list[JSONValue]:
        found: list[JSONValue] = []
        while self._at < len(self._lines) and self._lines[self._at].lstrip().startswith("- "):
            key, _, value = self._lines[self._at].strip()[2:].partition(": ")
            found.append({key: _scalar(value)})
            self._at += 1
        return found


def _scalar(text: str) -> JSONValue:
    if text.startswith('"'):
        value: JSONValue = json.loads(text)
        return value
    if text.startswith("["):
        return [part.strip() for part in text.strip("[]").split(",")]
    return text
