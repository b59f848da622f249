from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from checker.model.objects import JSONValue, KubeObject, Origin, mapping
from checker.model.paths import RepoPath
from checker.render.redact import redacted

KEY = b"k" * 32


def secret(**body: JSONValue) -> KubeObject:
    return KubeObject(
        body={"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **body}, origin=Origin(path=RepoPath("s.yaml"))
    )


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


@given(st.text(min_size=4).filter(lambda value: value not in "digest:0123456789abcdef stringData name metadata apiVersion kind Secret"))
def test_no_value_survives(value: str) -> None:
    body = redacted(secret(data={"a": encoded(value)}, stringData={"b": value}), KEY).body
    assert str(mapping(body["data"])["a"]).startswith("digest:")
    assert mapping(body["data"])["a"] == mapping(body["stringData"])["b"]
    assert value not in (str(mapping(body["data"])["a"]), str(mapping(body["stringData"])["b"]))


def test_equal_values_have_equal_digests_and_others_do_not() -> None:
    values = mapping(redacted(secret(data={"a": encoded("one"), "b": encoded("one"), "c": encoded("two")}), KEY).body["data"])
    assert values["a"] == values["b"] != values["c"]


def test_another_key_gives_another_digest() -> None:
    given_secret = secret(stringData={"a": "one"})
    assert redacted(given_secret, KEY).body != redacted(given_secret, b"j" * 32).body


def test_what_kubectl_remembered_of_the_values_goes_too() -> None:
    last = "kubectl.kubernetes.io/last-applied-configuration"
    body = redacted(secret(metadata={"name": "s", "annotations": {last: '{"data": {"a": "b25l"}}', "kept": "yes"}}), KEY).body
    annotations = mapping(mapping(body["metadata"])["annotations"])
    assert "b25l" not in str(annotations[last])
    assert annotations["kept"] == "yes"


def test_a_wrong_type_stays_wrong_without_its_value() -> None:
    body = redacted(secret(data={"a": 12345, "b": ["x"], "c": {"d": "y"}, "e": None, "f": True}), KEY).body
    data = mapping(body["data"])
    assert data["a"] == 0
    assert isinstance(data["b"], list)
    assert isinstance(data["c"], dict)
    assert data["e"] is None
    assert "12345" not in str(body)


def test_other_kinds_and_other_groups_are_left_alone() -> None:
    config = KubeObject(body={"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}, origin=Origin(path=RepoPath("c.yaml")))
    external = KubeObject(body={"apiVersion": "x.io/v1", "kind": "Secret", "data": {"a": "b"}}, origin=Origin(path=RepoPath("c.yaml")))
    assert redacted(config, KEY) is config
    assert redacted(external, KEY) is external


def test_the_given_object_is_not_changed() -> None:
    given_secret = secret(data={"a": encoded("one")})
    redacted(given_secret, KEY)
    assert mapping(given_secret.body["data"])["a"] == encoded("one")


def test_a_variable_that_flux_fills_in_is_no_value() -> None:
    data = mapping(redacted(secret(stringData={"a": "${TOKEN}", "b": "x${TOKEN}"}), KEY).body["stringData"])
    assert data["a"] == "${TOKEN}"
    assert str(data["b"]).startswith("digest:")


def test_a_reference_is_no_value() -> None:
    """Flux and the 1Password command line put the value in its place when it is deployed."""
    references: JSONValue = {"a": "${TOKEN}", "b": "op://Kubernetes/1password/TOKEN\n", "c": "op://a vault"}
    data = mapping(redacted(secret(stringData=references), KEY).body["stringData"])
    assert (data["a"], data["b"]) == ("${TOKEN}", "op://Kubernetes/1password/TOKEN\n")
    assert str(data["c"]).startswith("digest:")
