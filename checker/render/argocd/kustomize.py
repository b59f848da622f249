"""A kustomization with the Application's options written into it, as Argo CD runs `kustomize edit` before it builds.

What each edit does to an entry that is there already is kustomize's: kustomize/commands/edit, kubernetes-sigs/kustomize. The
order of the edits is Argo CD's: util/kustomize/kustomize.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from checker.model.objects import JSONValue, KubeObject, Location, dig, mapping, sequence, text
from checker.model.paths import KUSTOMIZATION_FILES, PathEscapes, RepoPath, join
from checker.model.tree import EntryKind, OverlayTree, Tree, TreeError
from checker.model.units import RenderFailure
from checker.render.argocd.context import Context

if TYPE_CHECKING:
    from checker.render.kustomize import ChartRequest

_TAG = re.compile(r"(.*):([a-zA-Z0-9._-]*|\*)")
_FIELDS = frozenset(
    {
        *("namePrefix", "nameSuffix", "images", "replicas", "commonLabels", "commonAnnotations", "namespace", "patches", "components"),
        *("forceCommonLabels", "forceCommonAnnotations", "commonAnnotationsEnvsubst", "labelWithoutSelector", "labelIncludeTemplates"),
        *("ignoreMissingComponents", "version", "kubeVersion", "apiVersions"),
    }
)
_OUTSIDE = frozenset({"version", "kubeVersion", "apiVersions"})
"""Options of the build, not of the file."""
KEEP = "*"


def render_kustomize(context: Context) -> tuple[KubeObject, ...]:
    """What the edited kustomization builds to."""
    from checker.render.kustomize import KustomizeOptions, build

    source = context.source
    settings = context.section("kustomize")
    unknown = sorted(field for field in settings if field not in _FIELDS and settings[field])
    if unknown:
        raise context.refused(f"kustomize.{unknown[0]} is not supported")
    tree = source.checkout.tree
    if any(settings.get(field) for field in _FIELDS - _OUTSIDE):
        file = _file(context)
        content = edited(_read(context, file), context, settings)
        tree = OverlayTree(tree, {file: json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogateescape")})
    known = build_options(context.unit.related)
    unrestricted = known is not None and "LoadRestrictionsNone" in known
    options = KustomizeOptions(
        load_restrictor="none" if unrestricted else context.options.load_restrictor,
        sources=context.options.sources,
        enable_helm=known is None or "--enable-helm" in known,
        helm=lambda chart: _charted(chart, tree, context),
        kube_version=text(settings.get("kubeVersion")) or context.options.kubernetes,
        api_versions=tuple(text(item) for item in sequence(settings.get("apiVersions"))) or context.options.api_versions,
    )
    return build(tree, source.path, options)


def build_options(related: Sequence[KubeObject]) -> str | None:
    """What the settings of Argo CD say of `kustomize build`, None where the repository does not hold them.

    Then Helm is taken to be enabled, since an Application that needs it would never have worked otherwise.
    """
    for obj in related:
        if obj.kind == "ConfigMap" and obj.name == "argocd-cm":
            return text(dig(obj.body, "data", "kustomize.buildOptions"))
        if obj.kind == "ArgoCD":
            return text(dig(obj.body, "spec", "kustomizeBuildOptions"))
    return None


def _charted(chart: ChartRequest, tree: Tree, context: Context) -> list[Mapping[str, JSONValue]]:
    """A chart that the kustomization names under `helmCharts`."""
    from checker.render.helm import HelmRequest, render_chart

    request = HelmRequest(
        release=chart.release,
        namespace=chart.namespace,
        values=chart.values,
        include_crds=chart.include_crds,
        hooks=not chart.skip_hooks,
        tests=not chart.skip_tests,
        kube_version=chart.kube_version,
        api_versions=chart.api_versions,
    )
    return [obj.body for obj in render_chart(tree, chart.path, request, context.options)]


def edited(content: Mapping[str, JSONValue], context: Context, settings: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """The kustomization after every edit."""
    done: dict[str, Any] = dict(content)
    for field in ("namePrefix", "nameSuffix"):
        if text(settings.get(field)):
            done[field] = settings[field]
    images = [context.expanded(text(item)) for item in sequence(settings.get("images"))]
    if images:
        done["images"] = _with_images(sequence(done.get("images")), images, context)
    if sequence(settings.get("replicas")):
        done["replicas"] = _with_replicas(sequence(done.get("replicas")), sequence(settings.get("replicas")), context)
    _add_labels(done, context, settings)
    _add_annotations(done, context, settings)
    if text(settings.get("namespace")):
        done["namespace"] = settings["namespace"]
    if sequence(settings.get("patches")):
        done["patches"] = [*sequence(done.get("patches")), *(_patch(item) for item in sequence(settings.get("patches")))]
    _add_components(done, context, settings)
    return done


def _with_images(known: Any, arguments: list[str], context: Context) -> list[JSONValue]:
    """An argument for a known name replaces the whole entry; `*` keeps a part of it."""
    wanted: dict[str, dict[str, str]] = {}
    for argument in arguments:
        image = _image(argument)
        if image is None:
            raise context.broken(f"kustomize.images: {argument!r} names no tag, digest or new name")
        wanted[image["name"]] = image
    for item in known:
        entry = {field: text(value) for field, value in mapping(item).items()}
        ours = wanted.get(entry.get("name", ""))
        if ours is None:
            wanted[entry.get("name", "")] = entry
        else:
            ours.update({field: entry.get(field, "") for field, value in ours.items() if value == KEEP})
    return [
        {field: value for field, value in wanted[name].items() if (value and value != KEEP) or field == "name"} for name in sorted(wanted)
    ]


def _image(argument: str) -> dict[str, str] | None:
    """`[old=]new[:tag][@digest]`."""
    name, equals, rest = argument.partition("=")
    if not equals:
        rest = argument
    bare, _, digest = rest.partition("@")
    found = _TAG.fullmatch(bare)
    new, tag = (found[1], found[2]) if found else (bare, "")
    if equals:
        return {"name": name, "newName": new, "newTag": tag, "digest": digest} if rest else None
    return {"name": new, "newTag": tag, "digest": digest} if digest or found else None


def _with_replicas(known: Any, wanted: Any, context: Context) -> list[JSONValue]:
    counts: dict[str, JSONValue] = {}
    for item in wanted:
        name, count = text(mapping(item).get("name")), mapping(item).get("count")
        if isinstance(count, str) and re.fullmatch(r"[0-9]+", count):
            count = int(count)
        if not name or not isinstance(count, int) or isinstance(count, bool):
            raise context.broken(f"kustomize.replicas: {name or 'an entry'} needs a name and a count")
        counts[name] = count
    kept = [item for item in known if text(mapping(item).get("name")) not in counts]
    return [*kept, *({"name": name, "count": count} for name, count in counts.items())]


def _add_labels(done: dict[str, Any], context: Context, settings: Mapping[str, JSONValue]) -> None:
    labels = {name: context.expanded(_scalar(value)) for name, value in mapping(settings.get("commonLabels")).items()}
    without_selector = settings.get("labelWithoutSelector") is True
    templates = settings.get("labelIncludeTemplates") is True
    if not labels:
        return
    if templates and not without_selector:
        raise context.broken("kustomize.labelIncludeTemplates needs labelWithoutSelector")
    force = settings.get("forceCommonLabels") is True
    if not without_selector:
        done["commonLabels"] = _added(mapping(done.get("commonLabels")), labels, "commonLabels", force, context)
        return
    entries = [dict(mapping(item)) for item in sequence(done.get("labels"))]
    fitting = [entry for entry in entries if not entry.get("includeSelectors") and (entry.get("includeTemplates") is True) is templates]
    if not fitting:
        fitting = [{"includeSelectors": False, "includeTemplates": templates, "pairs": {}}]
        entries.extend(fitting)
    fitting[0]["pairs"] = _added(mapping(fitting[0].get("pairs")), labels, "labels", force, context)
    done["labels"] = entries


def _add_annotations(done: dict[str, Any], context: Context, settings: Mapping[str, JSONValue]) -> None:
    expands = settings.get("commonAnnotationsEnvsubst") is True
    annotations = {
        name: context.expanded(_scalar(value)) if expands else _scalar(value)
        for name, value in mapping(settings.get("commonAnnotations")).items()
    }
    if annotations:
        force = settings.get("forceCommonAnnotations") is True
        done["commonAnnotations"] = _added(mapping(done.get("commonAnnotations")), annotations, "commonAnnotations", force, context)


def _added(known: Mapping[str, JSONValue], more: Mapping[str, str], field: str, force: bool, context: Context) -> dict[str, JSONValue]:
    taken = sorted(name for name in more if name in known)
    if taken and not force:
        option = "forceCommonAnnotations" if field == "commonAnnotations" else "forceCommonLabels"
        raise context.broken(f"{field} {taken[0]} is already set in the kustomization; set kustomize.{option} to replace it")
    return {**known, **more}


def _patch(item: JSONValue) -> JSONValue:
    return {key: value for key, value in mapping(item).items() if key in ("path", "patch", "target", "options") and value}


def _add_components(done: dict[str, Any], context: Context, settings: Mapping[str, JSONValue]) -> None:
    ignore = settings.get("ignoreMissingComponents") is True
    known = list(sequence(done.get("components")))
    for item in sequence(settings.get("components")):
        component = text(item)
        if component not in known and not (ignore and not _is_there(context, component)):
            known.append(component)
    if known:
        done["components"] = known


def _is_there(context: Context, component: str) -> bool:
    checkout = context.source.checkout
    try:
        return checkout.tree.kind(checkout.path(component, context.source.path)) is not None
    except (PathEscapes, TreeError):
        return False


def _file(context: Context) -> RepoPath:
    tree, path = context.source.checkout.tree, context.source.path
    names = [name for name in tree.entries(path) if name in KUSTOMIZATION_FILES and tree.kind(join(path, name)) is EntryKind.FILE]
    if len(names) != 1:
        found = f"{' and '.join(names)}, and kustomize accepts only one of them" if names else "no kustomization.yaml"
        raise context.broken(f"{path or '.'} holds {found}")
    return join(path, names[0])


def _read(context: Context, file: RepoPath) -> Mapping[str, JSONValue]:
    from checker.tools.yaml import Rules, load_documents

    for document in load_documents(context.source.checkout.tree.read(file), rules=Rules.KUSTOMIZE)[:1]:
        problem = document.error or next(iter(document.duplicates), None)
        if problem is not None:
            raise RenderFailure(problem.message, location=Location(path=file, line=problem.line, column=problem.column))
        if isinstance(document.value, dict):
            return document.value
        if document.value is not None:
            raise RenderFailure("is not a kustomization: expected a mapping", location=Location(path=file, line=document.line))
    return {}


def _scalar(value: JSONValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)
