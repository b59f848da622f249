"""Helm options of a source: precedence, value files, parameters; hooks, tests and CRDs."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.units import Reason, RenderFailure
from tests.unit.render.argocd.builders import CHART, names, render, values_of


def values(content: dict[str, str] | None = None, **helm: Any) -> Any:
    return values_of(render({**CHART, **(content or {})}, source={"helm": helm}))


def test_edge_52_values_object_hides_values_and_parameters_win() -> None:
    assert values(values="a: 1\n", valuesObject={}) == {"a": "chart"}
    assert values(values="a: 1\n") == {"a": 1}
    assert values({"app/v.yaml": "a: file\n"}, valueFiles=["v.yaml"], values="a: inline\n") == {"a": "inline"}
    assert values(values="a: inline\n", parameters=[{"name": "a", "value": "parameter"}]) == {"a": "parameter"}
    both = [{"name": "a", "value": "7", "forceString": True}, {"name": "a", "value": "8"}]
    assert values(parameters=both) == {"a": "7"}


def test_file_parameters_win_over_all() -> None:
    helm = {"parameters": [{"name": "a", "value": "parameter"}], "fileParameters": [{"name": "a", "path": "note.txt"}]}
    assert values({"app/note.txt": "x,y=z\n"}, **helm) == {"a": "x,y=z\n"}


def test_edge_53_globs_leave_files_that_are_listed_by_name() -> None:
    order = {f"app/envs/{name}.yaml": f"last: {name}\n{name}: 1\n" for name in "abc"}
    assert values(order, valueFiles=["envs/*.yaml", "envs/b.yaml"]) == {"a": 1, "b": 1, "c": 1, "last": "b"}
    with pytest.raises(RenderFailure, match="matches no file"):
        values(valueFiles=["nope/*.yaml"])
    assert values(valueFiles=["nope/*.yaml", "gone.yaml"], ignoreMissingValueFiles=True) == {"a": "chart"}
    with pytest.raises(RenderFailure, match=r"gone\.yaml does not exist"):
        values(valueFiles=["gone.yaml"])


def test_edge_55_commas_in_parameters_are_escaped() -> None:
    assert values(parameters=[{"name": "a", "value": "a,b"}]) == {"a": "a,b"}
    assert values(parameters=[{"name": "a", "value": "{a,b}"}]) == {"a": ["a", "b"]}
    assert values(parameters=[{"name": "a", "value": r"a\,b"}]) == {"a": "a,b"}


def test_the_build_environment_reaches_parameters_and_file_names_only() -> None:
    content = {"app/app1.yaml": "b: file\n"}
    helm = {"valueFiles": ["$ARGOCD_APP_NAME.yaml"], "parameters": [{"name": "p", "value": "${ARGOCD_APP_NAMESPACE}-$$x"}]}
    assert values(content, **helm) == {"a": "chart", "b": "file", "p": "target-$x"}
    assert values(values="a: $ARGOCD_APP_NAME\n") == {"a": "$ARGOCD_APP_NAME"}


def test_names_of_release_and_namespace() -> None:
    rendered = render(CHART, source={"helm": {"releaseName": "other", "namespace": "elsewhere"}})
    assert (rendered.objects[0].name, rendered.objects[0].body["data"]["namespace"]) == ("other", "elsewhere")  # type: ignore[index,call-overload]


def test_remote_value_files_are_named() -> None:
    with pytest.raises(RenderFailure, match=r"https://x/v\.yaml is remote") as caught:
        values(valueFiles=["https://x/v.yaml"])
    assert caught.value.reason is Reason.REMOTE
    with pytest.raises(RenderFailure, match="http and https only"):
        values(valueFiles=["secrets://x/v.yaml"])


def hook(kind: str, name: str, events: str) -> str:
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  annotations: {{helm.sh/hook: '{events}'}}\n"


def test_edge_60_tests_are_never_applied_and_install_hooks_are() -> None:
    content = {
        **CHART,
        "app/templates/t.yaml": hook("Pod", "tested", "test"),
        "app/templates/h.yaml": hook("Pod", "hooked", "pre-install,test"),
    }
    assert names(render(content)) == ["app1", "hooked"]


def test_edge_61_definitions_are_part_of_the_objects() -> None:
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.example.com}\n"
    content = {**CHART, "app/crds/x.yaml": crd}
    assert sorted(names(render(content))) == ["app1", "xs.example.com"]
    assert names(render(content, source={"helm": {"skipCrds": True}})) == ["app1"]
