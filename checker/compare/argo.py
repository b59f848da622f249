"""What is said of a moving Application as a whole: that somebody must sync it, when a sync may run, and how it applies."""

from __future__ import annotations

from checker.model.objects import KubeObject, dig, text
from checker.model.units import BuiltUnit, Controller
from checker.tools.argocd import sync_of, windows_of


def argo_notes(head: BuiltUnit) -> list[str]:
    """In words, for one unit as it is after the change; nothing for other units."""
    declaration = head.unit.declaration
    if head.unit.controller is not Controller.ARGOCD_APPLICATION or declaration is None:
        return []
    sync = sync_of(declaration.body)
    notes = [] if sync.automated else ["is synced by hand: merging does not deploy this by itself"]
    if "Replace=true" in sync.options:
        notes.append("replaces whole objects instead of patching them (sync option Replace=true)")
    project = _project(head, declaration)
    if project is not None and (windows := list(windows_of(project.body, declaration.body))):
        notes.append(f"syncs only as the windows of project {project.name} let it: {'; '.join(windows)}")
    return notes


def _project(head: BuiltUnit, declaration: KubeObject) -> KubeObject | None:
    name = text(dig(declaration.body, "spec", "project")) or "default"
    return next((obj for obj in head.unit.related if obj.kind == "AppProject" and obj.name == name), None)
