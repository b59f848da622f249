"""Settings as the pipeline reads them: one frozen value, made by the settings room from `.gitops-check.yaml` and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checker.model.findings import Severity
from checker.model.objects import JSONValue, Location
from checker.model.report import Mode

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentMatch:
    """All given parts must match a unit; globs, where `*` stops at `/` and `**` does not."""

    path: str | None = None
    cluster: str | None = None
    destination: str | None = None
    namespace: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSetting:
    """The order in the settings file is the order of promotion, first to last."""

    name: str
    match: tuple[EnvironmentMatch, ...] = ()
    guarded: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    kubernetes: tuple[str, ...] = ("1.33",)
    environments: tuple[EnvironmentSetting, ...] = ()
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
    jobs: int = 0
    """Worker processes, 0 for as many as cores."""
