"""Text and variables -> the text with every `${...}` replaced, by Flux's grammar and not by a shell's.

`:-`, `:=`, `:+`, `:?` and `=` all give the default; `$$` is one `$` outside braces and stays two inside; `$VAR` is text.
Grammar: github.com/fluxcd/pkg/tree/main/envsubst. Whoever meets `${a-b}` or `${a[0]}` in a script gets an error, as in the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

MAX_DEPTH = 60
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_ESCAPES = re.compile(r"\$(?=\$)|\\(?=[/\\])")
DEFAULT_OPERATORS = frozenset({"=", ":=", ":-", ":+", ":?"})


class SubstitutionError(ValueError):
    """The text is outside the grammar, or a variable without a default is missing."""


def substitute(text: str, variables: Mapping[str, str], *, strict: bool, keep: bool = False) -> str:
    """Raises SubstitutionError. With `keep`, a missing variable without default stays as it is written."""
    return _Reader(text, variables, strict=strict, keep=keep).all()


class _Reader:
    def __init__(self, text: str, variables: Mapping[str, str], *, strict: bool, keep: bool) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.variables = variables
        self.strict = strict
        self.keep = keep
        self.missing: SubstitutionError | None = None

    def all(self) -> str:
        out: list[str] = []
        while self.at < len(self.text):
            dollar = self.text.find("$", self.at)
            if dollar < 0:
                break
            out.append(self.text[self.at : dollar])
            following = self.text[dollar + 1 : dollar + 2]
            self.at = dollar + 2
            if following == "{":
                out.append(self.expression(dollar))
            elif following == "$":
                out.append("$")
            else:
                out.append("$")
                self.at = dollar + 1
        out.append(self.text[self.at :])
        if self.missing is not None:
            # Flux reads the whole text before it looks up the first variable.
            raise self.missing
        return "".join(out)

    def expression(self, start: int) -> str:
        """What follows `${`, up to and with its `}`. `start` is where the `$` stands."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(start, f"expressions nested more than {MAX_DEPTH} deep")
        if self.peek() == "#":
            self.at += 1
            name = self.name(start)
            known = self.value(name, start)
            value = known if known == _MISSING else str(len(_bytes(known)))
        else:
            name = self.name(start)
            value = self.operation(name, start)
        if self.peek() != "}":
            raise self.error(start, "missing closing brace")
        self.at += 1
        self.depth -= 1
        return value if value != _MISSING else self.text[start : self.at]

    def operation(self, name: str, start: int) -> str:
        operators: dict[str, Callable[[str, int], str]] = {
            ":": self.default_or_part,
            "=": self.default,
            ",": self.casing,
            "^": self.casing,
            "/": self.replacement,
            "#": self.trim,
            "%": self.trim,
        }
        operator = operators.get(self.peek())
        return operator(name, start) if operator else self.value(name, start)

    def default_or_part(self, name: str, start: int) -> str:
        if self.text[self.at + 1 : self.at + 2] in ("=", "-", "?", "+"):
            self.at += 1
            return self.default(name, start)
        return self.part(name, start)

    def default(self, name: str, start: int) -> str:
        self.at += 1
        pieces: list[str] = []
        while self.peek() != "}":
            pieces.append(self.argument(start, "}"))
        return self.variables.get(name, "") or "".join(pieces)

    def casing(self, name: str, start: int) -> str:
        length = 2 if self.text[self.at + 1 : self.at + 2] in (",", "^") else 1
        operator = self.text[self.at : self.at + length]
        self.at += length
        return _CASINGS.get(operator, str)(self.value(name, start))

    def trim(self, name: str, start: int) -> str:
        mark = self.peek()
        longest = self.text[self.at + 1 : self.at + 2] == mark
        self.at += 2 if longest else 1
        pattern = self.argument(start, "}")
        value = self.value(name, start)
        if value == _MISSING:
            return value
        if mark == "#":
            return _without_prefix(value, pattern, longest=longest)
        return _without_prefix(value[::-1], pattern[::-1], longest=longest)[::-1]

    def replacement(self, name: str, start: int) -> str:
        self.at += 1
        kind = self.peek() if self.peek() in ("/", "#", "%") else ""
        self.at += len(kind)
        old = self.argument(start, "/", escapes=True)
        if self.peek() != "/":
            raise self.error(start, "bad substitution: the second / is missing")
        while self.peek() == "/":
            self.at += 1
        new = None if self.peek() == "}" else self.argument(start, "}", escapes=True)
        value = self.value(name, start)
        if value == _MISSING or (kind in ("#", "%") and new is None):
            return value
        if kind == "#":
            return (new or "") + value[len(old) :] if value.startswith(old) else value
        if kind == "%":
            return value[: len(value) - len(old)] + (new or "") if value.endswith(old) else value
        return value.replace(old, new or "", -1 if kind == "/" else 1)

    def part(self, name: str, start: int) -> str:
        """`${v:offset}` and `${v:offset:length}`, counted in bytes."""
        self.at += 1
        offset = self.argument(start, ":}")
        length = None
        if self.peek() == ":":
            while self.peek() == ":":
                self.at += 1
            length = self.argument(start, "}")
        value = self.value(name, start)
        if value == _MISSING or not _INTEGER.fullmatch(offset) or (length is not None and not _INTEGER.fullmatch(length)):
            return value
        data = _bytes(value)
        first = int(offset) if int(offset) >= 0 else max(0, len(data) + int(offset))
        if length is None or first + int(length) >= len(data):
            return _text(data[first:])
        if int(length) < 0 or first > len(data):
            raise self.error(start, "the length of the part is negative")
        return _text(data[first : first + int(length)])

    def argument(self, start: int, stops: str, *, escapes: bool = False) -> str:
        """One nested expression, or text up to a stop or the next nested expression; never nothing."""
        if self.text.startswith("${", self.at):
            here = self.at
            self.at += 2
            return self.expression(here)
        out: list[str] = []
        while self.at < len(self.text) and not self.text.startswith("${", self.at):
            char = self.text[self.at]
            if escapes and _ESCAPES.match(self.text, self.at):
                self.at += 1
                char = self.text[self.at]
            elif char in stops:
                break
            out.append(char)
            self.at += 1
        if not out:
            raise self.error(start, "unable to parse substitution within function")
        return "".join(out)

    def name(self, start: int) -> str:
        first = self.at
        while self.at < len(self.text) and (self.text[self.at] == "_" or self.text[self.at].isalpha() or self.text[self.at].isdecimal()):
            self.at += 1
        if first == self.at:
            raise self.error(start, "unable to parse variable name")
        return self.text[first : self.at]

    def value(self, name: str, start: int) -> str:
        if name in self.variables:
            return self.variables[name]
        if self.keep:
            return _MISSING
        if self.strict and self.missing is None:
            self.missing = self.error(start, f"variable not set (strict mode): {name!r}")
        return ""

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def error(self, start: int, why: str) -> SubstitutionError:
        return SubstitutionError(f"{self.text[start : start + 40].splitlines()[0]!r}: {why}")


_MISSING = "\0missing\0"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _each(change: Callable[[str], str]) -> Callable[[str], str]:
    """Character by character, as Go does: one character stays one."""
    return lambda text: "".join(changed if len(changed := change(char)) == 1 else char for char in text)


def _first(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: _each(change)(text[:1]) + text[1:]


_CASINGS: dict[str, Callable[[str], str]] = {",": _first(str.lower), ",,": _each(str.lower), "^": _first(str.upper), "^^": _each(str.upper)}


def _without_prefix(value: str, pattern: str, *, longest: bool) -> str:
    """Without the longest or shortest non-empty prefix that the glob matches; a malformed glob matches nothing."""
    glob = _glob(pattern)
    if glob is None:
        return value
    sizes = range(len(value), 0, -1) if longest else range(1, len(value) + 1)
    size = next((size for size in sizes if glob.fullmatch(value, 0, size)), 0)
    return value[size:]


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[str] | None:
    """`*` crosses everything, also `/`."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        members = re.match(r"\[(\^?)((?:\\.|[^\]\\])+)\]", pattern[at:], re.DOTALL)
        if pattern[at] == "[":
            if members is None:
                return None
            out.append(f"[{members[1]}{''.join(char if char == '-' else re.escape(char) for char in members[2])}]")
            at += members.end()
            continue
        if pattern[at] == "\\":
            at += 1
            if at == len(pattern):
                return None
            out.append(re.escape(pattern[at]))
        elif pattern[at] == "*":
            out.append("" if out[-1:] == [".*"] else ".*")
        else:
            out.append("." if pattern[at] == "?" else re.escape(pattern[at]))
        at += 1
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return None
