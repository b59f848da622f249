"""Foreign policies mean to our engine what they mean to OPA: each difference that was measured between the two, and the tokens under it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model.objects import JSONValue
from checker.tools.rego import Engine, Module
from checker.tools.rego_builtins import sprintf
from checker.tools.rego_recursion import recursive_functions
from checker.tools.rego_rules import definitions
from checker.tools.rego_source import adapted, lenient

NEW = "package p\nimport rego.v1\n"
UNDEFINED = object()


def value(text: str, given: JSONValue = None, *, rule: str = "r") -> object:
    with Engine() as engine:
        loaded = engine.load([Module("p.rego", text)])
        assert loaded.problems == ()
        result = engine.query(("p", rule), input=given if given is not None else {"a": 1, "s": "S", "list": [{"name": "z"}], "null": None})
    assert result.problem is None, result.problem
    return result.value if result.defined else UNDEFINED


# What OPA 1.20 answers for each, by running it.
NEGATIONS = [
    ('not startswith(input.missing, "a")', UNDEFINED),
    ("not f(input.missing)", UNDEFINED),
    ("not input.missing > 3", UNDEFINED),
    ("not count(input.missing) == 0", UNDEFINED),
    ("not f(input.missing) == 1", UNDEFINED),
    ("not f(input.a) == 2", True),
    ("not input.missing in {1}", UNDEFINED),
    ('not startswith(lower(input.missing), "a")', UNDEFINED),
    ("not g.h", True),
    ("not g[input.missing.name]", UNDEFINED),
    ("not g[input.s].x[input.missing]", UNDEFINED),
    ("not g[input.s][lower(input.s)]", True),
    ("not g[input.missing] == 3", UNDEFINED),
    ("not g[undef]", UNDEFINED),
    ("not input.missing == 3", True),
    ("not count([1 | input.missing]) == 1", True),
    ("not any_x(input.list[0].name)", True),
    ("not input.a + input.missing == 3", UNDEFINED),
    ("not is_object(input.missing)", UNDEFINED),
    ("not input.s == lower(input.missing)", UNDEFINED),
    ('not regex.match("a", input.missing)', UNDEFINED),
    ("not f(input.a) with input as {}", UNDEFINED),
    ('not "a" in input.missing', UNDEFINED),
    ("not input.a in f(3)", UNDEFINED),
    ("not f(3)", True),
    ("not f(undef)", UNDEFINED),
]


@pytest.mark.parametrize("shape", ["r if {{ {0} }}", "r if {0}", "r if {{\n\ttrue\n\t{0}\n}}", "r if {{ x := [1 | {0}]; count(x) == 1 }}"])
def test_what_is_undefined_inside_a_negation(shape: str) -> None:
    rules = [shape.format(expression).replace("r if", f"r{number} if", 1) for number, (expression, _) in enumerate(NEGATIONS)]
    shared = ["f(a) := a if a != 3", 'any_x(n) if n == "q"', 'g := {"h": false}', "undef if false"]
    given: JSONValue = {"a": 1, "s": "S", "list": [{"name": "z"}]}
    with Engine() as engine:
        assert engine.load([Module("p.rego", NEW + "\n".join([*rules, *shared]))]).problems == ()
        found = {expression: engine.query(("p", f"r{number}"), input=given) for number, (expression, _) in enumerate(NEGATIONS)}
    assert {expression: result.defined for expression, result in found.items()} == {
        expression: expected is True for expression, expected in NEGATIONS
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("package p\nr[x] { x := 1 } { x := 2 }", [1, 2]),
        ("package p\nr[x] {\n\tx := 1\n} {\n\tx := 2\n}", [1, 2]),
        ('package p\nf("x", _)\nf("y", _)\nr = f("x", 1)', True),
        ("package p\nr {\n\tx := 1\n\t(x + 1) == 2\n}", True),
        ('package p\nr = re_match("^a", "abc")', True),
        ("package p\nr = any([false, true])", True),
        ("package p\nr = all([true, false])", False),
        ("package p\nr = set_diff({1, 2}, {1})", [2]),
        (NEW + "r := [x, s] if { x := 1; s := [x | some y in [[1, 3], [2, 4]]; y[0] == x; x := y[1]] }", [1, [3]]),
        (NEW + "r := [x, s] if { x := 1; s := {n | n := {x: x | some y in [1, 5]; y == x; x := y + 1}} }", [1, [{"2": 2}]]),
        (NEW + 'r := s if { x := "a"; s := {x.a: 1 | some y in [x]; y == "a"; x := {"a": y}} }', {"a": 1}),
        (NEW + 'r := parse_config("yaml", "a: [1]")', {"a": [1]}),
        (NEW + 'r := parse_config("json", `{"a": 1}`)', {"a": 1}),
        (NEW + "r := array.flatten([1, [2, [3]]])", [1, 2, [3]]),
        (NEW + 'r := net.cidr_intersects("10.0.0.0/8", "10.1.0.0/16")', True),
        (NEW + 'r := sprintf("%v and %v", ["a"])', "a and %!v(MISSING)"),
        (NEW + 'r := sprintf("%5.1f|%q|%t|%x|%05d", [1.25, "a", true, 255, 42])', '  1.2|"a"|%!t(string=true)|ff|00042'),
        (NEW + 'r := sprintf("%s %d %s", [3, "500m", {"a": null}])', '%!s(int64=3) %!d(string=500m) {"a": null}'),
        (NEW + 'r := sprintf("%s", [x | x := 3])', "%!s(int64=3)"),
        (NEW + 'v := [1.5, true]\nr := sprintf("%s %s", v)', "%!s(float64=1.5) true"),
        (NEW + 'r contains {"a": {1}, "b": [{"c": 1}]}', [{"a": [1], "b": [{"c": 1}]}]),
        (NEW + "r contains x if { v := [[1, 2], [3]][_]; some i; x := v[i] }", [1, 2, 3]),
        (NEW + "r := {x | some v in [[1], [2]]; y := [z | w := v[_]; some i; z := [w, v[i]]]; some j; x := y[j][i]; i = 0}", [1, 2]),
        (NEW + 'w contains ["S"]\nr if { m := input.s\n\tg := [m]\n\tw[g]\n}', True),
        (NEW + 'w contains {"n": "S"}\nr if { m := input.s; g := {"n": m}; not w[[g]]; w[g] }', True),
        ("package p\nw[x] { x = input.list[_] }\nr[x] { x = w[x] }", [{"name": "z"}]),
        ("package p\nimport data.p\nz = 3\nr = p.z { true }", 3),
        ('package p\ndefault d = 1\nw[{"a": 1}]\nw[{"a": 2}]\nr = count(w) { true }', 2),
        (NEW + "k := {1: 2}\nr := k[m] if {\n\tm := max([1])\n} else := 3", 2),
        (NEW + "r contains a if { some [a, _] in [[1, 2], [3, 4]] }", [1, 3]),
        (NEW + 'r contains a if { some k, {"a": a} in {"x": {"a": 1}}; k == "x" }', [1]),
        (NEW + "a := 1\nimport data.p as own\nr := own.a", 1),
        (NEW + "f(x) := x\ng := f(1)\nr := x if { x := g with f as 7 }", 7),
        (NEW + "q := 1\ng := q\nr := x if { x := g with q as 7 }", 7),
        (NEW + "r := [minus({1, 2}, {1}), div(7, 2), rem(7, 2), cast_array({2, 1}), gte(2, 1)]", [[2], 3.5, 1, [1, 2], True]),
        (NEW + 'l := [{"c": {"k": 1}}, {"c": {}}]\nr contains f.c.k if { some f in l }', [1]),
        (NEW + 'l := [{"c": {"k": 1}}, {"c": {}}]\nr contains {"a": f.c.k} if some f in l', [{"a": 1}]),
        (NEW + 'l := [{"p": 2, "k": 1}, {"p": 3}]\nr[f.p] := f.k if {\n\tsome f in l\n}', {"2": 1}),
        (NEW + 'l := [{"k": 1}, {}]\nr := f.k if { some f in l } else := 3', 1),
        (NEW + 'r contains sprintf("a  b %v", [\n\tinput.a # why\n]) if {\n\ttrue\n}', ["a  b 1"]),
        (NEW + "r contains sprintf(`a\n %v`, [input.a]) if true", ["a\n 1"]),
        ('package p\nl = [{}, {"k": 1}]\nf(x) = y.k { y = x[_] }\nr[f(l)] { true }', [1]),
        (NEW + 'r := net.cidr_merge(["10.0.0.0/25", "10.0.0.128/25"])', ["10.0.0.0/24"]),
    ],
)
def test_forms_that_the_engine_alone_would_refuse_or_lose(text: str, expected: object) -> None:
    assert value(text) == expected


def test_packages_that_import_each_other_and_mock_each_others_functions() -> None:
    modules = [
        Module(
            "a.rego",
            "package a\nimport rego.v1\nimport data.b\nz := 5\nr := b.q\ns := x if { x := b.h with b.f as 7 }\n"
            "t := x if { x := b.h with data.b.f as u }\nu(_) := 8",
        ),
        Module("b.rego", "package b\nimport rego.v1\nimport data.a\nq := a.z\nf(x) := x\nh := f(1)"),
    ]
    with Engine() as engine:
        assert engine.load(modules).problems == ()
        assert [engine.query(("a", rule)).value for rule in "rst"] == [5, 7, 8]


@pytest.mark.parametrize(
    "expression",
    [
        'startswith(input.a, "x")',
        "count(input.a) > 0",
        "lower(input.a)",
        'object.get(input.null, "k", 1)',
        'to_number("100m")',
        "some x in input.null",
        "some k, v in input.s; v",
        'json.unmarshal("{")',
        'sprintf("%s", input.a)',
        'units.parse_bytes("many")',
        'concat(",", [1])',
        'regex.match("a", input.null)',
    ],
)
def test_a_value_of_a_wrong_type_is_undefined_and_no_error(expression: str) -> None:
    assert value(f"{NEW}r if {{ {expression} }}") is UNDEFINED


def test_a_function_of_the_policy_goes_before_a_builtin_of_its_name() -> None:
    text = "package p\ncontains(list, item) { list[_] == item }\nr { contains([1], 1) }"
    assert value(text) is True


def test_a_function_of_another_module_of_the_package_too() -> None:
    with Engine() as engine:
        engine.load(
            [Module("a.rego", "package p\nr { contains([1], 1) }"), Module("b.rego", "package p\ncontains(list, item) { list[_] == item }")]
        )
        assert engine.query(("p", "r")).value is True


def test_lines_stay_where_they_are() -> None:
    text = 'package p\nr[x] {\n\tnot f(\n\t\tinput.a,\n\t\tinput.b,\n\t)\n\tx := sprintf(\n"%v %v", [1])\n} {\n\tx := 2\n\t(x)\n}\n'
    assert adapted(text).count("\n") == text.count("\n")


@given(st.text(alphabet='abf_.()[]{}"`#|;:=!,\n 01%', max_size=200))
def test_any_text_is_read_without_failing_and_keeps_its_lines(text: str) -> None:
    assert lenient(adapted(text)).count("\n") == text.count("\n")
    assert all(found.line <= text.count("\n") + 1 for found in definitions(text))
    assert isinstance(recursive_functions([("a", text)]), tuple)


@pytest.mark.parametrize("text", ["[" * 40_000, "not f(" * 10_000, "a {b} {c} " * 6_000, "package a\n" + "not x[y] > 1\n" * 8_000])
def test_hostile_nesting_is_read_in_bounded_steps(text: str) -> None:
    assert len(lenient(adapted(text))) >= len(text)


def test_what_a_module_defines() -> None:
    text = """package a["b-c"].d
import rego.v1
default limit := 3
deny contains msg if { msg := "x" }
deny["always"]
sizes["x"] := 1
helper(x) := x
allow if {
	true
} else := false
nested.rule.deep := 1
"""
    found = [(rule.name, rule.kind, rule.line, rule.keyed) for rule in definitions(text)]
    assert found == [
        ("limit", "default", 3, False),
        ("deny", "set", 4, False),
        ("deny", "set", 5, True),
        ("sizes", "object", 6, False),
        ("helper", "func", 7, False),
        ("allow", "value", 8, False),
        ("nested", "object", 11, False),
    ]
    assert {rule.package for rule in definitions(text)} == {("a", "b-c", "d")}


@pytest.mark.parametrize(
    ("form", "values", "expected"),
    [
        ("%v %s", ["a", "b"], "a b"),
        ("%d", ["x"], "%!d(string=x)"),
        ("%d", [1.5], "%!d(float64=1.5)"),
        ("100%%", [], "100%"),
        ("%", [], "%!(NOVERB)"),
        ("%v", [1, 2], "1%!(EXTRA int64=2)"),
        ("%v", [{"b": [1, "x"], "a": None}], '{"a": null, "b": [1, "x"]}'),
        ("%-5s|%5s|%.2s", ["a", "b", "cde"], "a    |    b|cd"),
        ("%+d %t %T", [3, "x", 1], "+3 %!t(string=x) int64"),
        ("%v", [2.0], "2"),
        ("%x %X", ["hi", 255], "6869 FF"),
        ("%99999999d", [1], "%!(BADWIDTH)1"),
        ("%e", [12.0], "1.200000e+01"),
        ("%v", [set()], "set()"),
    ],
)
def test_sprintf_is_that_of_go(form: str, values: list[object], expected: str) -> None:
    assert sprintf(form, values) == expected


def test_calls_of_what_nothing_defines_are_told_before_they_run() -> None:
    text = """package p
import rego.v1
import data.lib.shared
default limit(_) := 3
r if { input.never; has_field(input, "a") }
known if { count(shared.items(1)) > limit(2); data.lib.other(3); set() == {1}; crypto.sha256("a") != ""; not (1 == 2) }
bad if io.jwt.decode("x")
"""
    with Engine() as engine:
        loaded = engine.load([Module("p.rego", text), Module("q.rego", "package p\nother(x) { has(x) }\nhas(x) { x }")])
    assert [(problem.path, problem.line, problem.message.split(",")[0], problem.module) for problem in loaded.problems] == [
        ("p.rego", 5, "it calls has_field", ""),
        ("p.rego", 7, "it calls io.jwt.decode", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "package p\nr[input.x.a[_]]\n",
        "package p\nr[input.x.a[_]] { true }\n",
        NEW + "r contains input.x.a[_]\n",
        NEW + "r contains input.x.a[_] if true\n",
        NEW + "r contains input.x.a[_] if {\n\ttrue\n}\n",
    ],
)
def test_an_element_that_is_undefined_is_none(text: str) -> None:
    assert value(text, {"x": {}}) == []
    assert value(text, {"x": {"a": [3, 4]}}) == [3, 4]
