"""A hydrated environment holds exactly what its dry source renders to: nobody edits it by hand.

Both renders are inputs; objects are compared whole, tracking marks aside. What the dry source rendered to at an earlier commit
counts too: that is a rollback, or a source that has moved on since, and no edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.gate.because import chains, first_place, gap_fix, gap_names, shortened
from checker.gate.fields import differing
from checker.gate.model import Case, Generated, Judgement, Rule, broken, passed, unknown
from checker.model.objects import JSONValue, KubeObject, Location, ObjectKey
from checker.model.paths import is_within
from checker.model.units import BuiltUnit, Failure

_HOW = "name the folders and their dry sources: generated-branch: {%s: {branch: main, folders: {hydrated/folder: dry/folder}}}"


def judge(case: Case) -> Judgement:
    folders = case.options.generated.get(case.environment, ())
    here = any(folder.is_same_tree for folder in folders)
    if not case.moving and not case.gaps and not here:
        return passed(f"{case.environment} does not move")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    if not folders:
        message = f"the dry source of {case.environment} is not known"
        return unknown(message, because=because, fix=_HOW % case.environment, location=place)
    unknowns = [problem for folder in folders if (problem := _unseen(folder))]
    answers = [(folder, *_compared(folder)) for folder in folders if not _unseen(folder)]
    drift = [line for _, lines, _ in answers for line in lines] + list(_unlisted(case, folders))
    if drift:
        more = f" (and {len(drift) - 1} more)" if len(drift) > 1 else ""
        return broken(
            f"{case.environment} is not what its dry source renders to: {drift[0]}{more}",
            because=shortened(drift),
            fix="change the dry source and hydrate again; nothing is edited here by hand",
            location=place or next((_place(folder) for folder, lines, _ in answers if lines), None),
        )
    if unknowns:
        message, fix = unknowns[0]
        return unknown(message, because=because, fix=fix, location=place)
    if case.gaps:
        return unknown(f"{gap_names(case.gaps)} could not be rendered", because=because, fix=gap_fix(case.gaps), location=place)
    return passed(f"{case.environment} is what its dry source renders to", tuple(line for *_, line in answers))


def _place(folder: Generated) -> Location:
    return Location(path=folder.folder)


def _unseen(folder: Generated) -> tuple[str, str] | None:
    """Why a folder cannot be judged, and what would help."""
    if folder.problem:
        return folder.problem, folder.fix
    for built in (folder.dry, folder.wet):
        if built is not None and isinstance(built.result, Failure):
            which = "the dry source" if built is folder.dry else folder.folder or "the hydrated folder"
            return f"{which} of {folder.source} could not be rendered: {built.result.message}", "make it render"
    return None


def _compared(folder: Generated) -> tuple[list[str], str]:
    """What differs from the dry source, nothing where an earlier commit of it explains all; and what it was found to be."""
    assert folder.dry is not None
    assert folder.wet is not None
    name = folder.folder or "."
    if folder.alien:
        return [f"{name} says that it was made from {folder.alien}, which is not on the branch of its dry source"], ""
    drift = list(_drift(_objects(folder.dry), _objects(folder.wet), name))
    if not drift:
        return [], f"{name} is {folder.source}"
    for commit, dry in folder.past:
        if not isinstance(dry.result, Failure) and not any(_drift(_objects(dry), _objects(folder.wet), name)):
            return [], f"{name} is {folder.source} as of {commit[:7]}"
    return drift, ""


def _unlisted(case: Case, folders: tuple[Generated, ...]) -> Iterator[str]:
    """What moves in the environment and lies in no folder that is generated."""
    for unit in case.moving:
        path = unit.unit.path
        if path is not None and not any(is_within(path, folder.folder) for folder in folders):
            yield f"{path or '.'} has no dry source"


def _objects(built: BuiltUnit) -> Mapping[ObjectKey, KubeObject]:
    return {obj.key: obj for obj in built.objects}


def _drift(dry: Mapping[ObjectKey, KubeObject], wet: Mapping[ObjectKey, KubeObject], folder: str) -> Iterator[str]:
    for key in sorted({*dry, *wet}):
        one, two = dry.get(key), wet.get(key)
        if one is None:
            yield f"{key} in {folder} is not in the dry source"
        elif two is None:
            yield f"{key} of the dry source is missing in {folder}"
        elif _plain(one) != _plain(two):
            yield f"{key} in {folder} differs at {next(differing(_plain(one), _plain(two)), 'the type of a value')}"


def _plain(obj: KubeObject) -> dict[str, JSONValue]:
    annotations = {name: value for name, value in obj.annotations.items() if name != "argocd.argoproj.io/tracking-id"}
    metadata = {name: value for name, value in obj.metadata.items() if name != "annotations"}
    return {**obj.body, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


RULE = Rule(
    id="generated-branch",
    title="A hydrated environment is generated, not edited",
    why=(
        "An edit of a generated branch works until the next hydration overwrites it, and until then no source says what runs. "
        "The dry source is the drySource of the Applications whose syncSource or hydrateTo is the branch, at the commit that "
        "hydrator.metadata names; for plain folders it is what `folders` says, on `branch` or, without one, in the same tree."
    ),
    fix="Change the dry source and hydrate again.",
    judge=judge,
    parameters={
        "branch": {"type": "string", "minLength": 1},
        "folders": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
    },
    shorthand="branch",
    bad="# on branch environments/production, by hand\n-  replicas: 2\n+  replicas: 5",
    takes={
        "branch": "the branch of the dry source; the default branch where Applications name it, the same tree for folders",
        "folders": "hydrated folder to the dry folder it is made from, where no Application says it",
    },
    good="rules:\n  generated-branch:\n    production: {branch: main, folders: {shop: apps/shop/overlays/production}}",
)
