"""Every chart of `charts` beside the real `helm template`, with Helm's library and with the program."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from checker.model.paths import ROOT, RepoPath
from checker.model.tree import MemoryTree
from checker.model.units import RenderFailure
from checker.render.helm import HelmRequest, render_chart
from checker.tools.helm import Engine
from checker.tools.yaml import load_documents
from tests.unit.render.helm.charts import CHARTS, FOR_CLUSTERS, Case

ALL = {**CHARTS, **FOR_CLUSTERS}


def theirs(helm: Path, folder: Path, case: Case) -> list[Any] | None:
    """What `helm template` prints, None where it refuses."""
    for path, text in case.files.items():
        (folder / "app" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "app" / path).write_text(text)
    (folder / "values.json").write_text(json.dumps(case.values))
    words: Sequence[str | Path] = [
        helm,
        "template",
        "rel",
        folder / "app",
        "--namespace",
        "ns",
        "-f",
        folder / "values.json",
        *case.options,
    ]
    done = subprocess.run(words, capture_output=True, check=False)
    return [doc.value for doc in load_documents(done.stdout) if doc.value] if done.returncode == 0 else None


def ours(case: Case, engine: Engine) -> list[Any] | None:
    tree = MemoryTree({RepoPath(path): text.encode() for path, text in case.files.items()})
    request = HelmRequest(release="rel", namespace="ns", values=case.values, keep_lists=True, engine=engine, **case.ours)
    try:
        return [dict(obj.body) for obj in render_chart(tree, ROOT, request)]
    except RenderFailure:
        return None


def in_order(objects: list[Any] | None) -> list[str] | None:
    return None if objects is None else sorted(json.dumps(obj, sort_keys=True) for obj in objects)


@pytest.mark.usefixtures("helm_on_path")
@pytest.mark.parametrize("name", ALL)
def test_the_library_and_the_program_agree_with_helm(helm: Path, tmp_path: Path, name: str) -> None:
    expected = in_order(theirs(helm, tmp_path, ALL[name]))
    assert in_order(ours(ALL[name], "library")) == expected
    assert in_order(ours(ALL[name], "program")) == expected
