"""Claims and volumes, configuration, limits and priorities: what the API server asks of their fields, as rows.

After the validation.go of their groups in k8s.io/kubernetes/pkg/apis (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.model.patterns import pattern
from checker.validate.limits.rows import Fault, between, filled, matches, named, one_of, requires

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from checker.validate.limits.rows import Rule

_DATA_KEY = pattern(r"(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}")


_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")


def claim(at: str) -> Iterator[tuple[str, Rule]]:
    """What is asked of the spec of a claim, also of one that a controller makes."""
    yield at, requires("accessModes")
    yield f"{at}.accessModes[]", one_of(*_MODES)
    yield f"{at}.accessModes", _alone
    yield f"{at}.resources", lambda value: None if mapping(mapping(value).get("requests")).get("storage") else _no_storage(value)
    yield at, lambda value: Fault(below=("resources",), missing="requests.storage") if mapping(value).get("resources") is None else None
    yield f"{at}.volumeMode", one_of("Block", "Filesystem")
    yield f"{at}.storageClassName", named("subdomain")


def _no_storage(value: Any) -> Fault | None:
    requests = mapping(mapping(value).get("requests"))
    return Fault(below=("requests",), missing="storage") if requests else Fault(missing="requests.storage")


def _alone(value: Any) -> str:
    many = isinstance(value, list) and len(value) > 1 and "ReadWriteOncePod" in value
    return "ReadWriteOncePod excludes every other mode" if many else ""


def _data(*fields: str) -> Iterator[tuple[str, Rule]]:
    for field in fields:
        yield field, _data_keys


def _data_keys(value: Any) -> Fault | None:
    for key in mapping(value):
        if not _DATA_KEY.fullmatch(key):
            return Fault("is no key: letters, digits, -, _ and . are allowed", (key,))
    return None


def _both(value: Any) -> Fault | None:
    twice = mapping(mapping(value).get("data")).keys() & mapping(mapping(value).get("binaryData")).keys()
    return Fault("is a key of data as well", ("binaryData", min(twice)), rule="duplicate-item") if twice else None


_LARGEST = 1024 * 1024


def _size(value: Any) -> Fault | None:
    texts = [text for text in mapping(mapping(value).get("data")).values() if isinstance(text, str)]
    if sum(map(len, texts)) * 4 <= _LARGEST:
        return None
    held = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return Fault(f"holds {held} bytes; {_LARGEST} are the limit", ("data",)) if held > _LARGEST else None


_SECRET_KEYS = {
    "kubernetes.io/dockercfg": ((".dockercfg",),),
    "kubernetes.io/dockerconfigjson": ((".dockerconfigjson",),),
    "kubernetes.io/ssh-auth": (("ssh-privatekey",),),
    "kubernetes.io/basic-auth": (("username", "password"),),
    "kubernetes.io/tls": (("tls.crt",), ("tls.key",)),
}
"""What a Secret of each type has to hold: of each group one key."""


def _secret(value: Any) -> Fault | None:
    body = mapping(value)
    held = mapping(body.get("data")).keys() | mapping(body.get("stringData")).keys()
    kind = str(body.get("type"))
    for keys in _SECRET_KEYS.get(kind, ()):
        if not held.intersection(keys):
            return Fault(f"{kind} needs the key {' or '.join(keys)}", ("type",))
    annotations = mapping(mapping(body.get("metadata")).get("annotations"))
    if kind == "kubernetes.io/service-account-token" and not annotations.get("kubernetes.io/service-account.name"):
        return Fault(f"{kind} needs the annotation kubernetes.io/service-account.name", ("type",))
    return None


def _limits(value: Any) -> Fault | None:
    body = mapping(value)
    if body.get("type") == "Pod":
        given = next((name for name in ("default", "defaultRequest") if body.get(name)), None)
        return Fault("is not for the type Pod", (given,)) if given else None
    return None


def _priority_name(value: Any) -> str:
    own = ("system-cluster-critical", "system-node-critical")
    return "system- is for the system's own" if str(value).startswith("system-") and value not in own else ""


LIMITS: Mapping[tuple[str, str], Callable[[], Iterable[tuple[str, Rule]]]] = {
    ("", "PersistentVolumeClaim"): lambda: [("", requires("spec")), *claim("spec")],
    ("", "PersistentVolume"): lambda: [
        ("", requires("spec")),
        ("spec", requires("accessModes", "capacity")),
        ("spec.accessModes[]", one_of(*_MODES)),
        ("spec.accessModes", _alone),
        ("spec.persistentVolumeReclaimPolicy", one_of("Delete", "Recycle", "Retain")),
        ("spec.volumeMode", one_of("Block", "Filesystem")),
        ("spec.storageClassName", named("subdomain")),
        ("spec.nfs.path", matches(r"/.*", "must start with /")),
    ],
    ("storage.k8s.io", "StorageClass"): lambda: [
        ("provisioner", filled),
        ("reclaimPolicy", one_of("Delete", "Retain")),
        ("volumeBindingMode", one_of("Immediate", "WaitForFirstConsumer")),
    ],
    ("", "LimitRange"): lambda: [
        (
            "spec.limits[].type",
            matches(r"Container|Pod|PersistentVolumeClaim|.+/.+", "is not one of Container, Pod, PersistentVolumeClaim"),
        ),
        ("spec.limits[]", _limits),
    ],
    ("scheduling.k8s.io", "PriorityClass"): lambda: [
        ("value", between(-(2**31), 10**9)),
        ("metadata.name", _priority_name),
        ("preemptionPolicy", one_of("Never", "PreemptLowerPriority")),
    ],
    ("", "Secret"): lambda: [("", _secret), *_data("data", "stringData")],
    ("", "ConfigMap"): lambda: [("", _both), ("", _size), *_data("data", "binaryData")],
}
