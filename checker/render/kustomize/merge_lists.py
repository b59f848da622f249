"""Lists that merge by key: which elements belong together, and in what order they come out.

Follows kyaml's walk/associative_sequence.go in all its consequences, because its order and its treatment of elements
that lack a key show in the result: the keys that count are those that any element has, an element without one of them
matches by the others, and what the patch names comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.openapi import Schema
from checker.render.kustomize.values import is_null, is_scalar, key_text, quoted_if_needed

if TYPE_CHECKING:
    from checker.render.kustomize.merge import Merger

Texts = list[str]
_PRIMITIVE = [""]


def merge_list(merger: Merger, dest: Any, patch: Any, schema: Schema) -> Any:
    """The merged list. `dest` and `patch` may be one and the same."""
    from checker.render.kustomize.merge import MISSING

    keys: Texts = list(schema.get("keys", ()))
    sources = [dest, [] if patch is MISSING else patch]
    if dest is patch and any(type(one) is dict and any(key in one and is_null(one[key]) for key in keys) for one in dest):
        raise unsupported(f"a patch that adds a list merged by {' and '.join(keys)} in which one of these is null")
    if keys:
        wanted = _distinct([[key_text(_field(element, key)) for key in keys] for element in _by_patch_first(sources)])
    else:
        keys = _PRIMITIVE
        wanted = _distinct([[_scalar_text(element)] for element in _by_patch_first(sources)])
    return _merged(merger, sources, wanted, keys, merger.schemas.items(schema), lacks_patch=patch is MISSING)


def _merged(merger: Merger, sources: list[Any], wanted: list[Texts], keys: Texts, schema: Schema | None, *, lacks_patch: bool) -> Any:
    from checker.render.kustomize.merge import MISSING

    dest = sources[0]
    if len(keys) > 1:
        wanted = _filled(wanted)
    put: list[Any] = []
    valid_keys: Texts = keys
    for values in wanted:
        valid_keys, valid_values = _valid(wanted, values, keys)
        own_keys, own_values = _valid([valid_values], valid_values, valid_keys)
        pair = [_find(source, own_keys, own_values) for source in sources]
        merged = merger.walk(pair[0], MISSING if lacks_patch else pair[1], schema)
        if merged is MISSING or is_null(merged) or merged == {}:
            if valid_keys:
                put_element(dest, valid_keys, valid_values, MISSING)
            continue
        if type(merged) is dict:
            for key, text in zip(valid_keys, valid_values, strict=False):
                if key not in merged and text:
                    merged[key] = quoted_if_needed(text)
        put_element(put, valid_keys, valid_values, merged)
    if wanted:
        _append(put, dest, valid_keys)
        return put
    return dest


def _by_patch_first(sources: list[Any]) -> list[Any]:
    return [*sources[1], *sources[0]]


def _field(element: Any, key: str) -> Any:
    value = element.get(key) if type(element) is dict else None
    return None if is_null(value) or not is_scalar(value) else value


def _scalar_text(element: Any) -> str:
    return key_text(element) if is_scalar(element) else ""


def _distinct(lists: list[Texts]) -> list[Texts]:
    return [list(texts) for texts in dict.fromkeys(map(tuple, lists))]


def _filled(wanted: list[Texts]) -> list[Texts]:
    """Key values that agree where both are given, and agree somewhere, are of one element: gaps are filled from each other."""
    wanted = list(wanted)
    for first in range(len(wanted)):
        values = wanted[first]
        for second in range(len(wanted)):
            together = _together(values, wanted[second])
            if together is not None:
                wanted[first] = wanted[second] = together
    return wanted


def _together(left: Texts, right: Texts) -> Texts | None:
    common, result = False, []
    for one, other in zip(left, right, strict=True):
        if one == other:
            common = True
        elif one and other:
            return None
        result.append(one or other)
    return result if common else None


def _valid(wanted: Sequence[Texts], values: Texts, keys: Texts) -> tuple[Texts, Texts]:
    """The keys that any of the wanted have, with these values; all of them when none has any."""
    used = {keys[index] for texts in wanted for index, text in enumerate(texts) if text}
    if not used:
        return keys, values
    return [key for key in keys if key in used], [text for index, text in enumerate(values) if text or keys[index] in used]


def _find(elements: Any, keys: Texts, values: Texts) -> Any:
    from checker.render.kustomize.merge import MISSING

    if not keys[0]:
        return next((element for element in elements if is_scalar(element) and _scalar_text(element) == values[0]), MISSING)
    for element in elements:
        if type(element) is dict and all(key in element and _text(element[key]) == text for key, text in zip(keys, values, strict=True)):
            return element
    return MISSING


def _text(value: Any) -> str:
    return key_text(value) if is_scalar(value) else ""


def put_element(elements: list[Any], keys: Texts, values: Texts, element: Any) -> None:
    """Set `element` in the place of those with these key values, else at the end; MISSING takes them out."""
    from checker.render.kustomize.merge import MISSING

    kept, found = [], False
    by_field = bool(keys[0] and values and values[0])
    for known in elements:
        if is_null(known) or known == {}:
            continue
        if type(known) is not dict and by_field:
            kept.append(known)
        elif not _matches(known, keys, values):
            if values:
                kept.append(known)
        else:
            found = True
            if element is not MISSING:
                kept.append(element)
    elements[:] = kept
    if element is not MISSING and not is_null(element) and not found:
        elements.append(element)


def _matches(element: Any, keys: Texts, values: Texts) -> bool:
    matched = None
    for index, key in enumerate(keys):
        if index < len(values):
            matched = _matches_one(element, key, values[index])
        if not matched:
            return False
    return True


def _matches_one(element: Any, key: str, text: str) -> bool:
    if not key:
        if not is_scalar(element):
            raise broken("a list of single values holds a mapping or a list, and cannot be merged")
        return _scalar_text(element) == text
    if type(element) is not dict:
        raise broken(f"a list that is merged by {key} holds something else than mappings")
    return key in element and (not text or _text(element[key]) == text)


def _append(put: list[Any], dest: Any, keys: Texts) -> None:
    for element in list(dest):
        if not keys[0]:
            put_element(put, keys, [_scalar_text(element)], element)
            continue
        values: Texts = []
        for key in keys:
            if is_null(element):
                put.append(element)
            elif type(element) is not dict:
                raise broken(f"a list that is merged by {key} holds something else than mappings")
            elif key not in element:
                put.append(element)
            else:
                values.append(_text(element[key]))
        from checker.render.kustomize.merge import MISSING

        if len(keys) > 1:
            put_element(put, keys, values, MISSING)
        put_element(put, keys, values, element)
