"""A plain folder as Argo CD reads it: which files count, which are ignored and which are errors.

The opposite of Flux: a file that holds no Kubernetes object (values, CI settings) is silently none of it. Rules:
reposerver/repository/repository.go, argo-cd.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from checker.model.objects import JSONValue, KubeObject, Location, Origin, mapping, text
from checker.model.paths import RepoPath, join
from checker.model.tree import EntryKind, Tree, Unreadable
from checker.model.units import RenderFailure
from checker.render.argocd.context import Context
from checker.render.argocd.jsonnet import render_jsonnet
from checker.tools.argocd import glob_matches

SKIP = b"+argocd:skip-file-rendering"
MAX_BYTES = 10 * 1024 * 1024
_CANDIDATE = re.compile(r".*\.(yaml|yml|json|jsonnet)", re.DOTALL)
_LOOKS_LIKE_ONE = (b"apiVersion:", b"kind:", b"metadata:")


def render_directory(context: Context) -> tuple[KubeObject, ...]:
    """Every object, in the order of files."""
    tree = context.source.checkout.tree
    settings = context.section("directory")
    objects: list[KubeObject] = []
    size = 0
    for path in _files(tree, context.source.path, settings):
        data = tree.read(path)
        if SKIP in data:
            continue
        if path.endswith(".jsonnet"):
            objects.extend(render_jsonnet(context, path, data))
            continue
        size += len(data)
        if size > MAX_BYTES:
            raise context.broken(f"{context.source.path or '.'} holds more than 10 MB of manifests, Argo CD's limit for a folder")
        objects.extend(_objects(data, path))
    return tuple(objects)


def _files(tree: Tree, top: RepoPath, settings: Mapping[str, JSONValue]) -> Iterator[RepoPath]:
    include, exclude = text(settings.get("include")), text(settings.get("exclude"))
    for path in _walk(tree, top, settings.get("recurse") is True):
        relative = path[len(top) + 1 :] if top else path
        if settings.get("disableExtensionFilter") is not True and not _CANDIDATE.fullmatch(relative.rpartition("/")[2]):
            continue
        if exclude and glob_matches(exclude, relative):
            continue
        if not include or glob_matches(include, relative):
            yield path


def _walk(tree: Tree, folder: RepoPath, recurse: bool) -> Iterator[RepoPath]:
    """In lexical order, hidden names too. A link to a file counts, a link to a folder is not entered."""
    for name in tree.entries(folder):
        path = join(folder, name)
        kind = tree.kind(path, follow=False)
        if kind is EntryKind.DIRECTORY:
            if recurse:
                yield from _walk(tree, path, recurse)
        elif kind is EntryKind.FILE or (kind is EntryKind.SYMLINK and _leads_to_file(tree, path)):
            yield path


def _leads_to_file(tree: Tree, path: RepoPath) -> bool:
    try:
        return tree.kind(path) is EntryKind.FILE
    except Unreadable as error:
        raise RenderFailure(f"{error}; Argo CD refuses a repository with such a link", location=Location(path=path)) from error


def _objects(data: bytes, path: RepoPath) -> Iterator[KubeObject]:
    if path.endswith(".json"):
        yield from _json_objects(data, path)
        return
    from checker.tools.yaml import load_documents

    found: list[KubeObject] = []
    for document in load_documents(data):
        if document.error is None and document.value in (None, {}):
            continue
        problem = document.error.message if document.error is not None else _problem(document.value)
        if problem:
            if found or all(word in data for word in _LOOKS_LIKE_ONE):
                line, column = (document.error.line, document.error.column) if document.error is not None else (document.line, None)
                raise RenderFailure(problem, location=Location(path=path, line=line, column=column))
            return
        origin = Origin(path=path, document=document.index, line=document.line)
        found.extend(expanded_list(mapping(document.value), origin))
    yield from found


def _problem(value: JSONValue) -> str:
    if not isinstance(value, dict):
        return "is not a Kubernetes object: expected a mapping"
    return "" if text(value.get("kind")) else "kind is missing"


def _json_objects(data: bytes, path: RepoPath) -> Iterator[KubeObject]:
    try:
        value = json.loads(data)
    except json.JSONDecodeError as error:
        raise RenderFailure(
            f"is not one JSON object: {error.msg}", location=Location(path=path, line=error.lineno, column=error.colno)
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise RenderFailure("is not one JSON object", location=Location(path=path)) from error
    problem = _problem(value)
    if problem:
        raise RenderFailure(problem, location=Location(path=path, line=1))
    yield from expanded_list(value, Origin(path=path))


def expanded_list(body: Mapping[str, JSONValue], origin: Origin) -> Iterator[KubeObject]:
    """A list stands for its items; one whose items are null stands for nothing."""
    items = body.get("items")
    if isinstance(items, list):
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                raise RenderFailure(f"items[{number}] is no object", location=Location(path=origin.path, line=origin.line))
            yield KubeObject(body=item, origin=Origin(path=origin.path, document=origin.document, line=origin.line, item=number))
    elif items is not None or "items" not in body or "spec" in body or "status" in body:
        yield KubeObject(body=body, origin=origin)
