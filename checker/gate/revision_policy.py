"""Which kinds of revision an environment may follow: a fixed one (tag, commit, digest, version), or one that moves by itself
(branch, version range, latest). Judged are the revisions that a change sets, or all of them where settings say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from checker.gate.globs import matches
from checker.gate.model import TEXTS, Case, Judgement, Rule, broken, passed, unknown
from checker.gate.semver import is_range, parse_version
from checker.model.objects import JSONValue, KubeObject, Location, dig, mapping, sequence, text
from checker.model.records import dataclass
from checker.model.units import BuiltUnit

KINDS = ("branch", "commit", "digest", "latest", "semver", "tag", "version")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Revision:
    """`object` says who follows it."""

    kind: str
    name: str
    object: str


def judge(case: Case) -> Judgement:
    allowed = case.texts("allow")
    branches = case.texts("branches")
    now = {found: place for built in case.mine(case.head_units) for found, place in _followed(built)}
    before = {found for built in case.mine(case.base_units) for found, _ in _followed(built)}
    judged = now if case.parameter("all") is True else {found: place for found, place in now.items() if found not in before}
    bad = [(found, place) for found, place in judged.items() if not _is_allowed(found, allowed, branches)]
    if bad:
        (first, place), more = bad[0], len(bad) - 1
        return broken(
            f"{first.object} follows {first.kind} {first.name or '(none)'}; {case.environment} may follow {', '.join(allowed)}"
            + (f" (and {more} more)" if more else ""),
            because=tuple(f"{_place(where)} -> {found.object} follows {found.kind} {found.name}" for found, where in bad[:20]),
            fix=f"name a {' or '.join(allowed)}" + (f", or one of the branches {', '.join(branches)}" if branches else ""),
            location=place,
        )
    hidden = [gap for gap in case.gaps if gap.unit.declaration is None]
    if hidden:
        return unknown(
            f"{hidden[0].unit.key} could not be rendered, so what it follows is not known",
            fix="make it render",
            location=hidden[0].location,
        )
    return passed(f"what {case.environment} follows is allowed" if judged else f"no revision changes in {case.environment}")


def _is_allowed(found: Revision, allowed: tuple[str, ...], branches: tuple[str, ...]) -> bool:
    if found.kind == "branch" and branches:
        return matches(found.name, branches)
    return found.kind in allowed or (found.kind == "version" and "tag" in allowed)


def _followed(built: BuiltUnit) -> Iterator[tuple[Revision, Location]]:
    """Of the unit's own declaration and sources, and of those it renders."""
    declared = (built.unit.declaration, *built.unit.related, *built.objects)
    for obj in declared:
        if obj is not None:
            for kind, name in followed(obj):
                yield Revision(kind, name, str(obj.key)), obj.origin.location


def followed(obj: KubeObject) -> Iterator[tuple[str, str]]:
    """Kind and name of every revision that an object of Flux or Argo CD follows."""
    spec = mapping(obj.body.get("spec"))
    match (obj.group, obj.kind):
        case ("argoproj.io", "Application"):
            for source in (spec.get("source"), *sequence(spec.get("sources"))):
                if isinstance(source, dict):
                    revision = text(source.get("targetRevision"))
                    yield _chart_version(revision) if source.get("chart") else _git_revision(revision)
        case ("source.toolkit.fluxcd.io", "GitRepository" | "OCIRepository"):
            yield _flux_ref(mapping(spec.get("ref")), obj.kind)
        case ("source.toolkit.fluxcd.io", "HelmChart"):
            yield _chart_version(text(spec.get("version")))
        case ("helm.toolkit.fluxcd.io", "HelmRelease") if dig(spec, "chart", "spec") is not None:
            yield _chart_version(text(dig(spec, "chart", "spec", "version")))
        case _:
            return


def _git_revision(written: str) -> tuple[str, str]:
    """As Argo CD resolves a target revision; a bare name may be a branch or a tag, and only a version is taken for a tag."""
    if written in ("", "HEAD"):
        return "branch", "HEAD"
    if written.startswith("refs/tags/"):
        return "tag", written.removeprefix("refs/tags/")
    if _COMMIT.fullmatch(written):
        return "commit", written
    if is_range(written):
        return "semver", written
    if parse_version(written) is not None:
        return "tag", written
    return "branch", written.removeprefix("refs/heads/")


def _chart_version(written: str) -> tuple[str, str]:
    if written in ("", "*"):
        return "latest", written
    if is_range(written):
        return "semver", written
    return "version", written


def _flux_ref(ref: Mapping[str, JSONValue], kind: str) -> tuple[str, str]:
    """In the order in which Flux prefers the fields; nothing at all is `master`, or the tag `latest` of an artifact."""
    order = ("digest", "semver", "tag") if kind == "OCIRepository" else ("commit", "name", "semver", "tag", "branch")
    for field in order:
        value = text(ref.get(field))
        if value and field == "name":
            return _git_revision(value)
        if value:
            return ("latest", value) if (kind, field, value) == ("OCIRepository", "tag", "latest") else (field, value)
    return ("latest", "latest") if kind == "OCIRepository" else ("branch", "master")


def _place(location: Location) -> str:
    return f"{location.path}:{location.line}"


RULE = Rule(
    id="revision-policy",
    title="The environment follows only fixed revisions",
    why=(
        "An environment that follows a branch or a version range changes without a commit here: no review, no revert. "
        "Most repositories start out that way, so begin with `warn`."
    ),
    fix="Name a tag, a commit or an exact chart version.",
    judge=judge,
    parameters={"allow": {"type": "array", "items": {"enum": [*KINDS]}}, "branches": TEXTS, "all": {"type": "boolean"}},
    required=("allow",),
    shorthand="allow",
    takes={
        "allow": "kinds of revision that may be followed: branch, commit, digest, latest, semver, tag, version",
        "branches": "globs of branches that may be followed all the same",
        "all": "true judges every revision of the environment, not only those that the change sets",
    },
    bad="# an Application of production\n-    targetRevision: v1.4.0\n+    targetRevision: main",
    good="rules:\n  revision-policy:\n    production: {mode: warn, allow: [tag, commit, version], branches: [release-*]}",
)
