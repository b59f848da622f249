"""`opa` as second engine: what is handed to it, and what is made of its answers. The program is a stand-in, see there."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from checker.evaluate import EvaluateOptions, EvaluationInput, PolicySet, evaluate_objects
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.tools import rego_opa
from checker.tools.rego import Answer, Limits, MissingEngineError, Module, Request, identity, open_engine

STAND_IN = Path(__file__).parent / "opa_stand_in.py"
MAIN = """package main
deny contains msg if { input.kind == "Pod"; msg := "a pod" }
wrong := {1, 2}[_]
unset if input.absent
where := data.gitops.environment
said := parse_config("yaml", "a: 1").a
hangs := 1
test_prints if print("seen", input.kind)
"""
OLD = Module("old/p.rego", 'package old\ndeny[msg] { msg := "old" }\n')


@pytest.fixture(autouse=True)
def opa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin" / "opa"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    rego_opa.opa_version.cache_clear()
    return program


def answers(rules: list[str], inputs: list[object], *, seconds: float = 20, context: str = "{}") -> list[Answer]:
    with open_engine("opa", Limits(seconds=seconds)) as engine:
        assert not engine.load([Module("dir/p.rego", MAIN)]).problems
        group = engine.group([[("main", rule) for rule in rules]])
        return engine.evaluate([Request(group=group, input=json.dumps(value), context=context) for value in inputs])


def test_values_of_many_requests_in_their_order() -> None:
    found = answers(["deny", "unset", "said"], [{"kind": "Pod"}, {"kind": "Job"}, {"absent": True}])
    assert [answer.values for answer in found] == [{0: ["a pod"], 2: 1}, {0: [], 2: 1}, {0: [], 1: True, 2: 1}]


def test_facts_are_seen() -> None:
    assert answers(["where"], [{}], context='{"environment": "production"}')[0].values == {0: "production"}


def test_a_rule_that_fails_leaves_the_others() -> None:
    found = answers(["deny", "wrong"], [{"kind": "Pod"}, {}, {}])
    assert [answer.values for answer in found] == [{0: ["a pod"]}, {0: []}, {0: []}]
    assert all("multiple outputs" in answer.errors[1].message for answer in found)


def test_a_rule_that_takes_too_long_is_left_out_for_all() -> None:
    found = answers(["deny", "hangs"], [{"kind": "Pod"}, {}], seconds=1.5)
    assert [answer.values for answer in found] == [{0: ["a pod"]}, {0: []}]
    assert all(answer.errors[1].message == "took longer than 1.5 s and was stopped" for answer in found)


def test_old_rego_is_read_as_such_and_a_broken_file_is_left_out() -> None:
    with open_engine("opa") as engine:
        loaded = engine.load([OLD, Module("new/p.rego", MAIN), Module("bad.rego", "package bad\nx := {\n")])
        assert loaded.versions == {"old/p.rego": "v0", "new/p.rego": "v1"}
        (problem,) = loaded.problems
        assert (problem.path, problem.module) == ("bad.rego", "bad.rego")
        assert engine.query(("old", "deny")).value == ["old"]
        tested = engine.query(("main", "test_prints"), input={"kind": "Pod"})
        assert (tested.value, tested.prints) == (True, ("seen Pod",))


def test_its_name_and_version_are_for_reports() -> None:
    assert identity("opa") == ("opa", "9.9.9")


def test_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingEngineError, match="there is no opa on PATH"):
        open_engine("opa")


POD = EvaluationInput(object=KubeObject(body={"kind": "Pod", "metadata": {"name": "a"}}, origin=Origin(path=RepoPath("a.yaml"))))


def test_both_engines_agree_or_a_finding_says_so(opa: Path) -> None:
    policies = PolicySet(name="policy", modules=(Module("p.rego", MAIN),))
    options = EvaluateOptions(both=True)
    assert [finding.rule for finding in evaluate_objects([POD], [policies], options).findings] == ["main/deny"]
    opa.write_text(opa.read_text().replace(f'"{STAND_IN}" "$@"', f'"{STAND_IN}" "$@" | sed "s/a pod/a bean/"'))
    found = [finding for finding in evaluate_objects([POD], [policies], options).findings if finding.rule == "rego-engines-differ"]
    assert [finding.message for finding in found] == [
        "only opa says of Pod a: main/deny: a bean",
        "only regorus says of Pod a: main/deny: a pod",
    ]
