"""`dataclass`, `field`, `replace` and `NamedTuple` of the standard library, except that nothing is made before it is needed.

A run loads a hundred such classes and makes objects of a few, while the standard library compiles the methods of each as
text: half a millisecond a class, beside the ten that `dataclasses` itself takes to load. Here `__init__` is compiled when a
class has made a few objects without, and the other methods are plain functions. What the program does not use
(`__post_init__`, InitVar, ClassVar, KW_ONLY, order) is left out. To type checkers these are the standard library's own, and
its functions take our classes.
"""

from __future__ import annotations

from operator import attrgetter, itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from dataclasses import dataclass, field, replace
    from typing import Any, NamedTuple, TypeAlias

    __all__ = ["NamedTuple", "dataclass", "field", "replace"]

BY_HAND = 20
"""Objects of a class that are made before `__init__` is compiled: most classes of a run have fewer."""
_NONE: Any = object()


class _Field:
    """What a class says of a field beside its name and type."""

    __slots__ = ("default", "factory", "kw_only", "shown")

    def __init__(self, default: Any = _NONE, factory: Any = _NONE, *, shown: bool = True) -> None:
        self.default = default
        self.factory = factory
        self.shown = shown
        self.kw_only = False


_Fields: TypeAlias = "Mapping[str, _Field]"


def _field(*, default: Any = _NONE, default_factory: Any = _NONE, repr: bool = True) -> Any:  # noqa: A002 - as there
    return _Field(default, default_factory, shown=repr)


def _replace(record: Any, /, **changes: Any) -> Any:
    kind = type(record)
    for name in kind.__record_fields__:
        if name not in changes:
            changes[name] = getattr(record, name)
    return kind(**changes)


def field_names(kind: type) -> tuple[str, ...]:
    """Of a class made here, in their order; empty for any other."""
    return tuple(getattr(kind, "__record_fields__", ()))


def _dataclass(cls: type | None = None, /, **options: bool) -> Any:
    return (lambda cls: _made(cls, **options)) if cls is None else _made(cls)


def _made(cls: Any, *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True) -> Any:
    own = {name: _own(cls.__dict__.get(name, _NONE), kw_only) for name in cls.__annotations__}
    fields = {name: told for base in cls.__mro__[:0:-1] for name, told in base.__dict__.get("__record_fields__", {}).items()} | own

    made = 0

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 - makes the real one where it pays
        nonlocal made
        made += 1
        if made <= BY_HAND:
            _fill(self, fields, values, named)
        else:
            cls.__init__ = _initializer(cls, fields, frozen=frozen, slots=slots)
            cls.__init__(self, *values, **named)

    methods = {"__init__": __init__, **_methods(fields, frozen=frozen, slots=slots, eq=eq)}
    if not slots:
        _add_to(cls, {name: method for name, method in methods.items() if name not in cls.__dict__}, own)
        return cls
    body = {**methods, **cls.__dict__, "__slots__": tuple(own)}
    for name in (*own, "__dict__", "__weakref__"):
        body.pop(name, None)
    qualified = cls.__qualname__
    cls = type(cls)(cls.__name__, cls.__bases__, body)
    cls.__qualname__ = qualified
    return cls


def _add_to(cls: type, methods: Mapping[str, Any], fields: _Fields) -> None:
    for name, method in methods.items():
        setattr(cls, name, method)
    for name, told in fields.items():
        if told.default is not _NONE:
            setattr(cls, name, told.default)
        elif name in cls.__dict__:
            delattr(cls, name)


def _own(given: Any, kw_only: bool) -> _Field:
    found = given if isinstance(given, _Field) else _Field(given)
    found.kw_only = kw_only
    return found


def _methods(fields: _Fields, *, frozen: bool, slots: bool, eq: bool) -> dict[str, Any]:
    values: Callable[[Any], Any] = attrgetter(*fields) if fields else lambda _record: ()
    methods: dict[str, Any] = {
        "__record_fields__": fields,
        "__dataclass_fields__": _STANDARD_FIELDS,
        "__match_args__": tuple(name for name, told in fields.items() if not told.kw_only),
        "__repr__": _repr,
    }
    if eq:
        methods["__eq__"] = lambda self, other: values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented
        methods["__hash__"] = (lambda self: hash(values(self))) if frozen else None
    if frozen:
        methods["__setattr__"] = methods["__delattr__"] = _refuse
        if slots:
            methods["__getstate__"], methods["__setstate__"] = _state, _set_state
    return methods


def _fill(record: Any, fields: _Fields, values: Sequence[Any], named: Mapping[str, Any]) -> None:
    """What a compiled `__init__` does, slower: to compile one takes as long as to do this twenty times."""
    placed = [name for name, told in fields.items() if not told.kw_only]
    given = {**dict(zip(placed, values, strict=False)), **named}
    if len(values) > len(placed) or len(given) < len(values) + len(named) or not given.keys() <= fields.keys():
        raise TypeError(f"{type(record).__qualname__}.__init__() does not take these arguments: {len(values)} and {', '.join(named)}")
    for name, told in fields.items():
        if name in given:
            value = given[name]
        elif told.factory is not _NONE:
            value = told.factory()
        elif told.default is not _NONE:
            value = told.default
        else:
            raise TypeError(f"{type(record).__qualname__}.__init__() is missing the argument {name!r}")
        object.__setattr__(record, name, value)


def _initializer(cls: type, fields: _Fields, *, frozen: bool, slots: bool) -> Callable[..., None]:
    """`__init__` as somebody would write it by hand; of a frozen class past its refusal, by the shortest way there is."""
    scope: dict[str, Any] = {"_none": _NONE}
    placed: list[str] = []
    named: list[str] = []
    lines: list[str] = []
    for name, told in fields.items():
        parameter = value = name
        if told.factory is not _NONE:
            scope[f"_make_{name}"] = told.factory
            parameter, value = f"{name}=_none", f"_make_{name}() if {name} is _none else {name}"
        elif told.default is not _NONE:
            scope[f"_default_{name}"] = told.default
            parameter = f"{name}=_default_{name}"
        (named if told.kw_only else placed).append(parameter)
        if frozen and slots:
            scope[f"_set_{name}"] = getattr(cls, name).__set__
            lines.append(f" _set_{name}(self, {value})")
        else:
            lines.append(f" _values[{name!r}] = {value}" if frozen else f" self.{name} = {value}")
    if frozen and not slots:
        lines.insert(0, " _values = self.__dict__")
    parameters = ", ".join(("self", *placed, *(("*", *named) if named else ())))
    exec(f"def __init__({parameters}):\n" + ("\n".join(lines) or " pass"), scope)  # noqa: S102 - of the names of our own fields
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name, told in self.__record_fields__.items() if told.shown)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(_self: Any, name: str, *_value: Any) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__record_fields__]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__record_fields__, state, strict=True):
        object.__setattr__(self, name, value)


class _StandardFields:
    """The fields as `dataclasses.fields` and its like want them, when they ask."""

    def __get__(self, _record: Any, cls: Any) -> Any:
        import dataclasses

        made: Any = dataclasses.make_dataclass(cls.__name__, list(cls.__record_fields__))
        cls.__dataclass_fields__ = made.__dataclass_fields__
        return made.__dataclass_fields__


class _Tuples(type):
    """The class of named tuples: what one of them needs is made for its first instance."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        fields = tuple(body.get("__annotations__", ()))
        defaults = {field: body.pop(field) for field in fields if field in body}

        def __new__(kind: Any, /, *values: Any, **named: Any) -> Any:  # noqa: N807 - as __init__ above
            for number, field in enumerate(fields):
                setattr(made, field, property(itemgetter(number)))
            made.__new__ = _constructor(fields, defaults)
            return made.__new__(kind, *values, **named)

        slots = {"__slots__": (), "__match_args__": fields, "_fields": fields}
        made: Any = type.__new__(cls, name, bases, {**body, **slots, **({"__new__": __new__} if fields else {})})
        return made


def _constructor(fields: Sequence[str], defaults: Mapping[str, Any]) -> Any:
    scope: dict[str, Any] = {f"_default_{field}": value for field, value in defaults.items()} | {"_new": tuple.__new__}
    parameters = ", ".join(f"{field}=_default_{field}" if field in defaults else field for field in fields)
    exec(f"def __new__(_kind, {parameters}):\n return _new(_kind, ({', '.join(fields)},))", scope)  # noqa: S102 - as above
    return scope["__new__"]


class _NamedTuple(tuple["Any", ...], metaclass=_Tuples):
    _fields: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, self, strict=True))})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    @classmethod
    def _make(cls, values: Iterable[Any]) -> Any:
        return cls(*values)

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, /, **changes: Any) -> Any:
        return type(self)(**{**self._asdict(), **changes})


_STANDARD_FIELDS = _StandardFields()
if not TYPE_CHECKING:
    NamedTuple, dataclass, field, replace = _NamedTuple, _dataclass, _field, _replace
