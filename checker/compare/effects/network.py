"""Effects on who can reach what: services and their addresses, network policies, hosts that are served."""

from __future__ import annotations

from collections.abc import Iterator

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject, named
from checker.model.diff import Effect
from checker.model.findings import Severity
from checker.model.objects import JSONValue, dig, mapping, sequence, text

_WIDTH = {"": 0, "ClusterIP": 0, "ExternalName": 0, "NodePort": 1, "LoadBalancer": 2}


def services(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("", "Service"):
        return
    before = text(dig(subject.before, "spec", "type"), "ClusterIP") if subject.pair.before is not None else ""
    after = text(dig(subject.after, "spec", "type"), "ClusterIP") if subject.pair.after is not None else ""
    if after and _WIDTH.get(after, 0) > _WIDTH.get(before, 0):
        yield effect("exposure-widened", f"Service {subject.obj.name} is now of type {after}" + (f", was {before}" if before else ""))
    if before == "LoadBalancer" and after != before and (after or subject.goes):
        yield effect("address-lost", f"the load balancer address of Service {subject.obj.name} is given back")
    if after:
        yield from _let_in(subject)
    if subject.both:
        yield from _ports(subject)
        if (
            dig(subject.before, "spec", "clusterIP") == "None"
            and "clusterIP" not in mapping(subject.after.get("spec"))
            and after != "ExternalName"
        ):
            yield effect("not-applied", f"Service {subject.obj.name} stays headless: an address that is left out is kept as it was")
    if subject.pair.after is not None and (subject.pair.before is None or subject.changed("spec.selector")):
        yield from _without_pods(subject)


def _ports(subject: Subject) -> Iterator[Effect]:
    """A port that goes is a door that closes, whatever its name or target."""
    kept = _numbers(subject.after)
    lost = [port for port in _numbers(subject.before) if port not in kept]
    if lost and _numbers(subject.before) and dig(subject.after, "spec", "type") != "ExternalName":
        yield effect("address-lost", f"Service {subject.obj.name} no longer listens on {', '.join(lost)}")


def _numbers(body: Mapped) -> list[str]:
    found = [mapping(port) for port in sequence(dig(body, "spec", "ports"))]
    return [f"{port.get('port')}{'' if port.get('protocol', 'TCP') == 'TCP' else '/' + text(port.get('protocol'))}" for port in found]


_INTERNAL = {
    "cloud.google.com/load-balancer-type": "Internal",
    "networking.gke.io/load-balancer-type": "Internal",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/openstack-internal-load-balancer": "true",
}
"""https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer"""


def _is_internal(body: Mapped) -> bool:
    marks = mapping(dig(body, "metadata", "annotations"))
    return any(text(marks.get(name)).lower() == value.lower() for name, value in _INTERNAL.items())


def _let_in(subject: Subject) -> Iterator[Effect]:
    name = f"Service {subject.obj.name}"
    gained = _new_texts(subject, "spec", "externalIPs")
    if gained:
        yield effect("exposure-widened", f"{name} takes traffic for {', '.join(gained)}")
    balanced = [dig(body, "spec", "type") == "LoadBalancer" for body in (subject.before, subject.after)]
    if all(balanced) and _is_internal(subject.before) and not _is_internal(subject.after):
        yield effect("exposure-widened", f"{name} is no longer marked as internal: its load balancer faces outside")
    limited = sequence(dig(subject.before, "spec", "loadBalancerSourceRanges"))
    if limited and dig(subject.after, "spec", "type") == "LoadBalancer":
        ranges = _new_texts(subject, "spec", "loadBalancerSourceRanges")
        if not sequence(dig(subject.after, "spec", "loadBalancerSourceRanges")):
            yield effect("exposure-widened", f"{name} may be reached from every address, was limited to {len(limited)}")
        elif ranges:
            yield effect("exposure-widened", f"{name} may be reached from {', '.join(ranges)}")


def _new_texts(subject: Subject, *path: str) -> list[str]:
    before = sequence(dig(subject.before, *path))
    return [text(one) for one in sequence(dig(subject.after, *path)) if one not in before]


def network_policies(subject: Subject) -> Iterator[Effect]:
    """A rule more, or a direction no longer governed, lets through what was refused; a new policy refuses what was let through."""
    if subject.kind != ("networking.k8s.io", "NetworkPolicy") or subject.pair.after is None:
        return
    name = f"NetworkPolicy {subject.obj.name}"
    if subject.both and subject.changed("spec.podSelector"):
        yield effect("exposure-widened", f"{name} selects other pods: those that it leaves accept what it refused")
    for direction, peers, words in (("Ingress", "from", "in"), ("Egress", "to", "out")):
        governed, governs = (direction in _governs(body) if body else False for body in (subject.before, subject.after))
        held, passing = ([*_passages(body, direction, peers)] for body in (subject.before, subject.after))
        if governed and not governs:
            yield effect("exposure-widened", f"{name} no longer governs {direction.lower()}")
        elif governed and any(one not in held for one in passing):
            yield effect("exposure-widened", f"{name} lets further traffic {words}")
        elif governs and not governed:
            only = "nothing" if not passing else "only what it lists"
            yield effect("traffic-refused", f"pods that {name} selects let {only} {words}, unless another policy lets it")
        elif governed and any(one not in passing for one in held):
            yield effect("traffic-refused", f"{name} lets less traffic {words}", Severity.NOTE)


def _governs(body: Mapped) -> list[str]:
    """https://kubernetes.io/docs/concepts/services-networking/network-policies/: without types, egress only where it has rules."""
    spec = mapping(body.get("spec"))
    types = [text(one) for one in sequence(spec.get("policyTypes"))]
    return types or ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _passages(body: Mapped, direction: str, peers: str) -> Iterator[tuple[JSONValue, JSONValue]]:
    """Who and on which port; None stands for everyone and every port."""
    for rule in sequence(dig(body, "spec", direction.lower())):
        parts = mapping(rule)
        for who in sequence(parts.get(peers)) or [None]:
            for port in sequence(parts.get("ports")) or [None]:
                yield (who, port)


def _without_pods(subject: Subject) -> Iterator[Effect]:
    selector = mapping(dig(subject.after, "spec", "selector"))
    if not selector or (subject.pair.before is not None and not _matches(subject, mapping(dig(subject.before, "spec", "selector")))):
        return  # It selected nothing that is rendered here before either: its pods come from elsewhere.
    if subject.pair.before is not None and not _matches(subject, selector):
        wanted = ", ".join(f"{name}={value}" for name, value in selector.items())
        yield effect("service-without-pods", f"no workload in {subject.obj.namespace or 'its namespace'} has the labels {wanted}")


def _matches(subject: Subject, selector: Mapped) -> bool:
    """Whether any workload at head, or at base for the old selector, carries these labels."""
    around = subject.around
    for obj in (*around.objects(subject.place, subject.obj.namespace), *around.objects_before(subject.place, subject.obj.namespace)):
        labels = obj.labels if obj.kind == "Pod" else mapping(dig(obj.body, "spec", "template", "metadata", "labels"))
        if labels and selector.items() <= labels.items():
            return True
    return False


_ROUTES = ("Gateway", "GRPCRoute", "HTTPRoute", "Ingress", "TLSRoute", "VirtualService")


def hosts(subject: Subject) -> Iterator[Effect]:
    if subject.kind[1] not in _ROUTES:
        return
    before, after = _hosts(subject.before), _hosts(subject.after)
    for host in after:
        if host not in before:
            yield effect("exposure-widened", f"{named(subject.obj)} serves {host or 'every host'}")
    if subject.pair.after is not None or subject.goes:
        for host in before:
            if host not in after:
                elsewhere = _server(subject, host)
                now = f"; {elsewhere} does" if elsewhere else ""
                yield effect("address-lost", f"{named(subject.obj)} no longer serves {host or 'every host'}{now}")
    if subject.kind[1] == "Ingress" and subject.both:
        yield from _ingress(subject, [host for host in after if host in before])


def _server(subject: Subject, host: str) -> str:
    """What else serves the host at head, in the same namespace."""
    around = subject.around.objects(subject.place, subject.obj.namespace)
    others = (obj for obj in around if obj.kind in _ROUTES and obj.key != subject.obj.key)
    return next((named(obj) for obj in others if host in _hosts(obj.body)), "")


def _ingress(subject: Subject, stay: list[str]) -> Iterator[Effect]:
    """Of hosts that stay: who serves them, on which paths, and whether with a certificate."""
    old, new = (_class(body) for body in (subject.before, subject.after))
    if old != new:
        name = named(subject.obj)
        yield effect("address-lost", f"{name} is served by class {new or '(default)'}, was {old or '(default)'}: its address changes")
    kept = _paths(subject.after)
    for host, path in _paths(subject.before):
        if host in stay and (host, path) not in kept:
            yield effect("address-lost", f"{named(subject.obj)} no longer serves {host}{path}")
    covered = _certified(subject.after)
    plain = [host for host in _certified(subject.before) if host in stay and host not in covered]
    if plain:
        yield effect("address-lost", f"{named(subject.obj)} no longer serves {', '.join(plain)} with its certificate")


def _class(body: Mapped) -> str:
    mark = text(mapping(dig(body, "metadata", "annotations")).get("kubernetes.io/ingress.class"))
    return text(dig(body, "spec", "ingressClassName")) or mark


def _paths(body: Mapped) -> list[tuple[str, str]]:
    return [
        (text(mapping(rule).get("host")), text(mapping(path).get("path")))
        for rule in sequence(dig(body, "spec", "rules"))
        for path in sequence(dig(rule, "http", "paths"))
    ]


def _certified(body: Mapped) -> list[str]:
    return [text(host) for entry in sequence(dig(body, "spec", "tls")) for host in sequence(mapping(entry).get("hosts"))]


def _hosts(body: Mapped) -> list[str]:
    spec = mapping(body.get("spec"))
    found = [text(mapping(rule).get("host")) for rule in sequence(spec.get("rules"))] if body.get("kind") == "Ingress" else []
    for field in ("hostnames", "hosts"):
        found += [text(host) for host in sequence(spec.get(field))]
    found += [text(mapping(listener).get("hostname")) for listener in sequence(spec.get("listeners"))]
    return list(dict.fromkeys(found))
