"""A flux-operator ResourceSet -> its objects: every template once for each set of inputs that the repository holds.

The templates are Go's with `<< >>` around actions; Helm's engine runs them under its own marks. What that engine does
otherwise (`slugify`, named templates, numbers compared) is refused by name. fluxoperator.dev/docs/crd/resourceset
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.paths import RepoPath
from checker.model.records import replace
from checker.model.tree import Tree
from checker.model.units import DeployUnit, Reason, Rendered, RenderFailure
from checker.render.flux.emission import emit
from checker.render.options import RenderOptions
from checker.tools.helm import ChartFiles, HelmCall, HelmFailed, HelmMissing, template_chart

GROUP = "fluxcd.controlplane.io"
MAX_SETS = 10_000
_ACTION = re.compile(r"<<(-?)((?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|(?!>>).)*?)(-?)>>", re.DOTALL)
_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|`[^`]*`")
_INPUTS = re.compile(r"(?<![\w.$])inputs((?:\.\w+)*)")
_REFUSED = re.compile(r"(?<![\w.\"])(slugify|fromJson|define|template|block)\b")
_HELMS_OWN = ("include", "tpl", "lookup", "required", "toToml", "fromYaml")
_NOT_SLIM = (
    *(
        "abbrev",
        "abbrevboth",
        "add1f",
        "addf",
        "bcrypt",
        "buildCustomCert",
        "camelcase",
        "decryptAES",
        "deepCopy",
        "derivePassword",
        "divf",
    ),
    *("encryptAES", "genCA", "genCAWithKey", "genPrivateKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert"),
    *("genSignedCertWithKey", "htpasswd", "initials", "kebabcase", "merge", "mergeOverwrite", "mulf", "mustDeepCopy", "mustMerge"),
    *("mustMergeOverwrite", "nospace", "randAlpha", "randAlphaNum", "randAscii", "randBytes", "randNumeric", "semver", "semverCompare"),
    *("sha512sum", "shuffle", "snakecase", "subf", "swapcase", "untitle", "uuidv4", "wrap", "wrapWith"),
    *("date", "date_in_zone", "date_modify", "now", "htmlDate", "htmlDateInZone", "dateInZone", "dateModify", "env", "expandenv"),
    *("getHostByName", "randInt"),
)
"""Functions of sprig that github.com/go-task/slim-sprig, which ResourceSets use, leaves out of its hermetic set."""
_UNDEFINED = re.compile(rf"(?<![\w.\"])({'|'.join((*_HELMS_OWN, *_NOT_SLIM))})\b|(?<![\w)\]])\.(Values|Release|Chart|Files|Capabilities)\b")
_COMPARES = re.compile(r"(?<![\w.\"])(eq|ne|lt|le|gt|ge)\b")


def render_resourceset(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """Raises RenderFailure, with reason REMOTE for inputs that a provider would fetch."""
    del tree, options
    assert unit.declaration is not None
    spec = mapping(unit.declaration.body.get("spec"))
    steps = [mapping(step) for step in sequence(spec.get("steps"))]
    if steps and (spec.get("resources") or spec.get("resourcesTemplate")):
        raise _failure(unit, "spec.steps stands beside spec.resources or spec.resourcesTemplate, and only one is allowed")
    inputs = _inputs(unit, spec)
    if inputs == [] and sequence(spec.get("inputsFrom")):
        return Rendered(objects=())
    owners: dict[object, str] = {}
    objects: list[KubeObject] = []
    for step in steps or [spec]:
        name = text(step.get("name"))
        for obj in _built(unit, step, inputs):
            if owners.setdefault(obj.key, name) != name:
                raise _failure(unit, f"{obj.key} is in step {owners[obj.key]!r} and in step {name!r}")
            objects.append(_labelled(obj, unit, mapping(spec.get("commonMetadata"))))
    return Rendered(objects=tuple(objects))


def _inputs(unit: DeployUnit, spec: Mapping[str, JSONValue]) -> list[dict[str, JSONValue]]:
    """Flattened: one after the other. Permuted: one of each, under the provider's name."""
    assert unit.declaration is not None
    groups = [(unit.declaration.name, [_provided(mapping(item), unit.declaration) for item in sequence(spec.get("inputs"))])]
    for provider in _providers(unit, spec):
        kind = text(dig(provider.body, "spec", "type"))
        if kind != "Static":
            raise _failure(unit, f"the inputs of {provider.name} (type {kind}) are fetched from outside this repository", Reason.REMOTE)
        groups.append((provider.name, [_provided(mapping(dig(provider.body, "spec", "defaultValues")), provider)]))
    if text(dig(spec, "inputStrategy", "name"), "Flatten") == "Flatten":
        return [item for _, items in groups for item in items]
    scoped = [[{_key(name): item} for item in items] for name, items in groups if items]
    count = 1
    for items in scoped:
        count *= len(items)
    if count > MAX_SETS:
        raise _failure(unit, f"its inputs permute to more than {MAX_SETS} sets")
    return [dict(pair for part in parts for pair in part.items()) for parts in itertools.product(*scoped)] if scoped else []


def _providers(unit: DeployUnit, spec: Mapping[str, JSONValue]) -> list[KubeObject]:
    known = [obj for obj in unit.related if obj.kind == "ResourceSetInputProvider" and obj.namespace == unit.namespace]
    found: dict[str, KubeObject] = {}
    for item in sequence(spec.get("inputsFrom")):
        name, selector = text(mapping(item).get("name")), mapping(mapping(item).get("selector"))
        if selector.get("matchExpressions"):
            raise _failure(unit, "inputsFrom with matchExpressions is not supported", Reason.UNSUPPORTED)
        wanted = mapping(selector.get("matchLabels"))
        chosen = [obj for obj in known if (obj.name == name if name else wanted.items() <= obj.labels.items())]
        if name and not chosen:
            raise _failure(unit, f"the input provider {name} is not declared in this repository", Reason.REMOTE)
        found.update({obj.name: obj for obj in chosen})
    return sorted(found.values(), key=lambda obj: (obj.api_version, obj.namespace, obj.name))


def _provided(values: Mapping[str, JSONValue], by: KubeObject) -> dict[str, JSONValue]:
    provider: JSONValue = {"apiVersion": by.api_version, "kind": by.kind, "name": by.name, "namespace": by.namespace}
    return {**values, "provider": provider}


def _key(name: str) -> str:
    """A provider's name as templates write it: lower case, words joined by `_`."""
    words = re.sub(r"[\s!-/:-@\[-`{-~]", "_", name.lower())
    return "_".join(word for word in re.sub(r"[^a-z0-9_]", "", words).split("_") if word)


def _built(unit: DeployUnit, step: Mapping[str, JSONValue], inputs: Sequence[Mapping[str, JSONValue]]) -> Iterator[KubeObject]:
    """Objects of `resources` before those of `resourcesTemplate`; the first of a name wins.

    Without inputs those of `resources` are all taken, twice the same and disabled ones too (internal/builder/resourceset.go).
    """
    from checker.tools.yaml import read_objects
    from checker.tools.yaml.scalars import Rules, plain

    def resolves(scalar: str) -> bool:
        return scalar == "<<" or not isinstance(plain(scalar, Rules.KUBERNETES), str)

    templates = [emit(mapping(item), resolves) for item in sequence(step.get("resources"))]
    taken_whole = 0 if inputs else len(templates)
    templates += [whole] if (whole := text(step.get("resourcesTemplate"))) else []
    seen: set[object] = set()
    for number, output in enumerate(_run(unit, templates, inputs)):
        read = read_objects(output.encode("utf-8", "surrogateescape"), unit.origin.path)
        for problem in read.problems:
            raise _failure(unit, f"a template renders to invalid YAML: {problem.message}")
        if read.others:
            raise _failure(unit, "a template renders to something without apiVersion and kind")
        for obj in read.objects:
            is_wanted = obj.key not in seen and obj.annotations.get(f"{GROUP}/reconcile") != "disabled"
            if is_wanted or number < taken_whole:
                seen.add(obj.key)
                yield replace(obj, origin=unit.origin)


def _run(unit: DeployUnit, templates: Sequence[str], inputs: Sequence[Mapping[str, JSONValue]]) -> list[str]:
    files: dict[RepoPath, bytes] = {RepoPath("Chart.yaml"): b"apiVersion: v2\nname: set\nversion: 1.0.0\n"}
    sets: list[Mapping[str, JSONValue] | None] = [*inputs] or [None]
    for row, template in enumerate(templates):
        for column, values in enumerate(sets):
            marked = _translated(template, values, column, unit)
            files[RepoPath(f"templates/{row:05}-{column:05}.yaml")] = marked.encode("utf-8", "surrogateescape")
    if not templates:
        return []
    values_of: JSONValue = [_as_text(dict(values or {})) for values in sets]
    try:
        done = template_chart(ChartFiles(name="set", files=files), HelmCall(release="set", namespace="default", values={"sets": values_of}))
    except HelmFailed as error:
        raise _failure(unit, error.message) from error
    except HelmMissing as error:
        raise _failure(unit, f"{error.message}, which also runs the templates of ResourceSets; {error.hint}", Reason.UNSUPPORTED) from error
    return [output.text for output in sorted(done.outputs, key=lambda output: output.source)]


def _translated(template: str, values: Mapping[str, JSONValue] | None, column: int, unit: DeployUnit) -> str:
    out: list[str] = []
    at = 0
    for found in _ACTION.finditer(template):
        out.append(_literal(template[at : found.start()]))
        out.append("{{" + found[1] + _action(found[2], values, column, unit) + found[3] + "}}")
        at = found.end()
    if "<<" in template[at:]:
        raise _failure(unit, f"a template opens an action with << and does not close it: {template[at:].partition('<<')[2][:40].strip()!r}")
    return "".join((*out, _literal(template[at:])))


def _literal(part: str) -> str:
    return part.replace("{{", '{{ "{{" }}')


def _action(action: str, values: Mapping[str, JSONValue] | None, column: int, unit: DeployUnit) -> str:
    code = _TEXT.sub('""', action)
    refused = _REFUSED.search(code)
    if refused is not None:
        raise _failure(unit, f"its templates use {refused[1]}, which is not supported", Reason.UNSUPPORTED)
    undefined = _UNDEFINED.search(code)
    if undefined is not None:
        raise _failure(unit, f"its templates use {undefined[0]}, which ResourceSets do not have")
    if _COMPARES.search(code) and _has_number(values):
        raise _failure(unit, "its templates compare values and its inputs hold numbers, which is not supported", Reason.UNSUPPORTED)
    for path in _INPUTS.findall(code):
        _check_path(values, path, unit)
    pieces = _TEXT.split(action)
    strings = [*_TEXT.findall(action), ""]
    named = f"(index $.Values.sets {column})"
    return "".join(_INPUTS.sub(lambda found: named + found[1], piece) + string for piece, string in zip(pieces, strings, strict=True))


def _check_path(values: Mapping[str, JSONValue] | None, path: str, unit: DeployUnit) -> None:
    """Helm's engine takes a missing key for nothing; flux-operator fails."""
    here: JSONValue = dict(values) if values is not None else None
    for key in path.split(".")[1:]:
        if not isinstance(here, dict) or key not in here:
            raise _failure(unit, f"its templates read inputs{path}, and the inputs have no {key!r}")
        here = here[key]


def _has_number(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has_number(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_number(item) for item in value)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _as_text(value: JSONValue) -> JSONValue:
    """Whole numbers as text: Helm's engine would print large ones with an exponent."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1_000_000 else value


def _labelled(obj: KubeObject, unit: DeployUnit, common: Mapping[str, JSONValue]) -> KubeObject:
    owner: dict[str, JSONValue] = {f"resourceset.{GROUP}/name": unit.name, f"resourceset.{GROUP}/namespace": unit.namespace}
    metadata: dict[str, JSONValue] = dict(obj.metadata)
    metadata["labels"] = {**mapping(metadata.get("labels")), **mapping(common.get("labels")), **owner}
    if mapping(common.get("annotations")):
        metadata["annotations"] = {**mapping(metadata.get("annotations")), **mapping(common.get("annotations"))}
    return replace(obj, body={**obj.body, "metadata": metadata})


def _failure(unit: DeployUnit, why: str, reason: Reason = Reason.BROKEN) -> RenderFailure:
    return RenderFailure(f"ResourceSet {unit.name}: {why}", reason=reason, location=unit.origin.location)
