"""argv as nearly everybody writes it, by the same table as argparse, which takes longer to load than a file to check.

Options by their whole names, a value in the next word or after `=`, positional words in one place. Every other line (help,
short forms run together, abbreviations, whatever is wrong) is left to argparse.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from checker.cli.arguments import Adder, Arguments


def read(adders: Iterable[Adder], words: Sequence[str], arguments: Arguments) -> bool:
    """Sets what the words say. False, with nothing set, where argparse has to read them."""
    table = _Table()
    for add in adders:
        add(table)
    try:
        said = _read(table, words)
    except _Odd:
        return False
    for place, value in said.items():
        setattr(arguments, place, value)
    return True


class _Odd(Exception):
    """Not a line that is read here."""


class _Option:
    def __init__(self, names: Sequence[str], rivals: object, told: dict[str, Any]) -> None:
        long = next((name for name in names if name.startswith("--")), names[0])
        self.place: str = told.get("dest", long.lstrip("-").replace("-", "_"))
        self.rivals = rivals
        self.action: str = told.get("action", "store")
        self.number: str | None = told.get("nargs")
        self.default: Any = told.get("default")
        self._choices: Sequence[str] | None = told.get("choices")
        self._type: Any = told.get("type", str)

    def value(self, word: str) -> Any:
        try:
            value = self._type(word)
        except Exception as error:
            raise _Odd from error
        if self._choices is not None and value not in self._choices:
            raise _Odd
        return value


class _Table:
    """What options are added to, as to a parser of argparse; a group of options that exclude each other shares the tables."""

    def __init__(self, whole: _Table | None = None) -> None:
        self.options: dict[str, _Option] = whole.options if whole else {}
        self.positional: list[_Option] = whole.positional if whole else []
        self._rivals = self if whole else None

    def add_argument_group(self, *_told: str) -> _Table:
        return self

    def add_mutually_exclusive_group(self) -> _Table:
        return _Table(self)

    def add_argument(self, *names: str, **told: Any) -> None:
        option = _Option(names, self._rivals, told)
        if not names[0].startswith("-"):
            self.positional.append(option)
            return
        for name in names:
            self.options[name] = option
            if option.action == "boolean":
                self.options[f"--no-{name[2:]}"] = option


def _read(table: _Table, words: Sequence[str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    met: dict[object, _Option] = {}
    placed: list[str] = []
    closed = False
    ahead = iter(words)
    for word in ahead:
        if _is_positional(word):
            if closed:
                raise _Odd
            placed.append(word)
            continue
        closed = bool(placed)
        name, equals, value = word.partition("=")
        option = table.options.get(name)
        if option is None or option.number is not None or (equals and not name.startswith("--")):
            raise _Odd
        if option.rivals is not None and met.setdefault(option.rivals, option) is not option:
            raise _Odd
        said[option.place] = _value(option, name, value if equals else None, ahead, said.get(option.place, ()))
    return {**said, **_in_their_places(table.positional, placed)}


def _is_positional(word: str) -> bool:
    return not word.startswith("-") or word == "-"


def _value(option: _Option, name: str, value: str | None, ahead: Iterator[str], before: Sequence[Any]) -> Any:
    if option.action in ("store_true", "boolean"):
        if value is not None:
            raise _Odd
        return option.action == "store_true" or not name.startswith("--no-")
    word = next(ahead, "--") if value is None else value
    if value is None and not _is_positional(word):
        raise _Odd
    return [*before, option.value(word)] if option.action == "append" else option.value(word)


def _in_their_places(options: Iterable[_Option], words: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for option in options:
        if option.number == "*":
            said[option.place], words = [option.value(word) for word in words], []
        elif words:
            said[option.place], words = option.value(words[0]), words[1:]
        elif option.number == "?":
            said[option.place] = option.default
        else:
            raise _Odd
    if words:
        raise _Odd
    return said
