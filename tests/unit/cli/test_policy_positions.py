"""Where findings of policies point to: the line and column of the very field, whether its author names one or not.

A place in a manifest is marked `«rule»`, before the value that the finding must point to; one mark more than findings, or
one finding more than marks, fails.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker.cli import main

MARK = re.compile("«([^»]+)»")
Places = list[tuple[str, int, int]]


def unmarked(text: str) -> tuple[str, Places]:
    """The manifest, and each mark with its line and column, which starts at 1."""
    places: Places = []
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        first, *rest = MARK.split(line)
        for rule, after in zip(rest[::2], rest[1::2], strict=True):
            places.append((rule, number, len(first) + 1))
            first += after
        lines.append(first)
    return "\n".join(lines) + "\n", sorted(places)


def found_places(folder: Path, manifest: str, policies: str, capsys: pytest.CaptureFixture[str]) -> Places:
    (folder / "a.yaml").write_text(manifest)
    (folder / ".gitops-check.yaml").write_text(f"version: 1\npolicies: {policies}\n")
    main(("lint", "-C", str(folder), "a.yaml", "-o", "json"))
    findings = json.loads(capsys.readouterr().out)["findings"]
    return sorted(
        (one["rule"], one["location"]["line"], one["location"]["column"])
        for one in findings
        if one["location"]["path"] == "a.yaml" and "object" in one
    )


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: «host-namespaces»true
      terminationGracePeriodSeconds: «grace-period-zero»0
      initContainers:
        - «privilege-escalation»name: setup
          image: busybox:1.36
        - «privilege-escalation»name: migrate
          image: «image-tag-mutable»"migrate:latest"
          securityContext: {privileged: «container-privileged»true}
      containers:
        - name: web
          image: web:1.2
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              add:
                - NET_BIND_SERVICE
                - «capabilities-added»SYS_ADMIN
          env:
            - name: MODE
              value: fast
            - name: DB_PASSWORD
              value: «env-secret-literal»hunter2secret
          resources: {limits: {memory: 1Gi}}
        - «memory-limit-missing»«privilege-escalation»{name: log, image: «image-tag-mutable»log,
           securityContext: {procMount: «proc-mount»Unmasked}}
      volumes:
        - name: tmp
          emptyDir: {}
        - name: logs
          hostPath:
            «host-path-volume»path: /var/log
        - name: socket
          hostPath: {path: «container-runtime-socket»/run/containerd/containerd.sock}
"""
CRONJOB = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: sweep, namespace: «namespace-default»default}
spec:
  «cronjob-overlap»schedule: "0 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          hostPID: «host-namespaces»true
          containers:
            - name: sweep
              image: «image-tag-mutable»sweep
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    kubernetes.io/ingress.class: «ingress-class-annotation»nginx
    nginx.ingress.kubernetes.io/server-snippet: «ingress-snippet»|
      return 200;
spec:
  rules:
    - host: «ingress-without-tls»web.example.com
    - «ingress-any-host»http: {paths: []}
"""
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
  uid: «exported-object»6a1f
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get]}
  - «rbac-reads-all-secrets»apiGroups: [""]
    resources: [secrets]
    verbs: [get, list]
  - apiGroups: [rbac.authorization.k8s.io]
    resources: [roles]
    verbs: «rbac-escalation»[escalate]
  - apiGroups: [""]
    resources:
      «rbac-exec»- pods/exec
    verbs: [create]
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: all}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: «cluster-admin-binding»cluster-admin
subjects:
  - {kind: User, name: ann}
  - {kind: Group, name: «anonymous-binding»system:authenticated}
  - kind: ServiceAccount
    namespace: shop
    name: «default-account-binding»default
"""


@pytest.mark.parametrize("marked", [DEPLOYMENT, CRONJOB, INGRESS, ROLE, BINDING], ids=["workload", "cronjob", "ingress", "role", "binding"])
def test_the_library_points_to_the_field(marked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest, expected = unmarked(marked)
    asked = {rule for rule, _, _ in expected}
    found = found_places(tmp_path, manifest, "[{builtin: all}]", capsys)
    assert [place for place in found if place[0] in asked] == expected


WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    team: t
    app.kubernetes.io/name: web
  annotations:
    example.com/owner: nobody
    example.com/tier: "9"
spec:
  replicas: 1
  paused: true
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      hostNetwork: true
      initContainers:
        - name: setup
          image: setup:latest
      containers:
        - name: web
          image: web:1.2
          args: [--safe, --debug]
          resources: {limits: {cpu: "1"}}
        - name: log
          image: docker.io/log:1
          ports:
            - containerPort: 80
            - containerPort: 22
      tolerations:
        - operator: Exists
"""
CONTAINERS = "input.spec.template.spec.containers"
UNNAMED = {
    "list-item": (f'some c in {CONTAINERS}; startswith(c.image, "docker.io/")', "image: |docker.io/log:1"),
    "item-of-text": (f'some c in {CONTAINERS}; "--debug" in c.args', "[--safe, |--debug]"),
    "nested-list": (f"some c in {CONTAINERS}; some p in c.ports; p.containerPort == 22", "containerPort: |22"),
    "init-container": ('some c in input.spec.template.spec.initContainers; endswith(c.image, ":latest")', "image: |setup:latest"),
    "both-kinds-of-container": (
        'some f in ["containers", "initContainers"]; some c in input.spec.template.spec[f]; endswith(c.image, ":latest")',
        "image: |setup:latest",
    ),
    "annotation": ('to_number(input.metadata.annotations["example.com/tier"]) > 3', 'example.com/tier: |"9"'),
    "annotation-by-value": ('some k, v in input.metadata.annotations; v == "nobody"', "example.com/owner: |nobody"),
    "number": ("input.spec.replicas < 2", "replicas: |1"),
    "boolean-beside-a-choice": ("input.metadata.labels.team; input.spec.template.spec.hostNetwork", "hostNetwork: |true"),
    "missing-label": ("not input.metadata.labels.owner", "|apiVersion"),
    "missing-in-one-container": (f"some c in {CONTAINERS}; c.resources.limits; not c.resources.limits.memory", 'limits: |{cpu: "1"}'),
    "missing-from-each-container": (f"some c in {CONTAINERS}; not c.livenessProbe", "|- name: web"),
    "two-together": ("input.spec.replicas == 1; input.spec.paused", "|replicas: 1"),
}
"""By what it shows: the body of a rule that names no field, and where the finding belongs, at the bar."""
NAMED = {
    "pointer": ('"pointer": "/spec/template/spec/initContainers/0/image"', "image: |setup:latest"),
    "dotted": ('"path": "spec.template.spec.containers[1].ports[1]"', "- |containerPort: 22"),
    "list": ('"field": ["metadata", "annotations", "example.com/tier"]', 'example.com/tier: |"9"'),
    "details": ('"details": {"path": "spec.replicas"}', "replicas: |1"),
    "missing": ('"path": "spec.template.spec.containers[0].resources.limits.memory"', 'limits: |{cpu: "1"}'),
    "no-path": ('"path": "see the wiki: page 3"', "replicas: |1"),
}
"""By how it is written: metadata of a violation that is due to `replicas`, and where the finding belongs."""


def place_of(marked: str) -> tuple[int, int]:
    before, after = marked.split("|")
    ((line, text),) = [(number, line) for number, line in enumerate(WORKLOAD.splitlines(), 1) if before + after in line]
    return line, text.index(before + after) + len(before) + 1


def write_policy(folder: Path, rule: str) -> str:
    (folder / "policy").mkdir()
    (folder / "policy" / "p.rego").write_text(f"package main\nimport rego.v1\ndeny contains {rule}\n")
    return "[{path: policy, engine: conftest}]"


@pytest.mark.parametrize("case", UNNAMED)
def test_a_policy_that_names_no_field_is_placed(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body, marked = UNNAMED[case]
    policies = write_policy(tmp_path, f'"wrong" if {{ {body} }}')
    assert found_places(tmp_path, WORKLOAD, policies, capsys) == [("main/deny", *place_of(marked))]


@pytest.mark.parametrize("case", NAMED)
def test_a_policy_that_names_the_field_is_believed(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metadata, marked = NAMED[case]
    policies = write_policy(tmp_path, f'{{"msg": "wrong", {metadata}}} if input.spec.replicas == 1')
    assert found_places(tmp_path, WORKLOAD, policies, capsys) == [("main/deny", *place_of(marked))]


SPOKEN = {
    "missing": ("not c.livenessProbe", ["- |name: web", "- |name: log"]),
    "missing-below-what-is-there": ("not c.resources.limits.memory", ["- |name: web", "- |name: log"]),
    "value": ('startswith(c.image, "docker.io/")', ["image: |docker.io/log:1"]),
    "the-name-itself": ('c.name == "log"', ["- |name: log"]),
}
"""By what is wrong with a container: the condition, and where the findings of messages that name the container belong."""


@pytest.mark.parametrize("case", SPOKEN)
def test_a_name_in_the_message_is_not_the_field(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    condition, marked = SPOKEN[case]
    policies = write_policy(
        tmp_path, f'sprintf("container %v of %v is wrong", [c.name, input.metadata.name]) if {{ some c in {CONTAINERS}; {condition} }}'
    )
    assert found_places(tmp_path, WORKLOAD, policies, capsys) == [("main/deny", *place_of(one)) for one in marked]


GATEKEEPER = {
    "unnamed": ('violation[{{"msg": "x"}}] {{ c := {0}[_]; startswith(c.image, "docker.io/") }}', "image: |docker.io/log:1"),
    "named": ('violation[{{"msg": "x", "details": {{"path": ["spec", "paused"]}}}}] {{ {0} }}', "paused: |true"),
    "parameter": ('violation[{{"msg": "x"}}] {{ input.review.object.spec.replicas < input.parameters.min }}', "replicas: |1"),
    "missing-from-a-container": (
        'violation[{{"msg": msg}}] {{ c := {0}[_]; not c.resources; msg := sprintf("%v has no limits", [c.name]) }}',
        "- |name: log",
    ),
    "missing": ('violation[{{"msg": "x"}}] {{ not input.review.object.metadata.labels.owner }}', "|apiVersion"),
}


@pytest.mark.parametrize("case", GATEKEEPER)
def test_a_constraint_is_placed(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule, marked = GATEKEEPER[case]
    rego = "package x\n" + rule.format("input.review.object.spec.template.spec.containers")
    template = {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "x"},
        "spec": {"crd": {"spec": {"names": {"kind": "X"}}}, "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego}]},
    }
    spec = {"parameters": {"min": 2}}
    constraint = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "X", "metadata": {"name": "y"}, "spec": spec}
    (tmp_path / "constraints").mkdir()
    for number, body in enumerate((template, constraint)):
        (tmp_path / "constraints" / f"{number}.yaml").write_text(json.dumps(body))
    found = found_places(tmp_path, WORKLOAD, "[{path: constraints, engine: gatekeeper}]", capsys)
    assert [place for _, *place in found] == [list(place_of(marked))]
