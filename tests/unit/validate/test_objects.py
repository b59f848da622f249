"""Objects against schemas: findings, outcomes and counts."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from checker.model.findings import Counts, Outcome, Severity, UsageError
from checker.model.objects import KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.validate import ValidateOptions, validate_objects
from checker.validate.options import SchemaUnreadableError
from tests.unit.validate.manifests import CRD, DEPLOYMENT, WIDGET, check, said

FOLDER = "schemas/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"


def made(api_version: str, kind: str, **rest: object) -> KubeObject:
    body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, **rest}
    return KubeObject(body=body, origin=Origin(path=RepoPath("x.yaml")))  # type: ignore[arg-type]


def told(obj: KubeObject, **options: object) -> list[tuple[str, str]]:
    checked = validate_objects([obj], ValidateOptions(**options))  # type: ignore[arg-type]
    return [(finding.rule, finding.message) for finding in checked.findings]


def test_all_findings_are_told_not_the_first() -> None:
    text = DEPLOYMENT.replace("replicas: 2", 'replicass: "2"').replace("containerPort: 8080", 'containerPort: "8080"')
    assert said(text) == [
        "9:3 unknown-field spec.replicass is not a field of Deployment; did you mean replicas?",
        '31:30 wrong-type spec.template.spec.containers[0].ports[0].containerPort: "8080" is text; write 8080 without quotes',
    ]


def test_a_finding_names_object_and_pointer() -> None:
    finding = check(DEPLOYMENT.replace("replicas: 2", "replicass: 2")).checked.findings[0]
    assert str(finding.object) == "Deployment shop/web"
    assert finding.pointer == "/spec/replicass"
    assert finding.severity is Severity.ERROR


def test_unknown_fields_pass_when_not_strict() -> None:
    text = DEPLOYMENT.replace("replicas: 2", "replicass: 2")
    assert check(text, ValidateOptions(strict=False)).checked.counts == Counts(passed=1)


def test_one_check_for_each_version_and_one_finding_for_all() -> None:
    obj = made("v1", "ConfigMap", data=[])
    checked = validate_objects([obj], ValidateOptions(kubernetes=("1.25", "1.33", "1.37")))
    assert checked.counts == Counts(failed=3)
    assert [finding.message for finding in checked.findings] == ["data: a list stands where a mapping is expected"]


def test_a_finding_of_some_versions_names_them() -> None:
    obj = made(
        "autoscaling/v2beta2", "HorizontalPodAutoscaler", spec={"maxReplicas": 2, "scaleTargetRef": {"kind": "Deployment", "name": "x"}}
    )
    found = told(obj, kubernetes=("1.25", "1.33"))
    assert found == [
        (
            "deprecated-api",
            "HorizontalPodAutoscaler autoscaling/v2beta2 is deprecated since Kubernetes 1.23 and gone from 1.26; "
            "use autoscaling/v2 (Kubernetes 1.25)",
        ),
        ("removed-api", "HorizontalPodAutoscaler autoscaling/v2beta2 was removed in Kubernetes 1.26; use autoscaling/v2 (Kubernetes 1.33)"),
    ]


@pytest.mark.parametrize(
    ("api_version", "kind", "rule", "message"),
    [
        (
            "extensions/v1beta1",
            "Ingress",
            "removed-api",
            "Ingress extensions/v1beta1 was removed in Kubernetes 1.22; use networking.k8s.io/v1",
        ),
        ("policy/v1beta1", "PodSecurityPolicy", "removed-api", "PodSecurityPolicy policy/v1beta1 was removed in Kubernetes 1.25"),
        (
            "flowcontrol.apiserver.k8s.io/v1beta3",
            "FlowSchema",
            "removed-api",
            "FlowSchema flowcontrol.apiserver.k8s.io/v1beta3 is no longer served by Kubernetes 1.33, last by 1.31; "
            "use flowcontrol.apiserver.k8s.io/v1",
        ),
        (
            "resource.k8s.io/v1",
            "DeviceClass",
            "removed-api",
            "DeviceClass resource.k8s.io/v1 is served from Kubernetes 1.34, not by 1.33; use resource.k8s.io/v1beta2 or,"
            " for newer clusters, name their version as `kubernetes`",
        ),
        ("apps/v1", "Deploymnt", "unknown-kind", "Deploymnt is not a kind of apps/v1; did you mean Deployment?"),
        ("v1", "Deployment", "unknown-kind", "Deployment is not in v1; use apps/v1"),
        ("app/v1", "Deploy", "unknown-kind", "Kubernetes 1.33 does not serve app/v1; did you mean apps/v1?"),
        (
            "helm.toolkit.fluxcd.io/v2beta1",
            "HelmRelease",
            "removed-api",
            "HelmRelease helm.toolkit.fluxcd.io/v2beta1 is not served by Flux 2.9; use helm.toolkit.fluxcd.io/v2",
        ),
        (
            "cert-manager.io/v1",
            "Certficate",
            "unknown-kind",
            "Certficate is not a known kind of cert-manager.io; did you mean Certificate?",
        ),
    ],
)
def test_kinds_that_are_not_served(api_version: str, kind: str, rule: str, message: str) -> None:
    assert told(made(api_version, kind)) == [(rule, message)]


def test_a_custom_resource_without_schema_is_a_visible_skip() -> None:
    checked = validate_objects([made("example.com/v1", "Widget")], ValidateOptions())
    assert checked.counts == Counts(skipped=1)
    (finding,) = checked.findings
    assert (finding.rule, finding.severity, finding.outcome) == ("no-schema", Severity.NOTE, Outcome.SKIPPED)
    assert finding.message == "Widget (example.com/v1) was not checked: no schema; add its CRD, or a location under schemas:"


def test_a_custom_resource_without_schema_fails_where_schemas_are_required() -> None:
    checked = validate_objects([made("example.com/v1", "Widget")], ValidateOptions(require_schemas=True))
    assert checked.counts == Counts(failed=1)
    assert checked.findings[0].severity is Severity.ERROR


def test_what_nothing_applies_needs_no_schema() -> None:
    obj = made("kustomize.config.k8s.io/v1beta1", "Kustomization")
    checked = validate_objects([obj], ValidateOptions(require_schemas=True))
    assert checked.counts == Counts(skipped=1)


def test_a_kubeconfig_is_no_object() -> None:
    assert validate_objects([made("v1", "Config", clusters=[])], ValidateOptions()).counts == Counts(skipped=1)


def test_settings_of_tools_with_an_own_schema_are_not_held_to_the_servers_rules() -> None:
    obj = KubeObject(body={"apiVersion": "skaffold/v4", "kind": "Config"}, origin=Origin(path=RepoPath("x.yaml")))
    options = ValidateOptions(locations=("x.json",), read_schema=lambda _location: b"{}")
    assert validate_objects([obj], options).counts == Counts(passed=1)


def test_a_field_that_a_bundled_definition_lacks_is_a_warning() -> None:
    obj = made(
        "kustomize.toolkit.fluxcd.io/v1",
        "Kustomization",
        spec={"interval": "1m", "prune": True, "sourceRef": {"kind": "GitRepository", "name": "x"}, "prun": 1},
    )
    checked = validate_objects([obj], ValidateOptions())
    assert [(finding.severity, finding.message) for finding in checked.findings] == [
        (Severity.WARNING, "spec.prun is not a field of Kustomization; did you mean prune?")
    ]
    assert checked.counts == Counts(passed=1)


def test_schemas_in_the_tree_are_read_by_template() -> None:
    tree = MemoryTree({RepoPath("schemas/example.com/widget_v1.json"): b'{"properties": {"spec": {"type": "object"}}}'})
    options = {"tree": tree, "locations": ("default", FOLDER)}
    assert told(made("example.com/v1", "Widget", spec=3), **options) == [("wrong-type", "spec: 3 is a number where a mapping is expected")]
    assert told(made("example.com/v1", "Widget", spec={}), **options) == []


def test_without_default_only_the_own_locations_count() -> None:
    found = told(made("v1", "ConfigMap", data=[]), tree=MemoryTree({}), locations=(FOLDER,))
    assert [rule for rule, _ in found] == ["no-schema"]


def test_a_location_that_fails_falls_through_and_is_told() -> None:
    def read(_location: str) -> bytes | None:
        raise SchemaUnreadableError("HTTP status 429")

    options = ValidateOptions(locations=("https://example.com/{{.ResourceKind}}.json", "default"), read_schema=read)
    first = validate_objects([made("v1", "ConfigMap", data={})], options)
    assert first.counts == Counts(passed=1)
    assert [(finding.severity, finding.message) for finding in first.findings] == [
        (Severity.WARNING, "https://example.com/configmap.json could not be read: HTTP status 429; the next location was asked")
    ]
    checked = validate_objects([made("v1", "Secret"), made("example.com/v1", "Widget")], options)
    assert checked.counts == Counts(passed=1, not_checked=1)
    assert [finding.message for finding in checked.findings] == [
        "Widget (example.com/v1) was not checked: its schema https://example.com/widget.json could not be read: HTTP status 429"
    ]


def test_what_is_not_json_falls_through() -> None:
    options = ValidateOptions(locations=("x.json", "default"), read_schema=lambda _location: b"<html>not here</html>")
    assert validate_objects([made("v1", "ConfigMap", data={})], options).counts == Counts(passed=1)


def test_a_broken_schema_is_one_clear_finding() -> None:
    options = ValidateOptions(locations=("x.json",), read_schema=lambda _location: b'{"properties": {"a": {"pattern": "("}}}')
    checked = validate_objects([made("example.com/v1", "Widget")], options)
    assert checked.counts == Counts(not_checked=1)
    assert [finding.rule for finding in checked.findings] == ["schema-unusable"]


def test_an_unknown_kubernetes_version_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as caught:
        validate_objects([made("v1", "ConfigMap")], ValidateOptions(kubernetes=("1.3",)))
    assert "1.25 to" in caught.value.hint


def test_encrypted_objects_are_judged_without_what_sops_adds() -> None:
    secret = made("v1", "Secret", data={"password": "ENC[AES256_GCM,data:abc]"}, sops={"mac": "ENC[x]", "version": "3.9.0"})
    assert told(secret) == []
    assert [rule for rule, _ in told(secret, decrypted=False)] == ["unknown-field"]


def test_secret_values_never_reach_a_message() -> None:
    secret = made("v1", "Secret", data={"password": 12345678}, stringData={"token": True, "pin": [4321]})
    found = told(secret)
    assert len(found) == 3
    assert not any(value in message for _, message in found for value in ("12345678", "4321"))


def test_the_trunk_says_where_a_finding_is() -> None:
    def locate(obj: KubeObject, pointer: str, key: bool) -> Location:
        return Location(path=obj.origin.path, line=len(pointer), column=int(key) + 1)

    checked = validate_objects([made("v1", "ConfigMap", dat={})], ValidateOptions(locate=locate))
    assert checked.findings[0].location == Location(path=RepoPath("x.yaml"), line=4, column=2)


def test_definitions_of_the_repository_come_first() -> None:
    definition = check(CRD).objects[0]
    widget = check(WIDGET, ValidateOptions(crds=(definition,)))
    assert widget.checked.counts == Counts(passed=1)


def test_options_travel_to_another_process() -> None:
    options = ValidateOptions(kubernetes=("1.33",))
    validate_objects([made("v1", "ConfigMap")], options)
    assert pickle.loads(pickle.dumps(options)) == replace(options)


@pytest.mark.parametrize(
    ("api_version", "kind", "fields"),
    [
        ("apps/v1", "ControllerRevision", {"data": {"a": 1}}),
        ("apps/v1", "ControllerRevision", {"data": {"a": 1}, "revision": None}),
        ("scheduling.k8s.io/v1", "PriorityClass", {}),
        ("networking.k8s.io/v1", "NetworkPolicy", {"spec": {"policyTypes": ["Ingress"]}}),
        ("discovery.k8s.io/v1", "EndpointSlice", {"addressType": "IPv4"}),
        ("v1", "LimitRange", {"spec": {}}),
        ("v1", "Namespace", {"status": {"conditions": [{"type": "Ready"}]}}),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", {"roleRef": {"kind": "Role", "name": "x"}}),
    ],
)
def test_what_only_the_document_requires_the_api_server_takes(api_version: str, kind: str, fields: dict[str, object]) -> None:
    obj = made(api_version, kind, **fields)
    assert told(obj) == []
    alone = [rule for rule, _ in told(obj, server_rules=False)]
    assert alone in (["missing-field"], ["wrong-type"])


def test_what_the_api_server_requires_too_is_missing() -> None:
    assert [rule for rule, _ in told(made("rbac.authorization.k8s.io/v1", "RoleBinding", subjects=[]))] == ["missing-field"]


def test_what_a_bundled_definition_lacks_may_be_newer_but_not_in_metadata() -> None:
    policy = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x, namespace: apps, spec: {}}\n"
    found = check(f"{policy}spec: {{interval: 1m, prune: true, newer: 1, sourceRef: {{kind: GitRepository, name: x}}}}\n").checked.findings
    assert [(finding.message, finding.severity) for finding in found] == [
        ("metadata.spec is not a field of Kustomization", Severity.ERROR),
        ("spec.newer is not a field of Kustomization", Severity.WARNING),
    ]


def test_finalizers_of_custom_resources_need_no_domain_of_their_own() -> None:
    finalizers = "metadata: {name: x, finalizers: [resources-finalizer.argocd.argoproj.io]}\n"
    assert said(f"apiVersion: example.com/v1\nkind: Widget\n{finalizers}spec: {{size: 3}}\n---\n{CRD}") == []
    assert said(f"apiVersion: v1\nkind: ConfigMap\n{finalizers}") == [
        '3:34 invalid-name metadata.finalizers[0]: "resources-finalizer.argocd.argoproj.io" needs a domain, as in example.com/name'
    ]


def test_a_value_of_the_wrong_type_is_told_once() -> None:
    scaler = "apiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: x}\n"
    assert said(f"{scaler}spec: {{updatePolicy: {{updateMode: Off}}, targetRef: {{kind: Deployment, name: x}}}}\n") == [
        '4:35 wrong-type spec.updatePolicy.updateMode: false is a boolean where text is expected; write "false" in quotes'
    ]
