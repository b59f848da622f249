"""`images contains input.containers[_].image`: OPA has no element where the reference is undefined, our engine an error.

What a set holds is moved from the head into the body, where both mean the same. A set of v0 without a body gets one:
beside a `default`, which may be of any rule, our engine takes the element for the rule's value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.tools.rego_tokens import OPENING, Token, matching, statements

Edit = tuple[int, int, str]


def headed(text: str, tokens: Sequence[Token]) -> list[Edit]:
    """Edits for sets whose element is a reference with a wildcard, and for those of v0 without a body."""
    edits: list[Edit] = []
    older = any(_is_older(tokens, start, stop) for start, stop in statements(tokens))
    for number, (start, stop) in enumerate(statements(tokens)):
        found = _element(tokens, start, stop)
        if found is not None and any(token.text == "_" for token in tokens[slice(*found)]):
            edits += _moved(text, tokens, found, (start, stop), f"gitopscheck_element_{number}")
        elif older and found is not None and found[1] == stop - 1:
            edits.append((tokens[stop - 1].end, tokens[stop - 1].end, " { true }"))
    return edits


def valued(text: str, tokens: Sequence[Token]) -> list[Edit]:
    """`rule := all[key] if { key := ... }` with its value in the body, for our engine looks it up before it knows the key."""
    edits: list[Edit] = []
    for number, (start, stop) in enumerate(statements(tokens)):
        sign = start + 1
        while sign < stop and tokens[sign].text in OPENING:
            sign = matching(tokens, sign) + 1
        if sign >= stop or tokens[sign].text not in (":=", "="):
            continue
        body = next((at for at in range(sign + 1, stop - 1) if tokens[at].text in ("{", "if") and at > sign + 1), None)
        opening = body if body is None or tokens[body].text == "{" else body + 1
        if body is None or opening is None or opening >= stop or tokens[opening].text != "{":
            continue
        value, closing = tokens[sign + 1 : body], tokens[matching(tokens, opening)]
        keys = {value[at].text for at in range(1, len(value) - 1) if value[at - 1].text == "[" and value[at + 1].text == "]"}
        assigned = {tokens[at].text for at in range(opening, matching(tokens, opening) - 1) if tokens[at + 1].text in (":=", "=")}
        if value[0].kind == "name" and keys & assigned:
            name, words = f"gitopscheck_value_{number}", " ".join(text[value[0].start : value[-1].end].split())
            edits += [(value[0].start, value[-1].end, name), (closing.start, closing.start, f"; {name} := {words} ")]
    return edits


def _is_older(tokens: Sequence[Token], start: int, stop: int) -> bool:
    """Whether this is `name { ... }` or `name[element] { ... }`, which only v0 has."""
    after = start + 1
    if after < stop and tokens[after].text == "[":
        after = matching(tokens, after) + 1
    return after < stop and tokens[after].text == "{"


def _element(tokens: Sequence[Token], start: int, stop: int) -> tuple[int, int] | None:
    """The tokens of `name[element]` or `name contains element`, None for any other head."""
    if start + 2 >= stop or tokens[start].kind != "name":
        return None
    following = tokens[start + 1]
    if following.text == "[":
        closing = matching(tokens, start + 1)
        after = tokens[closing + 1].text if closing + 1 < stop else ""
        return (start + 2, closing) if after in ("", "{", "if") else None
    if following.text != "contains":
        return None
    end = start + 2
    while end < stop and tokens[end].text not in ("if", "{"):
        end = matching(tokens, end) + 1 if tokens[end].text in OPENING else end + 1
    return (start + 2, end)


def _moved(text: str, tokens: Sequence[Token], element: tuple[int, int], rule: tuple[int, int], name: str) -> Iterator[Edit]:
    first, last = element
    value = " ".join(text[tokens[first].start : tokens[last - 1].end].split())
    body = next((index for index in range(last, rule[1]) if tokens[index].text in ("{", "if")), None)
    newer = tokens[rule[0] + 1].text == "contains"
    if body is None:
        end = tokens[rule[1] - 1].end
        yield tokens[first].start, tokens[last - 1].end, name
        yield end, end, f" {'if ' if newer else ''}{{ {name} := {value} }}"
        return
    opening = body + 1 if tokens[body].text == "if" else body
    if opening < rule[1] and tokens[opening].text == "{" and matching(tokens, opening) == rule[1] - 1:
        yield tokens[first].start, tokens[last - 1].end, name
        closing = tokens[rule[1] - 1].start
        yield closing, closing, f"; {name} := {value} "
    elif opening > body and not any(token.text == "else" for token in tokens[opening : rule[1]]):
        yield tokens[first].start, tokens[last - 1].end, name
        yield tokens[opening].start, tokens[opening].start, "{ "
        end = tokens[rule[1] - 1].end
        yield end, end, f"; {name} := {value} }}"
