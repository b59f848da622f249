"""Kubernetes quantities by meaning: "1000m", "1" and 1 are one amount (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)."""

from __future__ import annotations

import re
from fractions import Fraction

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d{1,3}|[KMGTPE]i|[numkMGTPE]?)")
_SUFFIXES = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "": Fraction(1),
    **{suffix: Fraction(1000**power) for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Fraction(1024**power) for power, suffix in enumerate("KMGTPE", 1)},
}
_MAX_LENGTH = 64


def amount(value: object) -> Fraction | None:
    """The number that a quantity stands for, None for anything that is not one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    written = str(value)
    match = _QUANTITY.fullmatch(written) if len(written) <= _MAX_LENGTH else None
    if match is None:
        return None
    number, suffix = match.groups()
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix[1] != "i":
        return Fraction(number) * Fraction(10) ** int(suffix[1:])
    return Fraction(number) * _SUFFIXES[suffix]


def shown_cpu(value: Fraction) -> str:
    """Millicores below ten cores or where they matter, whole cores else."""
    return f"{_decimal(value)}" if value.denominator == 1 else f"{_decimal(value * 1000)}m"


def shown_bytes(value: Fraction) -> str:
    """In the largest binary unit that keeps the number at one or more."""
    size, suffix = Fraction(abs(value)), ""
    for unit in ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"):
        if size < 1024:
            break
        size, suffix = size / 1024, unit
    return f"{'-' if value < 0 else ''}{_decimal(size)}{suffix}"


def _decimal(value: Fraction) -> str:
    rounded = round(float(value), 2)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:g}"
