"""Small trees for the tests of this room."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath, repo_path
from checker.model.tree import MemoryTree
from checker.render.kustomize import KustomizeOptions, build

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: main
        image: nginx:1.19
        env:
        - {name: A, value: "1"}
        ports:
        - {containerPort: 80, protocol: TCP}
"""


def tree_of(files: dict[str, str | bytes]) -> MemoryTree:
    return MemoryTree(
        {
            repo_path(path): content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode()
            for path, content in files.items()
        }
    )


def built(files: dict[str, str | bytes], path: str = "", **options: Any) -> tuple[KubeObject, ...]:
    return build(tree_of(files), RepoPath(path), KustomizeOptions(**options))


def bodies(files: dict[str, str | bytes], path: str = "", **options: Any) -> dict[str, Any]:
    """Objects by `Kind name`."""
    return {f"{obj.kind} {obj.name}": obj.body for obj in built(files, path, **options)}


def one(kustomization: str, resource: str = DEPLOYMENT, **more: str | bytes) -> Any:
    """The only object that a kustomization over one resource file builds to."""
    files = {"kustomization.yaml": "resources: [r.yaml]\n" + dedent(kustomization), "r.yaml": resource, **more}
    (obj,) = built(files)
    return obj.body
