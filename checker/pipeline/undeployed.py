"""Changed manifests that no unit is made of -> notes: who edits one expects that something happens, and nothing does."""

from __future__ import annotations

from collections.abc import Iterator

from checker.discover.layout import holds_objects
from checker.model.change import ChangeFacts
from checker.model.findings import Finding, Outcome, Severity
from checker.model.objects import Location
from checker.model.paths import KUSTOMIZATION_FILES, RepoPath, basename, shown
from checker.model.tree import EntryKind, Tree, was_read
from checker.pipeline.expand import Side


def find_undeployed(change: ChangeFacts, head: Side) -> Iterator[Finding]:
    """A note for each; not for what a hidden folder keeps, and not for one that differs in comments alone."""
    manifests = frozenset(head.layout.manifests)
    touched = [file for file in change.files if not file.inert and (file.path in manifests or basename(file.path) in KUSTOMIZATION_FILES)]
    if not touched:
        return
    reads = {read for built in head.built for read in built.result.reads}
    for file in touched:
        visible = not any(part.startswith(".") for part in file.path.split("/"))
        if visible and head.tree.kind(file.path) is EntryKind.FILE and not was_read(file.path, reads) and _deploys(head.tree, file.path):
            message = f"nothing that is deployed from here is made of {shown(file.path)}, so its change reaches no cluster"
            yield Finding(
                rule="not-deployed",
                severity=Severity.NOTE,
                message=f"{message}; name it in the `resources` of a kustomization where it was meant to",
                location=Location(path=file.path, line=file.line or 1),
                outcome=Outcome.SKIPPED,
            )


def _deploys(tree: Tree, path: RepoPath) -> bool:
    return basename(path) in KUSTOMIZATION_FILES or holds_objects(tree, path)
