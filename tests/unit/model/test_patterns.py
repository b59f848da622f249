"""A pattern answers as the expression that it will be compiled to."""

from __future__ import annotations

import re

import pytest

from checker.model.patterns import pattern


def test_answers_as_the_compiled_expression() -> None:
    digits = pattern(r"(?P<digits>\d+)")
    assert digits.fullmatch("12") is not None
    assert digits.fullmatch("a1") is None
    assert [found["digits"] for found in digits.finditer("a1b22")] == ["1", "22"]
    assert digits.sub("#", "a1b22") == "a#b#"
    assert digits.pattern == r"(?P<digits>\d+)"
    assert pattern(rb"A", re.IGNORECASE).match(b"a") is not None


def test_a_broken_expression_is_told_at_its_first_use() -> None:
    with pytest.raises(re.error):
        pattern("(").match("a")
