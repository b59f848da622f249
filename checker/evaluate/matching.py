"""Which objects a Gatekeeper constraint concerns: `spec.match`, every part of which must hold; an empty one matches all.

Facts: gatekeeper's documentation of the match field. Namespace conditions hold for objects without a namespace; a
Namespace object is in itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.records import dataclass


class UnknownNamespaceError(ValueError):
    """A namespaceSelector asks for labels of a namespace that nothing here declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a constraint matches against. `namespace_labels` is None where the Namespace is not known."""

    group: str
    kind: str
    name: str
    namespace: str
    labels: Mapping[str, JSONValue]
    namespace_labels: Mapping[str, JSONValue] | None = None


def matches(match: Mapping[str, JSONValue], subject: Subject) -> bool:
    """Raises UnknownNamespaceError when everything else holds."""
    return (
        _kind(match, subject)
        and _scope(match, subject)
        and _namespaces(match, subject)
        and _name(match, subject)
        and text(match.get("source"), "All") != "Generated"
        and selected(mapping(match.get("labelSelector")), subject.labels)
        and _namespace_selector(match, subject)
    )


def _is_namespace(subject: Subject) -> bool:
    return subject.kind == "Namespace" and not subject.group


def _kind(match: Mapping[str, JSONValue], subject: Subject) -> bool:
    wanted = [mapping(entry) for entry in sequence(match.get("kinds"))]
    return not wanted or any(
        _listed(entry.get("apiGroups"), subject.group) and _listed(entry.get("kinds"), subject.kind) for entry in wanted
    )


def _listed(value: JSONValue, wanted: str) -> bool:
    entries = sequence(value)
    return not entries or "*" in entries or wanted in entries


def _scope(match: Mapping[str, JSONValue], subject: Subject) -> bool:
    match text(match.get("scope"), "*"):
        case "Namespaced":
            return bool(subject.namespace)
        case "Cluster":
            return not subject.namespace
        case _:
            return True


def _namespaces(match: Mapping[str, JSONValue], subject: Subject) -> bool:
    namespace = subject.name if _is_namespace(subject) else subject.namespace
    if not namespace:
        return True
    listed, excluded = sequence(match.get("namespaces")), sequence(match.get("excludedNamespaces"))
    if listed and not any(_glob(entry, namespace) for entry in listed):
        return False
    return not any(_glob(entry, namespace) for entry in excluded)


def _name(match: Mapping[str, JSONValue], subject: Subject) -> bool:
    wanted = text(match.get("name"))
    return not wanted or _glob(wanted, subject.name)


def _glob(pattern: JSONValue, name: str) -> bool:
    """`*` at the start, at the end, or at both."""
    wanted = text(pattern)
    if wanted.startswith("*") and wanted.endswith("*"):
        return wanted.strip("*") in name
    if wanted.endswith("*"):
        return name.startswith(wanted[:-1])
    return name.endswith(wanted[1:]) if wanted.startswith("*") else name == wanted


def _namespace_selector(match: Mapping[str, JSONValue], subject: Subject) -> bool:
    selector = mapping(match.get("namespaceSelector"))
    if not selector:
        return True
    if _is_namespace(subject):
        return selected(selector, subject.labels)
    if not subject.namespace:
        return True
    if subject.namespace_labels is None:
        raise UnknownNamespaceError(f"its namespaceSelector asks for labels of namespace {subject.namespace}, which nothing here declares")
    return selected(selector, subject.namespace_labels)


def selected(selector: Mapping[str, JSONValue], labels: Mapping[str, JSONValue]) -> bool:
    """Kubernetes' label selector: matchLabels and matchExpressions, all of them."""
    if any(labels.get(name) != value for name, value in mapping(selector.get("matchLabels")).items()):
        return False
    return all(_expression(mapping(entry), labels) for entry in sequence(selector.get("matchExpressions")))


def _expression(entry: Mapping[str, JSONValue], labels: Mapping[str, JSONValue]) -> bool:
    key, values = text(entry.get("key")), sequence(entry.get("values"))
    match entry.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False
