"""The meaning of YAML: what Kubernetes' and kustomize's own readers give for the same text (figures from both, run once)."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.tools.yaml import Document, Rules, load_documents, plain

YES = ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")
NO = ("n", "N", "no", "No", "NO", "off", "Off", "OFF")


def value(text: str, rules: Rules = Rules.KUBERNETES) -> Any:
    document = only(text, rules)
    assert document.error is None, document.error
    return document.value


def only(text: str, rules: Rules = Rules.KUBERNETES) -> Document:
    (document,) = load_documents(text.encode(), rules=rules)
    return document


def error(text: str, rules: Rules = Rules.KUBERNETES) -> str:
    found = only(text, rules).error
    assert found is not None
    return f"{found.line}:{found.column}: {found.message}"


@pytest.mark.parametrize("word", YES + NO)
def test_words_are_booleans_to_kubernetes_and_text_to_kustomize(word: str) -> None:
    assert value(f"a: {word}") == {"a": word in YES}
    assert value(f"a: {word}", Rules.KUSTOMIZE) == {"a": word}
    assert value(f"a: '{word}'") == {"a": word}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True), ("True", True), ("TRUE", True), ("tRue", "tRue"), ("false", False),
        ("~", None), ("null", None), ("Null", None), ("NULL", None), ("", None), ("nil", "nil"), ("none", "none"),
        ("0", 0), ("-0", 0), ("+1", 1), ("007", 7), ("0644", 420), ("-0644", -420), ("09", 9), ("0888", 888), ("0o17", 15),
        ("0O17", 15), ("0o8", "0o8"),
        ("0b101", 5), ("-0b101", -5), ("0b2", "0b2"), ("0x1F", 31), ("0X1f", 31), ("-0x1F", -31), ("0xg", "0xg"),
        ("1_000", 1000), ("1__0", 10), ("1_", 1), ("_1", "_1"), ("0b_1", 1), ("0b+1", 1),
        ("1.0", 1), ("1.", 1), (".5", 0.5), ("+.5", 0.5), ("1.10", 1.1), ("1e3", 1000), ("1E3", 1000), ("1e-3", 0.001), ("1_0.5", 10.5),
        ("1e", "1e"), ("e3", "e3"), ("1e400", "1e400"), (".", "."), ("-", "-"), ("--", "--"), ("1.2.3", "1.2.3"), ("1,000", "1,000"),
        ("22:22", "22:22"), ("1:30:00", "1:30:00"), ("2001-12-14", "2001-12-14"), ("=", "="), ("<<", "<<"),
        ("9223372036854775807", 9223372036854775807), ("18446744073709551615", 18446744073709551615),
        ("18446744073709551616", 18446744073709552000), ("123456789012345678901234567890", 1.2345678901234568e29), ("1e21", 1e21),
        ("100m", "100m"), ("1Gi", "1Gi"), ("10.0.0.1", "10.0.0.1"), ("v1.10", "v1.10"), ("!!str yes", "yes"), ("!!int '7'", 7),
        ("!!float 1", 1),
        ("!!bool 'yes'", True), ("!!null ''", None), ("!!binary aGk=", "hi"), ("!custom x", "x"), ("! 12", "12"), ("! '12'", "12"),
        ("!!timestamp 2024-01-01", "2024-01-01"), ('"\\u0041\\n"', "A\n"), ("'it''s'", "it's"), ("&a yes", True),
    ],
)  # fmt: skip
def test_scalars_as_kubernetes_reads_them(text: str, expected: Any) -> None:
    got = value(f"- {text}\n- end\n") if text != "-" else [plain(text, Rules.KUBERNETES), "end"]
    assert got == [expected, "end"]
    assert type(got[0]) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0644", 420), ("0o17", 15), ("0o+7", 7), ("2024-01-02", "2024-01-02T00:00:00Z"), ("2024-1-2", "2024-01-02T00:00:00Z"),
        ("2024-13-45", "2024-13-45"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"), ("2024-01-02t03:04:05.10+01:00", "2024-01-02T03:04:05.1+01:00"),
        ("2001-12-14 21:59:43.10", "2001-12-14T21:59:43.1Z"), ("2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.10 -5"),
        ("!!timestamp 2024-01-01", "2024-01-01T00:00:00Z"), ("1.0", 1), ("1e3", 1000), ("~", None),
    ],
)  # fmt: skip
def test_scalars_as_kustomize_reads_them(text: str, expected: Any) -> None:
    got = value(f"- {text}\n- end\n", Rules.KUSTOMIZE)
    assert got == [expected, "end"]


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".NAN", "!!int x", "!!float no-number", "!!timestamp soon", "!!binary '*'", "!!bool 1"])
def test_what_json_cannot_hold_or_a_tag_refuses_is_an_error(text: str) -> None:
    assert error(f"a: {text}").startswith("1:4: ")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("yes", "true"), ("off", "false"), ("1", "1"), ("0x10", "16"), ("1.50", "1.5"), ("1e6", "1e+06"), ("1e-5", "1e-05"),
        ("123456.0", "123456"),
        ("1234567890.12", "1.234568e+09"), ("1e40", ".inf"), ("-1e40", "-.inf"), (".inf", ".inf"), (".nan", ".nan"), ("-0.0", "-0"),
        ("2024-01-01", "2024-01-01"), ("'1'", "1"),
    ],
)  # fmt: skip
def test_keys_become_text(key: str, expected: str) -> None:
    assert value(f"{key}: v") == {expected: "v"}


@pytest.mark.parametrize("key", ["~", "? [a]", "? {a: b}", "18446744073709551615", "null"])
def test_keys_that_cannot_become_text(key: str) -> None:
    assert "key" in error(f"{key}\n: v" if key.startswith("?") else f"{key}: v")


def test_keys_as_kustomize_takes_them() -> None:
    assert value("yes: 1\n0x10: 2\n~: 3\n2024-01-01: 4\n", Rules.KUSTOMIZE) == {"yes": 1, "0x10": 2, "2024-01-01": 4}
    assert value("data:\n  yes: 1\n  '1': 2\n", Rules.KUSTOMIZE) == {"data": {"yes": 1, "1": 2}}
    for key in ("1", "true", "~", "2024-01-01", "!x a"):
        assert "kustomize" in error(f"data:\n  {key}: v\n", Rules.KUSTOMIZE)


def test_duplicate_keys_are_reported_and_the_last_counts() -> None:
    document = only("a: 1\nb: 2\n'a': 3\nc: {d: 1, d: 2}\n1: x\n0x1: z\n")
    assert document.value == {"a": 3, "b": 2, "c": {"d": 2}, "1": "z"}
    assert [(found.line, found.column) for found in document.duplicates] == [(3, 1), (4, 11), (6, 1)]
    assert document.duplicates[0].message == 'key "a" is already set in this mapping'


def test_merge_as_go_yaml_v2_does_it() -> None:
    text = "x: &x {p: 1, q: 1}\ny: &y {q: 2, r: 2}\n"
    assert value(text + "z:\n  <<: *x\n  s: 3\n")["z"] == {"p": 1, "q": 1, "s": 3}
    assert value(text + "z:\n  <<: [*x, *y]\n")["z"] == {"q": 1, "r": 2, "p": 1}
    overridden = only(text + "z:\n  <<: *x\n  q: 3\n")
    assert overridden.value["z"] == {"p": 1, "q": 3}  # type: ignore[index, call-overload]
    assert [found.line for found in overridden.duplicates] == [5]
    late = only(text + "z:\n  q: 3\n  <<: *x\n")
    assert late.value["z"] == {"q": 1, "p": 1}  # type: ignore[index, call-overload]
    assert "<<" in late.duplicates[0].message


def test_merge_as_go_yaml_v3_does_it() -> None:
    text = "x: &x {p: 1, q: 1}\ny: &y {q: 2, r: 2}\n"
    assert value(text + "z:\n  q: 3\n  <<: [*y, *x]\n", Rules.KUSTOMIZE)["z"] == {"q": 3, "r": 2, "p": 1}
    twice = only(text + "z:\n  <<: *x\n  <<: *y\n", Rules.KUSTOMIZE)
    assert [found.line for found in twice.duplicates] == [5]


@pytest.mark.parametrize("merged", ["1", "[a]", "*s", "[[{a: b}]]"])
def test_merge_of_something_else_than_mappings(merged: str) -> None:
    assert "<<" in error(f"s: &s [{{a: b}}]\nz:\n  <<: {merged}\n")


def test_quoted_merge_key_is_a_key() -> None:
    assert value("'<<': {a: b}") == {"<<": {"a": "b"}}


def test_aliases_are_copies() -> None:
    loaded = value("a: &a {b: [1]}\nc: *a\nd: &s yes\n*s : e\nf: *s\n")
    assert loaded == {"a": {"b": [1]}, "c": {"b": [1]}, "d": True, "true": "e", "f": True}
    assert loaded["a"] is not loaded["c"]
    assert loaded["a"]["b"] is not loaded["c"]["b"]
    assert value("- &a 1\n- &a 2\n- *a\n") == [1, 2, 2]


@pytest.mark.parametrize("text", ["a: *b", "a: &a [*a]", "&a {b: *a}"])
def test_aliases_to_nothing_or_to_themselves(text: str) -> None:
    assert re.search("unknown anchor|contains itself", error(text))


def test_documents_are_split_before_they_are_parsed() -> None:
    text = "# first\n---\na: 1\n--- # comment\nb: [\n---   \n# nothing\n---\n\n  c: |\n    text\n    ---\n...\n# more\n--- {d: 4}\n---\n~\n"
    documents = load_documents(text.encode())
    assert [(found.index, found.line, found.value) for found in documents] == [
        (0, 3, {"a": 1}),
        (1, 4, None),
        (2, 10, {"c": "text\n---\n"}),
        (3, 15, {"d": 4}),
        (4, 17, None),
    ]
    assert [found.error.line if found.error else None for found in documents] == [None, 6, None, None, None]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "---", "---\n---\n", "--- # c\n# d\n...\n", "  \n# x\r\n"])
def test_a_file_of_nothing_has_no_documents(text: str) -> None:
    assert load_documents(text.encode()) == ()


def test_directives_belong_to_the_document_that_follows() -> None:
    documents = load_documents(b"a: 1\n...\n%YAML 1.1\n# c\n---\nb: 2\n...\n%TAG !x! tag:x,1:\n---\nc: !x!y 3\n")
    assert [found.value for found in documents] == [{"a": 1}, {"b": 2}, {"c": "3"}]
    assert error("%YAML 1.2\n---\na: 1\n").startswith("1:1: only YAML 1.1")


def test_kustomize_refuses_content_beside_a_separator() -> None:
    documents = load_documents(b"--- {a: 1}\n--- {b: 2}\n", rules=Rules.KUSTOMIZE)
    assert documents[0].value == {"a": 1}
    assert documents[1].error is not None
    assert documents[1].error.line == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le-bom"])
def test_encodings(encoding: str) -> None:
    text = "a: é😀\n---\nb: 1\n"
    data = b"\xff\xfe" + text.encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    assert [found.value for found in load_documents(data)] == [{"a": "é😀"}, {"b": 1}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    documents = load_documents(end.join(["a: 1", "---", "b: |", "  x", "  y", "---", "c: 1", "c: 2", ""]).encode())
    assert [found.value for found in documents] == [{"a": 1}, {"b": "x\ny\n"}, {"c": 2}]
    assert [(found.line, found.column) for found in documents[2].duplicates] == [(8, 1)]


def test_json_is_yaml() -> None:
    assert value('{"a": [1, 2.5, true, null, "yes"],\n\t"b": {"c": "\\u00e9/"}}') == {"a": [1, 2.5, True, None, "yes"], "b": {"c": "é/"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", "1:5: mapping values are not allowed in this context: check the indentation, or quote a value that holds ': '"),
        ("a:\n\tb: c", "2:1: found character that cannot start any token: indent with spaces, not tabs"),
        ("a: @b", "1:4: found character that cannot start any token: quote the value"),
        ("x: 1\na: *", "2:5: did not find expected alphabetic or numeric character: quote a value that starts with * or &"),
        ("name: {{ .Values.name }}", "1:8: a key must be a single value, not a mapping or a list; quote a template's {{ }}"),
        ('a: 1\nb: "x\\/y"', "2:6: found unknown escape character: Kubernetes refuses JSON's \\/ in YAML; write / alone"),
        ('a: "C:\\dir"', "1:7: found unknown escape character: write the backslash twice, or put the text in single quotes"),
        ("a: [b?c]", "1:5: quote a text with ? inside [] or {}"),
    ],
)
def test_errors_say_where_and_what_to_do(text: str, expected: str) -> None:
    found = error(text)
    assert found.split(":")[:2] == expected.split(":")[:2]
    assert found.rpartition(": ")[2] == expected.rpartition(": ")[2]


def test_a_colon_at_the_end_of_a_flow_scalar_is_part_of_it() -> None:
    assert value("{a: a:}") == {"a": "a:"}
    assert value("x: 'é'\nw: [http:, b:]\nz: {c:, d: e}") == {"x": "é", "w": ["http:", "b:"], "z": {"c:": None, "d": "e"}}


@pytest.mark.parametrize(
    ("block", "kubernetes", "kustomize"),
    [
        (">\n  x\n    y\n  z\n", "x\n  y\nz\n", "x\n\n  y\nz\n"),
        (">-\n  x\n  y\n\n  z\n", "x y\nz", "x y\nz"),
        (">+\n  x\n  y\n\n", "x y\n\n", "x y\n\n\n"),
        (">-\n  😀\n    y\n", "😀\n  y", "😀\n  y"),
        ("|\n  x\n    y\n", "x\n  y\n", "x\n  y\n"),
    ],
)
def test_folded_blocks(block: str, kubernetes: str, kustomize: str) -> None:
    assert value(f"a: {block}b: 1\n") == {"a": kubernetes, "b": 1}
    assert value(f"a: {block}b: 1\n", Rules.KUSTOMIZE) == {"a": kustomize, "b": 1}


def test_a_missing_value_inside_flow_is_empty_text_to_kustomize() -> None:
    assert value("a: {b}\nc:\n", Rules.KUSTOMIZE) == {"a": {"b": ""}, "c": None}
    assert value("a: {b}\nc:\n") == {"a": {"b": None}, "c": None}


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(number: float) -> None:
    got = plain(repr(number), Rules.KUBERNETES)
    assert isinstance(got, int | float)
    assert math.isclose(got, number)


@given(
    st.binary(max_size=60) | st.text(alphabet="ab:-?[]{},&*!|>'\"%@` \n\t#0.<~é", max_size=40).map(str.encode), st.sampled_from(list(Rules))
)
def test_nothing_makes_the_loader_raise(data: bytes, rules: Rules) -> None:
    documents = load_documents(data, rules=rules)
    assert [found.index for found in documents] == list(range(len(documents)))
    for found in documents:
        assert 1 <= found.line <= data.count(b"\n") + data.count(b"\r") + 2 or found.error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: \"it\\'s: \\'[b:, c]\\'\"\nb: [http:, \"\\'\"]", {"a": "it's: '[b:, c]'", "b": ["http:", "'"]}),
        (
            r"a: ^\/api\/v[0-9]$" "\nb: 'x\\/y'\nc: |\n  \\/z\n" + r'd: "\\/"',
            {"a": r"^\/api\/v[0-9]$", "b": "x\\/y", "c": "\\/z\n", "d": "\\/"},
        ),
        ("a: 1\n\ufeffb: 2\n", {"a": 1, "\ufeffb": 2}),
        ("a: x\ufeffy\n", {"a": "x\ufeffy"}),
        ("---\n\ufeffa: 1\nb: 2\n", {"\ufeffa": 1, "b": 2}),
        ("#\u2028x\n", "x"),
        ("- .5_5\n- -.5\n- ._5\n- !!float -9223372036854775808\n", [0.55, -0.5, "._5", -9223372036854776000]),
        ("!!binary 1e+3\n", "\ufffd\ufffd\ufffd"),
    ],
)
def test_what_libyaml_alone_reads_otherwise(text: str, expected: object) -> None:
    assert value(text) == expected
    assert value(text, Rules.KUSTOMIZE) == expected


def test_files_put_together_keep_their_marks() -> None:
    documents = load_documents("\ufeffa: 1\nb: 2\n---\n\ufeffa: 3\nb: 4\n".encode())
    assert [(found.value, found.line, found.error) for found in documents] == [({"a": 1, "b": 2}, 1, None), ({"a": 3, "b": 4}, 4, None)]
