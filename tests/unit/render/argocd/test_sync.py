"""What a sync does with a change of an Application's objects: both sides rendered and compared."""

from __future__ import annotations

from collections.abc import Mapping

from checker.discover import DiscoverOptions
from checker.model.diff import Change, ObjectDiff
from checker.pipeline.expand import ExpandOptions, expand
from checker.render.options import RenderOptions
from tests.unit.compare.make import compared
from tests.unit.render.argocd.builders import URL, config_map, files

OPTIONS = ExpandOptions(discover=DiscoverOptions(repository_urls=(URL,)), render=RenderOptions(repository_urls=(URL,)), digest_key=b"key")
PRUNES = "automated: {prune: true}"


def app(policy: str, more: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\n"
        f"spec:\n  project: default\n  source: {{repoURL: {URL}, path: web}}\n  destination: {{name: prod, namespace: x}}\n"
        f"  syncPolicy: {{{policy}}}\n{more}"
    )


def moved(before: Mapping[str, str], after: Mapping[str, str], application: str) -> dict[str, ObjectDiff]:
    sides = [
        files({f"web/{name}.yaml": text for name, text in side.items()} | {"clusters/prod/app.yaml": application})
        for side in (before, after)
    ]
    base, head = expand(sides[0], sides[1], OPTIONS)
    comparison = compared(base.built, head.built)
    return {diff.key.name: diff for environment in comparison.environments for unit in environment.units for diff in unit.objects}


def test_edge_78_what_is_removed_stays_unless_it_is_pruned() -> None:
    two = {"a": config_map("a"), "b": config_map("b")}
    one = {"a": config_map("a")}
    assert moved(two, one, app(PRUNES))["b"].change is Change.DELETED
    assert moved(two, one, app("automated: {}"))["b"].change is Change.ORPHANED
    assert moved(one, {"note": "just: text\n"}, app(PRUNES))["a"].change is Change.ORPHANED
    assert moved(one, {"note": "just: text\n"}, app("automated: {prune: true, allowEmpty: true}"))["a"].change is Change.DELETED


def test_edge_79_only_a_mark_that_reached_the_cluster_protects() -> None:
    kept = config_map("b", annotations="{argocd.argoproj.io/sync-options: Prune=false}")
    a = {"a": config_map("a")}
    assert moved({**a, "b": kept}, a, app(PRUNES))["b"].change is Change.ORPHANED
    assert moved({**a, "b": config_map("b")}, a, app(PRUNES))["b"].change is Change.DELETED


def deployment(replicas: int) -> str:
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {{replicas: {replicas}}}\n"


def test_edge_80_ignored_differences_are_applied_unless_they_are_respected() -> None:
    ignore = "  ignoreDifferences: [{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}]\n"
    before, after = {"d": deployment(1)}, {"d": deployment(5)}
    plain = moved(before, after, app(PRUNES, ignore))["d"]
    assert [field.pointer for field in plain.fields] == ["/spec/replicas"]
    respected = moved(before, after, app(f"{PRUNES}, syncOptions: [RespectIgnoreDifferences=true]", ignore))["d"]
    assert (respected.fields, [field.pointer for field in respected.folded]) == ((), ["/spec/replicas"])
