"""Random overlays built by us and by real kustomize, and every difference told.

usage: python benchmarks/kustomize_property.py FIRST COUNT [--with kubectl=PATH | --with pykustomize=FOLDER] [--store FILE]

With --store, what real kustomize answers is written down, as the tests compare with it: {seed: digest or "error"},
one error for three builds that succeed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.model.units import Reason, RenderFailure
from checker.render.kustomize import KustomizeOptions, build
from checker.tools.yaml import Rules, load_documents
from tests.unit.render.kustomize.overlays import overlay


def ours(files: dict[str, bytes]) -> Any:
    try:
        built = build(MemoryTree({RepoPath(path): data for path, data in files.items()}), RepoPath("top"), KustomizeOptions(order="legacy"))
    except RenderFailure as failure:
        return f"error: {failure.message}" if failure.reason is Reason.BROKEN else f"refused: {failure.message}"
    return sorted((obj.body for obj in built), key=lambda body: json.dumps(body, sort_keys=True))


def real(files: dict[str, bytes], how: str) -> Any:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        for path, data in files.items():
            file = Path(folder) / path
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)
        kind, _, place = how.partition("=")
        return by_kubectl(f"{folder}/top", place) if kind == "kubectl" else in_worker(f"{folder}/top", place)


WORKERS: list[ProcessPoolExecutor] = []


def in_worker(folder: str, place: str) -> Any:
    """The library panics now and then, and takes its process with it."""
    if not WORKERS:
        WORKERS.append(ProcessPoolExecutor(1))
    try:
        return WORKERS[0].submit(by_library, folder, place).result()
    except BrokenProcessPool:
        WORKERS.clear()
        return "error: panic"


def by_kubectl(folder: str, kubectl: str) -> Any:
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, check=False)
    return objects(done.stdout) if done.returncode == 0 else "error: " + done.stderr.decode()[-300:]


def by_library(folder: str, place: str) -> Any:
    if place not in sys.path:
        sys.path.insert(0, place)
    from pykustomize._ffi import check_error  # type: ignore[import-not-found]
    from pykustomize.build import BuildOptions, Kustomizer, ffi, string_from_c  # type: ignore[import-not-found]

    library = Kustomizer()._lib
    result = ffi.new("char**")
    try:
        check_error(
            library.pykustomize_build(ffi.new("char[]", folder.encode()), ffi.new("char[]", BuildOptions().to_json().encode()), result)
        )
    except Exception as error:  # noqa: BLE001 - whatever it says is the answer
        return f"error: {str(error)[-300:]}"
    return objects(string_from_c(result[0]).encode())


def objects(printed: bytes) -> Any:
    documents = load_documents(printed, rules=Rules.KUSTOMIZE)
    assert all(document.error is None for document in documents), documents
    return sorted((document.value for document in documents), key=lambda body: json.dumps(body, sort_keys=True))


def digest(answer: Any) -> str:
    if isinstance(answer, str):
        return answer.partition(":")[0]
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--with", dest="how", default="kubectl=kubectl")
    parser.add_argument("--judge", help="a kubectl that has the last word on differences")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--reasons", type=int, default=0, help="how many of our most frequent refusals to list")
    args = parser.parse_args()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the library warns of deprecated fields
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    stored: dict[str, str] = {}
    for seed in range(args.first, args.first + args.count):
        files = overlay(seed)
        try:
            mine = ours(files)
        except Exception as error:  # noqa: BLE001 - whatever it says is the answer
            mine = f"crash: {error!r}"
        theirs = real(files, args.how)
        stored[str(seed)] = digest(theirs)
        if digest(mine) != digest(theirs) and args.judge:
            theirs = real(files, f"kubectl={args.judge}")  # the library is a release behind, and shares state between builds
        verdict = "agree" if digest(mine) == digest(theirs) else "wrong"
        if isinstance(mine, str) and mine.startswith("refused"):
            verdict = "refused"
        counts[f"{verdict} ({'error' if isinstance(theirs, str) else 'objects'})"] += 1
        if isinstance(mine, str):
            reasons[mine[:45]] += 1
        if verdict == "wrong" and counts["wrong (objects)"] + counts["wrong (error)"] <= args.show:
            print(seed, verdict, "\n   ours:", short(mine, theirs), "\n   real:", short(theirs, mine), flush=True)
    print(dict(counts))
    print(reasons.most_common(args.reasons))
    if args.store:
        built = sum(answer != "error" for answer in stored.values())
        errors = [seed for seed, answer in stored.items() if answer == "error"]
        stored = {seed: answer for seed, answer in stored.items() if seed not in errors[built // 3 :]}
        args.store.write_text(json.dumps(stored, indent=0) + "\n")


def short(answer: Any, other: Any) -> str:
    if isinstance(answer, str):
        return answer[:300]
    if isinstance(other, str):
        return f"{len(answer)} objects"
    return "; ".join(json.dumps(body, sort_keys=True)[:600] for body in answer if body not in other)[:900] or "the same"


if __name__ == "__main__":
    main()
