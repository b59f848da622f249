"""One edit anywhere in an object of any kind is in the report, after noise is folded.

The objects are those of the bundled example and one of every kind whose lists or amounts are compared in a special way. What may be
folded is written down here a second time, from the documents, so that a fold too many fails.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.compare.shapes import shape_of
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.tools.yaml import load_documents
from tests.unit.compare.make import compared, unit
from tests.unit.compare.rich import RICH

Pointer = tuple[Any, ...]
EXAMPLE = Path(__file__).parents[3] / "examples"
FOLDED_LABELS = {"app.kubernetes.io/managed-by", "app.kubernetes.io/version", "chart", "helm.sh/chart", "heritage"}
FOLDED_ANNOTATIONS = {
    "argocd.argoproj.io/tracking-id",
    "config.kubernetes.io/origin",
    "kustomize.toolkit.fluxcd.io/checksum",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
}
SERVER_FIELDS = {"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"}


def objects_of(root: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(root.rglob("*.yaml")):
        for document in load_documents(path.read_bytes()):
            value = document.value
            if isinstance(value, dict) and {"apiVersion", "kind", "metadata"} <= value.keys() and isinstance(value["metadata"], dict):
                yield value


OBJECTS = [*objects_of(EXAMPLE), *RICH]


def leaves(node: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    empty = True
    for key, value in inner:
        empty = False
        yield from leaves(value, (*pointer, key))
    if empty and pointer:
        yield pointer


def containers_of(node: Any, kind: type, pointer: Pointer = ()) -> Iterator[Pointer]:
    if isinstance(node, kind) and pointer:
        yield pointer
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield from containers_of(value, kind, (*pointer, key))


def at(node: Any, pointer: Pointer) -> Any:
    for key in pointer:
        node = node[key]
    return node


def edited(body: dict[str, Any], choice: random.Random) -> tuple[dict[str, Any], Pointer, str]:
    """Another body, where it differs, and how."""
    changed = copy.deepcopy(body)
    way = choice.choice(["change", "change", "remove", "add key", "add item", "remove item", "swap items"])
    lists = [found for found in containers_of(changed, list) if at(changed, found)]
    if way in ("add item", "remove item", "swap items") and lists:
        pointer = choice.choice(lists)
        items = at(changed, pointer)
        if way == "add item":
            items.insert(choice.randrange(len(items) + 1), copy.deepcopy(choice.choice(items)))
        elif way == "remove item":
            items.pop(choice.randrange(len(items)))
        else:
            choice.shuffle(items)
        return changed, pointer, way
    if way == "add key":
        pointer = choice.choice([(), *containers_of(changed, dict)])
        at(changed, pointer)["added"] = choice.choice(["x", 1, True, None, {"a": 1}, ["a"], 0, ""])
        return changed, (*pointer, "added"), way
    pointer = choice.choice(list(leaves(changed)))
    holder = at(changed, pointer[:-1])
    if way == "remove" and isinstance(holder, dict):
        del holder[pointer[-1]]
        return changed, pointer, way
    old = holder[pointer[-1]]
    holder[pointer[-1]] = choice.choice([value for value in (f"{old}x", 7, None, True, 1.5, "7", [], {}) if repr(value) != repr(old)])
    return changed, pointer, "change"


def is_identity(pointer: Pointer) -> bool:
    return pointer in (("kind",), ("metadata", "name"), ("metadata", "namespace"), ("apiVersion",))


def may_fold(body: dict[str, Any], pointer: Pointer, way: str, before: Any, after: Any) -> bool:
    """What the documents allow: marks of tools, what the server writes, orders that nothing depends on."""
    group = body["apiVersion"].partition("/")[0] if "/" in body["apiVersion"] else ""
    if pointer[:1] == ("status",) and group in ("", "apps", "autoscaling", "batch", "networking.k8s.io", "policy"):
        return True
    if pointer[0] == "metadata" and len(pointer) > 1 and pointer[1] in SERVER_FIELDS:
        return True
    if len(pointer) > 2 and pointer[-3] == "metadata" and pointer[-2] == "labels" and pointer[-1] in FOLDED_LABELS:
        return pointer[0] == "metadata" or pointer[:2] == ("spec", "jobTemplate")
    if len(pointer) > 2 and pointer[-3] == "metadata" and pointer[-2] == "annotations":
        mark = pointer[-1] in FOLDED_ANNOTATIONS or re.search(r"(^|[./-])checksum([./-]|$)", str(pointer[-1])) is not None
        return mark and (pointer[0] == "metadata" or pointer[:2] == ("spec", "jobTemplate"))
    if way == "remove" and pointer[-1] == "protocol" and at(body, pointer) == "TCP":
        return True
    if way == "swap items" or (way == "add item" and sorted(map(repr, before)) == sorted(map(repr, after))):
        shape = shape_of(group, body["kind"], {})
        path = re.sub(r"\.?<>", "[]", ".".join("<>" if isinstance(key, int) else str(key) for key in pointer))
        acts = "initContainers" in path or path in ("webhooks", "spec.variables")
        return (path in shape.keys or path in shape.sets) and not acts and not _in_pods(body, pointer)
    return way == "add item" and _is_set(body, group, pointer)


def _in_pods(body: dict[str, Any], pointer: Pointer) -> bool:
    """Another order in a pod template is another template; in a Pod it is refused."""
    return "template" in pointer or (body["kind"] == "Pod" and pointer[0] == "spec")


def _is_set(body: dict[str, Any], group: str, pointer: Pointer) -> bool:
    return ".".join(map(str, pointer)) in shape_of(group, body["kind"], {}).sets


def made(body: dict[str, Any]) -> KubeObject:
    return KubeObject(body=body, origin=Origin(path=RepoPath("x.yaml")))


def complaint(body: dict[str, Any], changed: dict[str, Any], pointer: Pointer, way: str) -> str:
    """Why the edit is not reported as it must be; empty where it is."""
    if repr(body) == repr(changed):
        return ""
    if any(not isinstance(one.get("metadata"), dict) or not isinstance(one["metadata"].get("name"), str) for one in (body, changed)):
        return ""
    diffs = [diff for env in compared([unit(made(body))], [unit(made(changed))]).environments for one in env.units for diff in one.objects]
    if is_identity(pointer):
        return "" if diffs else f"{way} of {pointer} is not in the diff"
    try:
        before, after = at(body, pointer), at(changed, pointer)
    except (KeyError, IndexError, TypeError):
        before = after = None
    if may_fold(body, pointer, way, before, after):
        return ""
    if len(diffs) != 1:
        return f"{way} of {pointer}: {before!r} -> {after!r}: {len(diffs)} objects differ"
    if diffs[0].is_noise or not diffs[0].fields:
        return f"{way} of {pointer}: {before!r} -> {after!r} is folded"
    return ""


@pytest.mark.parametrize("seed", range(8))
def test_an_edit_is_never_lost(seed: int) -> None:
    choice = random.Random(seed)
    wrong = []
    for body in OBJECTS:
        for _ in range(6):
            changed, pointer, way = edited(body, choice)
            said = complaint(body, changed, pointer, way)
            if said:
                wrong.append(f"{body['kind']} {body['metadata'].get('name')}: {said}")
    assert wrong == []


def test_a_fold_too_many_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.compare.noise.NOISE_LABELS", {"app": "not noise at all"})
    before = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {"app": "a"}}}
    after = {**before, "metadata": {"name": "x", "labels": {"app": "b"}}}
    assert "is folded" in complaint(before, after, ("metadata", "labels", "app"), "change")
