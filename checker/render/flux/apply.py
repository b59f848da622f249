"""Built objects -> the objects that kustomize-controller applies: what it drops, adds and refuses on the way.

Order follows kustomize-controller's reconciler: decrypt, substitute, owner labels, normalise, common metadata, refuse.
Encrypted values stay encrypted, so that a change shows as a change and nothing more.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping

from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.records import replace
from checker.model.units import DeployUnit, RenderFailure

GROUP = "kustomize.toolkit.fluxcd.io"
DECRYPT = f"{GROUP}/decrypt"
ENCRYPTED: dict[str, JSONValue] = {"encrypted": True}
"""Stands in for a `sops` block, so that checks know an encrypted object and leave its values alone."""


def applied(objects: Iterable[KubeObject], unit: DeployUnit) -> tuple[KubeObject, ...]:
    """Every object as it reaches the API server."""
    assert unit.declaration is not None
    spec = mapping(unit.declaration.body.get("spec"))
    owner: dict[str, JSONValue] = {f"{GROUP}/name": unit.name, f"{GROUP}/namespace": unit.namespace}
    common = mapping(spec.get("commonMetadata"))
    done: list[KubeObject] = []
    for obj in _unpacked(objects):
        _refuse_encrypted(obj, decrypts=isinstance(spec.get("decryption"), dict))
        labels = {**owner, **mapping(common.get("labels"))}
        done.append(_with_metadata(_normalised(obj), labels, mapping(common.get("annotations"))))
    return tuple(done)


def decrypted(obj: KubeObject) -> KubeObject:
    """The values stay as they are; of the `sops` block, which changes at every encryption, only that there was one."""
    if not is_encrypted(obj) or text(obj.annotations.get(DECRYPT)).lower() == "disabled":
        return obj
    return replace(obj, body={**obj.body, "sops": dict(ENCRYPTED)})


def is_encrypted(obj: KubeObject) -> bool:
    return bool(text(dig(obj.body, "sops", "mac")))


def _unpacked(objects: Iterable[KubeObject]) -> Iterator[KubeObject]:
    """Lists opened; kustomize's own objects and what lacks kind, version or name dropped, as the controller does."""
    for obj in objects:
        if obj.kind.endswith("List") and isinstance(obj.body.get("items"), list):
            items = (replace(obj, body=item) for item in sequence(obj.body.get("items")) if isinstance(item, dict))
            yield from _unpacked(items)
        elif obj.kind and obj.api_version and text(obj.metadata.get("name")) and obj.group != "kustomize.config.k8s.io":
            yield obj


def _refuse_encrypted(obj: KubeObject, *, decrypts: bool) -> None:
    opted_out = text(obj.annotations.get(DECRYPT)).lower() == "disabled"
    if obj.kind == "Secret" and obj.api_version == "v1" and "sops" in obj.body and obj.body["sops"] != ENCRYPTED and not opted_out:
        why = "has no `mac`, so it is not decrypted" if decrypts else "has no spec.decryption"
        holder = "the Secret" if decrypts else "the Kustomization"
        raise RenderFailure(
            f"Secret {obj.name} is encrypted with SOPS and {holder} {why}: Flux refuses to apply it", location=obj.origin.location
        )


def _normalised(obj: KubeObject) -> KubeObject:
    """stringData folded into data; status left out, except of definitions."""
    body: dict[str, JSONValue] = dict(obj.body)
    if obj.kind == "Secret" and obj.api_version == "v1" and isinstance(body.get("stringData"), dict):
        encoded = {key: _encoded(value) for key, value in mapping(body.pop("stringData")).items()}
        body["data"] = {**mapping(body.get("data")), **encoded}
    if obj.kind != "CustomResourceDefinition":
        body.pop("status", None)
    return replace(obj, body=body) if body != obj.body else obj


def _encoded(value: JSONValue) -> JSONValue:
    return base64.b64encode(value.encode("utf-8", "surrogateescape")).decode() if isinstance(value, str) else value


def _with_metadata(obj: KubeObject, labels: Mapping[str, JSONValue], annotations: Mapping[str, JSONValue]) -> KubeObject:
    metadata: dict[str, JSONValue] = dict(obj.metadata)
    for field, ours in (("labels", labels), ("annotations", annotations)):
        if ours:
            metadata[field] = {**mapping(metadata.get(field)), **ours}
    return replace(obj, body={**obj.body, "metadata": metadata})
