"""A parsed template and data -> text, by the rules of text/template's exec.go. Steps and output are limited."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from checker.model.records import dataclass
from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.parse import (
    Block,
    Call,
    Chain,
    Function,
    Jump,
    Literal,
    Nil,
    Node,
    Operand,
    Parsed,
    Pipe,
    Variable,
    parse_template,
)
from checker.tools.gotemplate.values import MAX_TEXT, MISSING, TextMap, as_text, kind, truth, type_name

MAX_STEPS = 200_000
MAX_CALLS = 100
MISSING_KEYS = ("default", "invalid", "zero", "error")


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Template:
    """Ready to be rendered any number of times."""

    parsed: Parsed

    def render(self, data: Any, *, missing_key: str = "default") -> str:
        """`data` is a Go value (see `go_value`). Raises TemplateFailed, TemplateUnsupported."""
        run = _Run(self.parsed, missing_key)
        data = copy.deepcopy(data)
        try:
            run.nodes(self.parsed.root, data, _Scope({"$": data}))
        except RecursionError:
            raise TemplateFailed("nested too deeply") from None
        except (_Break, _Continue):
            raise TemplateFailed("break or continue outside of range") from None
        return "".join(run.out)


def parse(text: str) -> Template:
    """Raises TemplateFailed for bad syntax and TemplateUnsupported for functions that are not done here."""
    from checker.tools.gotemplate.functions import FUNCTIONS, KNOWN_ELSEWHERE

    parsed = parse_template(text)
    for name in sorted(parsed.functions):
        if name in KNOWN_ELSEWHERE:
            raise TemplateUnsupported(f"the template function {name} is not supported")
        if name not in FUNCTIONS:
            raise TemplateFailed(f"function {name!r} is not defined")
    return Template(parsed)


class _Scope:
    """Variables, innermost last."""

    def __init__(self, names: dict[str, Any], above: _Scope | None = None) -> None:
        self.names = names
        self.above = above

    def get(self, name: str) -> Any:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.above
        raise TemplateFailed(f"undefined variable {name}")

    def assign(self, name: str, value: Any) -> None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.names:
                scope.names[name] = value
                return
            scope = scope.above
        raise TemplateFailed(f"undefined variable {name}")


class _Run:
    def __init__(self, parsed: Parsed, missing_key: str) -> None:
        self.parsed = parsed
        self.missing_key = missing_key
        self.out: list[str] = []
        self.size = 0
        self.steps = 0
        self.calls = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TemplateFailed("the template takes too many steps")

    def write(self, text: str) -> None:
        self.size += len(text)
        if self.size > MAX_TEXT:
            raise TemplateFailed("the template prints more than 1 MB")
        self.out.append(text)

    def nodes(self, nodes: tuple[Node, ...], dot: Any, scope: _Scope) -> None:
        for node in nodes:
            self.step()
            match node:
                case str():
                    self.write(node)
                case Block(kind="do"):
                    value = self.pipe(node.pipe, dot, scope)
                    if not node.pipe.names:
                        self.write(as_text(value))
                case Block(kind="range"):
                    self.range(node, dot, scope)
                case Block():
                    inner = _Scope({}, scope)
                    value = self.pipe(node.pipe, dot, inner)
                    chosen = truth(value)
                    self.nodes(node.body if chosen else node.otherwise, value if chosen and node.kind == "with" else dot, inner)
                case Call():
                    self.call(node, dot, scope)
                case Jump():
                    raise _Break if node.kind == "break" else _Continue

    def call(self, node: Call, dot: Any, scope: _Scope) -> None:
        if node.name not in self.parsed.named:
            raise TemplateFailed(f"template {node.name!r} is not defined")
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise TemplateFailed("templates call each other too often")
        value = None if node.pipe is None else self.pipe(node.pipe, dot, scope)
        self.nodes(self.parsed.named[node.name], value, _Scope({"$": value}))

    def range(self, node: Block, dot: Any, scope: _Scope) -> None:
        inner = _Scope({}, scope)
        bare = Pipe(node.pipe.commands)
        value = self.pipe(bare, dot, inner)
        items = list(_items(value))
        names = node.pipe.names
        if len(names) == 2 and isinstance(value, int):
            raise TemplateFailed(f"can't use {value} to iterate over more than one variable")
        for key, value in items:
            self.step()
            bound = dict(zip(names, (key, value) if len(names) == 2 else (value,), strict=True)) if names else {}
            if node.pipe.is_assignment:
                for name, assigned in bound.items():
                    inner.assign(name, assigned)
            try:
                self.nodes(node.body, value, _Scope({} if node.pipe.is_assignment else bound, inner))
            except _Break:
                break
            except _Continue:
                continue
        if not items:
            self.nodes(node.otherwise, dot, inner)

    def pipe(self, pipe: Pipe, dot: Any, scope: _Scope) -> Any:
        self.step()
        value: Any = None
        for number, command in enumerate(pipe.commands):
            value = self.command(command, dot, scope, [value] if number else [])
            value = MISSING if value is None else value  # Go's pipelines tell nil and nothing no more apart
        for name in pipe.names:
            if pipe.is_assignment:
                scope.assign(name, value)
            else:
                scope.names[name] = value
        return value

    def command(self, command: tuple[Operand, ...], dot: Any, scope: _Scope, final: list[Any]) -> Any:
        first = command[0]
        if isinstance(first, Function):
            return self.function(first.name, command[1:], dot, scope, final)
        if len(command) > 1 or final:
            raise TemplateFailed("can't give arguments to what is no function")
        if isinstance(first, Nil):
            raise TemplateFailed("nil is not a command")
        return self.operand(first, dot, scope)

    def operand(self, operand: Operand, dot: Any, scope: _Scope) -> Any:
        match operand:
            case Literal():
                return operand.value
            case Nil():
                return MISSING
            case Variable():
                return scope.get(operand.name)
            case Function():
                return self.function(operand.name, (), dot, scope, [])
            case Pipe():
                return self.pipe(operand, dot, _Scope({}, scope))
            case Chain():
                value = dot if operand.start is None else self.operand(operand.start, dot, scope)
                for name in operand.fields:
                    value = self.field(value, name)
                return value

    def field(self, value: Any, name: str) -> Any:
        if value is MISSING:
            if self.missing_key == "error":
                raise TemplateFailed(f"nil data; no entry for key {name!r}")
            return MISSING
        if isinstance(value, Mapping):
            if name in value:
                return value[name]
            if self.missing_key == "error":
                raise TemplateFailed(f"map has no entry for key {name!r}")
            if self.missing_key != "zero":
                return MISSING
            return "" if isinstance(value, TextMap) else None
        if value is None:
            raise TemplateFailed(f"nil pointer evaluating interface {{}}.{name}")
        raise TemplateFailed(f"can't evaluate field {name} in type {type_name(value)}")

    def function(self, name: str, arguments: tuple[Operand, ...], dot: Any, scope: _Scope, final: list[Any]) -> Any:
        from checker.tools.gotemplate.functions import FUNCTIONS

        if name in ("and", "or"):
            return self.either(name == "or", arguments, dot, scope, final)
        values = [*(self.operand(argument, dot, scope) for argument in arguments), *final]
        function, signature = FUNCTIONS[name]
        return function(*checked(name, signature, values))

    def either(self, stops_at: bool, arguments: tuple[Operand, ...], dot: Any, scope: _Scope, final: list[Any]) -> Any:
        """`and` and `or` look no further than they must."""
        if not arguments and not final:
            raise TemplateFailed("and, or: want at least 1 argument")
        value: Any = None
        for argument in arguments:
            value = self.operand(argument, dot, scope)
            if truth(value) is stops_at:
                return value
        return final[0] if final else value


_PARAMETERS = {"s": ("string",), "i": ("int",), "f": ("float64",), "b": ("bool",), "m": ("map",), "a": ()}


def checked(name: str, signature: str, values: list[Any]) -> list[Any]:
    """Arguments as the function's Go parameters take them: `s`tring, `i`nt, `f`loat, `b`ool, `m`ap, `a`ny; `*` repeats the last."""
    variadic = signature.endswith("*")
    wanted = signature.rstrip("*")
    least = len(wanted) - variadic
    if len(values) < least or (len(values) > least and not variadic):
        raise TemplateFailed(f"wrong number of args for {name}: want {least}, got {len(values)}")
    for number, value in enumerate(values):
        types = _PARAMETERS[wanted[min(number, len(wanted) - 1)]]
        if types and (kind(value) not in types or isinstance(value, TextMap)) and not (types == ("map",) and value is MISSING):
            got = (
                f"wrong type for value; expected {types[0]}; got {type_name(value)}"
                if kind(value) != "invalid"
                else f"invalid value; expected {types[0]}"
            )
            raise TemplateFailed(f"{name}: {got}")
    return [None if value is MISSING else value for value in values]


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from ((key, value[key]) for key in sorted(value))
    elif isinstance(value, list):
        yield from enumerate(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        if value > MAX_STEPS:
            raise TemplateFailed("the template takes too many steps")
        yield from ((number, number) for number in range(value))
    elif value is not None and value is not MISSING:
        raise TemplateFailed(f"range can't iterate over {type_name(value)}")
