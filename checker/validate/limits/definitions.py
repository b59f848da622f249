"""Definitions of custom resources: what the API server asks of their fields, as rows. Their schemas are `structural`'s.

After ValidateCustomResourceDefinition and what it calls in k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.tools.schema_words import quoted
from checker.validate.limits.rows import (
    Fault,
    encoded,
    exactly_one,
    filled,
    matches,
    named,
    one_of,
    requires,
    unique,
    version_names,
    without_gaps,
)
from checker.validate.names import name_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from checker.validate.limits.rows import Rule


def _definition(value: Any) -> Fault | None:
    spec = mapping(mapping(value).get("spec"))
    names, given = mapping(spec.get("names")), spec.get("versions")
    versions = [mapping(version) for version in given] if isinstance(given, list) else []
    name, wanted = mapping(mapping(value).get("metadata")).get("name"), f"{names.get('plural')}.{spec.get('group')}"
    if names.get("plural") and spec.get("group") and isinstance(name, str) and name != wanted:
        return Fault(f"has to be {wanted}", ("metadata", "name"), rule="invalid-name")
    stored = sum(version.get("storage") is True for version in versions)
    if versions and stored != 1:
        return Fault(f"{stored} versions are stored, exactly one has to be", ("spec", "versions"))
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        return Fault("has to be another than kind", ("spec", "names", "listKind"))
    if spec.get("preserveUnknownFields") is True:
        return Fault("may not be true; mark the schema with x-kubernetes-preserve-unknown-fields", ("spec", "preserveUnknownFields"))
    return None


def _group(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return ""
    fault = name_fault(value, "subdomain") or ("" if "." in value else "is no domain of two parts or more")
    return f"{quoted(value)} {fault}" if fault else ""


def _kind(value: Any) -> str:
    fault = name_fault(value.lower(), "label-1035") if isinstance(value, str) and value else ""
    return f"{quoted(value)} may hold only letters, digits and -, starting with a letter" if fault else ""


def _deprecation(value: Any) -> Fault | None:
    body = mapping(value)
    if body.get("deprecationWarning") is not None and body.get("deprecated") is not True:
        return Fault("is for versions that are deprecated", ("deprecationWarning",))
    return None


def _conversion(value: Any) -> Fault | None:
    body = mapping(value)
    hook = mapping(body.get("webhook"))
    if body.get("strategy") == "Webhook":
        if not hook.get("clientConfig"):
            return Fault(below=("webhook",) if hook else (), missing="clientConfig" if hook else "webhook")
        return None if hook.get("conversionReviewVersions") else Fault(below=("webhook",), missing="conversionReviewVersions")
    return Fault("is for the strategy Webhook only", ("webhook",)) if hook and body.get("strategy") == "None" else None


def _definition_rows() -> Iterator[tuple[str, Rule]]:
    yield "", _definition
    for name in ("group", "scope", "names.kind", "names.plural", "versions"):
        yield f"spec.{name}", filled
    yield "spec.scope", one_of("Cluster", "Namespaced")
    yield "spec.group", _group
    for name in ("plural", "singular", "shortNames[]", "categories[]"):
        yield f"spec.names.{name}", named("label-1035")
    for name in ("kind", "listKind"):
        yield f"spec.names.{name}", _kind
    yield "spec.versions", unique("name")
    yield "spec.versions[].name", named("label-1035")
    yield "spec.versions[]", requires("schema")
    yield "spec.versions[].schema", requires("openAPIV3Schema")
    yield "spec.versions[].schema.openAPIV3Schema", _root
    at = "spec.versions[].additionalPrinterColumns"
    yield at, without_gaps
    yield f"{at}[]", requires("name", "type", "jsonPath")
    yield f"{at}[].type", one_of("boolean", "date", "integer", "number", "string")
    yield f"{at}[].format", one_of("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
    yield f"{at}[].jsonPath", matches(r"(\..*)?", "must start with .")
    yield "spec.versions[]", _deprecation
    yield "spec.versions[].subresources.scale", requires("specReplicasPath", "statusReplicasPath")
    yield "spec.versions[].subresources.scale.specReplicasPath", matches(r"(\.spec\..*)?", "must lie below .spec")
    yield "spec.versions[].subresources.scale.statusReplicasPath", matches(r"(\.status\..*)?", "must lie below .status")
    yield "spec.versions[].subresources.scale.labelSelectorPath", matches(r"(\.(spec|status)\..*)?", "must lie below .spec or .status")
    yield "spec.conversion.strategy", one_of("None", "Webhook")
    yield "spec.conversion", _conversion
    yield "spec.conversion.webhook.conversionReviewVersions", version_names
    client = "spec.conversion.webhook.clientConfig"
    yield client, exactly_one("service", "url")
    yield f"{client}.caBundle", encoded
    yield f"{client}.service", requires("name", "namespace")
    yield f"{client}.url", matches(r"https://.*", "has to be an https address")


def _root(value: Any) -> str | Fault | None:
    kind = mapping(value).get("type")
    if not kind:
        return Fault(missing="type") if value else None
    return Fault(f"{kind} is not object, as it has to be at the outermost level", ("type",)) if kind != "object" else None


LIMITS: Mapping[tuple[str, str], Callable[[], Iterable[tuple[str, Rule]]]] = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition_rows,
}
