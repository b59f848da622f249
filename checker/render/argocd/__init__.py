"""Argo CD Applications and ApplicationSets -> the objects that Argo CD would apply.

render_application(unit, tree, options)    -> target objects of every source
render_applicationset(unit, tree, options) -> the Applications it generates, as objects
"""

from checker.render.argocd.application import render_application
from checker.render.argocd.applicationset import render_applicationset

__all__ = ["render_application", "render_applicationset"]
