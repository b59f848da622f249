"""What the API server refuses beyond its schemas, each rule with what passes and what does not."""

from __future__ import annotations

import pytest

from checker.validate.findings import SEVERITIES
from checker.validate.server import BY_KIND, CLUSTER_WIDE, COMMON, MOST_REMARKS
from checker.validate.values import amount
from tests.unit.validate.manifests import AUTOSCALER, CLAIM, CRONJOB, DEPLOYMENT, INGRESS, ROLE, SERVICE, check


def told(text: str, old: str = "", new: str = "") -> list[str]:
    """`severity rule message` of each finding once `old` is `new`."""
    assert not old or old in text
    found = check(text.replace(old, new, 1) if old else text).checked.findings
    return [f"{finding.severity.word} {finding.rule} {finding.message}" for finding in found]


CONTAINER = "spec.template.spec.containers[0]"


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (SERVICE, "name: web\n", "name: 9web\n", 'error invalid-name metadata.name: "9web" may hold only lower-case letters'),
        (DEPLOYMENT, "name: web\n", "name: web_1\n", 'error invalid-name metadata.name: "web_1" may hold only'),
        (DEPLOYMENT, "namespace: shop", "namespace: shop.one", 'error invalid-name metadata.namespace: "shop.one" may hold only'),
        (DEPLOYMENT, "name: web\n", f"name: {'a' * 254}\n", "error invalid-name metadata.name: "),
        (CRONJOB, "name: report\n", f"name: {'a' * 53}\n", "error invalid-name metadata.name: "),
        (DEPLOYMENT, "  name: web\n", "", "error missing-field metadata.name is required and missing"),
        (DEPLOYMENT, "    app: web\n", "    app: -web\n", 'error invalid-label metadata.labels.app: "-web" may hold only letters'),
        (DEPLOYMENT, "    app: web\n", "    'a b': web\n", 'error invalid-label metadata.labels["a b"]: the name may hold only'),
        (
            DEPLOYMENT,
            "    app: web\n",
            "    'A_B/x': web\n",
            'error invalid-label metadata.labels["A_B/x"]: the part before / must be a domain',
        ),
        (INGRESS, "cert-manager.io/cluster-issuer", "cert manager/x", 'error invalid-label metadata.annotations["cert manager/x"]'),
        (DEPLOYMENT, "      app: web\n", "      app: api\n", "error selector-mismatch spec.selector.matchLabels.app: api is selected"),
        (
            DEPLOYMENT,
            "name: settings\n              mountPath",
            "name: setings\n              mountPath",
            f'error invalid-value {CONTAINER}.volumeMounts[0].name: there is no volume "setings"; did you mean settings?',
        ),
        (
            DEPLOYMENT,
            "              value: info\n",
            "              value: info\n            - {name: LOG_LEVEL, value: x}\n",
            f'warning duplicate-item {CONTAINER}.env[1].name: variable "LOG_LEVEL" is there twice',
        ),
        (
            DEPLOYMENT,
            "      volumes:\n",
            "      volumes:\n        - {name: settings, emptyDir: {}}\n",
            'error duplicate-item spec.template.spec.volumes[1].name: volume "settings" is there twice',
        ),
        (
            DEPLOYMENT,
            "              protocol: TCP\n",
            "              protocol: TCP\n            - {name: http, containerPort: 81}\n",
            f'error duplicate-item {CONTAINER}.ports[1].name: port name "http" is there twice',
        ),
        (
            DEPLOYMENT,
            "containerPort: 8080",
            "containerPort: 0",
            f"error invalid-value {CONTAINER}.ports[0].containerPort: 0 is no port; 1 to 65535 are",
        ),
        (
            DEPLOYMENT,
            "protocol: TCP",
            "protocol: tcp",
            f'error invalid-value {CONTAINER}.ports[0].protocol: "tcp" is not one of SCTP, TCP, UDP; did you mean TCP?',
        ),
        (DEPLOYMENT, "- name: http", "- name: http_port", f'error invalid-value {CONTAINER}.ports[0].name: "http_port" is no port name'),
        (
            DEPLOYMENT,
            "memory: 128Mi",
            "memory: 128MB",
            f'error invalid-value {CONTAINER}.resources.requests.memory: "128MB" is no quantity; did you mean 128M?',
        ),
        (
            DEPLOYMENT,
            "            requests:\n",
            "            limits: {cpu: 50m}\n            requests:\n",
            f"error invalid-value {CONTAINER}.resources.requests.cpu: 100m is more than the limit 50m",
        ),
        (
            DEPLOYMENT,
            "restartPolicy: Always",
            "restartPolicy: Never",
            'error invalid-value spec.template.spec.restartPolicy: "Never" is not allowed in a Deployment',
        ),
        (
            DEPLOYMENT,
            "          image: registry.example.com/web:1.2.3\n",
            "",
            f"error missing-field {CONTAINER}.image is required and missing",
        ),
        (
            CRONJOB,
            "          restartPolicy: Never\n",
            "",
            "error missing-field spec.jobTemplate.spec.template.spec: restartPolicy is required in a CronJob",
        ),
        (
            CRONJOB,
            "Forbid",
            "Forbit",
            'error invalid-value spec.concurrencyPolicy: "Forbit" is not one of Allow, Forbid, Replace; did you mean Forbid?',
        ),
        (SERVICE, "type: ClusterIP", "type: Loadbalancer", 'error invalid-value spec.type: "Loadbalancer" is not one of'),
        (
            SERVICE,
            "targetPort: http",
            'targetPort: "8080"',
            'error invalid-value spec.ports[0].targetPort: "8080" is text, so it is looked up as the name of a port',
        ),
        (
            SERVICE,
            "      protocol: TCP\n",
            "    - {port: 81}\n",
            "error missing-field spec.ports[1].name is required and missing: a service with several ports names each",
        ),
        (
            SERVICE,
            "      protocol: TCP\n",
            "    - {port: 80, name: two}\n",
            'error duplicate-item spec.ports[1].port: port "80/TCP" is there twice',
        ),
        (SERVICE, "type: ClusterIP", "type: ExternalName", "error missing-field spec.externalName is required and missing"),
        (INGRESS, "path: /", "path: web", "error invalid-value spec.rules[0].http.paths[0].path: must start with /"),
        (CLAIM, "ReadWriteOnce", "ReadWriteMost", 'error invalid-value spec.accessModes[0]: "ReadWriteMost" is not one of'),
        (AUTOSCALER, "minReplicas: 2", "minReplicas: 7", "error invalid-value spec.maxReplicas: 5 is less than minReplicas 7"),
    ],
)
def test_refused(text: str, old: str, new: str, expected: str) -> None:
    assert any(found.startswith(expected) for found in told(text, old, new)), told(text, old, new)


MORE = [
    (DEPLOYMENT, "restartPolicy: Always\n", "restartPolicy: Always\n      dnsPolicy: Cluster\n", "invalid-value"),
    (DEPLOYMENT, "              protocol: TCP\n", "              hostPort: 70000\n", "invalid-value"),
    (DEPLOYMENT, "          imagePullPolicy: IfNotPresent\n", "          imagePullPolicy: ifnotpresent\n", "invalid-value"),
    (DEPLOYMENT, "        - name: app\n", "        - name: App\n", "invalid-name"),
    (DEPLOYMENT, "        - name: settings\n          configMap:", "        - name: Set_tings\n          configMap:", "invalid-name"),
    (DEPLOYMENT, "              port: http\n", "              port: 0\n", "invalid-value"),
    (SERVICE, "      port: 80\n", "      port: 80\n      nodePort: 100000\n", "invalid-value"),
    (SERVICE, "  ports:\n    - name: http\n      port: 80\n      targetPort: http\n      protocol: TCP\n", "", "missing-field"),
    (CLAIM, "  accessModes:\n    - ReadWriteOnce\n", "", "missing-field"),
    (CLAIM, "storage: 10Gi", "storage: ten", "invalid-value"),
    (CLAIM, "metadata:\n  name: data\n", "", "missing-field"),
    (ROLE, "name: reader", "name: a/b", "invalid-name"),
    (ROLE, "name: reader", "name: reader\n  annotations: {big: '" + "x" * 300_000 + "'}", "invalid-label"),
    (ROLE, "name: reader", "name: reader\n  labels: {a: " + "x" * 64 + "}", "invalid-label"),
    (ROLE, "name: reader", "name: reader\n  labels: {" + "x" * 64 + ": a}", "invalid-label"),
    (ROLE, "name: reader", "name: reader\n  namespace: " + "x" * 64, "invalid-name"),
]


@pytest.mark.parametrize(("text", "old", "new", "rule"), MORE, ids=[f"{new[:30].strip()!r}" for _, _, new, _ in MORE])
def test_refused_as_well(text: str, old: str, new: str, rule: str) -> None:
    assert rule in [found.split()[1] for found in told(text, old, new)]


def test_remarks_are_bounded() -> None:
    labels = ", ".join(f"l{number}: 'not a label'" for number in range(5000))
    assert len(told(ROLE, "name: reader", f"name: reader\n  labels: {{{labels}}}")) == MOST_REMARKS


def test_bare_pods_quotas_volumes_and_classes() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {restartPolicy: Maybe, containers: [{name: a, image: b}]}\n"
    assert [found.split()[1] for found in told(pod)] == ["invalid-value"]
    assert told(pod, "Maybe", "Never") == []
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: x}\nspec: {hard: {pods: 5, requests.cpu: lots}}\n"
    assert [found.split()[1] for found in told(quota)] == ["invalid-value"]
    spec = "{capacity: {storage: 5GB}, accessModes: [ReadWriteOnce], hostPath: {path: /x}}"
    volume = f"apiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: x}}\nspec: {spec}\n"
    assert [found.split()[1] for found in told(volume)] == ["invalid-value"]
    storage = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nprovisioner: x\nvolumeBindingMode: Later\n"
    assert [found.split()[1] for found in told(storage)] == ["invalid-value"]


@pytest.mark.parametrize(
    ("expression", "meets"),
    [
        ("{key: app, operator: NotIn, values: [web]}", False),
        ("{key: tier, operator: NotIn, values: [web]}", True),
        ("{key: app, operator: Exists}", True),
        ("{key: tier, operator: Exists}", False),
        ("{key: tier, operator: DoesNotExist}", True),
        ("{key: app, operator: DoesNotExist}", False),
    ],
)
def test_operators_of_selectors(expression: str, meets: bool) -> None:
    text = DEPLOYMENT.replace("    matchLabels:\n      app: web\n", f"    matchExpressions:\n      - {expression}\n")
    assert [found.split()[1] for found in told(text)] == ([] if meets else ["selector-mismatch"])


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (ROLE, "name: reader", "name: 'system:Reader'"),
        (DEPLOYMENT, "name: web\n", "name: web.v1\n"),
        (DEPLOYMENT, "  name: web\n", "  generateName: web-\n"),
        (DEPLOYMENT, "    app: web\n", "    app: ''\n"),
        (DEPLOYMENT, "    app: web\n", "    example.com/App_1: v1.0-x\n"),
        (DEPLOYMENT, "cpu: 100m", "cpu: 0.1"),
        (DEPLOYMENT, "memory: 128Mi", "memory: 1e3"),
        (SERVICE, "targetPort: http", "targetPort: 8080"),
        (SERVICE, "      protocol: TCP\n", "    - {port: 80, name: udp, protocol: UDP}\n"),
        (SERVICE, "    - name: http\n      port: 80\n", "    - port: 80\n"),
        (CLAIM, "storage: 10Gi", "storage: 10"),
        (DEPLOYMENT, "protocol: TCP", "hostPort: 0"),
        (DEPLOYMENT, "imagePullPolicy: IfNotPresent", 'imagePullPolicy: ""'),
        (DEPLOYMENT, "restartPolicy: Always", 'restartPolicy: ""'),
        (DEPLOYMENT, "memory: 128Mi", 'memory: " 128Mi"'),
    ],
)
def test_accepted(text: str, old: str, new: str) -> None:
    assert told(text, old, new) == []


def test_a_cluster_wide_object_with_a_namespace() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, namespace: shop}\n"
    assert told(text) == ["warning namespace-scope metadata.namespace: Namespace belongs to no namespace; remove it"]


def test_a_bundled_definition_says_what_is_cluster_wide() -> None:
    text = "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: x, namespace: shop}\nspec: {selfSigned: {}}\n"
    assert [found.split()[1] for found in told(text)] == ["namespace-scope"]


def test_secret_data_is_base64_and_never_shown() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {good: aGk=, bad: hunter2!, empty: ''}\n"
    assert told(text) == ["error invalid-value data.bad: the value is not base64; write plain text under stringData"]


def test_selector_expressions() -> None:
    text = DEPLOYMENT.replace(
        "    matchLabels:\n      app: web\n", "    matchExpressions:\n      - {key: app, operator: In, values: [api]}\n"
    )
    assert [found.split()[1] for found in told(text)] == ["selector-mismatch"]
    assert told(text, "values: [api]", "values: [api, web]") == []


def test_claims_of_a_stateful_set_are_volumes() -> None:
    text = DEPLOYMENT.replace("kind: Deployment", "kind: StatefulSet").replace(
        "  strategy:\n    type: RollingUpdate\n", "  serviceName: web\n"
    )
    spec = "{accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}"
    claims = f"  volumeClaimTemplates:\n    - metadata: {{name: data}}\n      spec: {spec}\n"
    mounted = text.replace(
        "            - name: settings\n", "            - {name: data, mountPath: /data}\n            - name: settings\n", 1
    )
    assert told(mounted + claims) == []
    assert [found.split()[1] for found in told(mounted)] == ["invalid-value"]


def test_values_that_flux_fills_in_are_left_to_rendering() -> None:
    text = (
        DEPLOYMENT.replace("name: web\n", "name: ${APP}\n")
        .replace("replicas: 2", "replicas: ${REPLICAS}")
        .replace("app: web", "app: ${APP}")
    )
    found = check(text).checked
    assert {finding.rule for finding in found.findings} == {"substituted-value"}
    assert found.counts.failed == 0


def test_a_value_that_flux_fills_in_may_be_one_of_several_shapes() -> None:
    gateway = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: envoy
  addresses: [{type: IPAddress, value: "${EDGE_ADDRESS}"}]
  listeners: [{name: http, protocol: HTTP, port: 80}]
"""
    assert told(gateway) == ["note substituted-value spec.addresses[0].value is filled in and checked when it is rendered"]
    assert told(gateway, "${EDGE_ADDRESS}", "edge") == ['error invalid-value spec.addresses[0].value: "edge" is not an IPv4 address']


@pytest.mark.parametrize(
    ("text", "number"), [("100m", 0.1), ("1Ki", 1024), ("1e3", 1000), ("2", 2), (3, 3), ("1.5Gi", 1.5 * 2**30), ("x", None), (True, None)]
)
def test_amounts(text: object, number: float | None) -> None:
    assert amount(text) == (pytest.approx(number) if number is not None else None)


def test_every_check_is_named_in_a_table() -> None:
    from checker.validate import names, pods, server, workloads

    made = {value for module in (names, pods, server, workloads) for name, value in vars(module).items() if name.startswith("check_")}
    assert made == {*COMMON, *CLUSTER_WIDE, *(check for checks in BY_KIND.values() for check in checks)}
    assert all(rule == rule.lower() for rule in SEVERITIES)
