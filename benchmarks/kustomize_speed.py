"""How fast builds are: real overlays beside `kubectl kustomize` once each and the Go library in-process, and one large build.

usage: python benchmarks/kustomize_speed.py REPOSITORIES [--kubectl PATH] [--pykustomize FOLDER] [--count 500]

REPOSITORIES is a folder of checked-out repositories. Ratios are of one run on one machine; nothing here is a test.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.model.units import RenderFailure
from checker.render.kustomize import KustomizeOptions, build
from checker.snapshot.directory import DirectoryTree

OPTIONS = KustomizeOptions(load_restrictor="none")


def overlays(root: Path, count: int) -> list[tuple[Path, str]]:
    """Folders that build, spread over the repositories."""
    found: list[tuple[Path, str]] = []
    for repository in sorted(path for path in root.iterdir() if path.is_dir()):
        tree = DirectoryTree(repository)
        for file in sorted(repository.rglob("kustomization.yaml")):
            path = file.parent.relative_to(repository).as_posix()
            try:
                build(tree, RepoPath("" if path == "." else path), OPTIONS)
            except RenderFailure:
                continue
            found.append((repository, path))
    step = max(1, len(found) // count)
    return found[::step][:count]


def timed_ours(chosen: list[tuple[Path, str]]) -> float:
    from checker.render.kustomize import reader

    reader._parsed.cache_clear()
    trees: dict[Path, DirectoryTree] = {}
    start = time.perf_counter()
    for repository, path in chosen:
        tree = trees.get(repository)
        if tree is None:
            tree = trees[repository] = DirectoryTree(repository)
        build(tree, RepoPath("" if path == "." else path), OPTIONS)
    return time.perf_counter() - start


def timed_kubectl(chosen: list[tuple[Path, str]], kubectl: str) -> float:
    start = time.perf_counter()
    for repository, path in chosen:
        subprocess.run(
            [kubectl, "kustomize", "--load-restrictor", "LoadRestrictionsNone", str(repository / path)], capture_output=True, check=True
        )
    return time.perf_counter() - start


def timed_library(chosen: list[tuple[Path, str]], folder: str) -> float:
    sys.path.insert(0, folder)
    from pykustomize._ffi import check_error  # type: ignore[import-not-found]
    from pykustomize.build import BuildOptions, Kustomizer, LoadRestrictions, ffi, string_from_c  # type: ignore[import-not-found]

    library = Kustomizer()._lib
    options = ffi.new("char[]", BuildOptions(load_restrictions=LoadRestrictions.NONE).to_json().encode())
    result = ffi.new("char**")
    start = time.perf_counter()
    for repository, path in chosen:
        check_error(library.pykustomize_build(ffi.new("char[]", str(repository / path).encode()), options, result))
        string_from_c(result[0])
    return time.perf_counter() - start


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{number}
spec:
  template:
    spec:
      containers:
      - name: main
        image: nginx:1.{number}
        envFrom:
        - configMapRef:
            name: settings
"""
KUSTOMIZATION = """\
resources: [all.yaml]
namePrefix: x-
namespace: prod
labels:
- pairs: {team: a}
  includeSelectors: true
images:
- {name: nginx, newTag: v2}
configMapGenerator:
- name: settings
  literals: [a=b]
patches:
- target: {kind: Deployment}
  patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec: {replicas: 2}
"""


def large(count: int) -> float:
    documents = "---\n".join(DEPLOYMENT.format(number=number) for number in range(count))
    tree = MemoryTree({RepoPath("all.yaml"): documents.encode(), RepoPath("kustomization.yaml"): KUSTOMIZATION.encode()})
    start = time.perf_counter()
    built = build(tree, RepoPath(""), OPTIONS)
    assert len(built) == count + 1
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--kubectl")
    parser.add_argument("--pykustomize")
    parser.add_argument("--count", type=int, default=500)
    args = parser.parse_args()
    chosen = overlays(args.repositories, args.count)
    ours = timed_ours(chosen)
    print(f"{len(chosen)} overlays: ours {ours:.2f} s, {ours / len(chosen) * 1000:.2f} ms each")
    if args.pykustomize:
        errors = os.dup(2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        theirs = timed_library(chosen, args.pykustomize)
        os.dup2(errors, 2)
        print(f"Go library in-process {theirs:.2f} s: ratio {ours / theirs:.2f} (budget 1.0)")
    if args.kubectl:
        theirs = timed_kubectl(chosen, args.kubectl)
        print(f"kubectl kustomize {theirs:.2f} s: ratio {ours / theirs:.3f} (budget 0.1)")
    for count in (500, 1000, 2500, 5000):
        seconds = large(count)
        print(f"{count} objects: {seconds:.2f} s, {seconds / count * 1000:.3f} ms each")


if __name__ == "__main__":
    main()
