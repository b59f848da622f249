"""Names and where they are bound: forms in which our engine sees another scope than OPA does, put so that both see the same.

Measured side by side: a package that is imported by name is evaluated whole for one rule of it, which ends in recursion
where two packages import each other; a function is replaced only where it is called by the same words; `some j` after a
loop is declared once a turn and refused at the second; a list or object of variables that is looked up later is taken for
a pattern; `x = set[x]` finds no value for x; a comprehension may not speak of the rule's `x` before it has its own; patterns
behind `some` and imports below rules are not read. Lines do not move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from checker.tools.rego_tokens import (
    CLOSING,
    LONGEST,
    OPENING,
    Token,
    dotted,
    is_call,
    literal_end,
    matching,
    on_one_line,
    package_of,
    statements,
)

Edit = tuple[int, int, str]


def gathered(text: str, tokens: Sequence[Token]) -> list[Edit]:
    """Imports that stand below a rule, beside the package instead."""
    rules = statements(tokens)
    edits: list[Edit] = []
    for index, token in enumerate(tokens[:-1]):
        if token.text == "import" and rules and index > rules[0][0] and tokens[index - 1].line < token.line:
            _, after = dotted(tokens, index + 1)
            after += 2 * (after + 1 < len(tokens) and tokens[after].text == "as")
            end = next(at for at, found in enumerate(tokens) if found.text == "package")
            place = tokens[dotted(tokens, end + 1)[1] - 1].end
            edits.append((place, place, f" {text[token.start : tokens[after - 1].end]}"))
            edits.append((token.start, tokens[after - 1].end, ""))
    return edits


def destructured(text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`some [a, b] in list` as `some item in list; [a, b] := item`."""
    edits: list[Edit] = []
    for index, token in enumerate(tokens[:-1]):
        if token.text != "some" or token.kind != "name" or (index and tokens[index - 1].text == "."):
            continue
        start = _declared_until(tokens, index)
        if tokens[start].text not in ("[", "{") or tokens[start - 1].text not in ("some", ","):
            continue
        closing = matching(tokens, start)
        if closing + 1 < len(tokens) and tokens[closing + 1].text == "in":
            stop, _ = literal_end(tokens, closing + 2)
            pattern = on_one_line(text, tokens[start : closing + 1])
            lines = text.count("\n", tokens[start].start, tokens[closing].end)
            edits.append((tokens[start].start, tokens[closing].end, f"gitopscheck_item_{index}" + "\n" * lines))
            edits.append((tokens[stop - 1].end, tokens[stop - 1].end, f"; {pattern} := gitopscheck_item_{index}"))
    return edits


def imported(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`lib.name` as `data.path.to.lib.name`, for imports whose name means nothing else in the module."""
    aliases = dict(_imports(tokens))
    shadowed = set(_bound(tokens)) if aliases else set()
    return [
        (token.start, token.end, aliases[token.text])
        for index, token in enumerate(tokens[:-1])
        if token.kind == "name"
        and token.text in aliases
        and token.text not in shadowed
        and (index == 0 or tokens[index - 1].text not in (".", "import", "as"))
        and tokens[index + 1].text in (".", "[")
        and tokens[index + 1].start == token.end
    ]


def _imports(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Names that imports give to what is below `data`, with the whole path."""
    for index, token in enumerate(tokens[:-2]):
        if token.text != "import" or token.kind != "name" or tokens[index + 1].text != "data":
            continue
        path, after = dotted(tokens, index + 1)
        renamed = after + 1 < len(tokens) and tokens[after].text == "as"
        name = tokens[after + 1].text if renamed else path.rpartition(".")[2]
        yield name, path


def _bound(tokens: Sequence[Token]) -> Iterator[str]:
    """Names that rules bind themselves: by assignment, as an argument, by `some` and `every`."""
    for index, token in enumerate(tokens[:-1]):
        if token.kind == "name" and tokens[index + 1].text == ":=":
            yield token.text
        elif token.text in ("some", "every") and token.kind == "name":
            yield from (name.text for name in tokens[index + 1 : _declared_until(tokens, index)])
    for start, stop in statements(tokens):
        opening = is_call(tokens, start, stop)
        if opening is not None:
            yield from (argument.text for argument in tokens[opening : matching(tokens, opening)])


def _declared_until(tokens: Sequence[Token], some: int) -> int:
    """The index after the names that stand behind `some` or `every`."""
    index = some + 1
    while index + 1 < len(tokens) and tokens[index].kind == "name" and tokens[index].text != "in":
        index += 1
        if tokens[index].text != ",":
            break
        index += 1
    return min(index, len(tokens) - 1)


def mocked_names(modules: Iterable[tuple[Sequence[Token], frozenset[str]]]) -> frozenset[str]:
    """Whole paths of what `with` replaces, in modules as tokens with the names that their packages define."""
    return frozenset(path for tokens, names in modules for _, _, path in _mocks(tokens, names))


def mocked(tokens: Sequence[Token], names: frozenset[str], mocks: frozenset[str]) -> list[Edit]:
    """What is replaced, and calls of it, by the whole path. `names` are those that the package defines."""
    if not mocks:
        return []
    edits = [(tokens[start].start, tokens[stop - 1].end, path) for start, stop, path in _mocks(tokens, names)]
    heads = {start for start, _ in statements(tokens)}
    aliases = dict(_imports(tokens))
    for index, token in enumerate(tokens):
        if token.kind != "name" or index in heads or (index and tokens[index - 1].text in (".", "default")):
            continue
        opening = is_call(tokens, index, len(tokens))
        if opening is not None and tokens[opening].start == tokens[opening - 1].end:
            path = _whole(dotted(tokens, index)[0], package_of(tokens), aliases, names)
            if path in mocks:
                edits.append((token.start, tokens[opening - 1].end, path))
    return edits


def _mocks(tokens: Sequence[Token], names: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Where the target of a `with` begins and ends, and its whole path; not those of built-in functions and of `input`."""
    aliases = dict(_imports(tokens))
    for index, token in enumerate(tokens[:-2]):
        if token.text == "with" and token.kind == "name" and tokens[index + 1].kind == "name":
            name, after = dotted(tokens, index + 1)
            path = _whole(name, package_of(tokens), aliases, names)
            if path and after < len(tokens) and tokens[after].text == "as":
                yield index + 1, after, path


def _whole(name: str, package: str, aliases: Mapping[str, str], names: frozenset[str]) -> str:
    first, dot, rest = name.partition(".")
    if first == "data":
        return name
    if first in aliases:
        return aliases[first] + dot + rest
    return f"data.{package}.{name}" if first in names else ""


def declared(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`some j` at the beginning of the body that it is in; where it stood, `true`."""
    edits: list[Edit] = []
    bodies: list[tuple[int, int]] = []
    for index, token in enumerate(tokens):
        if token.text in OPENING:
            bodies.append((index + 1, matching(tokens, index)))
        elif token.text in CLOSING and bodies:
            bodies.pop()
        elif token.text == "|" and bodies:
            bodies[-1] = (index + 1, bodies[-1][1])
        elif token.text == "some" and token.kind == "name" and bodies:
            stop = _declared_until(tokens, index)
            start = bodies[-1][0]
            if start < index and tokens[stop].text != "in" and tokens[index - 1].text != ".":
                names = ", ".join(name.text for name in tokens[index + 1 : stop] if name.kind == "name")
                edits.append((tokens[start].start, tokens[start].start, f"some {names}; "))
                edits.append((token.start, tokens[stop - 1].end, "true"))
    return edits


def inner(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`[x | y == x; x := z]`, where the first `x` is that of the rule: the comprehension's own, from there on, by another name."""
    edits: dict[int, Edit] = {}
    brackets: list[tuple[int, int]] = []
    for index, token in enumerate(tokens):
        if token.text in OPENING:
            brackets.append((index, 0))
        elif token.text in CLOSING and brackets:
            brackets.pop()
        elif token.text == "|" and brackets and not brackets[-1][1]:
            brackets[-1] = (brackets[-1][0], index)
        elif token.text == ":=" and brackets and brackets[-1][1]:
            opening, bar = brackets[-1]
            closing, name = matching(tokens, opening), tokens[index - 1]
            if closing - opening <= LONGEST and any(_refers(tokens, at, name.text) for at in range(bar + 1, index - 1)):
                own = (*range(opening + 1, bar), *range(index - 1, closing))
                renamed = [tokens[at] for at in own if _refers(tokens, at, name.text)]
                edits |= {found.start: (found.start, found.end, f"gitopscheck_{index}_{name.text}") for found in renamed}
    return list(edits.values())


def _refers(tokens: Sequence[Token], index: int, name: str) -> bool:
    """Whether the variable stands here, rather than a field of that name."""
    return tokens[index].kind == "name" and tokens[index].text == name and tokens[index - 1].text != "."


def indexed(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`key := [a, b]` as `key := [[a, b]][0]` where `[key]` is looked up."""
    edits: list[Edit] = []
    for start, stop in statements(tokens):
        looked_up = {tokens[at].text for at in range(start + 1, stop - 1) if tokens[at - 1].text == "[" and tokens[at + 1].text == "]"}
        for index in range(start, stop - 2):
            if tokens[index].text not in looked_up or tokens[index + 1].text != ":=" or tokens[index + 2].text not in ("[", "{"):
                continue
            closing = matching(tokens, index + 2)
            inside = tokens[index + 3 : closing]
            ends = closing + 1 >= stop or tokens[closing + 1].line > tokens[closing].line or tokens[closing + 1].text in (";", "}", "with")
            if ends and any(token.kind == "name" for token in inside) and not any(token.text == "|" for token in inside):
                edits.append((tokens[index + 2].start, tokens[index + 2].start, "["))
                edits.append((tokens[closing].end, tokens[closing].end, "][0]"))
    return edits


def unified(_text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`x = all[x]` as `x = all[key]; key == x`."""
    edits: list[Edit] = []
    for index in range(len(tokens) - 4):
        name = tokens[index]
        if name.kind != "name" or tokens[index + 1].text != "=" or tokens[index + 2].kind != "name":
            continue
        _, after = dotted(tokens, index + 2)
        if after + 2 < len(tokens) and [token.text for token in tokens[after : after + 3]] == ["[", name.text, "]"]:
            key = f"gitopscheck_key_{index}"
            edits.append((tokens[after + 1].start, tokens[after + 1].end, key))
            edits.append((tokens[after + 2].end, tokens[after + 2].end, f"; {key} == {name.text}"))
    return edits
