"""One kustomization file by itself: its fields and the paths it names, each mistake at its place."""

from __future__ import annotations

import pytest

from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.render.kustomize import check_kustomization

AROUND = {
    "app/deployment.yaml": "kind: Deployment\n",
    "base/kustomization.yaml": "resources: [a.yaml]\n",
    "plain/notes.md": "no kustomization here\n",
}


def mistakes(text: str) -> list[str]:
    files = {RepoPath(path): content.encode() for path, content in {**AROUND, "app/kustomization.yaml": text}.items()}
    found = check_kustomization(MemoryTree(files), RepoPath("app/kustomization.yaml"))
    return [f"{failure.location.line}:{failure.location.column} {failure.message}" for failure in found if failure.location]


@pytest.mark.parametrize(
    "text",
    [
        "resources: [deployment.yaml, ../base]\n",
        "resources:\n- https://github.com/a/b//c?ref=v1\n- github.com/a/b?ref=v1\n- https://example.com/a.yaml\n",
        "patches:\n- patch: '{kind: Deployment, metadata: {name: a}}'\n- path: deployment.yaml\n",
        "patchesStrategicMerge:\n- deployment.yaml\n- '{kind: Deployment}'\n- |\n  kind: Deployment\n",
        "generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n",
        "configMapGenerator:\n- name: a\n  files: [deployment.yaml, key=deployment.yaml]\n  envs: [deployment.yaml]\n",
        "resources: [../../outside]\n",
    ],
)
def test_nothing_to_say(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resorces: [deployment.yaml]\n", ["1:1 unknown field `resorces` in the kustomization; did you mean `resources`?"]),
        ("resources: [a]\nnamespace: 3\n", ["2:12 namespace must be text, not 3: put it in quotes"]),
        ("patches:\n- path: a\n  taget: {}\n", ["3:3 unknown field `taget` in patches[0]; did you mean `target`?"]),
        ("kind: Kustomisation\nresources: [a]\n", ["1:7 kind should be Kustomization or Component, not 'Kustomisation'"]),
        (
            "resources:\n- deploymnt.yaml\n- ../bas\n",
            ["2:3 app/deploymnt.yaml does not exist; did you mean deployment.yaml?", "3:3 bas does not exist; did you mean ../base?"],
        ),
        ("components: [deployment.yaml]\n", ["1:14 app/deployment.yaml is not a folder"]),
        ("resources: [../plain]\n", ["1:13 plain holds no kustomization.yaml, kustomization.yml or Kustomization"]),
        ("configurations: [a.yaml]\ncrds: [b.yaml]\n", ["1:18 app/a.yaml does not exist", "2:8 app/b.yaml does not exist"]),
        (
            "secretGenerator:\n- name: a\n  files:\n  - key=secret.txt\n  envs: [gone.env]\n",
            ["4:5 app/secret.txt does not exist", "5:10 app/gone.env does not exist"],
        ),
        ("openapi:\n  path: schema.json\nresources: [deployment.yaml]\n", ["2:9 app/schema.json does not exist"]),
        ("resources: [../app]\n", ["1:13 cycle: app is or contains app, which led here"]),
    ],
)
def test_every_mistake_at_its_place(text: str, expected: list[str]) -> None:
    assert mistakes(text) == expected


def test_an_empty_file_is_none() -> None:
    (failure,) = check_kustomization(MemoryTree({RepoPath("kustomization.yaml"): b"# later\n"}), RepoPath("kustomization.yaml"))
    assert failure.message == "the kustomization is empty"
