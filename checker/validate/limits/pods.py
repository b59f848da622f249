"""What the API server asks of the fields of a pod, as rows: below `spec` of a Pod or of a pod template.

After ValidatePodTemplateSpec and what it calls in k8s.io/kubernetes/pkg/apis/core/validation/validation.go (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.model.patterns import pattern
from checker.tools.schema_words import quoted
from checker.validate.limits.rows import (
    Fault,
    address,
    amount,
    at_most_one,
    between,
    compiled,
    exactly_one,
    filled,
    matches,
    named,
    one_of,
    requires,
    spelt,
    unique,
    without_gaps,
)
from checker.validate.names import is_key, is_label_value, key_fault
from checker.validate.values import amount as amount_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from checker.validate.limits.rows import (
        Rule,
    )

_METADATA_KEY = pattern(r"metadata\.(labels|annotations)\['.+'\]")
OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_ID = between(0, 2**31 - 1)
_MODE = between(0, 0o777)


def _is_variable(text: str) -> bool:
    return text.isascii() and text.isprintable() and "=" not in text


_KEY = spelt(is_key, "is no key: letters, digits, -, _ and . are allowed")
VARIABLE = spelt(_is_variable, "is no name of a variable: printable ASCII without = is allowed")
_RELATIVE = matches(r"(?!/)(?!\.\.(/|$))((?!/\.\.(/|$)).)*", "must be a relative path without ..")
_NO_UPWARDS = matches(r"(?!\.\.(/|$))((?!/\.\.(/|$)).)*", "may not hold ..")
_ABSOLUTE = spelt(lambda value: value[:1] in ("", "/"), "must start with /")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HEADER = matches(r"[-A-Za-z0-9]+", "is no header: letters, digits and - are allowed")
_VOLUMES = (
    *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
    *("fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "image", "iscsi", "nfs"),
    *("persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected", "quobyte", "rbd", "scaleIO", "secret"),
    *("storageos", "vsphereVolume"),
)
_SOURCES = ("clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken")
_VALUES = ("configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef")


def _probe(value: Any) -> str | Fault | None:
    return exactly_one(*_HANDLERS)(value) if isinstance(value, dict) else None


def _variable(value: Any) -> str:
    if isinstance(value, dict) and value.get("value") and value.get("valueFrom") is not None:
        return "value and valueFrom exclude each other"
    return ""


def _toleration(value: Any) -> str | Fault:
    body = mapping(value)
    operator, key = body.get("operator") or "Equal", body.get("key")
    if not key and operator != "Exists":
        return "without a key the operator must be Exists, which means every taint"
    if operator == "Exists" and body.get("value"):
        return Fault("has to be left out where the operator is Exists", ("value",))
    if fault := _label_value(body.get("value")):
        return Fault(fault, ("value",))
    if body.get("tolerationSeconds") is not None and body.get("effect") != "NoExecute":
        return Fault("is for the effect NoExecute only", ("tolerationSeconds",))
    return ""


def label_key(value: Any) -> str:
    return f"{quoted(value)}: {fault}" if isinstance(value, str) and value and (fault := key_fault(value)) else ""


def labels(value: Any) -> Fault | None:
    """A mapping of label keys and values."""
    for key, text in mapping(value).items():
        if fault := key_fault(key):
            return Fault(fault, (key,), rule="invalid-label")
        if isinstance(text, str) and not is_label_value(text):
            return Fault(f"{quoted(text)} is no value of a label", (key,), rule="invalid-label")
    return None


def expression(value: Any) -> str | Fault:
    """An entry of `matchExpressions`."""
    body = mapping(value)
    operator, values = body.get("operator"), body.get("values")
    if operator in ("In", "NotIn") and not values:
        return f"{operator} needs values"
    if operator in ("Exists", "DoesNotExist") and values:
        return Fault(f"have to be left out where the operator is {operator}", ("values",))
    return ""


def _label_value(value: Any) -> str:
    return "" if not isinstance(value, str) or is_label_value(value) else f"{quoted(value)} is no value of a label"


def selector(path: str) -> Iterator[tuple[str, Rule]]:
    """A label selector."""
    yield f"{path}.matchExpressions", without_gaps
    yield f"{path}.matchExpressions[].values[]", _label_value
    yield f"{path}.matchExpressions[].operator", one_of(*OPERATORS)
    yield f"{path}.matchExpressions[].key", label_key
    yield f"{path}.matchExpressions[]", expression
    yield f"{path}.matchLabels", labels


def _node_terms(path: str) -> Iterator[tuple[str, Rule]]:
    yield f"{path}.matchExpressions[].operator", one_of(*OPERATORS, "Gt", "Lt")
    yield f"{path}.matchExpressions[].key", label_key
    yield f"{path}.matchExpressions[]", expression


def _affinity(path: str) -> Iterator[tuple[str, Rule]]:
    node = f"{path}.nodeAffinity"
    yield f"{node}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", filled
    yield from _node_terms(f"{node}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[]")
    yield f"{node}.preferredDuringSchedulingIgnoredDuringExecution[].weight", between(1, 100)
    yield from _node_terms(f"{node}.preferredDuringSchedulingIgnoredDuringExecution[].preference")
    for kind in ("podAffinity", "podAntiAffinity"):
        preferred = f"{path}.{kind}.preferredDuringSchedulingIgnoredDuringExecution[]"
        yield f"{preferred}.weight", between(1, 100)
        for term in (f"{path}.{kind}.requiredDuringSchedulingIgnoredDuringExecution[]", f"{preferred}.podAffinityTerm"):
            yield f"{term}.topologyKey", filled
            yield f"{term}.topologyKey", label_key
            yield from selector(f"{term}.labelSelector")


def _spread(value: Any) -> Fault | None:
    seen: set[tuple[object, object]] = set()
    for number, item in enumerate(value if isinstance(value, list) else ()):
        both = (mapping(item).get("topologyKey"), mapping(item).get("whenUnsatisfiable"))
        if None not in both and all(isinstance(one, str) for one in both) and both in seen:
            return Fault(f"{' with '.join(map(str, both))} is there twice", (number,), rule="duplicate-item")
        seen.add(both) if all(isinstance(one, str) for one in both) else None
    return None


def _security(value: Any) -> str:
    body = mapping(value)
    added = mapping(body.get("capabilities")).get("add")
    if body.get("allowPrivilegeEscalation") is False:
        if body.get("privileged") is True:
            return "a privileged container cannot forbid privilege escalation"
        if isinstance(added, list) and "CAP_SYS_ADMIN" in added:
            return "a container with CAP_SYS_ADMIN cannot forbid privilege escalation"
    return ""


def _seccomp(value: Any) -> str | Fault | None:
    body = mapping(value)
    if body.get("type") == "Localhost" and not body.get("localhostProfile"):
        return Fault(missing="localhostProfile")
    if body.get("type") in ("RuntimeDefault", "Unconfined") and body.get("localhostProfile"):
        return Fault("is for the type Localhost only", ("localhostProfile",))
    return None


_SYSCTL = matches(r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?", "is no name of a sysctl")


def _security_rows(path: str) -> Iterator[tuple[str, Rule]]:
    for name in ("runAsUser", "runAsGroup", "fsGroup", "supplementalGroups[]"):
        yield f"{path}.{name}", _ID
    yield f"{path}.seccompProfile.type", one_of("Localhost", "RuntimeDefault", "Unconfined")
    yield f"{path}.seccompProfile", _seccomp
    yield f"{path}.procMount", one_of("Default", "Unmasked")
    yield f"{path}.fsGroupChangePolicy", one_of("Always", "OnRootMismatch")
    yield f"{path}.sysctls", without_gaps
    yield f"{path}.sysctls", unique("name")
    yield f"{path}.sysctls[].name", _SYSCTL
    yield path, _security


def _handler(path: str) -> Iterator[tuple[str, Rule]]:
    yield f"{path}.httpGet.scheme", one_of("HTTP", "HTTPS")
    yield f"{path}.httpGet.httpHeaders[].name", _HEADER
    yield f"{path}.exec", requires("command")


def _probes(path: str) -> Iterator[tuple[str, Rule]]:
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        at = f"{path}.{probe}"
        yield at, _probe
        for name in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold", "successThreshold"):
            yield f"{at}.{name}", between(0, 1) if name == "successThreshold" and probe != "readinessProbe" else between(0)
        yield from _handler(at)
    yield f"{path}.readinessProbe.terminationGracePeriodSeconds", lambda value: "is not for readiness probes" if value is not None else ""
    for hook in ("postStart", "preStop"):
        yield f"{path}.lifecycle.{hook}", exactly_one("exec", "httpGet", "sleep", "tcpSocket")
        yield f"{path}.lifecycle.{hook}.sleep.seconds", between(0)
        yield from _handler(f"{path}.lifecycle.{hook}")


_RESOURCE = matches(
    r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)", "is no amount of a container, such as limits.cpu or requests.memory"
)


def _environment(path: str) -> Iterator[tuple[str, Rule]]:
    yield f"{path}.env", without_gaps
    yield f"{path}.env[]", _variable
    yield f"{path}.env[].name", filled
    yield f"{path}.env[].name", VARIABLE
    yield f"{path}.env[].valueFrom", exactly_one(*_VALUES)
    yield f"{path}.env[].valueFrom.fieldRef.fieldPath", _field_path
    yield f"{path}.env[].valueFrom.resourceFieldRef.resource", _RESOURCE
    for source in ("configMapKeyRef", "secretKeyRef"):
        yield f"{path}.env[].valueFrom.{source}", requires("name")
        yield f"{path}.env[].valueFrom.{source}.name", named("subdomain")
        yield f"{path}.env[].valueFrom.{source}.key", _KEY
    yield f"{path}.envFrom", without_gaps
    yield f"{path}.envFrom[]", exactly_one("configMapRef", "secretRef")
    yield f"{path}.envFrom[].prefix", spelt(_is_variable, "is no start of a variable's name")
    for source in ("configMapRef", "secretRef"):
        yield f"{path}.envFrom[].{source}", requires("name")
        yield f"{path}.envFrom[].{source}.name", named("subdomain")


def _mount(value: Any) -> str:
    return "subPath and subPathExpr exclude each other" if mapping(value).get("subPath") and mapping(value).get("subPathExpr") else ""


def _container(path: str) -> Iterator[tuple[str, Rule]]:
    yield f"{path}.restartPolicy", one_of("Always", "Never", "OnFailure")
    yield f"{path}.resources", _resources
    yield f"{path}.resizePolicy[].restartPolicy", one_of("NotRequired", "RestartContainer")
    yield f"{path}.ports", without_gaps
    yield f"{path}.volumeMounts", without_gaps
    yield f"{path}.volumeMounts[]", _mount
    yield f"{path}.volumeMounts[].mountPath", filled
    yield f"{path}.volumeMounts[].subPath", _RELATIVE
    yield f"{path}.volumeMounts[].mountPropagation", one_of("Bidirectional", "HostToContainer", "None")
    yield from _environment(path)
    yield from _probes(path)
    yield from _security_rows(f"{path}.securityContext")


def _naming(field: str) -> Rule:
    """A source that says where from; null is none."""
    named_by = requires(field)
    return lambda value: None if value is None else named_by(value)


def _volumes(path: str) -> Iterator[tuple[str, Rule]]:
    yield path, at_most_one(*_VOLUMES)
    for kind, name in (("configMap", "name"), ("secret", "secretName"), ("persistentVolumeClaim", "claimName")):
        yield f"{path}.{kind}", _naming(name)
        yield f"{path}.{kind}.{name}", named("subdomain")
    for kind in ("configMap", "secret", "projected", "downwardAPI"):
        yield f"{path}.{kind}.defaultMode", _MODE
    for kind in ("configMap", "secret", "projected.sources[].configMap", "projected.sources[].secret"):
        yield f"{path}.{kind}.items[].path", _RELATIVE
        yield f"{path}.{kind}.items[].key", _KEY
        yield f"{path}.{kind}.items[].mode", _MODE
    yield (
        f"{path}.hostPath.type",
        one_of(*("BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket")),
    )
    yield f"{path}.hostPath.path", _NO_UPWARDS
    yield f"{path}.nfs.path", _ABSOLUTE
    yield f"{path}.emptyDir.sizeLimit", amount
    yield f"{path}.projected.sources[]", at_most_one(*_SOURCES)
    yield f"{path}.ephemeral.volumeClaimTemplate.spec", requires("accessModes")


_PLAIN = ("cpu", "memory", "ephemeral-storage")


def _resources(value: Any) -> Fault | None:
    """Names of resources, and those of devices: whole numbers, asked for as they are limited."""
    body = mapping(value)
    limits, requests = mapping(body.get("limits")), mapping(body.get("requests"))
    for field, given in (("limits", limits), ("requests", requests)):
        for name, asked in given.items():
            if "/" not in name and name not in _PLAIN and not name.startswith("hugepages-"):
                return Fault(f"is no resource of a container; {', '.join(_PLAIN)} are, others have a domain", (field, name))
            number = amount_of(asked)
            if number is not None and number < 0:
                return Fault(f"{asked} is less than 0", (field, name))
            if "/" in name and (name.startswith("requests.") or key_fault(name)):
                return Fault("is no name of a resource, such as example.com/gpu", (field, name))
            if "/" in name and number is not None and number != int(number):
                return Fault(f"{asked} is no whole number", (field, name))
    if any(name.startswith("hugepages-") for name in limits) and not {"cpu", "memory"}.intersection((*limits, *requests)):
        return Fault("hugepages need cpu or memory beside them")
    for name, asked in requests.items():
        if "/" not in name:
            continue
        if name not in limits:
            return Fault("needs a limit that is the same", ("requests", name))
        if amount_of(asked) != amount_of(limits[name]):
            return Fault(f"{asked} is not the limit {limits[name]}, as it has to be", ("requests", name))
    return None


def _host_ports(value: Any) -> Fault | None:
    """Across the containers of a pod."""
    seen: set[tuple[object, ...]] = set()
    containers = value.get("containers") if isinstance(value, dict) else None
    for number, container in enumerate(containers if isinstance(containers, list) else ()):
        ports = mapping(container).get("ports")
        for index, item in enumerate(ports if isinstance(ports, list) else ()):
            port = mapping(item)
            host, at = port.get("hostPort"), ("containers", number, "ports", index, "hostPort")
            if not isinstance(host, int) or not host:
                continue
            if value.get("hostNetwork") is True and host != port.get("containerPort"):
                return Fault(f"{host} is not the containerPort, as it has to be on the host's network", at)
            key = (host, port.get("protocol") or "TCP", port.get("hostIP") or "")
            if not all(isinstance(part, str | int) for part in key):
                continue
            if key in seen:
                return Fault(f"{host} is taken twice", at, rule="duplicate-item")
            seen.add(key)
    return None


_LIVING = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")


def _init_container(value: Any) -> Fault | None:
    body = mapping(value)
    given = next((name for name in _LIVING if body.get(name) is not None), None)
    if given is None or body.get("restartPolicy") == "Always":
        return None
    return Fault("is only for init containers that restart always", (given,))


def _field_path(value: Any) -> str:
    known = ("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP")
    more = ("status.hostIPs", "status.podIP", "status.podIPs")
    if not isinstance(value, str) or value in (*known, *more) or _METADATA_KEY.fullmatch(value):
        return ""
    return f"{quoted(value)} is no field that a variable can take"


def _dns(value: Any) -> Fault | None:
    nameless = not mapping(mapping(value).get("dnsConfig")).get("nameservers")
    return Fault(missing="dnsConfig.nameservers") if isinstance(value, dict) and value.get("dnsPolicy") == "None" and nameless else None


def _shared(value: Any) -> Fault | None:
    both = isinstance(value, dict) and value.get("hostPID") is True and value.get("shareProcessNamespace") is True
    return Fault("and hostPID exclude each other", ("shareProcessNamespace",)) if both else None


def _domains(value: Any) -> Fault | None:
    body = mapping(value)
    if body.get("minDomains") is not None and body.get("whenUnsatisfiable") == "ScheduleAnyway":
        return Fault("is for DoNotSchedule only", ("minDomains",))
    return None


def _rows() -> Iterator[tuple[str, Rule]]:
    yield "", _host_ports
    yield "", _dns
    yield "", _shared
    yield "containers", filled
    yield "initContainers[]", _init_container
    for field in ("containers", "initContainers", "volumes", "tolerations", "topologySpreadConstraints", "hostAliases"):
        yield field, without_gaps
    for field in ("containers", "initContainers"):
        yield from _container(f"{field}[]")
    yield from _volumes("volumes[]")
    yield from _affinity("affinity")
    yield from _security_rows("securityContext")
    yield "tolerations[]", _toleration
    yield "tolerations[].operator", one_of("Equal", "Exists", "Gt", "Lt")
    yield "tolerations[].effect", one_of("NoExecute", "NoSchedule", "PreferNoSchedule")
    yield "tolerations[].key", label_key
    yield "topologySpreadConstraints", _spread
    yield "topologySpreadConstraints[]", _domains
    yield "topologySpreadConstraints[].maxSkew", between(1)
    yield "topologySpreadConstraints[].minDomains", between(1)
    yield "readinessGates[].conditionType", label_key
    yield "topologySpreadConstraints[].topologyKey", filled
    yield "topologySpreadConstraints[].whenUnsatisfiable", one_of("DoNotSchedule", "ScheduleAnyway")
    yield from selector("topologySpreadConstraints[].labelSelector")
    yield "nodeSelector", labels
    yield "hostAliases[].ip", address
    yield "hostAliases[].hostnames[]", named("subdomain")
    yield "dnsConfig.nameservers[]", address
    yield "activeDeadlineSeconds", between(1, 2**31 - 1)
    yield "preemptionPolicy", one_of("Never", "PreemptLowerPriority")
    yield "os.name", one_of("linux", "windows")
    for field, style in (
        ("hostname", "label"),
        ("subdomain", "label"),
        ("nodeName", "subdomain"),
        ("serviceAccountName", "subdomain"),
        ("priorityClassName", "subdomain"),
        ("runtimeClassName", "subdomain"),
    ):
        yield field, named(style)


POD = compiled(_rows())
