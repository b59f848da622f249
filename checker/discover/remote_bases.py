"""Kustomizations -> findings on remote bases whose content can change without a commit here: no ref, or a branch for one.

Source of the URL form: https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs

from checker.model.findings import Finding, Severity
from checker.model.objects import Location, mapping, sequence
from checker.model.paths import RepoPath
from checker.model.tree import Tree, TreeError

FIELDS = ("resources", "bases", "components")
_REMOTE = re.compile(r"(?:git::|https?://|ssh://|git@|github\.com[/:])")
_FILE = re.compile(r"\.(?:ya?ml|json)$")
_FIXED = re.compile(r"v?\d+(?:\.\d+)*(?:[-+.].*)?|.*[/-]v?\d+\.\d+.*|[0-9a-f]{7,64}|refs/tags/.*")


def find_floating_bases(tree: Tree, files: Iterable[RepoPath]) -> tuple[Finding, ...]:
    """In the order of the kustomization files. Files by address are left out: their address names a version, or nobody can tell."""
    return tuple(finding for path in files for finding in _of_file(tree, path))


def _of_file(tree: Tree, path: RepoPath) -> Iterator[Finding]:
    from checker.tools.yaml import Rules, load_documents, locate

    try:
        data = tree.read(path)
    except TreeError:
        return
    for document in load_documents(data, rules=Rules.KUSTOMIZE):
        body = mapping(document.value)
        for field in FIELDS:
            for index, entry in enumerate(sequence(body.get(field))):
                if isinstance(entry, str) and (why := _floats(entry)):
                    line, column = locate(data, document.index, f"/{field}/{index}") or (document.line, 1)
                    message = f"the remote base {entry} {why}; pin a tag or a commit with ?ref="
                    yield Finding(
                        rule="remote-base-floating",
                        severity=Severity.WARNING,
                        message=message,
                        location=Location(path=path, line=line, column=column),
                        pointer=f"/{field}/{index}",
                    )


def _floats(entry: str) -> str:
    location, _, query = entry.partition("?")
    if not _REMOTE.match(entry) or _FILE.search(location):
        return ""
    given = parse_qs(query)
    ref = (given.get("ref") or given.get("version") or [""])[0]
    if not ref:
        return "names no ref, so it follows the default branch"
    return "" if _FIXED.fullmatch(ref) else f"follows {ref}, which can change without a commit here"
