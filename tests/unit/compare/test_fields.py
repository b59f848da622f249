"""One field of a random object is changed, and exactly that field is reported: nothing real is ever folded or missed."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checker.compare.fields import differences
from checker.compare.noise import NOISE_ANNOTATIONS, NOISE_LABELS
from checker.compare.quantities import amount, shown_bytes, shown_cpu
from checker.compare.shapes import CONTAINER_LISTS, KIND_KEYS, KIND_SETS, POD_SPECS, shape_of
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.validate.bundles import bundled_versions, load_bundle
from tests.unit.compare.make import compared, unit

NAMES = st.text("abcdefgh.-_/~", min_size=1, max_size=6)
SCALARS = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2).map(lambda number: round(number, 1)) | st.text("abc01:\n", max_size=4)
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12)
NAMED = st.lists(st.tuples(NAMES, VALUES), max_size=4, unique_by=lambda pair: pair[0]).map(
    lambda pairs: [{"name": name, "value": value} for name, value in pairs]
)
CONTAINERS = st.lists(NAMES, min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(
        *(st.fixed_dictionaries({"name": st.just(name), "image": NAMES, "env": NAMED, "args": st.lists(NAMES)}) for name in names)
    ).map(list)
)
KINDS = st.sampled_from([("apps/v1", "Deployment"), ("v1", "Service"), ("v1", "ConfigMap"), ("acme.io/v1", "Thing")])


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    api, kind = draw(KINDS)
    pod = {"metadata": {"labels": draw(st.dictionaries(NAMES, NAMES, max_size=2))}, "spec": {"containers": draw(CONTAINERS)}}
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": "x", "namespace": "n", "labels": draw(st.dictionaries(NAMES, NAMES, max_size=3))},
        "spec": {"free": draw(VALUES), "template": pod, "items": draw(NAMED)},
        "data": draw(st.dictionaries(NAMES, st.text(max_size=4), max_size=3)),
    }


def leaves(node: Any, pointer: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [leaf for key, value in inner for leaf in leaves(value, (*pointer, key))]
    return found or [pointer]


def put(node: Any, pointer: tuple[Any, ...], value: Any) -> None:
    for key in pointer[:-1]:
        node = node[key]
    node[pointer[-1]] = value


def at(node: Any, pointer: tuple[Any, ...]) -> Any:
    for key in pointer:
        node = node[key]
    return node


def made(body: dict[str, Any]) -> KubeObject:
    return KubeObject(body=body, origin=Origin(path=RepoPath("x.yaml")))


@settings(max_examples=120)
@given(bodies(), st.data())
def test_one_changed_field_is_reported_alone(body: dict[str, Any], data: st.DataObject) -> None:
    pointer = data.draw(
        st.sampled_from([leaf for leaf in leaves(body["spec"], ("spec",)) + leaves(body["data"], ("data",)) if leaf[-1] != "name"])
    )
    value = data.draw(SCALARS | st.just("changed"))
    old = at(body, pointer)
    assume(type(old) is not type(value) or old != value)
    assume(not (isinstance(old, (dict, list)) and pointer in (("data",), ("spec",))))
    changed = copy.deepcopy(body)
    put(changed, pointer, value)
    (diff,) = compared([unit(made(body))], [unit(made(changed))]).environments[0].units[0].objects
    (field,) = diff.fields
    assert diff.folded == ()
    assert field.pointer == "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in pointer)
    assert (field.before, field.after) == (old, value)


@settings(max_examples=60)
@given(bodies(), st.data())
def test_one_removed_field_is_reported(body: dict[str, Any], data: st.DataObject) -> None:
    pointer = data.draw(st.sampled_from(leaves(body["spec"], ("spec",))))
    assume(len(pointer) > 1)
    changed = copy.deepcopy(body)
    del at(changed, pointer[:-1])[pointer[-1]]
    (diff,) = compared([unit(made(body))], [unit(made(changed))]).environments[0].units[0].objects
    assert diff.fields
    assert not diff.is_noise


@settings(max_examples=40)
@given(bodies())
def test_an_object_does_not_differ_from_itself(body: dict[str, Any]) -> None:
    shuffled = {name: copy.deepcopy(body[name]) for name in reversed(body)}
    found = differences(body, shuffled, shape_of("apps", "Deployment", {}))
    assert found.fields == []
    assert found.folded == []


@settings(max_examples=100)
@given(NAMES, NAMES, NAMES)
def test_only_listed_labels_are_folded(label: str, before: str, after: str) -> None:
    assume(before != after and label not in {*NOISE_LABELS, *NOISE_ANNOTATIONS})
    one, two = ({"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "x", "labels": {label: value}}} for value in (before, after))
    (diff,) = compared([unit(made(one))], [unit(made(two))]).environments[0].units[0].objects
    assert len(diff.fields) == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1000m", 1),
        (1, 1),
        ("1", 1),
        ("1.5", Fraction(3, 2)),
        (".5", Fraction(1, 2)),
        ("1e3", 1000),
        ("1E3", 1000),
        ("1E", 10**18),
        ("1Ei", 2**60),
        ("1Ki", 1024),
        ("1k", 1000),
        ("100n", Fraction(1, 10**7)),
        ("-2", -2),
        ("1K", None),
        ("", None),
        ("one", None),
        (True, None),
        ("1" * 100, None),
        ("1e9999", None),
    ],
)
def test_quantities(written: object, expected: object) -> None:
    assert amount(written) == expected


def test_quantities_in_words() -> None:
    assert [shown_cpu(Fraction(value)) for value in ("2", "1/10", "-3/2")] == ["2", "100m", "-1500m"]
    assert [shown_bytes(Fraction(value)) for value in (512, 1024, 3 * 2**29, -(2**20))] == ["512", "1Ki", "1.5Gi", "-1Mi"]


SKIPPED = {"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"}
POD_SPEC = "io.k8s.api.core.v1.PodSpec"


def declared_keys(version: str) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """Every list with map keys of every kind of a Kubernetes version; what is inside a PodSpec under the kind Pod."""
    bundle = load_bundle(version)
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for api, kinds in bundle.kinds.items():
        for kind, name in kinds.items():
            key = (api.rpartition("/")[0], kind)
            definitions = bundle.definitions(name, strict=False)
            collect(definitions, definitions[name], "", key, frozenset({name}), found.setdefault(key, {}))
    return found


def collect(
    definitions: Any, schema: Any, path: str, kind: tuple[str, str], seen: frozenset[str], found: dict[str, tuple[str, ...]]
) -> None:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        if name in seen or name in SKIPPED or (name == POD_SPEC and kind != ("", "Pod")):
            return
        collect(definitions, definitions[name], path, kind, seen | {name}, found)
    if "x-kubernetes-list-map-keys" in schema:
        found[path] = tuple(schema["x-kubernetes-list-map-keys"])
    for field, inner in schema.get("properties", {}).items():
        if path or field not in ("metadata", "status"):
            collect(definitions, inner, f"{path}.{field}" if path else field, kind, seen, found)
    if isinstance(schema.get("items"), dict):
        collect(definitions, schema["items"], f"{path}[]", kind, seen, found)


@pytest.mark.parametrize("version", bundled_versions())
def test_every_keyed_list_of_kubernetes_is_in_the_tables(version: str) -> None:
    missing = {}
    for (group, kind), lists in declared_keys(version).items():
        known = shape_of(group, kind, {})
        for path, keys in lists.items():
            if (
                not path.endswith("metadata.ownerReferences")
                and ".status." not in path
                and known.keys.get(path) != keys
                and path not in known.sets
            ):
                missing[kind, path] = (keys, known.keys.get(path))
    assert {found for found in missing if found not in UNUSED} == set()


UNUSED = {("ComponentStatus", "conditions")}
"""Kinds that nobody keeps in Git."""


def test_the_tables_name_what_exists() -> None:
    kinds = {
        (api.rpartition("/")[0], kind)
        for version in bundled_versions()
        for api, kinds in load_bundle(version).kinds.items()
        for kind in kinds
    }
    assert set(POD_SPECS) <= kinds
    assert {*KIND_KEYS, *KIND_SETS} <= kinds
    assert set(CONTAINER_LISTS) <= set(load_bundle(bundled_versions()[-1]).definitions(POD_SPEC, strict=False)[POD_SPEC]["properties"])
