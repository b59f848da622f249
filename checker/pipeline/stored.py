"""A render as plain data and back, equal in every field and type. A Failure has no such form: it may be of the moment.

Python's own `marshal` writes it, fifteen times as fast to read as JSON and exact in types: what is no plain data is refused.
It must never read bytes of unknown origin; the store gives back only what it has signed, and its names hold the version of
Python.
"""

from __future__ import annotations

import marshal
from typing import Any

from checker.model.objects import KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.model.units import Note, Rendered


def to_bytes(rendered: Rendered) -> bytes:
    """Without `reads` and `pinned`, which are kept beside it. Raises ValueError for what is no plain data, or too deep."""
    objects = [[obj.body, _from_origin(obj.origin), [_from_origin(one) for one in obj.contributors]] for obj in rendered.objects]
    notes = [[note.id, note.message, None if note.location is None else _from_location(note.location)] for note in rendered.notes]
    return marshal.dumps((objects, notes))


def from_bytes(data: bytes, reads: dict[str, str | None], pinned: dict[str, str | None]) -> Rendered:
    objects, notes = marshal.loads(data)  # noqa: S302 - see above
    return Rendered(
        objects=tuple(
            KubeObject(body=body, origin=_origin(origin), contributors=tuple(map(_origin, contributors)))
            for body, origin, contributors in objects
        ),
        reads=reads,
        notes=tuple(
            Note(id=name, message=message, location=None if location is None else _location(location)) for name, message, location in notes
        ),
        pinned=pinned,
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
