"""The transformers that write one value to many fields, and what they leave alone."""

from __future__ import annotations

import pytest

from checker.model.units import RenderFailure
from tests.unit.render.kustomize.helpers import DEPLOYMENT, bodies, one


def test_namespace_is_set_where_a_kind_has_one_and_in_subjects_called_default():
    text = (
        DEPLOYMENT
        + "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n"
        + "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}\n"
        + "subjects:\n- {kind: ServiceAccount, name: default}\n- {kind: ServiceAccount, name: other}\n"
    )
    found = bodies({"kustomization.yaml": "namespace: prod\nresources: [r.yaml]", "r.yaml": text})
    assert found["Deployment web"]["metadata"]["namespace"] == "prod"
    assert "namespace" not in found["ClusterRoleBinding b"]["metadata"]
    assert found["ClusterRoleBinding b"]["subjects"] == [
        {"kind": "ServiceAccount", "name": "default", "namespace": "prod"},
        {"kind": "ServiceAccount", "name": "other"},
    ]


def test_namespace_moves_the_service_of_a_webhook_with_it():
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: hook}\n---\n"
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\n"
        "webhooks: [{name: a.b, clientConfig: {service: {name: hook, namespace: default}}}]"
    )
    found = bodies({"kustomization.yaml": "namespace: prod\nresources: [r.yaml]", "r.yaml": text})
    assert found["ValidatingWebhookConfiguration w"]["webhooks"][0]["clientConfig"]["service"] == {"name": "hook", "namespace": "prod"}


def test_prefix_and_suffix_leave_namespaces_and_definitions_alone():
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n---\n" + DEPLOYMENT
    assert list(bodies({"kustomization.yaml": "namePrefix: a-\nnameSuffix: -z\nresources: [r.yaml]", "r.yaml": text})) == [
        "Namespace n",
        "Deployment a-web-z",
    ]


def test_labels_reach_selectors_and_templates_as_asked():
    body = one("labels:\n- pairs: {a: b}")
    assert (body["metadata"]["labels"], "selector" in body["spec"]) == ({"a": "b"}, False)
    body = one("labels:\n- pairs: {a: b}\n  includeTemplates: true")
    assert (body["spec"]["template"]["metadata"]["labels"], "selector" in body["spec"]) == ({"a": "b"}, False)
    body = one("commonLabels: {a: b}")
    assert body["spec"]["selector"] == {"matchLabels": {"a": "b"}}


def test_a_label_changed_later_changes_in_the_selectors_it_was_put_into():
    files = {
        "base/kustomization.yaml": "resources: [r.yaml]\ncommonLabels: {team: blue}",
        "base/r.yaml": DEPLOYMENT,
        "top/kustomization.yaml": "resources: [../base]\nlabels:\n- pairs: {team: green}",
    }
    body = bodies(files, "top")["Deployment web"]
    assert body["spec"]["selector"] == {"matchLabels": {"team": "green"}}


def test_annotations_come_out_as_text_as_written():
    text = DEPLOYMENT.replace("  name: web", "  name: web\n  annotations: {a: 1.10, b: true, c: 0x1F, d: ~}")
    assert one("namePrefix: x-", text)["metadata"]["annotations"] == {"a": "1.10", "b": "true", "c": "0x1F", "d": "~"}


@pytest.mark.parametrize(
    ("entry", "image"),
    [
        ("name: nginx, newTag: v2", "nginx:v2"),
        ("name: nginx, newName: quay.io/n", "quay.io/n:1.19"),
        ("name: nginx, digest: 'sha256:f'", "nginx@sha256:f"),
        ("name: nginx, newTag: v2, digest: 'sha256:f'", "nginx:v2@sha256:f"),
        ("name: ng, newTag: v2", "nginx:1.19"),
        ("name: 'ng.*', newTag: v2", "nginx:v2"),
    ],
)
def test_images(entry: str, image: str):
    assert one(f"images:\n- {{{entry}}}")["spec"]["template"]["spec"]["containers"][0]["image"] == image


def test_replicas_need_something_to_scale():
    assert one("replicas:\n- {name: web, count: 3}")["spec"]["replicas"] == 3
    with pytest.raises(RenderFailure, match="no resource called wbe"):
        one("replicas:\n- {name: wbe, count: 3}")


def test_configurations_add_fields():
    files = {
        "kustomization.yaml": "resources: [r.yaml]\nnamePrefix: x-\nconfigurations: [c.yaml]",
        "r.yaml": (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: example.com/v1\nkind: Widget\n"
            "metadata: {name: w}\nspec: {config: a}"
        ),
        "c.yaml": "nameReference:\n- kind: ConfigMap\n  fieldSpecs:\n  - {path: spec/config, kind: Widget}\n",
    }
    assert bodies(files)["Widget x-w"]["spec"] == {"config": "x-a"}


def test_a_narrow_field_spec_takes_the_place_of_the_general_one_of_its_path():
    objects = bodies(
        {
            "kustomization.yaml": "resources: [r.yaml]\nnamePrefix: p-\nconfigurations: [c.yaml]",
            "c.yaml": "namePrefix: [{path: metadata/name, kind: A}]",
            "r.yaml": "apiVersion: x/v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: x/v1\nkind: Z\nmetadata: {name: z}",
        }
    )
    assert set(objects) == {"A p-a", "Z z"}


def test_configurations_are_strict_all_the_way_down():
    with pytest.raises(RenderFailure, match=r"unknown field `apiGroup` in varReference\[0\]; did you mean `group`"):
        one("configurations: [c.yaml]", **{"c.yaml": "varReference: [{path: spec/x, apiGroup: apps}]"})


def test_a_subject_without_a_namespace_is_refused_where_kustomize_does():
    binding = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: b}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
        subjects: [{kind: ServiceAccount, name: a, namespace: }]
        """
    with pytest.raises(RenderFailure, match="empty namespace"):
        one("", binding)


@pytest.mark.parametrize("written", ["", " null", " {}"])
def test_empty_annotations_vanish(written: str):
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations:{written}\ndata: {{a: ~, b: '1'}}"
    assert one("patches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {b: 2}}'}]", text)["metadata"] == {
        "name": "c"
    }


def test_built_in_transformers_may_be_configured_by_objects():
    plugin = (
        "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: b}\n"
        "fieldSpecs: [{path: metadata/labels, create: true}]"
    )
    body = one("transformers: [p.yaml]", **{"p.yaml": plugin})
    assert body["metadata"]["labels"] == {"a": "b"}


def test_build_metadata_writes_origins_and_transformations():
    body = one("buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]\nnamePrefix: a-")
    assert body["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "kustomize-v5.8.1"}
    assert body["metadata"]["annotations"] == {
        "config.kubernetes.io/origin": "path: r.yaml\n",
        "alpha.config.kubernetes.io/transformations": (
            "- configuredIn: kustomization.yaml\n  configuredBy:\n    apiVersion: builtin\n    kind: PrefixTransformer\n"
        ),
    }


def test_what_a_component_leaves_is_joined_like_a_base():
    files = {
        "kustomization.yaml": "resources: [base]\ncomponents: [part]\nnameSuffix: -s",
        "base/kustomization.yaml": "resources: [r.yaml]",
        "base/r.yaml": "apiVersion: x/v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: x/v1\nkind: Z\nmetadata: {name: z}",
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nconfigurations: [c.yaml]",
        "part/c.yaml": "nameSuffix: [{path: metadata/name, kind: A}]",
    }
    assert set(bodies(files)) == {"A a-s", "Z z"}


@pytest.mark.parametrize("subject", ["text", "{kind: ServiceAccount, name: {a: b}}"])
def test_subjects_of_the_wrong_shape_are_refused(subject: str):
    binding = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b}}\nsubjects: [{subject}]"
    with pytest.raises(RenderFailure, match="subject"):
        one("namespace: ns", binding)
