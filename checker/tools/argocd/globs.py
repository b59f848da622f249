"""The four glob dialects that Argo CD uses in different places, each as a compiled regular expression.

gobwas/glob in directory include and exclude and in projects; Go's path.Match for Git directories and resource kinds;
doublestar for value files; git's pathspec for Git files. A pattern that does not compile matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_CLASS = re.compile(r"\[(?P<negated>[!^]?)(?P<body>\]?[^\]]*)\]")
MAX_PATTERN = 2_000
_NOTHING = re.compile(r"(?!)")


def glob_matches(pattern: str, value: str, *, separators: str = "") -> bool:
    """gobwas/glob: without separators `*` and `?` match `/` too; `{a,b}` may nest and may stay unclosed."""
    return _gobwas(pattern, separators).fullmatch(value) is not None


def path_match(pattern: str, path: str) -> bool:
    """Go's path.Match: `*` and `?` stop at `/`, `[^a-z]` negates, there are no braces and `**` is `*`."""
    return _go_path(pattern).fullmatch(path) is not None


def doublestar(pattern: str, path: str) -> bool:
    """bmatcuk/doublestar: as a shell, `**` as a whole segment crosses folders, `{a,b}` is a choice."""
    return _doublestar(pattern).fullmatch(path) is not None


def pathspec(pattern: str, path: str) -> bool:
    """`git ls-files -- PATTERN`: `*` and `?` match `/` too, and a folder selects what lies below it."""
    return _pathspec(pattern).fullmatch(path) is not None


def listed_order(path: str) -> tuple[tuple[bool, str], ...]:
    """Sort key of paths as doublestar returns them: the files of a folder before what lies deeper."""
    *folders, name = path.split("/")
    return (*((True, folder) for folder in folders), (False, name))


@lru_cache(maxsize=1024)
def _gobwas(pattern: str, separators: str) -> re.Pattern[str]:
    star = f"[^{re.escape(separators)}]" if separators else "."
    out: list[str] = []
    depth = at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "\\":
            out.append(re.escape(pattern[at : at + 1]))
            at += 1
        elif char == "*":
            double = pattern[at : at + 1] == "*"
            at += double
            out.append(".*" if double else f"{star}*")
        elif char == "?":
            out.append(star)
        elif char == "[":
            piece, at = _gobwas_class(pattern, at)
            if not piece:
                return _NOTHING
            out.append(piece)
        elif char == "{" or (char in ",}" and depth):
            depth += {"{": 1, "}": -1}.get(char, 0)
            out.append({"{": "(?:", "}": ")", ",": "|"}[char])
        else:
            out.append(re.escape(char))
    return _compiled("".join(out) + ")" * depth, pattern)


def _gobwas_class(pattern: str, at: int) -> tuple[str, int]:
    """One range or one list of characters after `[`, empty text for what gobwas refuses."""
    negated = pattern[at : at + 1] == "!"
    at += negated
    close = pattern.find("]", at)
    body = pattern[at:close] if close > at else ""
    if not body or (body[1:2] == "-" and (len(body) != 3 or body[0] > body[2])):
        return "", at
    inside = f"{re.escape(body[0])}-{re.escape(body[2])}" if body[1:2] == "-" else "".join(map(re.escape, body))
    return f"[{'^' * negated}{inside}]", close + 1


@lru_cache(maxsize=1024)
def _go_path(pattern: str) -> re.Pattern[str]:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "\\":
            if at == len(pattern):
                return _NOTHING
            out.append(re.escape(pattern[at]))
            at += 1
        elif char in "*?":
            out.append("[^/]*" if char == "*" else "[^/]")
        elif char == "[":
            piece, at = _go_class(pattern, at)
            if not piece:
                return _NOTHING
            out.append(piece)
        else:
            out.append(re.escape(char))
    return _compiled("".join(out), pattern)


def _go_class(pattern: str, at: int) -> tuple[str, int]:
    negated = pattern[at : at + 1] == "^"
    close = re.compile(r"(?:\\.|[^\]\\])+").match(pattern, at + negated)
    if close is None or pattern[close.end() : close.end() + 1] != "]":
        return "", at
    members = re.findall(r"(\\.|[^\\-])(?:-(\\.|[^\\-]))?|(-)", close[0])
    if any(dash for *_, dash in members):
        return "", at
    inside = "".join(re.escape(low[-1]) + (f"-{re.escape(high[-1])}" if high else "") for low, high, _ in members)
    return f"[{'^' * negated}{inside}]", close.end() + 1


@lru_cache(maxsize=1024)
def _doublestar(pattern: str) -> re.Pattern[str]:
    table = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "**": "[^/]*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"((?:(?<=/)|^)\*\*/|/\*\*$|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|\\.|[{},])", "**/*" if pattern == "**" else pattern)
    out: list[str] = []
    depth = 0
    for piece in pieces:
        if piece == "{" or (piece in (",", "}") and depth):
            depth += {"{": 1, "}": -1}.get(piece, 0)
            out.append({"{": "(?:", "}": ")", ",": "|"}[piece])
        elif piece.startswith("[") and piece.endswith("]"):
            out.append(_shell_class(piece))
        elif len(piece) == 2 and piece[0] == "\\":
            out.append(re.escape(piece[1]))
        else:
            out.append(table.get(piece, re.escape(piece)))
    return _compiled("".join(out), pattern) if not depth else _NOTHING


@lru_cache(maxsize=1024)
def _pathspec(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*+|\?|\[[!^]?\]?[^\]]*\]|\\.)", pattern.removeprefix("./"))
    out: list[str] = []
    for piece in pieces:
        if piece.startswith("*"):
            out.append(".*")
        elif piece == "?":
            out.append(".")
        elif piece.startswith("[") and piece.endswith("]"):
            out.append(_shell_class(piece))
        else:
            out.append(re.escape(piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece))
    literal = re.escape(pattern.removeprefix("./").rstrip("/"))
    if pattern.startswith("/") or ".." in pattern.split("/"):
        return _NOTHING
    return _compiled(f"(?:{''.join(out)}|{literal}/.*|{literal})" if literal else ".*", pattern)


def _shell_class(piece: str) -> str:
    found = _CLASS.fullmatch(piece)
    if found is None:
        return re.escape(piece)
    body = re.sub(r"([\\\[&~|^])", r"\\\1", found["body"])
    return f"[{'^' if found['negated'] else ''}{body}]"


def _compiled(expression: str, pattern: str) -> re.Pattern[str]:
    if len(pattern) > MAX_PATTERN or pattern.count("*") > 50:
        return _NOTHING
    try:
        return re.compile(expression, re.DOTALL)
    except re.error:
        return _NOTHING


def any_glob(patterns: Iterable[str], value: str) -> bool:
    """Whether one of several gobwas patterns matches."""
    return any(glob_matches(pattern, value) for pattern in patterns)
