"""Our enumerations do what the standard library's do: each class here is made by both, and they answer alike."""

from __future__ import annotations

import copy
import enum
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from checker.model import enums

Maker = Any


def _size(maker: Maker) -> Any:
    class Size(maker.IntEnum):
        """How much."""

        SMALL = 1
        LARGE = 2
        """A lot."""

        @property
        def word(self) -> str:
            return self.name.lower()

    return Size


def _word(maker: Maker) -> Any:
    class Size(maker.StrEnum):
        SMALL = "s"
        LARGE = "l"

    return Size


def _plain(maker: Maker) -> Any:
    class Size(maker.Enum):
        SMALL = "s"
        LARGE = ("l", 1)

    return Size


BEHAVIOUR: dict[str, Callable[[Any], Any]] = {
    "all": list,
    "backwards": lambda cls: list(reversed(cls)),
    "number": len,
    "by value": lambda cls: cls(cls.LARGE.value) is cls.LARGE,
    "by member": lambda cls: cls(cls.LARGE) is cls.LARGE,
    "by name": lambda cls: cls["LARGE"] is cls.LARGE,
    "no such value": lambda cls: cls("huge"),
    "unhashable value": lambda cls: cls([]),
    "no such name": lambda cls: cls["HUGE"],
    "no such member": lambda cls: cls.HUGE,
    "name": lambda cls: cls.LARGE.name,
    "value": lambda cls: cls.LARGE.value,
    "repr": lambda cls: repr(cls.LARGE),
    "str": lambda cls: str(cls.LARGE),
    "format": lambda cls: f"{cls.LARGE}|{cls.LARGE!s}|{[cls.SMALL]}",
    "percent": lambda cls: "%s" % (cls.LARGE,),  # noqa: UP031 - what is meant
    "equal": lambda cls: (cls.SMALL == cls.SMALL, cls.SMALL == cls.LARGE, cls.SMALL == "s", cls.SMALL == 1),
    "hash": lambda cls: {cls.SMALL: 1, cls.LARGE: 2}[cls.LARGE],
    "found by plain value": lambda cls: {"s": 1, 1: 1}.get(cls.SMALL),
    "order": lambda cls: sorted([cls.LARGE, cls.SMALL]),
    "most": lambda cls: max(cls) >= cls.SMALL,
    "json": lambda cls: json.dumps({"size": cls.SMALL}),
    "copy": lambda cls: copy.copy(cls.SMALL) is cls.SMALL,
    "deep copy": lambda cls: copy.deepcopy([cls.SMALL])[0] is cls.SMALL,
    "reduce": lambda cls: cls.SMALL.__reduce_ex__(4)[1],
    "type": lambda cls: isinstance(cls.SMALL, cls),
    "doc": lambda cls: cls.__doc__,
    "truth": lambda cls: bool(cls.SMALL),
}


def _said(action: Callable[[], Any]) -> Any:
    try:
        return repr(action())
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        return type(error), str(error) if isinstance(error, ValueError) else ""


@pytest.mark.parametrize("behaviour", list(BEHAVIOUR))
@pytest.mark.parametrize("make", [_size, _word, _plain])
def test_it_does_what_the_standard_library_does(make: Callable[[Maker], Any], behaviour: str) -> None:
    ours, theirs = make(enums), make(enum)
    assert _said(lambda: BEHAVIOUR[behaviour](ours)) == _said(lambda: BEHAVIOUR[behaviour](theirs))


def test_a_property_of_a_member() -> None:
    assert [size.word for size in _size(enums)] == ["small", "large"]


def test_a_member_travels_to_another_process_as_itself() -> None:
    from checker.model.findings import Severity

    assert pickle.loads(pickle.dumps(Severity.ERROR)) is Severity.ERROR
