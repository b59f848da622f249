"""The versions that a promotion is about: images, charts, target revisions, source references; read from rendered objects.

Surprise: a chart that is not rendered is still judged, by the version and image values that its HelmRelease or Application states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.units import BuiltUnit

MAX_DEPTH = 40
_REF_FIELDS = ("branch", "commit", "digest", "name", "semver", "tag")


class Value(NamedTuple):
    """`kind` is image, chart or revision. An image's `version` is `tag`, `@digest` or `tag@digest`."""

    kind: str
    name: str
    version: str

    def __str__(self) -> str:
        return (
            f"{self.kind} {self.name}{'' if self.version.startswith('@') else ':'}{self.version}"
            if self.kind == "image"
            else f"{self.kind} {self.name} {self.version}"
        )

    def same_version(self, other: Value) -> bool:
        """Digests decide where both have one: a tag may be moved."""
        mine, theirs = self.version.partition("@"), other.version.partition("@")
        if mine[2] and theirs[2]:
            return mine[2] == theirs[2]
        return self.version == other.version or (self.kind == "image" and bool(mine[0]) and mine[0] == theirs[0])


def values_of(built: BuiltUnit) -> frozenset[Value]:
    """Of everything the unit renders; of its declaration where it could not be rendered."""
    objects: Iterable[KubeObject] = built.objects
    if not built.objects and built.unit.declaration is not None:
        objects = (built.unit.declaration,)
    return frozenset(value for obj in objects for value in values_in(obj))


def values_in(obj: KubeObject) -> Iterator[Value]:
    spec = mapping(obj.body.get("spec"))
    match (obj.group, obj.kind):
        case ("helm.toolkit.fluxcd.io", "HelmRelease"):
            yield from _helm_release(spec)
        case ("argoproj.io", "Application"):
            for source in (spec.get("source"), *sequence(spec.get("sources"))):
                yield from _application_source(mapping(source))
        case ("source.toolkit.fluxcd.io", _):
            name = text(spec.get("url")) or obj.name
            yield from (Value("revision", name, text(value)) for field, value in mapping(spec.get("ref")).items() if field in _REF_FIELDS)
            if obj.kind == "HelmChart":
                yield from _chart(text(spec.get("chart")), text(spec.get("version")))
        case _:
            yield from _images(dict(obj.body), 0)


def _helm_release(spec: Mapping[str, JSONValue]) -> Iterator[Value]:
    yield from _chart(text(dig(spec, "chart", "spec", "chart")), text(dig(spec, "chart", "spec", "version")))
    yield from _value_images(spec.get("values"), 0)


def _chart(name: str, version: str) -> Iterator[Value]:
    if name and not name.startswith((".", "/")):
        yield Value("chart", name, version)


def _application_source(source: Mapping[str, JSONValue]) -> Iterator[Value]:
    revision = text(source.get("targetRevision"))
    if source.get("chart"):
        yield Value("chart", text(source.get("chart")), revision)
    elif source.get("repoURL"):
        yield Value("revision", text(source.get("repoURL")), revision)
    yield from _value_images(dig(source, "helm", "valuesObject"), 0)
    for parameter in sequence(dig(source, "helm", "parameters")):
        name = text(mapping(parameter).get("name"))
        if name == "tag" or name.endswith((".tag", ".digest", "image")):
            yield Value("image", name, text(mapping(parameter).get("value")))
    for image in sequence(dig(source, "kustomize", "images")):
        yield image_value(text(image).rpartition("=")[2])


def image_value(reference: str) -> Value:
    """`registry:5000/name:tag@sha256:...` taken apart; without tag and digest it is `latest`."""
    rest, _, digest = reference.partition("@")
    name, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        name, tag = rest, ""
    version = f"{tag or ('' if digest else 'latest')}{f'@{digest}' if digest else ''}"
    return Value("image", name, version)


def _images(node: JSONValue, depth: int) -> Iterator[Value]:
    """`image` of everything in a list called `containers` or `initContainers`, wherever it is: custom workloads count too."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, dict):
        for name, inner in node.items():
            if name in ("containers", "initContainers", "ephemeralContainers"):
                references = (text(mapping(container).get("image")) for container in sequence(inner))
                yield from (image_value(reference) for reference in references if reference)
            else:
                yield from _images(inner, depth + 1)
    elif isinstance(node, list):
        for inner in node:
            yield from _images(inner, depth + 1)


def _value_images(node: JSONValue, depth: int, above: str = "") -> Iterator[Value]:
    """Chart values by the custom of charts: a mapping with `repository`, or named `image`, holds `tag` and `digest`."""
    if depth > MAX_DEPTH or not isinstance(node, dict):
        return
    tag, digest = node.get("tag"), text(node.get("digest"))
    if (node.get("repository") or above == "image") and (isinstance(tag, (str, int, float)) or digest):
        name = "/".join(filter(None, (text(node.get("registry")), text(node.get("repository"), above))))
        yield Value("image", name, f"{tag if tag is not None else ''}{f'@{digest}' if digest else ''}")
    elif isinstance(node.get("image"), str):
        yield image_value(text(node["image"]))
    for name, inner in node.items():
        yield from _value_images(inner, depth + 1, name)
