"""Refusals of the engine. The place and the chain of kustomizations are added where they are known: see `target.place`."""

from __future__ import annotations

from checker.model.objects import Location
from checker.model.units import Reason, RenderFailure


def broken(message: str, location: Location | None = None) -> RenderFailure:
    """kustomize refuses this too."""
    return RenderFailure(message, reason=Reason.BROKEN, location=location)


def unsupported(message: str, location: Location | None = None) -> RenderFailure:
    """kustomize may do this; we do not, by name."""
    return RenderFailure(message, reason=Reason.UNSUPPORTED, location=location)


def remote(message: str, location: Location | None = None) -> RenderFailure:
    return RenderFailure(message, reason=Reason.REMOTE, location=location)
