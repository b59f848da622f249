"""The built-in ValueAddTransformer: one value into fields of chosen resources, perhaps as a part of a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checker.render.kustomize import transform
from checker.render.kustomize.decode import Decoder, integer, listed, nullable, string
from checker.render.kustomize.failure import broken
from checker.render.kustomize.fieldspec import split_path
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.selector import SELECTOR, select, selector_from
from checker.render.kustomize.values import is_null, is_scalar, text_of, with_text
from checker.tools.yaml import Rules, load_documents

if TYPE_CHECKING:
    from checker.render.kustomize.target import Target

_TARGET = Decoder("a target", {"selector": nullable(SELECTOR), "fieldPath": string, "filePathPosition": integer}, strict=False)
_CONFIG = Decoder("ValueAddTransformer", {"value": string, "targets": listed(_TARGET), "targetFilePath": string}, strict=False)


def value_adder(target: Target, body: dict[str, Any]) -> Callable[[ResMap], None]:
    args = _CONFIG(body, "")
    value = args.get("value", "").strip() or target.loader.root.rpartition("/")[2]
    targets = list(args.get("targets") or [])
    if args.get("targetFilePath"):
        documents = load_documents(target.loader.read(args["targetFilePath"]), rules=Rules.KUBERNETES)
        targets += _CONFIG(documents[0].value if documents else None, args["targetFilePath"]).get("targets") or []
    if not targets:
        raise broken("ValueAddTransformer needs at least one target")
    for entry in targets:
        if not entry.get("fieldPath"):
            raise broken("ValueAddTransformer: a target needs a fieldPath")
        if entry.get("filePathPosition", 0) < 0:
            raise broken("ValueAddTransformer: filePathPosition cannot be negative")

    def run(resources: ResMap) -> None:
        for entry in targets:
            chosen = list(resources) if entry.get("selector") is None else select(resources, selector_from(entry["selector"]))
            for resource in chosen:
                if entry["fieldPath"] == transform.NAMESPACE_PATH:
                    transform.write_namespace(resource, (), transform.namespace_setter(value, unset_only=False), "defaultOnly")
                else:
                    _write(resource.body, split_path(entry["fieldPath"]), value, entry.get("filePathPosition", 0))
        resources.changed()

    return run


def _write(body: dict[str, Any], path: tuple[str, ...], value: str, position: int) -> None:
    holder = body
    for part in path[:-1]:
        below = holder.setdefault(part, {})
        if type(below) is not dict:
            raise broken(f"ValueAddTransformer: {part} of {'/'.join(path)} is no mapping")
        holder = below
    old = holder.get(path[-1], "")
    if not is_scalar(old):
        raise broken(f"ValueAddTransformer: {'/'.join(path)} is not a single value")
    text = "" if is_null(old) else text_of(old)
    holder[path[-1]] = with_text("" if is_null(old) else old, _inserted(text, position - 1, value) if position else value)


def _inserted(path: str, position: int, part: str) -> str:
    """`part` as the element of a path at `position`, or at its end."""
    lead = "/" if path.startswith("/") else ""
    parts = [piece for piece in path.split("/") if piece]
    parts.insert(min(position, len(parts)), part)
    return lead + "/".join(parts)
