"""`gitops-check kubeconform` as people who come from kubeconform run it: one row for each kind of case, by exit code and output.

The expected outputs were compared with kubeconform 0.7 on the same files.
"""

from __future__ import annotations

import io
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest

from checker.cli import main

CONTROLLER = """\
apiVersion: v1
kind: ReplicationController
metadata: {name: bob}
spec:
  replicas: 2
  template:
    spec: {containers: [{name: web, image: nginx}]}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"
VERSIONED = "schemas/{{.Group}}/{{.NormalizedKubernetesVersion}}/{{.ResourceKind}}.json"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\n"
FILES = {
    "valid.yaml": CONTROLLER,
    "valid.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "j"}, "data": {"a": "b"}}',
    "invalid.yaml": CONTROLLER.replace("replicas: 2", "replicas: many"),
    "extra.yaml": MAP + "foo: 1\n",
    "duplicate.yaml": MAP + "data:\n  a: b\n  a: c\n",
    "generated.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: pi-}\n"
    "spec: {template: {spec: {containers: [{name: a}]}}}\n",
    "quantity.yaml": "apiVersion: v1\nkind: LimitRange\nmetadata: {name: q}\n"
    "spec: {limits: [{type: Container, default: {memory: 1Gi, cpu: 1}}]}\n",
    "int_or_string.yaml": SERVICE + "spec: {ports: [{port: 80, targetPort: http}, {port: 1, targetPort: 2}]}\n",
    "null.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s, labels: null}\nspec: {clusterIP: null, ports: [{port: 80}]}\n",
    "blank.yaml": "",
    "comment.yaml": "# nothing here\n",
    "no_kind.yaml": "apiVersion: v1\nmetadata: {name: x}\n",
    "no_kind_value.yaml": "apiVersion: v1\nkind:\nmetadata: {name: x}\n",
    "no_version.yaml": "kind: Service\nmetadata: {name: x}\n",
    "sequence.yaml": "- 1\n",
    "broken.yaml": "a: [\n",
    "multi.yaml": MAP.replace("NAME", "a") + "--- # two\n" + MAP.replace("NAME", "b") + "---\n",
    "multi_invalid.yaml": MAP.replace("NAME", "a") + "---\n" + MAP.replace("NAME", "b") + "data: 1\n---\n" + MAP.replace("NAME", "c"),
    "list.yaml": "apiVersion: v1\nkind: List\nitems:\n"
    "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n",
    "list_invalid.yaml": "apiVersion: v1\nkind: List\nitems:\n"
    "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: 1}\n- {kind: Secret}\n",
    "list_empty.yaml": "apiVersion: v1\nkind: List\nitems: []\n",
    "custom.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 1}\n",
    "custom_invalid.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: big}\n",
    "folder/one.yml": MAP.replace("NAME", "one"),
    "folder/sub/two.YAML": MAP.replace("NAME", "two"),
    "folder/three.JSON": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "three"}}',
    "folder/readme.txt": "no manifest",
    "schemas/widget_v1.json": '{"type": "object", "properties": {"spec": {"properties": {"size": {"type": "integer"}}}}}',
    "schemas/broken/widget_v1.json": '{"type": "objekt"}',
    "schemas/master-standalone-strict/widget-example-v1.json": '{"type": "object", "required": ["never"]}',
    "schemas/example.com/v1.30.0/widget.json": '{"type": "object"}',
}


def summary(found: str, valid: int = 0, invalid: int = 0, errors: int = 0, skipped: int = 0) -> str:
    return f"Summary: {found} - Valid: {valid}, Invalid: {invalid}, Errors: {errors}, Skipped: {skipped}\n"


ONE = "1 resource found in 1 file"
TEMPLATE = "schemas/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
CASES: dict[str, tuple[str, int, str]] = {
    "valid": ("-summary valid.yaml", 0, summary(ONE, 1)),
    "both dashes": ("--summary --verbose valid.yaml", 0, "valid.yaml - ReplicationController bob is valid\n" + summary(ONE, 1)),
    "switches with a value": ("-summary=true -verbose=false valid.yaml", 0, summary(ONE, 1)),
    "JSON": ("-summary valid.json", 0, summary(ONE, 1)),
    "folder": ("-summary folder", 0, summary("3 resources found in 3 files", 3)),
    "several versions, the last counts": (
        "-kubernetes-version 1.25.0 -kubernetes-version 1.33.0 -verbose valid.yaml",
        0,
        "valid.yaml - ReplicationController bob is valid\n",
    ),
    "numbers or text": ("-verbose int_or_string.yaml", 0, "int_or_string.yaml - Service s is valid\n"),
    "quantities": ("-verbose quantity.yaml", 0, "quantity.yaml - LimitRange q is valid\n"),
    "nulls": ("-verbose null.yaml", 0, "null.yaml - Service s is valid\n"),
    "generated name": ("-verbose generated.yaml", 0, "generated.yaml - Job pi-{{ generateName }} is valid\n"),
    "blank": ("-summary blank.yaml", 0, summary("0 resource found in 1 file")),
    "comment": ("-summary comment.yaml", 0, summary("0 resource found in 1 file")),
    "several documents": ("-summary multi.yaml", 0, summary("2 resources found in 1 file", 2)),
    "no kind": ("no_kind.yaml", 1, "no_kind.yaml - failed validation: error while parsing: missing 'kind' key\n"),
    "kind without a value": ("no_kind_value.yaml", 1, "no_kind_value.yaml - failed validation: error while parsing: missing 'kind' key\n"),
    "no apiVersion": (
        "no_version.yaml",
        1,
        "no_version.yaml - Service x failed validation: error while parsing: missing 'apiVersion' key\n",
    ),
    "no object": ("sequence.yaml", 1, "sequence.yaml - failed validation: error unmarshalling resource: an array is no object\n"),
    "list": ("-summary list.yaml", 0, summary("2 resources found in 1 file", 2)),
    "empty list": ("-summary list_empty.yaml", 0, summary("0 resource found in 1 file")),
    "unknown field": ("-summary extra.yaml", 0, summary(ONE, 1)),
    "duplicate key": ("-summary duplicate.yaml", 0, summary(ONE, 1)),
    "no schema": ("custom.yaml", 1, "custom.yaml - Widget w failed validation: could not find schema for Widget\n"),
    "no schema, ignored": (
        "-ignore-missing-schemas -verbose -summary custom.yaml",
        0,
        "custom.yaml - w Widget skipped\n" + summary(ONE, skipped=1),
    ),
    "skip a kind": ("-verbose -skip ReplicationController valid.yaml", 0, "valid.yaml - bob ReplicationController skipped\n"),
    "skip with version": ("-verbose -skip v1/ReplicationController valid.yaml", 0, "valid.yaml - bob ReplicationController skipped\n"),
    "skip another version": ("-verbose -skip v2/ReplicationController valid.yaml", 0, "valid.yaml - ReplicationController bob is valid\n"),
    "skip several": (
        "-verbose -skip=Job,\tWidget generated.yaml custom.yaml",
        0,
        "generated.yaml - pi-{{ generateName }} Job skipped\ncustom.yaml - w Widget skipped\n",
    ),
    "reject a kind": (
        "-reject ReplicationController valid.yaml",
        1,
        "valid.yaml - ReplicationController bob failed validation: prohibited resource kind ReplicationController\n",
    ),
    "skip comes before reject": ("-skip Widget -reject Widget -verbose custom.yaml", 0, "custom.yaml - w Widget skipped\n"),
    "ignored file names": (
        "-summary -ignore-filename-pattern folder -ignore-filename-pattern .*invalid.* multi_invalid.yaml valid.yaml folder",
        0,
        summary(ONE, 1),
    ),
    "a file that is not there, and the others": (
        "-summary missing.yaml valid.yaml",
        1,
        "missing.yaml - failed validation: open missing.yaml: no such file or directory\n"
        + summary("2 resources found in 2 files", 1, errors=1),
    ),
    "custom resource": (
        f"-schema-location default -schema-location {TEMPLATE} -verbose custom.yaml",
        0,
        "custom.yaml - Widget w is valid\n",
    ),
    "schema without a template": ("-schema-location schemas/widget_v1.json -verbose custom.yaml", 0, "custom.yaml - Widget w is valid\n"),
    "broken schema, then a good one": (
        f"-schema-location schemas/broken/widget_v1.json -schema-location {TEMPLATE} -verbose custom.yaml",
        0,
        "custom.yaml - Widget w is valid\n",
    ),
    "broken schema alone": (
        "-schema-location schemas/broken/widget_v1.json custom.yaml",
        1,
        "custom.yaml - Widget w failed validation: could not find schema for Widget\n",
    ),
    "group and version in a template": (
        f"-kubernetes-version 1.30.0 -schema-location {VERSIONED} -verbose custom.yaml",
        0,
        "custom.yaml - Widget w is valid\n",
    ),
    "a location that is not there": (
        "-schema-location foo valid.yaml",
        1,
        "valid.yaml - ReplicationController bob failed validation: could not find schema for ReplicationController\n",
    ),
    "accepted without effect": ("-n 8 -cache . -debug -insecure-skip-tls-verify -summary valid.yaml", 0, summary(ONE, 1)),
    "after two dashes": ("-summary -- valid.yaml", 0, summary(ONE, 1)),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.replace("NAME", "x"))
    monkeypatch.chdir(tmp_path)


def judged(words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["kubeconform", *words.split(" ")])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, code, out = CASES[name]
    assert judged(words, capsys) == (code, out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "-summary invalid.yaml",
            "invalid.yaml - ReplicationController bob is invalid: problem validating schema. Check JSON formatting: ",
        ),
        ("-strict extra.yaml", "extra.yaml - ConfigMap x is invalid: "),
        ("-strict duplicate.yaml", "duplicate.yaml - ConfigMap x failed validation: error unmarshalling resource: "),
        ("broken.yaml", "broken.yaml - failed validation: error unmarshalling resource: error converting YAML to JSON: yaml: line "),
        ("multi_invalid.yaml", "multi_invalid.yaml - ConfigMap b is invalid: "),
        ("list_invalid.yaml", "list_invalid.yaml - ConfigMap a is invalid: "),
        (f"-schema-location {TEMPLATE} custom_invalid.yaml", "custom_invalid.yaml - Widget w is invalid: "),
        ("-schema-location schemas -strict custom.yaml", "custom.yaml - Widget w is invalid: "),
    ],
)
def test_what_is_wrong_is_told_and_fails(words: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = judged(words, capsys)
    assert code == 1
    assert out.startswith(told)


def test_every_item_of_a_list_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = judged("-summary list_invalid.yaml", capsys)
    assert "list_invalid.yaml - failed validation: error while parsing: " in out
    assert out.endswith(summary("2 resources found in 1 file", invalid=1, errors=1))


@pytest.mark.parametrize("dash", ["", "-"])
@pytest.mark.parametrize(
    ("file", "code", "found"), [("valid.yaml", 0, "1 resource found parsing stdin"), ("invalid.yaml", 1, "Invalid: 1")]
)
def test_standard_input(
    dash: str, file: str, code: int, found: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = SimpleNamespace(buffer=io.BytesIO(FILES[file].encode()), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stream)
    assert main(["kubeconform", "-summary", *dash.split()]) == code
    assert found in capsys.readouterr().out


def test_a_terminal_on_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    assert main(["kubeconform", "-summary"]) == 1
    assert "nothing on standard input" in capsys.readouterr().err


def test_ends_at_the_first_error_when_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert judged("-exit-on-error -summary multi_invalid.yaml valid.yaml", capsys)[1].endswith(summary("2 resources found in 1 file", 1, 1))


@pytest.mark.parametrize(
    "words",
    [
        "-xyz valid.yaml",
        "-schema-location",
        "-kubernetes-version 1.25 valid.yaml",
        "-output xml valid.yaml",
        "-summary=maybe valid.yaml",
        "-ignore-filename-pattern [ folder",
        "-schema-location schemas/{{.Kind}}.json valid.yaml",
        "-schema-location {{.Group valid.yaml",
    ],
)
def test_wrong_usage_is_one_line_and_exit_1(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kubeconform", *words.split(" ")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gitops-check: ")


def test_tap(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = judged("-output tap -skip Job valid.yaml generated.yaml blank.yaml no_kind.yaml", capsys)
    assert out.splitlines() == [
        "TAP version 13",
        "ok 1 - valid.yaml (v1/ReplicationController//bob)",
        "ok 2 - generated.yaml (batch/v1/Job//pi-{{ generateName }}) # skip",
        "ok 3 - blank.yaml (empty)",
        "not ok 4 - no_kind.yaml: error while parsing: missing 'kind' key",
        "1..4",
    ]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = judged("-output json -summary -verbose -ignore-missing-schemas valid.yaml custom.yaml no_kind.yaml", capsys)
    report = json.loads(out)
    assert [resource["status"] for resource in report["resources"]] == ["statusValid", "statusSkipped", "statusError"]
    assert report["resources"][0] == {
        "filename": "valid.yaml",
        "kind": "ReplicationController",
        "name": "bob",
        "version": "v1",
        "status": "statusValid",
        "msg": "",
    }
    assert report["summary"] == {"valid": 1, "invalid": 0, "errors": 1, "skipped": 1}
    assert judged("-output json valid.yaml", capsys)[1] == '{\n  "resources": []\n}\n'


def test_junit(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = judged("-output junit -skip Job valid.yaml generated.yaml blank.yaml no_kind.yaml", capsys)
    assert '  <testsuite name="blank.yaml" id="3" tests="0" failures="0" errors="0" disabled="0" skipped="0"></testsuite>\n' in out
    assert '      <error message="error while parsing: missing &#39;kind&#39; key" type=""></error>\n    </testcase>\n' in out
    root = ET.fromstring(out)
    assert {name: root.get(name) for name in ("tests", "failures", "disabled", "errors")} == {
        "tests": "3",
        "failures": "0",
        "disabled": "1",
        "errors": "1",
    }


def test_pretty(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = judged("-output pretty -verbose -skip Job valid.yaml generated.yaml", capsys)
    assert out == (
        "\x1b[32m\u2714\x1b[0m valid.yaml: \x1b[32mReplicationController bob is valid\x1b[0m\n"
        "\x1b[33m-\x1b[0m generated.yaml: \x1b[33mJob pi-{{ generateName }} skipped\x1b[0m\n"
    )
