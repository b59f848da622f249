"""Make checker/render/kustomize/_data/ anew from a clone of kustomize: merge keys, scopes and field specs.

usage: python benchmarks/kustomize_tables.py CLONE [REVISION] > report

kustomize embeds the OpenAPI of Kubernetes 1.21.2; what is needed of it is which lists merge by which keys and which
kinds belong to no namespace. Descriptions, scalars and validation are left out, so that the table loads in milliseconds.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

DATA = Path(__file__).parents[1] / "checker/render/kustomize/_data"
BUNDLE = "kyaml/openapi/kubernetesapi/data/kubernetes-openapi-union-v1.21.2.bundle-v1.json.gz"
OWN = "kyaml/openapi/kustomizationapi/swagger.json"
SPECS = "api/internal/konfig/builtinpluginconsts/"
NAMES = (
    "commonannotations commonlabels images metadatalabels nameprefix namereference namespace namesuffix "
    "replicas templatelabels varreference"
)


def show(clone: str, revision: str, path: str) -> bytes:
    return subprocess.run(["git", "-C", clone, "show", f"{revision}:{path}"], check=True, capture_output=True).stdout


def node(schema: dict) -> object:
    """A schema as [reference or fields, element, strategy, keys]: nothing where only a scalar can stand."""
    out: dict[str, object] = {}
    if "$ref" in schema:
        return schema["$ref"].removeprefix("#/definitions/")
    if schema.get("properties"):
        fields = {name: made for name, child in schema["properties"].items() if (made := node(child)) is not None}
        if fields:
            out["fields"] = fields
    if isinstance(schema.get("additionalProperties"), dict):
        rest = node(schema["additionalProperties"])
        if rest is not None:
            out["rest"] = rest
    if schema.get("type") in ("array", ["array"]):
        items = node(schema["items"]) if "items" in schema else None
        out["items"] = {} if items is None else items
        if "x-kubernetes-patch-strategy" in schema:
            out["strategy"] = schema["x-kubernetes-patch-strategy"]
            if "x-kubernetes-list-map-keys" in schema:
                out["keys"] = schema["x-kubernetes-list-map-keys"]
            elif "x-kubernetes-patch-merge-key" in schema:
                out["keys"] = [schema["x-kubernetes-patch-merge-key"]]
            if "x-kubernetes-patch-merge-key" not in schema:
                out["primitive"] = True
    return out if out or schema.get("type") in ("object", "array") else None


def definitions(documents: list[dict]) -> dict:
    table: dict[str, object] = {}
    types: dict[str, str] = {}
    for document in documents:
        for name, schema in document["definitions"].items():
            made = node(schema)
            table[name] = {} if made is None else made
            for kind in schema.get("x-kubernetes-group-version-kind", []):
                group = f"{kind['group']}/" if kind.get("group") else ""
                types[f"{group}{kind['version']} {kind['kind']}"] = name
    return {"types": types, "definitions": table}


def scopes(source: str) -> list[str]:
    found = re.findall(r'\{APIVersion: "([^"]+)", Kind: "([^"]+)"\}:\s+(true|false),', source)
    return sorted(f"{version} {kind}" for version, kind, namespaced in found if namespaced == "false")


def known(source: str) -> list[str]:
    return sorted(f"{v} {k}" for v, k, _ in re.findall(r'\{APIVersion: "([^"]+)", Kind: "([^"]+)"\}:\s+(true|false),', source))


def field_specs(clone: str, revision: str) -> dict:
    text = {name: show(clone, revision, f"{SPECS}{name}.go").decode() for name in NAMES.split()}
    literal = {name: re.search(r"`\n(.*?)`", source, re.DOTALL).group(1) for name, source in text.items()}  # type: ignore[union-attr]
    literal["commonlabels"] += literal["metadatalabels"]
    literal["templatelabels"] += literal.pop("metadatalabels")
    specs: dict = {}
    for part in literal.values():
        specs.update(yaml.safe_load(part))
    return specs


def main(clone: str, revision: str = "kustomize/v5.8.1", bundle: str = "HEAD") -> None:
    merged = definitions([json.loads(gzip.decompress(show(clone, bundle, BUNDLE))), json.loads(show(clone, revision, OWN))])
    source = show(clone, revision, "kyaml/openapi/openapi.go").decode()
    merged["cluster_scoped"] = scopes(source)
    merged["known_scope"] = known(source)
    for name, content in (("openapi", merged), ("fieldspecs", field_specs(clone, revision))):
        path = DATA / f"{name}.json"
        path.write_text(json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n")
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main(*sys.argv[1:])
