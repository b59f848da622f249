"""Rego source made to mean the same to our engine as to OPA, without moving a line.

What goes in is a module as its author wrote it; what comes out is text for the engine and what to warn of. The engine
differs from OPA in a few forms (measured side by side): a line that starts with `(` is taken as a call of the line above;
a second `{...}` body on a set rule is refused; a function fact without a body is lost; arguments inside `not` are not
evaluated before the negation, so that an undefined one makes it true; `sprintf` knows fewer verbs; and what is said of
scopes in `rego_scope`. Columns may shift, lines do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from checker.tools import rego_scope as scope
from checker.tools.rego_heads import headed
from checker.tools.rego_lenient import defined_names, lenient_calls, missing_calls
from checker.tools.rego_tokens import (
    CLOSING,
    COMPARISONS,
    LONGEST,
    OPENING,
    Token,
    is_call,
    literal_end,
    matching,
    on_one_line,
    package_of,
    scan,
    splice,
    statements,
)

_NOT_A_VALUE = frozenset({"some", "in", "not", "if", "else", "with", "as", "every", "contains", "import", "package", "default"})
_RENAMED = {"re_match": "regex.match"}

Edit = tuple[int, int, str]
"""Start and end in the text, and what to put there."""


def names_by_package(texts: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """What the modules of each package define together: a name of one is a name of all."""
    found: dict[str, set[str]] = {}
    for text in texts:
        tokens = scan(text)
        found.setdefault(package_of(tokens), set()).update(defined_names(tokens))
    return {package: frozenset(names) for package, names in found.items()}


def mocked_names(texts: Iterable[str], names: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What modules that are loaded together replace by `with`."""
    replacing = [scan(text) for text in texts if "with" in text]
    return scope.mocked_names((tokens, names.get(package_of(tokens), frozenset())) for tokens in replacing)


def adapted(text: str, names: Mapping[str, frozenset[str]] | None = None, mocks: frozenset[str] = frozenset()) -> str:
    """The module for the engine, the names that its package defines being its own."""
    tokens = scan(text)
    text = splice(text, scope.mocked(tokens, (names or {}).get(package_of(tokens), frozenset()), mocks))
    for step in (
        _renamed,
        scope.gathered,
        scope.imported,
        scope.destructured,
        _separated,
        _facts,
        _unchained,
        scope.declared,
        scope.inner,
        scope.unified,
        headed,
        _hoisted,
        scope.indexed,
        _formatted,
    ):
        edits = step(text, scan(text))
        if edits:
            text = splice(text, edits)
    tokens = scan(text)
    return splice(text, missing_calls(tokens, _taken(tokens, names)))


def lenient(text: str, names: Mapping[str, frozenset[str]] | None = None) -> str:
    """An adapted module with built-ins that are undefined on values of a wrong type."""
    tokens = scan(text)
    return splice(text, lenient_calls(tokens, _taken(tokens, names)))


def _taken(tokens: Sequence[Token], names: Mapping[str, frozenset[str]] | None) -> frozenset[str]:
    return (names or {}).get(package_of(tokens), frozenset()) | defined_names(tokens)


def _renamed(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    return [
        (token.start, token.end, _RENAMED[token.text])
        for index, token in enumerate(tokens[:-1])
        if token.text in _RENAMED and tokens[index + 1].text == "(" and (index == 0 or tokens[index - 1].text != ".")
    ]


def _ends_value(token: Token) -> bool:
    return token.kind in ("string", "number") or token.text in CLOSING or (token.kind == "name" and token.text not in _NOT_A_VALUE)


def _separated(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`;` before a line that starts with `(`, unless it is inside parentheses, where a line's end means nothing."""
    edits: list[Edit] = []
    open_brackets: list[str] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        if token.text == "(" and before and before.line < token.line and _ends_value(before) and open_brackets and open_brackets[-1] != "(":
            edits.append((before.end, before.end, ";"))
        if token.text in OPENING:
            open_brackets.append(token.text)
        elif token.text in CLOSING and open_brackets:
            open_brackets.pop()
    return edits


def _facts(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """` := true` after a function without value and body."""
    edits: list[Edit] = []
    for start, following in statements(tokens):
        opening = is_call(tokens, start, following)
        if opening is not None and matching(tokens, opening) == following - 1:
            edits.append((tokens[following - 1].end, tokens[following - 1].end, " := true"))
    return edits


def _unchained(text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`rule {a} {b}` as two rules, the head repeated."""
    edits: list[Edit] = []
    for start, following in statements(tokens):
        bodies = list(_bodies(tokens, start, following))
        head = on_one_line(text, tokens[start : bodies[0]]) if bodies else ""
        edits.extend((tokens[body].start, tokens[body].start, f"{head} ") for body in bodies[1:])
    return edits


def _bodies(tokens: Sequence[Token], start: int, stop: int) -> Iterator[int]:
    """Where the first body of a rule opens, and those that follow it directly."""
    previous: int | None = None
    for index in _level(tokens, start, stop):
        if tokens[index].text == "else":
            return
        before = tokens[index - 1]
        if tokens[index].text != "{" or index == start or not (_ends_value(before) or before.text == "if"):
            continue
        if previous is None or matching(tokens, previous) == index - 1:
            yield index
            previous = index


def _hoisted(text: str, tokens: Sequence[Token]) -> list[Edit]:
    """What OPA evaluates before a negation, put before it: `not f(input.x)` becomes `v := input.x; not f(v)`."""
    edits: list[Edit] = []
    rules = {tokens[start].text for start, _ in statements(tokens)}
    count = 0

    def name() -> str:
        nonlocal count
        count += 1
        return f"gitopscheck_{count}"

    for index, token in enumerate(tokens):
        if token.text != "not" or token.kind != "name" or (index and tokens[index - 1].text in (".", "import")):
            continue
        stop, whole = literal_end(tokens, index + 1)
        if whole - index > LONGEST:
            continue
        modifiers = text[tokens[stop - 1].end : tokens[whole - 1].end] if whole > stop else ""
        moved = _moved(tokens, index + 1, stop, rules)
        if not moved or "\n" in modifiers:
            continue
        before = ""
        for first, last in moved:
            variable = name()
            value = text[tokens[first].start : tokens[last - 1].end]
            if "\n" in value:
                value = on_one_line(text, tokens[first:last])
                kept = "\n" * text[tokens[first].start : tokens[last - 1].end].count("\n")
                edits.append((tokens[first].start, tokens[last - 1].end, variable + kept))
            else:
                edits.append((tokens[first].start, tokens[last - 1].end, variable))
            before += f"{variable} := {value}{modifiers}; "
        single = index > 0 and tokens[index - 1].text == "if"
        edits.append((token.start, token.start, ("{ " if single else "") + before))
        if single:
            edits.append((tokens[whole - 1].end, tokens[whole - 1].end, " }"))
    return edits


def _moved(tokens: Sequence[Token], start: int, stop: int, rules: set[str]) -> list[tuple[int, int]]:
    """Which parts of a negated expression OPA evaluates first: operands, and what stands between the brackets of a reference."""
    parts = _operands(tokens, start, stop, rules)
    index = start
    while index < stop:
        token = tokens[index]
        whole = next((part for part in parts if part[0] <= index < part[1]), None)
        if whole is not None:
            index = whole[1]
        elif token.text in OPENING:
            inside = (index + 1, matching(tokens, index))
            if token.text == "[" and index > start and _continues(tokens[index - 1], token) and _worth(tokens, *inside, rules):
                parts.append(inside)
            index = inside[1] + 1 if token.text != "(" else index + 1
        else:
            index += 1
    return sorted(parts)


def _continues(before: Token, token: Token) -> bool:
    """Whether a bracket goes on with a reference, rather than beginning a list."""
    return before.end == token.start and (before.text in CLOSING or (before.kind == "name" and before.text not in _NOT_A_VALUE))


def _operands(tokens: Sequence[Token], start: int, stop: int, rules: set[str]) -> list[tuple[int, int]]:
    """Arguments, and the sides of a comparison; of `==` only calls."""
    level = [index for index in _level(tokens, start, stop) if tokens[index].text in COMPARISONS]
    if not level:
        return [part for part in _arguments(tokens, start, stop) if _worth(tokens, *part, rules)]
    operator = level[0]
    sides = [(start, operator), (operator + 1, stop)]
    if tokens[operator].text in ("==", "="):
        return [side for side in sides if _has_call(tokens, *side) and _worth(tokens, *side, rules)]
    return [side for side in sides if _worth(tokens, *side, rules)]


def _level(tokens: Sequence[Token], start: int, stop: int) -> list[int]:
    """Indexes outside of any bracket."""
    found, index = [], start
    while index < stop:
        found.append(index)
        index = matching(tokens, index) + 1 if tokens[index].text in OPENING else index + 1
    return found


def _arguments(tokens: Sequence[Token], start: int, stop: int) -> list[tuple[int, int]]:
    """The arguments of a call that is the whole expression."""
    opening = is_call(tokens, start, stop)
    if opening is None or matching(tokens, opening) != stop - 1:
        return []
    cuts = [index for index in _level(tokens, opening + 1, stop - 1) if tokens[index].text == ","]
    bounds = [opening, *cuts, stop - 1]
    return [(before + 1, after) for before, after in pairwise(bounds) if after > before + 1]


def _has_call(tokens: Sequence[Token], start: int, stop: int) -> bool:
    return any(
        tokens[index].text in "+-*/%&" or (tokens[index].text == "(" and index > start and tokens[index - 1].kind == "name")
        for index in _level(tokens, start, stop)
    )


def _worth(tokens: Sequence[Token], start: int, stop: int, rules: set[str]) -> bool:
    """A literal or a variable has a value already; a comprehension always has one; `_` cannot be moved."""
    part = tokens[start:stop]
    if not part or any(token.text == "_" for token in part):
        return False
    if len(part) == 1:
        return part[0].kind == "name" and part[0].text in rules
    return not (part[0].text in OPENING and any(tokens[index].text == "|" for index in _level(tokens, start + 1, stop - 1)))


def _formatted(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`sprintf` with a literal format goes to our own where the engine's differs: any verb but %v, more or fewer values than verbs."""
    edits: list[Edit] = []
    for index, token in enumerate(tokens[:-4]):
        if token.text != "sprintf" or tokens[index + 1].text != "(" or tokens[index + 2].kind != "string":
            continue
        verbs = _verbs(tokens[index + 2].text[1:-1])
        opening = index + 4
        if tokens[index + 3].text == "," and tokens[opening].text != "[" and any(verb != "%v" for verb in verbs):
            edits.append((token.start, token.end, "gitopscheck.sprintf"))
        if tokens[index + 3].text != "," or tokens[opening].text != "[":
            continue
        closing = matching(tokens, opening)
        inside = _level(tokens, opening + 1, closing)
        comprehension = any(tokens[at].text == "|" for at in inside)
        values = 0 if closing == opening + 1 else 1 + sum(tokens[at].text == "," for at in inside) - (tokens[closing - 1].text == ",")
        plain = all(verb == "%v" for verb in verbs)
        if not plain or (values != len(verbs) and not comprehension):
            edits.append((token.start, token.end, "gitopscheck.sprintf"))
    return edits


def _verbs(form: str) -> list[str]:
    found: list[str] = []
    index = 0
    while (index := form.find("%", index)) >= 0:
        end = index + 1
        while end < len(form) and form[end] in "+-# 0123456789.*[]":
            end += 1
        verb = form[index : end + 1]
        if verb != "%%":
            found.append(verb)
        index = end + 1
    return found
