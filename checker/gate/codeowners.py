"""CODEOWNERS in, owners of a path out, by the rules of GitHub, GitLab and Bitbucket.

Patterns are those of .gitignore without negation; the last match wins, at GitLab within each section. An entry without
owners takes ownership away. Facts: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners,
https://docs.gitlab.com/user/project/codeowners/reference/, https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-code-owners/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checker.model.paths import RepoPath
from checker.model.tree import EntryKind, Tree

FORMATS = ("github", "gitlab", "bitbucket")
_SECTION = re.compile(r"\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    section: str
    line: int


def parse_owners(written: str, kind: str) -> tuple[Entry, ...]:
    """Every entry in order; a line that is none is left out, as forges do."""
    return tuple(_entries(written, kind))


def _entries(written: str, kind: str) -> Iterator[Entry]:
    section = ""
    inherited: tuple[str, ...] = ()
    for number, raw in enumerate(written.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        header = _SECTION.fullmatch(line) if kind == "gitlab" else None
        if header is not None:
            section, inherited = header[1].strip().lower(), _owners(header[2])
            continue
        words = re.findall(r"(?:\\.|\S)+", line)
        owners = _owners(" ".join(words[1:])) or inherited
        negated = words[0].startswith("!")
        if negated and kind == "github":
            continue  # GitHub refuses negation; GitLab reads it as an exclusion.
        yield Entry(_compiled(words[0].removeprefix("!")), () if negated else owners, section, number)


def _owners(written: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"\s+#", written)[0].split() if "@" in word)


def owners_of(path: str, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The last match of each section, together."""
    last: dict[str, Entry] = {entry.section: entry for entry in entries if entry.pattern.fullmatch(path)}
    return tuple(dict.fromkeys(owner for entry in last.values() for owner in entry.owners))


def _compiled(pattern: str) -> re.Pattern[str]:
    """Anchored where a slash is before the end; a folder covers what is below it."""
    text = re.sub(r"\\(.)", lambda match: f"\0{ord(match[1]):06d}", pattern)
    anchored = "/" in text.rstrip("/")
    body = text.strip("/") if text != "/" else ""
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?|\0\d{6})", body)
    table = {"**/": "(?:.*/)?", "/**": "/.+", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    regex = "".join(_piece(part, table) for part in parts)
    # `docs/*` covers files of that folder alone; anything else that names a folder covers all of it.
    below = "" if body.endswith("/*") else "/.+" if text.endswith("/") else "(?:/.+)?"
    return re.compile(("" if anchored else "(?:.*/)?") + regex + below, re.DOTALL)


def _piece(part: str, table: dict[str, str]) -> str:
    if part.startswith("\0"):
        return re.escape(chr(int(part[1:])))
    return table.get(part, re.escape(part))


PLACES = {
    "github": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    "gitlab": ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
    "bitbucket": (".bitbucket/CODEOWNERS",),
}
"""Where each forge looks, in its order."""


def find_owners(tree: Tree, provider: str) -> tuple[str | None, str]:
    """The text of the file that counts and the forge whose rules it follows; None where there is none."""
    kinds = (provider,) if provider in PLACES else FORMATS
    for kind in kinds:
        for place in PLACES[kind]:
            path = RepoPath(place)
            if tree.kind(path) is EntryKind.FILE:
                return tree.read(path).decode("utf-8", "replace"), kind
    return None, kinds[0]
