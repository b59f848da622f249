"""A folder of files nobody should write: each ends in one clear finding, quickly, and the good file beside them is still checked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from checker.cli import main

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
CASES: dict[str, tuple[str | bytes, str]] = {
    "alias-as-key.yaml": ("a: &a {b: c}\n*a : 1\n", "invalid-yaml"),
    "bomb.yaml": (BOMB, "invalid-yaml"),
    "deep-blocks.yaml": ("".join(f"{' ' * depth}a:\n" for depth in range(1_000)), "invalid-yaml"),
    "deep-lists.yaml": ("a: " + "[" * 10_000 + "]" * 10_000 + "\n", "invalid-yaml"),
    "deep.json": ('{"a":' * 10_000 + "1" + "}" * 10_000, "invalid-yaml"),
    "duplicate.json": ('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "kind": "ConfigMap"}', "duplicate-key"),
    "latin-1.yaml": (GOOD.replace("x", "\xe9").encode("latin-1"), "invalid-yaml"),
    "merges-itself.yaml": ("a: &a {<<: *a}\n", "invalid-yaml"),
    "not-a-number.yaml": (GOOD.replace("b}", ".nan}"), "invalid-yaml"),
    "nul.yaml": (GOOD.replace("x", "\0"), "invalid-yaml"),
    "surrogate.json": ('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "\\ud800"}}', "invalid-yaml"),
    "tab.yaml": (GOOD.replace(" {name: x}", "\n\tname: x"), "invalid-yaml"),
    "too-large.yaml": (GOOD + "#" * 33 * 1024 * 1024, "unreadable-file"),
    "unknown-version.yaml": ("%YAML 9.9\n---\n" + GOOD, "invalid-yaml"),
    "cyclic-schema.yaml": ("apiVersion: example.com/v1\nkind: Cycle\nmetadata: {name: x}\nnext: {next: 1}\n", "wrong-type"),
    "broken-schema.yaml": ("apiVersion: example.com/v1\nkind: Broken\nmetadata: {name: x}\n", "schema-unusable"),
    "no-json-schema.yaml": ("apiVersion: example.com/v1\nkind: Text\nmetadata: {name: x}\n", "schema-unusable"),
}
FINE: dict[str, str | bytes] = {
    "byte-order-mark.yaml": b"\xef\xbb\xbf" + GOOD.encode(),
    "carriage-returns.yaml": GOOD.replace("\n", "\r\n"),
    "directive.yaml": "%YAML 1.1\n---\n" + GOOD,
    "empty.yaml": "",
    "many-documents.yaml": "---\n".join([GOOD] * 1_000),
    "one-line.yaml": GOOD.replace("a: b", ", ".join(f"k{number}: v" for number in range(20_000))),
    "tabs-after-colons.yaml": GOOD.replace(": ", ":\t"),
    "utf-16.yaml": GOOD.encode("utf-16"),
}
LINKS = {"circle.yaml": "circle.yaml", "gone.yaml": "nowhere.yaml", "outside.yaml": "/etc/hosts"}
SCHEMAS = {
    "cycle_v1.json": '{"type": "object", "properties": {"next": {"$ref": "#"}}}',
    "broken_v1.json": '{"properties": {"a": {"pattern": "("}}}',
    "text_v1.json": "nothing of the kind",
}
SETTINGS = "version: 1\npolicies: []\nschemas: [default, 'schemas/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json']\nexclude: [schemas/**]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links and named pipes")
def test_one_finding_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "folder.yaml").mkdir()
    for name, content in {
        **{name: content for name, (content, _) in CASES.items()},
        **FINE,
        **{f"schemas/{name}": text for name, text in SCHEMAS.items()},
        "good.yaml": GOOD.replace("a: b", "a: 1"),
        "folder.yaml/inside.yaml": GOOD,
        ".gitops-check.yaml": SETTINGS,
    }.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, target in LINKS.items():
        (tmp_path / name).symlink_to(target)
    os.mkfifo(tmp_path / "pipe.yaml")

    assert main(["lint", "-C", str(tmp_path), "--output", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    found = sorted((finding["location"]["path"], finding["rule"]) for finding in report["findings"] if finding["severity"] == "error")
    expected = {**{name: rule for name, (_, rule) in CASES.items()}, **dict.fromkeys(LINKS, "unreadable-file"), "good.yaml": "wrong-type"}
    assert found == sorted(expected.items())


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_pipe_that_is_named_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert main(["lint", "-C", str(tmp_path), "pipe.yaml"]) == 2
    assert "pipe.yaml is neither a file nor a folder" in capsys.readouterr().err
