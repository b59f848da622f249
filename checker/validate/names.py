"""Names, labels and annotations as the API server takes them: an object in, remarks out.

Rules after kubernetes.io/docs/concepts/overview/working-with-objects (names, labels, annotations) and the validation in
k8s.io/apimachinery/pkg/api/validation. Most kinds want a DNS subdomain; those that want something else stand in a table.
"""

from __future__ import annotations

from checker.model.cached import cache
from checker.model.objects import mapping, sequence, text
from checker.tools.schema_words import pointer, quoted, spelled
from checker.validate.findings import Remark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checker.model.objects import JSONValue, KubeObject
    from checker.validate.options import ValidateOptions

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_IN_LABEL = f"{_LETTERS}0123456789-"
_ENDS = f"{_LETTERS}{_LETTERS.upper()}0123456789"
_IN_VALUE = f"{_ENDS}-_."
_LOWER = "lower-case letters, digits and -"

_STYLES = {
    "Namespace": "label",
    "Service": "label-1035",
    "Role": "segment",
    "ClusterRole": "segment",
    "RoleBinding": "segment",
    "ClusterRoleBinding": "segment",
    "APIService": "segment",
    "PodDisruptionBudget": "segment",
}
_STYLED_GROUPS = ("", "rbac.authorization.k8s.io", "apiregistration.k8s.io", "policy")
_LONGEST = {("batch", "CronJob"): 52}
"""A CronJob appends 11 characters for each Job, whose name becomes a label."""
_NAMELESS = frozenset(
    {"TokenReview", "TokenRequest", "SubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "LocalSubjectAccessReview"}
    | {"SelfSubjectReview", "Binding", "Eviction", "AdmissionReview", "ConversionReview"}
)
_MOST_ANNOTATED = 256 * 1024


def open_text(value: object, options: ValidateOptions) -> bool:
    """Text that Flux (`${NAME}`) or the variables of a kustomization (`$(NAME)`) still fill in."""
    return options.substituted and isinstance(value, str) and ("${" in value or "$(" in value)


def holds_open_text(value: object, options: ValidateOptions) -> bool:
    """A value with such text in it, at any depth."""
    if isinstance(value, dict):
        return any(holds_open_text(item, options) for item in value.values())
    if isinstance(value, list):
        return any(holds_open_text(item, options) for item in value)
    return open_text(value, options)


def is_label(text: str) -> bool:
    """Of any length."""
    return text != "" and not text.strip(_IN_LABEL) and text[0] != "-" != text[-1]


def is_subdomain(text: str) -> bool:
    return all(map(is_label, text.split(".")))


def is_key(text: str) -> bool:
    """Of the data of a ConfigMap or Secret."""
    return 0 < len(text) <= 253 and not text.strip(_IN_VALUE) and text != "." and not text.startswith("..")


def _is_qualified(text: str) -> bool:
    return 0 < len(text) <= 63 and not text.strip(_IN_VALUE) and text[0] in _ENDS and text[-1] in _ENDS


@cache
def name_fault(name: str, style: str) -> str:
    """What is wrong with a name, empty for nothing."""
    if style == "segment":
        return "may not be . or .., nor hold / or %" if name in (".", "..") or "/" in name or "%" in name else ""
    if style == "subdomain":
        if len(name) > 253:
            return f"is {len(name)} characters long; 253 are the limit"
        return "" if is_subdomain(name) else "may hold only lower-case letters, digits, - and ., starting and ending with a letter or digit"
    if len(name) > 63:
        return f"is {len(name)} characters long; 63 are the limit"
    if style == "label":
        return "" if is_label(name) else f"may hold only {_LOWER}, starting and ending with a letter or digit"
    return (
        ""
        if is_label(name) and name[0] in _LETTERS
        else f"may hold only {_LOWER}, starting with a letter and ending with a letter or digit"
    )


def check_metadata(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    """Name, namespace, labels and annotations: in one, since every object of a repository passes here."""
    metadata = obj.body.get("metadata")
    if not isinstance(metadata, dict):
        if obj.kind not in _NAMELESS:
            yield Remark(rule="missing-field", message="metadata.name is required and missing")
        return
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str) or not _is_plain(name):
        yield from _name_remarks(obj, metadata, options)
    if namespace and isinstance(namespace, str) and (fault := name_fault(namespace, "label")) and not open_text(namespace, options):
        yield Remark(rule="invalid-name", message=f"metadata.namespace: {quoted(namespace)} {fault}", pointer="/metadata/namespace")
    if "finalizers" in metadata:
        yield from _finalizer_remarks(obj, metadata["finalizers"], options)
    if "labels" in metadata:
        yield from label_remarks(metadata["labels"], ("metadata", "labels"), options)
    if "annotations" in metadata:
        yield from _annotation_remarks(metadata["annotations"], options)


def _is_plain(name: str) -> bool:
    """Whether the name is good for every kind, which nearly all are."""
    return len(name) <= 52 and is_label(name) and name[0] in _LETTERS


def _name_remarks(obj: KubeObject, metadata: Mapping[str, JSONValue], options: ValidateOptions) -> Iterator[Remark]:
    name = metadata.get("name")
    if name is None or name == "":
        start = text(metadata.get("generateName"))
        if start and (fault := name_fault(f"{start}x", "subdomain")) and not open_text(start, options):
            yield Remark(rule="invalid-name", message=f"metadata.generateName: {quoted(start)} {fault}", pointer="/metadata/generateName")
        if not text(metadata.get("generateName")) and obj.kind not in _NAMELESS:
            yield Remark(rule="missing-field", message="metadata.name is required and missing", pointer="/metadata", key=True)
    elif isinstance(name, str) and not open_text(name, options):
        style = _STYLES.get(obj.kind, "subdomain") if obj.group in _STYLED_GROUPS else "subdomain"
        fault = name_fault(name, style)
        longest = _LONGEST.get((obj.group, obj.kind))
        if not fault and longest is not None and len(name) > longest:
            fault = f"is {len(name)} characters long; {longest} are the limit for {obj.kind}"
        if fault:
            yield Remark(rule="invalid-name", message=f"metadata.name: {quoted(name)} {fault}", pointer="/metadata/name")


_OWN_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")


def _finalizer_remarks(obj: KubeObject, finalizers: JSONValue, options: ValidateOptions) -> Iterator[Remark]:
    """Custom resources, whose groups are domains, may have ones without a domain of their own."""
    for number, given in enumerate(sequence(finalizers)):
        if not isinstance(given, str) or open_text(given, options) or given in _OWN_FINALIZERS:
            continue
        fault = key_fault(given) or ("" if "/" in given or "." in obj.group else "needs a domain, as in example.com/name")
        if fault:
            at = ("metadata", "finalizers", number)
            yield Remark(rule="invalid-name", message=f"{spelled(at)}: {quoted(given)} {fault}", pointer=pointer(at))


def _annotation_remarks(annotations: JSONValue, options: ValidateOptions) -> Iterator[Remark]:
    size = 0
    for key, value in mapping(annotations).items():
        size += len(key) + len(value if isinstance(value, str) else "")
        if fault := key_fault(key.lower()):
            yield _key_remark(key, fault, ("metadata", "annotations"), options)
    if size > _MOST_ANNOTATED:
        message = f"metadata.annotations: {size} bytes in all; 262144 are the limit"
        yield Remark(rule="invalid-label", message=message, pointer="/metadata/annotations", key=True)


def label_remarks(labels: object, path: tuple[str | int, ...], options: ValidateOptions) -> Iterator[Remark]:
    for key, value in mapping(labels).items():
        if isinstance(value, str) and _is_good_label(key, value):
            continue
        if fault := key_fault(key):
            yield _key_remark(key, fault, path, options)
        if isinstance(value, str) and not is_label_value(value) and not open_text(value, options):
            length = f"is {len(value)} characters long; 63 are the limit" if len(value) > 63 else ""
            fault = length or "may hold only letters, digits, -, _ and ., starting and ending with a letter or digit"
            yield Remark(rule="invalid-label", message=f"{spelled((*path, key))}: {quoted(value)} {fault}", pointer=pointer((*path, key)))


@cache
def _is_good_label(key: str, value: str) -> bool:
    """Both at once: most labels of a repository are met again and again."""
    return not key_fault(key) and is_label_value(value)


def is_label_value(value: str) -> bool:
    return value == "" or _is_qualified(value)


def _key_remark(key: str, fault: str, path: tuple[str | int, ...], options: ValidateOptions) -> Remark:
    if open_text(key, options):
        return Remark(
            rule="substituted-value",
            message=f"{spelled((*path, key))} is filled in when it is rendered",
            pointer=pointer((*path, key)),
            key=True,
        )
    return Remark(rule="invalid-label", message=f"{spelled((*path, key))}: {fault}", pointer=pointer((*path, key)), key=True)


@cache
def key_fault(key: str) -> str:
    """Of a label or annotation key: `[prefix/]name`."""
    if _is_qualified(key):
        return ""
    prefix, slash, name = key.rpartition("/")
    if slash and (not is_subdomain(prefix) or len(prefix) > 253):
        return f"the part before / must be a domain name, {quoted(prefix)} is not"
    if not _is_qualified(name):
        if len(name) > 63:
            return f"the name is {len(name)} characters long; 63 are the limit"
        return "the name may hold only letters, digits, -, _ and ., starting and ending with a letter or digit"
    return ""


def check_no_namespace(obj: KubeObject, _options: ValidateOptions) -> Iterator[Remark]:
    """A cluster-wide object with a namespace: the API server ignores or refuses it, depending on how it is applied."""
    if obj.namespace:
        message = f"metadata.namespace: {obj.kind} belongs to no namespace; remove it"
        yield Remark(rule="namespace-scope", message=message, pointer="/metadata/namespace", key=True)


CLUSTER_KINDS: Mapping[str, tuple[str, ...]] = {
    "": ("Namespace", "Node", "PersistentVolume", "ComponentStatus"),
    "admissionregistration.k8s.io": (
        *(
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
        ),
        *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
    ),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "apiregistration.k8s.io": ("APIService",),
    "authentication.k8s.io": ("TokenReview", "SelfSubjectReview"),
    "authorization.k8s.io": ("SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"),
    "certificates.k8s.io": ("CertificateSigningRequest", "ClusterTrustBundle"),
    "flowcontrol.apiserver.k8s.io": ("FlowSchema", "PriorityLevelConfiguration"),
    "internal.apiserver.k8s.io": ("StorageVersion",),
    "networking.k8s.io": ("IngressClass", "IPAddress", "ServiceCIDR"),
    "node.k8s.io": ("RuntimeClass",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
    "resource.k8s.io": ("DeviceClass", "ResourceSlice", "DeviceTaintRule"),
    "scheduling.k8s.io": ("PriorityClass",),
    "storage.k8s.io": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"),
    "storagemigration.k8s.io": ("StorageVersionMigration",),
}
"""Built-in kinds outside namespaces (`kubectl api-resources --namespaced=false`)."""
