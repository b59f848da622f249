"""Claims and volumes, and configuration: what the API server asks of their fields, as rows.

After the validation.go of their groups in k8s.io/kubernetes/pkg/apis (1.36).
"""

from __future__ import annotations

from checker.model.objects import REDACTED, mapping
from checker.tools.schema_words import quoted
from checker.validate.limits.pods import selector
from checker.validate.limits.rows import Fault, filled, matches, named, one_of, positive, requires, without_gaps
from checker.validate.names import is_key, key_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from checker.validate.limits.rows import Rule


_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")


def claim(at: str) -> Iterator[tuple[str, Rule]]:
    """What is asked of the spec of a claim, also of one that a controller makes."""
    yield at, requires("accessModes")
    yield f"{at}.accessModes[]", filled
    yield f"{at}.resources.requests.storage", positive
    yield from selector(f"{at}.selector")
    yield f"{at}.dataSourceRef", _source
    for name in ("dataSource", "dataSourceRef"):
        yield f"{at}.{name}.apiGroup", named("subdomain")
    yield f"{at}.accessModes[]", one_of(*_MODES)
    yield f"{at}.accessModes", _alone
    yield f"{at}.resources", lambda value: None if mapping(mapping(value).get("requests")).get("storage") else _no_storage(value)
    yield at, lambda value: Fault(below=("resources",), missing="requests.storage") if mapping(value).get("resources") is None else None
    yield f"{at}.volumeMode", one_of("Block", "Filesystem")
    yield f"{at}.storageClassName", named("subdomain")


def _source(value: Any) -> str | Fault | None:
    """What a claim is filled from."""
    body = mapping(value)
    if body.get("kind") not in (None, "", "PersistentVolumeClaim") and not body.get("apiGroup"):
        return Fault(missing="apiGroup")
    return requires("kind", "name")(value) if body else None


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
        if not is_key(key):
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


_REGISTRIES = {"kubernetes.io/dockercfg": ".dockercfg", "kubernetes.io/dockerconfigjson": ".dockerconfigjson"}


def _registries(body: Mapping[str, Any], kind: str) -> Fault | None:
    """What the key of such a Secret holds has to be a JSON object; what else it holds is not told."""
    key = _REGISTRIES.get(kind, "")
    for field in ("stringData", "data") if key else ():
        given = mapping(body.get(field)).get(key)
        if isinstance(given, str) and not given.startswith(("ENC[", REDACTED)):
            return (
                None if _is_json_object(given, encoded=field == "data") else Fault("is not JSON, as the Secret's type says", (field, key))
            )
    return None


def _is_json_object(text: str, *, encoded: bool) -> bool:
    import json
    from base64 import b64decode

    try:
        return isinstance(json.loads(b64decode(text) if encoded else text), dict | None)
    except (ValueError, RecursionError):
        return False


def _secret(value: Any) -> Fault | None:
    body = mapping(value)
    held = mapping(body.get("data")).keys() | mapping(body.get("stringData")).keys()
    kind = str(body.get("type"))
    for keys in _SECRET_KEYS.get(kind, ()):
        if not held.intersection(keys):
            return Fault(f"{kind} needs the key {' or '.join(keys)}", ("type",))
    annotations = mapping(mapping(body.get("metadata")).get("annotations"))
    if (fault := _registries(body, kind)) is not None:
        return fault
    if kind == "kubernetes.io/service-account-token" and not annotations.get("kubernetes.io/service-account.name"):
        return Fault(f"{kind} needs the annotation kubernetes.io/service-account.name", ("type",))
    return None


_VOLUMES = (
    *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker", "gcePersistentDisk"),
    *("glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO"),
    *("storageos", "vsphereVolume"),
)
_MOST_PARAMETERS = 512


def _one_volume(value: Any) -> str | Fault | None:
    held = [name for name in _VOLUMES if mapping(value).get(name) is not None]
    if "local" in held and not mapping(mapping(value).get("nodeAffinity")).get("required"):
        return Fault(missing="nodeAffinity")
    if len(held) == 1:
        return None
    return f"{' and '.join(held)} exclude each other" if held else "needs a volume, such as csi or nfs"


def _capacity(value: Any) -> Fault | None:
    body = mapping(value)
    other = next((name for name in body if name != "storage"), None)
    if other is not None:
        return Fault("is no capacity of a volume, only storage is", (other,))
    fault = positive(body.get("storage"))
    return Fault(fault, ("storage",)) if fault else None


def _provisioner(value: Any) -> str:
    return f"{quoted(value)}: {fault}" if isinstance(value, str) and value and (fault := key_fault(value.lower())) else ""


def _parameters(value: Any) -> str | Fault | None:
    if len(mapping(value)) > _MOST_PARAMETERS:
        return f"has {len(value)} entries; {_MOST_PARAMETERS} are the limit"
    return Fault("is no name of a parameter", ("",)) if "" in mapping(value) else None


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
        ("spec", _one_volume),
        ("spec.capacity", _capacity),
        ("spec.nodeAffinity", requires("required")),
        ("spec.nodeAffinity.required.nodeSelectorTerms", filled),
        ("spec.csi", requires("driver", "volumeHandle")),
        ("spec.csi.driver", named("subdomain")),
        ("spec.hostPath.path", matches(r"(?!\.\.(/|$))((?!/\.\.(/|$)).)*", "may not hold ..")),
    ],
    ("storage.k8s.io", "StorageClass"): lambda: [
        ("provisioner", filled),
        ("provisioner", _provisioner),
        ("parameters", _parameters),
        ("allowedTopologies", without_gaps),
        ("reclaimPolicy", one_of("Delete", "Retain")),
        ("volumeBindingMode", one_of("Immediate", "WaitForFirstConsumer")),
    ],
    ("", "Secret"): lambda: [("", _secret), *_data("data", "stringData")],
    ("", "ConfigMap"): lambda: [("", _both), ("", _size), *_data("data", "binaryData")],
}
