"""The short answer is never wrong when it says yes, and says yes where it is meant to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.tools.schema import Schema, SchemaError
from checker.tools.schema_accept import Asked, Quick, acceptor
from checker.validate.bundles import load_bundle

_NAMES = st.sampled_from(["a", "b", "c"])
_NAMES_AND_NONE = ["a", "b", "c", ""]
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([2**31, -(2**31) - 1, 2**63, 1.0, 0.5, -3.0, "", "a", "b", "1", "1.33", "1.33\n", "2020-01-01T00:00:00Z"]),
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=3)), max_leaves=8
)
_TYPES = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "type": st.one_of(_TYPES, st.lists(_TYPES, min_size=1, max_size=3, unique=True)),
        "properties": st.dictionaries(_NAMES, inner, max_size=3),
        "required": st.lists(_NAMES, min_size=1, max_size=2, unique=True),
        "additionalProperties": st.one_of(st.booleans(), inner),
        "items": inner,
        "enum": st.lists(_SCALARS, min_size=1, max_size=3, unique_by=repr),
        "minimum": st.integers(-3, 3),
        "maximum": st.integers(-3, 3),
        "exclusiveMinimum": st.booleans(),
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(0, 2),
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(0, 2),
        "minProperties": st.integers(0, 2),
        "uniqueItems": st.booleans(),
        "format": st.sampled_from(["int32", "int64", "date-time", "byte"]),
        "pattern": st.sampled_from(["^1\\.[0-9]+$", "a"]),
        "anyOf": st.lists(inner, min_size=1, max_size=2),
        "oneOf": st.lists(inner, min_size=1, max_size=2),
        "not": inner,
        "description": st.just("words"),
        "x-kubernetes-list-type": st.just("atomic"),
        "$ref": st.sampled_from(["#/definitions/a", "#/definitions/b", "#"]),
    }
    return st.lists(st.sampled_from(sorted(keywords)), max_size=3, unique=True).flatmap(
        lambda words: st.fixed_dictionaries({word: keywords[word] for word in words})
    )


_SCHEMA = st.recursive(st.just({}), _schemas, max_leaves=6)


@settings(max_examples=200)
@given(_SCHEMA, st.dictionaries(st.sampled_from(["a", "b"]), _SCHEMA), _VALUES)
def test_a_yes_is_the_engines_yes(schema: dict[str, Any], definitions: dict[str, Any], value: Any) -> None:
    document = {**schema, "definitions": definitions}
    if acceptor(schema, definitions)(value):
        try:
            full = Schema(document, lambda _asked: lambda _value: False)
            full.check()
        except SchemaError:
            return  # a broken schema is found before anything is held against it
        assert full.accepts(value)


@pytest.mark.parametrize("broken", [{"properties": []}, {"required": 3}, {"type": "thing"}, {"$ref": 3}, {"$ref": "#/definitions/x"}])
def test_what_is_no_schema_is_left_to_the_engine(broken: dict[str, Any]) -> None:
    assert not acceptor(broken, {})({"a": [1]})


def test_a_definition_that_leads_to_itself() -> None:
    tree = {"properties": {"below": {"$ref": "#/definitions/tree"}}, "additionalProperties": False, "type": "object"}
    accepts = acceptor({"$ref": "#/definitions/tree"}, {"tree": tree})
    assert accepts({"below": {"below": {}}})
    assert not accepts({"below": {"above": {}}})
    assert not acceptor({"$ref": "#/definitions/a"}, {"a": {"$ref": "#/definitions/a"}})(1)


@settings(max_examples=200)
@given(_SCHEMA, st.dictionaries(st.sampled_from(["a", "b"]), _SCHEMA), _VALUES, st.sampled_from(_NAMES_AND_NONE), st.booleans())
def test_what_is_asked_beside_a_schema(schema: dict[str, Any], definitions: dict[str, Any], value: Any, name: str, listed: bool) -> None:
    """Wherever the schema leads, the values that are asked about are asked about, and a yes is the schema's yes too."""
    met: list[Any] = []
    rule = Quick(met.append)
    asked = Asked(below={name: Asked((rule,))}) if name else Asked(entries=Asked((rule,))) if listed else Asked((rule,))
    if acceptor(schema, definitions, asked=asked)(value):
        assert acceptor(schema, definitions)(value)
        named = [value[name]] if name and isinstance(value, dict) and name in value else []
        assert met == (named if name else (value if isinstance(value, list) else []) if listed else [value])
    bad = Quick(lambda _value: "bad")
    assert not acceptor(schema, definitions, asked=Asked((bad,)))(value)


def test_patterns_are_known_only_where_they_are_our_own() -> None:
    schema = {"type": "string", "pattern": "^1\\.[0-9]+$"}
    assert not acceptor(schema, {})("1.33")
    assert acceptor(schema, {}, patterns=True)("1.33")
    assert not acceptor(schema, {}, patterns=True)("1.33\n")


DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}},
    },
}


@pytest.mark.parametrize("strict", [True, False])
def test_an_ordinary_manifest_needs_no_engine(strict: bool) -> None:
    accepts = load_bundle("1.33").accepts("apps/v1", "Deployment", strict=strict)
    assert accepts(DEPLOYMENT)
    assert accepts({**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replica": 1}}) is not strict
    assert not accepts({**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicas": 2**31}})
    assert not accepts({**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicas": "2"}})
    assert not accepts({"apiVersion": "apps/v1", "spec": DEPLOYMENT["spec"]})
