"""Before and after of an object -> the effects predicted. The facts are Kubernetes' own, cited at the tables in the code."""

from __future__ import annotations

from typing import Any

import pytest

from checker.compare import EFFECTS
from checker.model.diff import ObjectDiff
from checker.model.findings import Severity
from checker.model.objects import KubeObject
from checker.model.units import Controller
from tests.unit.compare.make import application, compared, deployment, kustomization, obj, one, unit
from tests.unit.compare.pairs import PAIRS as PLAIN
from tests.unit.compare.pairs import REQUESTS, job, release, service
from tests.unit.compare.pairs_dangerous import DANGEROUS
from tests.unit.compare.pairs_sources import SOURCES

PAIRS = {**PLAIN, **DANGEROUS}


def ids(diff: ObjectDiff) -> list[str]:
    return sorted(effect.id for effect in diff.effects)


@pytest.mark.parametrize("name", list(PAIRS))
def test_effects_of_a_pair(name: str) -> None:
    before, after, expected = PAIRS[name]
    diff = one(before, after)
    found = [effect for effect in ids(diff) if not (effect == "requests-changed" and "requests-changed" not in expected)]
    assert found == sorted(expected)
    for effect in diff.effects:
        assert effect.message


def test_what_is_predicted_is_documented() -> None:
    assert SOURCES.keys() <= PAIRS.keys()
    documented = (
        "https://kubernetes.io/docs/",
        "https://fluxcd.io/flux/",
        "https://argo-cd.readthedocs.io/",
        "https://github.com/kubernetes/",
        "https://github.com/argoproj/argo-cd/",
    )
    assert all(source.page.startswith(documented) for source in SOURCES.values())
    assert all(bool(source.says) is bool(source.read) for source in SOURCES.values())
    assert sum(bool(source.read) for source in SOURCES.values()) >= 100
    assert {effect for _, _, expected in PAIRS.values() for effect in expected} | _ELSEWHERE == EFFECTS.keys()


_ELSEWHERE = {
    "breaks-reference",
    "config-not-reloaded",
    "held-back",
    "kind-changed",
    "moved-owner",
    "not-applied",
    "orphaned",
    "replaced",
    "replicas-fought-over",
    "requests-total",
    "service-without-pods",
    "two-owners",
}
"""Effects that need more than a pair to show: their tests are below and in `test_compare`."""


def test_every_effect_is_of_the_catalogue_and_explained() -> None:
    for name, kind in EFFECTS.items():
        assert kind.id == name
        assert kind.title
        assert kind.explanation.endswith(".")
        assert not kind.link or kind.link.startswith("https://")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (deployment(replicas=2), deployment(replicas=2, **REQUESTS), "requests +200m CPU +128Mi memory"),
        (deployment(replicas=4, **REQUESTS), deployment(replicas=2, **REQUESTS), "requests -200m CPU -128Mi memory"),
        (deployment(replicas=1), deployment(replicas=1, resources={"limits": {"cpu": "2"}}), "requests +2 CPU"),
        (deployment(replicas=1, **REQUESTS), None, "requests -100m CPU -64Mi memory"),
        (
            deployment(replicas=1, **REQUESTS),
            deployment(replicas=1, **REQUESTS, pod={"initContainers": [{"name": "i", "resources": {"requests": {"cpu": "1"}}}]}),
            "requests +900m CPU",
        ),
    ],
)
def test_requests_in_words(before: KubeObject, after: KubeObject | None, words: str) -> None:
    assert words in [effect.message for effect in one(before, after).effects if effect.id == "requests-changed"]


def test_the_total_of_an_environment() -> None:
    base, head = unit(deployment(replicas=1, **REQUESTS)), unit(deployment(replicas=3, **REQUESTS))
    (effect,) = compared([base], [head]).environments[0].effects
    assert effect.message == "requests in total: CPU 100m -> 300m, memory 64Mi -> 192Mi, pods 1 -> 3"


def test_the_total_tells_of_pods_that_request_nothing() -> None:
    (effect,) = compared([unit(deployment(replicas=1))], [unit(deployment(replicas=4))]).environments[0].effects
    assert effect.message == "requests in total: pods 1 -> 4"


def test_a_deleted_config_that_is_still_read_breaks_its_reader() -> None:
    reader = deployment(envFrom=[{"configMapRef": {"name": "settings"}}])
    diff = one(obj("ConfigMap", "settings"), None, reader)
    assert "breaks-reference" in ids(diff)
    assert "Deployment shop still refers to ConfigMap settings" in diff.effects[0].message


@pytest.mark.parametrize(
    ("kind", "api", "field"),
    [("PriorityClass", "scheduling.k8s.io/v1", "priorityClassName"), ("RuntimeClass", "node.k8s.io/v1", "runtimeClassName")],
)
def test_a_deleted_class_that_pods_name_breaks_them_in_every_namespace(kind: str, api: str, field: str) -> None:
    gone = obj(kind, "high", api=api, namespace="")
    assert "breaks-reference" in ids(one(gone, None, deployment(pod={field: "high"})))
    assert "breaks-reference" not in ids(one(gone, None, deployment(pod={field: "low"})))


def test_a_deleted_project_stops_the_applications_that_stay_in_it() -> None:
    member = application("shop")
    member.body["spec"]["project"] = "team"  # type: ignore[index,call-overload]
    diff = one(obj("AppProject", "team", api="argoproj.io/v1alpha1", namespace="argocd"), None, member)
    assert "Application shop still belongs to AppProject team; Argo CD no longer syncs that" in [effect.message for effect in diff.effects]


def test_a_host_that_moves_is_said_to_be_served_by_another() -> None:
    rules = [{"host": "shop.example"}]
    old, new = (obj("Ingress", name, api="networking.k8s.io/v1", spec={"rules": rules}) for name in ("old", "new"))
    comparison = compared([unit(old)], [unit(new)])
    messages = [effect.message for diff in comparison.environments[0].units[0].objects for effect in diff.effects]
    assert "Ingress old no longer serves shop.example; Ingress new does" in messages


@pytest.mark.parametrize(
    ("controller", "mark"),
    [
        (Controller.FLUX_HELMRELEASE, {"helm.sh/resource-policy": "keep"}),
        (Controller.FLUX_KUSTOMIZATION, {"kustomize.toolkit.fluxcd.io/prune": "disabled"}),
        (Controller.ARGOCD_APPLICATION, {"argocd.argoproj.io/sync-options": "Prune=false"}),
        (Controller.ARGOCD_APPLICATION, {"argocd.argoproj.io/sync-options": "Delete=false"}),
        (Controller.ARGOCD_APPLICATION, {"helm.sh/resource-policy": "keep"}),
    ],
)
def test_a_mark_that_keeps_an_object_comes_and_goes(controller: Controller, mark: dict[str, str]) -> None:
    plain, kept = obj("ConfigMap", "x"), obj("ConfigMap", "x", meta={"annotations": mark})
    declaration = {Controller.ARGOCD_APPLICATION: application("shop"), Controller.FLUX_HELMRELEASE: release()}.get(
        controller, kustomization("shop")
    )

    def effect(before: KubeObject, after: KubeObject) -> tuple[str, Severity]:
        base, head = (unit(one, controller=controller, declaration=declaration) for one in (before, after))
        (found,) = compared([base], [head]).environments[0].units[0].objects[0].effects
        return found.id, found.severity

    assert effect(kept, plain) == ("deletion-changed", Severity.WARNING)
    assert effect(plain, kept) == ("deletion-changed", Severity.NOTE)


def test_an_optional_reference_breaks_nothing() -> None:
    reader = deployment(envFrom=[{"configMapRef": {"name": "settings", "optional": True}}])
    assert "breaks-reference" not in ids(one(obj("ConfigMap", "settings"), None, reader))


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        ({"envFrom": [{"configMapRef": {"name": "settings"}}]}, True),
        ({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}]}, True),
        (
            {
                "volumeMounts": [{"name": "v", "mountPath": "/a", "subPath": "a"}],
                "pod": {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]},
            },
            True,
        ),
        (
            {"volumeMounts": [{"name": "v", "mountPath": "/a"}], "pod": {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]}},
            False,
        ),
    ],
)
def test_who_keeps_an_old_configuration(reader: dict[str, Any], expected: bool) -> None:
    diff = one(obj("ConfigMap", "settings", data={"a": "1"}), obj("ConfigMap", "settings", data={"a": "2"}), deployment(**reader))
    assert ("config-not-reloaded" in ids(diff)) is expected


def test_who_is_restarted_by_reloader_keeps_nothing_old() -> None:
    reader = deployment(envFrom=[{"configMapRef": {"name": "settings"}}])
    reader.body["metadata"]["annotations"] = {"reloader.stakater.com/auto": "true"}  # type: ignore[index,call-overload]
    diff = one(obj("ConfigMap", "settings", data={"a": "1"}), obj("ConfigMap", "settings", data={"a": "2"}), reader)
    assert [effect.message for effect in diff.effects] == ["Reloader restarts the pods of Deployment shop"]


def test_a_new_config_name_restarts_and_says_why() -> None:
    def mounting(name: str) -> KubeObject:
        return deployment(pod={"volumes": [{"name": "v", "configMap": {"name": name}}]})

    messages = [effect.message for effect in one(mounting("x-bcdfghkmt2"), mounting("x-999fghkmt2")).effects]
    assert messages == ["restarts 2 pods, because x-999fghkmt2 is a new configuration"]


def test_an_autoscaler_fights_over_replicas() -> None:
    target = {"kind": "Deployment", "name": "shop"}
    scaler = obj("HorizontalPodAutoscaler", "x", api="autoscaling/v2", spec={"scaleTargetRef": target, "maxReplicas": 3})
    assert "replicas-fought-over" in ids(one(deployment(replicas=2), deployment(replicas=4), scaler))


def test_a_selector_that_selects_nothing() -> None:
    diff = one(service(), service(selector={"app": "gone"}), deployment())
    assert "service-without-pods" in ids(diff)


def test_another_kind_takes_the_name_over() -> None:
    comparison = compared([unit(deployment())], [unit(deployment(kind="StatefulSet"))])
    effects = [effect.id for diff in comparison.environments[0].units[0].objects for effect in diff.effects]
    assert "kind-changed" in effects


@pytest.mark.parametrize(
    ("controller", "declaration", "meta"),
    [
        (Controller.FLUX_KUSTOMIZATION, kustomization("shop", force=True), {}),
        (Controller.FLUX_KUSTOMIZATION, kustomization("shop"), {"annotations": {"kustomize.toolkit.fluxcd.io/force": "Enabled"}}),
        (Controller.ARGOCD_APPLICATION, application("shop", syncOptions=["Force=true"]), {}),
        (
            Controller.ARGOCD_APPLICATION,
            application("shop"),
            {"annotations": {"argocd.argoproj.io/sync-options": "Replace=true, Force=true"}},
        ),
    ],
)
def test_a_forced_change_replaces(controller: Controller, declaration: KubeObject, meta: dict[str, Any]) -> None:
    before, after = job("a:1", **meta), job("a:2", **meta)
    base = unit(before, controller=controller, declaration=declaration)
    head = unit(after, controller=controller, declaration=declaration)
    found = ids(compared([base], [head]).environments[0].units[0].objects[0])
    assert "replaced" in found
    assert "immutable-field" not in found


def test_helm_forces_by_replacing_which_the_api_server_refuses_all_the_same() -> None:
    forced = release(upgrade={"force": True})
    base = unit(job("a:1"), controller=Controller.FLUX_HELMRELEASE, declaration=forced)
    head = unit(job("a:2"), controller=Controller.FLUX_HELMRELEASE, declaration=forced)
    assert "immutable-field" in ids(compared([base], [head]).environments[0].units[0].objects[0])


@pytest.mark.parametrize(
    ("controller", "mark", "refused"),
    [
        (Controller.ARGOCD_APPLICATION, "argocd.argoproj.io/hook", False),
        (Controller.ARGOCD_APPLICATION, "helm.sh/hook", False),
        (Controller.FLUX_HELMRELEASE, "helm.sh/hook", False),
        (Controller.FLUX_KUSTOMIZATION, "helm.sh/hook", True),
    ],
)
def test_a_hook_is_made_anew_by_who_runs_hooks(controller: Controller, mark: str, refused: bool) -> None:
    declaration = {Controller.ARGOCD_APPLICATION: application("shop"), Controller.FLUX_HELMRELEASE: release()}.get(
        controller, kustomization("shop")
    )
    before, after = (job(image, annotations={mark: "PreSync"}) for image in ("a:1", "a:2"))
    base = unit(before, controller=controller, declaration=declaration)
    head = unit(after, controller=controller, declaration=declaration)
    assert ("immutable-field" in ids(compared([base], [head]).environments[0].units[0].objects[0])) is refused


def test_a_job_that_cleans_up_after_itself_may_be_gone() -> None:
    def cleaning(image: str) -> KubeObject:
        made = job(image)
        made.body["spec"]["ttlSecondsAfterFinished"] = 60  # type: ignore[index,call-overload]
        return made

    (found,) = (effect for effect in one(cleaning("a:1"), cleaning("a:2")).effects if effect.id == "immutable-field")
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("mark", [{"reconcile": "disabled"}, {"ssa": "Ignore"}, {"ssa": "IfNotPresent"}])
def test_what_flux_leaves_alone(mark: dict[str, str]) -> None:
    meta = {"annotations": {f"kustomize.toolkit.fluxcd.io/{name}": value for name, value in mark.items()}}
    before, after = obj("ConfigMap", "x", meta=meta, data={"a": "1"}), obj("ConfigMap", "x", meta=meta, data={"a": "2"})
    flux = {"controller": Controller.FLUX_KUSTOMIZATION, "declaration": kustomization("shop")}
    comparison = compared([unit(before, **flux)], [unit(after, **flux)])  # type: ignore[arg-type]
    assert "not-applied" in ids(comparison.environments[0].units[0].objects[0])


@pytest.mark.parametrize(("group", "kind"), [("apps", "Deployment"), ("*", "*"), ("{apps,batch}", "[CD]*")])
def test_ignored_differences_count_only_where_they_are_respected(group: str, kind: str) -> None:
    ignoring = [{"group": group, "kind": kind, "jsonPointers": ["/spec/replicas"]}]

    def declared(*options: str) -> KubeObject:
        found = application("shop", syncOptions=[*options])
        found.body["spec"]["ignoreDifferences"] = ignoring  # type: ignore[index,call-overload]
        return found

    def diff(*options: str) -> ObjectDiff:
        argo = {"controller": Controller.ARGOCD_APPLICATION, "declaration": declared(*options)}
        comparison = compared([unit(deployment(replicas=1), **argo)], [unit(deployment(replicas=2), **argo)])  # type: ignore[arg-type]
        return comparison.environments[0].units[0].objects[0]

    assert not diff().is_noise
    assert diff("RespectIgnoreDifferences=true").is_noise


def test_the_worst_effect_comes_first() -> None:
    before = deployment(image="a:1")
    after = deployment(image="a:2", spec={"selector": {"matchLabels": {"app": "other"}}})
    severities = [effect.severity for effect in one(before, after).effects]
    assert severities == sorted(severities, reverse=True)
    assert severities[0] is Severity.ERROR
