"""CEL policies as admission has them: match conditions, variables, validations with their messages; one object at a time.

ValidatingAdmissionPolicies and the K8sNativeValidation code of ConstraintTemplates are both read into `CelRules`.
An expression without a value (a function that is not known, a field that the API server would have filled in) decides nothing:
the rule is not checked, and says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from checker.evaluate.results import escaped
from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.records import dataclass, field
from checker.tools.cel import CelError, evaluate

_PATH = re.compile(r"\b(?:object|anyObject)((?:\.\??[A-Za-z_]\w*)+)(?!\w*\()")
_VARIABLE = re.compile(r"\bvariables\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    expression: str
    message: str = ""
    message_expression: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CelRules:
    """`fail_closed` is failurePolicy Fail: what cannot be evaluated would be refused; Ignore lets it pass."""

    validations: tuple[Validation, ...]
    variables: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    fail_closed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`pointer` is the field that the validation is about, where it reads only one."""

    message: str
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CelVerdict:
    """`refusals` of validations that are false; `unknown` why others have no value; `matched` is False where a condition is."""

    refusals: tuple[Refusal, ...] = ()
    unknown: tuple[str, ...] = ()
    matched: bool = True


@dataclass(slots=True)
class _Scope:
    values: dict[str, Any]
    broken: dict[str, str] = field(default_factory=dict)


def read_rules(spec: Mapping[str, JSONValue]) -> CelRules:
    """Of a ValidatingAdmissionPolicy's `spec`, or of the `source` of a template's code."""
    return CelRules(
        validations=tuple(
            Validation(
                expression=text(entry.get("expression")).strip(),
                message=text(entry.get("message")),
                message_expression=text(entry.get("messageExpression")),
            )
            for entry in map(mapping, sequence(spec.get("validations")))
        ),
        variables=_named(spec.get("variables")),
        conditions=_named(spec.get("matchConditions")),
        fail_closed=text(spec.get("failurePolicy"), "Fail") != "Ignore",
    )


def _named(entries: JSONValue) -> tuple[tuple[str, str], ...]:
    return tuple((text(entry.get("name")), text(entry.get("expression"))) for entry in map(mapping, sequence(entries)))


def judge(rules: CelRules, values: Mapping[str, Any]) -> CelVerdict:
    """`values` are object, oldObject, request, params and the like; `variables` come to them one after the other."""
    scope = _Scope({**values, "variables": dict(values.get("variables") or {})})
    for name, expression in rules.conditions:
        met = _value(expression, scope)
        if isinstance(met, CelError):
            return CelVerdict(unknown=(f"match condition {name}: {met}",) if rules.fail_closed else ())
        if met is False:
            return CelVerdict(matched=False)
    for name, expression in rules.variables:
        value = _value(expression, scope)
        if isinstance(value, CelError):
            scope.broken[name] = str(value)
        else:
            scope.values["variables"][name] = value
    refusals: list[Refusal] = []
    unknown: list[str] = []
    for validation in rules.validations:
        holds = _value(validation.expression, scope)
        if isinstance(holds, CelError):
            unknown.append(f"{_short(validation.expression)}: {holds}")
        elif holds is False:
            pointer = _field(validation.expression, dict(rules.variables), values.get("object"))
            refusals.append(Refusal(message=_message(validation, scope), pointer=pointer))
    return CelVerdict(refusals=tuple(refusals), unknown=tuple(unknown) if rules.fail_closed else ())


def _value(expression: str, scope: _Scope) -> Any:
    """The value, or the CelError; an expression that needs a variable without value has the reason of the variable."""
    try:
        return evaluate(expression, scope.values)
    except CelError as error:
        for name, reason in scope.broken.items():
            if f"variables.{name}" in expression:
                return CelError(f"variable {name}: {reason}")
        return error


def _message(validation: Validation, scope: _Scope) -> str:
    """messageExpression goes before message; where it has no text, the API server falls back too."""
    if validation.message_expression:
        said = _value(validation.message_expression, scope)
        if isinstance(said, str) and said.strip() and "\n" not in said.strip():
            return said.strip()
    return validation.message or f"failed expression: {_short(validation.expression)}"


def _field(expression: str, variables: Mapping[str, str], body: object) -> str:
    """The one field of the object that the expression, or a variable that it uses, reads; empty where there are several or none."""
    read: set[str] = set()
    seen: set[str] = set()
    waiting = [expression]
    while waiting:
        text_ = waiting.pop()
        read |= {path for path in (_pointer(match, body) for match in _PATH.findall(text_)) if path}
        used = set(_VARIABLE.findall(text_)) & set(variables) - seen
        seen |= used
        waiting += [variables[name] for name in used]
    deepest = [path for path in read if not any(other.startswith(f"{path}/") for other in read)]
    return deepest[0] if len(deepest) == 1 else ""


def _pointer(path: str, body: object) -> str:
    """As far as the object has it."""
    found = ""
    for part in path.replace("?", "").split(".")[1:]:
        if not isinstance(body, Mapping) or part not in body:
            break
        body = body[part]
        found += f"/{escaped(part)}"
    return found


def _short(expression: str) -> str:
    line = " ".join(expression.split())
    return line if len(line) <= 120 else f"{line[:117]}..."


def described(verdicts: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(verdicts))
