"""YAML output: the layout of kubectl, and the same values when it is read again."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker.model.objects import JSONValue
from checker.tools.yaml import Rules, dump, dump_documents, load_documents

# What sigs.k8s.io/yaml 1.6 prints for the same value.
PRINTED: dict[str, JSONValue] = {
    "a: {}\nb: []\nc: null\nd: true\n": {"a": {}, "b": [], "c": None, "d": True},
    "list:\n- a\n- - b\n- c: d\n  e:\n  - f\n": {"list": ["a", ["b"], {"c": "d", "e": ["f"]}]},
    '- "yes"\n- "n"\n- "0644"\n- "1.10"\n- "1e3"\n- "0o7"\n- "22:22"\n- "2024-01-01"\n- "~"\n- "<<"\n- "null"\n- ""\n': [
        "yes", "n", "0644", "1.10", "1e3", "0o7", "22:22", "2024-01-01", "~", "<<", "null", "",
    ],
    "- v1.10\n- 100m\n- 1.2.3\n- -\n- 'a: b'\n- '- a'\n- 'a #b'\n- '@a'\n- a#b\n- 'a:'\n- a:b\n- '[a'\n- '*a'\n": [
        "v1.10", "100m", "1.2.3", "-", "a: b", "- a", "a #b", "@a", "a#b", "a:", "a:b", "[a", "*a",
    ],
    "a: |\n  x\n    y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2\n    x\n  y\n": {"a": "x\n  y\n", "b": "x\ny", "c": "x\n\n", "d": "  x\ny\n"},
    'a: "x \\ny"\nb: "\\ta"\nc: "x\\n "\nd: é\ne: "\\U0001F600"\n': {"a": "x \ny", "b": "\ta", "c": "x\n ", "d": "é", "e": "😀"},
    "- 1\n- 18446744073709551615\n- 1e+20\n- 0.5\n- 1e-05\n- 1.2345675e+06\n": [1, 18446744073709551615, 10**20, 0.5, 0.00001, 1234567.5],
    f"a: {'long text ' * 30}end\n": {"a": "long text " * 30 + "end"},
}  # fmt: skip


@pytest.mark.parametrize("printed", PRINTED)
def test_layout(printed: str) -> None:
    if "- -\n" in printed:
        printed_list = dump(PRINTED[printed])
        assert printed_list == printed.replace("- -\n", "- '-'\n")
    else:
        assert dump(PRINTED[printed]) == printed


def test_keys_keep_their_order_or_take_the_order_of_kustomize() -> None:
    value: JSONValue = {"b": 1, "a10": 1, "a2": 1, "a": 1, "a-b": 1, "a1b": 1, "B": 1, "_": 1, "a.b": 1, "1": 1, "a100": 1, "a01": 1}
    assert list(load_documents(dump(value).encode())[0].value) == list(value)  # type: ignore[arg-type]
    printed = [line.rpartition(":")[0] for line in dump(value, sort_keys=True).split("\n")[:-1]]
    assert printed == ["_", '"1"', "B", "a", "a-b", "a.b", "a1b", "a01", "a2", "a10", "a100", "b"]


def test_documents() -> None:
    assert dump_documents([{"a": 1}, {"b": "x\n\n"}, "text"]) == "a: 1\n---\nb: |+\n  x\n\n---\ntext\n"
    assert dump_documents([]) == ""


words = st.sampled_from(
    [
        "yes",
        "on",
        "null",
        "---",
        "...",
        "0x1f",
        "1e3",
        "<<",
        ": ",
        " #",
        "\n\n",
        " \n",
        "\n ",
        "é",
        "😀",
        "\x85",
        "\u2028",
        "\x07",
        "\ufeff",
    ]
)
texts = st.lists(words | st.characters(codec="utf-8"), max_size=5).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)


@given(values, st.sampled_from(list(Rules)))
@example("yes...", Rules.KUBERNETES)
def test_what_is_printed_is_read_again(value: JSONValue, rules: Rules) -> None:
    (document,) = load_documents(dump(value).encode("utf-8", "surrogatepass"), rules=rules)
    assert document.error is None
    assert _same(document.value, value)


def _same(got: object, wanted: object) -> bool:
    if isinstance(got, dict) and isinstance(wanted, dict):
        return list(got) == list(wanted) and all(_same(got[key], wanted[key]) for key in got)
    if isinstance(got, list) and isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(_same, got, wanted))
    if isinstance(wanted, float):
        return isinstance(got, int | float) and float(got) == wanted
    return type(got) is type(wanted) and got == wanted


def test_long_lines_are_folded_where_kustomize_folds_them():
    value = {"summary": "word " * 20 + "end", "url": "x" * 90, "script": "one: \n" + "two " * 30}
    printed = dump(value, sort_keys=True, fold=True)
    assert printed == (
        'script: "one: \\ntwo two two two two two two two two two two two two two two two two\n'
        '  two two two two two two two two two two two two two "\n'
        "summary: word word word word word word word word word word word word word word word\n"
        "  word word word word word end\n"
        f"url: {'x' * 90}\n"
    )
    assert dump(value) != printed
