"""Published CustomResourceDefinitions in, one compact bundle per API group out.

Run `python -m checker.validate._bundles.custom`; it needs `go` 1.27 (and for Flux `controller-gen`) on PATH and fetches each module
below from the Go module proxy. Flux publishes most of its definitions as Go types alone, from which controller-gen
makes what Flux itself ships. A bundle is `{apiVersion: {kind: {"scope", "schema", "source"}}}`; descriptions, rules about
changes and the status are left out: nobody writes a status into Git.
"""

from __future__ import annotations

import fnmatch
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.tools.process import run
from checker.tools.yaml import read_objects
from checker.validate._bundles.builtin import HERE, packed
from checker.validate.crds import custom_kinds, is_definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`files` are globs inside the module; `packages` are Go packages whose types become definitions."""

    name: str
    module: str
    version: str
    licence: str
    files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


_FLUX = "github.com/fluxcd"
SOURCES: tuple[Source, ...] = (
    Source(
        name="Flux 2.9",
        module=f"{_FLUX}/source-controller",
        version="v1.10.1",
        licence="Apache-2.0",
        files=("config/crd/bases/*.yaml",),
    ),
    Source(
        name="Flux 2.9",
        module=f"{_FLUX}/kustomize-controller",
        version="v1.10.1",
        licence="Apache-2.0",
        files=("config/crd/bases/*.yaml",),
    ),
    Source(name="Flux 2.9", module=f"{_FLUX}/helm-controller/api", version="v1.7.1", licence="Apache-2.0", packages=("v2",)),
    Source(
        name="Flux 2.9", module=f"{_FLUX}/notification-controller/api", version="v1.10.0", licence="Apache-2.0", packages=("v1", "v1beta3")
    ),
    Source(name="Flux 2.9", module=f"{_FLUX}/image-reflector-controller/api", version="v1.3.0", licence="Apache-2.0", packages=("v1",)),
    Source(name="Flux 2.9", module=f"{_FLUX}/image-automation-controller/api", version="v1.3.0", licence="Apache-2.0", packages=("v1",)),
    Source(name="Flux 2.9", module=f"{_FLUX}/source-watcher/api/v2", version="v2.3.1", licence="Apache-2.0", packages=("v1beta1",)),
    Source(
        name="Argo CD 3.6",
        module="github.com/argoproj/argo-cd/v3",
        version="v3.6.1",
        licence="Apache-2.0",
        files=("manifests/crds/*-crd.yaml",),
    ),
    Source(
        name="Argo Rollouts 1.10",
        module="github.com/argoproj/argo-rollouts",
        version="v1.10.2",
        licence="Apache-2.0",
        files=("manifests/crds/*-crd.yaml",),
    ),
    Source(
        name="cert-manager 1.21",
        module="github.com/cert-manager/cert-manager",
        version="v1.21.2",
        licence="Apache-2.0",
        files=("deploy/crds/*.yaml",),
    ),
    Source(
        name="Prometheus operator 0.85",
        module="github.com/prometheus-operator/prometheus-operator",
        version="v0.85.0",
        licence="Apache-2.0",
        files=("example/prometheus-operator-crd-full/*.yaml",),
    ),
    Source(
        name="Gateway API 1.7",
        module="sigs.k8s.io/gateway-api",
        version="v1.7.0",
        licence="Apache-2.0",
        files=("config/crd/experimental/*.yaml", "config/crd/standard/*.yaml"),
    ),
    Source(
        name="External Secrets 1.3",
        module="github.com/external-secrets/external-secrets",
        version="v1.3.2",
        licence="Apache-2.0",
        files=("config/crds/bases/*.yaml",),
    ),
    Source(
        name="KEDA 2.21", module="github.com/kedacore/keda/v2", version="v2.21.0", licence="Apache-2.0", files=("config/crd/bases/*.yaml",)
    ),
    Source(
        name="Istio 1.31",
        module="istio.io/api",
        version="v1.31.4",
        licence="Apache-2.0",
        files=("kubernetes/customresourcedefinitions.gen.yaml",),
    ),
    Source(
        name="Knative Serving 0.51",
        module="knative.dev/serving",
        version="v0.51.0",
        licence="Apache-2.0",
        files=("config/core/300-resources/*.yaml",),
    ),
    Source(
        name="Sealed Secrets 0.40",
        module="github.com/bitnami-labs/sealed-secrets",
        version="v0.40.0",
        licence="Apache-2.0",
        files=("helm/sealed-secrets/crds/*.yaml",),
    ),
    Source(
        name="Kyverno 1.19",
        module="github.com/kyverno/kyverno",
        version="v1.19.1",
        licence="Apache-2.0",
        files=("config/crds/kyverno/*.yaml", "config/crds/policies.kyverno.io/*.yaml"),
    ),
    Source(
        name="Cilium 1.20",
        module="github.com/cilium/cilium",
        version="v1.20.2",
        licence="Apache-2.0",
        files=("pkg/k8s/apis/cilium.io/client/crds/*/*.yaml",),
    ),
    Source(
        name="Envoy Gateway 1.9",
        module="github.com/envoyproxy/gateway",
        version="v1.9.1",
        licence="Apache-2.0",
        files=("charts/gateway-helm/charts/crds/crds/generated/*.yaml",),
    ),
    Source(
        name="External Snapshotter 8.7",
        module="github.com/kubernetes-csi/external-snapshotter/client/v8",
        version="v8.7.0",
        licence="Apache-2.0",
        files=("config/crd/*.yaml",),
    ),
    Source(
        name="Vertical Pod Autoscaler 1.8",
        module="k8s.io/autoscaler/vertical-pod-autoscaler",
        version="v1.8.1",
        licence="Apache-2.0",
        files=("deploy/vpa-v1-crd-gen.yaml",),
    ),
    Source(
        name="MetalLB 0.16", module="go.universe.tf/metallb", version="v0.16.2", licence="Apache-2.0", files=("config/crd/bases/*.yaml",)
    ),
    Source(
        name="Velero 1.18",
        module="github.com/vmware-tanzu/velero",
        version="v1.18.3",
        licence="Apache-2.0",
        files=("config/crd/v*/bases/*.yaml",),
    ),
    Source(
        name="Traefik 3.7",
        module="github.com/traefik/traefik/v3",
        version="v3.7.13",
        licence="MIT",
        files=("docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml",),
    ),
)
"""Where the bundled definitions come from. Later files add kinds and versions and replace none that is held already."""

_KEPT_OF_RULES = ("rule", "message", "messageExpression", "fieldPath")
_KEPT = (
    *("type", "default", "enum", "format", "pattern", "required", "nullable", "multipleOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    *("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"),
    *("x-kubernetes-list-map-keys", "x-kubernetes-list-type"),
)


def compact(node: dict[str, Any]) -> dict[str, Any]:
    out = {key: node[key] for key in _KEPT if key in node}
    rules = [rule for rule in node.get("x-kubernetes-validations", ()) if "oldSelf" not in rule["rule"]]
    if rules:
        out["x-kubernetes-validations"] = [{key: rule[key] for key in _KEPT_OF_RULES if key in rule} for rule in rules]
    if isinstance(node.get("properties"), dict):
        out["properties"] = {name: compact(schema) for name, schema in node["properties"].items()}
    for key in ("items", "additionalProperties", "not"):
        if key in node:
            out[key] = compact(node[key]) if isinstance(node[key], dict) else node[key]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in node:
            out[key] = [compact(branch) for branch in node[key]]
    return out


def kinds_of(source: Source, folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    globs = source.files or ("*.yaml",)
    for path in sorted(folder.rglob("*.y*ml")):
        if not any(fnmatch.fnmatch(path.relative_to(folder).as_posix(), glob) for glob in globs):
            continue
        for definition in filter(is_definition, read_objects(path.read_bytes(), RepoPath(path.name)).objects):
            for kind in custom_kinds(definition):
                yield kind.api_version, kind.kind, {"scope": kind.scope, "schema": _top(compact(dict(kind.schema))), "source": source.name}


def _top(schema: dict[str, Any]) -> dict[str, Any]:
    """Without what every object has, and with any status taken as it is."""
    properties = {name: node for name, node in schema.get("properties", {}).items() if name not in ("apiVersion", "kind", "metadata")}
    if "status" in properties:
        properties["status"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {**schema, "properties": properties}


def fetch(source: Source, work: Path) -> Path:
    """The module's folder, or for Go types one with the definitions made from them."""
    told = run(["go", "mod", "download", "-json", f"{source.module}@{source.version}"], cwd=work, timeout=600)
    folder = Path(json.loads(told.stdout)["Dir"])
    return _generated(source, work) if source.packages else folder


def _generated(source: Source, work: Path) -> Path:
    made = work / re.sub(r"\W", "-", source.module)
    (made / "out").mkdir(parents=True)
    packages = [f"{source.module}/{package}" for package in source.packages]
    (made / "go.mod").write_text("module bundle\n")
    (made / "needs.go").write_text("package bundle\n\nimport (\n" + "".join(f'\t_ "{package}"\n' for package in packages) + ")\n")
    run(["go", "get", f"{source.module}@{source.version}"], cwd=made, timeout=600)
    run(["go", "mod", "tidy"], cwd=made, timeout=600)
    run(["controller-gen", "crd", *(f"paths={package}" for package in packages), f"output:crd:dir={made / 'out'}"], cwd=made, timeout=600)
    return made / "out"


def bundles(work: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Group, apiVersion, kind."""
    made: dict[str, dict[str, dict[str, Any]]] = {}
    for source in SOURCES:
        for api_version, kind, held in kinds_of(source, fetch(source, work)):
            made.setdefault(api_version.partition("/")[0], {}).setdefault(api_version, {}).setdefault(kind, held)
    return made


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        for group, held in bundles(Path(work)).items():
            (HERE / f"custom-{group}.zz").write_bytes(packed(held))


if __name__ == "__main__":
    main()
