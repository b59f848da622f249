"""The units of both sides in, the predicted deploy diff out: per environment, per unit, per object, per field, with effects.

A unit that one side could not render is in `not_rendered` with the reason: its objects are never created or deleted.
"""

from __future__ import annotations

from checker.compare.effects.catalogue import EFFECTS, EffectKind
from checker.compare.environments import compare
from checker.compare.options import CompareOptions
from checker.model.diff import Comparison

__all__ = ["EFFECTS", "CompareOptions", "Comparison", "EffectKind", "compare"]
