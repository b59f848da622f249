"""Renders and findings as plain data and back, equal in every field and type. A Failure has no such form: it may be of the moment.

Python's own `marshal` writes it, fifteen times as fast to read as JSON and exact in types: what is no plain data is refused.
It must never read bytes of unknown origin; the store gives back only what it has signed, and its names hold the version of
Python.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from typing import Any

from checker.model.findings import Finding, Outcome, Severity
from checker.model.objects import KubeObject, Location, ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.units import Note


def objects_to_bytes(objects: Iterable[KubeObject]) -> bytes:
    """Raises ValueError for what is no plain data, or too deep."""
    return marshal.dumps([[obj.body, _from_origin(obj.origin), [_from_origin(one) for one in obj.contributors]] for obj in objects])


def objects_from_bytes(data: bytes) -> tuple[KubeObject, ...]:
    return tuple(
        KubeObject(body=body, origin=_origin(origin), contributors=tuple(map(_origin, contributors)))
        for body, origin, contributors in marshal.loads(data)  # noqa: S302 - see above
    )


def from_notes(notes: Iterable[Note]) -> list[Any]:
    return [
        [
            note.id,
            note.message,
            None if note.location is None else _from_location(note.location),
            None if note.object is None else tuple(note.object),
        ]
        for note in notes
    ]


def to_notes(stored: Sequence[Any]) -> tuple[Note, ...]:
    return tuple(
        Note(
            id=name,
            message=message,
            location=None if location is None else _location(location),
            object=None if about is None else ObjectKey(*about),
        )
        for name, message, location, about in stored
    )


def from_finding(finding: Finding) -> list[Any]:
    """Without the unit and its environments, which are those of whom it is found in."""
    about = None if finding.object is None else tuple(finding.object)
    said = (finding.rule, int(finding.severity), finding.message, str(finding.outcome), finding.pointer)
    return [*said, about, _from_location(finding.location)]


def to_finding(stored: Sequence[Any]) -> Finding:
    rule, severity, message, outcome, pointer, about, location = stored
    return Finding(
        rule=rule,
        severity=Severity(severity),
        message=message,
        outcome=Outcome(outcome),
        pointer=pointer,
        object=None if about is None else ObjectKey(*about),
        location=_location(location),
    )


def _from_origin(origin: Origin) -> list[Any]:
    return [str(origin.path), origin.document, origin.line, origin.item]


def _origin(stored: list[Any]) -> Origin:
    path, document, line, item = stored
    return Origin(path=RepoPath(path), document=document, line=line, item=item)


def _from_location(location: Location) -> list[Any]:
    return [str(location.path), location.line, location.column]


def _location(stored: list[Any]) -> Location:
    path, line, column = stored
    return Location(path=RepoPath(path), line=line, column=column)
