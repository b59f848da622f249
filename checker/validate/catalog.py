"""An apiVersion and kind in, the schema to hold the object against out, or the reason why there is none.

Asked in this order: definitions found in the repository (they are what the cluster will have), then each location in turn,
where `default` means the built-in kinds of the Kubernetes version and then the bundled custom resources.
"""

from __future__ import annotations

from checker.model.cached import cache
from checker.model.findings import Counts
from checker.model.records import dataclass, replace
from checker.tools.schema import Schema, SchemaError
from checker.tools.schema_accept import NOTHING
from checker.tools.schema_words import nearest, one_of
from checker.validate import bundles, crds
from checker.validate.deprecated import deprecation
from checker.validate.locations import VARIABLES, expand, unknown_variables
from checker.validate.options import SchemaUnreadableError
from checker.validate.unserved import Unserved, is_builtin_group, unserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from checker.tools.schema_accept import Accepts, Asked
    from checker.validate.options import ValidateOptions
    from checker.validate.server import Check

_CLIENT_SIDE = {
    "kustomize.config.k8s.io": "kustomize reads it and nothing applies it",
    "builtin": "kustomize reads it and nothing applies it",
    "config.kubernetes.io": "tools read it and nothing applies it",
}
"""Groups of files that look like objects and are none: no API server has them."""
_KUBECONFIG = ("v1", "Config")


@dataclass(frozen=True, slots=True)
class Known:
    """`exact` is False for a bundled copy of someone's definition: the cluster's own may be newer. `bundled` schemas are known to compile.
    `deprecated` is what to say of the kind."""

    schema: Schema
    exact: bool = True
    bundled: bool = False
    deprecated: str | None = None
    structure: Mapping[str, Any] | None = None
    """The structural schema of a custom resource: what fills in defaults before anything is validated."""
    ruled: bool = False
    """Whether the structural schema holds CEL rules."""
    rivals: tuple[Known, ...] = ()
    """Other definitions of the same kind in the repository; which one a cluster has is not known here."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No schema. `reason` continues "was not checked: "; `deliberate` when nobody should expect one."""

    reason: str
    deliberate: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """There is a schema and it cannot be used."""

    reason: str


Lookup = Known | Unknown | Broken | Unserved


@dataclass(frozen=True, slots=True)
class Plan:
    """How the objects of one kind are checked: a lookup for each Kubernetes version, and the server's rules if any version knows it.

    `asked` is what the tables say of its fields. `schemas` are those of all versions when every version has one and nothing is
    to be said beside, else None; `sure` says of a body that it certainly meets them and what is asked of its fields.
    """

    lookups: tuple[tuple[str, Lookup], ...]
    checks: tuple[Check, ...]
    asked: Asked
    schemas: tuple[Schema, ...] | None
    sure: Accepts
    passed: Counts


class Catalog:
    """Every schema that the options can reach, compiled as it is met."""

    def __init__(self, options: ValidateOptions) -> None:
        self._options = options
        self._found: dict[tuple[str, str, str], Lookup] = {}
        self._told: set[tuple[str, ...]] = set()
        self._plans: dict[tuple[str, str], Plan] = {}
        self.unsaid: list[str] = []
        """Locations that failed, each with how: for the object that asked first to say and take out."""

    @property
    def _custom(self) -> Mapping[tuple[str, str], list[crds.CustomKind]]:
        """Every definition of each kind, the last one first, the same schema once."""
        found = self.__dict__.get("_kinds")
        if found is None:
            found = self.__dict__["_kinds"] = {}
            for custom in (kind for definition in self._options.crds for kind in crds.custom_kinds(definition)):
                held = found.setdefault((custom.api_version, custom.kind), [])
                held[:] = [custom, *(other for other in held if other.schema != custom.schema)]
        return found

    def _scope(self, api_version: str, kind: str) -> str | None:
        """`Namespaced` or `Cluster` where a definition says so; of built-in kinds only `Cluster` is said."""
        from checker.validate.names import CLUSTER_KINDS

        if kind in CLUSTER_KINDS.get(api_version.rpartition("/")[0], ()):
            return "Cluster"
        own = self._custom.get((api_version, kind))
        custom = own[0] if own else _bundled_kind(api_version, kind)
        return custom.scope if custom is not None else None

    def plan(self, api_version: str, kind: str) -> Plan:
        """Made once for each kind."""
        found = self._plans.get((api_version, kind))
        if found is None:
            versions = self._options.kubernetes
            lookups = tuple((version, self.lookup(api_version, kind, version)) for version in versions)
            schemas = tuple(one.schema for _, one in lookups if isinstance(one, Known) and not one.deprecated and not one.ruled)
            whole = len(schemas) == len(versions)
            checks, asked = self._rules(api_version, kind, lookups)
            found = self._plans[api_version, kind] = Plan(
                lookups=lookups,
                checks=checks,
                asked=asked,
                schemas=schemas if whole else None,
                sure=_sure(schemas, asked) if whole else _never,
                passed=Counts(passed=len(versions)),
            )
        return found

    def _rules(self, api_version: str, kind: str, lookups: Iterable[tuple[str, Lookup]]) -> tuple[tuple[Check, ...], Asked]:
        held = self._options.server_rules and any(isinstance(one, Known) for _, one in lookups) and _is_served(api_version)
        if not held:
            return (), NOTHING
        from checker.validate.limits import limits_of
        from checker.validate.server import checks_of

        return checks_of(api_version, kind, self._scope(api_version, kind)), limits_of(api_version.rpartition("/")[0], kind)

    def lookup(self, api_version: str, kind: str, version: str) -> Lookup:
        key = (api_version, kind, version)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._checked(self._lookup(api_version, kind, version))
        return found

    def _ruled(self, custom: crds.CustomKind, found: Known) -> Known:
        from checker.validate.celrules import has_rules

        ruled = self._options.server_rules and has_rules(custom.schema)
        return replace(found, structure=custom.schema, ruled=ruled)

    def first_time(self, *told: str) -> bool:
        """Whether this was not said before, for what is said once and not for every object."""
        if told in self._told:
            return False
        self._told.add(told)
        return True

    def _checked(self, found: Lookup) -> Lookup:
        if isinstance(found, Known) and not found.bundled:
            try:
                found.schema.check()
            except SchemaError as error:
                return Broken(str(error))
        return found

    def _lookup(self, api_version: str, kind: str, version: str) -> Lookup:
        strict = self._options.strict
        own = self._custom.get((api_version, kind))
        if own:
            first, *others = (
                self._ruled(custom, Known(_custom_schema(custom, bundles.bundled_version(version), strict))) for custom in own
            )
            return replace(first, rivals=tuple(others))
        group = api_version.rpartition("/")[0] or api_version
        if group in _CLIENT_SIDE:
            return Unknown(_CLIENT_SIDE[group], deliberate=True)
        if (api_version, kind) == _KUBECONFIG:
            return Unknown("kubectl reads it and nothing applies it", deliberate=True)
        failed, said = "", len(self.unsaid)
        for location in self._options.locations:
            found = self._at(location, api_version, kind, version)
            if isinstance(found, Known | Unserved):
                return found
            failed = found or failed
        del self.unsaid[said:]  # the failure is told as the reason why there is none
        return Broken(failed) if failed else Unknown("no schema; add its CRD, or a location under schemas:")

    def _unusable(self, place: str, reason: str, once: str) -> str:
        """Says that a location failed, one time for each `once`, before the next one is asked."""
        if self.first_time("location", once):
            self.unsaid.append(f"{place} could not be read: {reason}; the next location was asked")
        return f"its schema {place} could not be read: {reason}"

    def _at(self, location: str, api_version: str, kind: str, version: str) -> Known | Unserved | str:
        """What one location gives; text is empty for nothing there, else says how it failed."""
        if location == "default":
            found = _default(api_version, kind, bundles.bundled_version(version), self._options.strict) or ""
            custom = _bundled_kind(api_version, kind) if isinstance(found, Known) and not found.exact else None
            return self._ruled(custom, found) if custom is not None and isinstance(found, Known) else found
        unknown = unknown_variables(location)
        if unknown:
            return self._unusable(location, f"it asks for {unknown[0]}, which is none of {', '.join(VARIABLES)}", location)
        place = expand(location, api_version=api_version, kind=kind, version=version, strict=self._options.strict)
        try:
            data = self._options.read(place)
        except SchemaUnreadableError as error:
            return self._unusable(place, str(error), str(error))
        if data is None:
            return ""
        schema, fault = _schema(data)
        if schema is not None:
            return Known(schema)
        if not fault and "://" in place:
            return ""
        return self._unusable(place, fault or "it is not JSON", place)


def _sure(schemas: Sequence[Schema], asked: Asked) -> Accepts:
    """What is asked beside the schema is the same for every version."""
    first, *others = (schema.surely_accepts(asked if number == 0 else NOTHING) for number, schema in enumerate(schemas))
    return (lambda value: first(value) and all(other(value) for other in others)) if others else first


def _never(_value: object) -> bool:
    return False


def _schema(data: bytes) -> tuple[Schema | None, str]:
    """A schema file's schema, or what is wrong with it; neither for what is not JSON, as a server may send for "not found"."""
    import json

    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(document, dict):
        return None, ""
    schema = Schema(document)
    try:
        schema.check()
    except SchemaError as error:
        return None, str(error)
    return schema, ""


def _default(api_version: str, kind: str, version: str, strict: bool) -> Known | Unserved | None:
    built_in = builtin_schema(api_version, kind, version, strict)
    if built_in is not None:
        return Known(built_in, bundled=True, deprecated=deprecation(api_version, kind, version))
    missing = unserved(api_version, kind, version)
    if missing is not None:
        return missing
    custom = _bundled_kind(api_version, kind)
    if custom is None:
        return _not_bundled(api_version, kind)
    return Known(_custom_schema(custom, version, strict), exact=False, bundled=True)


def _not_bundled(api_version: str, kind: str) -> Unserved | None:
    """What to say of a kind that the bundled definitions of its group lack; a doubt, since the cluster's may hold it."""
    group = api_version.rpartition("/")[0]
    held = _bundled_group(group) if _is_domain(group) else {}
    others = sorted(other for other, kinds in held.items() if kind in kinds)
    if others:
        source = held[others[0]][kind]["source"]
        return Unserved("removed-api", f"{kind} {api_version} is not served by {source}; use {one_of(others)}", "apiVersion", certain=False)
    near = nearest(kind, {name for kinds in held.values() for name in kinds})
    if near is not None:
        return Unserved("unknown-kind", f"{kind} is not a known kind of {group}; did you mean {near}?", "kind", certain=False)
    return None


@cache
def builtin_schema(api_version: str, kind: str, version: str, strict: bool) -> Schema | None:
    """Of a built-in kind, compiled once a process."""
    bundle = bundles.load_bundle(version)
    if kind not in bundle.kinds.get(api_version, {}):
        return None
    return Schema(
        lambda: bundle.document(api_version, kind, strict=strict) or {},
        lambda asked: bundle.accepts(api_version, kind, strict=strict, asked=asked),
    )


def _custom_schema(custom: crds.CustomKind, version: str, strict: bool) -> Schema:
    metadata = bundles.load_bundle(version).definitions(bundles.OBJECT_META, strict=strict)
    return Schema(crds.document(custom.schema, metadata, bundles.OBJECT_META, strict=strict))


@cache
def _bundled_group(group: str) -> Mapping[str, Any]:
    try:
        return bundles.read_data(f"custom-{group}.zz")  # type: ignore[no-any-return]
    except FileNotFoundError:
        return {}


def _bundled_kind(api_version: str, kind: str) -> crds.CustomKind | None:
    group = api_version.rpartition("/")[0]
    if not _is_domain(group):
        return None
    held = _bundled_group(group).get(api_version, {}).get(kind)
    if held is None:
        return None
    return crds.CustomKind(api_version=api_version, kind=kind, scope=held["scope"], schema=held["schema"])


def _is_served(api_version: str) -> bool:
    """Whether an API server may have the group; with an own schema, settings of some tool can be checked as well."""
    group = api_version.rpartition("/")[0]
    return "." in group or is_builtin_group(group)


def _is_domain(group: str) -> bool:
    """Whether the text may be part of a file's name."""
    return "." in group and group.replace(".", "").replace("-", "").isalnum()
