"""What stands in the head of a rule and has to be looked up, put into its body, as OPA's own compiler does it.

In `images contains container.image if some container in input.containers` our engine loses every element when one is
undefined, and looks a value up before it knows the key that it is looked up by. A set of v0 without a body gets one:
beside a `default`, which may be of any rule, our engine takes the element for the rule's value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.tools.rego_tokens import CLOSING, OPENING, Token, matching, on_one_line, statements

Edit = tuple[int, int, str]
Span = tuple[int, int]
"""Indexes of tokens, the last one past the end."""


def headed(text: str, tokens: Sequence[Token]) -> list[Edit]:
    edits: list[Edit] = []
    rules = statements(tokens)
    older = any(_is_older(tokens, *rule) for rule in rules)
    for number, (start, stop) in enumerate(rules):
        parts, body, grows = _head(tokens, start, stop)
        sought = [part for part in parts if _is_sought(tokens, part)]
        if sought and (body < stop or grows):
            edits += _moved(text, tokens, sought, (start, body, stop), number)
        elif older and grows and body == stop and tokens[stop - 1].text == "]":
            edits.append((tokens[stop - 1].end, tokens[stop - 1].end, " { true }"))
    return edits


def _is_older(tokens: Sequence[Token], start: int, stop: int) -> bool:
    """Whether this is `name { ... }` or `name[element] { ... }`, which only v0 has."""
    after = start + 1
    if after < stop and tokens[after].text == "[":
        after = matching(tokens, after) + 1
    return after < stop and tokens[after].text == "{"


def _head(tokens: Sequence[Token], start: int, stop: int) -> tuple[list[Span], int, bool]:
    """Element, or keys and value; where the body begins (`if` or its brace), which is the end where there is none; whether it is a set."""
    if tokens[start].text == "default":
        return [], stop, False
    parts: list[Span] = []
    at = start + 1
    while at < stop and tokens[at].text in ("[", ".", "("):
        if tokens[at].text == "[":
            parts.append((at + 1, matching(tokens, at)))
        at = at + 2 if tokens[at].text == "." else matching(tokens, at) + 1
    if at < stop and tokens[at].text in (":=", "=", "contains"):
        body = _body(tokens, at + 1, stop)
        return [*parts, (at + 1, body)], body, tokens[at].text == "contains"
    return parts, at, bool(parts)


def _body(tokens: Sequence[Token], first: int, stop: int) -> int:
    at = first
    while at < stop and tokens[at].text != "if":
        before = tokens[at - 1]
        value = before.text in CLOSING or before.kind in ("string", "number", "name")
        if at > first and tokens[at].text == "{" and value:
            return at
        at = matching(tokens, at) + 1 if tokens[at].text in OPENING else at + 1
    return min(at, stop)


def _is_sought(tokens: Sequence[Token], part: Span) -> bool:
    """Whether it has a reference, a call or a wildcard in it."""
    return any(
        tokens[at].text in (".", "(", "_") or (tokens[at].text == "[" and at > part[0] and tokens[at - 1].end == tokens[at].start)
        for at in range(*part)
    )


def _moved(text: str, tokens: Sequence[Token], parts: Sequence[Span], rule: tuple[int, int, int], number: int) -> Iterator[Edit]:
    start, body, stop = rule
    names = [f"gitopscheck_head_{number}_{index}" for index in range(len(parts))]
    values = [on_one_line(text, tokens[first:last]) for first, last in parts]
    if any("\n" in value for value in values):
        return
    added = "; ".join(f"{name} := {value}" for name, value in zip(names, values, strict=True))
    opening = body + 1 if body < stop and tokens[body].text == "if" else body
    end = tokens[stop - 1].end
    if body == stop:
        places = [(end, end, f" {'if ' if tokens[start + 1].text == 'contains' else ''}{{ {added} }}")]
    elif opening < stop and tokens[opening].text == "{" and _is_whole(tokens, opening, stop):
        closing = tokens[matching(tokens, opening)].start
        places = [(closing, closing, f"; {added} ")]
    elif opening > body and opening < stop and not any(token.text == "else" for token in tokens[opening:stop]):
        places = [(tokens[opening].start, tokens[opening].start, "{ "), (end, end, f"; {added} }}")]
    else:
        return
    for (first, last), name in zip(parts, names, strict=True):
        lines = text.count("\n", tokens[first].start, tokens[last - 1].end)
        yield tokens[first].start, tokens[last - 1].end, name + "\n" * lines
    yield from places


def _is_whole(tokens: Sequence[Token], opening: int, stop: int) -> bool:
    """Whether the brace opens the body, rather than a value in it such as `{1, 2}[x]`."""
    after = matching(tokens, opening) + 1
    return after >= stop or tokens[after].text == "else"
