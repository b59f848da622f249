"""A Kubernetes version in, JSON schemas of its kinds out, from the package's own data; nothing is read before the first question.

A kind's document holds only the definitions it needs, so that compiling a kind costs what that kind is worth.
"""

from __future__ import annotations

import os
from marshal import loads

from checker.model.cached import cache
from checker.model.findings import UsageError
from checker.tools.schema_accept import NOTHING, acceptor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, TypeAlias

    from checker.tools.schema_accept import Accepts, Asked

Kinds: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""apiVersion, kind, name of the definition."""
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_FOLDER = os.path.join(os.path.dirname(__file__), "_bundles")
_STEM, _SUFFIX = "kubernetes-", ".zz"
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
"""Numbers beyond these do not fit the Go type behind the field: decoding fails before validation."""


class Definitions(dict[str, "Any"]):
    """Schemas by name, each read and then held when it is first asked for: a kind needs a few of hundreds."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        super().__init__()
        self._packed = packed

    def __missing__(self, name: str) -> Any:
        found = self[name] = loads(self._packed[name])  # noqa: S302 - the package's own data
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._packed


class Bundle:
    """The kinds one Kubernetes version serves."""

    def __init__(self, version: str, kinds: Kinds, definitions: Mapping[str, Any]) -> None:
        self.version = version
        self.kinds = kinds
        self._definitions = definitions
        self._prepared: dict[tuple[str, bool], tuple[Any, frozenset[str]]] = {}

    def document(self, api_version: str, kind: str, *, strict: bool) -> dict[str, Any] | None:
        """The kind's schema with everything it refers to, None where this version does not serve it."""
        name = self.kinds.get(api_version, {}).get(kind)
        if name is None:
            return None
        definitions = self.definitions(name, strict=strict)
        return {**_topmost(definitions[name]), "definitions": definitions}

    def accepts(self, api_version: str, kind: str, *, strict: bool, asked: Asked = NOTHING) -> Accepts:
        """The short answer to whether a value meets the schema of a kind that is served, as `tools.schema_accept` has it."""
        definition = self._definitions[self.kinds[api_version][kind]]
        return acceptor(_topmost(definition), self._definitions, closed=strict, asked=asked)

    def definitions(self, name: str, *, strict: bool) -> dict[str, Any]:
        """The definition and those it needs, directly or not."""
        found: dict[str, Any] = {}
        waiting = [name]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name], needed = self._prepare(name, strict)
                waiting.extend(needed)
        return found

    def _prepare(self, name: str, strict: bool) -> tuple[Any, frozenset[str]]:
        ready = self._prepared.get((name, strict))
        if ready is None:
            needed: set[str] = set()
            ready = (_prepared(self._definitions[name], strict, needed), frozenset(needed))
            self._prepared[name, strict] = ready
        return ready


def _topmost(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as that of a whole object, which names itself."""
    required = ["apiVersion", "kind", *(name for name in definition.get("required", ()) if name not in ("apiVersion", "kind"))]
    return {**definition, "required": required, "type": "object"}


def _prepared(node: Mapping[str, Any], strict: bool, needed: set[str]) -> dict[str, Any]:
    out = dict(node)
    if "$ref" in node:
        needed.add(node["$ref"].rpartition("/")[2])
    if "properties" in node:
        out["properties"] = {name: _prepared(schema, strict, needed) for name, schema in node["properties"].items()}
        if strict:
            out.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if isinstance(out.get(key), dict):
            out[key] = _prepared(out[key], strict, needed)
    if node.get("format") in _RANGES:
        del out["format"]
        out["minimum"], out["maximum"] = _RANGES[node["format"]]
    return out


@cache
def bundled_versions() -> tuple[str, ...]:
    """Oldest first."""
    found = (name.removeprefix(_STEM).removesuffix(_SUFFIX) for name in os.listdir(_FOLDER) if name.startswith(_STEM))
    return tuple(sorted(found, key=lambda version: [int(number) for number in version.split(".")]))


def bundled_version(asked: str) -> str:
    """The bundled version for `1.33`, `v1.33.4`, `1.33.0-eks-1` or `master`. Raises UsageError for one we do not hold."""
    known = bundled_versions()
    if asked in known:
        return asked
    if asked in ("master", "latest"):
        return known[-1]
    import re

    match = re.match(r"v?(\d+\.\d+)(?![\d])", asked)
    if match and match[1] in known:
        return match[1]
    raise UsageError(f"no schemas for Kubernetes {asked}", f"there are schemas for {known[0]} to {known[-1]}")


@cache
def load_bundle(version: str) -> Bundle:
    kinds, definitions = read_data(f"{_STEM}{version}{_SUFFIX}")
    return Bundle(version, kinds, Definitions(definitions))


def read_data(name: str) -> Any:
    """What a file of the package's own data holds, in the second format of marshal, which every Python since 2.5 reads: JSON takes
    longer to load than a file to check.
    """
    import zlib

    with open(f"{_FOLDER}/{name}", "rb") as file:
        return loads(zlib.decompress(file.read()))  # noqa: S302


def newest_first(versions: tuple[str, ...]) -> Iterator[Bundle]:
    for version in reversed(versions):
        yield load_bundle(version)
