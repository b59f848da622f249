"""Random overlays built by us and by real kustomize, and every difference told.

usage: python benchmarks/kustomize_property.py FIRST COUNT [--wide] [--with server=PROGRAM] [--store FILE]

`--with` also takes kubectl=PATH and pykustomize=FOLDER. The program is the one of benchmarks/kustomize_server. With
--store, what real kustomize answers is written down, as the tests compare with it: {seed: digest or "error"}, one error
for three builds that succeed. Where kustomize itself crashes, a refusal of ours counts as agreement.
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
from tests.unit.render.kustomize.overlays_wide import wide_overlay


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
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        kind, _, place = how.partition("=")
        if kind == "server":
            return by_server(f"{folder}/top", place, any(b"openapi" in data for data in files.values()))
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


SERVERS: list[subprocess.Popen[bytes]] = []
FORGET = [False]


def by_server(folder: str, program: str, own_schemas: bool) -> Any:
    """Schemas that a tree brings are forgotten before and after it."""
    if not SERVERS or SERVERS[0].poll() is not None:
        SERVERS[:] = [subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)]
    server = SERVERS[0]
    assert server.stdin is not None
    assert server.stdout is not None
    forget, FORGET[0] = own_schemas or FORGET[0], own_schemas
    server.stdin.write(f"{'R:' if forget else ''}{folder}\n".encode())
    server.stdin.flush()
    answer = json.loads(server.stdout.readline() or '{"err": "panic: the process ended"}')
    return "error: " + answer["err"][:300] if answer.get("err") else objects(answer["out"].encode())


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
    parser.add_argument("--wide", action="store_true", help="overlays that use everything")
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
        files = (wide_overlay if args.wide else overlay)(seed)
        try:
            mine = ours(files)
        except Exception as error:  # noqa: BLE001 - whatever it says is the answer
            mine = f"crash: {error!r}"
        theirs = real(files, args.how)
        stored[str(seed)] = digest(theirs)
        if digest(mine) != digest(theirs) and args.judge:
            theirs = real(files, f"kubectl={args.judge}")  # the library is a release behind, and shares state between builds
        verdict = "agree" if digest(mine) == digest(theirs) else "wrong"
        crashed = isinstance(theirs, str) and theirs.startswith("error: panic")
        if isinstance(mine, str) and mine.startswith("refused"):
            verdict = "agree" if crashed else "refused"
        counts[f"{verdict} ({'crash' if crashed else 'error' if isinstance(theirs, str) else 'objects'})"] += 1
        if isinstance(mine, str):
            reasons[mine[:45]] += 1
        if verdict == "wrong" and sum(count for name, count in counts.items() if name.startswith("wrong")) <= args.show:
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
