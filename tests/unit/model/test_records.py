"""Our data classes do what the standard library's do: each class here is made by both, and they answer alike."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import pytest

from checker.model import records

Maker = Any
OPTIONS = (
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "kw_only": True},
    {"frozen": True, "slots": True, "kw_only": True},
    {"slots": True, "eq": False},
)


def _point(maker: Maker, **options: bool) -> type[Any]:
    @maker.dataclass(**options)
    class Point:
        """A place."""

        x: int
        y: int = 2
        names: list[str] = maker.field(default_factory=list)
        secret: str = maker.field(default="s", repr=False)

        @property
        def both(self) -> int:
            return self.x + self.y

    return Point


def _used(cls: type[Any]) -> type[Any]:
    """After a few objects, from where on they are made in another way."""
    for _ in range(records.BY_HAND):
        cls(x=1)
    return cls


def _said(action: Callable[[], Any]) -> Any:
    """What comes of it, as something two classes of one name can be compared by."""
    try:
        return repr(action())
    except (TypeError, AttributeError) as error:
        return type(error)


def _set(record: Any, name: str) -> None:
    setattr(record, name, 9)


BEHAVIOUR: dict[str, Callable[[type[Any]], Any]] = {
    "positions": lambda cls: cls(1, 3),
    "names": lambda cls: cls(x=1, y=3, names=["a"], secret="t").secret,
    "defaults": lambda cls: cls(x=1),
    "missing": lambda cls: cls(),
    "unknown": lambda cls: cls(x=1, z=1),
    "twice": lambda cls: cls(1, x=1),
    "own list each": lambda cls: cls(x=1).names is cls(x=1).names,
    "equal": lambda cls: cls(x=1) == cls(x=1),
    "unequal": lambda cls: cls(x=1) == cls(x=2),
    "other type": lambda cls: cls(x=1) == 1,
    "hashable": lambda cls: len({cls(x=1, names=()), cls(x=1, names=())}),
    "set": lambda cls: _set(cls(x=1), "x"),
    "delete": lambda cls: delattr(cls(x=1), "x"),
    "method": lambda cls: cls(x=1).both,
    "dict": lambda cls: hasattr(cls(x=1), "__dict__"),
    "match": lambda cls: cls.__match_args__,
    "doc": lambda cls: cls.__doc__,
    "class default": lambda cls: isinstance(cls.y, int),
    "copy": lambda cls: copy.copy(cls(x=1)),
    "deep copy": lambda cls: copy.deepcopy(cls(x=1)),
    "std fields": lambda cls: [field.name for field in dataclasses.fields(cls)],
    "std replace": lambda cls: dataclasses.replace(cls(x=1), y=7),
    "std tuple": lambda cls: dataclasses.astuple(cls(x=1)),
    "std asks": lambda cls: (dataclasses.is_dataclass(cls), dataclasses.is_dataclass(cls(x=1))),
}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("behaviour", BEHAVIOUR)
def test_behaves_as_the_standard_library(behaviour: str, options: dict[str, bool]) -> None:
    ask = BEHAVIOUR[behaviour]
    expected = _said(lambda: ask(_point(dataclasses, **options)))
    assert _said(lambda: ask(_point(records, **options))) == expected
    assert _said(lambda: ask(_used(_point(records, **options)))) == expected


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_replace_makes_a_changed_copy(options: dict[str, bool]) -> None:
    given = _point(records, **options)(x=1, names=["a"])
    changed = records.replace(given, y=5)
    assert (changed.x, changed.y, changed.names, given.y) == (1, 5, ["a"], 2)
    with pytest.raises(TypeError):
        records.replace(given, z=1)


@pytest.mark.parametrize("slots", [False, True])
def test_nothing_is_added_to_a_frozen_object(slots: bool) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="unknown"):
        _point(records, frozen=True, slots=slots)(x=1).unknown = 9


@records.dataclass(frozen=True, slots=True)
class Slotted:
    x: int
    y: tuple[int, ...] = ()


@records.dataclass(frozen=True, kw_only=True)
class Base:
    x: int = 1
    y: int = 2

    @cached_property
    def both(self) -> int:
        return self.x + self.y


@records.dataclass(frozen=True, kw_only=True)
class Derived(Base):
    y: int = 3
    z: int


@records.dataclass(frozen=True)
class Own:
    """Methods of one's own stay."""

    x: int

    def __repr__(self) -> str:
        return "mine"


@records.dataclass(frozen=True, slots=True)
class Nothing:
    pass


@pytest.mark.parametrize("given", [Slotted(1, (2,)), Derived(z=4), Own(1), Nothing()], ids=lambda given: type(given).__name__)
def test_travels_to_another_process(given: object) -> None:
    assert pickle.loads(pickle.dumps(given)) == given


def test_inherits_fields_and_replaces_defaults() -> None:
    assert repr(Derived(z=4)) == "Derived(x=1, y=3, z=4)"
    assert Derived(z=4).both == 4
    assert (repr(Own(1)), repr(Nothing())) == ("mine", "Nothing()")
    assert Base() != Derived(z=1)


def _pair() -> Any:
    class Pair(records.NamedTuple):
        """Two."""

        x: int
        y: str = "b"

        @property
        def both(self) -> str:
            return f"{self.x}{self.y}"

    return Pair


TUPLES: dict[str, Callable[[Any], Any]] = {
    "positions": lambda cls: cls(1, "c"),
    "names": lambda cls: cls(y="c", x=1),
    "defaults": lambda cls: cls(1),
    "missing": lambda cls: cls(),
    "too many": lambda cls: cls(1, "b", 2),
    "unknown": lambda cls: cls(1, z=2),
    "fields": lambda cls: (cls(1).x, cls(1).y, cls(1).both),
    "of the class": lambda cls: (cls._fields, cls.__doc__, cls.__name__, cls.__match_args__),
    "set": lambda cls: setattr(cls(1), "x", 2),
    "add": lambda cls: setattr(cls(1), "z", 2),
    "a tuple": lambda cls: (cls(1) == (1, "b"), hash(cls(1)) == hash((1, "b")), cls(1)[1], [*cls(1)]),
    "order": lambda cls: sorted([cls(2), cls(1, "c"), cls(1)]),
    "make": lambda cls: cls._make([1, "c"]),
    "make wrongly": lambda cls: cls._make([]),
    "as dict": lambda cls: cls(1)._asdict(),
    "replace": lambda cls: cls(1)._replace(y="c"),
    "copy": lambda cls: copy.deepcopy(cls(1)),
}


@pytest.mark.parametrize("behaviour", TUPLES)
def test_named_tuples_behave_as_the_standard_library(behaviour: str) -> None:
    ask = TUPLES[behaviour]
    assert _said(lambda: ask(_pair())) == _said(lambda: ask(_typed_pair()))


def _typed_pair() -> Any:
    class Pair(NamedTuple):
        """Two."""

        x: int
        y: str = "b"

        @property
        def both(self) -> str:
            return f"{self.x}{self.y}"

    return Pair


def test_the_first_named_tuple_may_name_a_field_as_our_own_parameters() -> None:
    class Thing(records.NamedTuple):
        kind: str
        self: str

    assert Thing(kind="a", self="b")._asdict() == {"kind": "a", "self": "b"}
    assert Thing(kind="a", self="b")._replace(self="c") == ("a", "c")


class Key(records.NamedTuple):
    group: str
    name: str = ""


def test_a_named_tuple_travels_to_another_process() -> None:
    there = pickle.loads(pickle.dumps(Key("apps", "web")))
    assert (there, type(there), there.name) == (("apps", "web"), Key, "web")
