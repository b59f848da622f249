"""`.sourceignore` patterns as source-controller reads them -> whether a file is left out of the artifact.

The dialect is go-git's old one, not Git's: the last pattern that matches decides, each file is judged by itself, so a file
can come back although its directory is excluded. https://fluxcd.io/flux/components/source/gitrepositories/#excluding-files
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from checker.model.records import dataclass

VERSION_CONTROL = (".git/", ".gitignore", ".gitmodules", ".gitattributes")
DEFAULTS = (
    *("*.jpg", "*.jpeg", "*.gif", "*.png", "*.wmv", "*.flv", "*.tar.gz", "*.zip"),
    *(".github/", ".circleci/", ".travis.yml", ".gitlab-ci.yml", "appveyor.yml", ".drone.yml"),
    *("cloudbuild.yaml", "codeship-services.yml", "codeship-steps.yml"),
    *("**/.goreleaser.yml", "**/.sops.yaml", "**/.flux.yaml"),
)
"""Hold only where no pattern is written anywhere in the repository; those for version control always hold."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """`domain` is the directory of the file the pattern stands in, as path parts."""

    domain: tuple[str, ...]
    segments: tuple[str, ...]
    includes: bool
    directories_only: bool

    def matches(self, path: Sequence[str], *, is_directory: bool) -> bool:
        size = len(self.domain)
        if len(path) <= size or tuple(path[:size]) != self.domain:
            return False
        rest = tuple(path[size:])
        if len(self.segments) == 1:
            return self._any_part(rest, is_directory=is_directory)
        return self._anchored(rest, is_directory=is_directory)

    def _any_part(self, path: tuple[str, ...], *, is_directory: bool) -> bool:
        for index, name in enumerate(path):
            if name_matches(self.segments[0], name):
                return is_directory or not self.directories_only or index < len(path) - 1
        return False

    def _anchored(self, path: tuple[str, ...], *, is_directory: bool) -> bool:
        matched = skipping = False
        for index, segment in enumerate(self.segments):
            if segment == "":
                skipping = False
                continue
            if segment == "**":
                if index == len(self.segments) - 1:
                    break
                skipping = True
                continue
            if "**" in segment or not path:
                return False
            found = next((at for at, name in enumerate(path) if name_matches(segment, name)), None) if skipping else None
            if skipping:
                matched, path, skipping = (found is not None), (path[found + 1 :] if found is not None else ()), False
            elif name_matches(segment, path[0]):
                matched, path = True, path[1:]
            else:
                return False
        return matched and (is_directory or not self.directories_only or bool(path))


@lru_cache(maxsize=256)
def parse_patterns(text: str, domain: tuple[str, ...] = ()) -> tuple[Pattern, ...]:
    """The patterns of one ignore file; comments and blank lines are none."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return tuple(parse_pattern(line, domain) for line in lines)


def parse_pattern(line: str, domain: tuple[str, ...] = ()) -> Pattern:
    includes = line.startswith("!")
    body = line[1:] if includes else line
    body = body if body.endswith("\\ ") else body.rstrip(" ")
    directories_only = body.endswith("/")
    body = body[:-1] if directories_only else body
    return Pattern(domain=domain, segments=tuple(body.split("/")), includes=includes, directories_only=directories_only)


def is_excluded(patterns: Sequence[Pattern], path: Sequence[str], *, is_directory: bool = False) -> bool:
    """The last pattern that matches decides."""
    for pattern in reversed(patterns):
        if pattern.matches(path, is_directory=is_directory):
            return not pattern.includes
    return False


def name_matches(pattern: str, name: str) -> bool:
    """Go's filepath.Match on one path part: `*`, `?`, `[^a-z]`, `\\x`; a malformed pattern matches nothing."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "[":
            piece = re.match(r"\[(\^?)((?:\\.|[^\]\\])+)\]", pattern[at:], re.DOTALL)
            if piece is None:
                return None
            out.append(f"[{piece[1]}{_members(piece[2])}]")
            at += piece.end()
            continue
        if char == "\\":
            at += 1
            if at >= len(pattern):
                return None
            out.append(re.escape(pattern[at]))
        else:
            out.append({"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char)))
        at += 1
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return None


def _members(text: str) -> str:
    return "".join(part if part == "-" else re.escape(part[-1]) for part in re.findall(r"\\.|.", text, re.DOTALL))
