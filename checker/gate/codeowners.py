"""CODEOWNERS in, owners of a path and whose approval it needs out, by the rules of GitHub, GitLab and Bitbucket.

Patterns are those of .gitignore without negation; the last match wins, at GitLab within each section. An entry without
owners takes ownership away. At GitLab each section asks for approvals of its own, an optional one (`^[Name]`) for none, and
sections of one name are one. Bitbucket may say how reviewers are picked from a group (`@team:random(2)`), which changes no owner. Facts: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners,
https://docs.gitlab.com/user/project/codeowners/reference/, https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-code-owners/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.model.tree import EntryKind, Tree

FORMATS = ("github", "gitlab", "bitbucket")
_SECTION = re.compile(r"(\^?)\[([^\]]+)\](?:\[(\d{1,3})\])?\s*(.*)")
_PICKED = re.compile(r":(?:all|random|least_busy)(?:\(\d+\))?$")


@dataclass(frozen=True, slots=True)
class Entry:
    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    section: str
    line: int
    required: int = 1
    """Approvals of these owners that a change of a matching path needs; 0 in an optional section."""


@dataclass(frozen=True, slots=True)
class Demand:
    """`required` of these owners must approve; `section` is empty outside GitLab and for its entries without one."""

    owners: tuple[str, ...]
    required: int
    section: str = ""


def parse_owners(written: str, kind: str) -> tuple[Entry, ...]:
    """Every entry in order; a line that is none is left out, as forges do."""
    return tuple(_entries(written, kind))


def _entries(written: str, kind: str) -> Iterator[Entry]:
    section, required = "", 1
    inherited: tuple[str, ...] = ()
    for number, raw in enumerate(written.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        header = _SECTION.fullmatch(line) if kind == "gitlab" else None
        if header is not None:
            optional, name, approvals, owners = header.groups()
            section, inherited = name.strip().lower(), _owners(owners, kind)
            required = 0 if optional else max(1, int(approvals or 1))
            continue
        words = re.findall(r"(?:\\.|\S)+", line)
        negated = words[0].startswith("!")
        if negated and kind != "gitlab":
            continue  # GitHub and Bitbucket refuse negation; GitLab reads it as an exclusion.
        owners_here = _owners(" ".join(words[1:]), kind) or inherited
        yield Entry(_compiled(words[0].removeprefix("!")), () if negated else owners_here, section, number, required)


def _owners(written: str, kind: str) -> tuple[str, ...]:
    """Words that are a name or an address; GitLab knows no comments behind an entry and takes the names in them for owners."""
    told = written if kind == "gitlab" else re.split(r"(?:^|\s+)#", written)[0]
    words = (_PICKED.sub("", word) if kind == "bitbucket" else word for word in told.split())
    return tuple(word for word in words if "@" in word)


def owners_of(path: str, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The last match of each section, together."""
    return tuple(dict.fromkeys(owner for demand in demands_of(path, entries) for owner in demand.owners))


def demands_of(path: str, entries: tuple[Entry, ...]) -> tuple[Demand, ...]:
    """What each section asks for a path; of sections that share a name the strictest counts, as GitLab has it."""
    last: dict[str, Entry] = {}
    strictest: dict[str, int] = {}
    for entry in entries:
        strictest[entry.section] = max(strictest.get(entry.section, 0), entry.required)
        if entry.pattern.fullmatch(path):
            last[entry.section] = entry
    return tuple(Demand(entry.owners, strictest[section], section) for section, entry in last.items() if entry.owners)


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
