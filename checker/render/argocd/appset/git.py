"""The git generator: one set of parameters for each folder, or for each object in a file.

Folders match by Go's path.Match, files by git's pathspecs, or by doublestar where the controller is told so
(applicationsetcontroller.enable.new.git.file.globbing). applicationset/generators/git.go and util/git/client.go, argo-cd.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.paths import RepoPath, join
from checker.model.tree import EntryKind, Tree, TreeError, walk
from checker.render.argocd.appset.params import GeneratorFailed, NotExpanded, Params, flattened
from checker.render.argocd.sources import Checkout
from checker.tools.argocd import doublestar, path_match, pathspec
from checker.tools.gotemplate import TextList, go_value
from checker.tools.gotemplate.encoding import normalize


def git_params(generator: Mapping[str, JSONValue], checkout: Checkout, *, go: bool, new_globbing: bool = False) -> Iterator[Params]:
    """Without the generator's `values`. Raises GeneratorFailed, NotExpanded."""
    directories = [mapping(item) for item in sequence(generator.get("directories"))]
    files = [mapping(item) for item in sequence(generator.get("files"))]
    prefix = text(generator.get("pathParamPrefix"))
    if directories:
        for path in _directories(checkout, directories):
            yield _of_directory(path, prefix, go=go)
    elif files:
        for path in _globbed(checkout, files) if new_globbing else _files(checkout, files):
            yield from _of_file(checkout, path, prefix, go=go)
    else:
        raise GeneratorFailed("a git generator needs directories or files")


def _split(items: Sequence[Mapping[str, JSONValue]]) -> tuple[list[str], list[str]]:
    included = [text(item.get("path")) for item in items if item.get("exclude") is not True]
    return included, [text(item.get("path")) for item in items if item.get("exclude") is True]


def _directories(checkout: Checkout, items: Sequence[Mapping[str, JSONValue]]) -> list[str]:
    included, excluded = _split(items)
    found = {path for pattern in included for path in _matching(checkout.tree, checkout.root, pattern)}
    kept = [path for path in found if not any(path_match(pattern, path) for pattern in excluded)]
    return sorted(kept, key=lambda path: path.split("/"))


def _matching(tree: Tree, root: RepoPath, pattern: str) -> list[str]:
    """Segment by segment, so that no more of the tree is read than the pattern can match; hidden folders never match."""
    found = [""]
    for segment in pattern.split("/"):
        found = [below for folder in found for below in _below(tree, root, folder, segment)]
    return found


def _below(tree: Tree, root: RepoPath, folder: str, segment: str) -> Iterator[str]:
    top = RepoPath("/".join(part for part in (root, folder) if part))
    for name in tree.entries(top):
        if name.startswith(".") or not path_match(segment, name):
            continue
        path = join(top, name)
        # the second look is remembered, so that a folder that is new can be told from one that was there
        if tree.kind(path, follow=False) is EntryKind.DIRECTORY and tree.kind(path) is EntryKind.DIRECTORY:
            yield f"{folder}/{name}" if folder else name


def _files(checkout: Checkout, items: Sequence[Mapping[str, JSONValue]]) -> list[str]:
    included, excluded = ([_inside(pattern) for pattern in patterns] for patterns in _split(items))
    found: set[str] = set()
    for pattern in included:
        top = RepoPath("/".join(part for part in (checkout.root, *_fixed(pattern)) if part))
        if checkout.tree.kind(top) is EntryKind.FILE:
            candidates = [top]
        else:
            candidates = list(walk(checkout.tree, top)) if checkout.tree.kind(top) is EntryKind.DIRECTORY else []
        start = len(checkout.root) + 1 if checkout.root else 0
        found.update(path[start:] for path in candidates if pathspec(pattern, path[start:]))
    return sorted(path for path in found if not any(pathspec(pattern, path) for pattern in excluded))


def _globbed(checkout: Checkout, items: Sequence[Mapping[str, JSONValue]]) -> list[str]:
    """By doublestar over files and folders alike: a folder that is matched cannot be read, and so fails the generator."""
    included, excluded = ([posixpath.normpath(pattern.lstrip("/") or ".") for pattern in patterns] for patterns in _split(items))
    start = len(checkout.root) + 1 if checkout.root else 0
    files = [path[start:] for path in walk(checkout.tree, checkout.root)]
    folders = {".", *(parent for path in files for parent in _above(path))}
    for pattern in (*included, *excluded):
        matched = min((folder for folder in folders if doublestar(pattern, folder)), default=None)
        if matched is not None:
            raise GeneratorFailed(f"the path {pattern!r} of a git generator matches the folder {matched}, which is no file")
    found = (path for path in files if any(doublestar(pattern, path) for pattern in included))
    return sorted(path for path in found if not any(doublestar(pattern, path) for pattern in excluded))


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = posixpath.dirname(path)
        yield path


def _inside(pattern: str) -> str:
    """As git reads it from the root of the repository. Raises GeneratorFailed for one that leaves it, NotExpanded for git's magic."""
    if pattern.startswith(":"):
        raise NotExpanded(f"the path {pattern!r} of a git generator is a pathspec with magic, which is not supported", remote=False)
    plain = posixpath.normpath(pattern)
    if plain.startswith(("/", "../")) or plain == "..":
        raise GeneratorFailed(f"git refuses the path {pattern!r} of a git generator: it is outside the repository")
    return "" if plain == "." else plain + "/" * pattern.endswith("/")


def _fixed(pattern: str) -> list[str]:
    """The leading segments without wildcards, which need no search."""
    fixed: list[str] = []
    for segment in pattern.removeprefix("./").split("/"):
        if re.search(r"[*?\[\\]", segment) or segment in ("", ".", ".."):
            break
        fixed.append(segment)
    return fixed


def _of_directory(path: str, prefix: str, *, go: bool) -> Params:
    base = posixpath.basename(path)
    if go:
        inner = {"path": path, "basename": base, "basenameNormalized": normalize(base), "segments": TextList(path.split("/"))}
        return {prefix: {"path": inner}} if prefix else {"path": inner}
    name = f"{prefix}.path" if prefix else "path"
    numbered = {f"{name}[{number}]": part for number, part in enumerate(path.split("/")) if part}
    return {name: path, f"{name}.basename": base, f"{name}.basenameNormalized": normalize(base), **numbered}


def _of_file(checkout: Checkout, path: str, prefix: str, *, go: bool) -> Iterator[Params]:
    full = RepoPath("/".join(part for part in (checkout.root, path) if part))
    folder, name = posixpath.dirname(path) or ".", posixpath.basename(path)
    about = _of_directory(folder, prefix, go=go)
    for body in _objects(checkout.tree, full):
        if go:
            params = {**body, **about}
            inner = (params[prefix] if prefix else params)["path"]
            merged = {**inner, "filename": name, "filenameNormalized": normalize(name)}
            yield {**params, **({prefix: {"path": merged}} if prefix else {"path": merged})}
        else:
            key = f"{prefix}.path" if prefix else "path"
            yield {**flattened(body), **about, f"{key}.filename": name, f"{key}.filenameNormalized": normalize(name)}


def _objects(tree: Tree, path: RepoPath) -> list[dict[str, Any]]:
    """A mapping is one, a list of mappings several, an empty file one that is empty."""
    from checker.tools.yaml import load_documents

    try:
        documents = load_documents(tree.read(path))
    except TreeError as error:
        raise GeneratorFailed(str(error)) from error
    if not documents:
        return [{}]
    if documents[0].error is not None:
        raise GeneratorFailed(f"{path}:{documents[0].error.line}: {documents[0].error.message}")
    value = go_value(documents[0].value)
    if value is None:
        return [{}]
    found = [item or {} for item in value] if isinstance(value, list) else [value]
    if not all(isinstance(item, dict) for item in found):
        raise GeneratorFailed(f"{path} is neither a mapping nor a list of mappings")
    return [dict(item) for item in found]
