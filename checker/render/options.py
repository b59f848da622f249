"""What every renderer may be told: versions, where remote content lies in the tree, and how this repository is named elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checker.model.objects import JSONValue
from checker.model.paths import RepoPath
from checker.model.records import dataclass, field, replace
from checker.model.settings import ClusterSetting, cluster_named
from checker.model.tree import Tree

RevisionTree = Callable[[str], Tree | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """`sources` maps the URL of a remote source (`oci://ghcr.io/acme/charts`) to its copy in the tree.

    `repository_urls` are the URLs by which objects may name this repository, `revisions` the branch names that mean the
    tree at hand (empty: any branch).
    """

    kubernetes: str = "1.33"
    api_versions: tuple[str, ...] = ()
    """Further API versions of the cluster (`monitoring.coreos.com/v1`), for charts that ask."""
    sources: Mapping[str, RepoPath] = field(default_factory=dict)
    repository_urls: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    variables: Mapping[str, Mapping[str, JSONValue]] = field(default_factory=dict)
    """What lives only in the cluster, by `ConfigMap/namespace/name` or `Secret/namespace/name`: its keys and values."""
    flux: str = "2.9"
    """The Flux release where neither settings nor the repository say: decides strict substitution and the API versions served."""
    helm: str = ""
    """The Helm release that the controller embeds; empty for one like ours (4.2 and newer)."""
    clusters: tuple[ClusterSetting, ...] = ()
    """What settings say of single clusters; `on_cluster` puts it in place of the fields above."""
    generators: Mapping[str, Mapping[str, Sequence[Mapping[str, JSONValue]]]] = field(default_factory=dict)
    """What generators of ApplicationSets give that ask outside: by the set's name, then by the generator's, sets of parameters."""
    allow_network: bool = False
    load_restrictor: str = "root"
    """Whether a bare kustomization may read files above itself: `root` (no, as kustomize) or `none`."""
    enable_helm: bool = False
    """Whether a bare kustomization may template the charts it names, as with kustomize's --enable-helm."""
    revision_tree: RevisionTree | None = None
    """The files of another revision of this repository, None for one that is not in this clone: for Applications that are pinned."""

    tags: Callable[[], Sequence[str]] = tuple
    """Lists the tags of this repository, for Applications that follow a range of versions."""

    def on_cluster(self, name: str, flux: str = "") -> RenderOptions:
        """The options for the units of one cluster, in which the repository installs this release of Flux, where it says so."""
        if not self.clusters and not flux:
            return self
        known = cluster_named(name, self.clusters)
        return replace(
            self,
            kubernetes=known.kubernetes or self.kubernetes,
            api_versions=(*self.api_versions, *known.api_versions),
            flux=known.flux or flux or self.flux,
            helm=known.helm or self.helm,
            variables={**self.variables, **known.variables},
        )
