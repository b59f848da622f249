"""The `opa` program as Rego engine, for those who choose it: the same requests and answers as the built-in engine's.

Policies are handed over as a bundle, because only a bundle says of each file whether it is Rego v0 or v1. All requests of a
batch are one input of one `opa eval`; a batch that fails is halved until the guilty request is alone, then asked rule by rule.
OPA gets no network and an empty environment.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

from checker.model.objects import JSONValue
from checker.model.records import dataclass, field, replace
from checker.tools.process import Completed, ProcessFailed, find_program, run
from checker.tools.rego_lenient import module_text
from checker.tools.rego_prepare import rules_of
from checker.tools.rego_values import (
    Answer,
    DeadEngineError,
    Limits,
    Loaded,
    MissingEngineError,
    Module,
    PolicyProblem,
    Request,
    RulePath,
    Tested,
)

_ENTRY = "gitopscheck_entry"
_ASKS_CONTEXT = re.compile(r'gitopscheck\.(?:has|context)\(("\w+")\)')
_HINT = "install Open Policy Agent, or leave out --rego-engine and --verify-rego"
_DEATHS = 6
"""How often OPA may run out of time in one run before the rest is given up."""


@cache
def opa_version() -> str:
    """Raises MissingEngineError where there is no `opa` on PATH, or it does not answer."""
    try:
        said = run([_program(), "version"], environment=_environment(), timeout=20).stdout.decode("utf-8", "replace")
    except ProcessFailed as error:
        raise MissingEngineError(f"opa does not answer: {error.message}", _HINT) from error
    found = re.search(r"^\s*Version: (\S+)", said, re.MULTILINE)
    return found[1] if found else "unknown"


def _program() -> Path:
    program = find_program("opa")
    if program is None:
        raise MissingEngineError("there is no opa on PATH", _HINT)
    return program


def _environment(limits: Limits | None = None) -> dict[str, str]:
    return {"HOME": "/nonexistent", "GOMEMLIMIT": f"{(limits or Limits()).megabytes}MiB"}


@dataclass(slots=True)
class _Bundle:
    """What was loaded: modules by the file they are written to."""

    modules: dict[str, Module] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    data: Mapping[str, JSONValue] = field(default_factory=dict)


class OpaEngine:
    """OPA with modules loaded; a context manager, because it owns a temporary folder."""

    BATCH = 512

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._program = _program()
        self._folder = Path(tempfile.mkdtemp(prefix="gitops-check-opa-"))
        self._bundle = _Bundle()
        self._groups: list[list[RulePath]] = []
        self._guilty: dict[RulePath, PolicyProblem] = {}
        self._deaths = 0
        self._errors: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def load(
        self,
        modules: Iterable[Module],
        data: Mapping[str, JSONValue] | None = None,
        *,
        rules: bool = True,
        own: Sequence[tuple[str, str]] = (),
        lenient: bool = True,
    ) -> Loaded:
        """Load modules, leaving out those that OPA refuses. Raises DeadEngineError."""
        from checker.tools.rego_worker import CONTEXT_MODULES

        given = tuple(modules)
        named = {f"m{number}.rego": module for number, module in enumerate(given)}
        shown = {f"own-{name}.rego": _ASKS_CONTEXT.sub(r"data.gitopscheck_context[\1]", text) for name, text in (*CONTEXT_MODULES, *own)}
        versions = {name: 0 if module.version == "v0" else 1 for name, module in named.items()}
        self._bundle = _Bundle(named, versions, shown, data or {})
        self._groups = []
        self._errors = [] if lenient else ["--strict-builtin-errors"]
        problems = tuple(self._settle())
        read = {module.path: f"v{self._bundle.versions[name]}" for name, module in self._bundle.modules.items()}
        return Loaded(rules=tuple(rules_of(given, read)) if rules else (), problems=problems, versions=read)

    def group(self, groups: Sequence[Sequence[RulePath]]) -> int:
        """Register groups of rules for `evaluate`; the answer is the number of the first."""
        first = len(self._groups)
        self._groups.extend([tuple(rule) for rule in group] for group in groups)
        self._write_entry()
        return first

    def evaluate(self, requests: Sequence[Request]) -> list[Answer]:
        """One answer a request, in order."""
        answers: list[Answer] = []
        for start in range(0, len(requests), self.BATCH):
            answers += self._answers(requests[start : start + self.BATCH])
        return answers

    def query(self, rule: RulePath, *, input: JSONValue = None, context: Mapping[str, JSONValue] | None = None) -> Tested:  # noqa: A002
        """One rule for itself, with what it printed."""
        request = {"r": [{"i": input, "c": dict(context or {})}]}
        text = f"{_reference(rule)} with input as input.r[0].i with data.gitopscheck_context as input.r[0].c"
        try:
            done = self._eval(f"x := {text}", json.dumps(request))
        except DeadEngineError as error:
            return Tested(problem=PolicyProblem(message=error.message))
        prints = tuple(line for line in done.stderr.splitlines() if line)
        found = _parsed(done.stdout)
        if found.get("errors"):
            return Tested(problem=self._problem(found["errors"][0]))
        result = found.get("result")
        return Tested(value=result[0]["bindings"]["x"], defined=True, prints=prints) if result else Tested(prints=prints)

    def coverage(self, *, enable: bool = False) -> Mapping[str, JSONValue]:
        raise MissingEngineError("lines that tests reach are counted by the built-in engine", "leave out --rego-engine opa")

    def _settle(self) -> Iterator[PolicyProblem]:
        """Write the bundle, and again without what OPA refuses, until it loads. A file that is no v1 is tried as v0."""
        tried: dict[str, list[Any]] = {}
        while True:
            self._write()
            errors = self._load_errors()
            if not errors:
                return
            files = {error.get("location", {}).get("file", "") for error in errors}
            guilty = {Path(file).name for file in files} & set(self._bundle.modules)
            if not guilty:
                yield self._problem(errors[0])
                self._bundle.modules = {}
                continue
            for name in sorted(guilty):
                own = [error for error in errors if Path(error.get("location", {}).get("file", "")).name == name]
                module = self._bundle.modules[name]
                if module.version == "auto" and name not in tried and own[0].get("code") == "rego_parse_error":
                    tried[name] = own
                    self._bundle.versions[name] = 0
                    continue
                further = max((own, tried.get(name, own)), key=lambda found: found[0].get("location", {}).get("row", 0))
                yield replace(self._problem(further[0]), module=module.path)
                del self._bundle.modules[name]

    def _write(self) -> None:
        for file in self._folder.glob("m*.rego"):
            file.unlink()
        for name, module in self._bundle.modules.items():
            (self._folder / name).write_text(_supported(module.text), encoding="utf-8")
        if any("parse_config" in module.text for module in self._bundle.modules.values()):
            (self._folder / "own-lenient.rego").write_text(module_text(), encoding="utf-8")
        for name, text in self._bundle.own.items():
            (self._folder / name).write_text(text, encoding="utf-8")
        versions = {f"/{name}": self._bundle.versions[name] for name in self._bundle.modules}
        manifest = {"revision": "", "roots": [""], "rego_version": 1, "file_rego_versions": versions}
        (self._folder / ".manifest").write_text(json.dumps(manifest), encoding="utf-8")
        (self._folder / "data.json").write_text(json.dumps({"gitopscheck_context": {}, **self._bundle.data}), encoding="utf-8")
        self._write_entry()

    def _write_entry(self) -> None:
        lines = [f"package {_ENTRY}"]
        for number, rules in enumerate(self._groups):
            for index, rule in enumerate(rules):
                if rule not in self._guilty and rule:
                    lines.append(f'g{number}["{index}"] := {_reference(rule)}')
            lines.append(f"g{number}[k] := v if {{ some k, v in {{}} }}")
            asked = f"g{number} with input as r.i with data.gitopscheck_context as r.c"
            lines.append(f"results[i] := v if {{ some i, r in input.r; r.g == {number}; v := {asked} }}")
        (self._folder / "entry.rego").write_text("\n".join(lines), encoding="utf-8")

    def _load_errors(self) -> list[Any]:
        try:
            done = run(
                [self._program, "check", "--bundle", self._folder, "--capabilities", self._capabilities(), "--format", "json"],
                environment=_environment(self._limits),
                timeout=self._limits.seconds,
                check=False,
            )
        except ProcessFailed as error:
            raise DeadEngineError(f"took longer than {self._limits.seconds:g} s and was stopped") from error
        if done.returncode == 0:
            return []
        found: list[Any] = _parsed(done.stderr.encode()).get("errors") or [{"message": done.stderr.strip()[-300:]}]
        return found

    def _capabilities(self) -> Path:
        """What this OPA can do, with no host that it may ask."""
        path = self._folder / "capabilities"
        if not path.exists():
            found = json.loads(run([self._program, "capabilities", "--current"], environment=_environment()).stdout)
            path.write_text(json.dumps({**found, "allow_net": []}), encoding="utf-8")
        return path

    def _eval(self, query: str, value: str) -> Completed:
        """Raises DeadEngineError."""
        command: list[str | Path] = [self._program, "eval", "--bundle", self._folder, "--capabilities", self._capabilities()]
        try:
            return run(
                [*command, *self._errors, "--format", "json", "--stdin-input", query],
                stdin=value.encode(),
                environment=_environment(self._limits),
                timeout=self._limits.seconds,
                check=False,
            )
        except ProcessFailed as error:
            self._deaths += 1
            raise DeadEngineError(f"took longer than {self._limits.seconds:g} s and was stopped") from error

    def _answers(self, requests: Sequence[Request]) -> list[Answer]:
        if self._deaths > _DEATHS:
            return [Answer(failure="policies ran out of time, again and again")] * len(requests)
        try:
            found = self._batch(requests)
        except DeadEngineError as error:
            return self._without_guilty(requests, error.message)
        if "errors" not in found:
            return [self._answer(request, found.get(str(number), {})) for number, request in enumerate(requests)]
        if len(requests) > 1:
            middle = len(requests) // 2
            return self._answers(requests[:middle]) + self._answers(requests[middle:])
        return [self._alone(requests[0])]

    def _batch(self, requests: Sequence[Request]) -> dict[str, Any]:
        """Answers by number, or `errors`."""
        asked = ",".join(f'{{"g": {one.group}, "c": {one.context}, "i": {one.input}}}' for one in requests)
        done = self._eval(f"x := data.{_ENTRY}.results", f'{{"r": [{asked}]}}')
        found = _parsed(done.stdout)
        if found.get("errors") or not found.get("result"):
            return {"errors": found.get("errors") or [{"message": done.stderr.strip()[-300:] or "opa answered nothing"}]}
        result: dict[str, Any] | list[Any] = found["result"][0]["bindings"]["x"]
        return dict(result) if isinstance(result, dict) else {str(number): item for number, item in enumerate(result)}

    def _answer(self, request: Request, values: Mapping[str, Any]) -> Answer:
        guilty = {index: self._guilty[rule] for index, rule in enumerate(self._groups[request.group]) if rule in self._guilty}
        return Answer(values={int(index): value for index, value in values.items()}, errors=guilty)

    def _alone(self, request: Request) -> Answer:
        """The request on which a batch failed, rule by rule."""
        values: dict[int, JSONValue] = {}
        errors: dict[int, PolicyProblem] = {}
        for index, rule in enumerate(self._groups[request.group]):
            if rule in self._guilty:
                errors[index] = self._guilty[rule]
                continue
            answer = self.query(rule, input=json.loads(request.input), context=json.loads(request.context))
            if answer.problem is not None:
                errors[index] = answer.problem
            elif answer.defined:
                values[index] = answer.value
        return Answer(values=values, errors=errors)

    def _without_guilty(self, requests: Sequence[Request], reason: str) -> list[Answer]:
        """Each rule for itself on the whole batch; those that take too long are left out from here on."""
        groups = sorted({request.group for request in requests})
        before = len(self._guilty)
        for rule in dict.fromkeys(rule for group in groups for rule in self._groups[group] if rule not in self._guilty):
            if self._deaths > _DEATHS:
                break
            try:
                number = self._groups.index([rule]) if [rule] in self._groups else self.group([[rule]])
                self._batch([replace(request, group=number) for request in requests if rule in self._groups[request.group]])
            except DeadEngineError as error:
                self._guilty[rule] = PolicyProblem(message=error.message)
                self._write_entry()
        if len(self._guilty) == before:
            return [Answer(failure=f"policies together {reason}")] * len(requests)
        return self._answers(requests)

    def _problem(self, error: Mapping[str, Any]) -> PolicyProblem:
        place = error.get("location") or {}
        module = self._bundle.modules.get(Path(place.get("file", "")).name)
        message = str(error.get("message", "")).splitlines()[0] if error.get("message") else "opa refuses it"
        if module is None:
            return PolicyProblem(message=message)
        return PolicyProblem(message=message, path=module.path, line=place.get("row"), column=place.get("col") or None)


def _parsed(data: bytes) -> dict[str, Any]:
    """OPA may say something before its JSON."""
    text = data.decode("utf-8", "replace")
    try:
        found: dict[str, Any] = json.loads(text[text.find("{") :])
    except ValueError:
        return {}
    return found


def _reference(rule: RulePath) -> str:
    return "data" + "".join(f"[{json.dumps(segment)}]" for segment in rule)


def _supported(text: str) -> str:
    """With conftest's functions, which OPA has not."""
    if "parse_config" not in text:
        return text
    from checker.tools.rego_lenient import defined_names, missing_calls
    from checker.tools.rego_tokens import scan, splice

    tokens = scan(text)
    return splice(text, list(missing_calls(tokens, defined_names(tokens))))
