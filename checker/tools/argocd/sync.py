"""When and how Argo CD would sync an Application: by itself or by hand, with what options, in which windows.

Sources: https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/, .../sync-options/ and .../sync_windows/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.model.objects import JSONValue, dig, mapping, sequence, text
from checker.model.records import dataclass
from checker.tools.argocd.globs import glob_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """`automated`: without it, what is merged waits for somebody. `prunes`, `heals`, `empties` count only with it."""

    automated: bool
    prunes: bool = False
    heals: bool = False
    empties: bool = False
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.automated:
            return "manual"
        said = {"prune": self.prunes, "self-heal": self.heals, "allow-empty": self.empties}
        return "+".join(["auto", *(word for word, holds in said.items() if holds)])


def sync_of(application: Mapping[str, JSONValue]) -> Sync:
    """From an Application's body. `enabled: false` turns automation off."""
    policy = mapping(dig(application, "spec", "syncPolicy"))
    options = tuple(text(option) for option in sequence(policy.get("syncOptions")))
    automated = policy.get("automated")
    if not isinstance(automated, dict) or automated.get("enabled") is False:
        return Sync(automated=False, options=options)
    prunes, heals, empties = (automated.get(name) is True for name in ("prune", "selfHeal", "allowEmpty"))
    return Sync(automated=True, prunes=prunes, heals=heals, empties=empties, options=options)


def windows_of(project: Mapping[str, JSONValue], application: Mapping[str, JSONValue]) -> Iterator[str]:
    """The sync windows of an AppProject's body that match an Application, in words. Whether one is open now is not asked."""
    for entry in sequence(dig(project, "spec", "syncWindows")):
        window = mapping(entry)
        if window_applies(window, application):
            zone = text(window.get("timeZone"))
            when = f"{text(window.get('schedule'))} for {text(window.get('duration'))}{f' {zone}' if zone else ''}"
            yield f"{text(window.get('kind'))} {when}{' (manual sync goes on)' if window.get('manualSync') is True else ''}"


def window_applies(window: Mapping[str, JSONValue], application: Mapping[str, JSONValue]) -> bool:
    """One of its three lists, or with `andOperator` each that is given. A cluster is matched as the Application writes it."""
    destination = mapping(dig(application, "spec", "destination"))
    cluster = tuple(filter(None, (text(destination.get("name")), text(destination.get("server")))))
    values = {"applications": (text(dig(application, "metadata", "name")),), "clusters": cluster}
    values["namespaces"] = (text(destination.get("namespace")),)
    hits = [
        any(glob_matches(text(pattern), value) for pattern in sequence(window.get(part)) for value in known)
        for part, known in values.items()
        if sequence(window.get(part))
    ]
    return (all(hits) and bool(hits)) if window.get("andOperator") is True else any(hits)
