"""Deleting what cannot be brought back, edits the API server refuses, and pruning turned on need a deliberate decision."""

from __future__ import annotations

from collections.abc import Iterator

from checker.gate.because import chains, gap_fix, gap_names, shortened, unit_chains
from checker.gate.globs import matches
from checker.gate.model import TEXTS, Case, Judgement, Rule, broken, passed, unknown
from checker.model.diff import Change, Effect, ObjectDiff, UnitDiff
from checker.model.report import Mode

DESTRUCTIVE = (
    "breaks-reference",
    "crd-version-removed",
    "deletes-crd",
    "deletes-data",
    "deletes-namespace",
    "deletes-network-policy",
    "deletes-statefulset",
    "immutable-field",
    "replaced",
    "storage-shrinks",
    "turns-prune-on",
    "uninstalls",
)
"""Ids of predicted effects."""


def judge(case: Case) -> Judgement:
    wanted = tuple(case.texts("effects")) or DESTRUCTIVE
    kinds, allowed = case.texts("kinds"), case.texts("allow")
    hits = [hit for unit in case.moving for hit in _hits(unit, wanted, kinds, allowed)]
    if hits:
        unit, diff, _ = hits[0]
        more = f" (and {len(hits) - 1} more)" if len(hits) > 1 else ""
        lines = [line for one, two, _ in hits for line in unit_chains(one, [two])[:1]]
        return broken(
            f"{hits[0][2]}{more}",
            because=shortened(list(dict.fromkeys(lines))),
            fix="keep the object, or say that it is meant: name it under `allow`, or use the bypass that settings provide",
            location=next((cause.location for cause in unit.causes), diff.origin.location if diff.origin else None),
        )
    if case.gaps:
        return unknown(
            f"{gap_names(case.gaps)} could not be rendered, so what it would delete in {case.environment} is not known",
            because=chains((), case.gaps),
            fix=gap_fix(case.gaps),
            location=case.gaps[0].location,
        )
    return passed(f"nothing in {case.environment} is destroyed" if case.moving else f"{case.environment} does not move")


Hit = tuple[UnitDiff, ObjectDiff, str]


def _hits(unit: UnitDiff, wanted: tuple[str, ...], kinds: tuple[str, ...], allowed: tuple[str, ...]) -> Iterator[Hit]:
    for diff in unit.objects:
        if matches(f"{diff.key.kind}/{diff.key.namespace}/{diff.key.name}", allowed) or matches(diff.key.kind, allowed):
            continue
        effect = next((effect for effect in diff.effects if effect.id in wanted and effect.id not in allowed), None)
        if effect is not None:
            yield unit, diff, _said(effect, diff)
        elif diff.change is Change.DELETED and diff.key.kind in kinds:
            yield unit, diff, f"{diff.key} is deleted"


def _said(effect: Effect, diff: ObjectDiff) -> str:
    return effect.message if diff.key.name in effect.message else f"{diff.key}: {effect.message}"


RULE = Rule(
    id="destructive-change",
    title="What cannot be undone is not merged by accident",
    why=(
        "A revert brings the manifest back, not the data: a deleted namespace, claim or definition takes everything in it along, and an "
        "edit of an immutable field stops the whole sync."
    ),
    fix="Keep the object, orphan it first (prune: disabled), or name it under `allow` once it is meant.",
    judge=judge,
    parameters={"effects": TEXTS, "kinds": TEXTS, "allow": TEXTS},
    shorthand="effects",
    default=Mode.WARN,
    takes={
        "effects": "ids of effects that count as destruction, in the place of the usual ones; `gitops-check explain` lists them",
        "kinds": "further kinds whose deletion counts",
        "allow": "what is meant: kinds, Kind/namespace/name globs, or ids of effects",
    },
    bad="# apps/production/kustomization.yaml\n resources:\n-  - database-volume-claim.yaml",
    good="rules:\n  destructive-change:\n    production: {mode: enforce, kinds: [Secret], allow: [PersistentVolumeClaim/tmp/*]}",
)
