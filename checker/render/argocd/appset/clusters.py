"""The clusters generator, from the cluster Secrets that the repository declares and the cluster that Argo CD runs in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence

from checker.model.objects import JSONValue, KubeObject, mapping, text
from checker.render.argocd.appset.params import NotExpanded, Params, selected
from checker.tools.gotemplate.encoding import normalize

LABEL = "argocd.argoproj.io/secret-type"
LOCAL = "https://kubernetes.default.svc"


def is_cluster_secret(obj: KubeObject) -> bool:
    return obj.kind == "Secret" and not obj.group and obj.labels.get(LABEL) == "cluster"


def cluster_params(generator: Mapping[str, JSONValue], secrets: Sequence[KubeObject], *, go: bool) -> Iterator[Params]:
    """Without the generator's `values`. The local cluster is last, and only without a selector.

    Where no cluster is declared, those that a selector would find are unknown, and so the set is not expanded.
    """
    selector = mapping(generator.get("selector"))
    has_selector = any(selector.get(field) for field in ("matchLabels", "matchExpressions"))
    if not secrets and has_selector:
        raise NotExpanded("the clusters are not declared in this repository: no Secret is labelled argocd.argoproj.io/secret-type: cluster")
    found: dict[str, Params] = {}
    servers: set[str] = set()
    for secret in secrets:
        servers.add(_value(secret, "server"))
        labels = {key: value for key, value in secret.labels.items() if isinstance(value, str)}
        if selected_labels(labels, selector):
            params = _params(secret, go=go)
            found[params["name"]] = params
    if not has_selector and LOCAL not in servers:
        found.setdefault("in-cluster", {"name": "in-cluster", "nameNormalized": "in-cluster", "server": LOCAL, "project": ""})
    if generator.get("flatList") is True:
        yield {"clusters": list(found.values())}
        return
    yield from found.values()


def selected_labels(labels: Mapping[str, str], selector: Mapping[str, JSONValue]) -> bool:
    """Labels have dots in their keys and are not nested, so flattening leaves them as they are."""
    return selected(labels, selector)


def _params(secret: KubeObject, *, go: bool) -> Params:
    name = _value(secret, "name") or secret.name
    params: Params = {
        "name": name,
        "nameNormalized": normalize(name),
        "server": _value(secret, "server"),
        "project": _value(secret, "project"),
    }
    for field in ("annotations", "labels"):
        values = {key: value for key, value in mapping(secret.metadata.get(field)).items() if isinstance(value, str)}
        if go and values:
            params.setdefault("metadata", {})[field] = values
        elif not go:
            params.update({f"metadata.{field}.{key}": value for key, value in values.items()})
    return params


def _value(secret: KubeObject, key: str) -> str:
    plain = mapping(secret.body.get("stringData")).get(key)
    encoded = text(mapping(secret.body.get("data")).get(key))
    if plain is None and encoded:
        try:
            plain = base64.b64decode(encoded, validate=True).decode().strip()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            plain = encoded
    value = text(plain)
    if value.startswith(("digest:", "ENC[")):
        raise NotExpanded(
            f"the {key} of cluster Secret {secret.name} is {'encrypted' if value[0] == 'E' else 'known only where it is rendered'}"
        )
    return value.rstrip("/") if key == "server" else value
