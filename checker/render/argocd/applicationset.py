"""An ApplicationSet -> the Applications that it generates, as objects.

Any generator that fails freezes the whole set: nothing is created, changed or deleted.
"""

from __future__ import annotations

from checker.model.tree import Tree
from checker.model.units import DeployUnit, Reason, Rendered, RenderFailure
from checker.render.options import RenderOptions


def render_applicationset(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """Raises RenderFailure where the controller would leave everything as it is, or where we cannot know."""
    del tree, options
    raise RenderFailure(
        "ApplicationSets are not expanded by this version; its Applications were not looked at",
        reason=Reason.UNSUPPORTED,
        location=unit.origin.location,
    )
