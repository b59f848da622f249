"""Jsonnet files of a directory source: what counts as one, how they are told things, where imports come from, how they fail."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.units import Reason, RenderFailure
from checker.tools import jsonnet
from checker.tools.worker import OneWorker
from tests.unit.render.argocd.builders import config_map, names, render

OBJECT = '{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } }'


def directory(**settings: Any) -> dict[str, Any]:
    return {"directory": {"jsonnet": settings} if settings else {"recurse": True}}


def data(content: dict[str, str], **settings: Any) -> Any:
    return render(content, source=directory(**settings)).objects[0].body["data"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OBJECT, ["one"]),
        (f"[{OBJECT}, null, {OBJECT} + {{ metadata+: {{ name: 'two' }} }}]", ["one", "two"]),
        (f"{{ apiVersion: 'v1', kind: 'List', items: [{OBJECT}] }}", ["one"]),
        ("null", []),
        ("[]", []),
    ],
)
def test_a_file_gives_an_object_or_a_list(text: str, expected: list[str]) -> None:
    assert names(render({"app/x.jsonnet": text, "app/lib.libsonnet": "syntax error ("})) == expected


def test_jsonnet_stands_beside_yaml_and_may_be_left_out() -> None:
    content = {"app/a.yaml": config_map("a"), "app/x.jsonnet": OBJECT, "app/skipped.jsonnet": "// +argocd:skip-file-rendering\n("}
    assert names(render(content)) == ["a", "one"]
    assert names(render(content, source={"directory": {"exclude": "*.jsonnet"}})) == ["a"]


def test_external_variables_and_arguments_are_text_or_code_and_see_the_build_environment() -> None:
    show = 'function(t, c) { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data: [t, c, std.extVar("v"), std.extVar("w")] }'
    given = data(
        {"app/x.jsonnet": show},
        extVars=[{"name": "v", "value": "$ARGOCD_APP_NAME-1"}, {"name": "w", "value": "{a: 1 + 1}", "code": True}],
        tlas=[{"name": "t", "value": "1 + 1"}, {"name": "c", "value": "1 + 1", "code": True}],
    )
    assert given == ["1 + 1", 2, "app1-1", {"a": 2}]


def test_imports_are_found_beside_the_file_then_in_the_last_lib_then_in_the_source() -> None:
    content = {
        "app/x.jsonnet": '{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data: [import "sub/a.libsonnet", import "b"] }',
        "app/sub/a.libsonnet": '[import "c", importstr "../d"]',
        "app/b": '"source"',
        "vendor/b": '"vendor"',
        "app/sub/c": '"beside"',
        "vendor/c": '"vendor"',
        "app/d": "text",
        "lib/b": '"lib"',
    }
    assert data(content, libs=["vendor", "/lib"]) == [["beside", "text"], "source"]
    del content["app/b"]
    assert data(content, libs=["vendor", "/lib"]) == [["beside", "text"], "lib"]
    assert data(content, libs=["lib", "vendor/"]) == [["beside", "text"], "vendor"]


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        ({"app/x.jsonnet": "{\n  a: error 'not so'\n}"}, "not so", "app/x.jsonnet:2"),
        ({"app/x.jsonnet": "{\n  a: (\n"}, "Unexpected", "app/x.jsonnet:3"),
        ({"app/x.jsonnet": "import 'y'", "app/y": "\n\n{a: 1/0}"}, "ivision by zero", "app/y:3"),
        ({"app/x.jsonnet": "{a: import '../../secret'}"}, "neither beside", "app/x.jsonnet:1"),
        ({"app/x.jsonnet": "{a: importstr '/etc/passwd'}"}, "absolute", "app/x.jsonnet:1"),
        ({"app/x.jsonnet": "local f(x) = f(x + 1) + 1; f(0)"}, "max stack frames", "app/x.jsonnet:1"),
        ({"app/x.jsonnet": "std.extVar('nobody')"}, "nobody", "app/x.jsonnet:1"),
        ({"app/x.jsonnet": "function(a) a"}, "argument", "app/x.jsonnet"),
        ({"app/x.jsonnet": "{a: 1}"}, "has no kind", "app/x.jsonnet"),
        ({"app/x.jsonnet": f"[[{OBJECT}]]"}, "item 0 of the list is", "app/x.jsonnet"),
        ({"app/x.jsonnet": "'text'"}, "no object", "app/x.jsonnet"),
    ],
)
def test_failures_name_their_place(content: dict[str, str], message: str, place: str) -> None:
    with pytest.raises(RenderFailure, match=message) as caught:
        render(content)
    location = caught.value.location
    assert location is not None
    assert place in (location.path, f"{location.path}:{location.line}")
    assert caught.value.reason is Reason.BROKEN


@pytest.mark.parametrize(
    "text", ["local f(n) = if n == 0 then 0 else f(n - 1) + f(n - 1); f(60)", "std.repeat(std.repeat('x', 60000), 60000)"]
)
def test_a_program_without_end_is_stopped_and_the_next_one_runs(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonnet, "SECONDS", 1.0)
    with pytest.raises(RenderFailure, match="was stopped"):
        render({"app/x.jsonnet": text})
    assert names(render({"app/x.jsonnet": OBJECT})) == ["one"]


def test_without_the_engine_the_answer_is_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise jsonnet.JsonnetMissing("no engine", jsonnet.INSTALL)

    monkeypatch.setattr(jsonnet, "_ENGINE", OneWorker(missing))
    with pytest.raises(RenderFailure, match=r"install gitops-check\[jsonnet\]") as caught:
        render({"app/x.jsonnet": OBJECT})
    assert caught.value.reason is Reason.UNSUPPORTED
