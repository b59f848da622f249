"""The fast loader never changes a result: where it answers, the exact loader answers the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.tools.yaml import Document, Rules, dump, fast, load, load_documents

ROOT = Path(__file__).parents[3]
MANIFESTS = sorted(path for folder in ("examples", "tests", "policies") for path in (ROOT / folder).rglob("*.y*ml"))


def both(data: bytes, rules: Rules) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "load_fast", lambda _data, _rules, **_plain: fast.UNSURE)
        exact = load_documents(data, rules=rules)
    return load_documents(data, rules=rules), exact


@pytest.mark.parametrize(
    "data",
    [
        b"pattern: ^[a-z]([-a-z]*[a-z])?$\nempty: {}\n",
        b'schedule: "19 * * * *"\n',
        b"run: |\n  test a && test b\n  # n * m\n",
        b'when: "{{ workflow.status }} != Succeeded"\n',
    ],
)
def test_what_only_looks_like_an_anchor_or_a_flow_is_read_fast(data: bytes) -> None:
    assert fast.load_fast(data, Rules.KUBERNETES) is not fast.UNSURE
    assert_same(data, Rules.KUBERNETES)


@pytest.mark.parametrize("data", [b"[a?b]\n", b"a: {b?: 1}\n", b"- &x 1\n", b"a:\n  *x\n", b"a: [ !t b]\n", b"!t a\n", b"? *x\n: 1\n"])
def test_what_is_an_anchor_or_a_flow_is_not(data: bytes) -> None:
    assert fast.load_fast(data, Rules.KUBERNETES) is fast.UNSURE


def assert_same(data: bytes, rules: Rules) -> None:
    got, exact = both(data, rules)
    # repr tells True from 1 and 1 from 1.0, and keeps the order of keys
    assert repr(got) == repr(exact)


TOKENS = (
    *(
        "a",
        "b",
        "k: ",
        "a: ",
        "- ",
        "- a\n",
        "\n",
        "\n  ",
        "\n    ",
        "  ",
        " ",
        "? ",
        "?",
        ":",
        ",",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "#",
        " #",
        "\\",
        "\t",
    ),
    *(
        "&x ",
        "*x",
        "!t ",
        "!!str ",
        "!!int ",
        "<<: ",
        "%YAML 1.1\n",
        "---\n",
        "...\n",
        "|\n",
        ">\n",
        ">-\n",
        ": |\n    a\n      b\n",
        ": >\n  a\n\n    c\n",
    ),
    *(
        "yes",
        "on",
        "n",
        "true",
        "null",
        "~",
        "'on'",
        "0644",
        "08",
        "0o7",
        "+1",
        "1_0",
        "-.5",
        "1.0",
        "1e3",
        "0x1f",
        "2024-01-01",
        "22:22",
        "'0644'",
        '"1"',
    ),
    *("é", "\u2028", "\x85", "\ufeff", "\x00", "\r\n", "99999999999999999999", "18446744073709551615"),
)


@settings(max_examples=600)
@given(st.lists(st.sampled_from(TOKENS), max_size=12).map("".join), st.sampled_from(list(Rules)))
@example("- yes\n- 'yes'\n- 0644\n- '0644'\n", Rules.KUBERNETES)
@example("a: 0644\nb: '0644'\n", Rules.KUBERNETES)
@example("a:\n  0644\n", Rules.KUBERNETES)
@example('a: "06\\\n  44"\n', Rules.KUBERNETES)
@example("a: >-\n  0644\n\n", Rules.KUSTOMIZE)
@example("0644: 0644\n", Rules.KUBERNETES)
@example("- 0644\n- 0644\n", Rules.KUSTOMIZE)
@example("%YAML 1.1\n---\na: b\n", Rules.KUBERNETES)
@example("a: [b?c]", Rules.KUBERNETES)
@example("\u2028a: b", Rules.KUBERNETES)
@example("a: {b}", Rules.KUSTOMIZE)
@example("a:\n  1: b\n", Rules.KUSTOMIZE)
@example("a: >\n  b\n   c\n", Rules.KUSTOMIZE)
def test_any_text(text: str, rules: Rules) -> None:
    assert_same(text.encode(), rules)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(TOKENS)
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.sampled_from(TOKENS), inner, max_size=4),
    max_leaves=20,
)


@given(trees, st.sampled_from(list(Rules)))
def test_any_value_as_it_is_printed(value: object, rules: Rules) -> None:
    assert_same(dump(value).encode("utf-8", "surrogatepass"), rules)  # type: ignore[arg-type]


@pytest.mark.parametrize("rules", list(Rules))
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_the_repository(path: Path, rules: Rules) -> None:
    assert_same(path.read_bytes(), rules)


def _nested(depth: int) -> Iterator[str]:
    yield "[" * depth + "]" * depth
    yield "- " * depth + "a"
    yield "{a: " * depth + "b" + "}" * depth


@pytest.mark.parametrize("depth", [100, 127, 128, 129, 249, 250, 251])
def test_depth(depth: int) -> None:
    for text in _nested(depth):
        assert_same(text.encode(), Rules.KUBERNETES)


PLAIN = (
    b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {app: 'yes it is'}\ndata:\n  a: |\n    x\n  b: \"8080\"\n  c: 5\n"
)


MODES = b"items:\n  - {key: a, mode: 0400}\n  - mode: 0555 # all\n  - 07\nmode: 0400\ntext: x 0400\n"


@pytest.mark.parametrize("rules", list(Rules))
def test_file_modes_are_read_fast(rules: Rules) -> None:
    assert fast.load_fast(MODES, rules) is not fast.UNSURE
    assert_same(MODES, rules)


def test_an_ordinary_manifest_is_read_fast() -> None:
    assert fast.load_fast(PLAIN, Rules.KUBERNETES) is not fast.UNSURE
    assert fast.load_fast(PLAIN, Rules.KUSTOMIZE) is not fast.UNSURE


@pytest.mark.parametrize(
    "text",
    [
        "a: yes",
        "a: 'yes'",
        "a: '0644'",
        'a: 0644\nb: "0644"',
        "a: |-\n  0644",
        "0644 # a",
        "--- 0644",
        'a: 0644\nb: "\\t"',
        "a: 1.5",
        "a: &b c",
        "a: !b c",
        "<<: {a: b}",
        "a: b\na: c",
        "a: {{ b }}",
        "a: [b?]",
        "~",
    ],
)
def test_what_may_differ_is_left_to_the_exact_loader(text: str) -> None:
    assert fast.load_fast(text.encode(), Rules.KUBERNETES) is fast.UNSURE


def test_without_a_wheel_the_exact_loader_reads_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_loader", lambda: None)
    assert fast.load_fast(PLAIN, Rules.KUBERNETES) is fast.UNSURE
    value = load_documents(PLAIN)[0].value
    assert isinstance(value, dict)
    assert value["kind"] == "ConfigMap"
