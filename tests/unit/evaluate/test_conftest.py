"""conftest's semantics, line by line: rule names, results, exceptions, counts, inputs, outputs."""

from __future__ import annotations

import pytest

from checker.evaluate import PolicySet
from checker.evaluate.conftest import ConftestFile, ConftestOptions, ConftestResult, ConftestRun, run_conftest
from checker.evaluate.results import excepted_name, is_rule
from checker.model.objects import JSONValue
from checker.tools.rego import Module

HEAD = "package main\nimport rego.v1\n"


def run(
    text: str, *documents: JSONValue, head: str = HEAD, path: str = "a.yaml", data: dict[str, JSONValue] | None = None, **options: bool
) -> ConftestRun:
    policies = PolicySet(name="policy", modules=(Module("policy/p.rego", head + text),), data=data or {})
    return run_conftest([ConftestFile(path=path, documents=documents or ({},))], policies, ConftestOptions(**options))


def result(text: str, *documents: JSONValue, **options: object) -> ConftestResult:
    (found,) = run(text, *documents, **options).results  # type: ignore[arg-type]
    return found


def counts(text: str, *documents: JSONValue) -> tuple[int, int, int, int]:
    """Successes, warnings, failures, exceptions."""
    found = result(text, *documents)
    return found.successes, len(found.warnings), len(found.failures), len(found.exceptions)


@pytest.mark.parametrize("name", ["deny", "deny_a", "deny_a_b1", "violation", "violation_x", "warn", "warn_x"])
def test_names_that_are_rules(name: str) -> None:
    assert is_rule(name)


@pytest.mark.parametrize("name", ["denyx", "deny-x", "deny_", "warning", "Deny", "deny__x", "allow", "test_deny"])
def test_names_that_are_not(name: str) -> None:
    assert not is_rule(name)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("deny", ""),
        ("violation", ""),
        ("warn", ""),
        ("deny_run_as_root", "run_as_root"),
        ("violation_deny_x", "x"),
        ("deny_violation_x", "violation_x"),
    ],
)
def test_what_an_exception_calls_a_rule(rule: str, said: str) -> None:
    assert excepted_name(rule) == said


def test_deny_and_violation_fail_and_warn_warns() -> None:
    assert counts('deny contains "a"\nviolation contains {"msg": "b"}\nwarn contains "c"') == (0, 1, 2, 0)


def test_a_rule_that_says_nothing_is_one_success_a_body() -> None:
    assert counts('deny contains "a" if input.x\ndeny contains "b" if input.y\nwarn contains "c" if input.z') == (3, 0, 0, 0)


def test_failures_take_the_place_of_successes() -> None:
    assert counts('deny contains "a"\ndeny contains "b" if input.y\nwarn contains "c" if input.z') == (2, 0, 1, 0)


def test_an_object_is_message_place_and_metadata() -> None:
    (failure,) = result('deny contains {"msg": "m", "_loc": {"file": "x.tf", "line": 7}, "severity": "high", "n": 1}').failures
    assert (failure.message, failure.file, failure.line) == ("m", "x.tf", 7)
    assert failure.metadata == {"severity": "high", "n": 1, "query": "data.main.deny"}


def test_a_text_has_only_its_query_as_metadata() -> None:
    (failure,) = result('deny_x contains "m"').failures
    assert failure.metadata == {"query": "data.main.deny_x"}


@pytest.mark.parametrize("element", ['{"message": "x"}', '{"msg": 3}', "{}"])
def test_an_object_without_a_text_msg_is_an_error(element: str) -> None:
    (problem,) = run(f"deny contains {element}").problems
    assert "msg" in problem.message


@pytest.mark.parametrize("rule", ['deny = "x"', 'deny := {"msg": "x"}', "deny := true", "deny if true", "deny := 3"])
def test_a_value_that_is_no_set_or_list_counts_as_passed(rule: str) -> None:
    assert counts(rule) == (1, 0, 0, 0)


def test_a_list_counts_like_a_set() -> None:
    assert counts('deny := ["a", "b"]') == (0, 0, 2, 0)


def test_elements_of_other_types_are_dropped_and_an_empty_message_has_passed() -> None:
    assert counts("deny contains 3\ndeny contains true") == (2, 0, 0, 0)
    assert counts('deny contains ""') == (1, 0, 0, 0)


def test_if_without_contains_is_refused() -> None:
    (problem,) = run('deny[msg] if { msg := "x" }').problems
    assert (problem.path, problem.line) == ("policy/p.rego", 3)
    assert "`if` without `contains`" in problem.message


def test_rules_of_rego_v0_are_read() -> None:
    assert result('deny[msg] { msg = "x" }', head="package main\n").failures[0].message == "x"


def test_an_exception_lifts_the_whole_rule_and_is_counted() -> None:
    text = 'deny_root contains "a"\ndeny_root contains "b"\ndeny contains "c"\nexception contains ["root"] if input.lifted'
    found = result(text, {"lifted": True})
    assert [failure.message for failure in found.failures] == ["c"]
    assert [exception.message for exception in found.exceptions] == ['data.main.exception[_][_] == "root"']
    assert counts(text, {}) == (0, 0, 3, 0)


def test_an_exception_holds_for_a_rule_that_would_pass() -> None:
    assert counts('deny_root contains "a" if input.never\nexception contains ["root"]') == (0, 0, 0, 1)


def test_bare_rules_are_excepted_by_the_empty_name() -> None:
    assert counts('deny contains "a"\nwarn contains "b"\nexception contains [""]') == (0, 0, 0, 2)


def test_each_document_is_an_input_of_its_own() -> None:
    assert counts('deny contains "a" if input.bad', {"bad": True}, {}, {"bad": True}) == (1, 0, 2, 0)


def test_a_document_that_is_a_list_is_several() -> None:
    assert counts('deny contains "a" if input.bad', [{"bad": True}, {"bad": True}]) == (0, 0, 2, 0)


def test_a_file_without_documents_is_one_empty_input() -> None:
    policies = PolicySet(name="policy", modules=(Module("p.rego", HEAD + 'deny contains "x" if input.a'),))
    assert run_conftest([ConftestFile(path="a.yaml", documents=())], policies).results[0].successes == 1


def test_combined_documents_are_one_input_sorted_by_path() -> None:
    text = HEAD + 'deny contains msg if { msg := concat(",", [sprintf("%s=%v", [file.path, file.contents.n]) | some file in input]) }'
    policies = PolicySet(name="policy", modules=(Module("p.rego", text),))
    files = [ConftestFile(path="b.yaml", documents=({"n": 3},)), ConftestFile(path="a.yaml", documents=({"n": 1}, {"n": 2}))]
    (found,) = run_conftest(files, policies, ConftestOptions(combine=True)).results
    assert found.filename == "Combined"
    assert [failure.message for failure in found.failures] == ["a.yaml=1,a.yaml=2,b.yaml=3"]


def test_the_file_is_known_to_policies() -> None:
    found = result('deny contains sprintf("%s in %s", [data.conftest.file.name, data.conftest.file.dir])', path="apps/a.yaml")
    assert found.failures[0].message == "a.yaml in apps"


def test_data_files_are_data() -> None:
    assert result("deny contains data.services[_]", data={"services": ["a"]}).failures[0].message == "a"


NAMESPACES = (
    Module("a.rego", 'package main\nimport rego.v1\ndeny contains "main"'),
    Module("b.rego", 'package team.images\nimport rego.v1\ndeny contains "images"'),
    Module("c.rego", 'package team.net.dns\nimport rego.v1\ndeny contains "dns"'),
)


@pytest.mark.parametrize(
    ("globs", "said"),
    [
        (("main",), ["main"]),
        (("team.*",), ["images", "dns"]),
        (("team.?et.dns", "main"), ["main", "dns"]),
        (("[mt]*",), ["main", "images", "dns"]),
    ],
)
def test_namespaces_are_globs_whose_star_crosses_dots(globs: tuple[str, ...], said: list[str]) -> None:
    policies = PolicySet(name="policy", modules=NAMESPACES, namespaces=globs)
    found = run_conftest([ConftestFile(path="a.yaml", documents=({},))], policies).results
    assert [result.failures[0].message for result in found] == said


def test_all_namespaces() -> None:
    found = run_conftest(
        [ConftestFile(path="a", documents=({},))], PolicySet(name="p", modules=NAMESPACES), ConftestOptions(all_namespaces=True)
    )
    assert [result.namespace for result in found.results] == ["main", "team.images", "team.net.dns"]
    assert run_conftest([], PolicySet(name="p", modules=NAMESPACES[1:]), ConftestOptions(all_namespaces=True)).problems == ()


def test_no_policy_in_the_namespace_is_told() -> None:
    policies = PolicySet(name="policy", modules=NAMESPACES, namespaces=("nothing",))
    (problem,) = run_conftest([ConftestFile(path="a", documents=({},))], policies).problems
    assert "main, team.images, team.net.dns" in problem.message


def test_a_policy_that_fails_is_a_problem_and_no_success() -> None:
    found = run("deny contains x if x := {1, 2}[_] + both\nboth := {1, 2}[_]")
    assert found.problems[0].line == 4
