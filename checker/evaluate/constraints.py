"""Gatekeeper's ConstraintTemplates and constraints as values: Rego modules of a template, what a constraint matches, its parameters.

Facts: gatekeeper's documentation on constraint templates and on match (open-policy-agent.github.io/gatekeeper). Each
template gets packages of its own, so that two libraries called `lib.x` do not meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.evaluate.cel_rules import CelRules, read_rules
from checker.model.findings import Severity
from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.records import dataclass
from checker.tools.rego import Module, RulePath
from checker.tools.rego import Version as RegoVersion
from checker.tools.rego_tokens import scan, splice

TEMPLATES = "templates.gatekeeper.sh"
CONSTRAINTS = "constraints.gatekeeper.sh"
_SEVERITY = {"deny": Severity.ERROR, "warn": Severity.WARNING, "dryrun": Severity.NOTE}


class TemplateError(ValueError):
    """A template or constraint that cannot be evaluated, and why."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """Its Rego, or where it has none its CEL."""

    kind: str
    modules: tuple[Module, ...]
    rule: RulePath
    native: CelRules | None = None
    schema: Mapping[str, JSONValue]
    object: KubeObject


@dataclass(frozen=True, kw_only=True)
class Constraint:
    kind: str
    name: str
    severity: Severity
    match: Mapping[str, JSONValue]
    parameters: JSONValue
    object: KubeObject

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.name}"


def is_template(obj: KubeObject) -> bool:
    return obj.group == TEMPLATES and obj.kind == "ConstraintTemplate"


def is_constraint(obj: KubeObject) -> bool:
    return obj.group == CONSTRAINTS


def read_template(obj: KubeObject) -> Template:
    """Raises TemplateError, naming what cannot be evaluated."""
    kind = text(dig(obj.body, "spec", "crd", "spec", "names", "kind"))
    targets = sequence(dig(obj.body, "spec", "targets"))
    if not kind or not targets:
        raise TemplateError("the template names no kind or no target")
    schema = mapping(dig(obj.body, "spec", "crd", "spec", "validation", "openAPIV3Schema"))
    native = _native(mapping(targets[0]))
    if native is not None:
        return Template(kind=kind, modules=(), rule=(), native=native, schema=schema, object=obj)
    source, libraries, version = _rego(mapping(targets[0]))
    modules = tuple(_modules(obj, kind, source, libraries, version))
    return Template(kind=kind, modules=modules, rule=("gitopscheck_template", kind, "violation"), schema=schema, object=obj)


def _native(target: Mapping[str, JSONValue]) -> CelRules | None:
    """The K8sNativeValidation code of a template that has no Rego; both say the same, and Rego is what we have compared."""
    code = {text(mapping(entry).get("engine")): mapping(mapping(entry).get("source")) for entry in sequence(target.get("code"))}
    if text(target.get("rego")) or "Rego" in code or "K8sNativeValidation" not in code:
        return None
    rules = read_rules(code["K8sNativeValidation"])
    if not rules.validations:
        raise TemplateError("its CEL code holds no validation")
    return rules


def _rego(target: Mapping[str, JSONValue]) -> tuple[str, Sequence[JSONValue], RegoVersion]:
    """The legacy field goes before `code`, where Rego is one engine of several."""
    if text(target.get("rego")):
        return text(target.get("rego")), sequence(target.get("libs")), "v0"
    engines = []
    for entry in sequence(target.get("code")):
        code = mapping(entry)
        engines.append(text(code.get("engine")))
        if code.get("engine") == "Rego":
            source = mapping(code.get("source"))
            version: RegoVersion = "v1" if source.get("version") == "v1" else "v0"
            return text(source.get("rego")), sequence(source.get("libs")), version
    raise TemplateError(
        f"only its {' and '.join(engines) or 'missing'} code could be evaluated, and that is not done here; give it Rego or CEL code too"
    )


def _modules(obj: KubeObject, kind: str, source: str, libraries: Sequence[JSONValue], version: RegoVersion) -> Iterator[Module]:
    sources = [source, *(text(library) for library in libraries)]
    for number, module in enumerate(sources):
        path = f"{obj.origin.path}#{obj.name}" + (f"/libs/{number - 1}" if number else "")
        yield Module(path, _own_package(module, kind, library=number > 0), version)


def _own_package(source: str, kind: str, *, library: bool) -> str:
    """The template's package is renamed, and with it `lib`, here and where it is imported."""
    tokens = scan(source)
    edits: list[tuple[int, int, str]] = []
    for index, token in enumerate(tokens[:-1]):
        following = tokens[index + 1]
        if token.text == "package" and not edits:
            last = index + 1
            while last + 2 < len(tokens) and tokens[last + 1].text == "." and tokens[last + 2].line == following.line:
                last += 2
            own = (
                f"gitopscheck_libraries.{kind}.{source[following.start : tokens[last].end]}" if library else f"gitopscheck_template.{kind}"
            )
            edits.append((following.start, tokens[last].end, own))
        elif token.text == "data" and following.text == "." and index + 2 < len(tokens) and tokens[index + 2].text == "lib":
            edits.append((token.start, tokens[index + 2].end, f"data.gitopscheck_libraries.{kind}.lib"))
    return splice(source, edits)


def read_constraint(obj: KubeObject, template: Template) -> Constraint:
    spec = mapping(obj.body.get("spec"))
    return Constraint(
        kind=template.kind,
        name=obj.name,
        severity=_severity(spec),
        match=mapping(spec.get("match")),
        parameters=defaulted(spec.get("parameters"), template.schema),
        object=obj,
    )


def _severity(spec: Mapping[str, JSONValue]) -> Severity:
    action = text(spec.get("enforcementAction"), "deny").lower()
    if action == "scoped":
        scoped = [mapping(entry) for entry in sequence(spec.get("scopedEnforcementActions"))]
        return max((_SEVERITY.get(text(entry.get("action")).lower(), Severity.NOTE) for entry in scoped), default=Severity.NOTE)
    return _SEVERITY.get(action, Severity.NOTE)


def defaulted(value: JSONValue, schema: Mapping[str, JSONValue]) -> JSONValue:
    """A copy with the schema's defaults where the API server would put them: into objects that are there."""
    if isinstance(value, dict):
        properties = mapping(schema.get("properties"))
        others = mapping(schema.get("additionalProperties"))
        filled = {name: defaulted(item, mapping(properties.get(name)) or others) for name, item in value.items()}
        for name, described in properties.items():
            if name not in filled and "default" in mapping(described):
                filled[name] = defaulted(mapping(described)["default"], mapping(described))
        return filled
    if isinstance(value, list):
        return [defaulted(item, mapping(schema.get("items"))) for item in value]
    return value
