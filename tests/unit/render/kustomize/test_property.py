"""Random overlays against what real kustomize 5.8.1 answered, and what a build says it has read.

The answers are kept as digests in `answers.json`; benchmarks/kustomize_property.py makes them, and compares tens of
thousands more with the real one.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree, RecordingTree, unchanged
from checker.model.units import Reason, RenderFailure
from checker.render.kustomize import KustomizeOptions, build
from tests.unit.render.kustomize.overlays import overlay

ANSWERS: dict[str, str] = json.loads((Path(__file__).parent / "answers.json").read_text())
OPTIONS = KustomizeOptions()
TOP = RepoPath("top")


def digest(objects: tuple[KubeObject, ...]) -> str:
    bodies = sorted((obj.body for obj in objects), key=lambda body: json.dumps(body, sort_keys=True))
    return hashlib.sha256(json.dumps(bodies, sort_keys=True).encode()).hexdigest()[:16]


def answer(files: dict[RepoPath, bytes]) -> str:
    try:
        return digest(build(MemoryTree(files), TOP, OPTIONS))
    except RenderFailure as failure:
        return "error" if failure.reason is Reason.BROKEN else "refused"


@cache
def answer_of(seed: int) -> str:
    return answer(files_of(seed))


def files_of(seed: int) -> dict[RepoPath, bytes]:
    return {RepoPath(path): data for path, data in overlay(seed).items()}


@pytest.mark.parametrize("start", range(0, len(ANSWERS), 50))
def test_random_overlays_build_to_the_objects_of_real_kustomize(start: int):
    wrong = {}
    for seed in list(ANSWERS)[start : start + 50]:
        ours = answer_of(int(seed))
        if ours not in (ANSWERS[seed], "refused"):
            wrong[seed] = ours
    assert wrong == {}


def test_few_random_overlays_are_refused():
    assert sum(answer_of(int(seed)) == "refused" for seed in ANSWERS) < len(ANSWERS) * 0.03


@pytest.mark.parametrize("seed", range(60))
def test_a_build_depends_on_nothing_but_what_it_read(seed: int):
    files = files_of(seed) | {RepoPath("unrelated/x.yaml"): b"a: b", RepoPath("base/unused.yaml"): b"a: b"}
    tree = RecordingTree(MemoryTree(files))
    try:
        before = digest(build(tree, TOP, OPTIONS))
    except RenderFailure:
        before = ""
    for path in files:
        less = {other: data for other, data in files.items() if other != path}
        if path in tree.reads:
            assert not unchanged(tree.reads, MemoryTree({**files, path: files[path] + b"\n# changed"}))
        elif before:
            assert answer(less) == before
    assert "unrelated/x.yaml" not in tree.reads
    assert "base/unused.yaml" not in tree.reads
