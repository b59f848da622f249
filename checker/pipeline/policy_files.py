"""What policies read by `parse_config`, `parse_config_file` and `parse_combined_config_files`, put in their place when they are loaded.

An engine reads no file. So calls whose arguments are written out, as nearly all are, become references to what was read here,
from the folder or revision that the policy itself came from; any other call is told with its line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from posixpath import dirname, join, normpath

from checker.model.findings import UsageError
from checker.model.objects import JSONValue
from checker.model.records import dataclass, replace
from checker.model.tree import TreeError
from checker.pipeline.conftest_parsers import documents, parser_of
from checker.tools.rego import Module, PolicyProblem
from checker.tools.rego_calls import Call, calls_of

Read = Callable[[str], bytes]
"""The content of a file by its path; raises OSError, ValueError or TreeError with the reason where it has none."""
KEY = "gitopscheck_config"
FUNCTIONS = ("parse_config", "parse_config_file", "parse_combined_config_files")


@dataclass(frozen=True, slots=True, kw_only=True)
class WithFiles:
    """The modules for the engine, what they refer to below `data`, and calls that cannot be answered."""

    modules: tuple[Module, ...]
    data: dict[str, JSONValue]
    problems: tuple[PolicyProblem, ...] = ()


class _UnreadableError(ValueError):
    """Why a call has no answer."""


def with_files(modules: Sequence[Module], read: Read) -> WithFiles:
    """Paths are meant from the folder of the module, as conftest has them."""
    values: dict[str, JSONValue] = {}
    problems: list[PolicyProblem] = []
    found = [_answered(module, read, values, problems) if "parse_co" in module.text else module for module in modules]
    return WithFiles(modules=tuple(found), data={KEY: values} if values else {}, problems=tuple(problems))


def _answered(module: Module, read: Read, values: dict[str, JSONValue], problems: list[PolicyProblem]) -> Module:
    text, at = [], 0
    for call in calls_of(module.text, FUNCTIONS):
        try:
            value = _value(module, call, read)
        except (ValueError, UsageError, OSError, TreeError) as error:
            problems.append(PolicyProblem(message=f"{call.name}: {_reason(error)}", path=module.path, line=call.line))
            value = ()
        if value is None:
            continue
        key = str(len(values)) if value else ""
        if value:
            values[key] = value[0]
        newlines = module.text.count("\n", call.start, call.end)
        text += [module.text[at : call.start], f"data.{KEY}[{json.dumps(key)}]", "\n" * newlines]
        at = call.end
    return replace(module, text="".join([*text, module.text[at:]])) if text else module


def _reason(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)


def _value(module: Module, call: Call, read: Read) -> tuple[JSONValue, ...] | None:
    """In a tuple, which is empty where there is none; None for what the engine itself can read when it runs."""
    given = call.arguments
    if call.name == "parse_config":
        if given is not None and len(given) == 2 and all(isinstance(one, str) for one in given):
            return (_single(documents("", str(given[1]).encode(), str(given[0]))),)
        if call.first in ("yaml", "json", ""):
            return None
        raise _UnreadableError(f"the parser {call.first} reads only text that is written in the policy itself")
    if given is None or len(given) != 1:
        raise _UnreadableError("write its path as text: what is known only when the policy runs cannot be read")
    if call.name == "parse_config_file" and isinstance(given[0], str):
        return (_single(_documents(module, given[0], read)),)
    if call.name == "parse_combined_config_files" and isinstance(given[0], list):
        names = [str(name) for name in given[0]]
        return (list(_combined(module, names, read)),)
    raise _UnreadableError("it takes a path, or for several files a list of paths")


def _single(found: tuple[JSONValue, ...]) -> JSONValue:
    return found[0] if len(found) == 1 else list(found)


def _documents(module: Module, name: str, read: Read) -> tuple[JSONValue, ...]:
    path = normpath(join(dirname(module.path), name))
    parser_of(path)
    return documents(path, read(path))


def _combined(module: Module, names: Sequence[str], read: Read) -> Iterator[JSONValue]:
    shown = {normpath(join(dirname(module.path), name)): name for name in names}
    for path in sorted(shown):
        value = _single(_documents(module, shown[path], read))
        for contents in value if isinstance(value, list) else [value]:
            yield {"path": path, "contents": contents}
