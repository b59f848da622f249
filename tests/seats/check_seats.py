"""The files for CI systems, each held against its system's schema or by its linter. Run by `.ci/run`: `pytest tests/seats/check_seats.py`.

For a Jenkinsfile there is only a running Jenkins to ask.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker._seats import seat

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    "github.yaml": ("vendor.github-workflows",),
    "github-comment.yaml": ("vendor.github-workflows",),
    "github-forks.yaml": ("vendor.github-workflows",),
    "github-report.yaml": ("vendor.github-workflows",),
    "gitlab.yaml": ("vendor.gitlab-ci", "gitlab-ci"),
    "azure.yaml": ("vendor.azure-pipelines", "azure-pipelines"),
    "bitbucket.yaml": ("vendor.bitbucket-pipelines",),
}


def run(*words: object) -> str:
    """What it says; fails with it where it finds something."""
    programs = Path(sys.executable).parent
    found = shutil.which(str(words[0]), path=f"{programs}:/usr/bin:/usr/local/bin")
    assert found, f"{words[0]} is not installed: pip install -e '.[lint]'"
    done = subprocess.run([found, *map(str, words[1:])], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def written(file: str, folder: Path) -> Path:
    path = folder / file
    path.write_text(seat(file), encoding="utf-8")
    return path


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_seat_fits_the_schema_of_its_system(file: str, tmp_path: Path) -> None:
    schema, *transform = SCHEMAS[file]
    more = ["--data-transform", *transform] if transform else []
    run("check-jsonschema", "--builtin-schema", schema, *more, written(file, tmp_path))


def test_the_action_fits_its_schema() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")


WORKFLOWS = ["github.yaml", "github-comment.yaml", "github-forks.yaml", "github-report.yaml"]


@pytest.mark.skipif(
    shutil.which("actionlint") is None, reason="actionlint has no wheel: go install github.com/rhysd/actionlint/cmd/actionlint"
)
@pytest.mark.parametrize("file", WORKFLOWS)
def test_a_workflow_is_right(file: str, tmp_path: Path) -> None:
    found = shutil.which("actionlint")
    assert found
    done = subprocess.run([found, str(written(file, tmp_path))], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", WORKFLOWS)
def test_a_workflow_is_safe(file: str, tmp_path: Path) -> None:
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    run("zizmor", "--offline", "--no-progress", "--config", ROOT / "tests" / "seats" / "zizmor.yaml", written(file, workflows))


def test_the_action_is_safe() -> None:
    run("zizmor", "--offline", "--no-progress", ROOT / "action.yml")


def test_the_hooks_fit_their_schema(tmp_path: Path) -> None:
    run("pre-commit", "validate-config", written("pre-commit.yaml", tmp_path))
    run("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")


def test_the_container_file() -> None:
    run("hadolint", ROOT / "Containerfile")
