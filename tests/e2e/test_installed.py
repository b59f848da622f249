"""The wheel in a fresh environment: nothing of the checkout is at hand."""

from __future__ import annotations

from pathlib import Path

from checker.version import __version__
from tests.e2e.conftest import run_program


def test_the_installed_program_says_its_version(installed: Path, tmp_path: Path) -> None:
    assert run_program(installed / "gitops-check", "--version", cwd=tmp_path).strip() == f"gitops-check {__version__}"


def test_the_demonstration_runs_from_the_wheel_with_policies_and_example(installed: Path, tmp_path: Path) -> None:
    said = run_program(installed / "gitops-check", "demo", cwd=tmp_path)
    for expected in (
        "production",
        "staging",
        "targetPort",
        "source-branch",
        "promoted-from",
        "image-tag-mutable",
        "PodDisruptionBudget",
        "4.1.3",
    ):
        assert expected in said, said


def test_the_kept_demonstration_is_a_repository_to_look_around_in(installed: Path, tmp_path: Path) -> None:
    run_program(installed / "gitops-check", "demo", "--keep", tmp_path / "kept", cwd=tmp_path)
    listed = run_program(installed / "gitops-check", "units", "--base", "main", cwd=tmp_path / "kept")
    assert "flux-system/catalog" in listed
    assert "argocd/storefront-production" in listed


def test_policies_can_be_explained_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    assert "How to suppress" in run_program(installed / "gitops-check", "explain", "image-tag-mutable", cwd=tmp_path)
