"""Settings as the pipeline reads them: one frozen value, made by the settings room from `.gitops-check.yaml` and flags."""

from __future__ import annotations

from checker.model.findings import Severity
from checker.model.records import dataclass, field, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from checker.model.objects import JSONValue, Location
    from checker.model.report import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentMatch:
    """All given parts must match a unit; globs, where `*` stops at `/` and `**` does not.

    `branch` is the branch that the change goes into, `label` a label of the declaring object as `key=value`.
    """

    path: str | None = None
    cluster: str | None = None
    destination: str | None = None
    namespace: str | None = None
    unit: str | None = None
    label: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSetting:
    """The order in the settings file is the order of promotion, first to last."""

    name: str
    match: tuple[EnvironmentMatch, ...] = ()
    guarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSetting:
    """What is true of a cluster and not in Git. `name` may be a glob; an empty field says nothing.

    `variables` are the data of ConfigMaps and Secrets that live only there, by `ConfigMap/namespace/name`. `server`, `labels`
    and `annotations` are those by which Argo CD knows the cluster.
    """

    name: str = ""
    kubernetes: str = ""
    api_versions: tuple[str, ...] = ()
    flux: str = ""
    helm: str = ""
    """The Helm release that the cluster's controller embeds."""
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    server: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    def over(self, other: ClusterSetting) -> ClusterSetting:
        """What this one says, and `other` where it says nothing."""
        return ClusterSetting(
            name=self.name or other.name,
            kubernetes=self.kubernetes or other.kubernetes,
            api_versions=tuple(dict.fromkeys((*other.api_versions, *self.api_versions))),
            flux=self.flux or other.flux,
            helm=self.helm or other.helm,
            variables={**other.variables, **self.variables},
            server=self.server or other.server,
            labels={**other.labels, **self.labels},
            annotations={**other.annotations, **self.annotations},
        )


def cluster_named(name: str, clusters: Iterable[ClusterSetting]) -> ClusterSetting:
    """All that the settings say of a cluster, later entries over earlier ones. `*` also stands for the cluster without a name."""
    from fnmatch import fnmatchcase

    known = ClusterSetting(name=name)
    for entry in clusters:
        if fnmatchcase(name, entry.name):
            known = replace(entry, name=name).over(known)
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySource:
    """A folder of Rego files in the repository, or the bundled library (`path` None) with a profile."""

    path: str | None = None
    engine: str = "conftest"
    namespaces: tuple[str, ...] = ("main",)
    profile: str = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """One branch-to-environment rule for one environment; an empty environment means every one that is guarded."""

    rule: str
    environment: str
    mode: Mode
    parameters: Mapping[str, JSONValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Findings lifted by settings. `object` is `Kind/namespace/name` with globs; past `until` it no longer holds."""

    rule: str
    reason: str
    path: str | None = None
    object: str | None = None
    environment: str | None = None
    until: date | None = None
    location: Location | None = None


ASSUMED_KUBERNETES = ("1.33",)
"""What manifests are checked for where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    kubernetes: tuple[str, ...] = ()
    """The versions that somebody stated, empty for none; `versions` are those to check for."""
    environments: tuple[EnvironmentSetting, ...] = ()
    clusters: tuple[ClusterSetting, ...] = ()
    generators: Mapping[str, Mapping[str, Sequence[Mapping[str, JSONValue]]]] = field(default_factory=dict)
    """By ApplicationSet and generator, the parameters that somebody outside the repository would give."""
    schemas: tuple[str, ...] = ("default",)
    strict: bool = True
    require_schemas: bool = False
    policies: tuple[PolicySource, ...] = (PolicySource(),)
    rules: tuple[RuleChoice, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    suppress: tuple[Suppression, ...] = ()
    fail_on: Severity | None = Severity.ERROR
    """The least severity that fails a run, None for never."""
    allow_network: bool = False
    baseline: str = ""
    """The file of findings that are known; `baseline_text` is its text where the command line named it."""
    baseline_text: str | None = None
    rego_engine: str = "regorus"
    verify_rego: bool = False
    """Judge with both Rego engines, and fail where they differ."""

    @property
    def versions(self) -> tuple[str, ...]:
        return self.kubernetes or ASSUMED_KUBERNETES
