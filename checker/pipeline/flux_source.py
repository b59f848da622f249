"""What a Flux unit is made of when that lies outside the repository, in few words."""

from __future__ import annotations

from checker.model.objects import dig, mapping, text
from checker.model.units import Controller, DeployUnit


def flux_source(unit: DeployUnit) -> str:
    """`chart podinfo 6.x`, `OCIRepository podinfo`, `GitRepository apps/dev-team`; empty for other units."""
    if unit.declaration is None:
        return ""
    spec = unit.declaration.body.get("spec")
    if unit.controller is Controller.FLUX_KUSTOMIZATION:
        return _named(dig(spec, "sourceRef"))
    if unit.controller is not Controller.FLUX_HELMRELEASE:
        return ""
    chart = mapping(dig(spec, "chart", "spec"))
    if not chart:
        return _named(dig(spec, "chartRef"))
    return f"chart {text(chart.get('chart'))} {text(chart.get('version'))}".rstrip()


def _named(reference: object) -> str:
    known = mapping(reference)
    name = "/".join(filter(None, (text(known.get("namespace")), text(known.get("name")))))
    return f"{text(known.get('kind'))} {name}".strip()
