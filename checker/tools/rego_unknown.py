"""Calls of functions that nothing defines: OPA refuses the policy, our engine would notice only when it gets there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.model.records import dataclass
from checker.tools.rego_lenient import PACKAGE, defined_names
from checker.tools.rego_source import names_by_package
from checker.tools.rego_tokens import Token, is_call, package_of, scan
from checker.tools.rego_values import Module, PolicyProblem

_WORDS = frozenset(
    {"not", "some", "every", "in", "if", "else", "contains", "with", "as", "default", "import", "package", "set", "print", "data", "input"}
)


@dataclass(frozen=True, slots=True)
class UnknownCall:
    path: str
    line: int
    name: str


def unknown_calls(
    modules: Sequence[tuple[str, str]], names: Mapping[str, frozenset[str]], builtins: frozenset[str]
) -> Iterator[UnknownCall]:
    """For (path, text) of modules as they are given to the engine. What goes through an import or `data` is not followed."""
    for path, text in modules:
        tokens = scan(text)
        known = _WORDS | names.get(package_of(tokens), frozenset()) | defined_names(tokens)
        for line, name in _calls(tokens):
            if name.partition(".")[0] not in known and name not in builtins and not name.startswith(("gitopscheck.", PACKAGE)):
                yield UnknownCall(path, line, name)


def forbidden_calls(modules: Sequence[Module], allowed: frozenset[str]) -> tuple[PolicyProblem, ...]:
    """Calls of functions that neither the modules define nor `allowed` names, each where it stands."""
    names = names_by_package(module.text for module in modules)
    found = unknown_calls([(module.path, module.text) for module in modules], names, allowed)
    return tuple(
        PolicyProblem(message=f"it calls {call.name}, which the capabilities do not allow", path=call.path, line=call.line)
        for call in found
    )


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    for index, token in enumerate(tokens):
        if token.kind == "name" and (not index or tokens[index - 1].text != "."):
            opening = is_call(tokens, index, len(tokens))
            if opening is not None and tokens[opening].start == tokens[opening - 1].end:
                yield token.line, "".join(part.text for part in tokens[index:opening])
