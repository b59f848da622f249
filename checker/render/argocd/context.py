"""What every kind of source needs to know of its Application: names, namespaces, the variables of the build environment.

A commit id is not known before the commit: it is a fixed text, the same on both sides of a comparison.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.objects import JSONValue, KubeObject, Location, dig, text
from checker.model.records import dataclass
from checker.model.units import DeployUnit, Reason, RenderFailure
from checker.render.argocd.sources import Plan, Source
from checker.render.options import RenderOptions
from checker.tools.argocd import expand

CONTROL_PLANE = frozenset({"", "argocd", "openshift-gitops"})
"""Namespaces that Argo CD itself is installed in, upstream and by the OpenShift operator."""
UNKNOWN_REVISION = "0000000000000000000000000000000000000000"


@dataclass(frozen=True, kw_only=True)
class Context:
    """One source of one Application."""

    unit: DeployUnit
    plan: Plan
    source: Source
    options: RenderOptions

    @property
    def declaration(self) -> KubeObject:
        assert self.unit.declaration is not None
        return self.unit.declaration

    @property
    def namespace(self) -> str:
        """destination.namespace."""
        return text(dig(self.declaration.body, "spec", "destination", "namespace"))

    def section(self, name: str) -> Mapping[str, JSONValue]:
        found = self.source.body.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def variables(self) -> dict[str, str]:
        body = self.source.body
        return {
            "ARGOCD_APP_NAME": instance_name(self.unit),
            "ARGOCD_APP_NAMESPACE": self.namespace,
            "ARGOCD_APP_PROJECT_NAME": project_name(self.declaration),
            "ARGOCD_APP_REVISION": UNKNOWN_REVISION,
            "ARGOCD_APP_REVISION_SHORT": UNKNOWN_REVISION[:7],
            "ARGOCD_APP_REVISION_SHORT_8": UNKNOWN_REVISION[:8],
            "ARGOCD_APP_SOURCE_REPO_URL": text(body.get("repoURL")),
            "ARGOCD_APP_SOURCE_PATH": text(body.get("path")),
            "ARGOCD_APP_SOURCE_TARGET_REVISION": text(body.get("targetRevision")),
        }

    def expanded(self, value: str) -> str:
        return expand(value, self.variables) if "$" in value else value

    def broken(self, message: str, location: Location | None = None) -> RenderFailure:
        return RenderFailure(message, location=location or self.unit.origin.location)

    def refused(self, message: str) -> RenderFailure:
        return RenderFailure(message, reason=Reason.UNSUPPORTED, location=self.unit.origin.location)


def instance_name(unit: DeployUnit) -> str:
    """How Argo CD names an Application where names must be unique: with its namespace when that is not Argo CD's own."""
    return unit.name if unit.namespace in CONTROL_PLANE else f"{unit.namespace}_{unit.name}"


def project_name(declaration: KubeObject) -> str:
    return text(dig(declaration.body, "spec", "project")) or "default"
