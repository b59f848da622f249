"""What is asked of Helm and what it answers, whichever engine does the work."""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.findings import CheckerError
from checker.model.objects import JSONValue
from checker.model.records import dataclass, field


class HelmFailed(CheckerError):
    """Helm refuses the chart or its values: it would in the cluster too."""


class HelmMissing(CheckerError):
    """No engine is installed, or none that can do what is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmCall:
    """`kube_version` and `api_versions` of the cluster; empty means what the engine takes by itself. `helm` is the release
    that renders in the cluster, empty for one that does as ours.
    """

    release: str
    namespace: str
    values: Mapping[str, JSONValue] = field(default_factory=dict)
    include_crds: bool = False
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    helm: str = ""
    is_upgrade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOutput:
    """Rendered text of one template. `source` starts with the chart's name: `podinfo/templates/service.yaml`."""

    source: str
    text: str
    is_crd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Templated:
    """`again` are the outputs that a second render gave otherwise; `assumed` says what the engine had to take for granted."""

    outputs: tuple[TemplateOutput, ...]
    again: tuple[TemplateOutput, ...] = ()
    engine: str
    assumed: str = ""
