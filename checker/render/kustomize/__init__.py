"""`kustomize build` in this process, from any tree, as kustomize 5.8.1 does it (the one in Flux 2.9 and Argo CD 3.6).

build(tree, path, options) -> objects in order, each with the file it came from and the patches that changed it.

Raises RenderFailure: BROKEN where kustomize refuses too, REMOTE for what is not vendored, UNSUPPORTED for what we do
not do exactly. One surprise: a build is done a second time, reading more of how the files are written, when the first
meets a result that depends on it (see `values`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.model.tree import Tree
from checker.render.kustomize.options import ChartRequest, HelmCall, KustomizeOptions

if TYPE_CHECKING:
    from checker.model.units import RenderFailure

__all__ = ["ChartRequest", "HelmCall", "KustomizeOptions", "build", "check_kustomization"]


def build(tree: Tree, path: RepoPath, options: KustomizeOptions) -> tuple[KubeObject, ...]:
    """What the kustomization in the folder `path` builds to."""
    from checker.model.objects import Location
    from checker.render.kustomize.assemble import assembled
    from checker.render.kustomize.failure import broken, unsupported
    from checker.render.kustomize.values import NeedStylesError

    try:
        try:
            return assembled(tree, path, options, styled=False)
        except NeedStylesError:
            return assembled(tree, path, options, styled=True)
    except NeedStylesError:
        raise unsupported(
            "a value here depends on how a number or an empty value is written; put it in quotes", Location(path=path)
        ) from None
    except RecursionError:
        raise broken("nested too deeply to build", Location(path=path)) from None


def check_kustomization(tree: Tree, path: RepoPath) -> tuple[RenderFailure, ...]:
    """What is wrong with one kustomization file by itself: fields, and local paths that lead to nothing. Raises TreeError."""
    from checker.render.kustomize.check import mistakes

    return mistakes(tree, path)
