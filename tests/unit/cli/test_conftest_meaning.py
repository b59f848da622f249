"""What policies mean to conftest, told row by row: a policy, what is said on the command line, and what conftest 0.71 answers to it.

The bytes of whole reports, the flags and what is refused by name are in `test_conftest`.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.cli import main

FILES = {
    "a.yaml": "kind: A\n",
    "two.yaml": "kind: B\n---\nkind: C\n",
    "apps/j.json": '{"kind": "J"}',
    "noted.conf": "kind: O\n",
    "data/one.json": '{"top": 1}',
    "data/team/x.yaml": "name: web\n",
    "data/team/sub/y.yml": "port: 80\n",
    "data/team/no.txt": "nothing: 1",
    "policy/settings.json": '{"kinds": ["J"]}',
    "policy/settings.toml": 'kinds = ["T"]\n',
    "more/more.rego": 'package main\nimport rego.v1\ndeny contains "more"\n',
    "more/deep.rego": 'package main.deep.er\nimport rego.v1\ndeny contains "deep"\n',
    "named.toml": 'namespace = "main.deep.er"\npolicy = "more"\n',
}


class Meaning(NamedTuple):
    """`text` is `policy/p.rego` in package main where it names none; `{folder}` stands for the folder of the run."""

    line: str
    text: str
    words: str
    code: int
    printed: str


MEANINGS = [
    Meaning(
        "names of rules",
        'deny contains "deny"\ndeny_a_B1 contains "deny_a_B1"\nviolation contains "violation"\n'
        'violation_x contains "violation_x"\nwarn contains "warn"\nwarn_x contains "warn_x"\ndenyx contains "denyx"\n'
        'deny_ contains "deny_"\nwarning contains "warning"\nDeny contains "Deny"\ndeny__x contains "deny__x"\n'
        'allow contains "allow"\n',
        "a.yaml",
        1,
        "WARN - a.yaml - main - warn\nWARN - a.yaml - main - warn_x\nFAIL - a.yaml - main - deny\n"
        "FAIL - a.yaml - main - deny_a_B1\nFAIL - a.yaml - main - violation\nFAIL - a.yaml - main - violation_x\n\n"
        "6 tests, 0 passed, 2 warnings, 4 failures, 0 exceptions\n",
    ),
    Meaning(
        "deny and violation are equal",
        'deny contains "d"\nviolation contains "v"\nviolation_x contains {"msg": "o"}\n',
        "a.yaml",
        1,
        "FAIL - a.yaml - main - d\nFAIL - a.yaml - main - v\nFAIL - a.yaml - main - o\n\n"
        "3 tests, 0 passed, 0 warnings, 3 failures, 0 exceptions\n",
    ),
    Meaning(
        "_loc and metadata of an object",
        'violation contains {"msg": "m", "_loc": {"file": "x.tf", "line": 7}, "severity": "high", "n": 1}\n',
        "a.yaml -o json",
        1,
        '[{"filename": "a.yaml", "namespace": "main", "successes": 0, "failures": [{"msg": "m", "loc": {"file": "x.tf", "line": 7}, '
        '"metadata": {"n": 1, "query": "data.main.violation", "severity": "high"}}]}]',
    ),
    Meaning(
        "_loc on GitHub",
        'violation contains {"msg": "m", "_loc": {"file": "x.tf", "line": 7}, "severity": "high", "n": 1}\n',
        "a.yaml -o github",
        1,
        '::group::Testing "a.yaml" against 1 policies in namespace "main"\n::error file=x.tf,line=7::m\n'
        "::error file=a.yaml,line=1::(ORIGINATING FROM x.tf L7) m\n"
        "::notice file=a.yaml,line=1::Number of successful checks: 0\n::endgroup::\n"
        "1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "a list counts like a set",
        'deny := ["x", "y"]\n',
        "a.yaml",
        1,
        "FAIL - a.yaml - main - x\nFAIL - a.yaml - main - y\n\n2 tests, 0 passed, 0 warnings, 2 failures, 0 exceptions\n",
    ),
    Meaning(
        "elements of other types are dropped",
        'deny contains 3\ndeny contains true\ndeny contains ["l"]\ndeny contains null\ndeny contains "m"\n',
        "a.yaml",
        1,
        "FAIL - a.yaml - main - m\n\n5 tests, 4 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "a text of v0 has passed",
        'package main\ndeny = "x"\n',
        "a.yaml --rego-version v0",
        0,
        "\n1 test, 1 passed, 0 warnings, 0 failures, 0 exceptions\n",
    ),
    Meaning("an object has passed", 'deny := {"msg": "x"}\n', "a.yaml", 0, "\n1 test, 1 passed, 0 warnings, 0 failures, 0 exceptions\n"),
    Meaning(
        "a rule that is true has passed", "deny if input.kind\n", "a.yaml", 0, "\n1 test, 1 passed, 0 warnings, 0 failures, 0 exceptions\n"
    ),
    Meaning(
        "an exception lifts failing rules whole",
        'deny_root contains "a"\ndeny_root contains "b"\nviolation_root contains "v"\nwarn_root contains "w"\n'
        'deny contains "c"\nexception contains ["root"] if input.kind == "B"\n',
        "two.yaml",
        1,
        "WARN - two.yaml - main - w\nFAIL - two.yaml - main - c\nFAIL - two.yaml - main - a\nFAIL - two.yaml - main - b\n"
        "FAIL - two.yaml - main - v\nFAIL - two.yaml - main - c\n"
        'EXCP - two.yaml - main - data.main.exception[_][_] == "root"\n'
        'EXCP - two.yaml - main - data.main.exception[_][_] == "root"\n'
        'EXCP - two.yaml - main - data.main.exception[_][_] == "root"\n\n'
        "10 tests, 1 passed, 1 warning, 5 failures, 3 exceptions\n",
    ),
    Meaning(
        "an exception lifts a rule that would pass",
        'deny_root contains "a" if input.never\nexception contains ["root"]\n',
        "a.yaml",
        0,
        'EXCP - a.yaml - main - data.main.exception[_][_] == "root"\n\n1 test, 0 passed, 0 warnings, 0 failures, 1 exception\n',
    ),
    Meaning(
        "bare rules match the empty name",
        'deny contains "a"\nviolation contains "v"\nwarn contains "w"\nwarn_x contains "x"\nexception contains [""]\n',
        "a.yaml",
        0,
        'WARN - a.yaml - main - x\nEXCP - a.yaml - main - data.main.exception[_][_] == ""\n'
        'EXCP - a.yaml - main - data.main.exception[_][_] == ""\nEXCP - a.yaml - main - data.main.exception[_][_] == ""\n\n'
        "4 tests, 0 passed, 1 warning, 0 failures, 3 exceptions\n",
    ),
    Meaning(
        "an exception of two rules",
        'deny_root contains "a"\ndeny_user contains "u"\nexception contains ["root", "user"]\n',
        "a.yaml",
        0,
        'EXCP - a.yaml - main - data.main.exception[_][_] == "root"\n'
        'EXCP - a.yaml - main - data.main.exception[_][_] == "user"\n\n'
        "2 tests, 0 passed, 0 warnings, 0 failures, 2 exceptions\n",
    ),
    Meaning(
        "the query is the message of an exception",
        'deny_root contains "a"\nexception contains ["root"]\n',
        "a.yaml -o json",
        0,
        '[{"filename": "a.yaml", "namespace": "main", "successes": 0, "exceptions": [{"msg": "data.main.exception[_][_] == \\"root\\""}]}]',
    ),
    Meaning(
        "exceptions can be left out of the lines",
        'deny_root contains "a"\nexception contains ["root"]\n',
        "a.yaml --suppress-exceptions",
        0,
        "\n1 test, 0 passed, 0 warnings, 0 failures, 1 exception\n",
    ),
    Meaning(
        "one body is at least one test",
        'deny contains "a" if input.x\ndeny contains "b" if input.y\nwarn contains "c" if input.z\n'
        'deny contains "k" if input.kind == "A"\n',
        "a.yaml",
        1,
        "FAIL - a.yaml - main - k\n\n4 tests, 3 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "the counts",
        'deny contains sprintf("%s1", [input.kind])\ndeny contains sprintf("%s2", [input.kind])\n'
        'warn contains "w" if input.kind == "B"\ndeny_z contains "z"\nexception contains ["z"]\n',
        "two.yaml",
        1,
        "WARN - two.yaml - main - w\nFAIL - two.yaml - main - B1\nFAIL - two.yaml - main - B2\nFAIL - two.yaml - main - C1\n"
        'FAIL - two.yaml - main - C2\nEXCP - two.yaml - main - data.main.exception[_][_] == "z"\n'
        'EXCP - two.yaml - main - data.main.exception[_][_] == "z"\n\n'
        "8 tests, 1 passed, 1 warning, 4 failures, 2 exceptions\n",
    ),
    Meaning(
        "each document is an input",
        "deny contains input.kind\n",
        "two.yaml",
        1,
        "FAIL - two.yaml - main - B\nFAIL - two.yaml - main - C\n\n2 tests, 0 passed, 0 warnings, 2 failures, 0 exceptions\n",
    ),
    Meaning(
        "combined input",
        'deny contains concat(" ", [sprintf("%s:%s", [f.path, f.contents.kind]) | some f in input])\n',
        "two.yaml apps/j.json a.yaml --combine",
        1,
        "FAIL - Combined - main - a.yaml:A apps/j.json:J two.yaml:B two.yaml:C\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "a name of the rule before the comprehension's own",
        "deny contains msg if {\n\tkind := input[_].contents.kind\n"
        "\tpaths := [kind | some f in input; f.contents.kind == kind; kind := f.path]\n"
        '\tmsg := sprintf("%s in %v", [kind, paths])\n}\n',
        "two.yaml a.yaml --combine",
        1,
        'FAIL - Combined - main - A in ["a.yaml"]\nFAIL - Combined - main - B in ["two.yaml"]\n'
        'FAIL - Combined - main - C in ["two.yaml"]\n\n3 tests, 0 passed, 0 warnings, 3 failures, 0 exceptions\n',
    ),
    Meaning(
        "the current file",
        'deny contains sprintf("%s in %s", [data.conftest.file.name, data.conftest.file.dir])\n',
        "apps/j.json",
        1,
        "FAIL - apps/j.json - main - j.json in {folder}/apps\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "the current file of combined input",
        'deny contains sprintf("%s in %s", [data.conftest.file.name, data.conftest.file.dir])\n',
        "apps/j.json --combine",
        1,
        "FAIL - Combined - main - Combined in {folder}\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "parse_config",
        'deny contains parse_config("yaml", "k: [v]").k[0]\n',
        "a.yaml",
        1,
        "FAIL - a.yaml - main - v\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "parse_config_file",
        'deny contains parse_config_file("settings.json").kinds[0]\n',
        "a.yaml",
        1,
        "FAIL - a.yaml - main - J\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "parse_combined_config_files",
        'deny contains sprintf("%s %v", [f.path, f.contents.kinds]) if some f in '
        'parse_combined_config_files(["settings.toml", "settings.json"])\n',
        "a.yaml",
        1,
        'FAIL - a.yaml - main - policy/settings.json ["J"]\nFAIL - a.yaml - main - policy/settings.toml ["T"]\n\n'
        "2 tests, 0 passed, 0 warnings, 2 failures, 0 exceptions\n",
    ),
    Meaning(
        "names of data folders are keys, of files not",
        'deny contains json.marshal(data.team)\ndeny contains sprintf("%v", [data.top])\nwarn contains "file" if data.one\n'
        'warn contains "file" if data.team.x\n',
        "a.yaml -d data",
        1,
        'FAIL - a.yaml - main - 1\nFAIL - a.yaml - main - {"name":"web","sub":{"port":80}}\n\n'
        "4 tests, 2 passed, 0 warnings, 2 failures, 0 exceptions\n",
    ),
    Meaning(
        "data of a file and of a folder",
        'deny contains sprintf("%v %v", [data.name, data.port])\n',
        "a.yaml -d data/team/x.yaml -d data/team/sub",
        1,
        "FAIL - a.yaml - main - web 80\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "two policy folders",
        'deny contains "one"\n',
        "a.yaml -p policy -p more",
        1,
        "FAIL - a.yaml - main - more\nFAIL - a.yaml - main - one\n\n2 tests, 0 passed, 0 warnings, 2 failures, 0 exceptions\n",
    ),
    Meaning(
        "the namespace is main",
        'package main.other\nimport rego.v1\ndeny contains "other"\n',
        "a.yaml -p policy -p more",
        1,
        "FAIL - a.yaml - main - more\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "two namespaces",
        "deny contains input.kind\n",
        "a.yaml -p policy -p more -n main -n main.deep.er",
        1,
        "FAIL - a.yaml - main - A\nFAIL - a.yaml - main - more\nFAIL - a.yaml - main.deep.er - deep\n\n"
        "3 tests, 0 passed, 0 warnings, 3 failures, 0 exceptions\n",
    ),
    Meaning(
        "the star of a namespace crosses dots",
        "deny contains input.kind\n",
        "a.yaml -p policy -p more -n *.er",
        1,
        "FAIL - a.yaml - main.deep.er - deep\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "one character and classes of a namespace",
        "deny contains input.kind\n",
        "a.yaml -p policy -n [l-n]a?n",
        1,
        "FAIL - a.yaml - main - A\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "standard input has no name in JSON",
        "deny contains input.kind\n",
        "- -o json",
        1,
        '[{"filename": "", "namespace": "main", "successes": 0, "failures": [{"msg": "S", "metadata": {"query": "data.main.deny"}}]}]',
    ),
    Meaning(
        "standard input has one in lines",
        "deny contains input.kind\n",
        "-",
        1,
        "FAIL - - main - S\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "a name for standard input",
        "deny contains input.kind\n",
        "- --stdin-filename s.yaml",
        1,
        "FAIL - s.yaml - main - S\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "GitHub",
        'deny contains input.kind\nwarn contains "w"\ndeny_z contains "z"\nexception contains ["z"]\n',
        "a.yaml -o github",
        1,
        '::group::Testing "a.yaml" against 3 policies in namespace "main"\n::error file=a.yaml,line=1::A\n'
        '::warning file=a.yaml,line=1::w\n::notice file=a.yaml,line=1::data.main.exception[_][_] == "z"\n'
        "::notice file=a.yaml,line=1::Number of successful checks: 0\n::endgroup::\n"
        "3 tests, 0 passed, 1 warning, 1 failure, 1 exception\n",
    ),
    Meaning(
        "a parser for any name",
        "deny contains input.kind\n",
        "noted.conf --parser yaml",
        1,
        "FAIL - noted.conf - main - O\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "settings in a file",
        "deny contains input.kind\n",
        "a.yaml -c named.toml",
        1,
        "FAIL - a.yaml - main.deep.er - deep\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "flags go before the file",
        "deny contains input.kind\n",
        "a.yaml -c named.toml -n main -p policy",
        1,
        "FAIL - a.yaml - main - A\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "warnings fail nothing",
        'warn contains "w"\n',
        "a.yaml",
        0,
        "WARN - a.yaml - main - w\n\n1 test, 0 passed, 1 warning, 0 failures, 0 exceptions\n",
    ),
    Meaning(
        "warnings fail where asked to",
        'warn contains "w"\n',
        "a.yaml --fail-on-warn",
        1,
        "WARN - a.yaml - main - w\n\n1 test, 0 passed, 1 warning, 0 failures, 0 exceptions\n",
    ),
    Meaning(
        "failures are then 2",
        "deny contains input.kind\n",
        "a.yaml --fail-on-warn",
        2,
        "FAIL - a.yaml - main - A\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning(
        "failures fail nothing where asked not to",
        "deny contains input.kind\n",
        "a.yaml --no-fail",
        0,
        "FAIL - a.yaml - main - A\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n",
    ),
    Meaning("quiet says nothing when all is well", 'deny contains "m" if input.never\n', "a.yaml --quiet", 0, ""),
    Meaning("a policy without rules", "x := 1\n", "a.yaml", 0, "\n0 tests, 0 passed, 0 warnings, 0 failures, 0 exceptions\n"),
]

HEAD = "package main\nimport rego.v1\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"kind: S\n")))
    return tmp_path


def judge(folder: Path, text: str, *words: str) -> int:
    (folder / "policy" / "p.rego").write_text(text if text.startswith("package") else HEAD + text)
    return main(("test", *words))


@pytest.mark.parametrize("row", MEANINGS, ids=lambda row: row.line)
def test_what_conftest_answers(row: Meaning, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = judge(folder, row.text, *row.words.split())
    printed = capsys.readouterr().out
    if "json" in row.words.split():
        printed = json.dumps(json.loads(printed))
    assert (code, printed) == (row.code, row.printed.replace("{folder}", str(folder)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('deny contains {"message": "m"}\n', 'policy/p.rego:3: data.main.deny: its result has no "msg" that is a text'),
        ('deny contains {"msg": 3}\n', 'policy/p.rego:3: data.main.deny: its result has no "msg" that is a text'),
        ('deny[msg] if { msg := "x" }\n', "policy/p.rego:3: deny uses `if` without `contains`"),
        ('deny-x contains "m"\n', "policy/p.rego:3: "),
        ('package other\nimport rego.v1\ndeny contains "o"\n', "no policy is in namespace main; the packages here are other"),
    ],
)
def test_what_cannot_be_judged_is_an_error_and_no_test_that_passed(
    text: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """conftest stops at these, but for the last, which it lets pass."""
    assert judge(folder, text, "a.yaml") == 1
    out, err = capsys.readouterr()
    assert "0 tests, 0 passed, " in out
    assert told in err


def test_flags_go_before_variables_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "conftest.toml").write_text('policy = "more"\nnamespace = "main.deep.er"\n')
    for variable, words, printed in (
        ("", (), "FAIL - a.yaml - main.deep.er - deep\n"),
        ("main", (), "FAIL - a.yaml - main - more\n"),
        ("main", ("-n", "*.deep.*"), "FAIL - a.yaml - main.deep.er - deep\n"),
    ):
        monkeypatch.setenv("CONFTEST_NAMESPACE", variable)
        assert judge(folder, "", "a.yaml", *words) == 1
        assert capsys.readouterr().out.startswith(printed)


def test_rules_to_be_written_are_skipped_and_others_of_that_name_are_no_policies(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "test_good if 1 == 1\ntest_bad if 1 == 2\ntodo_test_later if 1 == 2\n"
    assert judge(folder, text, "--verify") == 1
    assert capsys.readouterr().out == (
        "FAIL - policy/p.rego -  - data.main.test_bad\n\n3 tests, 1 passed, 0 warnings, 1 failure, 0 exceptions, 1 skipped\n"
    )
    for mode in ("full", "notes", "fails"):
        assert judge(folder, text, "--verify", "--report", mode) == 1
        assert capsys.readouterr().out.endswith("PASS: 1/3\nFAIL: 1/3\nSKIPPED: 1/3\n")
