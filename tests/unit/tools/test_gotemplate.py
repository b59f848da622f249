"""Go templates: what is printed, what is an error, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.tools.gotemplate import TemplateFailed, TemplateUnsupported, go_value, parse

DATA: Any = go_value(
    {
        "name": "web",
        "n": 3,
        "million": 1000000,
        "half": 0.5,
        "yes": True,
        "nil": None,
        "list": ["a", "b"],
        "map": {"b": 1, "a": {"x": "y"}},
        "empty": "",
    }
)


def out(template: str, *, missing_key: str = "default") -> str:
    return parse(template).render(DATA, missing_key=missing_key)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.name}}", "web"),
        ("a {{- .name -}} b", "awebb"),
        ("a{{/* no */}}b", "ab"),
        ("a {{- /* no */ -}} b", "ab"),
        ("{{.n}} {{.million}} {{.half}} {{.yes}}", "3 1e+06 0.5 true"),
        ("{{.missing}} {{.nil}} {{.missing.deeper}}", "<no value> <no value> <no value>"),
        ("{{.list}} {{.map}}", "[a b] map[a:map[x:y] b:1]"),
        ("{{if .empty}}y{{else if .name}}z{{else}}n{{end}}", "z"),
        ("{{range .list}}<{{.}}>{{else}}none{{end}}", "<a><b>"),
        ("{{range $i, $x := .list}}{{$i}}={{$x}};{{end}}", "0=a;1=b;"),
        ("{{range $k, $v := .map}}{{$k}} {{end}}", "a b "),
        ("{{range .nil}}x{{else}}none{{end}}", "none"),
        ('{{range .list}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', "a"),
        ("{{with .map.a}}{{.x}}{{$.name}}{{end}}", "yweb"),
        ("{{with .nil}}x{{else}}y{{end}}", "y"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ('{{define "t"}}[{{.}}]{{end}}{{template "t" .name}}', "[web]"),
        ('{{(index .map "a").x}} {{index .list 1}} {{index .map "zz"}}', "y b <no value>"),
        ("{{.name | upper | quote}}", '"WEB"'),
        ('{{printf "%s-%d %q %v %05d" .name 3 "x" .n 42}}', 'web-3 "x" 3 00042'),
        ('{{printf "%d" .n}}', "%!d(float64=3)"),
        ('{{`raw \\n`}} {{"a\\tb"}}', "raw \\n a\tb"),
        ('{{and .name .empty}}|{{or .empty "x"}}|{{not .empty}}', "|x|true"),
        ('{{eq .name "a" "web"}} {{ne 1 2}} {{lt 1 2}} {{ge .n 3.0}}', "true true true true"),
        ("{{len .list}} {{len .name}}", "2 3"),
        ('{{default "d" .missing}} {{.empty | default "e"}} {{default "f" .name}}', "d e web"),
        ('{{ternary "a" "b" (eq .name "web")}}', "a"),
        ('{{join "-" .list}} {{splitList "/" "a/b" | last}}', "a-b b"),
        ('{{trunc 2 .name}} {{trunc -2 .name}} {{trimSuffix "b" .name}} {{replace "w" "W" .name}}', "we eb we Web"),
        ("{{add 1 .n}} {{sub 5 2}} {{mul 2 3}} {{div 7 2}} {{mod 7 2}} {{max 1 9}} {{int .n}}", "4 3 6 3 1 9 3"),
        ('{{toJson .map}} {{list 1 "<" | toJson}}', '{"a":{"x":"y"},"b":1} [1,"\\u003c"]'),
        ("{{toYaml .map}}", 'a:\n  x: "y"\nb: 1'),
        ('{{(fromYaml "a: 1").a}} {{index (fromYamlArray "- z") 0}}', "1 z"),
        ('{{dig "a" "x" "none" .map}} {{dig "a" "q" "none" .map}}', "y none"),
        ('{{hasKey .map "a"}} {{has "b" .list}} {{kindOf .n}}', "true true float64"),
        ('{{normalize "Feature/X_y."}} {{slugify 10 true "feature/long branch.name"}}', "feature-x-y feature"),
        ('{{"a1b2" | regexReplaceAll "[0-9]" "x"}}', "x"),
        ('{{regexReplaceAll "([a-z])([0-9])" "a1b2" "${2}$1"}} {{regexMatch "^v[0-9]+$" "v12"}}', "1a2b true"),
        ('{{$d := dict "k" "v"}}{{$_ := set $d "l" "w"}}{{$d}}', "map[k:v l:w]"),
        ("{{range until 3}}{{.}}{{end}}", "012"),
        ('{{"x" | indent 2}}|{{nindent 1 "a\\nb"}}', "  x|\n a\n b"),
    ],
)
def test_what_templates_print(template: str, text: str) -> None:
    assert out(template) == text


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{.name", "unclosed action"),
        ("{{if .name}}", "no {{end}}"),
        ("{{end}}", "unexpected"),
        ("{{nope .name}}", "not defined"),
        ("{{.name.x}}", "can't evaluate field x in type string"),
        ("{{.nil.x}}", "nil pointer"),
        ("{{upper .n}}", "expected string; got float64"),
        ("{{upper .missing}}", "invalid value; expected string"),
        ("{{index .list .n}}", "cannot index slice"),
        ("{{index .list 9}}", "out of range"),
        ("{{eq .n 3}}", "incompatible types"),
        ("{{$x}}", "undefined variable"),
        ("{{.name | .n}}", "no function"),
        ('{{fail "stop"}}', "stop"),
        ('{{repeat 100000000 "x"}}', "1 MB"),
        ("{{range until 9000}}{{range until 9000}}{{end}}{{end}}", "too many steps"),
        ('{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}', "too often|too deeply"),
        ("{{" + "(" * 200 + "1" + ")" * 200 + "}}", "too deeply"),
    ],
)
def test_what_go_refuses(template: str, why: str) -> None:
    with pytest.raises(TemplateFailed, match=why):
        out(template)


def test_missing_keys_may_be_errors_but_nil_is_none() -> None:
    with pytest.raises(TemplateFailed, match="no entry for key 'missing'"):
        out("{{.missing}}", missing_key="error")
    assert out("{{.nil}}", missing_key="error") == "<no value>"


@pytest.mark.parametrize(
    "template", ["{{now}}", "{{uuidv4}}", '{{semverCompare "1" "2"}}', '{{regexMatch "(a+)+$" "a"}}', '{{env "HOME"}}']
)
def test_what_is_refused_by_name(template: str) -> None:
    with pytest.raises(TemplateUnsupported, match="not supported"):
        out(template)


@given(st.text(alphabet='{}.$|()"`a1 =:-/*if end', max_size=40))
def test_no_text_breaks_the_engine(text: str) -> None:
    try:
        result = out(text)
    except (TemplateFailed, TemplateUnsupported):
        return
    assert isinstance(result, str)
