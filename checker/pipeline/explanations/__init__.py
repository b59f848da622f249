"""What the rules without a file of their own mean: one table for each room that finds them."""

from __future__ import annotations

from checker.pipeline.explanations import judging, rendering, schemas
from checker.pipeline.explanations.entry import Explanation as Explanation

EXPLANATIONS: tuple[Explanation, ...] = (*schemas.EXPLANATIONS, *rendering.EXPLANATIONS, *judging.EXPLANATIONS)
