"""A chart's repository, name and version -> the chart's archive, from the cache or the network.

Versions resolve as Helm does, against the index of an HTTP repository or the tags of a registry. Without the network only a
version that is pinned exactly comes out of the cache: a range may mean another chart tomorrow.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from checker.model.records import dataclass
from checker.tools.helm import cache
from checker.tools.helm.call import HelmFailed
from checker.tools.helm.download import Registry, Unreachable, get
from checker.tools.outside import took
from checker.tools.semver import ConstraintError, best_version, parse_version

CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteChart:
    """`url` is that of the repository (http) or of the chart itself (oci), where `digest` goes before `tag`, and `tag` before `version`.

    `tags` is a regular expression: only tags that it finds something in take part in the choice of a version.
    """

    url: str
    name: str
    version: str = "*"
    tag: str = ""
    digest: str = ""
    tags: str = ""
    insecure: bool = False

    @property
    def reference(self) -> str:
        return "\n".join((self.url.rstrip("/"), self.name, self.tag or self.version, self.digest))

    @property
    def is_pinned(self) -> bool:
        return bool(self.digest) or parse_version(self.tag or self.version) is not None


def fetch(chart: RemoteChart, *, allow_network: bool) -> bytes | None:
    """The archive; None where the network would be needed and is not allowed. Raises HelmFailed, Unreachable."""
    took(f"chart {chart.name}")
    return _fetched(chart, allow_network=allow_network)


@lru_cache(maxsize=512)
def _fetched(chart: RemoteChart, *, allow_network: bool) -> bytes | None:
    if chart.is_pinned:
        known = cache.recall(chart.reference)
        if known is not None:
            return known
    if not allow_network:
        return None
    data = _from_registry(chart) if chart.url.startswith("oci://") else _from_index(chart)
    cache.store(chart.reference, data)
    return data


def _from_index(chart: RemoteChart) -> bytes:
    base = chart.url.rstrip("/") + "/"
    entries = _entries(_index(base), chart.name)
    version = _resolved(chart, [str(entry.get("version")) for entry in entries])
    entry = next(entry for entry in entries if str(entry.get("version")) == version)
    urls = entry.get("urls")
    if not isinstance(urls, list) or not urls:
        raise HelmFailed(f"chart {chart.name} {version} has no URL in the index of {chart.url}")
    data = get(urljoin(base, str(urls[0]))).data
    wanted = str(entry.get("digest") or "").removeprefix("sha256:")
    if wanted and hashlib.sha256(data).hexdigest() != wanted:
        raise HelmFailed(f"chart {chart.name} {version} from {chart.url} does not have the digest that the index names")
    return data


@lru_cache(maxsize=64)
def _index(base: str) -> bytes:
    return get(urljoin(base, "index.yaml")).data


def _entries(index: bytes, name: str) -> list[dict[str, Any]]:
    """Of an index of many megabytes only the part about one chart is parsed, where it is laid out as `helm repo index` does."""
    from checker.tools.yaml import load_documents

    start = re.search(rb"(?m)^entries:[ \t]*$", index)
    head = re.compile(rb"(?m)^  [\"']?" + re.escape(name.encode()) + rb"[\"']?:[ \t]*$").search(index, start.end() if start else 0)
    if start is not None and head is not None:
        after = re.compile(rb"(?m)^(?:  )?[^\s-]").search(index, head.end())
        index = b"entries:\n" + index[head.start() : after.start() if after else len(index)]
    document = next(iter(load_documents(index)), None)
    if document is None or document.error or not isinstance(document.value, dict):
        raise HelmFailed("the repository's index.yaml cannot be read")
    entries = document.value.get("entries")
    found = entries.get(name) if isinstance(entries, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _from_registry(chart: RemoteChart) -> bytes:
    registry = Registry(chart.url, insecure=chart.insecure)
    what = chart.digest or chart.tag or _tag(chart, registry)
    manifest = _manifest(chart, registry, what)
    layers = [layer for layer in manifest.get("layers") or [] if isinstance(layer, dict)]
    layer = next((layer for layer in layers if layer.get("mediaType") == CHART_LAYER), None)
    if layer is None:
        raise HelmFailed(f"{chart.url}:{what} is not a Helm chart: it has no layer of type {CHART_LAYER}")
    digest = str(layer.get("digest"))
    data = registry.get(f"blobs/{digest}").data
    if _digest(data) != digest:
        raise HelmFailed(f"{chart.url}:{what} does not have the digest that its manifest names")
    return data


def _tag(chart: RemoteChart, registry: Registry) -> str:
    """A registry has no `+` in its tags; Helm writes `_` there."""
    if parse_version(chart.version) is not None:
        return chart.version.replace("+", "_")
    try:
        wanted = re.compile(chart.tags)
    except re.error as error:
        raise HelmFailed(f"chart {chart.name}: semverFilter {chart.tags!r} is not a regular expression: {error}") from error
    return _resolved(chart, [tag.replace("_", "+") for tag in registry.tags() if wanted.search(tag)]).replace("+", "_")


def _manifest(chart: RemoteChart, registry: Registry, what: str) -> dict[str, Any]:
    data = registry.get(f"manifests/{what}", accept=MANIFEST).data
    if chart.digest and _digest(data) != chart.digest:
        raise HelmFailed(f"{chart.url}@{chart.digest} is answered with something of another digest")
    try:
        manifest = json.loads(data)
    except ValueError as error:
        raise HelmFailed(f"{chart.url}:{what} has a manifest that is no JSON") from error
    return manifest if isinstance(manifest, dict) else {}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _resolved(chart: RemoteChart, versions: list[str]) -> str:
    try:
        version = best_version(chart.version, versions)
    except ConstraintError as error:
        raise HelmFailed(f"chart {chart.name}: {error}") from error
    if version is None:
        raise HelmFailed(f"chart {chart.name} {chart.version} is not among the {len(versions)} versions at {chart.url}")
    return version


__all__ = ["RemoteChart", "Unreachable", "fetch"]
