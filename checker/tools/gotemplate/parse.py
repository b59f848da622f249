"""Tokens -> the tree of a template: text, actions and control structures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from checker.model.records import dataclass, field
from checker.tools.gotemplate.errors import TemplateFailed
from checker.tools.gotemplate.lex import Piece, Token, pieces

MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Nil:
    pass


@dataclass(frozen=True, slots=True)
class Chain:
    """Fields of an operand; `start` None is the dot."""

    start: Operand | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    name: str


@dataclass(frozen=True, slots=True)
class Function:
    name: str


@dataclass(frozen=True, slots=True)
class Pipe:
    """Commands, each the first argument and its further ones; `names` are variables that get the value."""

    commands: tuple[tuple[Operand, ...], ...]
    names: tuple[str, ...] = ()
    is_assignment: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """if, with, range, or an action (kind `do`)."""

    kind: str
    pipe: Pipe
    body: tuple[Node, ...] = ()
    otherwise: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    pipe: Pipe | None


@dataclass(frozen=True, slots=True)
class Jump:
    """break or continue."""

    kind: str


Operand: TypeAlias = "Literal | Nil | Chain | Variable | Function | Pipe"
Node: TypeAlias = "str | Block | Call | Jump"
KEYWORDS = frozenset({"if", "else", "end", "range", "with", "define", "template", "block", "break", "continue"})


@dataclass(slots=True)
class Parsed:
    root: tuple[Node, ...] = ()
    named: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)


def parse_template(text: str) -> Parsed:
    parser = _Parser(list(pieces(text)))
    parser.parsed.root, stop = parser.nodes(0)
    if stop is not None:
        raise TemplateFailed(f"unexpected {{{{{stop[0].text}}}}}")
    return parser.parsed


class _Parser:
    def __init__(self, found: list[Piece]) -> None:
        self.pieces = found
        self.at = 0
        self.parsed = Parsed()
        self.variables = ["$"]
        self.ranges = 0

    def nodes(self, depth: int) -> tuple[tuple[Node, ...], tuple[Token, ...] | None]:
        """Nodes up to an end or else, which is returned."""
        if depth > MAX_DEPTH:
            raise TemplateFailed("nested too deeply")
        found: list[Node] = []
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self.at += 1
            if piece.tokens is None:
                if piece.text:
                    found.append(piece.text)
                continue
            word = piece.tokens[0].text if piece.tokens and piece.tokens[0].type == "word" else ""
            if word in ("end", "else"):
                return tuple(found), piece.tokens
            if word == "define" and depth:
                raise TemplateFailed("unexpected {{define}} inside another action")
            node = self.action(word, piece.tokens, depth)
            if node is not None:
                found.append(node)
        return tuple(found), None

    def action(self, word: str, tokens: tuple[Token, ...], depth: int) -> Node | None:
        if word in ("if", "with", "range"):
            return self.control(word, tokens[1:], depth)
        if word in ("break", "continue"):
            if not self.ranges:
                raise TemplateFailed(f"{word} outside of range")
            return Jump(word)
        if word == "define":
            self.define(_name(tokens), self.until_end(depth))
            return None
        if word in ("template", "block"):
            pipe = self.pipe(tokens[2:]) if len(tokens) > 2 else None
            if word == "block":
                self.define(_name(tokens), self.until_end(depth))
            return Call(_name(tokens), pipe)
        return Block("do", self.pipe(tokens))

    def define(self, name: str, body: tuple[Node, ...]) -> None:
        """What is empty defines nothing where there is something already."""
        known = self.parsed.named.get(name)
        if known is not None and not _is_empty(known) and not _is_empty(body):
            raise TemplateFailed(f"multiple definition of template {name!r}")
        if known is None or _is_empty(known):
            self.parsed.named[name] = body

    def until_end(self, depth: int) -> tuple[Node, ...]:
        outside = self.variables, self.ranges
        self.variables, self.ranges = ["$"], 0
        body, stop = self.nodes(depth + 1)
        self.variables, self.ranges = outside
        if stop is None or stop[0].text != "end":
            raise TemplateFailed("a definition has no {{end}}")
        return body

    def control(self, kind: str, tokens: tuple[Token, ...], depth: int) -> Block:
        """Variables of its pipeline and its branches end with it."""
        known = len(self.variables)
        block = self.branches(kind, tokens, depth)
        del self.variables[known:]
        return block

    def branches(self, kind: str, tokens: tuple[Token, ...], depth: int) -> Block:
        pipe = self.pipe(tokens, is_range=kind == "range")
        self.ranges += kind == "range"
        body, stop = self.nodes(depth + 1)
        self.ranges -= kind == "range"
        if stop is None:
            raise TemplateFailed(f"{{{{{kind}}}}} has no {{{{end}}}}")
        if stop[0].text == "end":
            return Block(kind, pipe, body)
        if len(stop) > 1:
            if stop[1].text not in ("if", "with") or (kind, stop[1].text) not in (("if", "if"), ("with", "with")):
                raise TemplateFailed(f"unexpected {stop[1].text} after else")
            return Block(kind, pipe, body, (self.control(stop[1].text, stop[2:], depth + 1),))
        otherwise, stop = self.nodes(depth + 1)
        if stop is None or stop[0].text != "end":
            raise TemplateFailed(f"{{{{{kind}}}}} has no {{{{end}}}}")
        return Block(kind, pipe, body, otherwise)

    def pipe(self, tokens: Sequence[Token], *, is_range: bool = False) -> Pipe:
        pipe, rest = self.commands(tokens, 0, is_range=is_range)
        if rest:
            raise TemplateFailed(f"unexpected {rest[0].text} in an action")
        return pipe

    def commands(self, tokens: Sequence[Token], depth: int, *, is_range: bool = False) -> tuple[Pipe, Sequence[Token]]:
        if depth > MAX_DEPTH:
            raise TemplateFailed("nested too deeply")
        names, assigns, tokens = _declared(tokens, is_range)
        self.variables += names
        commands: list[tuple[Operand, ...]] = []
        operands: list[Operand] = []
        while True:
            if not tokens or tokens[0].text == ")" or tokens[0].text == "|":
                if not operands:
                    raise TemplateFailed("an action or pipeline has no value")
                commands.append(tuple(operands))
                operands = []
                if not tokens or tokens[0].text == ")":
                    return Pipe(tuple(commands), names, assigns), tokens
                tokens = tokens[1:]
                continue
            operand, tokens = self.operand(tokens, depth)
            operands.append(operand)

    def operand(self, tokens: Sequence[Token], depth: int) -> tuple[Operand, Sequence[Token]]:
        token, rest = tokens[0], tokens[1:]
        start: Operand | None
        fields: list[str] = []
        if token.text == "(" and token.type == "sign":
            start, rest = self.commands(rest, depth + 1)
            if not rest:
                raise TemplateFailed("unclosed left paren")
            rest = rest[1:]
        elif token.type == "field":
            start = None
            fields.append(token.text[1:])
        else:
            start = self.simple(token)
        while rest and rest[0].type == "field" and not rest[0].spaced:
            if isinstance(start, Literal | Nil):
                raise TemplateFailed(f"unexpected {rest[0].text} after a literal")
            fields.append(rest[0].text[1:])
            rest = rest[1:]
        if not fields and start is not None:
            return start, rest
        return Chain(start, tuple(fields)), rest

    def simple(self, token: Token) -> Operand | None:
        match token.type:
            case "dot":
                return Chain(None, ())
            case "variable":
                if token.text not in self.variables:
                    raise TemplateFailed(f"undefined variable {token.text}")
                return Variable(token.text)
            case "word" if token.text in ("true", "false"):
                return Literal(token.text == "true")
            case "word" if token.text == "nil":
                return Nil()
            case "word" if token.text not in KEYWORDS:
                self.parsed.functions.add(token.text)
                return Function(token.text)
            case "string" | "raw" | "char" | "number":
                return Literal(_constant(token))
            case _:
                pass
        raise TemplateFailed(f"unexpected {token.text!r} in an action")


def _is_empty(body: tuple[Node, ...]) -> bool:
    return all(isinstance(node, str) and not node.strip(" \t\r\n") for node in body)


def _declared(tokens: Sequence[Token], is_range: bool) -> tuple[tuple[str, ...], bool, Sequence[Token]]:
    """`$x :=`, `$x =`, and `$i, $x :=` for range."""
    if len(tokens) > 1 and tokens[0].type == "variable" and tokens[1].text in (":=", "="):
        return (tokens[0].text,), tokens[1].text == "=", tokens[2:]
    has_two = is_range and len(tokens) > 3 and [token.type for token in tokens[:3]] == ["variable", "sign", "variable"]
    if has_two and tokens[1].text == "," and tokens[3].text in (":=", "="):
        return (tokens[0].text, tokens[2].text), tokens[3].text == "=", tokens[4:]
    return (), False, tokens


def _name(tokens: tuple[Token, ...]) -> str:
    if len(tokens) < 2 or tokens[1].type not in ("string", "raw"):
        raise TemplateFailed(f"{tokens[0].text} needs a name in quotes")
    return str(_constant(tokens[1]))


def _constant(token: Token) -> Any:
    if token.type == "raw":
        return token.text[1:-1]
    if token.type == "number":
        return _number(token.text)
    value = _unquoted(token.text[1:-1])
    return ord(value) if token.type == "char" else value


def _number(text: str) -> int | float:
    plain = text.replace("_", "")
    try:
        if re.fullmatch(r"[+-]?0[0-7]+", plain):
            return int(plain, 8)
        return int(plain, 0) if not re.search(r"[.eE]", plain) or plain.lower().lstrip("+-").startswith("0x") else float(plain)
    except ValueError as error:
        raise TemplateFailed(f"bad number {text}") from error


_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'"}


def _unquoted(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] in _SIMPLE:
            return _SIMPLE[code[0]]
        if len(code) == 1 or not code[1:]:
            raise TemplateFailed(f"bad escape \\{code} in a text")
        return chr(int(code[1:], 16)) if code[0] in "xuU" else chr(int(code, 8))

    return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", one, text)
