"""`spec.postBuild` of a Kustomization and the ConfigMaps and Secrets it names -> objects with variables substituted.

What lives only in the cluster is unknown: a variable it might define stays as it is written (`${NAME}`), with a note.
Values of Secrets are stood in for by placeholders that name the key: they are not known here (redacted, or encrypted), and
a Secret that was merely encrypted anew must not seem to rename what uses it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.records import dataclass, replace
from checker.model.units import DeployUnit, Note, RenderFailure
from checker.render.flux.emission import emit
from checker.render.flux.envsubst import SubstitutionError, substitute
from checker.render.options import RenderOptions
from checker.tools.flux import release

SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"
PLACEHOLDER = "..PLACEHOLDER_{}.."
STRICT_SINCE = (2, 9)
_NAME = re.compile(r"[_A-Za-z][_A-Za-z0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """`unknown` names the objects that may define more than `values` holds."""

    values: Mapping[str, str]
    always: bool = False
    strict: bool = True
    unknown: tuple[str, ...] = ()

    @property
    def apply(self) -> bool:
        return bool(self.values) or self.always or bool(self.unknown)


def read_variables(unit: DeployUnit, options: RenderOptions) -> Variables | None:
    """None where the Kustomization has no postBuild."""
    assert unit.declaration is not None
    post_build = dig(unit.declaration.body, "spec", "postBuild")
    if not isinstance(post_build, dict):
        return None
    values: dict[str, str] = {}
    unknown: list[str] = []
    for item in sequence(post_build.get("substituteFrom")):
        reference = mapping(item)
        kind, name = text(reference.get("kind")), text(reference.get("name"))
        data = _data(unit, kind, name, options)
        if data is not None:
            values.update(data)
        elif reference.get("optional") is not True:
            unknown.append(f"{kind} {unit.declaration.namespace}/{name}")
    for key, value in mapping(post_build.get("substitute")).items():
        values[key] = _joined(value)
    for key in values:
        if not _NAME.fullmatch(key):
            raise RenderFailure(
                f"variable name {key!r} is invalid: letters, digits and underscores only, so Flux refuses the whole Kustomization"
            )
    return Variables(
        values=values, always=post_build.get("substituteStrategy") == "Always", strict=is_strict(options), unknown=tuple(unknown)
    )


def is_strict(options: RenderOptions) -> bool:
    """A variable without value and default is an error since Flux 2.9 (StrictPostBuildSubstitutions)."""
    return release(options.flux) >= STRICT_SINCE


def substituted(obj: KubeObject, variables: Variables) -> KubeObject:
    """Substitution is made in the object's text, which is then read again: values may change their type."""
    if "disabled" in (obj.labels.get(SUBSTITUTE), obj.annotations.get(SUBSTITUTE)) or not _mentions(obj.body):
        return obj
    from checker.tools.yaml import load_documents
    from checker.tools.yaml.scalars import Rules, plain

    source = emit(obj.body, lambda scalar: scalar == "<<" or not isinstance(plain(scalar, Rules.KUBERNETES), str))
    try:
        result = substitute(source, variables.values, strict=variables.strict, keep=bool(variables.unknown))
    except SubstitutionError as error:
        raise RenderFailure(f"{obj.kind} {obj.name}: post-build substitution failed: {error}", location=obj.origin.location) from error
    document = next(iter(load_documents(result.encode("utf-8", "surrogateescape"))), None)
    if document is None or document.error or not isinstance(document.value, dict):
        why = document.error.message if document is not None and document.error else "it is no longer an object"
        raise RenderFailure(f"{obj.kind} {obj.name} is not valid YAML after post-build substitution: {why}", location=obj.origin.location)
    return replace(obj, body=document.value)


def unknown_notes(unit: DeployUnit, variables: Variables) -> tuple[Note, ...]:
    message = (
        "{} is not in this repository: variables it may define are left as they are written; give them under `clusters` in the settings"
    )
    return tuple(Note(id="unknown-variables", message=message.format(name), location=unit.origin.location) for name in variables.unknown)


def _data(unit: DeployUnit, kind: str, name: str, options: RenderOptions) -> dict[str, str] | None:
    assert unit.declaration is not None
    namespace = unit.declaration.namespace
    known = options.variables.get(f"{kind}/{namespace}/{name}")
    found = next((obj for obj in unit.related if (obj.kind, obj.namespace, obj.name) == (kind, namespace, name)), None)
    if found is not None:
        data = {key: _joined(value) for key, value in mapping(found.body.get("data")).items()}
        if kind == "Secret":
            data = {key: PLACEHOLDER.format(key) for key in (*data, *mapping(found.body.get("stringData")))}
        return {**data, **{key: _joined(value) for key, value in (known or {}).items()}}
    return None if known is None else {key: _joined(value) for key, value in known.items()}


def _joined(value: JSONValue) -> str:
    """Newlines are removed, not replaced."""
    return text(value, "" if value is None else str(value)).replace("\n", "")


def _mentions(value: object) -> bool:
    """Whether any text in it has a `$`: all other objects come back as they went in."""
    match value:
        case str():
            return "$" in value
        case list():
            return any(_mentions(item) for item in value)
        case dict():
            return any("$" in key or _mentions(item) for key, item in value.items())
        case _:
            return False
