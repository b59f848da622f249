"""Selectors of patches and replacements: regular expressions for identity, Kubernetes' syntax for labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from checker.model.records import dataclass
from checker.render.kustomize.decode import Decoder, string
from checker.render.kustomize.failure import broken
from checker.render.kustomize.ids import Gvk
from checker.render.kustomize.regex import go_regex, matches_whole
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.resource import Resource

FIELDS = dict.fromkeys(("group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"), string)
SELECTOR = Decoder("a target", FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    annotations: str = ""
    labels: str = ""

    def check(self) -> None:
        """Bad patterns are errors even when nothing is matched with them."""
        for pattern in (self.group, self.version, self.kind, self.name, self.namespace):
            go_regex(f"^(?:{pattern})$")

    def takes_gvk(self, gvk: Gvk) -> bool:
        return matches_whole(self.group, gvk.group) and matches_whole(self.version, gvk.version) and matches_whole(self.kind, gvk.kind)

    def takes_texts(self, resource: Resource) -> bool:
        resource.refuse_odd_texts("labels", "annotations")
        if self.labels and not matches_labels(self.labels, resource.texts("labels")):
            return False
        return not self.annotations or matches_labels(self.annotations, resource.texts("annotations"))


def selector_from(value: Mapping[str, Any]) -> Selector:
    return Selector(
        group=value.get("group", ""),
        version=value.get("version", ""),
        kind=value.get("kind", ""),
        name=value.get("name", ""),
        namespace=value.get("namespace", ""),
        annotations=value.get("annotationSelector", ""),
        labels=value.get("labelSelector", ""),
    )


def select(resources: ResMap, selector: Selector) -> list[Resource]:
    """Those selected by their present or their first name and namespace."""
    selector.check()
    found = []
    for resource in resources:
        if not selector.takes_gvk(resource.gvk):
            continue
        current, first = resource.cur_id, resource.org_id
        if not any(matches_whole(selector.namespace, known.effective_namespace) for known in (first, current)):
            continue
        if any(matches_whole(selector.name, known.name) for known in (first, current)) and selector.takes_texts(resource):
            found.append(resource)
    return found


_NAME = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_KEY = re.compile(rf"(?:(?P<prefix>[a-z0-9](?:[-a-z0-9.]{{0,251}}[a-z0-9])?)/)?{_NAME}\Z")
_VALUE = re.compile(rf"(?:{_NAME})?\Z")
_TERM = re.compile(
    r"\s*(?:(?P<absent>!\s*[^\s,!=<>()]+)"
    r"|(?P<set>[^\s,!=<>()]+)\s+(?P<how>in|notin)\s*\((?P<values>[^()]*)\)"
    r"|(?P<key>[^\s,!=<>()]+)\s*(?:(?P<op>==|=|!=|>|<)\s*(?P<value>[^\s,!=<>()]*))?)\s*(?:,|\Z)"
)


def matches_labels(selector: str, labels: Mapping[str, str]) -> bool:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors"""
    return all(_holds(term, labels) for term in _terms(selector))


@lru_cache(maxsize=512)
def _terms(selector: str) -> tuple[tuple[str, str, frozenset[str]], ...]:
    terms, at = [], 0
    text = selector.strip()
    while at < len(text):
        found = _TERM.match(text, at)
        if found is None:
            raise broken(f"{selector!r} is no label selector")
        at = found.end()
        terms.append(_checked(selector, *_term(found)))
    if text.endswith(","):
        raise broken(f"{selector!r} is no label selector")
    return tuple(terms)


def _term(found: re.Match[str]) -> tuple[str, str, frozenset[str]]:
    if found["absent"]:
        return found["absent"][1:].strip(), "!", frozenset()
    if found["set"]:
        return found["set"], found["how"], frozenset(part.strip() for part in found["values"].split(","))
    if found["op"]:
        return found["key"], found["op"].replace("==", "="), frozenset([found["value"]])
    return found["key"], "exists", frozenset()


def _checked(selector: str, key: str, how: str, values: frozenset[str]) -> tuple[str, str, frozenset[str]]:
    if not _KEY.match(key) or not all(_VALUE.match(value) for value in values):
        raise broken(f"{selector!r} is no label selector: keys and values must be valid labels")
    if how in (">", "<") and not all(value.lstrip("-").isdigit() for value in values):
        raise broken(f"{selector!r}: {how} needs a whole number")
    return key, how, values


def _holds(term: tuple[str, str, frozenset[str]], labels: Mapping[str, str]) -> bool:
    key, how, values = term
    there = labels.get(key)
    if how == "exists":
        return there is not None
    if how == "!":
        return there is None
    if how in ("=", "in"):
        return there in values
    if how in ("!=", "notin"):
        return there not in values
    if there is None or not there.lstrip("-").isdigit():
        return False
    bound = int(next(iter(values)))
    return int(there) > bound if how == ">" else int(there) < bound
