"""References to resources that were renamed follow: what mentions the old name gets the new one.

Facts: https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/filters/nameref. One surprise: only
resources that were changed (renamed, moved, patched by a JSON patch) can be referred to; among several, prefixes and
suffixes in common decide, and where they do not either, kustomize gives up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from checker.render.kustomize.config import NameReference
from checker.render.kustomize.failure import broken
from checker.render.kustomize.fieldspec import FieldSpec, visit
from checker.render.kustomize.ids import Gvk
from checker.render.kustomize.resmap import ResMap, words
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import Quoted, is_null, is_scalar, quoted_if_needed, text_of, with_text

Candidates = list[Resource]


def fix_references(resources: ResMap, references: tuple[NameReference, ...]) -> None:
    by_name: dict[str, Candidates] = {}
    for resource in resources:
        for name in dict.fromkeys(name for name, _, _ in resource.previous):
            by_name.setdefault(name, []).append(resource)
    for referrer in list(resources):
        specs = _specs_for(references, referrer.org_id.gvk)
        if specs:
            fixer = _Fixer(referrer, by_name, resources)
            for target, path in specs:
                fixer.fix(target, path)
    resources.changed()


@lru_cache(maxsize=1024)
def _specs_for(references: tuple[NameReference, ...], gvk: Gvk) -> tuple[tuple[Gvk, str], ...]:
    return tuple((reference.target, spec.path) for reference in references for spec in reference.referrers if gvk.selected_by(spec.gvk))


class _Fixer:
    """The references that one resource makes."""

    def __init__(self, referrer: Resource, by_name: dict[str, Candidates], everyone: ResMap) -> None:
        self._referrer = referrer
        self._gvk = referrer.gvk
        self._id = referrer.cur_id
        self._by_name = by_name
        self._everyone = everyone
        self._subject_namespaces = frozenset() if self._id.scoped else _subject_namespaces(referrer)

    def fix(self, target: Gvk, path: str) -> None:
        def setter(holder: Any, key: Any) -> None:
            value = holder[key]
            if is_null(value):
                return
            if type(value) is dict:
                self._mapping(value, target, path)
            elif type(value) is list:
                for index, item in enumerate(value):
                    if type(item) is dict:
                        self._mapping(item, target, path)
                    elif is_scalar(item):
                        self._scalar(value, index, target, path)
                    else:
                        raise broken(f"{path} of {words(self._id)} holds a list in a list")
            else:
                self._scalar(holder, key, target, path)

        visit(self._referrer.body, FieldSpec(path), self._gvk, setter)

    def _scalar(self, holder: Any, key: Any, target: Gvk, path: str) -> None:
        old = holder[key]
        if is_null(old) or (not isinstance(old, str) and not self._by_name.get(_loose(old))):
            return
        text = text_of(old)
        referral = self._referral(text, target, path, self._reachable, lambda found: len({one.name for one in found}) == 1)
        if referral is not None and referral.name != text:
            holder[key] = with_text(old, referral.name)

    def _mapping(self, value: dict[str, Any], target: Gvk, path: str) -> None:
        if "name" not in value:
            raise broken(f"{path} of {words(self._id)} has no `name`, and so cannot be a reference")
        name = value["name"]
        old = "" if is_null(name) else text_of(name)
        referral = self._referral(
            old, target, path, self._in_namespace(value), lambda found: len({(one.name, one.namespace) for one in found}) == 1
        )
        if referral is None or (referral.name == old and not referral.namespace):
            return
        if referral.name != old:
            value["name"] = with_text(name, referral.name)
        if referral.namespace:
            there = value.get("namespace")
            value["namespace"] = Quoted(referral.namespace) if type(there) is Quoted else quoted_if_needed(referral.namespace)

    def _in_namespace(self, value: dict[str, Any]) -> Callable[[Candidates], Iterable[Resource]]:
        """Of the candidates that a mapping with a namespace can mean: those that were there first, else those that are there now."""
        if "namespace" not in value:
            return self._reachable
        namespace = "" if is_null(value["namespace"]) else text_of(value["namespace"])

        def narrowed(candidates: Candidates) -> Iterable[Resource]:
            reachable = list(self._reachable(candidates))
            if self._anyone_began_in(namespace):
                return [one for one in reachable if one.org_id.effective_namespace == namespace]
            return [one for one in reachable if one.cur_id.effective_namespace == namespace]

        return narrowed

    def _anyone_began_in(self, namespace: str) -> bool:
        return any(one.org_id.effective_namespace == namespace for one in self._reachable(self._everyone.resources))

    def _reachable(self, candidates: Candidates) -> Iterable[Resource]:
        """What the referrer may refer to: anything, from a kind without namespace; else its own namespace and such kinds."""
        if self._id.scoped:
            return candidates
        here = self._id.effective_namespace
        return [
            one
            for one in candidates
            if one.cur_id.scoped or one.cur_id.effective_namespace == here or one.namespace in self._subject_namespaces
        ]

    def _referral(
        self, name: str, target: Gvk, path: str, narrowed: Callable[[Candidates], Iterable[Resource]], alike: Callable[[Candidates], bool]
    ) -> Resource | None:
        candidates = [one for one in self._by_name.get(name, ()) if any(known.gvk.selected_by(target) for known in one.previous_ids)]
        if candidates:
            candidates = [one for one in narrowed(candidates) if self._role_fits(one, path) and self._shares_namespace(one)]
        if len(candidates) > 1:
            candidates = [one for one in candidates if _affixes_agree(one, self._referrer, lenient=True)]
        if len(candidates) > 1:
            candidates = [one for one in candidates if _affixes_agree(one, self._referrer, lenient=False)]
        if len(candidates) > 1 and not alike(candidates):
            found = ", ".join(words(one.cur_id) for one in candidates)
            raise broken(f"{path} of {words(self._id)} says {name!r}, which may mean any of {found}")
        return candidates[0] if candidates else None

    def _role_fits(self, candidate: Resource, path: str) -> bool:
        if not path.endswith("roleRef/name"):
            return True
        role = self._referrer.body.get("roleRef")
        if type(role) is not dict or "apiGroup" not in role or "kind" not in role:
            return True
        wanted = Gvk(group=text_of(role["apiGroup"]), kind=text_of(role["kind"]))
        return any(known.gvk.selected_by(wanted) for known in candidate.previous_ids)

    def _shares_namespace(self, candidate: Resource) -> bool:
        if self._id.scoped or candidate.gvk.kind == "ServiceAccount":
            return True
        current = candidate.cur_id
        return current.scoped or current.effective_namespace == self._id.effective_namespace


def _subject_namespaces(binding: Resource) -> frozenset[str]:
    """Of the service accounts that a RoleBinding names."""
    subjects = binding.body.get("subjects") if binding.gvk.kind == "RoleBinding" else None
    found: set[str] = set()
    for subject in subjects if type(subjects) is list else ():
        if type(subject) is not dict:  # kustomize crashes
            raise broken(f"a subject of {words(binding.cur_id)} is no mapping", binding.origin.location)
        if "namespace" not in subject or "kind" not in subject:
            continue
        if not isinstance(subject["kind"], str):  # so it does here
            raise broken(f"the kind of a subject of {words(binding.cur_id)} is no text", binding.origin.location)
        if subject["kind"] == "ServiceAccount":
            if not isinstance(subject["namespace"], str):
                raise broken(f"a subject of {words(binding.cur_id)} has an empty namespace", binding.origin.location)
            found.add(subject["namespace"])
    return frozenset(found)


def _affixes_agree(one: Resource, other: Resource, *, lenient: bool) -> bool:
    return all(
        (lenient and (not mine or not theirs)) or _same_ending(mine, theirs)
        for mine, theirs in ((one.prefixes, other.prefixes), (one.suffixes, other.suffixes))
    )


def _same_ending(one: list[str], other: list[str]) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if not shorter:
        return not longer
    return longer[-len(shorter) :] == shorter


def _loose(value: Any) -> str:
    return value.text if hasattr(value, "text") else str(value)
