"""Reports built by hand: small ones for single questions, and the whole stories that the golden files show."""

from __future__ import annotations

from checker.model.change import ChangedFile, ChangeFacts, PullRequest, Revision
from checker.model.diff import Cause, Change, Effect, EnvironmentDiff, FieldChange, NotRendered, ObjectDiff, UnitDiff
from checker.model.findings import Counts, Finding, Outcome, Severity
from checker.model.objects import JSONValue, Location, ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.report import Mode, Report, RuleVerdict, Suppressed, Verdict
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, Rendered, State

BASE = RepoPath("apps/base/podinfo/release.yaml")


def at(path: str, line: int | None = None, column: int | None = None) -> Location:
    return Location(path=RepoPath(path), line=line, column=column)


def key(kind: str = "Deployment", name: str = "podinfo", namespace: str = "podinfo", group: str = "apps") -> ObjectKey:
    return ObjectKey(group, kind, namespace, name)


def field(path: str, before: JSONValue, after: JSONValue, pointer: str = "") -> FieldChange:
    return FieldChange(path=path, pointer=pointer or "/" + path.replace(".", "/"), before=before, after=after)


def effect(name: str, message: str, severity: Severity = Severity.WARNING) -> Effect:
    return Effect(id=name, severity=severity, message=message)


def unit(
    name: str,
    cluster: str = "production",
    environment: str | None = None,
    controller: Controller = Controller.FLUX_HELMRELEASE,
    namespace: str = "podinfo",
    parent: DeployUnit | None = None,
    path: str | None = None,
) -> DeployUnit:
    return DeployUnit(
        controller=controller,
        name=name,
        namespace=namespace,
        path=RepoPath(path) if path is not None else RepoPath(f"apps/{environment or cluster}"),
        cluster=cluster,
        environment=cluster if environment is None else environment,
        origin=Origin(path=RepoPath(f"clusters/{cluster}/apps.yaml")),
        parent=parent.key if parent is not None else None,
    )


def built(deploy_unit: DeployUnit, *, failure: str = "", suspended: bool = False, reason: Reason = Reason.REMOTE) -> BuiltUnit:
    result = Failure(message=failure, reason=reason, location=deploy_unit.origin.location) if failure else Rendered(objects=())
    return BuiltUnit(unit=deploy_unit, result=result, suspended=suspended)


def deployment(replicas: int = 2, image: str = "ghcr.io/stefanprodan/podinfo:6.5.0") -> dict[str, JSONValue]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "podinfo", "namespace": "podinfo", "labels": {"app": "podinfo"}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "podinfo"}},
            "template": {
                "metadata": {"labels": {"app": "podinfo"}},
                "spec": {"containers": [{"name": "podinfod", "image": image, "ports": [{"containerPort": 9898, "name": "http"}]}]},
            },
        },
    }


BUDGET: dict[str, JSONValue] = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "podinfo", "namespace": "podinfo"},
    "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "podinfo"}}},
}


def scaled(replicas: int = 2) -> ObjectDiff:
    return ObjectDiff(
        key=key(),
        change=Change.CHANGED,
        api_version="apps/v1",
        fields=(
            field("spec.replicas", replicas, 3),
            field(
                "spec.template.spec.containers[podinfod].image",
                "ghcr.io/stefanprodan/podinfo:6.5.0",
                "ghcr.io/stefanprodan/podinfo:6.6.1",
                "/spec/template/spec/containers/0/image",
            ),
        ),
        folded=(field("metadata.labels[helm.sh/chart]", "podinfo-6.5.0", "podinfo-6.6.1", "/metadata/labels/helm.sh~1chart"),),
        effects=(effect("restarts-pods", "restarts 2 pods, requests +100m CPU +64Mi memory", Severity.NOTE),),
        before=deployment(replicas),
        after=deployment(3, "ghcr.io/stefanprodan/podinfo:6.6.1"),
        origin=Origin(path=BASE, line=1),
    )


def dropped() -> ObjectDiff:
    return ObjectDiff(
        key=key("PodDisruptionBudget", group="policy"),
        change=Change.DELETED,
        api_version="policy/v1",
        effects=(effect("deletes-disruption-budget", "deleted by prune: podinfo can be drained to zero"),),
        before=BUDGET,
        origin=Origin(path=BASE, line=20),
    )


def moved_unit(deploy_unit: DeployUnit, *objects: ObjectDiff, change: Change = Change.CHANGED) -> UnitDiff:
    return UnitDiff(
        unit=deploy_unit,
        change=change,
        state=State.RENDERED,
        objects=objects,
        causes=(Cause(path=BASE, shared=True, location=at(BASE, 9)),),
    )


def facts(head: str = "feature/scale") -> ChangeFacts:
    return ChangeFacts(
        base=Revision(name="main", commit="4f1a5b1" + "0" * 33),
        head=Revision(name=head, commit="9c2d1e0" + "0" * 33),
        pull_request=PullRequest(provider="github", number=7, source_branch=head, target_branch="main"),
        files=(ChangedFile(path=BASE, status="M", line=9),),
    )


def release() -> Report:
    """A chart's release in a shared base: production and staging move alike, production may not, one unit is remote."""
    stories = {}
    units = []
    for cluster in ("production", "staging"):
        apps = unit("apps", cluster, controller=Controller.FLUX_KUSTOMIZATION, namespace="flux-system")
        podinfo = unit("podinfo", cluster, parent=apps)
        units += [built(apps), built(podinfo)]
        stories[cluster] = moved_unit(podinfo, scaled(), dropped())
    manager = unit("cert-manager", "production", namespace="cert-manager", controller=Controller.FLUX_HELMRELEASE)
    paused = unit("legacy", "production", controller=Controller.FLUX_KUSTOMIZATION, namespace="flux-system")
    remote = "chart cert-manager 1.x is remote; vendor it (sources:) or pass --allow-network"
    units += [built(manager, failure=remote), built(paused, suspended=True)]
    gap = NotRendered(
        unit=manager,
        side="both",
        reason=Reason.REMOTE,
        message=remote,
        location=at("infrastructure/cert-manager.yaml", 12, 3),
        affected=False,
    )
    return Report(
        tool_version="0.1.0",
        engines=(("kustomize", "5.8"), ("helm", "4.2"), ("kubernetes schemas", "1.33")),
        change=facts(),
        units=tuple(units),
        environments=(
            EnvironmentDiff(
                environment="production", guarded=True, clusters=("production",), units=(stories["production"],), not_rendered=(gap,)
            ),
            EnvironmentDiff(environment="staging", guarded=False, clusters=("staging",), units=(stories["staging"],)),
            EnvironmentDiff(environment="dev", guarded=False, clusters=("dev",)),
        ),
        not_rendered=(gap,),
        findings=(
            Finding(
                rule="unknown-field",
                severity=Severity.ERROR,
                message="HelmRelease.spec.chart.spec.versoin is not a field; did you mean version?",
                location=at(BASE, 14, 7),
                object=key("HelmRelease", group="helm.toolkit.fluxcd.io"),
                pointer="/spec/chart/spec/versoin",
                environments=("production", "staging"),
            ),
            Finding(
                rule="image-tag-mutable",
                severity=Severity.WARNING,
                message="tag 'latest' can change without a commit; pin a version or digest",
                location=at("apps/staging/values.yaml", 3, 10),
                object=key(),
                environments=("staging",),
            ),
            *(
                Finding(
                    rule="no-schema",
                    severity=Severity.NOTE,
                    outcome=Outcome.SKIPPED,
                    message="Certificate (cert-manager.io/v1) was not checked: no schema; add its CRD, or a location under schemas:",
                    location=at(f"apps/certs/{name}.yaml", 1, 1),
                )
                for name in ("api", "shop", "web", "www")
            ),
        ),
        suppressed=(
            Suppressed(
                finding=Finding(
                    rule="run-as-root", severity=Severity.ERROR, message="container podinfod may run as root", location=at(BASE, 30, 5)
                ),
                reason="moves to the hardened image in May",
                by="comment at apps/base/podinfo/release.yaml:29",
            ),
        ),
        counts=Counts(passed=1204, failed=3, skipped=4, not_checked=1),
        rules=(
            RuleVerdict(
                rule="source-branch",
                environment="production",
                mode=Mode.ENFORCE,
                verdict=Verdict.BROKEN,
                message="feature/scale may not change production; allowed: release/* into main",
                because=("moved by apps/base/podinfo/release.yaml:9 -> apps/production -> podinfo",),
                fix="open this change from a release/* branch",
                location=at(BASE, 9),
            ),
            RuleVerdict(
                rule="promoted-from",
                environment="production",
                mode=Mode.WARN,
                verdict=Verdict.BROKEN,
                message="podinfo 6.6.1 does not run in staging on main yet (staging: 6.5.0)",
            ),
            RuleVerdict(
                rule="freeze",
                environment="production",
                mode=Mode.ENFORCE,
                verdict=Verdict.BYPASSED,
                message="lifted by label bypass/freeze of alice",
            ),
            RuleVerdict(
                rule="blast-radius", environment="production", mode=Mode.ENFORCE, verdict=Verdict.PASSED, message="2 objects, limit 50"
            ),
        ),
        notes=(".gitops-check.yaml differs in this change; judged by the one at main 4f1a5b1",),
    )


def quiet() -> Report:
    """A comment was edited: nothing moves, nothing is wrong."""
    podinfo = unit("podinfo")
    return Report(
        tool_version="0.1.0",
        change=facts("docs"),
        units=(built(podinfo),),
        environments=(EnvironmentDiff(environment="production", guarded=True, clusters=("production",)),),
        counts=Counts(passed=12),
        rules=(),
    )


def broken_render() -> Report:
    """The change breaks a unit: its effect is unknown, which is neither a change nor a deletion."""
    shop = unit("shop", controller=Controller.ARGOCD_APPLICATION, namespace="argocd", path="apps/production")
    message = "resource ../base/shp does not exist; did you mean ../base/shop?"
    place = at("apps/production/kustomization.yaml", 4, 5)
    gap = NotRendered(unit=shop, side="head", reason=Reason.BROKEN, message=message, location=place, affected=True)
    return Report(
        tool_version="0.1.0",
        change=facts(),
        units=(built(shop, failure=message, reason=Reason.BROKEN),),
        environments=(EnvironmentDiff(environment="production", guarded=True, clusters=("production",), not_rendered=(gap,)),),
        not_rendered=(gap,),
        findings=(
            Finding(
                rule="not-rendered",
                severity=Severity.ERROR,
                outcome=Outcome.NOT_CHECKED,
                message=message,
                location=place,
                unit=shop.key,
                environments=("production",),
            ),
        ),
        counts=Counts(not_checked=1),
        rules=(
            RuleVerdict(
                rule="source-branch",
                environment="production",
                mode=Mode.ENFORCE,
                verdict=Verdict.UNKNOWN,
                message="shop could not be rendered, so that nobody can say whether production moves",
            ),
        ),
    )


def fleet(clusters: int = 12, objects: int = 30) -> Report:
    """One label on many objects, one new object and a mixed bag, in many clusters of one environment: said once."""
    labelled = tuple(
        ObjectDiff(
            key=key("ConfigMap", f"settings-{number}", "web", ""),
            change=Change.CHANGED,
            api_version="v1",
            fields=(field("metadata.labels.version", "1.4.0", "1.5.0"),),
            before={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"version": "1.4.0"}}},
            after={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"version": "1.5.0"}}},
        )
        for number in range(objects)
    )
    noise = ObjectDiff(
        key=key("Service", "web", "web", ""),
        change=Change.CHANGED,
        api_version="v1",
        folded=(field("metadata.labels[helm.sh/chart]", "web-1.4.0", "web-1.5.0"),),
    )
    secret = ObjectDiff(
        key=key("Secret", "web-tls-8h2k", "web", ""),
        change=Change.RENAMED,
        api_version="v1",
        before_key=key("Secret", "web-tls-5m7d", "web", ""),
        fields=(field("data[tls.key]", "digest:0a1b2c3d4e5f6071", "digest:99aabbccddeeff00"),),
        effects=(effect("secret-changed", "the value of tls.key changes"),),
    )
    config = ObjectDiff(
        key=key("ConfigMap", "nginx", "web", ""),
        change=Change.CHANGED,
        api_version="v1",
        fields=(
            field("data[nginx.conf]", "user www;\nworkers 2;\nlog off;\n", "user www;\nworkers 4;\nlog off;\nserver {}\n"),
            FieldChange(path="metadata.annotations[team]", pointer="/metadata/annotations/team", after="shop", before_present=False),
            FieldChange(path="immutable", pointer="/immutable", before=True, after_present=False),
        ),
        effects=(effect("immutable-field", "the API server will refuse this: immutable may not be removed", Severity.ERROR),),
    )
    left = ObjectDiff(
        key=key("PersistentVolumeClaim", "data", "web", ""),
        change=Change.ORPHANED,
        api_version="v1",
        before={"kind": "PersistentVolumeClaim"},
    )
    moved = ObjectDiff(
        key=key("Ingress", "web", "web", "networking.k8s.io"),
        change=Change.MOVED,
        api_version="networking.k8s.io/v1",
        moved_from="argocd-application argocd/edge",
    )
    new = ObjectDiff(
        key=key("NetworkPolicy", "web", "web", "networking.k8s.io"),
        change=Change.CREATED,
        api_version="networking.k8s.io/v1",
        after={"kind": "NetworkPolicy"},
    )
    units = tuple(
        UnitDiff(
            unit=unit("web", f"eu-{number:02}", "production", Controller.ARGOCD_APPLICATION, "argocd"),
            change=Change.CHANGED,
            state=State.RENDERED,
            objects=(*labelled, noise, secret, config, left, moved, new),
            causes=(Cause(path=RepoPath("charts/web/values.yaml"), shared=False, location=at("charts/web/values.yaml", 3)),),
            notes=("automated sync is off: the change waits for a manual sync",),
        )
        for number in range(clusters)
    )
    names = tuple(item.unit.cluster for item in units)
    return Report(
        tool_version="0.1.0",
        change=facts("bump"),
        units=tuple(built(item.unit) for item in units),
        environments=(EnvironmentDiff(environment="production", guarded=True, clusters=names, units=units),),
        counts=Counts(passed=900),
        rules=(),
    )


def lint() -> Report:
    """Files as they stand: findings and counts, no diff."""
    return Report(tool_version="0.1.0", findings=release().findings, counts=Counts(passed=40, failed=2, skipped=4))


STORIES = {"release": release, "quiet": quiet, "broken-render": broken_render, "fleet": fleet, "lint": lint}
