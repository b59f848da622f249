"""The clusters generator, from the cluster Secrets of the repository, the clusters of the settings, and the one that Argo CD runs in.

applicationset/generators/cluster.go, argo-cd. A Secret's name and server are taken as they are; without a name it is empty.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence

from checker.model.objects import JSONValue, KubeObject, mapping, text
from checker.model.records import dataclass, field
from checker.model.settings import ClusterSetting
from checker.render.argocd.appset.params import NotExpanded, Params
from checker.render.argocd.appset.selector import label_selector
from checker.tools.gotemplate import TextMap
from checker.tools.gotemplate.encoding import normalize

LABEL = "argocd.argoproj.io/secret-type"
LOCAL = "https://kubernetes.default.svc"
LOCAL_NAME = "in-cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """As Argo CD knows it. `hidden` says which of its fields stand here only encrypted or as a digest."""

    name: str
    server: str
    project: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    hidden: str = ""


def is_cluster_secret(obj: KubeObject) -> bool:
    return obj.kind == "Secret" and not obj.group and obj.labels.get(LABEL) == "cluster"


def known_clusters(secrets: Iterable[KubeObject], settings: Sequence[ClusterSetting]) -> tuple[Cluster, ...]:
    """One of each name. An entry of the settings counts when it has a server, and goes over a Secret of its name."""
    found: dict[str, Cluster] = {}
    for secret in secrets:
        if is_cluster_secret(secret):
            cluster = _of_secret(secret, settings)
            found[cluster.name] = cluster
    for entry in settings:
        server = entry.server or (LOCAL if entry.name == LOCAL_NAME and (entry.labels or entry.annotations) else "")
        if server and not any(char in entry.name for char in "*?["):
            labels = {LABEL: "cluster", **(found[entry.name].labels if entry.name in found else {}), **entry.labels}
            annotations = {**(found[entry.name].annotations if entry.name in found else {}), **entry.annotations}
            found[entry.name] = Cluster(name=entry.name, server=server, labels=labels, annotations=annotations)
    return tuple(found.values())


def cluster_params(generator: Mapping[str, JSONValue], clusters: Sequence[Cluster], *, go: bool) -> Iterator[Params]:
    """Without the generator's `values`. The local cluster is last, and only without a selector.

    Where no cluster is known, those that a selector would find are unknown, and so the set is not expanded.
    """
    selector = mapping(generator.get("selector"))
    has_selector = any(selector.get(part) for part in ("matchLabels", "matchExpressions"))
    if not clusters and has_selector:
        raise NotExpanded(
            "the clusters are not known: no Secret of this repository is labelled argocd.argoproj.io/secret-type: cluster, and no entry "
            "under clusters: in the settings has a server"
        )
    hidden = next((cluster for cluster in clusters if cluster.hidden), None)
    if hidden is not None:
        raise NotExpanded(hidden.hidden)
    is_selected = label_selector(selector)
    for cluster in clusters:
        if is_selected(cluster.labels):
            yield _params(cluster, go=go)
    if not has_selector and not any(cluster.server == LOCAL for cluster in clusters):
        yield {"name": LOCAL_NAME, "nameNormalized": LOCAL_NAME, "server": LOCAL, "project": ""}


def _of_secret(secret: KubeObject, settings: Sequence[ClusterSetting]) -> Cluster:
    """A Secret whose fields are encrypted is known by the settings for the cluster of its own name, if at all."""
    values = {key: _value(secret, key) for key in ("name", "server", "project")}
    encrypted = next((key for key, value in values.items() if value.startswith(("digest:", "ENC["))), None)
    labels, annotations = (_texts(secret.metadata.get(part)) for part in ("labels", "annotations"))
    if encrypted is not None:
        if any(entry.name == secret.name and entry.server for entry in settings):
            return Cluster(name=secret.name, server="", labels=labels, annotations=annotations)
        how = "encrypted" if values[encrypted].startswith("E") else "known only where it is rendered"
        told = f"the {encrypted} of cluster Secret {secret.name} is {how}; name the cluster and its server under clusters: in the settings"
        return Cluster(name=secret.name, server="", labels=labels, annotations=annotations, hidden=told)
    return Cluster(name=values["name"], server=values["server"], project=values["project"], labels=labels, annotations=annotations)


def _texts(value: JSONValue) -> dict[str, str]:
    return {key: item for key, item in mapping(value).items() if isinstance(item, str)}


def _params(cluster: Cluster, *, go: bool) -> Params:
    params: Params = {
        "name": cluster.name,
        "nameNormalized": normalize(cluster.name),
        "server": cluster.server,
        "project": cluster.project,
    }
    parts = {"annotations": cluster.annotations, "labels": cluster.labels}
    if go:
        params["metadata"] = {part: TextMap(values) for part, values in parts.items() if values}
    else:
        params.update({f"metadata.{part}.{key}": value for part, values in parts.items() for key, value in values.items()})
    return params


def _value(secret: KubeObject, key: str) -> str:
    plain = mapping(secret.body.get("stringData")).get(key)
    if plain is not None:
        return text(plain)
    encoded = text(mapping(secret.body.get("data")).get(key))
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return encoded
