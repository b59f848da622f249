"""Hostile names and values in a real repository, through everything, into every format."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from checker.cli import main
from checker.report import FORMATS
from tests.gitrepo import GitRepo
from tests.unit.report.hostile import STRINGS
from tests.unit.report.test_hostile import ANYWHERE, COMMAND, UNSEEN


def manifest(round_: int, *, names: bool) -> str:
    """Each string as a value, a key, a label, an image, an environment variable; with `names` as those of objects and kinds too."""
    documents = []
    for number, (name, raw) in enumerate(STRINGS.items()):
        text = raw.encode("utf-8", "replace").decode()[:200_000]
        documents += [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {
                    "name": f"values-{number}",
                    "namespace": "shop",
                    "labels": {name: text},
                    "annotations": {text[:200] or "x": f"{round_}"},
                },
                "data": {"value": f"{text}{round_}", text[:200] or "y": f"{round_}"},
            },
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": f"pods-{number}", "namespace": "shop"},
                "spec": {
                    "template": {
                        "spec": {"containers": [{"name": text, "image": f"{text}:{round_}", "env": [{"name": text, "value": text}]}]}
                    },
                    text[:200] or "z": round_,
                },
            },
        ]
        documents += (
            [
                {"apiVersion": "acme.io/v1", "kind": text[:60] or "Empty", "metadata": {"name": text[:300] or "x"}, "spec": {"a": round_}},
            ]
            if names
            else []
        )
    text = "---\n".join(json.dumps(document) + "\n" for document in documents)
    # YAML has no pairs of surrogates
    return re.sub(r"(?:\\ud[89ab]..)(?:\\ud[c-f]..)", lambda pair: str(json.loads(f'"{pair[0]}"')), text)


@pytest.fixture
def hostile_repo(git_repo: GitRepo) -> GitRepo:
    odd = "\u202eevil `x` [y](z) <b> ::error::.yaml"
    plain = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: odd, namespace: shop}}\ndata: {{a: '{}'}}\n"

    def files(round_: int) -> dict[str, str]:
        return {
            "overlays/production/kustomization.yaml": json.dumps({"resources": ["all.yaml", odd]}),
            "overlays/production/all.yaml": manifest(round_, names=False),
            f"overlays/production/{odd}": plain.format(round_),
            "overlays/staging/kustomization.yaml": "resources: [all.yaml]\n",
            "overlays/staging/all.yaml": manifest(round_, names=True),
        }

    git_repo.commit(files=files(1))
    git_repo.branch("feature/$(id)`x`")
    git_repo.commit("::error::x\n\n##[error]y", files=files(2))
    return git_repo


@pytest.mark.parametrize("command", ["check", "diff", "lint"])
def test_nothing_of_it_acts_in_any_format(command: str, hostile_repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = [word for name in FORMATS for word in ("-o", f"{name}={tmp_path / name}")]
    base = [] if command == "lint" else ["--base", "main"]
    assert main([command, "-C", str(hostile_repo.root), *base, *outputs]) in (0, 1)
    said = capsys.readouterr()
    assert not UNSEEN.search(said.out + said.err)
    for name in FORMATS:
        made = (tmp_path / name).read_text(encoding="utf-8")
        assert not UNSEEN.search(made), name
        assert not ANYWHERE.search(made), name
        ours = re.sub(r"^::(error|warning|notice|group|endgroup)( file=[^\n]*?title=[^\n]*?)?::", "", made, flags=re.MULTILINE)
        assert not COMMAND.search(ours if name == "github" else made), name
    for name in ("json", "sarif", "gitlab"):
        json.loads((tmp_path / name).read_text(encoding="utf-8"))
    ElementTree.parse(tmp_path / "junit")
    if command != "lint":
        assert "production and staging would change" in (tmp_path / "markdown").read_text(encoding="utf-8")
    assert len((tmp_path / "markdown").read_bytes()) <= 65_000


@pytest.mark.parametrize(
    "command",
    [
        ["units"],
        ["gate", "--base", "main", "--explain", "production"],
        ["check", "--base", "main", "--timings", "--hook"],
        ["check", "--base", "feature/$(id)`x`\x1b[2J::error::"],
        ["lint", "no/such\x1b[2J\n::error::x"],
        ["explain", "::error::\x1b[2J\u202e"],
        ["comment", "no/such\x1b[2J\n::error::x", "--forge", "github", "--project", "a/b", "--request", "1"],
        ["init", "--dry-run"],
    ],
    ids=lambda words: "-".join(word for word in words if word.isascii() and word.isprintable())[:40],
)
def test_nothing_of_it_acts_in_what_else_is_said(command: list[str], hostile_repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    (word, *more) = command
    place = [] if word in ("explain", "comment") else ["-C", str(hostile_repo.root)]
    assert main([word, *place, *more]) in (0, 1, 2, 3)
    said = capsys.readouterr()
    assert said.out + said.err
    assert not UNSEEN.search(said.out + said.err)
    assert not COMMAND.search(said.out + said.err)
