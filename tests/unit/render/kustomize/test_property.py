"""Random overlays against what real kustomize 5.8.1 answered, and what a build says it has read.

The answers are kept as digests in `answers.json` and `answers_wide.json`; benchmarks/kustomize_property.py makes them, and compares tens of
thousands more with the real one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree, RecordingTree, unchanged
from checker.model.units import Reason, RenderFailure
from checker.render.kustomize import KustomizeOptions, build
from tests.unit.render.kustomize.overlays import overlay
from tests.unit.render.kustomize.overlays_wide import wide_overlay

GENERATORS = {"answers": overlay, "answers_wide": wide_overlay}
ANSWERS: dict[tuple[str, int], str] = {
    (name, int(seed)): answer
    for name in GENERATORS
    for seed, answer in json.loads((Path(__file__).parent / f"{name}.json").read_text()).items()
}
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
def answer_of(generator: str, seed: int) -> str:
    return answer(files_of(generator, seed))


def files_of(generator: str, seed: int) -> dict[RepoPath, bytes]:
    return {RepoPath(path): data for path, data in GENERATORS[generator](seed).items()}


@pytest.mark.parametrize("start", range(0, len(ANSWERS), 50))
def test_random_overlays_build_to_the_objects_of_real_kustomize(start: int):
    wrong = {}
    for case in list(ANSWERS)[start : start + 50]:
        ours = answer_of(*case)
        if ours not in (ANSWERS[case], "refused"):
            wrong[case] = ours
    assert wrong == {}


def test_few_random_overlays_are_refused():
    assert sum(answer_of(*case) == "refused" for case in ANSWERS) < len(ANSWERS) * 0.02


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("seed", range(40))
def test_a_build_depends_on_nothing_but_what_it_read(generator: str, seed: int):
    files = files_of(generator, seed) | {RepoPath("unrelated/x.yaml"): b"a: b", RepoPath("base/unused.yaml"): b"a: b"}
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


def changes(files: dict[RepoPath, bytes]) -> Iterator[dict[RepoPath, bytes]]:
    """Every file gone, and in every folder what was not there: other names of the kustomization, patches, a nested folder."""
    for path in files:
        yield {other: data for other, data in files.items() if other != path}
    names = ("kustomization.yaml", "kustomization.yml", "Kustomization", "patch0.yaml", "app.env", "extra.yaml", "more/kustomization.yaml")
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        for name in names:
            added = RepoPath(f"{folder}/{name}")
            if added not in files:
                yield {**files, added: b"namePrefix: x-"}


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("seed", range(25))
def test_what_the_reads_call_unchanged_builds_to_the_same(generator: str, seed: int):
    """Failed builds too: what was missing when they failed is among their reads."""
    files = files_of(generator, seed)
    tree = RecordingTree(MemoryTree(files))
    try:
        before = digest(build(tree, TOP, OPTIONS))
    except RenderFailure as failure:
        before = "error" if failure.reason is Reason.BROKEN else "refused"
    noticed = 0
    for changed in changes(files):
        if unchanged(tree.reads, MemoryTree(changed)):
            assert answer(changed) == before
        else:
            noticed += 1
    assert noticed >= len([path for path in files if path in tree.reads])
