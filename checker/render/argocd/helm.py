"""A chart as Argo CD calls `helm template`: where values come from, in which order, and under which names.

Order, low to high: the chart's values.yaml, valueFiles, valuesObject (else values), parameters, fileParameters.
util/helm/cmd.go and reposerver/repository/repository.go, argo-cd.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from checker.model.objects import JSONValue, KubeObject, Location, mapping, sequence, text
from checker.model.paths import PathEscapes, RepoPath
from checker.model.tree import EntryKind, TreeError, walk
from checker.model.units import Note, Reason, RenderFailure
from checker.render.argocd.context import Context
from checker.render.argocd.sources import Checkout
from checker.tools.argocd import doublestar, listed_order

_COMMA = re.compile(r"(?<=[^\\]),")
_GLOB = re.compile(r"[*?\[]")
VERSIONS = ("", "v3", "v4")


def render_helm(context: Context) -> tuple[tuple[KubeObject, ...], tuple[Note, ...]]:
    """The objects with CRDs and hooks, and what Helm's render has to say."""
    from checker.render.helm import HelmRequest, template_release

    settings = context.section("helm")
    if text(settings.get("version")) not in VERSIONS:
        raise context.broken(f"helm.version {text(settings.get('version'))!r} is not one that Argo CD knows: v3, v4")
    namespace = text(settings.get("namespace")) or text(context.section("kustomize").get("namespace")) or context.namespace
    request = HelmRequest(
        release=text(settings.get("releaseName")) or context.unit.name,
        namespace=namespace or "default",
        values=values_of(context, settings),
        include_crds=settings.get("skipCrds") is not True,
        tests=settings.get("skipTests") is not True,
        kube_version=text(settings.get("kubeVersion")) or context.options.kubernetes,
        api_versions=tuple(text(item) for item in sequence(settings.get("apiVersions"))) or context.options.api_versions,
        helm=context.options.helm,
    )
    try:
        result = template_release(context.source.checkout.tree, context.source.path, request, context.options)
    except RenderFailure as failure:
        if settings.get("skipSchemaValidation") is True and "schema" in failure.message:
            raise context.refused(f"helm.skipSchemaValidation is not supported: {failure.message}") from failure
        raise
    return result.objects, result.notes


def values_of(context: Context, settings: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """Everything that lies over the chart's own values."""
    from checker.tools.helm import merged_values, set_value
    from checker.tools.helm.values import SetError

    values: dict[str, JSONValue] = {}
    for checkout, path in _value_files(context, settings):
        values = merged_values(values, _read_values(checkout, path))
    inline = settings.get("valuesObject")
    if isinstance(inline, dict):
        values = merged_values(values, inline)
    elif text(settings.get("values")):
        values = merged_values(values, _parsed(text(settings.get("values")), context))
    result: dict[str, Any] = copy.deepcopy(values)
    try:
        for expression, as_text in _parameters(context, settings):
            set_value(result, expression, as_text=as_text)
        for name, content in _file_parameters(context, settings):
            set_value(result, f"{name}={content}", literal=True)
    except SetError as error:
        raise context.broken(f"helm.parameters: {error}") from error
    return result


def _parameters(context: Context, settings: Mapping[str, JSONValue]) -> Iterator[tuple[str, bool]]:
    """`--set` before `--set-string`; of one name the last counts."""
    for forced in (False, True):
        chosen: dict[str, str] = {}
        for item in sequence(settings.get("parameters")):
            parameter = mapping(item)
            if (parameter.get("forceString") is True) is forced:
                chosen[text(parameter.get("name"))] = context.expanded(text(parameter.get("value")))
        for name, value in chosen.items():
            is_list = value.startswith("{") and value.endswith("}")
            yield f"{name}={value if is_list else _COMMA.sub(chr(92) + chr(92) + ',', value)}", forced


def _file_parameters(context: Context, settings: Mapping[str, JSONValue]) -> Iterator[tuple[str, str]]:
    for item in sequence(settings.get("fileParameters")):
        parameter = mapping(item)
        checkout, path = _resolved(context, text(parameter.get("path")))
        try:
            yield text(parameter.get("name")), checkout.tree.read(path).decode()
        except (TreeError, UnicodeDecodeError) as error:
            raise context.broken(f"helm.fileParameters: {error}") from error


def _value_files(context: Context, settings: Mapping[str, JSONValue]) -> Iterator[tuple[Checkout, RepoPath]]:
    """Each file once, at its first place; a file that is also listed by name keeps that place and leaves the glob."""
    ignore = settings.get("ignoreMissingValueFiles") is True
    entries: list[tuple[Checkout, RepoPath]] = []
    for item in sequence(settings.get("valueFiles")):
        if isinstance(item, str):
            entries.extend([_resolved(context, item)])
    named = {(id(checkout.tree), path) for checkout, path in entries if not _GLOB.search(path)}
    seen: set[tuple[int, RepoPath]] = set()
    for checkout, path in entries:
        matches = [path]
        if _GLOB.search(path):
            matches = _matches(checkout, path)
            if not matches and not ignore:
                raise context.broken(f"helm.valueFiles: {path} matches no file")
            matches = [match for match in matches if (id(checkout.tree), match) not in named]
        for match in matches:
            if (id(checkout.tree), match) in seen or (ignore and checkout.tree.kind(match) is not EntryKind.FILE):
                continue
            seen.add((id(checkout.tree), match))
            yield checkout, match


def _matches(checkout: Checkout, pattern: RepoPath) -> list[RepoPath]:
    fixed: list[str] = []
    for segment in pattern.split("/"):
        if re.search(r"[*?\[{\\]", segment):
            break
        fixed.append(segment)
    top = RepoPath("/".join(fixed))
    if checkout.tree.kind(top) is not EntryKind.DIRECTORY:
        return []
    return sorted((path for path in walk(checkout.tree, top) if doublestar(pattern, path)), key=listed_order)


def _resolved(context: Context, entry: str) -> tuple[Checkout, RepoPath]:
    """A path relative to the source, to the repository's root with `/`, or to another repository's with `$ref`."""
    if context.plan.is_multi and entry.startswith("$"):
        return _referred(context, entry)
    path = context.expanded(entry)
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path)
    if scheme is not None:
        if scheme[0].lower() not in ("http://", "https://"):
            raise context.broken(f"helm values file {path}: Argo CD allows http and https only")
        raise RenderFailure(
            f"helm values file {path} is remote; copy it into the repository", reason=Reason.REMOTE, location=context.unit.origin.location
        )
    checkout = context.source.checkout
    try:
        return checkout, checkout.path(path, context.source.path)
    except PathEscapes as error:
        raise context.broken(f"helm values file {error}") from error


def _referred(context: Context, entry: str) -> tuple[Checkout, RepoPath]:
    name, _, rest = entry[1:].partition("/")
    if name in context.plan.failing:
        raise context.plan.failing[name]
    if name not in context.plan.refs:
        raise context.broken(f"helm values file {entry}: no source has ref {name!r}")
    checkout = context.plan.refs[name]
    try:
        return checkout, checkout.path(context.expanded(rest))
    except PathEscapes as error:
        raise context.broken(f"helm values file {entry}: {error}") from error


def _read_values(checkout: Checkout, path: RepoPath) -> Mapping[str, JSONValue]:
    from checker.tools.yaml import load_documents

    if checkout.tree.kind(path) is not EntryKind.FILE:
        message = f"helm values file {path} does not exist in {checkout.tree.label}"
        raise RenderFailure(message, reason=Reason.REMOTE if checkout.is_guess else Reason.BROKEN)
    documents = load_documents(checkout.tree.read(path))
    if not documents or (documents[0].error is None and documents[0].value is None):
        return {}
    document = documents[0]
    if document.error is not None:
        raise RenderFailure(document.error.message, location=Location(path=path, line=document.error.line, column=document.error.column))
    if not isinstance(document.value, dict):
        raise RenderFailure("values must be a mapping", location=Location(path=path, line=document.line))
    return document.value


def _parsed(values: str, context: Context) -> Mapping[str, JSONValue]:
    from checker.tools.yaml import load_documents

    documents = load_documents(values.encode("utf-8", "surrogateescape"))
    if not documents or (documents[0].error is None and documents[0].value is None):
        return {}
    if documents[0].error is not None or not isinstance(documents[0].value, dict):
        why = documents[0].error.message if documents[0].error is not None else "must be a mapping"
        raise context.broken(f"helm.values: {why}")
    return documents[0].value
