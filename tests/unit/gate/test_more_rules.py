"""The rules beyond the first four: what each lets through, what it refuses, and what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from checker.gate import Generated
from checker.gate.codeowners import demands_of, owners_of, parse_owners
from checker.gate.cron import open_until, parse_duration, parse_schedule
from checker.gate.revision_policy import followed
from checker.gate.semver import is_range, parse_version
from checker.model.change import Commit, Signature
from checker.model.paths import RepoPath
from checker.model.report import Verdict
from checker.model.units import BuiltUnit, Controller
from tests.unit.compare.make import deployment, obj, unit
from tests.unit.gate.test_rules import BROKEN, FEATURE, NOW, PASSED, UNKNOWN, both, moved, setting, shop, single


@pytest.mark.parametrize(
    ("before", "after", "staging", "expected"),
    [
        ("shop:1.2.0", "shop:1.3.0", "shop:1.3.0", PASSED),
        ("shop:1.2.0", "shop:1.1.9", "shop:1.3.0", BROKEN),
        ("shop:1.2.0", "shop:1.4.0", "shop:1.3.0", BROKEN),
        ("shop:v1.2.0", "shop:v1.2.0-rc.1", "shop:1.3.0", BROKEN),
        ("shop:1.9.0", "shop:1.10.0", "shop:1.10.0", PASSED),
        ("shop:main", "shop:feature", "shop:1.3.0", PASSED),
        ("shop:1.2.0", "shop:9.0.0", "other:1.0.0", PASSED),
    ],
)
def test_version_order(before: str, after: str, staging: str, expected: Verdict) -> None:
    there = shop(staging, "staging")
    assert (
        single([there, shop(before)], [there, shop(after)], setting("version-order"), order=("staging", "production")).verdict is expected
    )


def test_version_order_compares_with_staging_after_the_merge() -> None:
    before, after = [shop("shop:1.0.0", "staging"), shop("shop:1.0.0")], [shop("shop:2.0.0", "staging"), shop("shop:2.0.0")]
    assert single(before, after, setting("version-order", after="staging")).verdict is PASSED


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("1.0.0-alpha", "1.0.0-alpha.1"),
        ("1.0.0-alpha.beta", "1.0.0-beta"),
        ("1.0.0-rc.1", "1.0.0"),
        ("v1.9", "1.10"),
        ("1.0.0-2", "1.0.0-a"),
    ],
)
def test_semver_precedence(written: str, other: str) -> None:
    one, two = parse_version(written), parse_version(other)
    assert one is not None
    assert two is not None
    assert one < two


@pytest.mark.parametrize(
    ("written", "expected"), [("1.x", True), (">=1", True), ("^2", True), ("1.2.3", False), ("1.0 - 2.0", True), ("box", False)]
)
def test_ranges(written: str, expected: bool) -> None:
    assert is_range(written) is expected


def app(revision: str, **more: Any) -> Any:
    return obj(
        "Application", "x", api="argoproj.io/v1alpha1", spec={"source": {"repoURL": "https://h/r", "targetRevision": revision, **more}}
    )


def source(kind: str, **ref: str) -> Any:
    return obj(kind, "x", api="source.toolkit.fluxcd.io/v1", spec={"ref": ref})


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (app("HEAD"), "branch"),
        (app(""), "branch"),
        (app("main"), "branch"),
        (app("v1.2.3"), "tag"),
        (app("refs/tags/x"), "tag"),
        (app("1.*"), "semver"),
        (app("a" * 40), "commit"),
        (app("1.2.3", chart="x"), "version"),
        (app("*", chart="x"), "latest"),
        (source("GitRepository", branch="main"), "branch"),
        (source("GitRepository", branch="main", tag="v1"), "tag"),
        (source("GitRepository", name="refs/tags/v1"), "tag"),
        (source("GitRepository"), "branch"),
        (source("OCIRepository", tag="latest"), "latest"),
        (source("OCIRepository", digest="sha256:aa"), "digest"),
        (source("OCIRepository", semver=">=1"), "semver"),
        (obj("HelmRelease", "x", api="helm.toolkit.fluxcd.io/v2", spec={"chart": {"spec": {"chart": "x"}}}), "latest"),
    ],
)
def test_what_is_followed(declared: Any, expected: str) -> None:
    assert [kind for kind, _ in followed(declared)] == [expected]


def test_revision_policy_judges_what_the_change_sets() -> None:
    def declared(revision: str) -> list[BuiltUnit]:
        return [unit(app(revision), name="apps")]

    rule = setting("revision-policy", allow=["tag"], branches=["release-*"])
    assert single(declared("v1"), declared("main"), rule).verdict is BROKEN
    assert single(declared("v1"), declared("release-7"), rule).verdict is PASSED
    assert single(declared("main"), declared("main"), rule).verdict is PASSED
    assert single(declared("main"), declared("main"), setting("revision-policy", allow=["tag"], all=True)).verdict is BROKEN


def test_mirror_allows_what_is_listed() -> None:
    head = [shop("shop:1", "staging"), unit(deployment(replicas=9), environment="production")]
    assert single(both(), head, setting("mirror", of="staging", allow=["spec.replicas"])).verdict is PASSED
    verdict = single(both(), head, setting("mirror", of="staging"))
    assert verdict.verdict is BROKEN
    assert "spec.replicas" in verdict.message


@pytest.mark.parametrize(
    ("labels", "trailers", "expected"),
    [
        (("refactoring",), (), BROKEN),
        (("other",), (), PASSED),
        ((), (("Expect-No-Change", "production"),), BROKEN),
        ((), (("Expect-No-Change", "staging"),), PASSED),
    ],
)
def test_a_promise_by_label_or_trailer(labels: tuple[str, ...], trailers: tuple[tuple[str, str], ...], expected: Verdict) -> None:
    rule = setting("expect-no-change", labels="refactoring")
    assert single(*moved("direct"), rule, request=replace(FEATURE, labels=labels), trailers=trailers).verdict is expected


BERLIN = {"schedule": "0 16 * * 5", "duration": "62h", "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("now", "windows", "expected"),
    [
        (datetime(2026, 11, 20, 14, 59, tzinfo=UTC), [BERLIN], PASSED),
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), [BERLIN], BROKEN),
        (datetime(2026, 11, 23, 4, 59, tzinfo=UTC), [BERLIN], BROKEN),
        (datetime(2026, 11, 23, 5, 0, tzinfo=UTC), [BERLIN], PASSED),
        (NOW, [{"kind": "allow", "schedule": "0 9 * * 1-5", "duration": "8h"}], PASSED),
        (NOW.replace(hour=20), [{"kind": "allow", "schedule": "0 9 * * 1-5", "duration": "8h"}], BROKEN),
        (NOW, [{"schedule": "nonsense", "duration": "8h"}], UNKNOWN),
        (NOW, [{"schedule": "0 9 * * *", "duration": "soon"}], UNKNOWN),
        (NOW, [{**BERLIN, "timezone": "Mars/Base"}], UNKNOWN),
        (None, [BERLIN], UNKNOWN),
    ],
)
def test_freeze(now: datetime | None, windows: list[dict[str, str]], expected: Verdict) -> None:
    assert single(*moved("direct"), setting("freeze", windows=windows), now=now).verdict is expected


def argo(*objects: Any, project: str = "shop", name: str = "shop", **destination: str) -> BuiltUnit:
    spec = {
        "project": project,
        "source": {"repoURL": "https://h/acme/shop"},
        "destination": {"name": "prod", "namespace": "shop", **destination},
    }
    declaration = obj("Application", name, api="argoproj.io/v1alpha1", spec=spec)
    return unit(*objects, name=name, controller=Controller.ARGOCD_APPLICATION, declaration=declaration)


def project(**spec: Any) -> BuiltUnit:
    open_ = {"sourceRepos": ["*"], "destinations": [{"name": "*", "namespace": "*"}]}
    body = obj("AppProject", "shop", api="argoproj.io/v1alpha1", namespace="argocd", spec={**open_, **spec})
    return unit(body, name="projects", environment="management")


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["sh*"]}, BROKEN),
        ({"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["other"]}, PASSED),
        ({"kind": "deny", "schedule": "* * * * *", "duration": "1h", "namespaces": ["shop"], "clusters": ["dev"]}, BROKEN),
        (
            {"kind": "deny", "schedule": "* * * * *", "duration": "1h", "namespaces": ["shop"], "clusters": ["dev"], "andOperator": True},
            PASSED,
        ),
        ({"kind": "allow", "schedule": "0 3 * * *", "duration": "1h", "applications": ["*"]}, BROKEN),
        ({"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["{web,shop}"]}, BROKEN),
    ],
)
def test_sync_windows_of_the_project(window: dict[str, Any], expected: Verdict) -> None:
    there = project(syncWindows=[window])
    base, head = [there, argo(deployment())], [there, argo(deployment(replicas=5))]
    assert single(base, head, setting("freeze"), now=NOW).verdict is expected


@pytest.mark.parametrize(
    ("spec", "objects", "expected"),
    [
        ({}, [deployment(replicas=5)], PASSED),
        ({"sourceRepos": ["https://h/acme/*"]}, [deployment(replicas=5)], PASSED),
        ({"sourceRepos": ["https://h/*"]}, [deployment(replicas=5)], BROKEN),
        ({"destinations": [{"name": "dev", "namespace": "*"}]}, [deployment(replicas=5)], BROKEN),
        ({}, [obj("Namespace", "x", namespace="")], BROKEN),
        ({"clusterResourceWhitelist": [{"group": "", "kind": "Namespace"}]}, [obj("Namespace", "x", namespace="")], PASSED),
        ({"namespaceResourceWhitelist": []}, [deployment(replicas=5)], BROKEN),
        ({"namespaceResourceBlacklist": [{"group": "apps", "kind": "*"}]}, [deployment(replicas=5)], BROKEN),
        ({"destinations": [{"name": "*", "namespace": "shop"}]}, [obj("ConfigMap", "x", namespace="kube-system")], BROKEN),
    ],
)
def test_project_bounds(spec: dict[str, Any], objects: list[Any], expected: Verdict) -> None:
    there = project(**spec)
    assert single([there, argo(deployment())], [there, argo(*objects)], setting("project-bounds")).verdict is expected


def test_a_change_cannot_widen_the_project_it_is_judged_by() -> None:
    base = [project(sourceRepos=["https://h/other"]), argo(deployment())]
    head = [project(sourceRepos=["*"]), argo(deployment(replicas=5))]
    assert single(base, head, setting("project-bounds")).verdict is BROKEN


def test_a_project_that_opens_up_in_a_guarded_environment() -> None:
    def narrow(*repositories: str) -> list[BuiltUnit]:
        return [replace(found, unit=replace(found.unit, environment="production")) for found in [project(sourceRepos=[*repositories])]]

    verdict = single(narrow("https://h/acme/*"), narrow("*"), setting("project-bounds"))
    assert verdict.message == "AppProject shop now permits every repository"


@pytest.mark.parametrize("written", ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "*/0 * * * *", "5-1 * * * *", "x * * * *"])
def test_schedules_that_are_none(written: str) -> None:
    assert parse_schedule(written) is None


@pytest.mark.parametrize("written", ["", "h", "1", "1y", "0h", "99999h", "1h x"])
def test_durations_that_are_none(written: str) -> None:
    assert parse_duration(written) is None


@pytest.mark.parametrize(
    ("schedule", "duration", "expected"),
    [
        ("0 12 * * *", "1m", True),
        ("59 11 * * *", "1m", False),
        ("0 0 23 * *", "24h", True),
        ("0 0 24 * mon", "24h", True),
        ("0 0 24 * *", "24h", False),
        ("0 0 * nov mon", "13h", True),
        ("0 0 * * 7", "36h30m", True),
        ("@daily", "13h", True),
        ("*/30 10-11 * * *", "45m", True),
    ],
)
def test_windows(schedule: str, duration: str, expected: bool) -> None:
    parsed, length = parse_schedule(schedule), parse_duration(duration)
    assert parsed is not None
    assert length is not None
    assert (open_until(parsed, length, NOW, UTC) is not None) is expected


OWNERS = """
*                @acme/everyone
/apps/           @acme/apps   # with a comment
docs/*           @acme/docs
*.tf             @acme/infra
/free/
with\\ space.yaml @acme/space
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", ("@acme/everyone",)),
        ("apps/production/a.yaml", ("@acme/apps",)),
        ("other/apps/a.yaml", ("@acme/everyone",)),
        ("docs/a.md", ("@acme/docs",)),
        ("docs/deep/a.md", ("@acme/everyone",)),
        ("apps/x.tf", ("@acme/infra",)),
        ("free/a", ()),
        ("with space.yaml", ("@acme/space",)),
    ],
)
def test_owners_of_a_path(path: str, expected: tuple[str, ...]) -> None:
    assert owners_of(path, parse_owners(OWNERS, "github")) == expected


def test_gitlab_sections_count_each() -> None:
    written = "* @all\n[Apps][2] @apps\n/apps/\n^[Docs]\n/apps/docs/ @docs\n"
    assert owners_of("apps/docs/x", parse_owners(written, "gitlab")) == ("@all", "@apps", "@docs")


@pytest.mark.parametrize(
    ("owners", "parameters", "approvals", "expected"),
    [
        ("* @a", {}, None, PASSED),
        ("own.yaml @a", {}, None, BROKEN),
        ("* @a", {"approved": True}, None, UNKNOWN),
        ("* @a", {"approved": True}, ("b",), BROKEN),
        ("* @A", {"approved": True}, ("a",), PASSED),
    ],
)
def test_owners(owners: str, parameters: dict[str, Any], approvals: tuple[str, ...] | None, expected: Verdict) -> None:
    assert single(*moved("direct"), setting("owners", **parameters), owners_file=owners, approvals=approvals).verdict is expected


GITLAB = """\
* @all
[Apps][2] @lead @apps
/apps/
!/apps/generated/
^[Docs] @docs
*.md
[apps]
/apps/pay/ @pay # @second
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", [("", ("@all",), 1), ("docs", ("@docs",), 0)]),
        ("apps/x.yaml", [("", ("@all",), 1), ("apps", ("@lead", "@apps"), 2)]),
        ("apps/generated/x.yaml", [("", ("@all",), 1)]),
        ("apps/pay/x.yaml", [("", ("@all",), 1), ("apps", ("@pay", "@second"), 2)]),
    ],
)
def test_what_gitlab_asks_for(path: str, expected: list[tuple[str, tuple[str, ...], int]]) -> None:
    assert [(demand.section, demand.owners, demand.required) for demand in demands_of(path, parse_owners(GITLAB, "gitlab"))] == expected


@pytest.mark.parametrize(
    ("kind", "written", "path", "expected"),
    [
        ("github", "* @a\n/apps/ # nobody\n", "apps/x", ()),
        ("github", "* @a\n!/apps/ @b\n", "apps/x", ("@a",)),
        ("github", "/with\\ space/ @a", "with space/x", ("@a",)),
        ("github", "/docs/* @a", "docs/deep/x", ()),
        ("github", "docs/ @a", "apps/docs/deep/x", ("@a",)),
        ("github", "**/logs @a", "build/logs/x", ("@a",)),
        ("github", "*.yaml ada@example.org @acme/ops", "apps/x.yaml", ("ada@example.org", "@acme/ops")),
        ("gitlab", "\\#x @a", "#x", ("@a",)),
        ("bitbucket", "apps/** @acme/ops:random(2) @lead # who knows", "apps/x", ("@acme/ops", "@lead")),
        ("bitbucket", "* @acme/ops:all", "x", ("@acme/ops",)),
    ],
)
def test_dialects(kind: str, written: str, path: str, expected: tuple[str, ...]) -> None:
    assert owners_of(path, parse_owners(written, kind)) == expected


@pytest.mark.parametrize(
    ("approvals", "author", "expected"),
    [
        (("all", "lead", "APPS"), "ada", PASSED),
        (("all", "lead"), "ada", BROKEN),
        (("all", "lead", "apps"), "lead", BROKEN),
        (("lead", "apps"), "ada", BROKEN),
        ((), "ada", BROKEN),
        (None, "ada", UNKNOWN),
    ],
)
def test_each_section_needs_its_approvals(approvals: tuple[str, ...] | None, author: str, expected: Verdict) -> None:
    owners = "* @all\n[Production][2] @lead @apps\nown.yaml\n^[Docs] @docs\nown.yaml\n"
    found = single(
        *moved("direct"),
        setting("owners", approved=True),
        files=["own.yaml"],
        request=replace(FEATURE, author=author),
        owners_file=owners,
        owners_format="gitlab",
        approvals=approvals,
    )
    assert found.verdict is expected, found
    assert "docs" not in found.message


def commit(signature: Signature = Signature.GOOD, signer: str = "a@acme.example", *files: str, **more: Any) -> Commit:
    return Commit(id="c" * 40, subject="change", signature=signature, signer=signer, files=tuple(RepoPath(file) for file in files), **more)


NONE = Signature.NONE


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        ([commit()], PASSED),
        ([commit(), commit(NONE)], BROKEN),
        ([commit(Signature.BAD)], BROKEN),
        ([commit(Signature.UNCHECKED)], BROKEN),
        ([commit(Signature.UNTRUSTED, key="F00")], BROKEN),
        ([commit(Signature.UNTRUSTED, key="CAFE")], PASSED),
        ([commit(Signature.GOOD, "m@evil.example")], BROKEN),
        ([commit(Signature.GOOD, "m@evil.example", key="CAFE")], PASSED),
        ([commit(), commit(NONE, "", "README.md")], PASSED),
        ([commit(NONE, "", "own.yaml")], BROKEN),
        ([commit(), commit(NONE, merge=True)], PASSED),
        ([commit(), commit(NONE, "", "own.yaml", merge=True)], BROKEN),
        ([], UNKNOWN),
    ],
)
def test_signed_commits(commits: list[Commit], expected: Verdict) -> None:
    rule = setting("signed-commits", value=["*@acme.example", "CAFE"])
    assert single(*moved("direct"), rule, commits={("", ""): tuple(commits)}).verdict is expected


HYDRATED = unit(deployment(image="shop:2"))


def hydrated(dry: BuiltUnit | None = HYDRATED, folder: str = "apps/production", **more: Any) -> dict[str, tuple[Generated, ...]]:
    return {"production": (Generated(folder=RepoPath(folder), source="shop of main", wet=HYDRATED, dry=dry, **more),)}


@pytest.mark.parametrize(
    ("given", "expected", "words"),
    [
        (hydrated(), PASSED, ""),
        (hydrated(unit(deployment(image="shop:3"))), BROKEN, "spec.template.spec.containers[app].image"),
        (hydrated(unit(deployment(image="shop:2"), obj("ConfigMap", "x"))), BROKEN, "ConfigMap shop/x of the dry source is missing"),
        (hydrated(unit()), BROKEN, "Deployment shop/shop in apps/production is not in the dry source"),
        (hydrated(unit(failure="no")), UNKNOWN, "could not be rendered"),
        (hydrated(unit(deployment(image="shop:3")), past=[("c0ffee0", HYDRATED)]), PASSED, ""),
        (hydrated(alien="bad0bad"), BROKEN, "made from bad0bad, which is not on the branch"),
        (hydrated(None, problem="branch main is not in this clone", fix="fetch main"), UNKNOWN, "not in this clone"),
        (hydrated(folder="elsewhere"), BROKEN, "apps/production has no dry source"),
        ({}, UNKNOWN, "the dry source of production is not known"),
    ],
)
def test_generated_branch(given: dict[str, tuple[Generated, ...]], expected: Verdict, words: str) -> None:
    found = single(*moved("direct"), setting("generated-branch"), generated=given)
    assert found.verdict is expected
    assert words in found.message


def test_a_dry_source_in_the_same_tree_is_held_against_its_folder_though_nothing_moves() -> None:
    given = hydrated(unit(deployment(image="shop:3")), is_same_tree=True)
    assert single(*moved("none"), setting("generated-branch"), generated=given).verdict is BROKEN
