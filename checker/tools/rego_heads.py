"""`images contains input.containers[_].image`: OPA has no element where the reference is undefined, our engine an error.

What a set holds is moved from the head into the body, where both mean the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.tools.rego_tokens import OPENING, Token, matching, statements

Edit = tuple[int, int, str]


def headed(text: str, tokens: Sequence[Token]) -> list[Edit]:
    """Edits for sets whose element is a reference with a wildcard."""
    edits: list[Edit] = []
    for number, (start, stop) in enumerate(statements(tokens)):
        found = _element(tokens, start, stop)
        if found is not None and any(token.text == "_" for token in tokens[slice(*found)]):
            edits += _moved(text, tokens, found, (start, stop), f"gitopscheck_element_{number}")
    return edits


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
