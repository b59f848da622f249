"""What the API server refuses in a pod, wherever one is written: pods themselves and every kind with a pod template.

After the validation of k8s.io/kubernetes/pkg/apis/core/validation; only what a manifest alone decides.
"""

from __future__ import annotations

from checker.model.objects import dig, mapping, sequence, text
from checker.tools.schema_words import pointer, quoted, spelled
from checker.validate import values
from checker.validate.findings import Remark
from checker.validate.limits import POD_AT
from checker.validate.names import label_remarks, name_fault, open_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checker.model.objects import JSONValue, KubeObject
    from checker.validate.options import ValidateOptions
    from checker.validate.values import Path

_RESTARTS = {"Job": ("Never", "OnFailure"), "CronJob": ("Never", "OnFailure")}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("httpGet", "tcpSocket", "grpc")


def check_pod(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    at = POD_AT.get((obj.group, obj.kind))
    if at is None:
        return
    template = dig(obj.body, *at)
    spec = mapping(mapping(template).get("spec"))
    if not spec:
        return
    if at:
        yield from label_remarks(dig(template, "metadata", "labels"), (*at, "metadata", "labels"), options)
    path: Path = (*at, "spec")
    yield from _restart_policy(obj, spec, path, options)
    if "dnsPolicy" in spec:
        yield from values.one_of(spec["dnsPolicy"], "dnsPolicy", (*path, "dnsPolicy"), options)
    volumes = _named(spec, "volumes", path)
    yield from values.duplicates(volumes, "volume")
    claims = sequence(dig(obj.body, "spec", "volumeClaimTemplates")) if obj.kind == "StatefulSet" else ()
    known = {name for name, _ in volumes} | {text(dig(claim, "metadata", "name")) for claim in claims}
    containers = [*_named(spec, "initContainers", path), *_named(spec, "containers", path)]
    yield from values.duplicates(containers, "container")
    for field in ("initContainers", "containers"):
        for number, container in enumerate(sequence(spec.get(field))) if field in spec else ():
            if isinstance(container, dict):
                yield from _container(container, (*path, field, number), known, options)
    for number, volume in enumerate(sequence(spec.get("volumes"))):
        name = mapping(volume).get("name")
        if isinstance(name, str) and name_fault(name, "label"):
            yield from _dns_label(name, (*path, "volumes", number, "name"), options)


def _named(spec: Mapping[str, JSONValue], field: str, path: Path) -> list[tuple[str, Path]]:
    """The names of a list's entries with where they stand."""
    found: list[tuple[str, Path]] = []
    for number, item in enumerate(sequence(spec.get(field))):
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(name, str):
            found.append((name, (*path, field, number, "name")))
    return found


def _restart_policy(obj: KubeObject, spec: Mapping[str, JSONValue], path: Path, options: ValidateOptions) -> Iterator[Remark]:
    policy = spec.get("restartPolicy")
    if obj.kind in ("Pod", "PodTemplate"):
        yield from values.one_of(policy, "restartPolicy", (*path, "restartPolicy"), options)
        return
    allowed = _RESTARTS.get(obj.kind, ("Always",))
    if not policy and obj.kind in _RESTARTS:
        message = f"{spelled(path)}: restartPolicy is required in a {obj.kind}; write {' or '.join(allowed)}"
        yield Remark(rule="missing-field", message=message, pointer=pointer(path), key=True)
    elif isinstance(policy, str) and policy and policy not in allowed and not open_text(policy, options):
        message = f"{spelled((*path, 'restartPolicy'))}: {quoted(policy)} is not allowed in a {obj.kind}, only {' or '.join(allowed)}"
        yield Remark(rule="invalid-value", message=message, pointer=pointer((*path, "restartPolicy")))


def _dns_label(name: str, path: Path, options: ValidateOptions) -> Iterator[Remark]:
    if not open_text(name, options):
        fault = name_fault(name, "label")
        yield Remark(rule="invalid-name", message=f"{spelled(path)}: {quoted(name)} {fault}", pointer=pointer(path))


def _container(container: Mapping[str, JSONValue], path: Path, volumes: set[str], options: ValidateOptions) -> Iterator[Remark]:
    name = container.get("name")
    if isinstance(name, str) and name_fault(name, "label"):
        yield from _dns_label(name, (*path, "name"), options)
    if not container.get("image"):
        yield Remark(rule="missing-field", message=f"{spelled((*path, 'image'))} is required and missing", pointer=pointer(path), key=True)
    for field in ("imagePullPolicy", "terminationMessagePolicy"):
        if field in container and container[field] not in values.ENUMERATIONS[field]:
            yield from values.one_of(container[field], field, (*path, field), options)
    if len(sequence(container.get("env"))) > 1:
        yield from values.duplicates(_named(container, "env", path), "variable", refused=False)
    if "ports" in container:
        yield from _ports(container, path, options)
    if "resources" in container:
        yield from _resources(container["resources"], (*path, "resources"), options)
    if "volumeMounts" in container:
        yield from _mounts(container["volumeMounts"], (*path, "volumeMounts"), volumes, options)
    for probe in _PROBES:
        if probe in container:
            yield from _probe_ports(mapping(container[probe]), (*path, probe), options)


def _probe_ports(probe: Mapping[str, JSONValue], path: Path, options: ValidateOptions) -> Iterator[Remark]:
    for handler in _HANDLERS:
        if handler in probe and not values.is_port_or_name(given := mapping(probe[handler]).get("port")):
            yield from values.port_or_name(given, (*path, handler, "port"), options)


def _ports(container: Mapping[str, JSONValue], path: Path, options: ValidateOptions) -> Iterator[Remark]:
    entries = [mapping(item) for item in sequence(container.get("ports"))]
    for number, entry in enumerate(entries):
        at = (*path, "ports", number)
        if "containerPort" in entry and not values.is_port(entry["containerPort"]):
            yield from values.port(entry["containerPort"], (*at, "containerPort"))
        if entry.get("hostPort"):  # 0 is unset
            yield from values.port(entry["hostPort"], (*at, "hostPort"))
        if entry.get("protocol", "TCP") != "TCP":
            yield from values.one_of(entry["protocol"], "protocol", (*at, "protocol"), options)
        if "name" in entry and not values.is_port_or_name(entry["name"]):
            yield from values.port_name(entry["name"], (*at, "name"), options)
    if len(entries) > 1:
        yield from values.duplicates(_named(container, "ports", path), "port name")
        numbers = [
            ((given, text(entry.get("protocol"), "TCP")), (*path, "ports", number, "containerPort"))
            for number, entry in enumerate(entries)
            if isinstance(given := entry.get("containerPort"), int)
        ]
        yield from values.duplicates(numbers, "port", refused=False)


def _resources(resources: JSONValue, path: Path, options: ValidateOptions) -> Iterator[Remark]:
    limits, requests = mapping(mapping(resources).get("limits")), mapping(mapping(resources).get("requests"))
    for field, given in (("limits", limits), ("requests", requests)):
        for name, value in given.items():
            if values.amount(value) is None:
                yield from values.quantity(value, (*path, field, name), options)
    for name, value in requests.items() if limits else ():
        asked, most = values.amount(value), values.amount(limits.get(name))
        if asked is not None and most is not None and asked > most:
            at = (*path, "requests", name)
            yield Remark(rule="invalid-value", message=f"{spelled(at)}: {value} is more than the limit {limits[name]}", pointer=pointer(at))


def _mounts(mounts: JSONValue, path: Path, volumes: set[str], options: ValidateOptions) -> Iterator[Remark]:
    places: list[tuple[str, Path]] = []
    for number, mount in enumerate(sequence(mounts)):
        name, where = mapping(mount).get("name"), mapping(mount).get("mountPath")
        if isinstance(where, str):
            places.append((where, (*path, number, "mountPath")))
        if isinstance(name, str) and name not in volumes and not open_text(name, options):
            at = (*path, number, "name")
            yield Remark(
                rule="invalid-value",
                message=f"{spelled(at)}: there is no volume {quoted(name)}{_meant(name, volumes)}",
                pointer=pointer(at),
            )
    yield from values.duplicates(places, "mount path")


def _meant(name: str, volumes: set[str]) -> str:
    from checker.tools.schema_words import nearest

    near = nearest(name, sorted(volumes))
    return f"; did you mean {near}?" if near is not None else ""
