"""What was rendered at head as policies see it: every object with where it runs and what it was at base, made when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from checker.evaluate import EvaluationInput, Inputs, UnitInputs
from checker.model.objects import JSONValue, KubeObject, ObjectKey
from checker.model.units import BuiltUnit

_Place = tuple[str, str]


def judged(base: Sequence[BuiltUnit], head: Sequence[BuiltUnit]) -> Inputs:
    before = _Before(base)
    return Inputs([_unit(built, before) for built in head if built.objects])


def _unit(built: BuiltUnit, before: _Before) -> UnitInputs:
    unit = built.unit
    return UnitInputs(
        unit=unit.key,
        environment=unit.environment,
        cluster=unit.cluster,
        content=built.content,
        size=len(built.objects),
        make=partial(_inputs, built, before),
    )


def _inputs(built: BuiltUnit, before: _Before) -> list[EvaluationInput]:
    unit = built.unit
    place = (unit.cluster, unit.environment)
    return [
        EvaluationInput(
            object=obj,
            unit=unit.key,
            environment=unit.environment,
            cluster=unit.cluster,
            base=before.body(place, obj.key),
            content=built.content,
        )
        for obj in built.objects
    ]


class _Before:
    """The objects of the base by place; of two with one key the last one counts."""

    def __init__(self, base: Sequence[BuiltUnit]) -> None:
        self._units: dict[_Place, list[BuiltUnit]] = {}
        for built in base:
            self._units.setdefault((built.unit.cluster, built.unit.environment), []).append(built)
        self._found: dict[_Place, dict[ObjectKey, tuple[Sequence[KubeObject], int]]] = {}

    def body(self, place: _Place, key: ObjectKey) -> Mapping[str, JSONValue] | None:
        if place not in self._found:
            units = self._units.get(place, ())
            self._found[place] = {held: (built.objects, number) for built in units for number, held in enumerate(built.keys)}
        objects, number = self._found[place].get(key, ((), 0))
        return objects[number].body if objects else None
