"""Which unit of one environment is the same thing as a unit of another: the same name once the environment is taken out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from checker.gate.globs import unit_matches
from checker.model.objects import JSONValue, mapping, text
from checker.model.units import BuiltUnit, DeployUnit

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


def counterparts(unit: DeployUnit, units: Iterable[BuiltUnit], environment: str, pairs: JSONValue = None) -> Sequence[BuiltUnit]:
    """Of these units those in `environment` that are the same thing; `pairs` in settings (unit glob to unit glob) decides first."""
    there = [built for built in units if built.unit.environment == environment]
    for mine, theirs in mapping(pairs).items():
        if unit_matches(unit, (mine,)):
            return [built for built in there if unit_matches(built.unit, (text(theirs),))]
    alike = [built for built in there if built.unit.controller is unit.controller and stem(built.unit) == stem(unit)]
    return [built for built in alike if built.unit.namespace == unit.namespace] or alike
