"""Strategic merge of a patch into a resource, as kyaml merges: field by field, lists by key where the schema says so.

Facts: https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/kyaml/yaml/merge2 and walk. Surprises: merged
list elements go before the others; `$setElementOrder` and `$retainKeys` are fields like any other to kyaml; an empty
`key:` of the resource vanishes when its parent is patched; nulls in a patch delete.
"""

from __future__ import annotations

from typing import Any

from checker.render.kustomize.failure import broken
from checker.render.kustomize.merge_lists import merge_list
from checker.render.kustomize.openapi import Schema, Schemas, merges
from checker.render.kustomize.sharing import Sharing
from checker.render.kustomize.values import Literal, NeedStylesError, is_null, is_scalar, quoted_if_needed, text_of, visited, written_over

MISSING: Any = type("_Missing", (), {"__repr__": lambda _: "nothing"})()
DIRECTIVE = "$patch"


class Merger:
    """`patch` values are used up: parts of them become part of the result."""

    def __init__(self, schemas: Schemas, *, styled: bool) -> None:
        self.schemas = schemas
        self.styled = styled
        self._shared = Sharing()

    def merge(self, dest: Any, patch: Any, shared: Sharing | None = None) -> Any:
        """The merged resource, MISSING when the patch deletes it."""
        self._shared = shared or Sharing()
        return self.walk(dest, patch, None)

    def walk(self, dest: Any, patch: Any, schema: Schema | None) -> Any:
        lead = patch if dest is MISSING or is_null(dest) else dest
        if lead is MISSING or is_null(lead):
            return self._map(dest, patch, schema)
        if schema is None:
            schema = self._typed(dest) or self._typed(patch)
        kind = type(lead)
        for other in (dest, patch):
            if other is not MISSING and not is_null(other) and not (type(other) is kind or (is_scalar(other) and is_scalar(lead))):
                raise broken(f"the patch has {_words(patch)} where the resource has {_words(dest)}")
        if kind is dict:
            return self._map(dest, patch, schema)
        if kind is list:
            return self._list(dest, patch, schema)
        return dest if patch is MISSING else patch

    def _typed(self, value: Any) -> Schema | None:
        """The schema of a value that says itself what it is."""
        if type(value) is not dict:
            return None
        api_version, kind = value.get("apiVersion"), value.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str) or not api_version or not kind:
            return None
        return self.schemas.of_type(api_version, kind)

    def _map(self, dest: Any, patch: Any, schema: Schema | None) -> Any:
        if dest is MISSING or is_null(dest):
            if type(patch) is dict and self._directive(patch, lenient=True) == "delete":
                return MISSING
            if patch is MISSING:
                return self._null(dest)
            dest = patch
        elif is_null(patch):
            return MISSING
        elif patch is not MISSING:
            directive = self._directive(patch)
            if directive == "delete":
                return MISSING
            if directive == "replace":
                dest = patch
        if type(dest) is not dict:
            return dest
        self._fields(dest, patch, schema)
        return dest

    def _null(self, dest: Any) -> Any:
        """A null of the resource that the patch does not mention stays where it was written out."""
        if dest is MISSING:
            return MISSING
        if type(dest) is not Literal:
            if self.styled:
                return dest
            raise NeedStylesError
        return dest if dest.text else MISSING

    def _fields(self, dest: dict[str, Any], patch: Any, schema: Schema | None) -> None:
        given = patch if type(patch) is dict else {}
        for name in sorted(dest.keys() | given.keys()) if dest is not patch else sorted(dest):
            old, new = dest.get(name, MISSING), given.get(name, MISSING)
            if is_scalar(old) and new is MISSING and not is_null(old):
                if self.styled or type(old) is Literal:
                    dest[name] = visited(old)
                continue
            value = self.walk(old, new, None if schema is None else self.schemas.field(schema, name))
            if value is MISSING or (is_null(value) and not (value is old and new is MISSING)):
                dest.pop(name, None)
            elif old is not MISSING and new is not MISSING and is_scalar(value) and is_scalar(old):
                self._shared.write(dest, name, written_over(old, value))
            else:
                dest[name] = quoted_if_needed(value) if type(value) is str and self.styled else value

    def _list(self, dest: Any, patch: Any, schema: Schema | None) -> Any:
        if not merges(schema):
            return dest if patch is MISSING else patch
        if dest is MISSING or is_null(dest):
            dest = patch
        elif is_null(patch):
            return MISSING
        elif patch is not MISSING:
            directive = self._list_directive(patch)
            if directive == "delete":
                return MISSING
            if directive == "replace":
                dest = patch
        assert schema is not None
        return merge_list(self, dest, patch, schema)

    def _directive(self, patch: dict[str, Any], *, lenient: bool = False) -> str:
        """The `$patch` of a mapping, taken out of it."""
        if DIRECTIVE not in patch:
            return "merge"
        value = patch[DIRECTIVE]
        text = text_of(value) if is_scalar(value) else ""
        if text not in ("delete", "replace", "merge"):
            if lenient:
                return "merge"
            raise broken(f"$patch: {text!r} is none of delete, replace, merge")
        del patch[DIRECTIVE]
        return text

    def _list_directive(self, patch: list[Any]) -> str:
        """The `$patch` that stands alone in an element of the list, which is taken out."""
        element = next((item for item in patch if type(item) is dict and DIRECTIVE in item), None)
        if element is None or len(element) > 1:
            return "merge"
        text = text_of(element[DIRECTIVE])
        if text not in ("delete", "replace", "merge"):
            raise broken(f"$patch: {text!r} is none of delete, replace, merge")
        patch[:] = [
            item
            for item in patch
            if not is_null(item) and item != {} and not (type(item) is dict and text_of(item.get(DIRECTIVE, "")) == text)
        ]
        return text


def _words(value: Any) -> str:
    if type(value) is dict:
        return "a mapping"
    return "a list" if type(value) is list else "a single value"
