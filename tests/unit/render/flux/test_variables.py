"""Post-build substitution of whole objects: which variables, which objects, and what type the result has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model.objects import JSONValue
from checker.model.units import RenderFailure
from checker.render.flux import render_kustomization
from checker.render.flux.emission import emit
from checker.render.options import RenderOptions
from checker.tools.yaml import load_documents
from checker.tools.yaml.scalars import Rules, plain
from tests.unit.render.flux.builders import config_map, data_of, kube, kustomization, render, repository


def value_of(text: str, **variables: str) -> Any:
    """What `key: text` is after substitution."""
    files = {"app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": config_map(key=text)}
    return data_of(render(files, postBuild={"substitute": variables}))["key"]


def test_edge_19_quotes_in_git_do_not_survive() -> None:
    assert value_of("${PORT}", PORT="8080") == 8080
    assert value_of("x${PORT}", PORT="8080") == "x8080"
    assert value_of("a ${PORT}\nb\n", PORT="8080") == "a 8080\nb\n"
    assert value_of("${PORT}\n", PORT="8080") == "8080\n"


def test_edge_20_a_quote_variable_keeps_text() -> None:
    assert value_of("${ANNOT}", ANNOT="true") is True
    assert value_of("${quote}${ANNOT}${quote}", ANNOT="true", quote='"') == "true"
    assert value_of("${ANNOT}", ANNOT='"123"') == "123"


@pytest.mark.parametrize(
    ("value", "result"),
    [
        *(("1.10", 1.1), ("007", 7), ("0777", 511), ("08", 8), ("1e3", 1000), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("0o7", 7)),
        *(("yes", True), ("on", True), ("y", True), ("No", False), ("OFF", False), ("null", None), ("~", None), ("", None)),
        *((text, text) for text in ("12:30:45", "100m", "1m", "10.0.0.1", "1Gi", "v1", "2024-01-01", "0o8")),
        *(("[1,2]", [1, 2]), ("a #b", "a")),
    ],
)
def test_edge_21_the_value_is_read_as_yaml_1_1(value: str, result: Any) -> None:
    assert value_of("${V}", V=value) == result


@pytest.mark.parametrize(("value", "text"), [("a: b", "${V}"), ("*x", "${V}"), ("@x", "${V}"), ("%x", "${V}"), ("", "-${V}")])
def test_values_that_break_the_document_fail_the_kustomization(value: str, text: str) -> None:
    with pytest.raises(RenderFailure, match="not valid YAML after post-build substitution"):
        value_of(text, V=value)


@pytest.mark.parametrize(
    ("text", "variables", "result"),
    [
        ("1${x}", {"x": "2"}, 12),
        ("0x${x}", {"x": "1F"}, 31),
        ("-${x}", {"x": "5"}, -5),
        ("true${x}", {"x": ""}, True),
        ("${x}${y}", {"x": "1", "y": "2"}, 12),
        ("!${x}", {"x": "7"}, "!7"),
        ("#${x}", {"x": "7"}, "#7"),
        (">${x}", {"x": "7"}, ">7"),
        ("x: ${x}", {"x": "7"}, "x: 7"),
        ("- ${x}", {"x": "7"}, "- 7"),
        ("${x}:", {"x": "7"}, "7:"),
        ("line\n${x}", {"x": "7"}, "line\n7"),
        ("\ttab ${x}", {"x": "7"}, "\ttab 7"),
    ],
)
def test_the_whole_scalar_decides_its_type(text: str, variables: dict[str, str], result: Any) -> None:
    assert value_of(text, **variables) == result


def test_keys_are_substituted_too() -> None:
    files = {"app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": config_map(**{"${K}": "v"})}
    assert data_of(render(files, postBuild={"substitute": {"K": "key"}})) == {"key": "v"}


FILES = {"app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": config_map(key="${undefined}")}


def test_edge_24_an_undefined_variable_is_an_error_since_flux_2_9() -> None:
    post_build = {"substitute": {"a": "1"}}
    with pytest.raises(RenderFailure, match=r"ConfigMap settings: post-build substitution failed: .*undefined"):
        render(FILES, postBuild=post_build)
    assert data_of(render(FILES, flux="2.8", postBuild=post_build)) == {"key": None}
    assert value_of("x${undefined:=}", a="1") == "x"


def test_edge_25_without_variables_nothing_is_substituted() -> None:
    files = {**FILES, "app/a.yaml": config_map(key="${x:=5}")}
    assert data_of(render(files, postBuild={})) == {"key": "${x:=5}"}
    assert data_of(render(files)) == {"key": "${x:=5}"}
    assert data_of(render(files, postBuild={"substituteStrategy": "Always"})) == {"key": 5}


def test_edge_26_an_empty_optional_config_map_is_no_variable() -> None:
    post_build = {"substituteFrom": [{"kind": "ConfigMap", "name": "vars", "optional": True}]}
    assert data_of(render(FILES, related=[kube("ConfigMap", "vars", data={})], postBuild=post_build)) == {"key": "${undefined}"}
    assert data_of(render(FILES, postBuild=post_build)) == {"key": "${undefined}"}


def test_edge_27_inline_wins_then_the_last_object_and_newlines_vanish() -> None:
    sources = [{"kind": "ConfigMap", "name": "one"}, {"kind": "ConfigMap", "name": "two"}]
    related = [kube("ConfigMap", "one", data={"a": "1", "b": "1", "c": "x\ny"}), kube("ConfigMap", "two", data={"a": "2", "b": "2"})]
    files = {**FILES, "app/a.yaml": config_map(key="${a}-${b}-${c}")}
    assert data_of(render(files, related=related, postBuild={"substituteFrom": sources, "substitute": {"a": "0"}})) == {"key": "0-2-xy"}


def test_edge_28_one_bad_name_fails_the_whole_build() -> None:
    related = [kube("ConfigMap", "vars", data={"my-var": "x"})]
    with pytest.raises(RenderFailure, match="my-var"):
        render(FILES, related=related, postBuild={"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]})


@pytest.mark.parametrize(("value", "skipped"), [("disabled", True), ("Disabled", False)])
@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_edge_29_an_object_can_opt_out_in_exactly_these_letters(value: str, field: str, skipped: bool) -> None:
    metadata = {"name": "a", field: {"kustomize.toolkit.fluxcd.io/substitute": value}}
    body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": "${x}"}})
    files = {"app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": body}
    assert data_of(render(files, postBuild={"substitute": {"x": "1"}})) == {"key": "${x}" if skipped else 1}


def test_edge_32_a_child_does_not_inherit_variables() -> None:
    assert data_of(render(FILES)) == {"key": "${undefined}"}


def test_what_lives_only_in_the_cluster_is_left_as_written_and_noted() -> None:
    post_build = {"substitute": {"a": "1"}, "substituteFrom": [{"kind": "ConfigMap", "name": "elsewhere"}]}
    files = {**FILES, "app/a.yaml": config_map(key="${undefined}", other="${a}", with_default="${b:=x}")}
    rendered = render(files, postBuild=post_build)
    assert data_of(rendered) == {"key": "${undefined}", "other": 1, "with_default": "x"}
    assert [note.id for note in rendered.notes] == ["unknown-variables"]


def test_settings_may_say_what_lives_only_in_the_cluster() -> None:
    unit = kustomization(postBuild={"substituteFrom": [{"kind": "ConfigMap", "name": "elsewhere"}]})
    options = RenderOptions(variables={"ConfigMap/flux-system/elsewhere": {"undefined": "7"}})
    assert data_of(render_kustomization(unit, repository(FILES), options)) == {"key": 7}


def test_values_of_secrets_are_named_and_not_shown() -> None:
    related = [kube("Secret", "vars", data={"undefined": "c2VjcmV0"})]
    rendered = render(FILES, related=related, postBuild={"substituteFrom": [{"kind": "Secret", "name": "vars"}]})
    assert data_of(rendered) == {"key": "..PLACEHOLDER_undefined.."}


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(
        [
            "1",
            "yes",
            "~",
            " x",
            "x ",
            "a: b",
            "a #b",
            "- x",
            "-",
            "12:30",
            "0x1",
            "1e3",
            "2024-01-01",
            "\n",
            "a\n",
            "a\n\n",
            "\n a",
            "a \nb",
            "a\n ",
            "\t",
            "<<",
            "é\x85",
        ]
    )
)
KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
OBJECTS = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6),
    min_size=1,
)


@given(OBJECTS)
def test_an_object_survives_being_written_and_read(value: dict[str, JSONValue]) -> None:
    text = emit(value, lambda scalar: scalar == "<<" or not isinstance(plain(scalar, Rules.KUBERNETES), str))
    (document,) = load_documents(text.encode())
    assert document.error is None
    assert document.value == value
