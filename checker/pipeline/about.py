"""What a listing says of a unit besides its name: the project it is in, what it deploys, at which revision, and how it is synced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.model.objects import JSONValue, dig, mapping, sequence, text
from checker.model.paths import shown
from checker.model.records import dataclass
from checker.model.units import BuiltUnit, Controller
from checker.tools.argocd import sync_of


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Empty where a unit has no such thing. A field with several values has them joined by ` + `, in the order of the sources."""

    project: str = ""
    source: str = ""
    revision: str = ""
    sync: str = ""


def about(built: BuiltUnit) -> About:
    unit = built.unit
    source = shown(unit.path) if unit.path is not None else ""
    body = unit.declaration.body if unit.declaration is not None else {}
    if unit.controller is Controller.ARGOCD_APPLICATION:
        sources = list(_sources(body))
        return About(
            project=text(dig(body, "spec", "project")) or "default",
            source=" + ".join(dict.fromkeys(filter(None, map(_place, sources)))) or source,
            revision=" + ".join(dict.fromkeys(text(source.get("targetRevision")) or "HEAD" for source in sources)),
            sync=str(sync_of(body)),
        )
    if unit.controller is Controller.ARGOCD_APPLICATIONSET:
        policy = text(dig(body, "spec", "syncPolicy", "applicationsSync")) or "sync"
        generators = dict.fromkeys(
            name for entry in sequence(dig(body, "spec", "generators")) for name in mapping(entry) if name != "selector"
        )
        return About(
            project=text(dig(body, "spec", "template", "spec", "project")) or "default", source=" + ".join(generators), sync=policy
        )
    return About(source=source)


def _sources(body: Mapping[str, JSONValue]) -> Iterator[Mapping[str, JSONValue]]:
    dry = mapping(dig(body, "spec", "sourceHydrator", "drySource"))
    for source in [dry] if dry else sequence(dig(body, "spec", "sources")) or [dig(body, "spec", "source")]:
        yield mapping(source)


def _place(source: Mapping[str, JSONValue]) -> str:
    """A folder, a chart, or nothing for a source that others only refer to."""
    chart, path = text(source.get("chart")), text(source.get("path"))
    return f"chart {chart}" if chart else path
