"""Which unit of one environment is the same thing as a unit of another: the same name once the environment is taken out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from checker.gate.globs import unit_matches
from checker.model.objects import JSONValue, mapping, text
from checker.model.units import BuiltUnit, Controller, DeployUnit, UnitKey

ALIASES: Mapping[str, tuple[str, ...]] = {
    "development": ("dev", "develop"),
    "dev": ("development", "develop"),
    "integration": ("int",),
    "prod": ("production", "prd", "live"),
    "production": ("prod", "prd", "live"),
    "qa": ("test",),
    "stage": ("staging", "stg"),
    "staging": ("stage", "stg"),
    "test": ("testing", "tst"),
    "testing": ("test", "tst"),
}
"""Short names in common use for one environment."""


def stem(unit: DeployUnit) -> tuple[str, ...]:
    """The words of the unit's name without those of its environment and cluster."""
    own = unit.environment.lower()
    without = {own, *ALIASES.get(own, ()), *_words(own), *_words(unit.cluster)}
    words = _words(unit.name)
    return tuple(word for word in words if word not in without) or words


def _words(name: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[^a-z0-9]+", name.lower()) if word)


class Counterparts:
    """The units of one side, found by what they are."""

    def __init__(self, units: Iterable[BuiltUnit]) -> None:
        self.by_key: dict[UnitKey, BuiltUnit] = {}
        self._by_environment: dict[str, list[BuiltUnit]] = {}
        self._by_stem: dict[tuple[str, Controller, tuple[str, ...]], list[BuiltUnit]] = {}
        for built in units:
            unit = built.unit
            self.by_key[unit.key] = built
            self._by_environment.setdefault(unit.environment, []).append(built)
            self._by_stem.setdefault((unit.environment, unit.controller, stem(unit)), []).append(built)

    def in_environment(self, environment: str) -> Sequence[BuiltUnit]:
        return self._by_environment.get(environment, ())

    def of(self, unit: DeployUnit, environment: str, pairs: JSONValue = None) -> Sequence[BuiltUnit]:
        """Those in `environment` that are the same thing; `pairs` in settings (unit glob to unit glob) decides first."""
        for mine, theirs in mapping(pairs).items():
            if unit_matches(unit, (mine,)):
                return [built for built in self.in_environment(environment) if unit_matches(built.unit, (text(theirs),))]
        alike = self._by_stem.get((environment, unit.controller, stem(unit)), ())
        return [built for built in alike if built.unit.namespace == unit.namespace] or alike
