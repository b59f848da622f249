"""`images`: new names, tags and digests for container images, wherever a list of containers stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.model.units import RenderFailure
from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.fieldspec import FieldSpecs, visit
from checker.render.kustomize.regex import found, go_regex
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.values import is_null, is_scalar, text_of, with_text

_CONTAINERS = ("containers", "initContainers")
_MOST_REPEATS = 5
"""Two of them in the tag and digest, which begin with characters that they cannot hold."""
_TAG = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$"


def set_images(resources: ResMap, image: Mapping[str, str], specs: FieldSpecs) -> None:
    pattern = f"^{image.get('name', '')}{_TAG}"
    try:
        go_regex(pattern, _MOST_REPEATS)
    except RenderFailure as failure:
        raise unsupported(f"images: {failure.message}") from failure  # kustomize crashes on a broken one

    def setter(holder: Any, key: Any) -> None:
        old = holder[key]
        if is_null(old):
            return
        if not is_scalar(old):
            raise broken(f"{key} is a mapping or a list, where an image is a text")
        text = text_of(old)
        if found(pattern, text, _MOST_REPEATS):
            new = renamed(text, image)
            if new != text:
                holder[key] = with_text(old, new)

    for resource in resources:
        gvk = resource.gvk
        if gvk.kind == "CustomResourceDefinition":
            continue
        _everywhere(resource.body, setter)
        for spec in specs:
            visit(resource.body, spec, gvk, setter)


def _everywhere(value: Any, setter: Any) -> None:
    items: Any = value.items() if type(value) is dict else enumerate(value)
    for key, item in items:
        if type(item) is dict or type(item) is list:
            _everywhere(item, setter)
            if key in _CONTAINERS and type(value) is dict and type(item) is list:
                for container in item:
                    if type(container) is dict:
                        if "image" in container:
                            setter(container, "image")
                    elif not is_null(container):
                        raise broken(f"{key} holds something that is no mapping")


def renamed(text: str, image: Mapping[str, str]) -> str:
    name, tag, digest = split(text)
    name = image.get("newName") or name
    new_tag, new_digest = image.get("newTag", ""), image.get("digest", "")
    if new_tag or new_digest:
        tag, digest = new_tag, new_digest
    elif image.get("tagSuffix"):
        tag, digest = tag + image["tagSuffix"], ""
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def split(text: str) -> tuple[str, str, str]:
    """Name, tag and digest. A colon in the first part of a path is a port."""
    start = max(text.find("/"), 0)
    at, colon = text.find("@", start), text.find(":", start)
    if at < 0 and colon < 0:
        return text, "", ""
    if at >= 0 and (at < colon or colon < 0):
        return text[:at], "", text[at:].removeprefix("@")
    if at >= 0:
        return text[:colon], text[colon:at].removeprefix(":"), text[at:].removeprefix("@")
    return text[:colon], text[colon:].removeprefix(":"), ""
