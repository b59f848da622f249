"""What people who come from kubeconform rely on: verdicts, outputs and exit codes."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from checker.model.paths import RepoPath
from checker.validate.kubeconform import KubeconformOptions, Status, Verdict, kubeconform_verdicts
from checker.validate.kubeconform_formats import FORMATS, Shown, as_json, as_junit, as_pretty, as_tap, as_text, exit_code

FILES = [
    (
        RepoPath("a.yaml"),
        b"""apiVersion: v1
kind: Service
metadata: {name: good, namespace: shop}
spec: {ports: [{port: 80}]}
--- # blank below

---
apiVersion: v1
kind: Service
metadata: {name: bad}
spec: {ports: [{port: "80"}], foo: 1}
---
apiVersion: example.com/v1
kind: Widget
metadata: {generateName: w-}
---
kind: Foo
""",
    ),
    (RepoPath("sub/broken.yaml"), b"a: [\n"),
    (RepoPath("sub/dup.yaml"), b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dup}\ndata: {a: b, a: c}\n"),
    (RepoPath("sub/empty.yaml"), b"---\n# nothing\n"),
    (
        RepoPath("sub/list.yml"),
        b"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: in-list}, data: {a: b}}\n",
    ),
    (RepoPath("sub/values.yaml"), b"a: 1\n"),
]


def verdicts(**options: object) -> list[Verdict]:
    return list(kubeconform_verdicts(FILES, KubeconformOptions(**{"kubernetes": "1.33.0", **options})))  # type: ignore[arg-type]


STRICT = verdicts(strict=True)


def test_statuses() -> None:
    assert [(verdict.filename, verdict.kind, verdict.name, verdict.status.value) for verdict in STRICT] == [
        ("a.yaml", "Service", "good", "valid"),
        ("a.yaml", "Service", "bad", "invalid"),
        ("a.yaml", "Widget", "w-{{ generateName }}", "error"),
        ("a.yaml", "Foo", "", "error"),
        ("sub/broken.yaml", "", "", "error"),
        ("sub/dup.yaml", "ConfigMap", "dup", "error"),
        ("sub/empty.yaml", "", "", "empty"),
        ("sub/list.yml", "ConfigMap", "in-list", "valid"),
        ("sub/values.yaml", "", "", "error"),
    ]


def test_without_strict_unknown_fields_and_duplicate_keys_pass() -> None:
    found = {verdict.name: verdict for verdict in verdicts()}
    assert found["dup"].status is Status.VALID
    assert [path for path, _ in found["bad"].errors] == ["/spec/ports/0/port"]
    assert [path for path, _ in next(verdict for verdict in STRICT if verdict.name == "bad").errors] == ["/spec/ports/0/port", "/spec/foo"]


def test_skip_reject_and_missing_schemas() -> None:
    found = {
        verdict.name or verdict.filename: verdict
        for verdict in verdicts(skip=frozenset({"ConfigMap"}), reject=frozenset({"v1/Service"}), ignore_missing_schemas=True)
    }
    assert found["in-list"].status is Status.SKIPPED
    assert found["good"].message == "prohibited resource kind Service"
    assert found["w-{{ generateName }}"].status is Status.SKIPPED


def test_exit_on_error_ends_at_the_first() -> None:
    assert [verdict.name for verdict in verdicts(exit_on_error=True)] == ["good", "bad"]


def test_exit_codes() -> None:
    assert exit_code(STRICT) == 1
    assert exit_code([verdict for verdict in STRICT if verdict.status in (Status.VALID, Status.EMPTY)]) == 0


def test_locations_are_templates() -> None:
    asked: list[str] = []

    def read(location: str) -> bytes | None:
        asked.append(location)
        return None

    list(kubeconform_verdicts(FILES[:1], KubeconformOptions(locations=("https://example.com/schemas",), read_schema=read, strict=True)))
    assert asked[0] == "https://example.com/schemas/master-standalone-strict/service-v1.json"
    assert asked[-1] == "https://example.com/schemas/master-standalone-strict/widget-example-v1.json"


def test_text() -> None:
    lines = as_text(STRICT, Shown(summary=True)).splitlines()
    assert lines[0].startswith("a.yaml - Service bad is invalid: problem validating schema.")
    assert lines[1] == "a.yaml - Widget w-{{ generateName }} failed validation: could not find schema for Widget"
    assert lines[2] == "a.yaml - failed validation: error while parsing: missing 'apiVersion' key"
    assert lines[-1] == "Summary: 8 resources found in 6 files - Valid: 2, Invalid: 1, Errors: 5, Skipped: 0"
    assert "a.yaml - Service good is valid" in as_text(STRICT, Shown(verbose=True))
    assert (
        as_text(STRICT[:1], Shown(summary=True, stdin=True))
        == "Summary: 1 resource found parsing stdin - Valid: 1, Invalid: 0, Errors: 0, Skipped: 0\n"
    )


def test_pretty() -> None:
    skipped = Verdict(filename="x.yaml", status=Status.SKIPPED, kind="Widget", name="w", version="example.com/v1")
    lines = as_pretty([*STRICT, skipped], Shown(verbose=True)).splitlines()
    assert lines[0] == "\x1b[32m\u2714\x1b[0m a.yaml: \x1b[32mService good is valid\x1b[0m"
    assert (
        lines[2]
        == "\x1b[31m\u2716\x1b[0m a.yaml: \x1b[31mWidget failed validation: w-{{ generateName }} could not find schema for Widget\x1b[0m"
    )
    assert lines[3] == "\x1b[31m\u2716\x1b[0m a.yaml: \x1b[31mfailed validation:  error while parsing: missing 'apiVersion' key\x1b[0m"
    assert lines[-1] == "\x1b[33m-\x1b[0m x.yaml: \x1b[33mWidget w skipped\x1b[0m"


def test_skipped_resources_are_told_when_verbose() -> None:
    skipped = [Verdict(filename="x.yaml", status=Status.SKIPPED, kind="Widget", name="w", version="example.com/v1")]
    assert as_text(skipped, Shown(verbose=True)) == "x.yaml - w Widget skipped\n"
    assert as_text(skipped, Shown()) == ""
    assert as_tap(skipped, Shown()) == "TAP version 13\nok 1 - x.yaml (example.com/v1/Widget//w) # skip\n1..1\n"


def test_json() -> None:
    report = json.loads(as_json(STRICT, Shown(summary=True)))
    assert report["summary"] == {"valid": 2, "invalid": 1, "errors": 5, "skipped": 0}
    first = report["resources"][0]
    assert (first["filename"], first["kind"], first["name"], first["version"], first["status"]) == (
        "a.yaml",
        "Service",
        "bad",
        "v1",
        "statusInvalid",
    )
    assert first["validationErrors"][0] == {
        "path": "/spec/ports/0/port",
        "msg": 'spec.ports[0].port: "80" is text; write 80 without quotes',
    }
    assert len(json.loads(as_json(STRICT, Shown(verbose=True)))["resources"]) == len(STRICT)
    assert "summary" not in json.loads(as_json(STRICT, Shown()))


def test_tap() -> None:
    lines = as_tap(STRICT, Shown()).splitlines()
    assert lines[0] == "TAP version 13"
    assert lines[1] == "ok 1 - a.yaml (v1/Service/shop/good)"
    assert lines[2].startswith("not ok 2 - a.yaml (v1/Service//bad): ")
    assert lines[-1] == f"1..{len(STRICT)}"


def test_junit() -> None:
    root = ET.fromstring(as_junit(STRICT, Shown(seconds=1.5)))
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("disabled")) == ("8", "1", "5", "0")
    assert [suite.get("name") for suite in root] == [path for path, _ in FILES]
    assert [case.get("name") for case in root[0]] == ["shop/good", "bad", "w-{{ generateName }}", ""]
    assert root[0][1].find("failure") is not None


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_name_breaks_out_of_its_line(name: str) -> None:
    hostile = Verdict(filename="x.yaml", status=Status.INVALID, kind="A", name="\x1b[2J\nok 99 - <&\"'\u2028", message="a\nb\x07")
    made = FORMATS[name]([hostile], Shown(verbose=True, summary=True))
    assert "\x1b[2J" not in made
    assert "\x07" not in made
    if name == "junit":
        assert ET.fromstring(made) is not None
    if name == "tap":
        assert len(made.splitlines()) == 3
