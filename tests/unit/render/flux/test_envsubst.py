"""The grammar of post-build substitution, vector by vector."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.render.flux.envsubst import SubstitutionError, substitute

VALUES = {"v": "value", "e": "", "n": "2", "path": "a/b/c.tar.gz", "dots": "a.b.c", "u": "äx", "x": "1", "ab": "abab", "y": "why"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$VAR $(VAR) $5 $ $", "$VAR $(VAR) $5 $ $"),
        ("$${x}", "${x}"),
        ("$$${x}", "$1"),
        ("a$$b", "a$b"),
        ("$$$$", "$$"),
        ("echo $$", "echo $"),
        ("${v}", "value"),
        ("${v}${e}-${n}", "value-2"),
        ("${v:=d}", "value"),
        ("${e:=d}", "d"),
        ("${missing:=d}", "d"),
        ("${missing:-d e}", "d e"),
        ("${missing=d}", "d"),
        ("${x:+d}", "1"),
        ("${missing:+x}", "x"),
        ("${missing:?x}", "x"),
        ("${missing:=}", ""),
        ("${missing:=${v}}", "value"),
        ("${missing:=a${missing:=b${x}c}d}", "ab1cd"),
        ("${missing:=$$y}", "$$y"),
        ("${missing:=$${y}}", "$why"),
        ("${missing:=a:b}", "a:b"),
        ("${v}}", "value}"),
        ("${#v}", "5"),
        ("${#u}", "3"),
        ("${v^}", "Value"),
        ("${v^^}", "VALUE"),
        ("${v,}", "value"),
        ("${v,,}", "value"),
        ("${v:1}", "alue"),
        ("${v:1:2}", "al"),
        ("${v:9}", ""),
        ("${v:-1}", "value"),
        ("${v: -1}", "value"),
        ("${v:x}", "value"),
        ("${v:1:x}", "value"),
        ("${v:1:99}", "alue"),
        ("${v:${n}}", "lue"),
        ("${v:1::2}", "al"),
        ("${path#*/}", "b/c.tar.gz"),
        ("${path##*/}", "c.tar.gz"),
        ("${path%.*}", "a/b/c.tar"),
        ("${path%%.*}", "a/b/c"),
        ("${path%%*}", ""),
        ("${path#x}", "a/b/c.tar.gz"),
        ("${path#[}", "a/b/c.tar.gz"),
        ("${dots/./-}", "a-b.c"),
        ("${dots//./-}", "a-b-c"),
        ("${ab/#ab/x}", "xab"),
        ("${ab/%ab/x}", "abx"),
        ("${ab/#b/x}", "abab"),
        ("${dots//./}", "abc"),
        (r"${path//\//-}", "a-b-c.tar.gz"),
        ("${dots/./${x}}", "a1b.c"),
        ("${path/a/b//}", "b///b/c.tar.gz"),
    ],
)
def test_expressions(text: str, result: str) -> None:
    assert substitute(text, VALUES, strict=True) == result


@pytest.mark.parametrize(
    "text",
    [
        *("${", "${v", "${v.b}", "${v-b}", "${ v}", "${!v}", "${v[0]}", "${@}", "${}", "${v//x}", "${v+b}", "${v?b}"),
        *("${v:=d", "${v:}", "${v#}", "${v/}", "${#}", "${#v", "${${v}}", "${v:4:-2}", "${v,,,}", "${v:1${n}}"),
    ],
)
def test_what_the_grammar_does_not_know_is_an_error(text: str) -> None:
    with pytest.raises(SubstitutionError):
        substitute(text, VALUES, strict=False)


def test_edge_22_dollars() -> None:
    assert substitute("$${HOME} echo $$ $HOME $(HOME)", {}, strict=True) == "${HOME} echo $ $HOME $(HOME)"


def test_edge_23_operators_of_the_shell_mean_something_else() -> None:
    with pytest.raises(SubstitutionError, match="missing closing brace"):
        substitute("${var-default}", {}, strict=True)
    assert substitute("${var:+x}", {"var": "1"}, strict=True) == "1"
    assert substitute("${var:+x}", {}, strict=True) == "x"


def test_edge_30_scripts() -> None:
    with pytest.raises(SubstitutionError, match="not set"):
        substitute("${1%%.*}", {"a": ""}, strict=True)
    assert substitute("${1%%.*}", {"a": ""}, strict=False) == ""
    with pytest.raises(SubstitutionError, match="missing closing brace"):
        substitute("${arr[0]}", {"a": ""}, strict=False)


def test_a_missing_variable_can_be_left_as_it_is_written() -> None:
    text = "${v} ${missing} ${missing/./-} ${missing:=d} ${#missing}"
    assert substitute(text, VALUES, strict=True, keep=True) == "value ${missing} ${missing/./-} d ${#missing}"


def test_nesting_has_a_limit() -> None:
    with pytest.raises(SubstitutionError, match="deep"):
        substitute("${a:=" * 5000, {}, strict=False)


@given(st.text(st.sampled_from("${}:=-+?#%/^,abv 1[]*\\\n"), max_size=40))
def test_any_text_is_substituted_or_refused(text: str) -> None:
    try:
        result = substitute(text, VALUES, strict=False)
    except SubstitutionError:
        result = ""
    assert "missing" not in result


@given(st.text(max_size=60))
def test_text_without_dollar_is_left_alone(text: str) -> None:
    plain = re.sub(r"\$", "", text)
    assert substitute(plain, VALUES, strict=True) == plain
