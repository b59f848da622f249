"""Hostile content ends in a named refusal, soon."""

from __future__ import annotations

import pytest

from checker.model.units import Reason, RenderFailure
from tests.unit.render.kustomize.helpers import DEPLOYMENT, built, one


@pytest.mark.parametrize("pattern", ["(a+)+", "(.*)*", ".*.*.*.*x", "((a|b)*c)*"])
def test_patterns_that_could_take_forever_are_refused(pattern: str):
    with pytest.raises(RenderFailure, match="safely") as caught:
        one(f'patches:\n- target: {{name: \'{pattern}\'}}\n  patch: \'[{{"op": "add", "path": "/x", "value": 1}}]\'')
    assert caught.value.reason is Reason.UNSUPPORTED


@pytest.mark.parametrize("pattern", ["web.*|api.*|db.*|cache.*|x.*", "[a-z]+-v[0-9]+", "(ab)*c{2,5}"])
def test_patterns_that_people_write_are_taken(pattern: str):
    body = one(f'patches:\n- target: {{name: \'{pattern}\'}}\n  patch: \'[{{"op": "add", "path": "/x", "value": 1}}]\'')
    assert ("x" in body) is pattern.startswith("web")


def test_kustomizations_that_include_each_other_twice_at_every_level_are_refused():
    files: dict[str, str | bytes] = {"l0/kustomization.yaml": "namePrefix: a-"}
    for level in range(1, 25):
        files[f"l{level}/kustomization.yaml"] = f"resources: [../l{level - 1}, ../l{level - 1}]"
    with pytest.raises(RenderFailure, match="kustomizations in one build"):
        built(files, "l24")


def test_aliases_that_explode_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 9)]
    text = DEPLOYMENT + "\n".join(lines)
    with pytest.raises(RenderFailure, match="aliases"):
        one("namePrefix: a-", text)


JSON = '- {target: {kind: Deployment}, patch: \'[{"op": "copy", "from": "/spec", "path": "/spec/xNUMBER"}]\'}'
TREES = """
- source: {kind: Deployment, fieldPath: spec}
  targets: [{select: {kind: Deployment}, fieldPaths: [spec.xNUMBER], options: {create: true}}]"""
TEXTS = """
- source: {kind: Deployment, fieldPath: spec.template.spec.containers.0.image}
  targets: [{select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.0.image'], options: {delimiter: '%', index: 99}}]"""


@pytest.mark.parametrize(("field", "entry"), [("patches", JSON), ("replacements", TREES), ("replacements", TEXTS)])
def test_what_doubles_at_every_step_is_refused(field: str, entry: str):
    entries = "\n".join(entry.strip("\n").replace("NUMBER", str(number)) for number in range(40))
    with pytest.raises(RenderFailure, match="copy more here") as caught:
        one(f"{field}:\n{entries}")
    assert caught.value.reason is Reason.UNSUPPORTED


def test_deep_nesting_is_refused():
    with pytest.raises(RenderFailure, match="nested"):
        one("namePrefix: a-", DEPLOYMENT + "deep: " + "[" * 3000 + "]" * 3000)


def test_secret_values_stay_out_of_messages():
    files = {"kustomization.yaml": "secretGenerator: [{name: s, literals: [k=hunter2, k=hunter2]}]"}
    with pytest.raises(RenderFailure) as caught:
        built(files)
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_where_kustomize_crashes_we_refuse(field: str):
    entries = "".join(
        f'- {{target: {{kind: Deployment}}, patch: \'[{{"op": "add", "path": "{path}", "value": ["one"]}}]\'}}\n'
        for path in (f"/metadata/{field}", "/x")
    )
    with pytest.raises(RenderFailure, match=f"{field} of .* is a list"):
        one("patches:\n" + entries)
