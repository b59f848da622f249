"""Which API versions of Flux's own kinds a Flux release still serves (fluxcd.io/flux/releases)."""

from __future__ import annotations

import re

_BETA: dict[str, tuple[int, int]] = {"v1beta1": (2, 7), "v1beta2": (2, 8)}
REMOVED: dict[str, dict[str, tuple[int, int]]] = {
    "kustomize.toolkit.fluxcd.io": _BETA,
    "source.toolkit.fluxcd.io": _BETA,
    "helm.toolkit.fluxcd.io": {"v2beta1": (2, 7), "v2beta2": (2, 8)},
}
CURRENT = {"kustomize.toolkit.fluxcd.io": "v1", "source.toolkit.fluxcd.io": "v1", "helm.toolkit.fluxcd.io": "v2"}


_STATED = re.compile(rb"app\.kubernetes\.io/version: *[\"']?v?(\d+\.\d+(?:\.\d+)?)")


def stated_release(components: bytes) -> str:
    """Which release the manifests of Flux's own components are of (`flux install` labels every object), empty where they do not say."""
    found = _STATED.search(components)
    return found[1].decode() if found is not None else ""


def release(text: str) -> tuple[int, int]:
    """`2.9`, `v2.9.4` and `2` as numbers."""
    numbers = [int(part) for part in re.findall(r"\d+", text)[:2]]
    major, minor = [*numbers, 0, 0][:2]
    return major, minor


def no_longer_served(group: str, version: str, flux: str) -> str:
    """What to say about an API version that this Flux release refuses, empty where it is served."""
    removed = REMOVED.get(group, {}).get(version)
    if removed is None or release(flux) < removed:
        return ""
    since = ".".join(map(str, removed))
    return f"{group}/{version} is no longer served since Flux {since}; use {group}/{CURRENT[group]}"


def helm_of(flux: str) -> str:
    """The Helm that a Flux release embeds, empty for the newest: 3 up to Flux 2.7, 4.1 with 2.8 (helm-controller's CHANGELOG.md)."""
    known = release(flux)
    return "3.19" if known < (2, 8) else "4.1" if known < (2, 9) else ""
