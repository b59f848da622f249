"""A kustomization file -> its fields, checked and with legacy spellings put right.

`fields` are keyed as in the file, after what `kustomize edit fix` would do; text of fields comes from YAML 1.1 as
Kubernetes reads it. One surprise: a field that kustomize does not know is an error, so a typo never builds.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

from checker.model.objects import Location
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.render.kustomize.config import SPEC_DECODER
from checker.render.kustomize.decode import Decoder, Misfit, anything, boolean, integer, listed, mapping, nullable, string, texts
from checker.render.kustomize.failure import broken
from checker.render.kustomize.replacements import FIELD_DECODERS
from checker.render.kustomize.selector import SELECTOR
from checker.render.kustomize.variables import VAR
from checker.tools.yaml import Rules, load_documents

KIND, COMPONENT = "Kustomization", "Component"
VERSIONS = {KIND: "kustomize.config.k8s.io/v1beta1", COMPONENT: "kustomize.config.k8s.io/v1alpha1"}

_STRINGS = listed(string)
GENERATOR_OPTIONS = Decoder(
    "generatorOptions", {"labels": texts, "annotations": texts, "disableNameSuffixHash": boolean, "immutable": boolean}
)
GENERATOR = {
    "namespace": string,
    "name": string,
    "behavior": string,
    "literals": _STRINGS,
    "files": _STRINGS,
    "envs": _STRINGS,
    "env": string,
    "options": nullable(GENERATOR_OPTIONS),
}
_PATCH = Decoder(
    "a patch",
    {
        "path": string,
        "patch": string,
        "target": nullable(SELECTOR),
        "options": nullable(Decoder("options", {"allowNameChange": boolean, "allowKindChange": boolean})),
    },
)
_LABEL = Decoder("labels", {"pairs": texts, "includeSelectors": boolean, "includeTemplates": boolean, "fields": listed(SPEC_DECODER)})
IMAGE = Decoder("an image", dict.fromkeys(("name", "newName", "tagSuffix", "newTag", "digest"), string))
HELM_CHART = Decoder(
    "a Helm chart",
    {
        **dict.fromkeys(
            ("name", "version", "repo", "releaseName", "namespace", "valuesFile", "valuesMerge", "kubeVersion", "nameTemplate"), string
        ),
        **dict.fromkeys(("additionalValuesFiles", "apiVersions"), _STRINGS),
        **dict.fromkeys(("includeCRDs", "skipHooks", "skipTests", "debug", "devel"), boolean),
        "valuesInline": mapping,
    },
)
_OLD_HELM_CHART = Decoder(
    "a Helm chart",
    {
        **dict.fromkeys(
            ("chartName", "chartVersion", "chartRepoUrl", "chartHome", "chartRepoName", "helmBin", "helmHome", "values"), string
        ),
        **dict.fromkeys(("valuesMerge", "releaseName", "releaseNamespace"), string),
        "valuesLocal": mapping,
        "extraArgs": _STRINGS,
    },
)
_OLD_HELM_NAMES = {
    "chartName": "name",
    "chartVersion": "version",
    "chartRepoUrl": "repo",
    "values": "valuesFile",
    "valuesLocal": "valuesInline",
    "valuesMerge": "valuesMerge",
    "releaseName": "releaseName",
}
SORT_OPTIONS = Decoder(
    "sortOptions",
    {"order": string, "legacySortOptions": nullable(Decoder("legacySortOptions", {"orderFirst": _STRINGS, "orderLast": _STRINGS}))},
)
_LISTS_OF_TEXT = ("resources", "components", "bases", "crds", "configurations", "generators", "transformers", "validators", "buildMetadata")
_KUSTOMIZATION = Decoder(
    "the kustomization",
    {
        **dict.fromkeys(("apiVersion", "kind", "namePrefix", "nameSuffix", "namespace"), string),
        **dict.fromkeys((*_LISTS_OF_TEXT, "patchesStrategicMerge"), _STRINGS),
        **dict.fromkeys(("openapi", "commonLabels", "commonAnnotations"), texts),
        "metadata": nullable(Decoder("metadata", {"name": string, "namespace": string, "labels": texts, "annotations": texts})),
        "labels": listed(_LABEL),
        "patches": listed(_PATCH),
        "patchesJson6902": listed(_PATCH),
        "images": listed(IMAGE),
        "imageTags": listed(IMAGE),
        "replacements": listed(Decoder("a replacement", {**FIELD_DECODERS, "path": string})),
        "replicas": listed(Decoder("replicas", {"name": string, "count": integer})),
        "vars": listed(VAR),
        "sortOptions": nullable(SORT_OPTIONS),
        "configMapGenerator": listed(Decoder("a config map generator", GENERATOR)),
        "secretGenerator": listed(Decoder("a secret generator", {**GENERATOR, "type": string})),
        "helmGlobals": nullable(Decoder("helmGlobals", {"chartHome": string, "configHome": string})),
        "helmCharts": listed(HELM_CHART),
        "helmChartInflationGenerator": listed(_OLD_HELM_CHART),
        "generatorOptions": nullable(GENERATOR_OPTIONS),
    },
)


@dataclass(frozen=True, slots=True)
class Kustomization:
    path: RepoPath
    data: bytes
    fields: dict[str, Any]

    @property
    def is_component(self) -> bool:
        return bool(self.fields["kind"] == COMPONENT)

    def text(self, name: str) -> str:
        value: str = self.fields.get(name, "")
        return value

    def entries(self, name: str) -> list[Any]:
        return self.fields.get(name) or []

    def location(self, pointer: str) -> Location:
        """Where a field stands; the file where that is not known."""
        return _place(self.path, self.data, pointer)


@lru_cache(maxsize=1024)
def read_kustomization(path: RepoPath, data: bytes) -> Kustomization:
    """Raises RenderFailure with the line. Kept by content, as bases are read again for everything that includes them."""
    documents = load_documents(data, rules=Rules.KUBERNETES)
    if not documents or documents[0].value is None:
        if documents and documents[0].error is not None:
            error = documents[0].error
            raise broken(f"YAML: {error.message}", Location(path=path, line=error.line, column=error.column))
        raise broken("the kustomization is empty", Location(path=path))
    try:
        fields = _KUSTOMIZATION(documents[0].value, "")
    except Misfit as misfit:
        misfit.location = _place(path, data, misfit.pointer, key=misfit.key)
        raise
    _modernise(fields)
    kustomization = Kustomization(path, data, fields)
    _check(kustomization)
    return kustomization


def without_unknown_fields(fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Misfit, ...]]:
    """A kustomization as Go decodes it where it is not strict: what is not known is left out, each of it with what is wrong."""
    left = dict(fields)
    dropped: list[Misfit] = []
    while True:
        try:
            _KUSTOMIZATION(left, "")
        except Misfit as misfit:
            left = left if dropped else deepcopy(left)
            *way, key = misfit.pointer[1:].split("/")
            holder: Any = left
            for step in way:
                holder = holder[int(step)] if isinstance(holder, list) else holder.get(step)
            if not misfit.key or not isinstance(holder, dict) or key not in holder:
                break  # the build says so
            del holder[key]
            dropped.append(misfit)
        else:
            break
    return left, tuple(dropped)


def _place(path: RepoPath, data: bytes, pointer: str, *, key: bool = False) -> Location:
    from checker.tools.yaml import locate

    place = locate(data, 0, pointer, key=key)
    return Location(path=path) if place is None else Location(path=path, line=place[0], column=place[1])


def _modernise(fields: dict[str, Any]) -> None:
    fields["kind"] = fields.get("kind") or KIND
    fields["apiVersion"] = fields.get("apiVersion") or VERSIONS.get(fields["kind"], VERSIONS[KIND])
    for old, new in (("bases", "resources"), ("imageTags", "images")):
        if fields.get(old):
            fields[new] = [*(fields.get(new) or []), *fields[old]]
    for name in ("configMapGenerator", "secretGenerator"):
        for entry in fields.get(name) or []:
            if entry.get("env"):
                entry["envs"] = [*(entry.get("envs") or []), entry.pop("env")]
    for chart in fields.pop("helmChartInflationGenerator", None) or []:
        renamed = {_OLD_HELM_NAMES[name]: value for name, value in chart.items() if name in _OLD_HELM_NAMES}
        fields["helmCharts"] = [*(fields.get("helmCharts") or []), renamed]
        if chart.get("chartHome") and "helmGlobals" not in fields:
            fields["helmGlobals"] = {"chartHome": chart["chartHome"]}


def _check(kustomization: Kustomization) -> None:
    fields = kustomization.fields
    if fields["kind"] not in VERSIONS:
        raise broken(f"kind should be {KIND} or {COMPONENT}, not {fields['kind']!r}", kustomization.location("/kind"))
    if fields["apiVersion"] != VERSIONS[fields["kind"]]:
        message = f"apiVersion of a {fields['kind']} should be {VERSIONS[fields['kind']]}, not {fields['apiVersion']!r}"
        raise broken(message, kustomization.location("/apiVersion"))
    if not any(value not in (None, "") for name, value in fields.items() if name not in ("kind", "apiVersion")):
        raise broken("the kustomization is empty", Location(path=kustomization.path))


__all__ = ["COMPONENT", "KIND", "Kustomization", "anything", "read_kustomization", "without_unknown_fields"]
