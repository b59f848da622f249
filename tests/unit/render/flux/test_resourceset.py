"""ResourceSets: inputs, templates, and what of them is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from checker.model.objects import KubeObject
from checker.model.units import Controller, DeployUnit, Reason, RenderFailure
from checker.render.flux import render_resourceset
from checker.render.options import RenderOptions
from tests.unit.render.flux.builders import kube, repository

GROUP = "fluxcd.controlplane.io/v1"


def objects(*, related: Sequence[KubeObject] = (), **spec: Any) -> tuple[KubeObject, ...]:
    declaration = kube("ResourceSet", "set", group=GROUP, spec=spec)
    unit = DeployUnit(
        controller=Controller.FLUX_RESOURCESET,
        name="set",
        namespace="flux-system",
        path=declaration.origin.path,
        declaration=declaration,
        related=tuple(related),
        origin=declaration.origin,
    )
    return render_resourceset(unit, repository({}), RenderOptions()).objects


def config_map(name: str, **data: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


TENANTS = [{"tenant": "one", "port": 8080, "list": ["a", "b"]}, {"tenant": "two", "port": 12345678, "list": []}]


def test_each_resource_is_made_once_for_each_input() -> None:
    made = objects(
        inputs=TENANTS, resources=[config_map("<< inputs.tenant >>-cm", port="<< inputs.port >>", text="port << inputs.port >>")]
    )
    assert [(obj.name, obj.body["data"]) for obj in made] == [
        ("one-cm", {"port": 8080, "text": "port 8080"}),
        ("two-cm", {"port": 12345678, "text": "port 12345678"}),
    ]
    assert made[0].labels["resourceset.fluxcd.controlplane.io/name"] == "set"


def test_a_template_of_several_documents() -> None:
    template = """
<<- range $i, $v := inputs.list >>
---
apiVersion: v1
kind: ConfigMap
metadata: {name: << inputs.tenant >>-<< $v >>}
data: {helm: "{{ .Values.x }}", by: << inputs.provider.name | upper | quote >>}
<<- end >>
"""
    made = objects(inputs=TENANTS, resourcesTemplate=template)
    assert [(obj.name, obj.body["data"]) for obj in made] == [
        (name, {"helm": "{{ .Values.x }}", "by": "SET"}) for name in ("one-a", "one-b")
    ]


def test_without_inputs_it_is_made_once_and_the_first_of_a_name_wins() -> None:
    made = objects(
        resources=[config_map("a", x="1"), config_map("b")], resourcesTemplate="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    )
    assert [(obj.name, obj.body.get("data")) for obj in made] == [("a", {"x": "1"}), ("b", {})]


def test_without_inputs_an_object_that_is_written_twice_is_made_twice() -> None:
    made = objects(resources=[config_map("a", x="1"), config_map("a", x="2")])
    assert [obj.body["data"] for obj in made] == [{"x": "1"}, {"x": "2"}]


def test_without_inputs_disabled_objects_of_resources_are_made() -> None:
    disabled = config_map("a")
    disabled["metadata"]["annotations"] = {"fluxcd.controlplane.io/reconcile": "disabled"}
    assert [obj.name for obj in objects(resources=[disabled, config_map("b")])] == ["a", "b"]
    assert [obj.name for obj in objects(resources=[disabled, config_map("b")], inputs=[{"x": "y"}])] == ["b"]


def test_disabled_objects_are_left_out_and_common_metadata_is_added() -> None:
    off = config_map("off")
    off["metadata"]["annotations"] = {"fluxcd.controlplane.io/reconcile": "disabled"}
    made = objects(resources=[off, config_map("on")], inputs=[{"x": "y"}], commonMetadata={"labels": {"a": "b"}, "annotations": {"c": "d"}})
    assert [(obj.name, obj.labels["a"], obj.annotations) for obj in made] == [("on", "b", {"c": "d"})]


def provider(name: str, kind: str = "Static", **values: Any) -> KubeObject:
    return kube("ResourceSetInputProvider", name, group=GROUP, spec={"type": kind, "defaultValues": values})


def test_static_providers_give_inputs() -> None:
    resources = [config_map("<< inputs.tenant >>")]
    made = objects(related=[provider("p", tenant="three")], inputs=[{"tenant": "one"}], inputsFrom=[{"name": "p"}], resources=resources)
    assert [obj.name for obj in made] == ["one", "three"]
    assert objects(inputsFrom=[{"selector": {"matchLabels": {"a": "b"}}}], resources=resources) == ()


def test_permuted_inputs_stand_under_their_provider() -> None:
    resources = [config_map("<< inputs.set.tenant >>-<< inputs.my_env.env >>")]
    made = objects(
        related=[provider("my-env", env="prod")],
        inputs=[{"tenant": "one"}, {"tenant": "two"}],
        inputsFrom=[{"name": "my-env"}],
        inputStrategy={"name": "Permute"},
        resources=resources,
    )
    assert [obj.name for obj in made] == ["one-prod", "two-prod"]


def test_steps_follow_each_other_and_share_nothing() -> None:
    steps = [{"name": "one", "resources": [config_map("a")]}, {"name": "two", "resources": [config_map("b")]}]
    assert [obj.name for obj in objects(steps=steps)] == ["a", "b"]
    with pytest.raises(RenderFailure, match="in step 'one' and in step 'two'"):
        objects(steps=[steps[0], {"name": "two", "resources": [config_map("a")]}])
    with pytest.raises(RenderFailure, match="only one is allowed"):
        objects(steps=steps, resources=[config_map("a")])


@pytest.mark.parametrize(
    ("spec", "reason", "message"),
    [
        ({"resources": [config_map("<< inputs.gone >>")], "inputs": TENANTS}, Reason.BROKEN, "no 'gone'"),
        ({"resources": [config_map("<< inputs.tenant >>")]}, Reason.BROKEN, "no 'tenant'"),
        ({"resources": [config_map("<< .Values.x >>")]}, Reason.BROKEN, "do not have"),
        ({"resources": [config_map("<< slugify inputs.tenant >>")], "inputs": TENANTS}, Reason.UNSUPPORTED, "slugify"),
        ({"resourcesTemplate": '<< define "x" >><< end >>'}, Reason.UNSUPPORTED, "define"),
        ({"resourcesTemplate": "<< if eq inputs.port 1 >><< end >>", "inputs": TENANTS}, Reason.UNSUPPORTED, "compare"),
        ({"resourcesTemplate": "<< if >>"}, Reason.BROKEN, "missing value"),
        ({"resources": [config_map("a", x="1 << 2")]}, Reason.BROKEN, "opens an action with << and does not close it"),
        (
            {"resources": [config_map("<< inputs.tenant | kebabcase >>")], "inputs": TENANTS},
            Reason.BROKEN,
            "use kebabcase, which ResourceSets",
        ),
        ({"resourcesTemplate": "a: ["}, Reason.BROKEN, "invalid YAML"),
        ({"inputsFrom": [{"name": "gone"}]}, Reason.REMOTE, "not declared"),
        ({"inputsFrom": [{"name": "p"}], "related": [provider("p", "GitHubPullRequest")]}, Reason.REMOTE, "fetched from outside"),
    ],
)
def test_what_cannot_be_rendered_says_why(spec: dict[str, Any], reason: Reason, message: str) -> None:
    with pytest.raises(RenderFailure, match=message) as caught:
        objects(**spec)
    assert caught.value.reason is reason
