"""Generators that ask somebody outside the repository: what they would give is written in the settings, or is not known.

Names of parameters: applicationset/generators/{pull_request,scm_provider,duck_type,plugin}.go, argo-cd. What follows from
another parameter (a slug, a short commit id) is added where it is not given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.model.objects import JSONValue, mapping
from checker.render.argocd.appset.clusters import Cluster
from checker.render.argocd.appset.params import NotExpanded, Params, flattened
from checker.tools.gotemplate import TextList, go_value, printed
from checker.tools.gotemplate.encoding import normalize

OUTSIDE = {
    "scmProvider": "asks a code host for its repositories",
    "pullRequest": "asks a code host for its pull requests",
    "clusterDecisionResource": "reads a resource of the cluster",
    "plugin": "asks a service",
}


def outside_params(
    name: str, body: Mapping[str, JSONValue], given: Sequence[Mapping[str, JSONValue]] | None, clusters: Sequence[Cluster], *, go: bool
) -> Iterator[Params]:
    """Without the generator's `values`. Raises NotExpanded where the settings give nothing."""
    if given is None:
        raise NotExpanded(f"its generator {name} {OUTSIDE[name]}; write what it gives under generators: in the settings")
    for item in given:
        if name == "plugin":
            params: Params = dict(go_value(item)) if go else dict(flattened(go_value(item)))
            params["generator"] = {"input": {"parameters": go_value(mapping(mapping(body.get("input")).get("parameters")))}}
            yield params
        elif name == "clusterDecisionResource":
            yield _decision(item, clusters)
        else:
            yield _of_host(name, item, go=go)


def _of_host(name: str, item: Mapping[str, JSONValue], *, go: bool) -> Params:
    labels = item.get("labels")
    params: Params = {key: _shown(value) for key, value in item.items() if key != "labels"}
    if name == "scmProvider":
        params["labels"] = ",".join(map(_shown, labels)) if isinstance(labels, list) else _shown(labels or "")
        _derive(params, "branchNormalized", "branch", normalize)
        _derive(params, "short_sha", "sha", lambda sha: sha[:8])
        _derive(params, "short_sha_7", "sha", lambda sha: sha[:7])
        return params
    if go:
        params["labels"] = TextList(map(_shown, labels)) if isinstance(labels, list) else TextList()
    for branch in ("branch", "target_branch"):
        _derive(params, f"{branch}_slug", branch, _slug)
    _derive(params, "head_short_sha", "head_sha", lambda sha: sha[:8])
    _derive(params, "head_short_sha_7", "head_sha", lambda sha: sha[:7])
    return params


def _derive(params: Params, name: str, source: str, how: Any) -> None:
    if name not in params and source in params:
        params[name] = how(params[source])


def _slug(branch: str) -> str:
    """github.com/gosimple/slug with `_` as a dash, cut between words at 50."""
    if not branch.isascii():
        raise NotExpanded(f"the slug of branch {branch!r} is not computed here; give it as branch_slug", remote=False)
    plain = branch.strip().lower().replace("_", "-").replace("&", "and").replace("@", "at")
    slug = re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "-", plain)).strip("-_")
    if len(slug) <= 50:
        return slug
    cut = slug.rfind("-", 0, 51)
    return slug[:cut] if cut >= 0 else slug[:50]


def _decision(item: Mapping[str, JSONValue], clusters: Sequence[Cluster]) -> Params:
    """One decision: its cluster's name and server, and all that it says itself as text."""
    params: Params = {key: _shown(value) for key, value in item.items()}
    name = params.get("name") or params.get("clusterName") or ""
    server = params.get("server") or next((cluster.server for cluster in clusters if cluster.name == name), "")
    if not server:
        raise NotExpanded(f"a decision of clusterDecisionResource names cluster {name!r}, whose server is not known")
    return {"name": name, "server": server, **params}


def _shown(value: JSONValue) -> str:
    return value if isinstance(value, str) else printed(value)
