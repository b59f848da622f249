"""Kubernetes objects out of a file's bytes: lists unpacked, what is wrong beside, what is no object apart."""

from __future__ import annotations

from checker.model.objects import KubeObject, Origin, sequence
from checker.model.records import dataclass, replace
from checker.tools.yaml.load import load_documents
from checker.tools.yaml.scalars import Rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.model.objects import JSONValue
    from checker.model.paths import RepoPath
    from checker.tools.yaml.load import Document, YamlError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something unreadable in a file. `document` counts as Origin.document does."""

    path: RepoPath
    document: int
    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadObjects:
    """All in the order of the file. Every document is in exactly one of them, one with duplicate keys in two.

    A key that overrides one brought by `<<` is no duplicate here: it is meant, and no controller minds.
    `others` are documents that are no object: no mapping, or no text in apiVersion or kind.
    """

    objects: tuple[KubeObject, ...]
    problems: tuple[Problem, ...] = ()
    duplicates: tuple[Problem, ...] = ()
    others: tuple[Document, ...] = ()


def read_objects(data: bytes, path: RepoPath, *, rules: Rules = Rules.KUBERNETES) -> ReadObjects:
    """The objects of a file, those inside a List each by itself, as kubectl applies them."""
    return objects_of(load_documents(data, rules=rules), path, data)


def objects_of(documents: tuple[Document, ...], path: RepoPath, data: bytes) -> ReadObjects:
    """As `read_objects`, for the documents that were loaded from `data`."""
    objects: list[KubeObject] = []
    problems: list[Problem] = []
    duplicates: list[Problem] = []
    others: list[Document] = []
    for document in documents:
        if document.error is not None:
            problems.append(_problem(path, document.index, document.error))
            continue
        duplicates.extend(_problem(path, document.index, duplicate) for duplicate in document.duplicates if not duplicate.overrides)
        body = document.value
        if isinstance(body, dict) and is_object(body):
            origin = Origin(path=path, document=document.index, line=document.line)
            if is_list(body):
                _unpack(body, origin, data, objects, problems)
            else:
                objects.append(KubeObject(body=body, origin=origin))
        elif body is not None:
            others.append(document)
    return ReadObjects(objects=tuple(objects), problems=tuple(problems), duplicates=tuple(duplicates), others=tuple(others))


def is_object(value: JSONValue) -> bool:
    """Whether a value names its apiVersion and kind."""
    if not isinstance(value, dict):
        return False
    version, kind = value.get("apiVersion"), value.get("kind")
    return isinstance(version, str) and isinstance(kind, str) and version != "" != kind


def is_list(body: Mapping[str, JSONValue]) -> bool:
    """Whether an object stands for its items: `kind: List`, or a kind that ends in List and has items."""
    kind = body.get("kind")
    if kind == "List":
        return isinstance(body.get("items"), list | None)
    return isinstance(kind, str) and kind.endswith("List") and isinstance(body.get("items"), list)


def _unpack(body: Mapping[str, JSONValue], origin: Origin, data: bytes, objects: list[KubeObject], problems: list[Problem]) -> None:
    from checker.tools.yaml.positions import locate

    for index, item in enumerate(sequence(body.get("items"))):
        line, column = locate(data, origin.document, f"/items/{index if origin.item is None else origin.item}") or (origin.line, 1)
        place = replace(origin, line=line, item=index if origin.item is None else origin.item)
        if not isinstance(item, dict) or not is_object(item):
            message = f"item {index} of this {body['kind']} is no object: it needs apiVersion and kind"
            problems.append(Problem(path=origin.path, document=origin.document, message=message, line=line, column=column))
        elif is_list(item):
            _unpack(item, place, data, objects, problems)
        else:
            objects.append(KubeObject(body=item, origin=place))


def _problem(path: RepoPath, document: int, error: YamlError) -> Problem:
    return Problem(path=path, document=document, message=error.message, line=error.line, column=error.column)
