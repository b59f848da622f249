"""Services, ingresses, network policies and endpoints: what the API server asks of their fields, as rows.

After the validation.go of their groups in k8s.io/kubernetes/pkg/apis (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.tools.schema_words import quoted
from checker.validate.limits.pods import label_key, selector
from checker.validate.limits.rows import (
    Fault,
    address,
    between,
    cidr,
    exactly_one,
    filled,
    named,
    needs_one_of,
    one_of,
    requires,
    spelt,
    unique,
    without_gaps,
)
from checker.validate.names import is_label, is_subdomain
from checker.validate.values import is_port_or_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from checker.validate.limits.rows import (
        Rule,
    )

_DIRECTIONS = ("Egress", "Ingress")
_PORT = between(1, 65535)
_PORT_NAME = spelt(lambda value: value == "" or (len(value) <= 63 and is_label(value)), "may hold only lower-case letters, digits and -")


HOST = spelt(
    lambda value: value.removeprefix("*.") == "" or is_subdomain(value.removeprefix("*.")),
    "is no host: lower-case letters, digits, - and ., at the start perhaps *.",
)


def _is_clean(path: str) -> bool:
    closed = f"{path}/"
    return not ("//" in path or "/./" in closed or "/../" in closed or "%2f" in path.lower())


CLEAN_PATH = spelt(_is_clean, "may not hold //, /./, /../ or %2f")


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


def _port_name(value: Any) -> str:
    return "" if not isinstance(value, str) or is_port_or_name(value) else f"{quoted(value)} is no port name"


def _policy_port(value: Any) -> str:
    """A number, or the name of a port."""
    return _port_name(value) if isinstance(value, str) else str(_PORT(value) or "")


def _host(value: Any) -> str:
    if isinstance(value, str) and value.replace(".", "").isdigit() and value:
        return f"{value} is an address, not a name"
    return str(HOST(value) or "")


def _backend(value: Any) -> str | Fault | None:
    body = mapping(value)
    service = mapping(body.get("service"))
    if not service:
        return exactly_one("service", "resource")(body)
    port = mapping(service.get("port"))
    if isinstance(port.get("name"), str) and port["name"] and (fault := _port_name(port["name"])):
        return Fault(fault, ("service", "port", "name"))
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
        fault = CLEAN_PATH(path)
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
    yield f"{at}.ports[].port", _policy_port
    yield f"{at}.ports[].protocol", one_of("SCTP", "TCP", "UDP")


def _directions(value: Any) -> str:
    return "names a direction twice" if isinstance(value, list) and len(value) > len(_DIRECTIONS) else ""


def _addresses(value: Any) -> Fault | None:
    """Of the kind that the slice says."""
    body = mapping(value)
    kind, endpoints = body.get("addressType"), body.get("endpoints")
    for number, endpoint in enumerate(endpoints if isinstance(endpoints, list) else ()):
        given = mapping(endpoint).get("addresses")
        for index, one in enumerate(given if isinstance(given, list) else ()):
            wrong = named("subdomain")(one) if kind == "FQDN" else address(one)
            if not wrong and kind in ("IPv4", "IPv6") and (":" in str(one)) != (kind == "IPv6"):
                wrong = f"{quoted(str(one))} is no {kind} address"
            if wrong:
                return Fault(str(wrong), ("endpoints", number, "addresses", index))
    return None


def _nameless(value: Any) -> Fault | None:
    ports = value if isinstance(value, list) else []
    nameless = [number for number, port in enumerate(ports) if not mapping(port).get("name")]
    return Fault("a second port has no name", (nameless[1],), rule="duplicate-item") if len(nameless) > 1 else None


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
        ("spec.ports", without_gaps),
        ("spec.ports[].appProtocol", label_key),
        ("spec.ports[].name", _service_port),
    ],
    ("networking.k8s.io", "Ingress"): lambda: [
        ("", requires("spec")),
        ("", _class_twice),
        ("spec", needs_one_of("defaultBackend", "rules")),
        ("spec.ingressClassName", filled),
        ("spec.ingressClassName", named("subdomain")),
        ("spec.defaultBackend", _backend),
        ("spec.rules[].host", _host),
        ("spec.rules[].http.paths", filled),
        ("spec.rules[].http.paths", without_gaps),
        ("spec.rules[].http.paths[]", _path),
        ("spec.rules[].http.paths[].backend", _backend),
        ("spec.rules[].http.paths[].backend.service.name", named("label-1035")),
        ("spec.tls[].hosts[]", _host),
        ("spec.tls[].secretName", named("subdomain")),
    ],
    ("networking.k8s.io", "NetworkPolicy"): lambda: [
        ("spec.policyTypes", _directions),
        ("spec.policyTypes[]", filled),
        ("spec.policyTypes[]", one_of(*_DIRECTIONS)),
        *selector("spec.podSelector"),
        *_policy("ingress", "from"),
        *_policy("egress", "to"),
    ],
    ("discovery.k8s.io", "EndpointSlice"): lambda: [
        ("addressType", one_of("FQDN", "IPv4", "IPv6")),
        ("endpoints", without_gaps),
        ("endpoints[].addresses", filled),
        ("", _addresses),
        ("ports", unique("name")),
        ("ports", _nameless),
        ("ports[].name", named("label")),
        ("ports[].protocol", one_of("SCTP", "TCP", "UDP")),
    ],
}
