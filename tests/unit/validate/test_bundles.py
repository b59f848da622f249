"""The bundles: what they hold, and that the generators make them."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from checker.model.findings import UsageError
from checker.tools.schema import Schema
from checker.validate import bundles
from checker.validate._bundles import builtin, custom
from checker.validate.catalog import _bundled_kind, _custom_schema


def test_the_generator_makes_what_is_committed() -> None:
    version = bundles.bundled_versions()[-1]
    made = zlib.decompress(builtin.bundle(version, builtin.source_folder()))
    assert made == zlib.decompress((builtin.HERE / f"kubernetes-{version}.zz").read_bytes())


def test_every_version_of_the_source_is_bundled() -> None:
    assert bundles.bundled_versions() == tuple(builtin.versions(builtin.source_folder()))


def test_strictness_is_what_the_strict_source_says() -> None:
    source = json.loads((builtin.source_folder() / "v1.33.0-local-strict" / "_definitions.json").read_text())["$defs"]
    made = bundles.load_bundle("1.33").definitions("io.k8s.api.core.v1.PodSpec", strict=True)
    assert len(made) > 50
    for name, definition in made.items():
        assert definition.get("additionalProperties") == (
            False if source[name].get("additionalProperties") is False else definition.get("additionalProperties")
        )
        assert definition.get("properties", {}).keys() == source[name].get("properties", {}).keys()
        assert definition.get("required") == source[name].get("required")


def test_every_built_in_kind_of_the_newest_version_compiles() -> None:
    bundle = bundles.load_bundle(bundles.bundled_versions()[-1])
    kinds = [(api_version, kind) for api_version, kinds in bundle.kinds.items() for kind in kinds]
    assert len(kinds) > 90
    for api_version, kind in kinds:
        document = bundle.document(api_version, kind, strict=True)
        assert document is not None
        Schema(document).check()


def test_every_custom_kind_compiles_and_names_its_source() -> None:
    names = {source.name for source in custom.SOURCES}
    count = 0
    for path in sorted(builtin.HERE.glob("custom-*.zz")):
        for api_version, kinds in bundles.read_data(path.name).items():
            for kind, held in kinds.items():
                found = _bundled_kind(api_version, kind)
                assert found is not None
                _custom_schema(found, "1.33", strict=True).check()
                assert held["source"] in names
                assert held["scope"] in ("Namespaced", "Cluster")
                count += 1
    assert count > 150


@pytest.mark.parametrize(
    "kind",
    [
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ("source.toolkit.fluxcd.io/v1", "OCIRepository"),
        ("notification.toolkit.fluxcd.io/v1beta3", "Alert"),
        ("image.toolkit.fluxcd.io/v1", "ImagePolicy"),
        ("argoproj.io/v1alpha1", "Application"),
        ("argoproj.io/v1alpha1", "ApplicationSet"),
        ("argoproj.io/v1alpha1", "AppProject"),
        ("cert-manager.io/v1", "Certificate"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("networking.istio.io/v1", "VirtualService"),
        ("keda.sh/v1alpha1", "ScaledObject"),
        ("serving.knative.dev/v1", "Service"),
        ("external-secrets.io/v1", "ExternalSecret"),
        ("bitnami.com/v1alpha1", "SealedSecret"),
        ("kyverno.io/v1", "ClusterPolicy"),
        ("traefik.io/v1alpha1", "IngressRoute"),
        ("cilium.io/v2", "CiliumNetworkPolicy"),
        ("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
        ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
        ("metallb.io/v1beta1", "IPAddressPool"),
        ("velero.io/v1", "Schedule"),
    ],
)
def test_the_kinds_repositories_are_made_of(kind: tuple[str, str]) -> None:
    assert _bundled_kind(*kind) is not None


@pytest.mark.parametrize(("asked", "found"), [("1.33", "1.33"), ("v1.33.4", "1.33"), ("1.30.2-eks-1", "1.30")])
def test_versions_as_people_write_them(asked: str, found: str) -> None:
    assert bundles.bundled_version(asked) == found


@pytest.mark.parametrize("asked", ["1.3", "1.24", "1.330", "2", "", "latest-ish"])
def test_versions_that_are_not_bundled(asked: str) -> None:
    with pytest.raises(UsageError):
        bundles.bundled_version(asked)


def test_master_is_the_newest() -> None:
    assert bundles.bundled_version("master") == bundles.bundled_versions()[-1]


def test_numbers_beyond_their_type_are_refused() -> None:
    document = bundles.load_bundle("1.33").document("apps/v1", "Deployment", strict=True)
    assert document is not None
    problems = Schema(document).problems(
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 2**31, "selector": {}, "template": {}}}
    )
    assert [problem.keyword for problem in problems] == ["maximum"]


DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          description: long
          properties:
            apiVersion: {type: string}
            kind: {type: string}
            metadata: {type: object}
            spec:
              type: object
              properties:
                size: {type: integer, default: 3, description: words}
                either: {oneOf: [{required: [a]}, {not: {required: [b]}}], additionalProperties: {type: string}, type: object}
                many: {type: array, items: {type: string}}
            status: {type: object, properties: {long: {type: string}}}
"""


def test_definitions_are_made_small(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "crd.yaml").write_text(DEFINITION)
    (tmp_path / "config" / "other.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: x}\n")
    (tmp_path / "elsewhere.yaml").write_text(DEFINITION)
    source = custom.Source(name="Example 1", module="example.com/m", version="v1", licence="MIT", files=("config/*.yaml",))
    assert list(custom.kinds_of(source, tmp_path)) == [
        (
            "example.com/v1",
            "Widget",
            {
                "scope": "Cluster",
                "source": "Example 1",
                "schema": {
                    "type": "object",
                    "properties": {
                        "spec": {
                            "type": "object",
                            "properties": {
                                "size": {"type": "integer", "default": 3},
                                "either": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                    "oneOf": [{"required": ["a"]}, {"not": {"required": ["b"]}}],
                                },
                                "many": {"type": "array", "items": {"type": "string"}},
                            },
                        },
                        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    },
                },
            },
        )
    ]


def test_sources_are_under_licences_that_allow_it() -> None:
    assert {source.licence for source in custom.SOURCES} <= {"Apache-2.0", "MIT"}
    assert all(bool(source.files) != bool(source.packages) for source in custom.SOURCES)


@pytest.mark.parametrize(
    ("api_version", "kind", "field"),
    [
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef"),
        ("storage.k8s.io/v1", "StorageClass", "provisioner"),
        ("scheduling.k8s.io/v1", "PriorityClass", "value"),
        ("v1", "Binding", "target"),
    ],
)
def test_what_the_outermost_level_requires(api_version: str, kind: str, field: str) -> None:
    bundle = bundles.load_bundle("1.33")
    value = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}}
    short = bundle.accepts(api_version, kind, strict=True)
    assert short is not None
    assert not short(value)
    (problem,) = Schema(bundle.document(api_version, kind, strict=True) or {}).problems(value)
    assert (problem.keyword, problem.names) == ("required", (field,))
