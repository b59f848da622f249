"""Argo CD's globs and repository URLs, as AppProjects are matched with them.

Globs are those of gobwas: `*`, `**`, `?`, classes and `{a,b}`, anchored, case counts; `*` stops at a separator only where one
is given. Facts: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

_MAX_PATTERN, _MAX_STARS = 1024, 12
"""A pattern may come with the change: many stars make matching slow on purpose."""


@lru_cache(maxsize=1024)
def _compiled(pattern: str, separator: str) -> re.Pattern[str] | None:
    if len(pattern) > _MAX_PATTERN or pattern.count("*") > _MAX_STARS:
        return None
    try:
        return re.compile(_translated(pattern, separator), re.DOTALL)
    except re.error:
        return None


def glob_matches(pattern: str, value: str, separator: str = "") -> bool:
    """A pattern that is none matches nothing."""
    compiled = _compiled(pattern, separator)
    return compiled is not None and compiled.fullmatch(value) is not None


def _translated(pattern: str, separator: str) -> str:
    step = f"[^{re.escape(separator)}]" if separator else "."
    wild = {"**": ".*", "*": f"{step}*", "?": step}
    out: list[str] = []
    depth = 0
    for piece in re.findall(r"\\.|\*\*|\[[!^]?[^\]]+\]|.", pattern, re.DOTALL):
        if piece in wild:
            out.append(wild[piece])
        elif piece == "{":
            out.append("(?:")
            depth += 1
        elif piece == "}" and depth:
            out.append(")")
            depth -= 1
        elif piece == "," and depth:
            out.append("|")
        elif len(piece) > 2 and piece[0] == "[":
            inside = re.escape(piece[1:-1].lstrip("!^")).replace("\\-", "-")
            out.append(f"[{'^' if piece[1] in '!^' else ''}{inside}]")
        else:
            out.append(re.escape(piece[-1]))
    return "".join(out) + ")" * depth


def normalised_url(url: str) -> str:
    """As Argo CD compares repositories: case and a trailing `.git` aside, `git@host:path` and `ssh://` alike; empty for no URL."""
    text = url.strip().lower()
    if re.fullmatch(r"(ssh://)?([^/:]*?)@[^@]+", text) and not text.startswith("ssh://"):
        text = "ssh://" + text.replace(":", "/", 1)
    text = text.removesuffix(".git")
    try:
        _ = urlsplit(text).port
    except ValueError:
        return ""
    return text.removeprefix("ssh://")
