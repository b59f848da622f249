"""A flux-operator ResourceSet -> its objects. Templates in Go's language are refused by name for now."""

from __future__ import annotations

from checker.model.tree import Tree
from checker.model.units import DeployUnit, Reason, Rendered, RenderFailure
from checker.render.options import RenderOptions


def render_resourceset(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    del tree, options
    raise RenderFailure(
        f"ResourceSet {unit.name} is not rendered: its templates are not supported",
        reason=Reason.UNSUPPORTED,
        location=unit.origin.location,
    )
