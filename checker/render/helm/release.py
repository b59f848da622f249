"""A Flux HelmRelease -> what its chart renders to with its values."""

from __future__ import annotations

from checker.model.objects import dig, mapping, text
from checker.model.tree import Tree
from checker.model.units import DeployUnit, Reason, Rendered, RenderFailure
from checker.render.options import RenderOptions


def render_helmrelease(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    del tree, options
    assert unit.declaration is not None
    chart = mapping(dig(unit.declaration.body, "spec", "chart", "spec"))
    raise RenderFailure(f"chart {text(chart.get('chart'))} is remote", reason=Reason.REMOTE, location=unit.origin.location)
