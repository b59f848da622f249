from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.model.objects import KubeObject, Location, ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.settings import ClusterSetting
from checker.model.tree import Identities, MemoryTree
from checker.model.units import BuiltUnit, Controller, DeployUnit, Note, Rendered, UnitKey
from checker.pipeline.fingerprint import Unseen, fingerprint
from checker.pipeline.index import Index
from checker.pipeline.kept import RECORDED, RenderCache, keep_objects
from checker.render.options import RenderOptions
from checker.tools.cache import Store, open_store

OTHER: dict[str, Any] = {
    "kubernetes": "1.34",
    "api_versions": ("example.com/v1",),
    "sources": {"https://example.com": RepoPath("vendor")},
    "repository_urls": ("https://example.com/a.git",),
    "revisions": ("main",),
    "variables": {"ConfigMap/a/b": {"key": "value"}},
    "flux": "2.8",
    "helm": "3.19",
    "clusters": (ClusterSetting(name="blue"),),
    "enable_helm": True,
    "generators": {"set": {"pullRequest": [{"branch": "x", "depth": 1}]}},
    "allow_network": True,
    "load_restrictor": "none",
}
"""Another value of every option of a render."""


def test_every_option_of_a_render_is_in_the_key() -> None:
    """Whoever adds an option adds it to OTHER: a key that does not see it would give back a render made without it."""
    names = {field.name for field in dataclasses.fields(RenderOptions)}
    assert names == {*OTHER, *RECORDED}, "another value for it here, or a reason in RECORDED"
    plain = fingerprint(RenderOptions(), unseen=RECORDED)
    changed = {name: fingerprint(dataclasses.replace(RenderOptions(), **{name: value}), unseen=RECORDED) for name, value in OTHER.items()}
    assert len({plain, *changed.values()}) == len(OTHER) + 1


def test_what_is_recorded_is_nothing_but_revisions_and_tags() -> None:
    """Anything else here needs a place in the entries, and a look at it when one is recalled; or what asks for it says `took`."""
    assert frozenset({"revision_tree", "tags"}) == RECORDED


def test_every_field_of_a_unit_is_in_the_key(tmp_path: Path) -> None:
    origin = Origin(path=RepoPath("a.yaml"))
    unit = DeployUnit(controller=Controller.CHART, name="a", path=None, origin=origin)
    other: dict[str, Any] = {
        "controller": Controller.DIRECTORY,
        "name": "b",
        "namespace": "n",
        "path": RepoPath("p"),
        "cluster": "c",
        "environment": "e",
        "declaration": KubeObject(body={"kind": "A"}, origin=origin),
        "related": (KubeObject(body={"kind": "A"}, origin=origin),),
        "flux": "2.7",
        "origin": Origin(path=RepoPath("a.yaml"), line=2),
        "parent": UnitKey("c", Controller.CHART, "n", "a"),
    }
    assert other.keys() == {field.name for field in dataclasses.fields(DeployUnit)}
    store = stored(tmp_path)
    cache = RenderCache(store, Index(store, "shop"), RenderOptions())
    cache.note(kept(store, unit, Rendered(objects=())))
    tree = Identities(MemoryTree({}))
    assert cache.recall(replace(unit), tree, unasked) is not None
    assert [name for name, value in other.items() if cache.recall(replace(unit, **{name: value}), tree, unasked) is not None] == []


def stored(folder: Path) -> Store:
    store = open_store(folder)
    assert store is not None
    return store


def kept(store: Store, unit: DeployUnit, rendered: Rendered) -> BuiltUnit:
    return BuiltUnit(unit=unit, result=rendered, content=keep_objects(store, rendered))


def unasked(unit: DeployUnit) -> BuiltUnit:
    raise AssertionError(f"{unit.key} is rendered again")


ORIGIN = Origin(path=RepoPath("dir/ü.yaml"), document=3, line=7, item=2)
UNIT = DeployUnit(controller=Controller.CHART, name="a", path=None, origin=ORIGIN)


def there_and_back(folder: Path, rendered: Rendered) -> Rendered:
    """As another run sees it."""
    store = stored(folder)
    index = Index(store, "shop")
    RenderCache(store, index, RenderOptions()).note(kept(store, UNIT, rendered))
    index.save()
    recalled = RenderCache(store, Index(store, "shop"), RenderOptions()).recall(UNIT, _Anything(MemoryTree({})), unasked)
    assert recalled is not None
    assert isinstance(recalled.result, Rendered)
    assert list(recalled.keys) == [obj.key for obj in rendered.objects]
    return replace(recalled.result, objects=tuple(recalled.objects), reads=dict(recalled.result.reads), pinned=dict(recalled.result.pinned))


class _Anything(Identities):
    def unchanged(self, reads: object) -> bool:
        return True


@pytest.mark.parametrize("value", [{1: "a"}, {"a": (1,)}, {"a": 10**30}, {"a": float("inf")}])
def test_values_keep_their_types(value: Any, tmp_path: Path) -> None:
    rendered = Rendered(objects=(KubeObject(body=value, origin=Origin(path=RepoPath("a"))),))
    assert repr(there_and_back(tmp_path, rendered)) == repr(rendered)


class Text(str):
    """As kustomize's own kinds of text: more than its characters."""


@pytest.mark.parametrize("value", [{"a": Text("x")}, {"a": object()}])
def test_what_is_no_plain_data_is_not_kept(value: Any, tmp_path: Path) -> None:
    assert keep_objects(stored(tmp_path), Rendered(objects=(KubeObject(body=value, origin=ORIGIN),))) == ""


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("1", 1),
        (1, True),
        (1, 1.0),
        ("a", b"a"),
        (None, "None"),
        (("a", "b"), ("a,b",)),
        ({"a": "b", "c": "d"}, {"c": "d", "a": "b"}),
        ({"a": {}}, {"a": []}),
        (Controller.CHART, "chart"),
        (("a'", "b"), ("a", "'b")),
    ],
)
def test_values_that_differ_have_another_text(one: object, two: object) -> None:
    assert fingerprint(one) != fingerprint(two)


def test_sets_have_no_order() -> None:
    assert fingerprint(frozenset({"a", "b", "c"})) == fingerprint(frozenset({"c", "b", "a"}))


@pytest.mark.parametrize("value", [object(), len, lambda: None, iter(())])
def test_what_has_no_text_is_refused(value: object) -> None:
    with pytest.raises(Unseen):
        fingerprint({"held": (value,)})


def test_a_render_comes_back_equal(tmp_path: Path) -> None:
    body: Any = {
        "kind": "ConfigMap",
        "data": {"text": "a\nb\u2028\udc80", "": None, "list": [1, 1.5, -0.0, True, 10**30, 1e300, [], {}]},
        "order": {"b": 1, "a": 2},
    }
    rendered = Rendered(
        objects=(KubeObject(body=body, origin=ORIGIN, contributors=(ORIGIN, Origin(path=RepoPath("p")))),),
        reads={"a": "1", "b/": None},
        notes=(
            Note(id="n", message="m", location=Location(path=RepoPath("x"), line=1, column=2), object=ObjectKey("", "Pod", "ns", "p")),
            Note(id="n", message="m"),
        ),
        pinned={"v2": None},
    )
    again = there_and_back(tmp_path, rendered)
    assert again == rendered
    assert repr(again) == repr(rendered)


def test_every_field_of_a_render_is_stored() -> None:
    """`outside` is empty in what is kept; a field that is added needs its place in `stored`."""
    names = {kind: [field.name for field in dataclasses.fields(kind)] for kind in (Rendered, KubeObject, Origin, Location, Note)}
    assert names == {
        Rendered: ["objects", "reads", "notes", "pinned", "outside"],
        KubeObject: ["body", "origin", "contributors"],
        Origin: ["path", "document", "line", "item"],
        Location: ["path", "line", "column"],
        Note: ["id", "message", "location", "object"],
    }
