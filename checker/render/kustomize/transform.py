"""The transformers that write one value to many fields: namespace, prefix, suffix, labels, annotations, images, replicas.

https://kubectl.docs.kubernetes.io/references/kustomize/builtins/. Each takes the resources and changes them in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.render.kustomize.failure import broken
from checker.render.kustomize.fieldspec import FieldSpec, FieldSpecs, Setter, visit
from checker.render.kustomize.ids import Gvk
from checker.render.kustomize.openapi import cluster_scoped
from checker.render.kustomize.resmap import ResMap, words
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.sharing import Place, Sharing
from checker.render.kustomize.values import Literal, Quoted, is_null, is_scalar, quoted_if_needed, text_of, with_text

NAMESPACE_PATH = "metadata/namespace"
_ROLE_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_UNRENAMED = (Gvk(kind="CustomResourceDefinition"), Gvk(group="apiregistration.k8s.io", kind="APIService"), Gvk(kind="Namespace"))
SUBJECT_MODES = ("defaultOnly", "allServiceAccounts", "none")


def set_texts_at(resources: ResMap, texts: Mapping[str, str], specs: FieldSpecs) -> None:
    """Labels or annotations."""
    if not texts:
        return
    for resource in resources:
        gvk = resource.gvk
        added: dict[str, list[Place]] = {}
        setter = _texts_setter(sorted(texts.items()), resource.shared, added)
        for spec in specs:
            visit(resource.body, spec, gvk, setter, dict)
        for places in added.values():
            resource.shared.join(places)


def _texts_setter(entries: list[tuple[str, str]], shared: Sharing, added: dict[str, list[Place]]) -> Setter:
    quoted = {name: False for name, _ in entries}
    """All new places of a label are one value to kustomize, in the quotes of the place that was written last."""

    def setter(holder: Any, key: Any) -> None:
        fields = holder[key]
        if type(fields) is not dict:
            if is_null(fields):
                return
            raise broken(f"{key} is no mapping, so no label or annotation can be set in it")
        for name, text in entries:
            if name in fields:
                quoted[name] = type(fields[name]) is Quoted
                shared.write(fields, name, Quoted(text) if quoted[name] else text)
            else:
                quoted[name] = quoted[name] or type(quoted_if_needed(text)) is Quoted
                fields[name] = text
                added.setdefault(name, []).append((fields, name))
            for place, label in added.get(name, ()):
                place[label] = Quoted(text) if quoted[name] else text

    return setter


def add_prefix(resources: ResMap, prefix: str, specs: FieldSpecs) -> None:
    _rename(resources, prefix, "", specs)


def add_suffix(resources: ResMap, suffix: str, specs: FieldSpecs) -> None:
    _rename(resources, "", suffix, specs)


def _rename(resources: ResMap, prefix: str, suffix: str, specs: FieldSpecs) -> None:
    def setter(holder: Any, key: Any) -> None:
        old = holder[key]
        if not is_scalar(old):
            raise broken(f"{key} is a mapping or a list, and cannot take a prefix or suffix")
        holder[key] = with_text(old, f"{prefix}{'' if is_null(old) else text_of(old)}{suffix}")

    for resource in resources:
        first = resource.org_id.gvk
        if any(first.selected_by(gvk) for gvk in _UNRENAMED):
            continue
        for spec in specs:
            if not first.selected_by(spec.gvk):
                continue
            if spec.path == "metadata/name" and (prefix or suffix):
                (resource.prefixes if prefix else resource.suffixes).append(prefix or suffix)
                resource.remember_id()
            visit(resource.body, spec, resource.gvk, setter, str)
    resources.changed()


def set_namespace(resources: ResMap, namespace: str, specs: FieldSpecs, *, unset_only: bool = False, subjects: str = "defaultOnly") -> None:
    setter = namespace_setter(namespace, unset_only=unset_only)
    changed = []
    for resource in resources:
        if resource.from_helm:
            continue
        resource.remember_id()
        write_namespace(resource, specs, setter, subjects)
        changed.append(resource)
    resources.changed()
    _refuse_conflicts(resources, changed)


def _refuse_conflicts(resources: ResMap, changed: list[Resource]) -> None:
    seen: dict[Any, Resource] = {}
    for resource in resources:
        current = resource.cur_id
        if current.key in seen and (resource in changed or seen[current.key] in changed):
            raise broken(f"setting the namespace makes two resources {words(current)}", resource.origin.location)
        seen[current.key] = resource


def namespace_setter(namespace: str, *, unset_only: bool) -> Any:
    def setter(holder: Any, key: Any) -> None:
        old = holder[key]
        if not is_scalar(old):
            raise broken(f"{key} is a mapping or a list, and cannot take a namespace")
        if unset_only and not is_null(old) and text_of(old):
            return
        holder[key] = Quoted(namespace) if type(old) is Quoted else namespace

    return setter


def write_namespace(resource: Resource, specs: FieldSpecs, setter: Any, subjects: str) -> None:
    """One resource: metadata.namespace unless its kind has none, its subjects, and the other fields that name a namespace."""
    gvk = resource.gvk
    if not cluster_scoped(gvk.api_version, gvk.kind):
        visit(resource.body, FieldSpec(NAMESPACE_PATH, create=True), gvk, setter, str)
    binding = gvk.kind in _ROLE_BINDINGS
    if binding and subjects != "none":
        _set_subjects(resource, setter, every=subjects == "allServiceAccounts")
    for spec in specs:
        if spec.path == NAMESPACE_PATH or (spec.path == "metadata/name" and gvk.api_version != "v1"):
            continue
        if not (binding and spec.gvk.kind in _ROLE_BINDINGS and spec.path == "subjects/namespace"):
            visit(resource.body, spec, gvk, setter, str)


def _set_subjects(resource: Resource, setter: Any, *, every: bool) -> None:
    subjects = resource.body.get("subjects")
    if is_null(subjects):
        return
    if type(subjects) is not list:
        raise broken("subjects is no list")
    for subject in subjects:
        if is_null(subject):
            continue
        if type(subject) is not dict:
            raise broken("subjects holds something that is no mapping")
        found = subject.get("kind" if every else "name")
        if not is_scalar(found):
            raise broken(f"the {'kind' if every else 'name'} of a subject is a mapping or a list")
        if not is_null(found) and text_of(found) == ("ServiceAccount" if every else "default"):
            subject.setdefault("namespace", "")
            setter(subject, "namespace")


def set_replicas(resources: ResMap, name: str, count: int, specs: FieldSpecs, *, styled: bool) -> None:
    def setter(holder: Any, key: Any) -> None:
        if not is_scalar(holder[key]):
            raise broken(f"{key} is a mapping or a list, and cannot take a number of replicas")
        if type(holder[key]) is Quoted:
            holder[key] = Quoted(str(count))
        else:
            holder[key] = Literal(str(count), count) if styled else _plain_count(holder[key], count)

    found = False
    for spec in specs:
        for resource in resources:
            ids = (*resource.previous_ids, resource.cur_id)
            if any(known.name == name and known.gvk.selected_by(spec.gvk) for known in ids):
                found = True
                visit(resource.body, spec, resource.gvk, setter, int)
    if not found:
        kinds = ", ".join(spec.gvk.kind for spec in specs)
        raise broken(f"replicas: no resource called {name} has replicas ({kinds})")


def _plain_count(old: Any, count: int) -> Any:
    from checker.render.kustomize.values import NeedStylesError

    if isinstance(old, str):
        raise NeedStylesError
    return count
