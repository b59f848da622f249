"""Values and changes in a few words."""

from __future__ import annotations

import pytest

from checker.model.diff import FieldChange
from checker.model.objects import JSONValue
from checker.report.values import field_path, inline, split_image, transition
from tests.unit.report.builders import field


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "null"),
        (True, "true"),
        (80, "80"),
        (0.5, "0.5"),
        ("80", '"80"'),
        ("yes", '"yes"'),
        ("1.4.0", "1.4.0"),
        ("10Gi", "10Gi"),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("C:\\x", '"C:\\\\x"'),
        (["a", 1, {"b": None}], "[a, 1, {b: null}]"),
        ({"cpu": "100m", "memory": "64Mi"}, "{cpu: 100m, memory: 64Mi}"),
        ({}, "{}"),
    ],
)
def test_a_value_on_one_line(value: JSONValue, said: str) -> None:
    assert inline(value) == said


def test_long_values_keep_both_ends() -> None:
    said = inline("start-" + "x" * 500 + "-end", 40)
    assert len(said) == 40
    assert said.startswith("start-")
    assert said.endswith("-end")
    assert inline([{"k": list(range(1000))}], 40).startswith("[{k: [0, 1,")
    assert len(inline({str(number): number for number in range(1000)}, 40)) == 40


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (2, 3, "2 -> 3"),
        ("a", 1, "a -> 1"),
        ("one\ntwo\n", "one\n2\nthree\n", "text of 2 -> 3 lines (+2 -1)"),
        ("a\n" * 500, "b\n" * 500, "text of 500 -> 500 lines"),
        ("x" * 100 + "A" + "z" * 10, "x" * 100 + "B" + "z" * 10, f"…{'x' * 20}A{'z' * 10} -> …{'x' * 20}B{'z' * 10}"),
    ],
)
def test_a_change_in_a_few_words(before: JSONValue, after: JSONValue, said: str) -> None:
    assert transition(field("x", before, after)) == said


def test_values_that_look_alike_when_cut_are_said_to_differ() -> None:
    said = transition(field("x", {"a": "x" * 90, "b": 1}, {"a": "x" * 90, "b": 2}))
    assert said.endswith("…} -> the same so far, and different further on")


def test_long_texts_that_differ_at_once_are_shown_from_the_start() -> None:
    assert transition(field("x", "a" * 100, "b" * 100)).startswith("aaaa")


def test_absent_is_said() -> None:
    assert transition(FieldChange(path="x", pointer="/x", after=None, before_present=False)) == "added: null"
    assert transition(FieldChange(path="x", pointer="/x", before="a", after_present=False)) == "removed: a"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("ghcr.io/acme/app:1", "ghcr.io/acme/app:2", "app:1 -> 2"),
        ("localhost:5000/app:v1", "localhost:5000/app:v2", "app:v1 -> v2"),
        ("app@sha256:aa", "app@sha256:bb", "app@sha256:aa -> @sha256:bb"),
        ("app", "app:v2", "app -> app:v2"),
        ("docker.io/app:v1", "ghcr.io/app:v1", "docker.io/app:v1 -> ghcr.io/app:v1"),
    ],
)
def test_images_are_told_by_what_changes(before: str, after: str, said: str) -> None:
    assert transition(field("image", before, after, "/spec/containers/0/image")) == said


def test_an_image_reference_has_two_parts() -> None:
    assert split_image("localhost:5000/a/b") == ("localhost:5000/a/b", "")
    assert split_image("a/b:1@sha256:x") == ("a/b", "1@sha256:x")


def test_paths_are_told_from_the_pod() -> None:
    assert field_path("spec.template.spec.containers[app].image") == "containers[app].image"
    assert field_path("spec.replicas") == "spec.replicas"
