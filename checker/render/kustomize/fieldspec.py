"""Field specs: which fields of which kinds a transformer writes to, and the walk that finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.ids import Gvk, field_spec_order
from checker.render.kustomize.values import is_null

Setter = Callable[[Any, Any], None]
"""Called with a mapping or list and the key or index to write."""


class FieldSpec(NamedTuple):
    path: str
    gvk: Gvk = Gvk()
    create: bool = False


FieldSpecs = tuple[FieldSpec, ...]


def merge_one(specs: FieldSpecs, added: FieldSpec) -> FieldSpecs:
    """A spec whose kind an existing one of the same path is selected by is there already, to kustomize."""
    for known in specs:
        if known.path == added.path and known.gvk.selected_by(added.gvk):
            if known.create != added.create:
                raise broken(f"two field specs for {added.path} disagree on `create`")
            return specs
    return (*specs, added)


def merge_all(specs: FieldSpecs, added: Iterable[FieldSpec]) -> FieldSpecs:
    for spec in added:
        specs = merge_one(specs, spec)
    return specs


def sorted_specs(specs: FieldSpecs) -> FieldSpecs:
    return tuple(sorted(specs, key=lambda spec: field_spec_order(spec.gvk)))


@lru_cache(maxsize=2048)
def split_path(path: str, delimiter: str = "/") -> tuple[str, ...]:
    r"""The parts of a path; `\/` is a slash inside a part."""
    parts = path.split(delimiter)
    if len(parts) > 1 and not parts[0]:
        parts = parts[1:]
    done = [parts[0]]
    for part in parts[1:]:
        if done[-1].endswith("\\"):
            done[-1] = done[-1][:-1] + delimiter + part
        else:
            done.append(part)
    return tuple(done)


def visit(body: dict[str, Any], spec: FieldSpec, gvk: Gvk, setter: Setter, make: Callable[[], Any] | None = None) -> None:
    """Call `setter` for every place the spec's path leads to. `make` makes the field where it is missing and may be created."""
    if not gvk.selected_by(spec.gvk):
        return
    parts = split_path(spec.path)
    if parts[0] not in body and not spec.create and not parts[0].endswith("[]"):
        return
    _mapping(body, parts, 0, spec.create, setter, make)


def _walk(holder: Any, key: Any, parts: tuple[str, ...], at: int, create: bool, setter: Setter, make: Callable[[], Any] | None) -> None:
    if at == len(parts):
        setter(holder, key)
        return
    value = holder[key]
    if type(value) is dict:
        _mapping(value, parts, at, create, setter, make)
    elif type(value) is list:
        for index in range(len(value)):
            _walk(value, index, parts, at, create, setter, make)
    elif not is_null(value):
        raise broken(f"expected a mapping or a list before {parts[at]!r} of {'/'.join(parts)}, found {value!r:.40}")


def _mapping(value: dict[str, Any], parts: tuple[str, ...], at: int, create: bool, setter: Setter, make: Callable[[], Any] | None) -> None:
    name = parts[at]
    sequence = name.endswith("[]")
    if sequence:
        name = name[:-2]
    if not name:
        raise broken(f"field path {'/'.join(parts)!r} has an empty part")
    if name.isdigit() or name in ("-", "*") or name[0] == "[":
        raise unsupported(f"field path {'/'.join(parts)!r}: positions in lists are not followed")
    made: Any = _NOTHING
    if create and make is not None and not sequence:
        made = make() if at == len(parts) - 1 else {}
    found = value.get(name, _NOTHING)
    if found is _NOTHING:
        if made is _NOTHING:
            return
        value[name] = made
    elif (sequence or made is not _NOTHING) and is_null(found):
        value[name] = [] if sequence else made
    _walk(value, name, parts, at + 1, create, setter, make)


_NOTHING = object()
