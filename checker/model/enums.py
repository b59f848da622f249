"""`Enum`, `IntEnum` and `StrEnum` of the standard library, without what that loads and does for each class.

Members are made once, are found by value (`Mode("warn")`) and by name (`Severity["ERROR"]`), compare and hash as what they are,
and print as there. What the program does not use (aliases, `auto`, flags, `_missing_`) is left out. To type checkers these are
the standard library's own.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import Enum, IntEnum, StrEnum
    from typing import Any

    __all__ = ["Enum", "IntEnum", "StrEnum"]


class _Members(type):
    """The class of enumerations: its instances hold their members."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        values = {word: value for word, value in body.items() if not word.startswith("_") and not hasattr(value, "__get__")}
        made: Any = type.__new__(cls, name, bases, {word: value for word, value in body.items() if word not in values})
        made.__members__ = {}
        made._by_value = {}
        for word, value in values.items():
            member = made.__new__(made) if made.__base__ is _Enum else made.__new__(made, value)
            member.name, member.value = word, value
            made.__members__[word] = made._by_value[value] = made._by_value[member] = member
            setattr(made, word, member)
        return made

    def __call__(cls: Any, value: Any) -> Any:
        try:
            return cls._by_value[value]
        except (KeyError, TypeError):
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}") from None

    def __getitem__(cls: Any, name: str) -> Any:
        return cls.__members__[name]

    def __iter__(cls: Any) -> Iterator[Any]:
        yield from cls.__members__.values()

    def __reversed__(cls: Any) -> Iterator[Any]:
        return iter(list(cls)[::-1])

    def __len__(cls: Any) -> int:
        return len(cls.__members__)


class _Enum(metaclass=_Members):
    name: str
    value: Any

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {self.value!r}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __reduce_ex__(self, _protocol: Any) -> Any:
        return type(self), (self.value,)


class _IntEnum(_Enum, int):
    __str__ = int.__repr__


class _StrEnum(_Enum, str):
    __str__ = str.__str__


if not TYPE_CHECKING:
    Enum, IntEnum, StrEnum = _Enum, _IntEnum, _StrEnum
