"""A render as plain JSON and back, equal in every field. A Failure has no such form: it may be of the moment."""

from __future__ import annotations

import json
from typing import Any

from checker.model.objects import KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.model.units import Note, Rendered


def to_text(rendered: Rendered) -> str:
    """Without `reads` and `pinned`, which are kept beside it."""
    objects = [[obj.body, _from_origin(obj.origin), [_from_origin(one) for one in obj.contributors]] for obj in rendered.objects]
    notes = [[note.id, note.message, None if note.location is None else _from_location(note.location)] for note in rendered.notes]
    return json.dumps([objects, notes], separators=(",", ":"))


def from_text(text: str, reads: dict[str, str | None], pinned: dict[str, str | None]) -> Rendered:
    objects, notes = json.loads(text)
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
    return [origin.path, origin.document, origin.line, origin.item]


def _origin(stored: list[Any]) -> Origin:
    path, document, line, item = stored
    return Origin(path=RepoPath(path), document=document, line=line, item=item)


def _from_location(location: Location) -> list[Any]:
    return [location.path, location.line, location.column]


def _location(stored: list[Any]) -> Location:
    path, line, column = stored
    return Location(path=RepoPath(path), line=line, column=column)
