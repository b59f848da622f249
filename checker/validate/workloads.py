"""What the API server refuses in single kinds: selectors that miss their own template, services, ingresses, claims, encoded data."""

from __future__ import annotations

from checker.model.objects import REDACTED, dig, mapping, sequence, text
from checker.tools.schema_words import pointer, spelled
from checker.validate import values
from checker.validate.findings import Remark
from checker.validate.names import label_remarks, open_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checker.model.objects import JSONValue, KubeObject
    from checker.validate.options import ValidateOptions
    from checker.validate.values import Path


def check_selector(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    """The selector of a workload must choose the pods of its own template."""
    selector = mapping(dig(obj.body, "spec", "selector"))
    wanted = mapping(selector.get("matchLabels"))
    yield from label_remarks(wanted, ("spec", "selector", "matchLabels"), options)
    template = dig(obj.body, "spec", "template")
    if not isinstance(template, dict) or not selector:
        return
    labels = mapping(dig(template, "metadata", "labels"))
    for key, value in wanted.items():
        given = labels.get(key)
        if given != value and not open_text(value, options) and not open_text(given, options):
            at: Path = ("spec", "selector", "matchLabels", key)
            has = "does not have that label" if given is None else f"says {given}"
            yield Remark(
                rule="selector-mismatch", message=f"{spelled(at)}: {value} is selected, but spec.template {has}", pointer=pointer(at)
            )
    for number, expression in enumerate(sequence(selector.get("matchExpressions"))):
        if not _holds(mapping(expression), labels):
            at = ("spec", "selector", "matchExpressions", number)
            yield Remark(
                rule="selector-mismatch", message=f"{spelled(at)}: the labels of spec.template do not meet it", pointer=pointer(at)
            )


def _holds(expression: Mapping[str, JSONValue], labels: Mapping[str, JSONValue]) -> bool:
    key, operator, wanted = text(expression.get("key")), expression.get("operator"), sequence(expression.get("values"))
    if operator == "In":
        return labels.get(key) in wanted
    if operator == "NotIn":
        return key not in labels or labels[key] not in wanted
    if operator == "Exists":
        return key in labels
    return operator != "DoesNotExist" or key not in labels


def check_service(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    spec = mapping(obj.body.get("spec"))
    ports = sequence(spec.get("ports"))
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None" and spec:
        yield Remark(rule="missing-field", message="spec.ports is required and missing", pointer="/spec", key=True)
    if spec.get("type") == "ExternalName" and not spec.get("externalName"):
        yield Remark(
            rule="missing-field", message="spec.externalName is required and missing for type ExternalName", pointer="/spec", key=True
        )
    for number, item in enumerate(ports):
        entry, at = mapping(item), ("spec", "ports", number)
        if not values.is_port(entry.get("port")):
            yield from values.port(entry.get("port"), (*at, "port"))
        if entry.get("nodePort"):  # 0 is unset
            yield from values.port(entry["nodePort"], (*at, "nodePort"))
        if entry.get("targetPort") and not values.is_port_or_name(entry["targetPort"]):
            yield from values.port_or_name(entry["targetPort"], (*at, "targetPort"), options)
        if "protocol" in entry:
            yield from values.one_of(entry["protocol"], "protocol", (*at, "protocol"), options)
    if len(ports) > 1:
        yield from _several(ports)
    yield from label_remarks(spec.get("selector"), ("spec", "selector"), options)


def _several(ports: Sequence[JSONValue]) -> Iterator[Remark]:
    """What holds for a service with more than one port."""
    names: list[tuple[str, Path]] = []
    numbers: list[tuple[tuple[JSONValue, str], Path]] = []
    for number, item in enumerate(ports):
        entry, at = mapping(item), ("spec", "ports", number)
        if not entry.get("name"):
            message = f"{spelled((*at, 'name'))} is required and missing: a service with several ports names each"
            yield Remark(rule="missing-field", message=message, pointer=pointer(at), key=True)
        if isinstance(entry.get("name"), str):
            names.append((text(entry["name"]), (*at, "name")))
        if isinstance(entry.get("port"), int):
            numbers.append(((entry["port"], text(entry.get("protocol"), "TCP")), (*at, "port")))
    yield from values.duplicates(names, "port name")
    yield from values.duplicates(numbers, "port")


_BACKEND_PORT = ("backend", "service", "port", "number")


def check_ingress(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    for number, rule in enumerate(sequence(dig(obj.body, "spec", "rules"))):
        for index, item in enumerate(sequence(dig(rule, "http", "paths"))):
            at: Path = ("spec", "rules", number, "http", "paths", index)
            entry = mapping(item)
            if entry.get("pathType") not in values.ENUMERATIONS["pathType"]:
                yield from values.one_of(entry.get("pathType"), "pathType", (*at, "pathType"), options)
            if (given := dig(entry, *_BACKEND_PORT)) is not None:
                yield from values.port(given, (*at, *_BACKEND_PORT))
            path = entry.get("path")
            if isinstance(path, str) and path and not path.startswith("/") and entry.get("pathType") in ("Exact", "Prefix"):
                message = f"{spelled((*at, 'path'))}: must start with /"
                yield Remark(rule="invalid-value", message=message, pointer=pointer((*at, "path")))


def check_claim(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    spec = mapping(obj.body.get("spec"))
    yield from values.quantity(dig(spec, "resources", "requests", "storage"), ("spec", "resources", "requests", "storage"), options)
    if obj.kind == "PersistentVolume":
        yield from values.quantity(dig(spec, "capacity", "storage"), ("spec", "capacity", "storage"), options)


def check_quota(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    for name, value in mapping(dig(obj.body, "spec", "hard")).items():
        yield from values.quantity(value, ("spec", "hard", name), options)


def check_encoded(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    """`data` of a Secret and `binaryData` of a ConfigMap hold base64; never says what they hold."""
    field = "data" if obj.kind == "Secret" else "binaryData"
    held = mapping(obj.body.get(field))
    if not held:
        return
    import binascii

    for key, value in held.items():
        if not isinstance(value, str) or open_text(value, options) or value.startswith(("ENC[", REDACTED)):
            continue
        try:
            binascii.a2b_base64(value.replace("\n", "").replace("\r", ""), strict_mode=True) if value else b""
        except (binascii.Error, ValueError):
            at = (field, key)
            hint = "; write plain text under stringData" if obj.kind == "Secret" else ""
            yield Remark(rule="invalid-value", message=f"{spelled(at)}: the value is not base64{hint}", pointer=pointer(at))


def check_autoscaler(obj: KubeObject, _options: ValidateOptions) -> Iterator[Remark]:
    least, most = dig(obj.body, "spec", "minReplicas"), dig(obj.body, "spec", "maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        message = f"spec.maxReplicas: {most} is less than minReplicas {least}"
        yield Remark(rule="invalid-value", message=message, pointer="/spec/maxReplicas")
