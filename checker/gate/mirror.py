"""One environment renders to the same objects as another, except for what settings allow to differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.gate.because import chains, first_place, shortened
from checker.gate.counterparts import ALIASES
from checker.gate.fields import differing
from checker.gate.globs import matches, unit_matches
from checker.gate.model import TEXTS, Case, Judgement, Rule, broken, passed, unknown
from checker.gate.promoted_from import out_of_sight
from checker.model.diff import EnvironmentDiff
from checker.model.objects import KubeObject, Location, text
from checker.model.units import BuiltUnit, Failure, UnitKey

ALWAYS_DIFFERENT = ("metadata.namespace", "metadata.labels.**", "metadata.annotations.**")


def judge(case: Case) -> Judgement:
    model = text(case.parameter("of"))
    other = case.comparison.environment(model)
    if not case.diff.moves and not case.gaps and not (other is not None and other.moves):
        return passed(f"neither {case.environment} nor {model} moves")
    if case.is_out_of_sight(model):
        return unknown(out_of_sight(model), fix=f"fetch the branch of {model}", location=first_place(case.moving, case.gaps))
    drift, hidden = _compared(case, model)
    because, place = shortened(drift), first_place(case.moving, case.gaps) or _place(other)
    if drift:
        more = f" (and {len(drift) - 1} more)" if len(drift) > 1 else ""
        return broken(
            f"{case.environment} differs from {model}: {drift[0]}{more}",
            because=because,
            fix="make both the same, or name the field under `allow`",
            location=place,
        )
    if hidden:
        return unknown(
            f"{hidden[0].unit.key} could not be rendered in {case.environment} and in {model}",
            because=chains(case.moving, case.gaps),
            fix="make it render",
            location=place,
        )
    return passed(f"{case.environment} renders to the same as {model}")


def _compared(case: Case, model: str) -> tuple[list[str], list[BuiltUnit]]:
    """What differs, and the units of which one side cannot be seen."""
    there = case.head_of(model)
    drift: list[str] = []
    hidden: list[BuiltUnit] = []
    met: set[UnitKey] = set()
    for built in case.mine(case.head_units):
        twins = there.of(built.unit, model, case.parameter("pairs"))[:1]
        met.update(twin.unit.key for twin in twins)
        if not twins and not unit_matches(built.unit, case.texts("allow")):
            drift.append(f"{built.unit.key} exists only in {case.environment}")
        for twin in twins:
            if isinstance(built.result, Failure) or isinstance(twin.result, Failure):
                hidden.append(built)
            else:
                drift += _drift(built, twin, case.texts("allow"))
    others = (built for built in there.in_environment(model) if built.unit.key not in met and case.concerns(built.unit))
    drift += [f"{built.unit.key} exists only in {model}" for built in others if not unit_matches(built.unit, case.texts("allow"))]
    return drift, hidden


def _place(diff: EnvironmentDiff | None) -> Location | None:
    return first_place([unit for unit in diff.units if unit.moves]) if diff is not None else None


def _drift(built: BuiltUnit, twin: BuiltUnit, allowed: tuple[str, ...]) -> Iterator[str]:
    mine, theirs = _by_name(built), _by_name(twin)
    wanted = tuple(_stepped(pattern) for pattern in (*ALWAYS_DIFFERENT, *allowed))
    for key in sorted({*mine, *theirs}):
        one, two = mine.get(key), theirs.get(key)
        name = f"{key[1]} {key[2]}"
        if matches(f"{key[1]}/{key[2]}", allowed) or matches(key[1], allowed):
            continue
        if one is None or two is None:
            there = (built if one is not None else twin).unit.environment
            yield f"{name} exists only in {there}"
            continue
        yield from (f"{name}: {path}" for path in differing(dict(two.body), dict(one.body)) if not matches(_stepped(path), wanted))


def _by_name(built: BuiltUnit) -> Mapping[tuple[str, str, str], KubeObject]:
    own = {built.unit.environment, *ALIASES.get(built.unit.environment, ())}
    return {
        (obj.group, obj.kind, "-".join(word for word in obj.name.split("-") if word not in own) or obj.name): obj for obj in built.objects
    }


def _stepped(path: str) -> str:
    """With `/` in the place of dots and brackets, so that `*` stands for one step and `**` for any number."""
    return path.replace("[", "/").replace("]", "").replace(".", "/")


RULE = Rule(
    id="mirror",
    title="One environment equals another",
    why="A staging that differs from production in more than size tests something else. Differences that are meant belong in a list.",
    fix="Make the field the same in both, or list it under `allow`.",
    judge=judge,
    parameters={
        "of": {"type": "string", "minLength": 1},
        "allow": TEXTS,
        "pairs": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    required=("of",),
    shorthand="of",
    takes={
        "of": "the environment that this one must equal",
        "allow": "what may differ: kinds, Kind/name, unit globs, and fields such as spec.replicas, where * is one step and ** any number",
        "pairs": "unit glob here to unit glob there, where names do not tell which belong together",
    },
    bad="# overlays/staging only\n+patches:\n+  - path: more-memory.yaml",
    good="rules:\n  mirror:\n    production: {of: staging, allow: [spec.replicas, Ingress, 'spec.**.image']}",
)
