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
        ('{{env "HOME"}}', "not defined"),
        ("{{if false}}{{break}}{{end}}", "outside of range"),
        ('{{if .name}}{{define "t"}}x{{end}}{{end}}', "define"),
        ('{{define "t"}}x{{end}}{{define "t"}}y{{end}}', "multiple definition"),
        ("{{if true}}{{$x := 1}}{{end}}{{$x}}", "undefined variable"),
        ("{{range $i, $v := 3}}{{end}}", "more than one variable"),
        ('{{get (split "/" "a/b") "_0"}}', r"expected map; got map\[string\]string"),
        ('{{semverCompare "latest" "1.2.3"}}', "not a version constraint"),
        ('{{slice "abc" 1}}', "slice"),
        ('{{dig "name" "x" 1 .}}', "dig"),
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
    "template", ["{{now}}", "{{uuidv4}}", '{{camelcase "a b"}}', '{{regexMatch "(a+)+$" "a"}}', '{{printf "%[1]s" "x"}}', '{{trunc 1 "ü"}}']
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


@pytest.mark.parametrize(
    ("template", "text"),
    [
        # what fmt, regexp, path, sprig 3.3 and semver 3.4 answered
        (
            '{{printf "%5d|%-5s|%05d|%+d|%x|%q|%T|%U" 7 "ab" -4 3 255 "a" .map 955}}',
            '    7|ab   |-0004|+3|ff|"a"|map[string]interface {}|U+03BB',
        ),
        ('{{printf "%s %d %v" .list "x" .nil}}', "[a b] %!d(string=x) <nil>"),
        ('{{printf "%s"}} {{printf "x" 1 nil}} {{printf "%"}}', "%!s(MISSING) x%!(EXTRA int=1, <nil>) %!(NOVERB)"),
        ('{{printf "%6.2f|%e|%g" .half 1e6 .million}}', "  0.50|1.000000e+06|1e+06"),
        ('{{regexReplaceAll "x*" "abxd" "-"}} {{regexFindAll "a." "abacad" 2}} {{regexSplit "-+" "a--b-c" -1}}', "-a-b-d- [ab ac] [a b c]"),
        ('{{regexReplaceAll "(?i)(a)(b)?" "AbA" "${2}$1x"}} {{mustRegexMatch "o\\\\b" "foo bar"}}', "b true"),
        ('{{base "/a/b/"}} {{dir "/a/../b/c"}} {{ext "x.tar.gz"}} {{clean "//a/./b/.."}} {{isAbs "a"}}', "b /b .gz /a false"),
        ('{{$u := urlParse "https://u:p@h.io:8080/p?q=1#f"}}{{$u.hostname}} {{$u.path}} {{$u.query}} {{$u.userinfo}}', "h.io /p q=1 u:p"),
        (
            '{{semverCompare "^1.2" "v1.10.0"}} {{semverCompare ">1.0-0" "2.0.0-rc.1"}} {{semverCompare "~1.2.3" "1.3.0"}}',
            "true true false",
        ),
        (
            '{{typeOf (splitList "," "a,b")}} {{typeOf (list 1)}} {{typeOf (until 2)}} {{kindOf (split "," "a")}}',
            "[]string []interface {} []int map",
        ),
        ('{{index (split "," "a") "_7"}}|{{index (dict) "x"}}', "|<no value>"),
        ('{{int "0x1f"}} {{int "010"}} {{int "3.0"}} {{int "3.7"}} {{atoi "010"}} {{toDecimal "0777"}}', "31 8 3 0 10 511"),
        ('{{add 1 "2" 3.9}} {{div 7 -2}} {{mod -7 3}} {{round 2.345 2}} {{addf 0.1 0.2}} {{maxf 1 2.5}}', "6 -3 -1 2.35 0.3 2.5"),
        (
            "{{seq 5}} {{seq 5 2}} {{seq 0 2 6}} {{chunk 2 (list 1 2 3)}} {{slice (list 1 2 3) 1 2}}",
            "1 2 3 4 5 5 4 3 2 0 2 4 6 [[1 2] [3]] [2]",
        ),
        (
            '{{abbrev 6 "abcdefgh"}} {{untitle "Ab Cd"}} {{initials "ab cd"}} {{swapcase "aB c"}} {{title "it\'s ok"}}',
            "abc... ab cd ac Ab C It'S Ok",
        ),
        ('{{merge (dict "a" 1 "b" "") (dict "a" 2 "b" 3)}} {{mergeOverwrite (dict "a" 1) (dict "a" "")}}', "map[a:1 b:3] map[a:]"),
        ('{{slugify 10 "Feature/ABC-123 long"}} {{slugify 10 false "feature-abc-123"}} {{normalize "A_b/c."}}', "feature feature-ab a-b-c"),
        ('{{html "<a&b>"}} {{urlquery "a b/c"}} {{b32enc "hi"}} {{adler32sum "x"}}', "&lt;a&amp;b&gt; a+b%2Fc NBUQ==== 7929977"),
        ('{{plural "one" "many" 1}} {{hello}} {{ternary 1 2 true}} {{mustFromJson "[1,null]"}}', "one Hello! 1 [1 <nil>]"),
        ("{{$p := .nil}}{{$p.deeper}} {{(.nil).deeper}} {{eq .nil nil}}", "<no value> <no value> true"),
    ],
)
def test_answers_of_the_real_functions(template: str, text: str) -> None:
    assert out(template) == text


SPRIG = """abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc b64dec b64enc base bcrypt biggest
buildCustomCert camelcase cat ceil chunk clean coalesce compact concat contains date dateInZone dateModify date_in_zone date_modify
decryptAES deepCopy deepEqual default derivePassword dict dig dir div divf duration durationRound empty encryptAES ext fail first
float64 floor fromJson genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey
get has hasKey hasPrefix hasSuffix hello htmlDate htmlDateInZone htpasswd indent initial initials int int64 isAbs join kebabcase keys
kindIs kindOf last list lower max maxf merge mergeOverwrite min minf mod mul mulf mustAppend mustChunk mustCompact mustDateModify
mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast mustMerge mustMergeOverwrite mustPrepend mustPush mustRegexFind
mustRegexFindAll mustRegexMatch mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit mustRest mustReverse mustSlice mustToDate
mustToJson mustToPrettyJson mustToRawJson mustUniq mustWithout must_date_modify nindent nospace now omit osBase osClean osDir osExt
osIsAbs pick pluck plural prepend push quote randAlpha randAlphaNum randAscii randBytes randInt randNumeric regexFind regexFindAll
regexMatch regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace rest reverse round semver semverCompare seq
set sha1sum sha256sum sha512sum shuffle slice snakecase sortAlpha split splitList splitn squote sub subf substr swapcase ternary title
toDate toDecimal toJson toPrettyJson toRawJson toString toStrings trim trimAll trimPrefix trimSuffix trimall trunc tuple typeIs
typeIsLike typeOf uniq unixEpoch unset until untilStep untitle upper urlJoin urlParse uuidv4 values without wrap wrapWith"""
BUILTIN = "and call eq ge gt html index js le len lt ne not or print printf println slice urlquery"
ADDED = "normalize slugify toYaml fromYaml fromYamlArray"


def test_every_function_of_an_applicationset_is_done_or_refused_by_name() -> None:
    from checker.tools.gotemplate.functions import FUNCTIONS, KNOWN_ELSEWHERE

    assert not FUNCTIONS.keys() & KNOWN_ELSEWHERE
    assert FUNCTIONS.keys() | KNOWN_ELSEWHERE == {*SPRIG.split(), *BUILTIN.split(), *ADDED.split()}
