"""Schema locations: templates with kubeconform's six variables in, paths or addresses out.

`NormalizedKubernetesVersion` is `master` or `v1.2.3`; `Group` is what stands before `/`, so `v1` for the core group.
"""

from __future__ import annotations

from checker.model.patterns import pattern

_VARIABLE = pattern(r"\{\{-?\s*\.(\w+)\s*-?\}\}")
_ANYTHING_IN_BRACES = pattern(r"\{\{-?\s*(.*?)\s*-?\}\}|(\{\{.*)")
_SUFFIX = "/{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json"
VARIABLES = ("NormalizedKubernetesVersion", "StrictSuffix", "ResourceKind", "ResourceAPIVersion", "Group", "KindSuffix")

_NAMED = frozenset(f".{name}" for name in VARIABLES)


def expand(location: str, *, api_version: str, kind: str, version: str, strict: bool) -> str:
    """The location of one kind's schema. A location that names no file gets the usual layout below it."""
    template = location if location.endswith("json") else location.rstrip("/") + _SUFFIX
    values = variables(api_version=api_version, kind=kind, version=version, strict=strict)
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), template)


def variables(*, api_version: str, kind: str, version: str, strict: bool) -> dict[str, str]:
    before, _, after = api_version.partition("/")
    label = before.split(".", 1)[0]
    return {
        "NormalizedKubernetesVersion": version if version in ("master", "latest") else "v" + _three_parts(version),
        "StrictSuffix": "-strict" if strict else "",
        "ResourceKind": kind.lower(),
        "ResourceAPIVersion": after or before,
        "Group": before,
        "KindSuffix": f"-{label}-{after}" if after else f"-{label}",
    }


def unknown_variables(location: str) -> tuple[str, ...]:
    """What a template asks for that is none of the six variables: other names, and anything else in braces."""
    asked = _ANYTHING_IN_BRACES.findall(location)
    return tuple((name or unclosed).removeprefix(".") for name, unclosed in asked if name not in _NAMED)


def _three_parts(version: str) -> str:
    parts = version.lstrip("v").split(".")
    return ".".join((*parts, "0", "0")[:3] if len(parts) < 3 else parts)
