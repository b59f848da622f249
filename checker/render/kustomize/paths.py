"""Dotted field paths of replacements and vars: `spec.containers.[name=app].env.0.value`, with `*` and escapes.

Facts: https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/kyaml/yaml/match.go. One surprise: in the
target of a replacement the value in `[name=value]` is a regular expression that may match anywhere, in a source it is not.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.fieldspec import split_path
from checker.render.kustomize.regex import found
from checker.render.kustomize.values import Literal, NeedStylesError, Quoted, is_null, is_scalar, key_text, text_of


class Slot(NamedTuple):
    """A place to read and write: a mapping or list, and the key or index in it."""

    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        return self.holder[self.key]


class Created:
    """A single value that was made and not written yet: what is written takes the type its text has."""


_CREATED = Created()


def smart_split(path: str) -> list[str]:
    """Parts at dots, but not inside [brackets]."""
    done: list[str] = []
    parts = iter(split_path(path, "."))
    for part in parts:
        if not part.startswith("[") or part.endswith("]"):
            done.append(part)
            continue
        bracketed = [part]
        for more in parts:
            bracketed.append(more)
            if more.endswith("]"):
                break
        text = ".".join(bracketed)
        done.append(text if "=" in text else text.strip("[]"))
    return done


def look_up(value: Any, path: list[str]) -> Slot | None:
    """The place of an existing field; None where nothing is. Raises where the path does not fit what is there."""
    slot = Slot([value], 0)
    for part in (stripped for stripped in (part.strip() for part in path) if stripped):
        found = _step(slot.value, part)
        if found is None:
            return None
        slot = found
    return slot


def _step(value: Any, part: str) -> Slot | None:
    if _is_number(part) or part == "-":
        elements = _list(value, part)
        index = len(elements) - 1 if part == "-" else int(part)
        return Slot(elements, index) if 0 <= index < len(elements) else None
    if part == "*":
        raise broken("a source path cannot hold *")
    if _is_bracket(part):
        name, text = _bracket(part)
        for index, element in enumerate(_list(value, part)):
            if not name:
                if is_scalar(element) and key_text(element) == text:
                    return Slot(value, index)
            elif type(element) is dict and name in element and is_scalar(element[name]) and key_text(element[name]) == text:
                return Slot(value, index)
        return None
    if is_null(value):
        return None
    if type(value) is not dict:
        raise broken(f"there is no field {part!r} in {'a list' if type(value) is list else 'a single value'}")
    return Slot(value, part) if part in value else None


def find_targets(slot: Slot, path: list[str], create: type | None) -> list[Slot]:
    """Every place a target path leads to. `create` is the type of what shall be made where the path ends in nothing."""
    if not path:
        return [slot]
    part, rest, value = path[0], path[1:], slot.value
    if isinstance(value, Created):
        raise broken(f"cannot create {part!r} in a single value")
    if _is_number(part):
        return _at_index(_list(value, part), int(part), rest, create)
    if _is_bracket(part):
        return _at_matches(slot, part, rest, create)
    if part == "*":
        return [found for index in range(len(_list(value, part))) for found in find_targets(Slot(value, index), rest, create)]
    return _at_field(value, part, rest, create)


def _at_field(value: Any, part: str, rest: list[str], create: type | None) -> list[Slot]:
    if is_null(value):
        # what kustomize creates in a null is written to nowhere
        return [] if create is None else find_targets(Slot({part: _made(rest, create)}, part), rest, create)
    if type(value) is not dict:
        raise broken(f"there is no field {part!r} in {'a list' if type(value) is list else 'a single value'}")
    if part not in value:
        if create is None:
            return []
        value[part] = _made(rest, create)
    elif rest and is_scalar(value[part]):
        return _inside_text(value[part], rest, create)
    return find_targets(Slot(value, part), rest, create)


def _inside_text(value: Any, rest: list[str], create: type | None) -> list[Slot]:
    """Where a path goes on in a text, kustomize reads that as YAML: what it finds there counts, and what is written there is lost."""
    from checker.tools.yaml.styled import BrokenDocumentError, load_styled

    text = _written(value)
    try:
        documents = load_styled(text.encode("utf-8", "surrogateescape"), quoted=Quoted, literal=Literal)
    except BrokenDocumentError as error:
        raise broken(f"{rest[0]!r} cannot be looked for in a text that is no YAML: {error.message}") from error
    if not documents:
        raise broken(f"there is no field {rest[0]!r} in an empty value")
    return find_targets(Slot([documents[0][1]], 0), rest, create)


def _written(value: Any) -> str:
    if value is None:
        raise NeedStylesError  # null inside is no error, nothing is
    return str(value).lower() if isinstance(value, bool | int | float) else text_of(value)


def _at_index(elements: list[Any], index: int, rest: list[str], create: type | None) -> list[Slot]:
    if index == len(elements) and create is not None:
        elements.append(_made(rest, create))
    if index >= len(elements):
        raise broken(f"position {index} of a list of {len(elements)}")
    return find_targets(Slot(elements, index), rest, create)


def _at_matches(slot: Slot, part: str, rest: list[str], create: type | None) -> list[Slot]:
    name, pattern = _bracket(part)
    elements = _list(slot.value, part)
    matches = _matching(elements, name, pattern, rest, create)
    if matches or create is None:
        return matches
    elements.append({name: _typed(pattern)} if name else _typed(pattern))
    matches = _matching(elements, name, pattern, rest, create)
    if not matches:
        raise unsupported(f"{part}: what is created does not match itself")
    return matches


def _matching(elements: list[Any], name: str, pattern: str, rest: list[str], create: type | None) -> list[Slot]:
    matches: list[Slot] = []
    for index, element in enumerate(elements):
        if not name:
            if is_scalar(element) and _printed_matches(pattern, element):
                matches.append(Slot(elements, index))
        elif type(element) is dict and name in element and is_scalar(element[name]) and _printed_matches(pattern, element[name]):
            matches.extend(find_targets(Slot(elements, index), rest, create))
    return matches


def _printed_matches(pattern: str, value: Any) -> bool:
    """kustomize matches the value as it prints it, quotes included."""
    text = value if isinstance(value, str) else key_text(value)
    if re.fullmatch(r"[\w./:-]*", pattern):
        return found(pattern, text)
    if type(value) is str and found(pattern, text) and not found(pattern, f'"{text}"'):
        raise NeedStylesError
    return found(pattern, f'"{text}"' if type(value) is Quoted else text)


def _made(rest: list[str], create: type) -> Any:
    if rest and (_is_bracket(rest[0]) or _is_number(rest[0])):
        return []
    if rest:
        return {}
    return create() if create in (dict, list) else _CREATED


def _typed(text: str) -> Any:
    from checker.render.kustomize.values import with_text

    return with_text("", text)


def _list(value: Any, part: str) -> list[Any]:
    if is_null(value):
        return []
    if type(value) is not list:
        raise broken(f"{part!r} needs a list, and there is {'a mapping' if type(value) is dict else 'a single value'}")
    return value


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit()


def _is_bracket(part: str) -> bool:
    return part.startswith("[") and part.endswith("]")


def _bracket(part: str) -> tuple[str, str]:
    name, equals, text = part[1:-1].partition("=")
    if not equals:
        raise broken(f"{part} must be [field=value]")
    return name, text


__all__ = ["Created", "Slot", "find_targets", "look_up", "smart_split", "text_of"]
