"""DeployUnit -> what it renders to, or why it does not. Never half a result, never an exception for bad content.

To add a renderer: write `render_<kind>(unit, tree, options) -> Rendered` in a module of this room, raising RenderFailure,
and name it in RENDERERS; give it cases in `tests/unit/render/`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from checker.model.objects import Location, dig
from checker.model.paths import ROOT
from checker.model.records import replace
from checker.model.tree import RecordingTree, Tree, TreeError
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, Rendered, RenderFailure, unreadable
from checker.render.options import RenderOptions, RevisionTree
from checker.render.redact import redacted
from checker.render.unread import note_unread
from checker.tools.outside import listening

Renderer = Callable[[DeployUnit, Tree, RenderOptions], Rendered]

RENDERERS: dict[Controller, str] = {
    Controller.FLUX_KUSTOMIZATION: "checker.render.flux:render_kustomization",
    Controller.FLUX_HELMRELEASE: "checker.render.helm:render_helmrelease",
    Controller.FLUX_RESOURCESET: "checker.render.flux:render_resourceset",
    Controller.ARGOCD_APPLICATION: "checker.render.argocd:render_application",
    Controller.ARGOCD_APPLICATIONSET: "checker.render.argocd:render_applicationset",
    Controller.KUSTOMIZATION: "checker.render.bare:render_overlay",
    Controller.CHART: "checker.render.bare:render_local_chart",
    Controller.DIRECTORY: "checker.render.directory:render_directory",
}
"""Loaded when a unit of the kind is met: start-up pays for what a repository uses."""


def render_unit(unit: DeployUnit, tree: Tree, options: RenderOptions, *, digest_key: bytes | None) -> BuiltUnit:
    """Render one unit from one tree. What was read is recorded whether it succeeded or not.

    Secret values are redacted last, with `digest_key`; None keeps them, for the one command that prints what would be applied.
    """
    recording = RecordingTree(tree)
    revisions = _RecordedRevisions(options.revision_tree)
    result: Rendered | Failure
    try:
        with listening() as outside:
            told = replace(options.on_cluster(unit.cluster, unit.flux), revision_tree=revisions)
            rendered = _renderer(unit.controller)(unit, recording, told)
        objects = rendered.objects if digest_key is None else tuple(redacted(obj, digest_key) for obj in rendered.objects)
        result = replace(rendered, objects=objects, reads=recording.reads, pinned=revisions.seen, outside=tuple(dict.fromkeys(outside)))
    except RenderFailure as failure:
        result = Failure(
            message=failure.message,
            reason=failure.reason,
            location=failure.location or unit.origin.location,
            chain=failure.chain,
            reads=recording.reads,
        )
    except TreeError as error:
        reason = unreadable(error).reason
        result = Failure(message=str(error), reason=reason, location=Location(path=error.path or unit.path or ROOT), reads=recording.reads)
    except RecursionError:
        result = Failure(message="nested too deeply to build", reason=Reason.BROKEN, location=unit.origin.location, reads=recording.reads)
    except Exception as error:  # noqa: BLE001 - a bug of ours in one unit is a gap that the report shows, and the other units go on
        message = f"an error of gitops-check itself, please report it: {type(error).__name__}: {str(error)[:200]}"
        result = Failure(message=message, reason=Reason.UNSUPPORTED, location=unit.origin.location, reads=recording.reads)
    if isinstance(result, Failure):
        note_unread(unit, recording, tree)  # into the very reads that the failure holds
    return BuiltUnit(unit=unit, result=result, suspended=is_suspended(unit))


class _RecordedRevisions:
    """Other revisions of the repository, and which of them were asked for."""

    def __init__(self, known: RevisionTree | None) -> None:
        self._known = known
        self.seen: dict[str, str | None] = {}

    def __call__(self, revision: str) -> Tree | None:
        tree = self._known(revision) if self._known is not None else None
        self.seen[revision] = tree.identity(ROOT) if tree is not None else None
        return tree


def is_suspended(unit: DeployUnit) -> bool:
    """Whether the controller leaves the unit alone: Flux `spec.suspend`, Argo CD's skip-reconcile annotation."""
    if unit.declaration is None:
        return False
    return (
        dig(unit.declaration.body, "spec", "suspend") is True
        or unit.declaration.annotations.get("argocd.argoproj.io/skip-reconcile") == "true"
    )


def _renderer(controller: Controller) -> Renderer:
    module, _, function = RENDERERS[controller].partition(":")
    renderer: Renderer = getattr(import_module(module), function)
    return renderer
