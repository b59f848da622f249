"""Services, ingresses, network policies and endpoints: what the API server asks of their fields, as rows.

After the validation.go of their groups in k8s.io/kubernetes/pkg/apis (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.validate.limits.pods import selector
from checker.validate.limits.rows import (
    Fault,
    address,
    between,
    cidr,
    exactly_one,
    filled,
    matches,
    named,
    needs_one_of,
    one_of,
    requires,
    unique,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from checker.validate.limits.rows import (
        Rule,
    )

_PORT_NAME = matches(r"([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?", "may hold only lower-case letters, digits and -")


_HOST = matches(
    r"(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?",
    "is no host: lower-case letters, digits, - and ., at the start perhaps *.",
)


_CLEAN_PATH = matches(r"((?!//|/\.\.?(/|$)|%2[fF]).)*", "may not hold //, /./, /../ or %2f")


def _external(value: Any) -> Fault | None:
    """Fields of a Service that its type excludes."""
    body = mapping(value)
    kind = body.get("type") or "ClusterIP"
    if kind != "LoadBalancer":
        for name in ("loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts"):
            if body.get(name) not in (None, [], ""):
                return Fault("is for the type LoadBalancer only", (name,))
    if kind == "ClusterIP" and body.get("externalTrafficPolicy") and not body.get("externalIPs"):
        return Fault("is for services that are reached from outside", ("externalTrafficPolicy",))
    if kind in ("ClusterIP", "ExternalName"):
        ports = body.get("ports")
        for number, port in enumerate(ports if isinstance(ports, list) else ()):
            if mapping(port).get("nodePort"):
                return Fault(f"is not for the type {kind}", ("ports", number, "nodePort"))
    if kind in ("NodePort", "LoadBalancer") and body.get("clusterIP") == "None":
        return Fault(f"None is not for the type {kind}", ("clusterIP",))
    return None


def _public(value: Any) -> str:
    if isinstance(value, str) and value.startswith(("127.", "169.254.")):
        return f"{value} is reached from one host only"
    return address(value)


def _service_port(value: Any) -> str:
    said = _PORT_NAME(value)
    return str(said or "")


def _host(value: Any) -> str:
    if isinstance(value, str) and value.replace(".", "").isdigit() and value:
        return f"{value} is an address, not a name"
    return str(_HOST(value) or "")


def _backend(value: Any) -> str | Fault | None:
    body = mapping(value)
    service = mapping(body.get("service"))
    if not service:
        return exactly_one("service", "resource")(value)
    port = mapping(service.get("port"))
    if body.get("resource") is not None:
        return "service and resource exclude each other"
    if port.get("name") and port.get("number"):
        return Fault("name and number exclude each other", ("service", "port"))
    if not port.get("name") and not port.get("number"):
        return Fault("needs the name or the number of a port", ("service",))
    return None


def _path(value: Any) -> str | Fault | None:
    body = mapping(value)
    kind, path = body.get("pathType"), body.get("path")
    if kind in ("Exact", "Prefix"):
        if not path:
            return Fault(missing="path")
        fault = _CLEAN_PATH(path)
        return Fault(str(fault), ("path",)) if fault else None
    if kind == "ImplementationSpecific" and path and isinstance(path, str) and not path.startswith("/"):
        return Fault("must start with /", ("path",))
    return None


def _class_twice(value: Any) -> Fault | None:
    annotated = mapping(mapping(mapping(value).get("metadata")).get("annotations")).get("kubernetes.io/ingress.class")
    given = mapping(mapping(value).get("spec")).get("ingressClassName")
    if annotated and given and annotated != given:
        return Fault(f"{given} is not the {annotated} of the annotation kubernetes.io/ingress.class", ("spec", "ingressClassName"))
    return None


def _peer(value: Any) -> str:
    body = mapping(value)
    others = [name for name in ("podSelector", "namespaceSelector") if body.get(name) is not None]
    if body.get("ipBlock") is not None and others:
        return f"ipBlock and {others[0]} exclude each other"
    return "" if others or body.get("ipBlock") is not None else "needs one of ipBlock, namespaceSelector, podSelector"


def _except(value: Any) -> Fault | None:
    from ipaddress import ip_network

    body = mapping(value)
    left_out = body.get("except")
    for number, one in enumerate(left_out if isinstance(left_out, list) else ()):
        try:
            inner, outer = ip_network(str(one), strict=False), ip_network(str(body.get("cidr")), strict=False)
        except ValueError:
            return None
        if inner.version != outer.version or not inner.subnet_of(outer) or inner == outer:  # type: ignore[arg-type]
            return Fault(f"{one} is no part of {body.get('cidr')}", ("except", number))
    return None


def _port_range(value: Any) -> Fault | None:
    body = mapping(value)
    first, last = body.get("port"), body.get("endPort")
    if last is None:
        return None
    if not isinstance(first, int):
        return Fault("needs a port that is a number", ("endPort",))
    return Fault(f"{last} is less than port {first}", ("endPort",)) if isinstance(last, int) and last < first else None


def _policy(direction: str, peers: str) -> Iterator[tuple[str, Rule]]:
    at = f"spec.{direction}[]"
    yield f"{at}.{peers}[]", _peer
    yield f"{at}.{peers}[].ipBlock.cidr", cidr
    yield f"{at}.{peers}[].ipBlock.except[]", cidr
    yield f"{at}.{peers}[].ipBlock", _except
    yield from selector(f"{at}.{peers}[].podSelector")
    yield from selector(f"{at}.{peers}[].namespaceSelector")
    yield f"{at}.ports[]", _port_range
    yield f"{at}.ports[].port", between(1, 65535)
    yield f"{at}.ports[].protocol", one_of("SCTP", "TCP", "UDP")


LIMITS: Mapping[tuple[str, str], Callable[[], Iterable[tuple[str, Rule]]]] = {
    ("", "Service"): lambda: [
        ("", requires("spec")),
        ("spec", _external),
        ("spec.type", one_of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")),
        ("spec.sessionAffinity", one_of("ClientIP", "None")),
        ("spec.externalTrafficPolicy", one_of("Cluster", "Local")),
        ("spec.internalTrafficPolicy", one_of("Cluster", "Local")),
        ("spec.externalName", named("subdomain")),
        ("spec.externalIPs[]", _public),
        ("spec.loadBalancerSourceRanges[]", cidr),
        ("spec.sessionAffinityConfig.clientIP.timeoutSeconds", between(1, 86400)),
        ("spec.ipFamilies[]", one_of("IPv4", "IPv6")),
        ("spec.ipFamilyPolicy", one_of("PreferDualStack", "RequireDualStack", "SingleStack")),
        ("spec.ports", unique("nodePort")),
        ("spec.ports[].name", _service_port),
    ],
    ("networking.k8s.io", "Ingress"): lambda: [
        ("", requires("spec")),
        ("", _class_twice),
        ("spec", needs_one_of("defaultBackend", "rules")),
        ("spec.ingressClassName", named("subdomain")),
        ("spec.defaultBackend", _backend),
        ("spec.rules[].host", _host),
        ("spec.rules[].http.paths", filled),
        ("spec.rules[].http.paths[]", _path),
        ("spec.rules[].http.paths[].backend", _backend),
        ("spec.rules[].http.paths[].backend.service.name", named("label-1035")),
        ("spec.tls[].hosts[]", _host),
        ("spec.tls[].secretName", named("subdomain")),
    ],
    ("networking.k8s.io", "NetworkPolicy"): lambda: [
        ("spec.policyTypes[]", one_of("Egress", "Ingress")),
        *selector("spec.podSelector"),
        *_policy("ingress", "from"),
        *_policy("egress", "to"),
    ],
    ("discovery.k8s.io", "EndpointSlice"): lambda: [
        ("addressType", one_of("FQDN", "IPv4", "IPv6")),
        ("endpoints[].addresses", filled),
        ("ports", unique("name")),
    ],
}
