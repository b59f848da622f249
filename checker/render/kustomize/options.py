"""What a build may be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checker.model.objects import JSONValue
from checker.model.paths import RepoPath
from checker.model.records import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRequest:
    """A chart of `helmCharts`, to be templated. `path` is the chart's folder in the tree, `values` all values it gets."""

    path: RepoPath
    release: str
    namespace: str
    values: Mapping[str, JSONValue]
    include_crds: bool
    skip_hooks: bool
    skip_tests: bool
    kube_version: str
    api_versions: tuple[str, ...]


HelmCall = Callable[[ChartRequest], Sequence[Mapping[str, JSONValue]]]
"""Templates a chart: its objects, in order. Raises RenderFailure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KustomizeOptions:
    """`load_restrictor` is `root` (files below the kustomization only, kustomize's default) or `none` (Flux).

    `order` holds where the kustomization has no `sortOptions`: `legacy` as the command line, `fifo` as the library.
    `sources` maps URLs of remote bases to copies in the tree. Charts need `enable_helm` and `helm`.
    """

    load_restrictor: str = "root"
    enable_helm: bool = False
    order: str = "legacy"
    sources: Mapping[str, RepoPath] = field(default_factory=dict)
    helm: HelmCall | None = None
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
