"""`test` beside conftest: what conftest 0.71.1 printed for the cases of `conftest_cases`, its flags, its exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli import main
from checker.cli.conftest_flags import LISTS, REFUSED, SWITCHES, TEXTS, read_flags
from checker.model.findings import UsageError

Run = Callable[..., tuple[int, str, str]]
CASES = Path(__file__).parent / "conftest_cases"
COMMANDS: dict[str, list[str]] = json.loads((CASES / "cases.json").read_text())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*argv: str) -> tuple[int, str, str]:
        code = main(("test", *argv))
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


def _named(text: str) -> str:
    """Without what names the program, and with the line breaks that we escape for runners."""
    text = re.sub(r'<property name="[a-z-]+.version" value="[^"]*">', "<property>", text)
    text = re.sub(r'"driver":\{("informationUri":"[^"]*",)?"name":"[a-z-]+"', '"driver":{', text)
    return re.sub(r'"version":"[^"]*"\}\},"invocations"', '}},"invocations"', text)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_conftest_prints(name: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte. The order of tests is that of the files; conftest's differs from run to run."""
    monkeypatch.chdir(CASES)
    command, *rest = COMMANDS[name]
    code, out, _ = run(*rest, *(["--verify"] if command == "verify" else []))
    assert _named(f"exit {code}\n{out}") == _named((CASES / "printed" / f"{name}.txt").read_text())


def test_every_case_is_recorded() -> None:
    assert {path.stem for path in (CASES / "printed").iterdir()} == set(COMMANDS)


REFUSE = 'package main\nimport rego.v1\ndeny contains msg if { msg := sprintf("%s", [input.kind]) }\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "p.rego").write_text(REFUSE)
    (tmp_path / "a.yaml").write_text("kind: A\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("flag", sorted(REFUSED))
def test_what_cannot_be_honoured_is_refused_by_name(flag: str, run: Run, folder: Path) -> None:
    code, out, err = run(f"--{flag}" if flag in SWITCHES else f"--{flag}=x", "a.yaml")
    assert (code, out) == (2, "")
    assert f"--{flag} is not supported: {REFUSED[flag]}" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nmespace", "x"], "did you mean --namespace?"),
        (["-o", "jsn"], "did you mean json?"),
        (["-z"], "-z is no flag"),
        (["-p"], "--policy needs a value"),
        (["--combine=maybe"], "neither true nor false"),
        (["--parser", "hcl2", "a.yaml"], "the parser hcl2 is conftest's and not here"),
        (["--parser", "hcl9", "a.yaml"], "there is no parser hcl9"),
        (["nowhere"], "nowhere does not exist"),
        (["-p", "nowhere"], "there is no policy folder nowhere"),
        (["-d", "nowhere"], "--data nowhere does not exist"),
        (["--ignore", "("], "not a regular expression"),
        (["--ignore", "a", "a.yaml"], "no file to test"),
        (["--coverage"], "add --verify"),
        (["--verify", "a.yaml"], "takes no files"),
        (["--verify", "--report", "all"], "none of full, notes, fails"),
        (["--combine", "-o", "text"], "--combine has no place"),
        (["-c", "nowhere.toml"], "nowhere.toml"),
        (["--rego-version", "v2"], "neither v0 nor v1"),
    ],
)
def test_mistakes_are_exit_2_and_named(words: list[str], said: str, run: Run, folder: Path) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err


def test_flags_stand_where_they_like_and_lists_are_split() -> None:
    flags = read_flags(["a", "-pone,two", "--policy=three", "--combine", "-o", "json", "b", "--", "-c"], {})
    assert flags.all("policy") == ("one", "two", "three")
    assert (flags.on("combine"), flags.on("quiet"), flags.paths) == (True, False, ("a", "b", "-c"))


def test_the_command_line_goes_before_variables_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "conftest.toml").write_text('policy = "file"\nnamespace = ["file", "two"]\nfail-on-warn = true\noutput = "tap"\n')
    environ = {"CONFTEST_NAMESPACE": "variable", "CONFTEST_OUTPUT": "json", "CONFTEST_FAIL_ON_WARN": "false"}
    flags = read_flags(["-C", str(tmp_path), "-o", "table"], environ)
    assert (flags.all("policy"), flags.all("namespace"), flags.all("output")) == (("file",), ("variable",), ("table",))
    assert not flags.on("fail-on-warn")
    (tmp_path / "other.toml").write_text('namespace = "other"\n')
    assert read_flags(["-C", str(tmp_path), "-c", "other.toml"], {}).all("namespace") == ("other",)


def test_a_flag_is_of_one_sort() -> None:
    assert not {*LISTS} & {*TEXTS} | {*LISTS} & {*SWITCHES} | {*TEXTS} & {*SWITCHES}
    with pytest.raises(UsageError):
        read_flags(["--quiet=2"], {})


def test_a_file_that_cannot_be_read_fails_and_the_others_are_tested(run: Run, folder: Path) -> None:
    (folder / "bad.yaml").write_text("a: 1\n---\nb: [\n")
    (folder / "bad.json").write_text("{")
    code, out, err = run("a.yaml", "bad.yaml", "bad.json", "--no-fail")
    assert code == 1
    assert "FAIL - a.yaml - main - A" in out
    assert "bad.yaml:4:1: " in err
    assert "bad.json:1:2: " in err


def test_a_policy_that_cannot_be_loaded_fails_and_the_others_run(run: Run, folder: Path) -> None:
    (folder / "policy" / "bad.rego").write_text("package main\nimport rego.v1\ndeny contains if\n")
    (folder / "policy" / "loop.rego").write_text("package main\nimport rego.v1\nf(x) := f(x)\nwarn contains f(1)\n")
    code, out, err = run("a.yaml", "--quiet")
    assert code == 1
    assert "FAIL - a.yaml - main - A" in out
    assert "policy/bad.rego:3: " in err
    assert "policy/loop.rego:3: function f calls itself" in err


def test_a_name_of_ours_prints_our_report_with_the_place_of_the_field(run: Run, folder: Path) -> None:
    (folder / "a.yaml").write_text("kind: A\nspec:\n  bad: 1\n")
    (folder / "policy" / "p.rego").write_text('package main\nimport rego.v1\ndeny contains "A" if input.spec.bad\n')
    code, out, _ = run("a.yaml", "-o", "text", "-o", "json=found.json")
    assert code == 1
    assert "a.yaml:3:8" in out
    assert json.loads((folder / "found.json").read_text())[0]["failures"][0]["msg"] == "A"


def test_standard_input_may_have_a_name(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    for words, said in (([], "FAIL - - main - B"), (["--stdin-filename", "b.yaml"], "FAIL - b.yaml - main - B")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"kind: B\n")))
        assert said in run("-", *words)[1]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.env", "A=1\nB=$A\n", "a.env:2: only plain KEY=value lines"),
        (".env.local", 'A="x" # why\n', ".env.local:1: only plain"),
        ("a.properties", "a=1\nb=${a}\n", "a.properties:2: only plain key=value lines"),
        ("a.ini", "[a]\nb = `c`\n", "a.ini:2: only [sections]"),
        ("a.jsonnet", "{\n  a: b\n}\n", "a.jsonnet:2:6: Unknown variable: b"),
        ("b.jsonnet", "import '../x.json'", "there is no ../x.json below this folder"),
        ("a.toml", "a = \n", "a.toml: "),
    ],
)
def test_what_a_parser_does_not_read_is_told_with_its_line(name: str, text: str, place: str, run: Run, folder: Path) -> None:
    (folder / name).write_text(text)
    code, _, err = run("a.yaml", name)
    assert code == 1
    assert place in err


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('parse_config_file("none.yaml")', "parse_config_file: no such file or directory"),
        ('parse_config_file("../../out.yaml")', "parse_config_file: ../out.yaml is outside of this folder"),
        ("parse_config_file(input.kind)", "parse_config_file: write its path as text"),
        ('parse_config_file("../x.tf")', "parse_config_file: no parser here reads x.tf"),
        ('parse_config("hcl2", "a = 1")', "parse_config: the parser hcl2 is conftest's and not here"),
        ('parse_config("toml", input.kind)', "parse_config: the parser toml reads only text that is written in the policy"),
        ('parse_combined_config_files("a.yaml")', "parse_combined_config_files: it takes a path, or for several files a list"),
    ],
)
def test_what_policies_cannot_read_is_told_at_its_line_and_the_rest_judges(call: str, told: str, run: Run, folder: Path) -> None:
    (folder / "policy" / "reads.rego").write_text(f"package main\nimport rego.v1\nwarn contains {call}\n")
    code, out, err = run("a.yaml")
    assert code == 1
    assert "FAIL - a.yaml - main - A" in out
    assert f"policy/reads.rego:3: {told}" in err


def test_neither_environment_nor_network_is_there_for_policies(run: Run, folder: Path) -> None:
    (folder / "policy" / "p.rego").write_text(
        'package main\nimport rego.v1\ndeny contains "env" if opa.runtime().env\n'
        'deny contains "net" if http.send({"method": "get", "url": "http://localhost"})\n'
    )
    assert run("a.yaml")[1].endswith("2 tests, 2 passed, 0 warnings, 0 failures, 0 exceptions\n")


def test_capabilities_forbid_functions_and_errors_in_them_can_be_asked_for(run: Run, folder: Path) -> None:
    (folder / "caps.json").write_text('{"builtins": [{"name": "count"}]}')
    code, _, err = run("a.yaml", "--capabilities", "caps.json")
    assert code == 1
    assert "policy/p.rego:3: it calls sprintf, which the capabilities do not allow" in err
    assert run("a.yaml", "--capabilities", "a.yaml")[0] == 2
    (folder / "policy" / "p.rego").write_text('package main\nimport rego.v1\ndeny contains "n" if to_number(input.kind) > 1\n')
    assert run("a.yaml")[::2] == (0, "")
    code, _, err = run("a.yaml", "--show-builtin-errors")
    assert code == 1
    assert "policy/p.rego:3: " in err


def test_files_of_other_parsers_in_a_folder_are_named(run: Run, folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM x\n")
    (folder / "link.yaml").symlink_to("/etc/hostname")
    code, out, err = run(".")
    assert (code, err) == (1, "gitops-check: not tested: Dockerfile: no parser here reads them\n")
    assert "1 test," in out


def test_data_of_two_files_may_not_disagree(run: Run, folder: Path) -> None:
    for name, text in (("a/one.yaml", "x: {w: 1}"), ("a/two.json", '{"x": {"z": 2}}')):
        (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / name).write_text(text)
    (folder / "policy" / "p.rego").write_text("package main\nimport rego.v1\ndeny contains json.marshal(data.a)\n")
    assert 'FAIL - a.yaml - main - {"x":{"w":1,"z":2}}' in run("a.yaml", "-d", "data")[1]
    (folder / "data" / "a" / "two.json").write_text('{"x": 3}')
    assert "another data file has given `x` already" in run("a.yaml", "-d", "data")[2]


def test_verify_reports_places_prints_and_coverage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    code, out, _ = run("--verify", "-p", "verified", "--report", "fails", "--coverage")
    assert code == 1
    assert "verified/p_test.rego:9:\ndata.main_test.test_wrong: FAIL\n" in out
    assert "  verified/p_test.rego:10: denied: 0\n" in out
    assert "PASS: 1/3\nFAIL: 1/3\nSKIPPED: 1/3\n" in out
    assert re.search(r"verified/p\.rego: not 7-8\n", out)
    assert run("--verify", "-p", "verified", "-n", "none.*")[0] == 2


def test_each_definition_of_a_test_and_each_of_its_cases_counts(run: Run, folder: Path) -> None:
    (folder / "policy" / "p_test.rego").write_text(
        "package main_test\nimport rego.v1\ntest_x if 1 == 2\ntest_x if 1 == 1\n"
        'test_y[name] if {\n\tsome name, n in {"one": 1, "two": 2}\n\tn < 2\n}\ntest_z[name] if { some name in ["a"]; true }\n'
    )
    code, out, _ = run("--verify", "--report", "fails")
    assert code == 1
    assert "data.main_test.test_x: FAIL\n" in out
    assert "data.main_test.test_x#01: PASS\n" in out
    assert "data.main_test.test_y: FAIL\n  not so for two\n" in out
    assert "data.main_test.test_z: PASS\n" in out


def test_an_engine_that_is_not_there_is_said_before_the_work(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for words in (["--rego-engine", "opa"], ["--verify-rego"], ["--rego-engine", "opa", "--verify"]):
        code, out, err = run(*words, *([] if "--verify" in words else ["a.yaml"]))
        assert (code, out) == (3, "")
        assert "there is no opa on PATH" in err
    assert "neither regorus nor opa" in run("--rego-engine", "oap", "a.yaml")[2]
    assert main(("lint", "a.yaml", "--rego-engine", "opa")) == 3
