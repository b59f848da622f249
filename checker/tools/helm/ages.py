"""What Helm releases do otherwise than one another, as far as a render shows it.

Nulls in a chart's own values.yaml: kept as null values up to Helm 4.1, left out since 4.2
(github.com/helm/helm/blob/main/pkg/chart/common/util/coalesce.go).
"""

from __future__ import annotations

import re

DROPS_NULLS = (4, 2)


def keeps_nulls(release: str) -> bool:
    """`release` as people and programs write it: `4.1`, `v3.19.2+g8766e71`; an unknown one is as new as ours."""
    numbers = [int(part) for part in re.findall(r"\d+", release)[:2]]
    return bool(numbers) and (numbers[0], [*numbers, 0][1]) < DROPS_NULLS
