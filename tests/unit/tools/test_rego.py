"""The Rego door with the real engine: values, errors with places, and what happens when a policy kills the process."""

from __future__ import annotations

import json

import pytest

from checker.tools import rego_process
from checker.tools.rego import Answer, Engine, Limits, Loaded, MissingEngineError, Module, PolicyProblem, Request

MAIN = """package main
import rego.v1
deny contains msg if { input.kind == "Pod"; msg := "a pod" }
deny contains {"msg": "with facts", "n": input.n} if input.n
nothing := null
unset if input.absent
wrong := {1, 2}[_]
where := data.gitops.environment
"""


def evaluated(
    modules: list[Module], rules: list[tuple[str, ...]], inputs: list[object], *, seconds: float = 20, context: str = "{}"
) -> list[Answer]:
    with Engine(Limits(seconds=seconds, megabytes=1024)) as engine:
        engine.load(modules)
        group = engine.group([rules])
        return engine.evaluate([Request(group=group, input=json.dumps(value), context=context) for value in inputs])


def loaded(*modules: Module) -> Loaded:
    with Engine() as engine:
        return engine.load(modules)


def test_sets_come_as_lists_and_integers_stay_integers() -> None:
    (answer,) = evaluated([Module("p.rego", MAIN)], [("main", "deny")], [{"kind": "Pod", "n": 3}])
    assert answer.values == {0: ["a pod", {"msg": "with facts", "n": 3}]}
    assert isinstance(answer.values[0][1]["n"], int)  # type: ignore[index]


def test_undefined_is_absent_and_null_is_null() -> None:
    (answer,) = evaluated([Module("p.rego", MAIN)], [("main", "nothing"), ("main", "unset")], [{}])
    assert answer == Answer(values={0: None})


def test_an_error_of_one_rule_leaves_the_others_and_is_placed() -> None:
    (answer,) = evaluated([Module("dir/p.rego", MAIN)], [("main", "deny"), ("main", "wrong")], [{"kind": "Pod"}])
    assert answer.values == {0: ["a pod"]}
    assert (answer.errors[1].path, answer.errors[1].line) == ("dir/p.rego", 7)
    assert "multiple outputs" in answer.errors[1].message


def test_answers_keep_the_order_over_many_batches() -> None:
    kinds = ["Pod" if number % 3 == 0 else "Service" for number in range(Engine.BATCH * 3 + 7)]
    answers = evaluated([Module("p.rego", MAIN)], [("main", "deny")], [{"kind": kind} for kind in kinds])
    assert [bool(answer.values[0]) for answer in answers] == [kind == "Pod" for kind in kinds]


def test_context_is_what_a_policy_reads_as_gitops_data() -> None:
    (answer,) = evaluated([Module("p.rego", MAIN)], [("main", "where")], [{}], context='{"environment": "production"}')
    assert answer.values == {0: "production"}


def test_a_module_that_does_not_parse_is_told_and_the_others_run() -> None:
    found = loaded(Module("bad.rego", "package bad\n\ndeny contains msg if {"), Module("p.rego", MAIN))
    (problem,) = found.problems
    assert (problem.path, problem.line, problem.module) == ("bad.rego", 3, "bad.rego")
    assert {rule.path for rule in found.rules} == {"p.rego"}


def test_an_unsafe_variable_is_told_and_the_other_modules_run() -> None:
    found = loaded(Module("bad.rego", "package bad\nimport rego.v1\nx if y"), Module("p.rego", MAIN))
    (problem,) = found.problems
    assert (problem.path, problem.line) == ("bad.rego", 3)
    assert "unsafe" in problem.message


def test_both_grammars_are_read() -> None:
    found = loaded(Module("old.rego", 'package old\ndeny[msg] { msg := "x" }'), Module("new.rego", MAIN))
    assert found.versions == {"old.rego": "v0", "new.rego": "v1"}
    assert [(rule.kind, rule.line) for rule in found.rules if rule.path == "old.rego"] == [("set", 2)]


def test_a_grammar_can_be_forced() -> None:
    found = loaded(Module("old.rego", 'package old\ndeny[msg] { msg := "x" }', "v1"))
    assert found.problems[0].path == "old.rego"


HUNGRY = 'package big\ndeny[msg] { input.loop; count(numbers.range(1, 100000000)) > 0; msg := "never" }'
ENDLESS = """package slow
import rego.v1
deny contains "never" if {
	input.loop
	some i in numbers.range(1, 1000000)
	some j in numbers.range(1, 1000000)
	i * j == -1
}
"""


@pytest.mark.parametrize(("text", "package", "reason"), [(HUNGRY, "big", "crash"), (ENDLESS, "slow", "took longer than")])
def test_a_policy_that_kills_the_process_is_named_and_the_rest_goes_on(text: str, package: str, reason: str) -> None:
    modules = [Module("p.rego", MAIN), Module("killer.rego", text)]
    inputs = [{"kind": "Pod"}, {"kind": "Pod", "loop": True}, {"kind": "Pod"}]
    first, second, third = evaluated(modules, [("main", "deny"), (package, "deny")], inputs, seconds=1 if package == "slow" else 20)
    assert first == Answer(values={0: ["a pod"], 1: []})
    assert second.values == {0: ["a pod"]}
    assert reason in second.errors[1].message
    assert third.values == {0: ["a pod"]}
    assert third.errors == second.errors


@pytest.mark.parametrize(
    "texts",
    [
        ["package a\nf(x) = f(x + 1)"],
        ["package a\nimport rego.v1\nf(x) := g(x)\ng(x) := y if {\n\ty := data.a.f(x)\n}"],
        ["package a\nimport data.b.g\nf(x) = g(x)", "package b\nimport data.a as other\ng(x) = other.f(x)"],
    ],
)
def test_functions_that_call_themselves_are_refused_before_they_run(texts: list[str]) -> None:
    modules = [Module(f"m{number}.rego", text) for number, text in enumerate(texts)]
    found = loaded(*modules, Module("p.rego", MAIN))
    assert {problem.message.split(",")[0] for problem in found.problems} >= {"function f calls itself"}
    assert found.problems[0].line is not None
    assert {rule.path for rule in found.rules} == {"p.rego"}


def test_a_panic_of_the_engine_is_an_error_of_the_rule() -> None:
    """The other rules answer for this object, and all but the guilty one for those that follow."""
    panicking = Module("p.rego", 'package p\nx := strings.count(input.kind, "")')
    found = evaluated(
        [panicking, Module("m.rego", MAIN)], [("main", "deny"), ("p", "x")], [{"kind": "Pod"}, {"kind": "Job"}, {"kind": "Pod"}]
    )
    assert [answer.values for answer in found] == [{0: ["a pod"]}, {0: []}, {0: ["a pod"]}]
    assert ["the engine broke on it" in answer.errors[1].message for answer in found] == [True, True, True]


def test_input_that_is_too_deep_is_a_failure_of_that_object_alone() -> None:
    deep: object = 1
    for _ in range(400):
        deep = [deep]
    first, second = evaluated([Module("p.rego", MAIN)], [("main", "deny")], [{"kind": deep}, {"kind": "Pod"}])
    assert first.failure
    assert second.values == {0: ["a pod"]}


def test_large_files_and_wide_lines_are_read() -> None:
    wide = f'package wide\nimport rego.v1\ndeny contains "{"x" * 5000}"\n'
    large = "package large\n" + "# a comment that fills the file\n" * 50_000
    found = loaded(Module("wide.rego", wide), Module("large.rego", large))
    assert found.problems == ()


def test_the_outside_world_is_not_there() -> None:
    text = 'package p\nimport rego.v1\nenv := opa.runtime().env\nfetched := http.send({"method": "get", "url": "http://127.0.0.1/"})'
    (answer,) = evaluated([Module("p.rego", text)], [("p", "env"), ("p", "fetched")], [{}])
    assert answer.values.get(0, {}) == {}
    assert 1 not in answer.values


def test_backtraces_never_reach_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUST_BACKTRACE", "1")
    (answer,) = evaluated([Module("p.rego", MAIN)], [("main", "wrong")], [{}])
    assert "\n" not in answer.errors[0].message


def test_prints_and_values_of_a_query() -> None:
    text = 'package p\nimport rego.v1\ntest_a if { print("seen", input.x); input.x == 1 }'
    with Engine() as engine:
        engine.load([Module("p.rego", text)])
        result = engine.query(("p", "test_a"), input={"x": 1})
    assert (result.value, result.defined) == (True, True)
    assert any("seen" in line for line in result.prints)


def test_another_package_of_the_same_import_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rego_process, "VERSION", "0.0.1")
    with pytest.raises(MissingEngineError) as caught, Engine() as engine:
        engine.load([])
    assert "0.13.0" in caught.value.message
    assert "pip install" in caught.value.hint


def test_problems_compare_by_value() -> None:
    assert PolicyProblem(message="x") == PolicyProblem(message="x")
