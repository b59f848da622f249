"""The order of the objects: as they were found, or kinds in the order they are best applied in (`legacy`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.render.kustomize.failure import broken
from checker.render.kustomize.ids import ORDER_FIRST, ORDER_LAST, Gvk
from checker.render.kustomize.resource import Resource


def ordered(resources: list[Resource], options: Mapping[str, Any]) -> list[Resource]:
    order, legacy = options.get("order", ""), options.get("legacySortOptions")
    if order not in ("fifo", "legacy"):
        raise broken("sortOptions.order must be `legacy` or `fifo`")
    if order == "fifo":
        if legacy is not None:
            raise broken("sortOptions.legacySortOptions needs `order: legacy`")
        return resources
    first = list(ORDER_FIRST) if legacy is None else legacy.get("orderFirst") or []
    last = list(ORDER_LAST) if legacy is None else legacy.get("orderLast") or []
    ranks = {kind: index - len(first) for index, kind in enumerate(first)} | {kind: 1 + index for index, kind in enumerate(last)}
    return sorted(resources, key=lambda resource: _rank(resource, ranks))


def _rank(resource: Resource, ranks: Mapping[str, int]) -> tuple[int, bool, str, str]:
    gvk, name, namespace, _ = resource.cur_id
    foreign = gvk.kind == "Namespace" and bool(gvk.group)  # the namespaces of the core come before their namesakes
    return (ranks.get(gvk.kind, 0), foreign, _gvk_text(gvk), f"{gvk}|{namespace or '~X'}|{name or '~N'}")


def _gvk_text(gvk: Gvk) -> str:
    return f"{gvk.group or '~G'}_{gvk.version or '~V'}_{gvk.kind or '~K'}"
