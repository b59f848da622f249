"""Parameter sets of generators: flattening and merging, each as Argo CD does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from checker.tools.gotemplate import TextList, TextMap, printed

Params: TypeAlias = dict[str, Any]
MAX_SETS = 20_000


class GeneratorFailed(Exception):
    """The generator fails in Argo CD too: nothing of the set is created, changed or deleted."""


class NotExpanded(Exception):
    """We cannot know what the generator gives. `remote`: it is outside the repository, else we do not do it."""

    def __init__(self, message: str, *, remote: bool = True) -> None:
        super().__init__(message)
        self.remote = remote


def flattened(value: Mapping[str, Any]) -> dict[str, str]:
    """Nested keys and list positions joined with dots; empty maps and lists vanish. The segments of a path are one value."""
    return dict(_flat(value, ""))


def _flat(value: Any, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(value, list) and not isinstance(value, TextList):
        for number, item in enumerate(value):
            yield from _flat(item, f"{prefix}.{number}" if prefix else str(number))
    else:
        yield prefix, printed(value)


def deep_merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Params:
    """`over` wins, empty values too; maps merge, lists are replaced. dario.cat/mergo with WithOverride."""
    done: Params = TextMap(base) if isinstance(base, TextMap) else dict(base)
    if isinstance(base, TextMap) and over and not isinstance(over, TextMap):
        raise NotExpanded("two generators give one parameter, one as labels or values and one as any mapping", remote=False)
    for key, value in over.items():
        known = done.get(key)
        done[key] = deep_merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return done


def combined_texts(one: Mapping[str, Any], two: Mapping[str, Any]) -> Params:
    """Both as texts. Raises GeneratorFailed for a key that they disagree on."""
    done = {key: printed(value) for key, value in one.items()}
    for key, value in two.items():
        shown = printed(value)
        if done.setdefault(key, shown) != shown:
            raise GeneratorFailed(f"both generators of a matrix set {key}, to {done[key]!r} and {shown!r}")
    return done


def filled(first: Any, second: Any) -> Any:
    """A generator's template over the set's: what is empty in the first comes from the second; lists are not joined."""
    if isinstance(first, dict) and isinstance(second, dict):
        keys = [*first, *(key for key in second if key not in first)]
        return {key: filled(first.get(key), second.get(key)) for key in keys}
    return second if second is not None and not first else first
