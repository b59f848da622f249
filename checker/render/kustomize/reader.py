"""Bytes of a resource or patch file -> resources, as kustomize loads them: lists unpacked, empty documents left out.

One surprise: a List that is alone in its file gives its items in place; any other kind ending in List gives them last.
Parsed files are kept by content between builds, in a form that every build copies from.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from checker.model.objects import Location, Origin
from checker.model.paths import RepoPath
from checker.model.records import dataclass, replace
from checker.render.kustomize.failure import broken
from checker.render.kustomize.notes import take_notes
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import Literal, NeedStylesError, Quoted, copied, is_empty, is_null, is_scalar, text_of, through_json
from checker.tools.yaml import Document, Rules, load_documents, locate

KEPT_BYTES = 256 * 1024
_NOTHING_IN_FLOW = re.compile(rb":[ \t\r\n]*[,}\]]")
"""Perhaps a null that without styles looks like an empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where bytes come from: a file, or a text inside one (an inline patch). `styled` as in `values`."""

    path: RepoPath
    styled: bool = False
    line: int | None = None
    """The line of the text inside the file, for inline text."""


def read_resources(data: bytes, source: Source) -> list[Resource]:
    """Raises RenderFailure where kustomize does."""
    parts = list(_unwrapped(data, source))
    found: list[Resource] = []
    while parts:
        later: list[tuple[Any, Origin]] = []
        for body, origin in parts:
            if is_empty(body):
                continue
            items = _items(body, origin, source)
            if items is None:
                found.append(Resource(body=body, origin=origin))
                take_notes(found[-1])
            else:
                later.extend((item, replace(origin, item=index)) for index, item in enumerate(items))
        parts = later
    return found


def _items(body: Any, origin: Origin, source: Source) -> list[Any] | None:
    """The items of a List still to unpack; None for a resource. Raises for what is neither."""
    kind = body.get("kind") if type(body) is dict else None
    if is_null(kind) or not is_scalar(kind) or not text_of(kind):
        raise broken("no resource: it has no `kind`", _place(origin, source))
    if not text_of(kind).endswith("List"):
        metadata = body.get("metadata")
        name = metadata.get("name") if type(metadata) is dict else None
        if is_null(name) or not text_of(name):
            raise broken(f"this {text_of(kind)} has no metadata.name", _place(origin, source))
        return None
    if "items" not in body:
        return None
    items = body["items"]
    if is_null(items):
        return []
    if type(items) is not list:
        raise broken(f"`items` of this {text_of(kind)} is no list", _place(origin, source))
    return [through_json(item) for item in items] if source.styled else items


def _unwrapped(data: bytes, source: Source) -> Iterator[tuple[Any, Origin]]:
    documents = _documents(data, source)
    alone = len(documents) == 1 and b"\n---" not in data
    for value, index, line in documents:
        origin = Origin(path=source.path, document=index, line=line if source.line is None else source.line)
        if alone and type(value) is dict and value.get("kind") in ("List", "ResourceList") and "items" in value:
            items = value["items"]
            if type(items) is list:
                yield from ((item, replace(origin, item=number)) for number, item in enumerate(items))
        else:
            yield value, origin


def _documents(data: bytes, source: Source) -> list[tuple[Any, int, int]]:
    kept = _parsed(data) if len(data) <= KEPT_BYTES else _parse(data)
    if isinstance(kept, Document):
        problem = kept.error or kept.duplicates[0]
        line = problem.line if source.line is None else source.line
        raise broken(
            f"YAML: {problem.message}", Location(path=source.path, line=line, column=problem.column if source.line is None else None)
        )
    documents: list[tuple[Any, int, int]] = (
        marshal.loads(kept)  # noqa: S302 - dumped by _parse
        if isinstance(kept, bytes)
        else [(copied(d.value), d.index, d.line) for d in kept]
    )
    if not source.styled:
        if _NOTHING_IN_FLOW.search(data):
            raise NeedStylesError
        return documents
    from checker.tools.yaml.styled import load_styled

    styled = load_styled(data, quoted=Quoted, literal=Literal)
    lines = {index: line for _, index, line in documents}
    return [(value, index, lines[index]) for index, value in styled]


@lru_cache(maxsize=2048)
def _parsed(data: bytes) -> bytes | Document | tuple[Document, ...]:
    return _parse(data)


def _parse(data: bytes) -> bytes | Document | tuple[Document, ...]:
    """The documents as bytes to copy from, or the first broken one."""
    documents = load_documents(data, rules=Rules.KUSTOMIZE)
    for document in documents:
        if document.error is not None or (document.duplicates and not _among_annotations(data, document)):
            return document
    try:
        return marshal.dumps([(d.value, d.index, d.line) for d in documents], 2)
    except ValueError:
        return documents


def _among_annotations(data: bytes, document: Document) -> bool:
    """Whether only annotations are given twice: kustomize writes those anew, and so the last one counts."""
    metadata = document.value.get("metadata") if isinstance(document.value, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict):
        return False
    names = (key.replace("~", "~0").replace("/", "~1") for key in annotations)
    places = {locate(data, document.index, f"/metadata/annotations/{name}", key=True) for name in names}
    return all((duplicate.line, duplicate.column) in places for duplicate in document.duplicates)


def _place(origin: Origin, source: Source) -> Location:
    return Location(path=source.path, line=origin.line)
