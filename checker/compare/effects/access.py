"""Effects on who may do what: roles, bindings, identities of pods, and how near pods come to their node."""

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


def roles(subject: Subject) -> Iterator[Effect]:
    if subject.group != _RBAC:
        return
    of_role = subject.kind[1] in ("Role", "ClusterRole")
    if subject.pair.after is not None:
        yield from _wider_role(subject) if of_role else _wider_binding(subject)
    if subject.both or subject.goes:
        yield from _narrower_role(subject) if of_role else _narrower_binding(subject)


def _wider_role(subject: Subject) -> Iterator[Effect]:
    yield from _joins(subject)
    gained = _beyond(subject.after, subject.before)
    if not gained:
        return
    powerful = [grant for grant in gained if grant[2] in _POWERFUL_VERBS or "*" in (grant[0], grant[1]) or grant[1] == "secrets"]
    shown = ", ".join(map(_granted, (powerful or gained)[:4]))
    more = len(gained) - 4
    severity = Severity.ERROR if any("*" in grant[1:] for grant in gained) else None
    yield effect("rbac-widened", f"{named(subject.obj)} may now {shown}" + (f" and {more} more" if more > 0 else ""), severity)


def _narrower_role(subject: Subject) -> Iterator[Effect]:
    lost = _beyond(subject.before, subject.after)
    if lost and subject.both:
        shown = ", ".join(map(_granted, lost[:4]))
        more = f" and {len(lost) - 4} more" if len(lost) > 4 else ""
        yield effect("rbac-narrowed", f"{named(subject.obj)} may no longer {shown}{more}")


def _beyond(body: Mapped, other: Mapped) -> list[tuple[str, str, str]]:
    """What the one role grants and the other does not."""
    held = set(_grants(other))
    return [grant for grant in _grants(body) if grant not in held and not _covered(grant, held)]


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


def _granted(grant: tuple[str, str, str]) -> str:
    """`get pods`, `do anything with secrets`, `delete everything in apps`."""
    group, resource, verb = grant
    what = resource if resource != "*" else "everything" + (f" in {group or 'the core group'}" if group != "*" else "")
    return f"{'do anything with' if verb == '*' else verb} {what}"


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


def _narrower_binding(subject: Subject) -> Iterator[Effect]:
    if subject.both and subject.before.get("roleRef") != subject.after.get("roleRef"):
        return  # Refused, which is said, and not narrower.
    kept = [_who(one) for one in sequence(subject.after.get("subjects"))]
    lost = [who for who in (_who(one) for one in sequence(subject.before.get("subjects"))) if who not in kept]
    if lost:
        role = text(dig(subject.before, "roleRef", "name"))
        yield effect("rbac-narrowed", f"{', '.join(lost[:4])} {'loses' if len(lost) == 1 else 'lose'} role {role}")


def _who(subject: JSONValue) -> str:
    parts = mapping(subject)
    name = "/".join(filter(None, (text(parts.get("namespace")), text(parts.get("name")))))
    return f"{text(parts.get('kind'))} {name}"


def privileges(subject: Subject) -> Iterator[Effect]:
    """What the Pod Security Standards forbid (https://kubernetes.io/docs/concepts/security/pod-security-standards/)."""
    if subject.pair.after is None:
        return
    spec = pod_spec(subject.after, subject.kind)
    before = set(_privileges(pod_spec(subject.before, subject.kind)))
    gained = [one for one in dict.fromkeys(_privileges(spec)) if one not in before]
    gained += _no_longer_barred_from_root(subject, spec)
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
    yield from _context(mapping(spec.get("securityContext")), "the pod")
    for name, container in containers(spec):
        context = mapping(container.get("securityContext"))
        if context.get("privileged") is True:
            yield f"privileged container {name}"
        if context.get("allowPrivilegeEscalation") is True:
            yield f"privilege escalation in {name}"
        if context.get("procMount") == "Unmasked":
            yield f"unmasked /proc in {name}"
        yield from (f"capability {text(added)} in {name}" for added in sequence(dig(context, "capabilities", "add")))
        yield from (f"host port {port} of {name}" for port in (dig(one, "hostPort") for one in sequence(container.get("ports"))) if port)
        yield from _context(context, name)


def _context(context: Mapped, whose: str) -> Iterator[str]:
    """What may be said of the pod and of each container."""
    for field, title in (("seccompProfile", "no seccomp profile"), ("appArmorProfile", "no AppArmor profile")):
        if dig(context, field, "type") == "Unconfined":
            yield f"{title} for {whose}"
    if dig(context, "windowsOptions", "hostProcess") is True:
        yield f"host process in {whose}"
    if context.get("runAsUser") == 0 and context.get("runAsUser") is not False:
        yield f"user root in {whose}"


def _no_longer_barred_from_root(subject: Subject, spec: Mapped) -> list[str]:
    barred = _barred(pod_spec(subject.before, subject.kind))
    still = _barred(spec)
    names = [name for name, _ in containers(spec)]
    return [f"leave to run as root in {name}" for name in names if name in barred and name not in still]


def _barred(spec: Mapped) -> list[str]:
    """Containers that may not run as root; what a container says goes over what the pod says."""
    whole = dig(spec, "securityContext", "runAsNonRoot")
    own = ((name, dig(container, "securityContext", "runAsNonRoot")) for name, container in containers(spec))
    return [name for name, value in own if (whole if value is None else value) is True]


_LEVELS = ("privileged", "baseline", "restricted")
_ENFORCE = "pod-security.kubernetes.io/enforce"


def namespace_levels(subject: Subject) -> Iterator[Effect]:
    """https://kubernetes.io/docs/concepts/security/pod-security-admission/: without the label the cluster's default holds, mostly none."""
    if subject.kind != ("", "Namespace") or not subject.both:
        return
    before, after = (_level(body) for body in (subject.before, subject.after))
    if _LEVELS.index(after) < _LEVELS.index(before):
        yield effect("pod-security-widened", f"Namespace {subject.obj.name} enforces {after} instead of {before} pods")


def _level(body: Mapped) -> str:
    level = text(mapping(dig(body, "metadata", "labels")).get(_ENFORCE))
    return level if level in _LEVELS else _LEVELS[0]


_CLOUD_IDENTITIES = (
    "azure.workload.identity/client-id",
    "azure.workload.identity/tenant-id",
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
)
"""Annotations by which AWS, Azure and Google give the pods of a ServiceAccount an identity of their own."""


def identities(subject: Subject) -> Iterator[Effect]:
    if not subject.both:
        return
    if subject.kind == ("", "ServiceAccount"):
        before, after = (mapping(dig(body, "metadata", "annotations")) for body in (subject.before, subject.after))
        for name in _CLOUD_IDENTITIES:
            if before.get(name) != after.get(name):
                now = f"is {text(after.get(name))} to the cloud" if after.get(name) else "has no cloud identity any more"
                yield effect(
                    "identity-changed", f"{named(subject.obj)} {now}" + (f", was {text(before[name])}" if before.get(name) else "")
                )
        return
    old, new = (text(pod_spec(body, subject.kind).get("serviceAccountName"), "default") for body in (subject.before, subject.after))
    if old != new and pod_spec(subject.after, subject.kind):
        yield effect("identity-changed", f"pods of {named(subject.obj)} run as ServiceAccount {new}, were {old}", Severity.NOTE)
