"""A CEL expression as Kubernetes reads it -> as the library reads it: names with a dot, optional fields, the length of a text.

What the library gets wrong or cannot parse and we can do is rewritten token by token; the rest it refuses itself, by name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)|(?P<string>[bB]?[rR]?(?:\"{3}.*?\"{3}|'{3}.*?'{3})|[rR][bB]?(?:"[^"\n]*"|'[^'\n]*')"""
    r"""|[bB]?(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|(?P<number>\d[\w.]*(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*|`[^`\n]+`)"""
    r"""|(?P<sign>\.\?|\[\?|\{\?|&&|\|\||==|!=|<=|>=|.)""",
    re.DOTALL,
)
_FAMILIES = frozenset({"ip", "sets", "format"})
_RENAMED = {"size": "kubernetes_size", "string": "kubernetes_string"}
_OPENING = {"(": ")", "[": "]", "{": "}", "[?": "]", "{?": "}"}


class UnreadableError(ValueError):
    """The expression is of a form that is not read here."""


def adapted(expression: str) -> tuple[str, frozenset[str]]:
    """The expression for the library, and the names in it that are called. Raises UnreadableError."""
    tokens = _tokens(expression)
    text = "".join(_primary(tokens))
    return text, frozenset(re.findall(r"([A-Za-z_]\w*)\s*\(", text))


def _tokens(expression: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(expression):
        kind = match.lastgroup or ""
        if kind != "space":
            found.append((kind, match[0]))
        elif found and found[-1][0] != "space":
            found.append((kind, " "))
    return found


def _primary(tokens: Sequence[tuple[str, str]]) -> list[str]:
    """Everything between two brackets: operands with what hangs on them, operators as they are."""
    out: list[str] = []
    index = 0
    while index < len(tokens):
        kind, text = tokens[index]
        if kind in ("name", "string", "number") or text in ("(", "[", "{"):
            operand, index = _operand(tokens, index)
            out.append(operand)
            continue
        if text in ("[?", "{?"):
            raise UnreadableError("it has optional elements, which are not read here")
        out.append(text)
        index += 1
    return out


def _operand(tokens: Sequence[tuple[str, str]], index: int) -> tuple[str, int]:
    """A value and the selections, indexes and calls that follow it; after one `.?` all selections are optional."""
    kind, text = tokens[index]
    if text in ("(", "[", "{"):
        inside, index = _bracket(tokens, index)
        value = inside
    else:
        value, index = text, index + 1
        family = text in _FAMILIES and index + 1 < len(tokens) and tokens[index][1] == "." and tokens[index + 1][0] == "name"
        if family:
            value, index = f"kubernetes_{text}_{tokens[index + 1][1]}", index + 2
        if text == "cel" and index < len(tokens) and tokens[index][1] == ".":
            raise UnreadableError("it uses cel.bind, which is not known here")
        if kind == "name" and index < len(tokens) and tokens[index][1] == "(":
            inside, index = _bracket(tokens, index)
            value = f"{_RENAMED.get(value, value)}{inside}"
    return _followed(tokens, index, value)


def _followed(tokens: Sequence[tuple[str, str]], index: int, value: str) -> tuple[str, int]:
    optional = False
    while index < len(tokens):
        ahead = index + (tokens[index][0] == "space")
        text = tokens[ahead][1] if ahead < len(tokens) else ""
        if text in (".", ".?"):
            after = ahead + 1 + (ahead + 1 < len(tokens) and tokens[ahead + 1][0] == "space")
            name = tokens[after][1] if after < len(tokens) else ""
            called = after + 1 < len(tokens) and tokens[after + 1][1] == "("
            if called and text == ".":
                inside, index = _bracket(tokens, after + 1)
                optional = optional and name in ("or", "optMap", "optFlatMap")
                value = f"{value}.{_RENAMED.get(name, name)}{inside}"
                continue
            optional = optional or text == ".?"
            value, index = _selected(value, name, optional=optional), after + 1
        elif text in ("[", "[?"):
            optional = optional or text == "[?"
            inside, index = _bracket(tokens, ahead)
            value = f"kubernetes_select({value}, {inside[1:-1]})" if optional else f"{value}{inside}"
        else:
            break
    return value, index


def _selected(value: str, name: str, *, optional: bool) -> str:
    """`__namespace__` and `a__dot__b` are how CEL names fields that are no identifiers; a name in backticks is such a field too."""
    plain = name.strip("`")
    if optional:
        return f'kubernetes_select({value}, "{plain}")'
    return f'{value}["{plain}"]' if name.startswith("`") else f"{value}.{plain}"


def _bracket(tokens: Sequence[tuple[str, str]], opening: int) -> tuple[str, int]:
    """The text between a bracket and its partner, adapted, with both; and what follows."""
    depth, index = 0, opening
    while index < len(tokens):
        if tokens[index][1] in _OPENING and tokens[index][0] == "sign":
            depth += 1
        elif tokens[index][1] in (")", "]", "}") and tokens[index][0] == "sign":
            depth -= 1
            if not depth:
                inside = "".join(_primary(tokens[opening + 1 : index]))
                return f"{tokens[opening][1][0]}{inside}{tokens[index][1]}", index + 1
        index += 1
    raise UnreadableError("its brackets do not match")
