"""Effects on who may do what and who can reach what: roles, services, hosts, pod privileges."""

from __future__ import annotations

from collections.abc import Iterator

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject, containers, named, pod_spec
from checker.model.diff import Effect
from checker.model.findings import Severity
from checker.model.objects import JSONValue, dig, mapping, sequence, text

_RBAC = "rbac.authorization.k8s.io"
_POWERFUL_VERBS = ("*", "bind", "escalate", "impersonate")
_AGGREGATE = f"{_RBAC}/aggregate-to-"
_WIDTH = {"": 0, "ClusterIP": 0, "ExternalName": 0, "NodePort": 1, "LoadBalancer": 2}


def roles(subject: Subject) -> Iterator[Effect]:
    if subject.group != _RBAC or subject.pair.after is None:
        return
    if subject.kind[1] in ("Role", "ClusterRole"):
        yield from _wider_role(subject)
    else:
        yield from _wider_binding(subject)


def _wider_role(subject: Subject) -> Iterator[Effect]:
    yield from _joins(subject)
    held = set(_grants(subject.before))
    gained = [grant for grant in _grants(subject.after) if grant not in held and not _covered(grant, held)]
    if not gained:
        return
    powerful = [grant for grant in gained if grant[2] in _POWERFUL_VERBS or "*" in (grant[0], grant[1]) or grant[1] == "secrets"]
    shown = ", ".join(f"{verb} {resource}" for _, resource, verb in (powerful or gained)[:4])
    more = len(gained) - 4
    severity = Severity.ERROR if any("*" in grant[1:] for grant in gained) else None
    yield effect("rbac-widened", f"{named(subject.obj)} may now {shown}" + (f" and {more} more" if more > 0 else ""), severity)


def _joins(subject: Subject) -> Iterator[Effect]:
    """Labels by which a ClusterRole adds its rules to another (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles)."""
    labels = subject.pair.after.labels if subject.pair.after is not None else {}
    before = subject.pair.before.labels if subject.pair.before is not None else {}
    joined = [name.removeprefix(_AGGREGATE) for name in labels if name.startswith(_AGGREGATE) and name not in before]
    if joined and subject.before:
        yield effect("rbac-widened", f"the rules of {named(subject.obj)} are added to {', '.join(joined)}")


def _grants(body: Mapped) -> Iterator[tuple[str, str, str]]:
    """Every (group, resource, verb) of a role; non-resource URLs and named resources keep their name in the resource."""
    for rule in sequence(body.get("rules")):
        parts = mapping(rule)
        verbs = [text(verb) for verb in sequence(parts.get("verbs"))]
        names = [f"/{text(name)}" for name in sequence(parts.get("resourceNames"))] or [""]
        for verb in verbs:
            for url in sequence(parts.get("nonResourceURLs")):
                yield ("", text(url), verb)
            for group in sequence(parts.get("apiGroups")):
                for resource in sequence(parts.get("resources")):
                    yield from ((text(group), f"{text(resource)}{name}", verb) for name in names)


def _covered(grant: tuple[str, str, str], held: set[tuple[str, str, str]]) -> bool:
    group, resource, verb = grant
    plain = resource.partition("/")[0]
    return any((g, r, v) in held for g in (group, "*") for r in (resource, plain, "*") for v in (verb, "*"))


def _wider_binding(subject: Subject) -> Iterator[Effect]:
    role = text(dig(subject.after, "roleRef", "name"))
    before = (
        []
        if subject.before.get("roleRef") != subject.after.get("roleRef")
        else [_who(one) for one in sequence(subject.before.get("subjects"))]
    )
    gained = [who for who in (_who(one) for one in sequence(subject.after.get("subjects"))) if who not in before]
    if gained:
        everyone = any(name in who for who in gained for name in ("system:authenticated", "system:unauthenticated", "system:anonymous"))
        severity = Severity.ERROR if role == "cluster-admin" or everyone else None
        yield effect("rbac-widened", f"{', '.join(gained[:4])} {'gets' if len(gained) == 1 else 'get'} role {role}", severity)


def _who(subject: JSONValue) -> str:
    parts = mapping(subject)
    name = "/".join(filter(None, (text(parts.get("namespace")), text(parts.get("name")))))
    return f"{text(parts.get('kind'))} {name}"


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
    if subject.pair.after is not None and (subject.pair.before is None or subject.changed("spec.selector")):
        yield from _without_pods(subject)


def _let_in(subject: Subject) -> Iterator[Effect]:
    name = f"Service {subject.obj.name}"
    gained = _new_texts(subject, "spec", "externalIPs")
    if gained:
        yield effect("exposure-widened", f"{name} takes traffic for {', '.join(gained)}")
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
    """A rule more, or a direction no longer governed, lets through what was refused."""
    if subject.kind != ("networking.k8s.io", "NetworkPolicy") or not subject.both:
        return
    name = f"NetworkPolicy {subject.obj.name}"
    for direction, peers, words in (("Ingress", "from", "in"), ("Egress", "to", "out")):
        if direction in _governs(subject.before) and direction not in _governs(subject.after):
            yield effect("exposure-widened", f"{name} no longer governs {direction.lower()}")
            continue
        held = [*_passages(subject.before, direction, peers)]
        if direction in _governs(subject.before) and any(one not in held for one in _passages(subject.after, direction, peers)):
            yield effect("exposure-widened", f"{name} lets further traffic {words}")


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


def hosts(subject: Subject) -> Iterator[Effect]:
    if subject.kind[1] not in ("Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "VirtualService", "Gateway"):
        return
    before, after = _hosts(subject.before), _hosts(subject.after)
    for host in after:
        if host not in before:
            yield effect("exposure-widened", f"{named(subject.obj)} serves {host or 'every host'}")
    if subject.pair.after is not None or subject.goes:
        for host in before:
            if host not in after:
                yield effect("address-lost", f"{named(subject.obj)} no longer serves {host or 'every host'}")


def _hosts(body: Mapped) -> list[str]:
    spec = mapping(body.get("spec"))
    found = [text(mapping(rule).get("host")) for rule in sequence(spec.get("rules"))] if body.get("kind") == "Ingress" else []
    for field in ("hostnames", "hosts"):
        found += [text(host) for host in sequence(spec.get(field))]
    found += [text(mapping(listener).get("hostname")) for listener in sequence(spec.get("listeners"))]
    return list(dict.fromkeys(found))


def privileges(subject: Subject) -> Iterator[Effect]:
    if subject.pair.after is None:
        return
    before = set(_privileges(pod_spec(subject.before, subject.kind)))
    gained = [one for one in dict.fromkeys(_privileges(pod_spec(subject.after, subject.kind))) if one not in before]
    if gained:
        yield effect("pod-security-widened", f"{named(subject.obj)} gets {', '.join(gained)}")


def _privileges(spec: Mapped) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field) is True:
            yield field
    for volume in sequence(spec.get("volumes")):
        path = dig(volume, "hostPath", "path")
        if path is not None:
            yield f"host path {path}"
    for name, container in containers(spec):
        context = mapping(container.get("securityContext"))
        if context.get("privileged") is True:
            yield f"privileged container {name}"
        if context.get("allowPrivilegeEscalation") is True:
            yield f"privilege escalation in {name}"
        yield from (f"capability {text(added)} in {name}" for added in sequence(dig(context, "capabilities", "add")))
