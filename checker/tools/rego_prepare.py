"""Modules as their authors wrote them -> as the engine must see them to mean what OPA means, with what can be said before they run.

The sources are only taken apart for foreign modules; those that are exact are loaded as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.model.records import dataclass, field
from checker.tools.rego_values import Module, PolicyProblem, Rule, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Modules as the engine must see them to mean what OPA means; the same with lenient built-ins, and what those call."""

    modules: list[tuple[str, str, Version]]
    lenient: dict[str, str] = field(default_factory=dict)
    support: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    problems: tuple[PolicyProblem, ...] = ()


def unknown(given: Prepared, answer: Mapping[str, Any]) -> Iterator[PolicyProblem]:
    """Functions that modules call and nothing defines. They stay loaded: where the call is never reached they still say something."""
    if not given.lenient:
        return
    from checker.tools.rego_unknown import unknown_calls

    loaded = [(path, text) for path, text, _ in given.modules if path in answer["versions"] and path in given.lenient]
    for found in unknown_calls(loaded, given.names, frozenset(answer["builtins"])):
        yield PolicyProblem(
            message=f"it calls {found.name}, which neither these policies nor the Rego engine have", path=found.path, line=found.line
        )


def prepared(modules: Sequence[Module]) -> Prepared:
    """Without the modules whose functions call themselves."""
    foreign = [(module.path, module.text) for module in modules if not module.exact]
    if not foreign:
        return Prepared(modules=[(module.path, module.text, module.version) for module in modules])
    from checker.tools.rego_lenient import PACKAGE, module_text
    from checker.tools.rego_recursion import recursive_functions
    from checker.tools.rego_source import adapted, lenient, mocked_names, names_by_package

    problems = tuple(
        PolicyProblem(
            message=f"function {found.name} calls itself, which Rego does not allow", path=found.path, line=found.line, module=found.path
        )
        for found in recursive_functions(foreign)
    )
    refused = {problem.module for problem in problems}
    names = names_by_package(text for _, text in foreign)
    mocks = mocked_names((text for _, text in foreign), names)
    texts = {path: adapted(text, names, mocks) for path, text in foreign if path not in refused}
    return Prepared(
        modules=[(module.path, texts.get(module.path, module.text), module.version) for module in modules if module.path not in refused],
        lenient={path: lenient(text, names) for path, text in texts.items()},
        support=((PACKAGE, module_text()),),
        names=names,
        problems=problems,
    )


def rules_of(modules: Sequence[Module], versions: Mapping[str, str]) -> Iterator[Rule]:
    """Of the modules that were loaded. A keyed head without a value is an object in v1."""
    from checker.tools.rego_rules import definitions

    for module in modules:
        if module.path in versions:
            for found in definitions(module.text):
                kind = "object" if found.keyed and versions[module.path] == "v1" else found.kind
                yield Rule(package=found.package, name=found.name, kind=kind, keyed=found.keyed, path=module.path, line=found.line)
