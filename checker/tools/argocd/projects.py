"""What an AppProject permits: sources, destinations and kinds. pkg/apis/application/v1alpha1/app_project_types.go, argo-cd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.tools.argocd.globs import glob_matches, path_match
from checker.tools.argocd.repositories import normalised_url

LOCAL_SERVER, LOCAL_NAME = "https://kubernetes.default.svc", "in-cluster"


def permits_source(url: str, patterns: Sequence[str]) -> bool:
    """`*` within a segment, `**` across, a bare `*` for all; a `!` pattern that does not match permits (!)."""
    ours = normalised_url(url)
    permitted = False
    for pattern in patterns:
        denies = pattern.startswith("!")
        matches = pattern == "*" or glob_matches(normalised_url(pattern.removeprefix("!")), ours, separators="/")
        if denies and matches:
            return False
        permitted = permitted or denies or matches
    return permitted


def permits_destination(destination: Mapping[str, JSONValue], namespace: str, items: Sequence[JSONValue]) -> bool:
    """In Argo CD's order: an item may permit, and some `!` patterns refuse at once.

    A cluster has a name and a server, and a destination says one of them: a pattern for the other is taken to permit.
    """
    server, name = text(destination.get("server")).rstrip("/"), text(destination.get("name"))
    if server == LOCAL_SERVER or name == LOCAL_NAME:
        server, name = server or LOCAL_SERVER, name or LOCAL_NAME
    permitted = False
    for item in map(mapping, items):
        by_name, by_server, by_namespace = text(item.get("name")), text(item.get("server")), text(item.get("namespace"))
        named, served, spaced = _may_match(by_name, name), _may_match(by_server, server), _matches(by_namespace, namespace)
        if (served or named) and spaced:
            permitted = True
        elif (
            (by_name.startswith("!") and not named)
            or (by_server.startswith("!") and not served and spaced)
            or (by_namespace.startswith("!") and not spaced and (served if server else by_server == "*"))
        ):
            return False
    return permitted


def permits_kind(spec: Mapping[str, JSONValue], group: str, kind: str, name: str, *, is_cluster: bool) -> bool:
    """Cluster-scoped kinds must be allowed, by name too; namespaced ones are unless there is a list. Deny lists come on top."""
    scope, named = ("cluster", name) if is_cluster else ("namespace", "")
    allowed = spec.get(f"{scope}ResourceWhitelist")
    is_allowed = not is_cluster if allowed is None else _listed(allowed, group, kind, named)
    return is_allowed and not _listed(spec.get(f"{scope}ResourceBlacklist"), group, kind, named)


def _matches(pattern: str, value: str) -> bool:
    if pattern.startswith("!"):
        return not glob_matches(pattern[1:], value)
    return glob_matches(pattern, value)


def _may_match(pattern: str, value: str) -> bool:
    return _matches(pattern, value) if value else bool(pattern)


def _listed(items: JSONValue, group: str, kind: str, name: str) -> bool:
    for item in map(mapping, sequence(items)):
        wanted = text(item.get("name"))
        is_kind = path_match(text(item.get("group")), group) and path_match(text(item.get("kind")), kind)
        if is_kind and (not wanted or not name or path_match(wanted, name)):
            return True
    return False
