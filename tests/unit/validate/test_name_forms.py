"""Names, keys and values of labels: what the expressions of k8s.io/apimachinery/pkg/util/validation take, and nothing else."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.validate.names import is_label_value, key_fault, name_fault

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


@settings(deadline=None)
@given(texts, texts)
@example("", "")
def test_names_are_taken_as_the_server_takes_them(start: str, end: str) -> None:
    name = start + end
    for style, (form, longest) in FORMS.items():
        assert (not name_fault(name, style)) == (form.fullmatch(name) is not None and len(name) <= longest), style


@settings(deadline=None)
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
