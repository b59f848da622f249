"""The fields of an Application and what each holds, as patches are decoded by them. pkg/apis/application/v1alpha1, argo-cd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from checker.model.objects import JSONValue

Shape: TypeAlias = Any
"""A type of a scalar, a list with the shape of its items, or a mapping; `*` stands for every other key."""

_TEXTS = {"*": str}
_LIST = [str]


def _fields(*texts: str, **others: Shape) -> dict[str, Shape]:
    return {**dict.fromkeys(texts, str), **others}


_HELM = _fields(
    *("releaseName", "values", "version", "namespace", "kubeVersion"),
    valueFiles=_LIST,
    apiVersions=_LIST,
    parameters=[_fields("name", "value", forceString=bool)],
    fileParameters=[_fields("name", "path")],
    **dict.fromkeys(("passCredentials", "ignoreMissingValueFiles", "skipCrds", "skipTests", "skipSchemaValidation"), bool),
)
_KUSTOMIZE = _fields(
    *("namePrefix", "nameSuffix", "version", "namespace", "kubeVersion"),
    images=_LIST,
    components=_LIST,
    apiVersions=_LIST,
    **dict.fromkeys(("commonLabels", "commonAnnotations"), _TEXTS),
    **dict.fromkeys(("forceCommonLabels", "forceCommonAnnotations", "commonAnnotationsEnvsubst"), bool),
    **dict.fromkeys(("ignoreMissingComponents", "labelWithoutSelector", "labelIncludeTemplates"), bool),
    patches=[_fields("path", "patch", target=_TEXTS, options={"*": bool})],
    replicas=[_fields("name")],
)
_VARIABLES = [_fields("name", "value", code=bool)]
SOURCE = _fields(
    *("repoURL", "path", "targetRevision", "chart", "ref", "name", "tagPrefix"),
    helm=_HELM,
    kustomize=_KUSTOMIZE,
    directory=_fields(
        *("include", "exclude"),
        recurse=bool,
        disableExtensionFilter=bool,
        jsonnet={"extVars": _VARIABLES, "tlas": _VARIABLES, "libs": _LIST},
    ),
    plugin=_fields("name", env=[_fields("name", "value")], parameters=[_fields("name", "string", array=_LIST, map=_TEXTS)]),
)
_SYNC_POLICY = {
    "automated": dict.fromkeys(("prune", "selfHeal", "allowEmpty", "enabled"), bool),
    "syncOptions": _LIST,
    "retry": {"limit": int, "refresh": bool, "backoff": _fields("duration", "maxDuration", factor=int)},
    "managedNamespaceMetadata": {"labels": _TEXTS, "annotations": _TEXTS},
}
APPLICATION: Shape = {
    "metadata": _fields("name", "namespace", labels=_TEXTS, annotations=_TEXTS, finalizers=_LIST),
    "spec": _fields(
        "project",
        source=SOURCE,
        sources=[SOURCE],
        destination=_fields("server", "namespace", "name"),
        syncPolicy=_SYNC_POLICY,
        ignoreDifferences=[
            _fields("group", "kind", "name", "namespace", jsonPointers=_LIST, jqPathExpressions=_LIST, managedFieldsManagers=_LIST)
        ],
        info=[_fields("name", "value")],
        revisionHistoryLimit=int,
        sourceHydrator={
            "drySource": SOURCE,
            "syncSource": _fields("targetBranch", "path", "repoURL"),
            "hydrateTo": _fields("targetBranch"),
        },
    ),
}
_NAMES = {str: "text; put it in quotes", bool: "truth value; leave the quotes out", int: "whole number; leave the quotes out"}


def misfits(value: JSONValue, shape: Shape, place: str = "") -> Iterator[str]:
    """Every value that Go would not decode into its field, with its place. Null fits everywhere, unknown fields do not count."""
    if value is None:
        return
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            yield f"{place} the value {value!r}, which is no mapping"
            return
        for key, item in value.items():
            if key in shape or "*" in shape:
                yield from misfits(item, shape.get(key, shape.get("*")), f"{place}.{key}" if place else key)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{place} the value {value!r}, which is no list"
            return
        for number, item in enumerate(value):
            yield from misfits(item, shape[0], f"{place}[{number}]")
    elif type(value) is not shape:
        yield f"{place} the value {value!r}, which is no {_NAMES[shape]}"
