"""`gitops-check demo`: the bundled example in a real Git repository, broken on purpose on a branch, checked before your eyes."""

from __future__ import annotations

import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from checker.cli.arguments import Arguments
from checker.model.findings import UsageError

BRANCH = "feature/faster-catalog"

EDITS: tuple[tuple[str, str, str, str], ...] = (
    ("apps/catalog/base/deployment.yaml", "cpu: 100m", "cpu: 250m", "more CPU for catalog, in the base that every environment shares"),
    (
        "apps/catalog/overlays/production/kustomization.yaml",
        "newTag: 4.1.3",
        "newTag: 4.3.0",
        "a catalog version that staging has never run, in production",
    ),
    ("apps/catalog/overlays/production/kustomization.yaml", "  - disruption-budget.yaml\n", "", "production loses its disruption budget"),
    (
        "apps/storefront/overlays/staging/kustomization.yaml",
        "newTag: 2.9.0",
        "newTag: latest",
        "a tag that can change without a commit, in staging",
    ),
    ("apps/storefront/base/service.yaml", "targetPort: http", "targetPrt: http", "a misspelt field"),
)
"""File, what stood there, what stands there now, and the same for people."""


def demo(arguments: Arguments) -> int:
    """Copy, break, check; returns 0 when the check found what was broken, as it must."""
    if arguments.keep is not None and Path(arguments.keep).exists() and any(Path(arguments.keep).iterdir()):
        raise UsageError(f"{arguments.keep} is not empty", "name a folder that does not exist yet")
    holder = nullcontext(arguments.keep) if arguments.keep is not None else tempfile.TemporaryDirectory(prefix="gitops-check-demo-")
    with holder as folder:
        repository = Path(folder) / "shop" if arguments.keep is None else Path(folder)
        _prepare(repository)
        _say(f"A copy of the example repository, and a branch {BRANCH} that changes:\n")
        for path, _, _, meaning in EDITS:
            _say(f"  {path:55s} {meaning}\n")
        _say("\n$ gitops-check check --base main\n\n")
        code = _check(repository)
        _say("\nThat is the whole job: nothing was deployed, no cluster was asked.\n")
        _say("Next: `gitops-check check --base main` in your own repository, `gitops-check explain RULE` for any rule above")
        _say(
            f",\nor look around in {repository}.\n"
            if arguments.keep is not None
            else ",\nor `gitops-check demo --keep DIR` to keep this one.\n"
        )
    return 0 if code == 1 else 3


def _prepare(repository: Path) -> None:
    from checker.pipeline.example import example_repository

    record = example_repository(repository)
    record("The shop as it runs today", None)
    for path, before, after, _ in EDITS:
        file = repository / path
        text = file.read_text(encoding="utf-8")
        assert before in text, f"the example has changed: {before!r} is not in {path}"
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
    record("Make the catalog faster", BRANCH)


def _check(repository: Path) -> int:
    """The real command, without what CI says of the repository that it runs for."""
    from checker.cli.commands import check

    return check(Arguments(command="check", repository=str(repository), base="main", environ={}))


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
