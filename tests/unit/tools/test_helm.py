"""The choice of engine, and the program as an engine: what it is given and what is read from it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from checker.model.paths import RepoPath
from checker.tools.helm import ChartFiles, HelmCall, HelmFailed, HelmMissing, binary, library, set_value, template_chart
from checker.tools.helm.values import SetError

CHART = ChartFiles(
    name="app", files={RepoPath("Chart.yaml"): b"apiVersion: v2\nname: app\nversion: 1.0.0\n", RepoPath("templates/a.yaml"): b"a: 1\n"}
)
ASKING_TEMPLATE = b'v: {{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has "a/v1" }}\n'
ASKING = ChartFiles(name="app", files={**CHART.files, RepoPath("templates/a.yaml"): ASKING_TEMPLATE})
CALL = HelmCall(
    release="rel", namespace="ns", values={"x": [1]}, kube_version="1.29", api_versions=("a/v1",), include_crds=True, is_upgrade=True
)
OUTPUT = """---
# Source: app/crds/c.yaml
kind: C
---
# Source: app/templates/a.yaml
kind: A
---
kind: B
"""


@pytest.fixture
def helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name which writes down how it was called."""
    program = tmp_path / "bin" / "helm"
    program.parent.mkdir()
    seen = tmp_path / "seen.json"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "at = sys.argv.index('--values') + 1\n"
        "values = json.load(open(sys.argv[at]))\n"
        "files = sorted(os.listdir(sys.argv[3]))\n"
        "environment = {name: value for name, value in os.environ.items() if name.startswith(('HELM', 'KUBE'))}\n"
        f"json.dump([sys.argv[1:], values, files, environment], open({str(seen)!r}, 'w'))\n"
        "if sys.argv[2] == 'bad':\n"
        "    sys.exit('Error: ' + sys.argv[3] + '/x: no')\n"
        f"sys.stdout.write({OUTPUT!r})\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HELM_PLUGINS", "/somewhere")
    monkeypatch.setenv("KUBECONFIG", "/home/me/.kube/config")
    return seen


def test_the_program_is_given_all_and_sees_nothing_of_its_users(helm: Path) -> None:
    done = binary.template(CHART, CALL)
    assert [(output.source, output.is_crd) for output in done.outputs] == [
        ("app/crds/c.yaml", True),
        ("app/templates/a.yaml", False),
        ("app/templates/a.yaml", False),
    ]
    words, values, files, environment = json.loads(helm.read_text())
    assert words[:2] == ["template", "rel"]
    assert words[3:5] == ["--namespace", "ns"]
    assert words[7:] == ["--include-crds", "--is-upgrade", "--kube-version", "1.29", "--api-versions", "a/v1"]
    assert values == {"x": [1]}
    assert files == ["Chart.yaml", "templates"]
    assert environment["HELM_PLUGINS"] != "/somewhere"
    assert "/home/me" not in environment["KUBECONFIG"]


def test_its_errors_name_no_temporary_folder(helm: Path) -> None:
    with pytest.raises(HelmFailed) as caught:
        binary.template(CHART, HelmCall(release="bad", namespace="ns"))
    assert caught.value.message == "chart/x: no"


def test_the_library_knows_the_clusters_version(helm: Path) -> None:
    done = template_chart(ASKING, CALL)
    assert (done.outputs[0].text, done.engine.endswith("(library)"), done.assumed) == ("v: v1.29 true\n\n", True, "")
    assert template_chart(ASKING, HelmCall(release="r", namespace="n")).outputs[0].text.endswith("false\n\n")
    with pytest.raises(HelmFailed, match="could not parse"):
        template_chart(ASKING, HelmCall(release="r", namespace="n", kube_version="what"))


def test_without_any_engine_the_answer_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(library, "is_installed", lambda: False)
    with pytest.raises(HelmMissing) as caught:
        template_chart(CHART, CALL)
    assert "gitops-check[helm]" in caught.value.hint
    with pytest.raises(HelmMissing, match="not on PATH"):
        binary.template(CHART, CALL)


def test_a_chart_that_fails_or_is_none_does_not_trouble_the_next() -> None:
    for files in ({"app.tgz": b""}, {"app.tgz": b"no archive"}, {**CHART.files, "templates/a.yaml": b'{{ fail "no" }}'}):
        with pytest.raises(HelmFailed):
            library.template(ChartFiles(name="app", files={RepoPath(path): data for path, data in files.items()}), CALL)
        assert library.template(CHART, CALL).outputs[0].text == "a: 1\n\n"


def test_more_charts_than_are_kept_keep_their_own_templates() -> None:
    charts = [ChartFiles(name="app", files={**CHART.files, RepoPath("templates/a.yaml"): b"a: %d\n" % number}) for number in range(80)]
    for number, chart in [*enumerate(charts), *enumerate(charts), *enumerate(charts[70:], 70)]:
        assert library.template(chart, CALL).outputs[0].text == f"a: {number}\n\n"


NULLS = ChartFiles(name="app", files={**CHART.files, RepoPath("values.yaml"): b"a: {b: null}\n"})


def aged(monkeypatch: pytest.MonkeyPatch, folder: Path, version: str) -> None:
    """A `helm` on PATH that says it is of this release."""
    program = folder / version / "helm"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n[ $1 = version ] && echo {version}+g0123456 || printf '# Source: app/templates/a.yaml\\na: 1\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin:/bin")


def test_a_chart_with_nulls_goes_to_a_program_of_the_clusters_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = HelmCall(release="r", namespace="n", helm="4.1"), HelmCall(release="r", namespace="n", helm="4.2")
    aged(monkeypatch, tmp_path, "v4.1.3")
    assert (template_chart(NULLS, old).engine, template_chart(NULLS, old).assumed) == ("helm", "")
    assert template_chart(CHART, old).engine.endswith("(library)")
    assert (template_chart(NULLS, new).engine.endswith("(library)"), template_chart(NULLS, new).assumed) == (True, "")
    assert "Helm 4.2 in the cluster leaves out and helm keeps" in template_chart(NULLS, new, "program").assumed
    aged(monkeypatch, tmp_path, "v4.2.0")
    assert "Helm 4.1 in the cluster keeps and Helm v4.2.3 (library) leaves out" in template_chart(NULLS, old).assumed


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("a=1,b.c=x", {"a": 1, "b": {"c": "x"}}),
        ("a={}", {"a": [""]}),
        ("a={x,y},b=1", {"a": ["x", "y"], "b": 1}),
        ("a[1].b=2", {"a": [None, {"b": 2}]}),
        ("a[0][1]=x", {"a": [[None, "x"]]}),
        (r"a\.b=1", {"a.b": 1}),
        ("a=x=y", {"a": "x=y"}),
        ("a=", {"a": ""}),
        ("a=99999999999999999999", {"a": "99999999999999999999"}),
        ("", {}),
        (".a=1", {}),
        ("a.=", {}),
        ("a[0].b=", {"a": []}),
        ("a[0][1]=", {"a": [[None, ""]]}),
        ("a[0", {}),
    ],
)
def test_set_expressions(expression: str, result: dict[str, object]) -> None:
    values: dict[str, object] = {}
    set_value(values, expression)
    assert values == result


@pytest.mark.parametrize(
    "expression",
    [
        "a",
        "a.b",
        "a=1,b",
        "a[x]=1",
        "a[99999999]=1",
        "a={x",
        "a[0]x=1",
        "a.=1",
        "a=1,a.b=2",
        "a=null,a[0]=1",
        "a[0]=1,a[0][0]=2",
        ".".join("a" * 40) + "=1",
    ],
)
def test_set_expressions_that_helm_refuses(expression: str) -> None:
    with pytest.raises(SetError):
        set_value({}, expression)


def test_a_list_that_need_not_grow_is_changed_in_place() -> None:
    """pkg/strvals of Helm: what shares the list sees the new item too."""
    shared: list[object] = ["old", "kept"]
    values: dict[str, object] = {"a": shared}
    set_value(values, "a[0]=new")
    assert shared == ["new", "kept"]


def test_text_and_literal_values() -> None:
    values: dict[str, object] = {"kept": 1}
    set_value(values, "a.b=1", as_text=True)
    set_value(values, "c=x,y={z}", literal=True)
    assert values == {"kept": 1, "a": {"b": "1"}, "c": "x,y={z}"}
