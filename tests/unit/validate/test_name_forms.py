"""Names, keys and values of labels: what the expressions of k8s.io/apimachinery/pkg/util/validation take, and nothing else."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from checker.validate.limits import network, pods
from checker.validate.names import is_key, is_label_value, key_fault, name_fault
from checker.validate.values import amount, is_port_or_name

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
FORMS = {
    "label": (re.compile(_LABEL), 63),
    "label-1035": (re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?"), 63),
    "subdomain": (re.compile(rf"{_LABEL}(\.{_LABEL})*"), 253),
}
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
texts = (
    st.text("az09-", min_size=1, max_size=4)
    | st.text("aZ0-._/é\n ", max_size=5)
    | st.sampled_from(["a" * 62, "a" * 63, "a" * 64, "a." * 127])
)


@given(texts, texts)
@example("", "")
def test_names_are_taken_as_the_server_takes_them(start: str, end: str) -> None:
    name = start + end
    for style, (form, longest) in FORMS.items():
        assert (not name_fault(name, style)) == (form.fullmatch(name) is not None and len(name) <= longest), style


@given(texts, texts)
@example("", "")
def test_labels_are_taken_as_the_server_takes_them(start: str, end: str) -> None:
    name = start + end
    is_qualified = re.fullmatch(_QUALIFIED, name) is not None and len(name) <= 63
    assert is_label_value(name) == (is_qualified or name == "")
    if "/" not in name:
        assert (not key_fault(name)) == is_qualified
        assert (not key_fault(f"example.com/{name}")) == is_qualified
        assert (not key_fault(f"{name}/a")) == (not name_fault(name, "subdomain"))


@given(texts, texts)
@example("", "")
@example("..", "a")
@example("", ".")
def test_keys_of_data_are_taken_as_the_server_takes_them(start: str, end: str) -> None:
    key = start + end
    assert is_key(key) == (re.fullmatch(r"(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}", key) is not None)


@given(
    st.text("0123.eE+-", max_size=6), st.sampled_from(["", "n", "u", "m", "k", "K", "Ki", "M", "Mi", "E", "Ei", "e3", "E-2", "e", "i", "é"])
)
def test_quantities_are_read_as_the_server_reads_them(number: str, unit: str) -> None:
    """The expression of k8s.io/apimachinery/pkg/api/resource."""
    form = r"[+-]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?"
    assert (amount(number + unit) is not None) == (re.fullmatch(form, number + unit, re.ASCII) is not None)


def test_a_quantity_is_its_number_times_its_unit() -> None:
    read = {"500m": 0.5, "1.5": 1.5, "2Ki": 2048, "1e3": 1000, "-2E": -2e18, "1E2": 100, "+.5k": 500, " 3 ": 3}
    assert {text: amount(text) for text in read} == read


_PORT = r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?"


@given(texts, texts)
@example("8", "8")
def test_names_of_ports_are_taken_as_the_server_takes_them(start: str, end: str) -> None:
    name = start + end
    assert is_port_or_name(name) == (len(name) <= 15 and re.fullmatch(_PORT, name) is not None)


ROWS = {
    "is no host": (network.HOST, r"(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?"),
    "may not hold": (network.CLEAN_PATH, r"(?s:(?!//|/\.\.?(/|\Z)|%2[fF]).)*"),
    "is no name of a variable": (pods.VARIABLE, r"[ -<>-~]*"),
}


@given(st.lists(st.sampled_from([*"aA0-./*%=_ \né", "//", "/..", "%2f", "%2F"]), max_size=6).map("".join))
def test_rows_of_spellings_are_what_their_expressions_say(text: str) -> None:
    for said, (rule, form) in ROWS.items():
        told = rule(text)
        assert (told == "") == (re.fullmatch(form, text) is not None)
        assert told == "" or said in str(told)
