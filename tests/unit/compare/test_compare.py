"""Before and after of one object, and of units: which changes and fields come out."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.diff import Change
from checker.model.objects import KubeObject
from checker.model.units import BuiltUnit, Controller, Reason, State
from tests.unit.compare.make import application, compared, deployment, kustomization, obj, one, unit

CONFIG = obj("ConfigMap", "settings", data={"a": "1"})


def paths(before: KubeObject, after: KubeObject) -> list[str]:
    return [field.path for field in one(before, after).fields]


def changes(comparison: Any) -> list[tuple[str, str, Change]]:
    return [
        (unit_diff.unit.name, diff.key.name, diff.change)
        for env in comparison.environments
        for unit_diff in env.units
        for diff in unit_diff.objects
    ]


def test_same_objects_say_nothing() -> None:
    environment = compared([unit(deployment(), CONFIG)], [unit(deployment(), CONFIG)]).environments[0]
    assert environment.units == ()
    assert not environment.moves


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (deployment(replicas=2), deployment(replicas=3), ["spec.replicas"]),
        (deployment(image="a:1"), deployment(image="a:2"), ["spec.template.spec.containers[app].image"]),
        (
            deployment(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]),
            deployment(env=[{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]),
            ["spec.template.spec.containers[app].env[B].value"],
        ),
        (
            deployment(ports=[{"containerPort": 80}]),
            deployment(ports=[{"containerPort": 80, "protocol": "TCP", "name": "http"}]),
            ["spec.template.spec.containers[app].ports[80].name"],
        ),
        (deployment(args=["a", "c"]), deployment(args=["a", "b", "c"]), ["spec.template.spec.containers[app].args[1]"]),
        (obj("ConfigMap", "x", data={"a.b/c": "1"}), obj("ConfigMap", "x", data={"a.b/c": "2"}), ['data["a.b/c"]']),
        (obj("ConfigMap", "x"), obj("ConfigMap", "x", data={"a": "1"}), ["data.a"]),
        (obj("ConfigMap", "x", immutable=True), obj("ConfigMap", "x", immutable=1), ["immutable"]),
    ],
)
def test_fields(before: KubeObject, after: KubeObject, expected: list[str]) -> None:
    assert paths(before, after) == expected


def test_a_pointer_reaches_the_field() -> None:
    (field,) = one(obj("ConfigMap", "x", data={"a/b~c": "1"}), obj("ConfigMap", "x", data={"a/b~c": "2"})).fields
    assert (field.pointer, field.before, field.after) == ("/data/a~1b~0c", "1", "2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (deployment(resources={"limits": {"cpu": "1000m"}}), deployment(resources={"limits": {"cpu": 1}})),
        (deployment(resources={"limits": {"memory": "1Gi"}}), deployment(resources={"limits": {"memory": "1024Mi"}})),
        (deployment(ports=[{"containerPort": 80}]), deployment(ports=[{"containerPort": 80, "protocol": "TCP"}])),
        (obj("Secret", "x", data={"a": "digest:1"}), obj("Secret", "x", stringData={"a": "digest:1"})),
    ],
)
def test_two_spellings_of_one_value_are_no_change(before: KubeObject, after: KubeObject) -> None:
    assert changes(compared([unit(before)], [unit(after)])) == []


def test_a_reorder_of_a_keyed_list_is_folded() -> None:
    ports = [{"port": 80}, {"port": 81}]
    diff = one(obj("Service", "x", spec={"ports": ports}), obj("Service", "x", spec={"ports": ports[::-1]}))
    assert diff.is_noise
    assert [field.path for field in diff.folded] == ["spec.ports (order)"]


@pytest.mark.parametrize(
    ("pod", "path"),
    [
        ({"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}}]}, "spec.template.spec.volumes (order)"),
        ({"imagePullSecrets": [{"name": "a"}, {"name": "b"}]}, "spec.template.spec.imagePullSecrets (order)"),
    ],
)
def test_a_reorder_in_a_pod_template_restarts_pods_and_is_told(pod: dict[str, Any], path: str) -> None:
    other = {name: items[::-1] for name, items in pod.items()}
    alone = one(deployment(pod=pod), deployment(pod=other))
    assert [field.path for field in alone.fields] == [path]
    assert "restarts-pods" in [effect.id for effect in alone.effects]
    beside = one(deployment(pod=pod, image="a:1"), deployment(pod=other, image="a:2"))
    assert [field.path for field in beside.folded] == [path]


def test_a_reorder_that_the_api_server_refuses_is_told() -> None:
    volumes = [{"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}}]
    diff = one(obj("Pod", "x", spec={"volumes": volumes}), obj("Pod", "x", spec={"volumes": volumes[::-1]}))
    assert not diff.is_noise
    assert "immutable-field" in [effect.id for effect in diff.effects]


@pytest.mark.parametrize(
    ("kind", "place"), [("MutatingWebhookConfiguration", ("webhooks",)), ("ValidatingAdmissionPolicy", ("spec", "variables"))]
)
def test_orders_that_act_are_told(kind: str, place: tuple[str, ...]) -> None:
    def made(*names: str) -> KubeObject:
        items = [{"name": name} for name in names]
        rest = {place[0]: items if len(place) == 1 else {place[1]: items}}
        return obj(kind, "x", api="admissionregistration.k8s.io/v1", namespace="", **rest)

    assert paths(made("a", "b"), made("b", "a")) == [f"{'.'.join(place)} (order)"]


def test_the_order_of_init_containers_counts() -> None:
    items = [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]
    assert paths(deployment(pod={"initContainers": items}), deployment(pod={"initContainers": items[::-1]})) == [
        "spec.template.spec.initContainers (order)"
    ]


def test_noise_is_folded_and_counted() -> None:
    before = obj("Service", "x", meta={"labels": {"helm.sh/chart": "x-1", "app.kubernetes.io/version": "1", "team": "a"}})
    after = obj("Service", "x", meta={"labels": {"helm.sh/chart": "x-2", "app.kubernetes.io/version": "2", "team": "b"}})
    diff = one(before, after)
    assert [field.path for field in diff.fields] == ["metadata.labels.team"]
    assert len(diff.folded) == 2


def test_an_object_with_noise_alone_does_not_move() -> None:
    before = obj("Service", "x", meta={"labels": {"helm.sh/chart": "x-1"}})
    after = obj("Service", "x", meta={"labels": {"helm.sh/chart": "x-2"}})
    environment = compared([unit(before)], [unit(after)]).environments[0]
    assert environment.units[0].objects[0].is_noise
    assert not environment.moves


def test_noise_that_restarts_pods_is_not_folded() -> None:
    def with_checksum(value: str, image: str = "a:1") -> KubeObject:
        found = deployment(image=image)
        found.body["spec"]["template"]["metadata"]["annotations"] = {"checksum/config": value}  # type: ignore[index,call-overload]
        return found

    alone = one(with_checksum("1"), with_checksum("2"))
    assert [field.path for field in alone.fields] == ['spec.template.metadata.annotations["checksum/config"]']
    assert "restarts-pods" in [effect.id for effect in alone.effects]
    beside = one(with_checksum("1"), with_checksum("2", "a:2"))
    assert [field.path for field in beside.folded] == ['spec.template.metadata.annotations["checksum/config"]']


def test_the_version_of_a_kind_is_no_identity() -> None:
    before = obj("Ingress", "x", api="extensions/v1beta1", spec={"a": 1})
    after = obj("Ingress", "x", api="networking.k8s.io/v1", spec={"a": 1})
    diff = one(before, after)
    assert diff.change is Change.CHANGED
    assert [field.path for field in diff.fields] == ["apiVersion"]


@pytest.mark.parametrize("side", ["base", "head", "both"])
def test_a_unit_that_does_not_render_deletes_and_creates_nothing(side: str) -> None:
    good, bad = unit(deployment(), reads=["a"]), unit(failure="missing base", reads=["a", "b"])
    comparison = compared([bad if side in ("base", "both") else good], [bad if side in ("head", "both") else good], "b")
    assert changes(comparison) == []
    (gap,) = comparison.not_rendered
    assert (gap.side, gap.reason, gap.affected) == (side, Reason.BROKEN, side != "both")
    assert comparison.environments[0].not_rendered == (gap,)


def test_a_unit_that_never_rendered_is_affected_by_other_input() -> None:
    before, after = unit(failure="remote", reads=["a"]), unit(failure="remote", reads=["a", "b"])
    assert compared([before], [after]).not_rendered[0].affected


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"interval": "5m"}, {"interval": "10m"}, "spec.interval of HelmRelease web only steers the controller"),
        (
            {"upgrade": {"force": True}},
            {"upgrade": {"force": True, "remediation": {"retries": 3}}, "timeout": "9m"},
            "spec.timeout of HelmRelease web and spec.upgrade.remediation of HelmRelease web only steer the controller",
        ),
        ({"values": {"a": 1}}, {"values": {"a": 1}, "install": {"timeout": "1m"}}, "spec.install.timeout"),
        ({"interval": "5m"}, {"interval": "10m", "values": {"a": 1}}, ""),
        ({}, {"driftDetection": {"mode": "enabled"}}, ""),
        ({}, {"suspend": True}, ""),
        ({"upgrade": {"force": True}}, {}, ""),
    ],
)
def test_what_only_steers_the_controller_moves_no_object_of_a_remote_chart(before: Any, after: Any, said: str) -> None:
    def release(spec: dict[str, Any]) -> Any:
        declaration = obj("HelmRelease", "web", api="helm.toolkit.fluxcd.io/v2", spec=spec)
        return unit(failure="chart web is remote", declaration=declaration, controller=Controller.FLUX_HELMRELEASE)

    (gap,) = compared([release(before)], [release(after)]).not_rendered
    assert gap.affected == (not said)
    assert said in gap.message


def test_a_child_of_a_unit_that_failed_is_unknown() -> None:
    parent = unit(kustomization("child"), name="parent")
    child = unit(deployment(), name="child", parent=parent.unit.key, declaration=kustomization("child"))
    comparison = compared([parent, child], [unit(name="parent", failure="broken patch")])
    assert changes(comparison) == []
    assert [(gap.unit.name, gap.side) for gap in comparison.not_rendered] == [("child", "head"), ("parent", "head")]
    assert "broken patch" in comparison.not_rendered[0].message


def test_new_and_removed_units() -> None:
    comparison = compared([unit(CONFIG, name="old")], [unit(deployment(), name="new")])
    assert changes(comparison) == [("new", "shop", Change.CREATED), ("old", "settings", Change.DELETED)]
    assert [unit_diff.change for unit_diff in comparison.environments[0].units] == [Change.CREATED, Change.DELETED]


def test_an_object_moves_between_units() -> None:
    comparison = compared([unit(CONFIG, name="a"), unit(name="b")], [unit(name="a"), unit(CONFIG, name="b")])
    assert changes(comparison) == [("b", "settings", Change.MOVED)]
    assert comparison.environments[0].units[0].objects[0].moved_from == "kustomization a"


def test_an_object_does_not_move_between_clusters() -> None:
    comparison = compared([unit(CONFIG, cluster="a"), unit(cluster="b")], [unit(cluster="a"), unit(CONFIG, cluster="b")])
    assert sorted(change for *_, change in changes(comparison)) == [Change.CREATED, Change.DELETED]


def test_a_config_hash_is_a_rename() -> None:
    before, after = obj("ConfigMap", "x-bcdfghkmt2", data={"a": "1"}), obj("ConfigMap", "x-999fghkmt2", data={"a": "2"})
    diff = one(before, after)
    assert diff.change is Change.RENAMED
    assert diff.before_key == before.key
    assert "data.a" in [field.path for field in diff.fields]


FLUX, ARGO, HELM = Controller.FLUX_KUSTOMIZATION, Controller.ARGOCD_APPLICATION, Controller.FLUX_HELMRELEASE


@pytest.mark.parametrize(
    ("controller", "declaration", "meta", "expected"),
    [
        (FLUX, kustomization("shop"), {}, Change.DELETED),
        (FLUX, kustomization("shop", prune=False), {}, Change.ORPHANED),
        (FLUX, kustomization("shop"), {"annotations": {"kustomize.toolkit.fluxcd.io/prune": "Disabled"}}, Change.ORPHANED),
        (FLUX, kustomization("shop"), {"labels": {"kustomize.toolkit.fluxcd.io/reconcile": "disabled"}}, Change.ORPHANED),
        (ARGO, application("shop", automated={"prune": True}), {}, Change.DELETED),
        (ARGO, application("shop", automated={}), {}, Change.ORPHANED),
        (ARGO, application("shop"), {}, Change.ORPHANED),
        (ARGO, application("shop", automated={"prune": True, "enabled": False}), {}, Change.ORPHANED),
        (
            ARGO,
            application("shop", automated={"prune": True}),
            {"annotations": {"argocd.argoproj.io/sync-options": "A=b,Prune=false"}},
            Change.ORPHANED,
        ),
        (ARGO, application("shop", automated={"prune": True}), {"annotations": {"argocd.argoproj.io/hook": "PreSync"}}, Change.ORPHANED),
        (ARGO, application("shop", automated={"prune": True}, syncOptions=["Prune=false"]), {}, Change.ORPHANED),
        (ARGO, application("shop", automated={"prune": True}, syncOptions=["Prune=true", "Prune=false"]), {}, Change.DELETED),
        (
            ARGO,
            application("shop", automated={"prune": True}, syncOptions=["Prune=false"]),
            {"annotations": {"argocd.argoproj.io/sync-options": "Prune=true"}},
            Change.DELETED,
        ),
        (
            ARGO,
            application("shop", automated={}, syncOptions=["Prune=false"]),
            {"annotations": {"argocd.argoproj.io/sync-options": "Prune=true"}},
            Change.ORPHANED,
        ),
        (HELM, None, {"annotations": {"helm.sh/resource-policy": "keep"}}, Change.ORPHANED),
        (HELM, None, {}, Change.DELETED),
    ],
)
def test_what_becomes_of_an_object_that_leaves_git(
    controller: Controller, declaration: KubeObject | None, meta: dict[str, Any], expected: Change
) -> None:
    gone = obj("ConfigMap", "gone", meta=meta)
    base = unit(CONFIG, gone, controller=controller, declaration=declaration)
    head = unit(CONFIG, controller=controller, declaration=declaration)
    assert changes(compared([base], [head])) == [("shop", "gone", expected)]


def test_argo_refuses_to_empty_an_application() -> None:
    app = application("shop", automated={"prune": True})
    comparison = compared([unit(CONFIG, controller=ARGO, declaration=app)], [unit(controller=ARGO, declaration=app)])
    assert changes(comparison) == [("shop", "settings", Change.ORPHANED)]
    assert "allowEmpty" in comparison.environments[0].units[0].notes[0]


@pytest.mark.parametrize(
    ("declaration", "controller", "expected"),
    [
        (kustomization("shop"), FLUX, Change.DELETED),
        (kustomization("shop", deletionPolicy="Orphan"), FLUX, Change.ORPHANED),
        (kustomization("shop", prune=False), FLUX, Change.ORPHANED),
        (kustomization("shop", prune=False, deletionPolicy="Delete"), FLUX, Change.DELETED),
        (kustomization("shop", suspend=True), FLUX, Change.ORPHANED),
        (application("shop", automated={"prune": True}), ARGO, Change.ORPHANED),
        (application("shop", meta={"finalizers": ["resources-finalizer.argocd.argoproj.io/background"]}), ARGO, Change.DELETED),
    ],
)
def test_what_becomes_of_a_removed_unit(declaration: KubeObject, controller: Controller, expected: Change) -> None:
    base = unit(CONFIG, controller=controller, declaration=declaration)
    assert changes(compared([base], [unit(name="other")])) == [("shop", "settings", expected)]


@pytest.mark.parametrize(("own", "expected"), [("", Change.ORPHANED), ("Delete=true", Change.DELETED), ("Delete=false", Change.ORPHANED)])
def test_an_objects_own_delete_option_goes_before_that_of_its_application(own: str, expected: Change) -> None:
    """controller/appcontroller.go, argo-cd: the option of the Application holds where the object has none."""
    app = application("shop", syncOptions=["Delete=false"], meta={"finalizers": ["resources-finalizer.argocd.argoproj.io"]})
    gone = obj("ConfigMap", "gone", meta={"annotations": {"argocd.argoproj.io/sync-options": own}})
    assert changes(compared([unit(gone, controller=ARGO, declaration=app)], [unit(name="other")])) == [("shop", "gone", expected)]


def test_a_declaration_that_its_parent_does_not_prune_keeps_the_unit() -> None:
    child_declared = kustomization("child")
    keeping = kustomization("parent", prune=False)
    parent = unit(child_declared, name="parent", controller=FLUX, declaration=keeping)
    child = unit(CONFIG, name="child", controller=FLUX, declaration=child_declared, parent=parent.unit.key)
    comparison = compared([parent, child], [unit(name="parent", controller=FLUX, declaration=keeping)])
    assert {change for *_, change in changes(comparison)} == {Change.ORPHANED}


def test_suspended_units_are_shown_as_such() -> None:
    environment = compared([unit(deployment(), suspended=True)], [unit(deployment(replicas=5), suspended=True)]).environments[0]
    assert environment.units[0].state is State.SUSPENDED
    assert "held-back" in [effect.id for effect in environment.units[0].objects[0].effects]


def test_causes_are_files_that_are_read_and_shared_ones_say_so() -> None:
    reads = {"production": ["base/a.yaml", "apps/production/kustomization.yaml"], "staging": ["base/a.yaml"]}
    base = [unit(deployment(), environment=env, reads=files) for env, files in reads.items()]
    head = [unit(deployment(replicas=9), environment=env, reads=files) for env, files in reads.items()]
    comparison = compared(base, head, "base/a.yaml", "apps/production/kustomization.yaml", "README.md", guarded=frozenset({"production"}))
    assert [env.environment for env in comparison.environments] == ["production", "staging"]
    causes = comparison.environments[0].units[0].causes
    assert [(cause.path, cause.shared, cause.location.line) for cause in causes] == [
        ("apps/production/kustomization.yaml", False, 4),
        ("base/a.yaml", True, 4),
    ]


def test_a_unit_without_a_cause_of_its_own_has_its_parents() -> None:
    parent = unit(name="parent", reads=["clusters/vars.yaml"])
    before = unit(deployment(), name="child", parent=parent.unit.key)
    after = unit(deployment(replicas=3), name="child", parent=parent.unit.key)
    comparison = compared([parent, before], [parent, after], "clusters/vars.yaml")
    assert [cause.path for cause in comparison.environments[0].units[0].causes] == ["clusters/vars.yaml"]


def test_environments_that_move_come_first_then_guarded_then_in_order() -> None:
    names = ["dev", "staging", "production", "lab"]
    base = [unit(deployment(), environment=name) for name in names]
    head = [unit(deployment(replicas=3 if name == "dev" else 2), environment=name) for name in names]
    comparison = compared(base, head, guarded=frozenset({"production"}), order=("dev", "staging", "production"))
    assert [env.environment for env in comparison.environments] == ["dev", "production", "staging", "lab"]


def test_list_keys_of_custom_resources_come_from_their_definition() -> None:
    schema = {
        "properties": {
            "spec": {"properties": {"routes": {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["match"], "items": {}}}}
        }
    }
    definition = obj(
        "CustomResourceDefinition",
        "things.acme.io",
        api="apiextensions.k8s.io/v1",
        namespace="",
        spec={"group": "acme.io", "names": {"kind": "Thing"}, "versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema}}]},
    )
    before = obj("Thing", "x", api="acme.io/v1", spec={"routes": [{"match": "a", "to": 1}, {"match": "b", "to": 2}]})
    after = obj("Thing", "x", api="acme.io/v1", spec={"routes": [{"match": "b", "to": 3}, {"match": "a", "to": 1}]})
    assert [field.path for field in one(before, after, definition).fields] == ["spec.routes[b].to"]


def test_a_label_that_cannot_change_is_no_noise() -> None:
    def stateful(chart: str) -> KubeObject:
        claims = [{"metadata": {"name": "d", "labels": {"helm.sh/chart": chart}}}]
        return deployment(kind="StatefulSet", spec={"volumeClaimTemplates": claims})

    diff = one(stateful("x-1"), stateful("x-2"))
    assert not diff.is_noise
    assert "immutable-field" in [effect.id for effect in diff.effects]


def test_noise_that_the_api_server_refuses_is_no_noise() -> None:
    labels = {"app.kubernetes.io/managed-by": "a"}
    before = obj("StatefulSet", "x", api="apps/v1", meta={"labels": labels}, spec={"serviceName": "a"})
    after = obj("StatefulSet", "x", api="apps/v1", meta={"labels": labels}, spec={"serviceName": "b"})
    assert one(before, after).fields


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, Change.DELETED),
        ({"preserveResourcesOnDeletion": True}, Change.ORPHANED),
        ({"applicationsSync": "create-only"}, Change.ORPHANED),
    ],
)
def test_an_application_set_deletes_what_it_made(policy: dict[str, Any], expected: Change) -> None:
    declared = application("child", automated={"prune": True})
    generator = obj("ApplicationSet", "all", api="argoproj.io/v1alpha1", namespace="argocd", spec={"syncPolicy": policy})
    made = {"name": "all", "controller": Controller.ARGOCD_APPLICATIONSET, "declaration": generator}
    parent = unit(declared, **made)  # type: ignore[arg-type]
    child = unit(CONFIG, name="child", controller=ARGO, declaration=declared, parent=parent.unit.key)
    comparison = compared([parent, child], [unit(**made)])  # type: ignore[arg-type]
    assert ("child", "settings", expected) in changes(comparison)


def test_a_deletion_beside_a_unit_that_cannot_be_seen_says_so() -> None:
    base = [unit(CONFIG, deployment(), name="a"), unit(name="b")]
    comparison = compared(base, [unit(deployment(), name="a"), unit(name="b", failure="broken")])
    (diff,) = comparison.environments[0].units
    assert diff.notes == ("what is deleted here may have moved to kustomization b that could not be rendered",)


def test_an_object_of_two_units_leaves_one() -> None:
    comparison = compared([unit(CONFIG, name="a"), unit(CONFIG, name="b")], [unit(name="a"), unit(CONFIG, name="b")])
    assert changes(comparison) == [("b", "settings", Change.MOVED)]
    assert [effect.id for effect in comparison.environments[0].units[0].objects[0].effects] == ["two-owners"]


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (
            {"prune": True},
            {"selfHeal": True},
            "if argocd-application a was the last to apply it, it is deleted until argocd-application b makes",
        ),
        ({"prune": True}, {}, "it is deleted until a sync of argocd-application b, which does not heal itself"),
        ({}, {"selfHeal": True}, "it stays (syncPolicy.automated.prune of the Application is not true)"),
        (None, {}, "it stays (the Application is synced by hand"),
    ],
)
def test_an_object_of_two_applications_leaves_one(mine: Any, theirs: Any, said: str) -> None:
    def applied(name: str, automated: Any, *objects: KubeObject) -> BuiltUnit:
        policy = {} if automated is None else {"automated": automated}
        return unit(*objects, name=name, controller=ARGO, declaration=application(name, **policy))

    base = [applied("a", mine, CONFIG, deployment()), applied("b", theirs, CONFIG)]
    comparison = compared(base, [applied("a", mine, deployment()), applied("b", theirs, CONFIG)])
    (effect,) = comparison.environments[0].units[0].objects[0].effects
    assert said in effect.message


def test_several_generated_configs_are_paired_by_what_they_have_in_common() -> None:
    def config(suffix: str, **data: str) -> KubeObject:
        return obj("ConfigMap", f"x-{suffix}", data=data)

    base = [config("bcdfghkmt2", a="1", b="1"), config("bcdfghkmt4", c="1", d="1")]
    head = [config("bcdfghkmt5", c="1", d="2"), config("bcdfghkmt6", a="1", b="2")]
    objects = compared([unit(*base)], [unit(*head)]).environments[0].units[0].objects
    pairs = {(diff.before_key.name if diff.before_key else "", diff.key.name) for diff in objects}
    assert pairs == {("x-bcdfghkmt2", "x-bcdfghkmt6"), ("x-bcdfghkmt4", "x-bcdfghkmt5")}


def test_a_unit_that_changes_environment_says_so() -> None:
    comparison = compared([unit(deployment(), cluster="c")], [unit(deployment(replicas=3), environment="staging", cluster="c")])
    assert {env.environment for env in comparison.environments if env.moves} == {"production", "staging"}
    assert comparison.environments[0].units[0].notes == ("moves from environment production to staging",)


def test_a_remote_child_of_a_unit_that_failed_tells_of_its_parent() -> None:
    parent = unit(kustomization("child"), name="parent")
    child = unit(name="child", parent=parent.unit.key, failure="chart is remote", reason=Reason.REMOTE)
    comparison = compared([parent, child], [unit(name="parent", failure="broken patch")])
    assert [(gap.side, gap.reason, "broken patch" in gap.message) for gap in comparison.not_rendered] == [("head", Reason.BROKEN, True)] * 2


def test_a_remote_unit_that_is_removed_was_known_to_neither_side() -> None:
    comparison = compared([unit(name="gone", failure="chart is remote", reason=Reason.REMOTE)], [])
    assert [(gap.side, gap.affected) for gap in comparison.not_rendered] == [("base", True)]


@pytest.mark.parametrize(
    ("entry", "folded"),
    [
        ({"paths": ["/spec/replicas"]}, True),
        ({"paths": ["/spec/replicas"], "target": {"kind": "Deploy.*", "name": "sh.p"}}, True),
        ({"paths": ["/spec/replicas"], "target": {"kind": "Deploy"}}, False),
        ({"paths": ["/spec/replicas"], "target": {"labelSelector": "a=b"}}, False),
        ({"paths": ["/spec/replicas"], "target": {"name": "("}}, False),
        ({"paths": ["/spec/rep"]}, False),
    ],
)
def test_what_flux_is_told_to_ignore_is_folded(entry: dict[str, Any], folded: bool) -> None:
    flux = {"controller": FLUX, "declaration": kustomization("shop", ignore=[entry])}
    comparison = compared([unit(deployment(replicas=1), **flux)], [unit(deployment(replicas=2), **flux)])  # type: ignore[arg-type]
    assert comparison.environments[0].units[0].objects[0].is_noise is folded


def test_fields_may_be_ignored_by_option() -> None:
    ignored = {("apps", "Deployment"): ("/spec/replicas",)}
    comparison = compared([unit(deployment(replicas=1))], [unit(deployment(replicas=2))], ignored=ignored)
    assert comparison.environments[0].units[0].objects[0].is_noise


def test_an_application_that_goes_to_another_cluster_leaves_its_objects_in_the_first() -> None:
    meta = {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}
    declaration = application("shop", meta=meta, automated={"prune": True})
    argo = {"controller": ARGO, "declaration": declaration}
    config = obj("ConfigMap", "x")
    moved = compared([unit(config, cluster="eu", **argo)], [unit(config, cluster="us", **argo)])  # type: ignore[arg-type]
    found = {diff.unit.cluster: diff.objects[0].change for env in moved.environments for diff in env.units}
    assert found == {"eu": Change.ORPHANED, "us": Change.CREATED}
    gone = compared([unit(config, cluster="eu", **argo)], [unit(config, name="other", cluster="us", **argo)])  # type: ignore[arg-type]
    changes = {diff.unit.cluster: diff.objects[0].change for env in gone.environments for diff in env.units}
    assert changes["eu"] is Change.DELETED
