"""The table: every rule, in every mode, on a change that reaches production directly, through a base, not at all, or that nobody can
see; once with settings that the change breaks, and once with settings that it keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from checker.gate import RULES, Generated
from checker.model.change import Commit, PullRequest, Signature
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.report import Mode, RuleVerdict, Verdict
from checker.model.units import BuiltUnit, Controller
from tests.unit.compare.make import deployment, obj, unit
from tests.unit.gate.test_rules import (
    BROKEN,
    BYPASSED,
    CLAIM,
    FEATURE,
    NOW,
    PASSED,
    RELEASE,
    UNKNOWN,
    both,
    moved,
    setting,
    shop,
    single,
    verdicts,
)

WAYS = ("direct", "through base", "none", "could not render")
CLOSED = {"windows": [{"schedule": "0 0 * * *", "duration": "24h"}]}
UNSIGNED = (Commit(id="a" * 40, files=(RepoPath("own.yaml"), RepoPath("base.yaml"))),)
SIGNED = (replace(UNSIGNED[0], signature=Signature.GOOD, signer="ada@example.org"),)


def application(project: str, revision: str = "v1") -> KubeObject:
    spec = {
        "project": project,
        "source": {"repoURL": "https://h/acme/shop", "targetRevision": revision},
        "destination": {"name": "prod", "namespace": "shop"},
    }
    return obj("Application", "shop", api="argoproj.io/v1alpha1", namespace="argocd", spec=spec)


PROJECT = obj(
    "AppProject",
    "shop",
    api="argoproj.io/v1alpha1",
    namespace="argocd",
    spec={"sourceRepos": ["https://h/acme/*"], "destinations": [{"name": "prod", "namespace": "shop"}]},
)


def applications(how: str) -> tuple[list[BuiltUnit], list[BuiltUnit]]:
    """Applications in the place of bare units: production moves to project `default` and to a branch."""

    def app(environment: str, image: str, declared: KubeObject, reads: Iterable[str] = (), failure: str = "") -> BuiltUnit:
        objects = (deployment(image=image),) if not failure else ()
        return unit(
            *objects,
            environment=environment,
            controller=Controller.ARGOCD_APPLICATION,
            declaration=declared,
            related=(PROJECT,),
            reads=["base.yaml", *reads],
            failure=failure,
        )

    def parent(environment: str, declared: KubeObject) -> BuiltUnit:
        return unit(declared, PROJECT, name="apps", environment=environment, reads=["base.yaml", "own.yaml"])

    good, bad = application("shop"), application("default", "main")
    before = [
        app(name, "shop:1", good) if kind == "app" else parent(name, good)
        for name in ("staging", "production")
        for kind in ("app", "parent")
    ]
    match how:
        case "direct":
            return before, [*before[:2], app("production", "shop:2", bad, ["own.yaml"]), parent("production", bad)]
        case "through base":
            return before, [
                app(name, "shop:2", bad) if kind == "app" else parent(name, bad)
                for name in ("staging", "production")
                for kind in ("app", "parent")
            ]
        case "none":
            return before, list(before)
        case _:
            hidden = replace(unit(environment="production", reads=["own.yaml"], failure="missing base"))
            return before, [*before[:3], unit(name="apps", environment="production", reads=["own.yaml"], failure="missing base"), hidden]


def wet(image: str) -> dict[str, tuple[Generated, ...]]:
    one = Generated(
        folder=RepoPath("apps/production"), source="shop of main", wet=unit(deployment(image="shop:2")), dry=unit(deployment(image=image))
    )
    return {"production": (one,)}


Ways = dict[str, Verdict]


@dataclass(frozen=True)
class Row:
    """Settings and facts with what is expected of the four ways, in the order of WAYS."""

    expected: tuple[Verdict, Verdict, Verdict, Verdict]
    parameters: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    request: PullRequest = FEATURE
    scenario: Callable[[str], tuple[list[BuiltUnit], list[BuiltUnit]]] = moved


BREAKING: dict[str, Row] = {
    "source-branch": Row((BROKEN, BROKEN, PASSED, UNKNOWN), {"from_": ["release/*"], "into": ["main"]}),
    # Where nothing else moves it is one environment at most, whatever is hidden in it.
    "one-environment-per-change": Row((PASSED, BROKEN, PASSED, PASSED)),
    "promoted-from": Row((BROKEN, BROKEN, PASSED, UNKNOWN), {"environment": "staging"}),
    # A base takes staging along, so that production is not ahead of it.
    "version-order": Row((BROKEN, PASSED, PASSED, UNKNOWN), {"after": "staging"}),
    "revision-policy": Row((BROKEN, BROKEN, PASSED, UNKNOWN), {"allow": ["tag"]}, scenario=applications),
    "project-bounds": Row((BROKEN, BROKEN, PASSED, UNKNOWN), scenario=applications),
    # A base changes both the same way.
    "mirror": Row((BROKEN, PASSED, PASSED, UNKNOWN), {"of": "staging"}),
    "expect-no-change": Row((BROKEN, BROKEN, PASSED, UNKNOWN), {"paths": ["**"]}),
    "blast-radius": Row((BROKEN, BROKEN, PASSED, UNKNOWN), {"max_objects": 1}),
    "destructive-change": Row((BROKEN, BROKEN, PASSED, UNKNOWN)),
    "freeze": Row((BROKEN, BROKEN, PASSED, UNKNOWN), CLOSED, {"now": NOW}),
    # Who owns a file, who signed a commit and what a dry source gives is known without rendering.
    "owners": Row((BROKEN, BROKEN, PASSED, BROKEN), options={"owners_file": ""}),
    "signed-commits": Row((BROKEN, BROKEN, PASSED, BROKEN), options={"commits": {("", ""): UNSIGNED}}),
    "generated-branch": Row((BROKEN, BROKEN, PASSED, BROKEN), options={"generated": wet("shop:3")}),
}
KEEPING: dict[str, Row] = {
    # A branch that may change production may also change what nobody can see.
    "source-branch": Row((PASSED, PASSED, PASSED, PASSED), {"from_": ["release/*"], "into": ["main"]}, request=RELEASE),
    "one-environment-per-change": Row((PASSED, PASSED, PASSED, PASSED), {"shared_base": "allow"}),
    "promoted-from": Row((PASSED, PASSED, PASSED, UNKNOWN), {"environment": "staging", "ignore": ["shop"]}),
    "version-order": Row((PASSED, PASSED, PASSED, UNKNOWN)),
    "revision-policy": Row((PASSED, PASSED, PASSED, UNKNOWN), {"allow": ["tag", "branch"]}, scenario=applications),
    "project-bounds": Row((PASSED, PASSED, PASSED, UNKNOWN), {"allow_default": True}, scenario=applications),
    "mirror": Row((PASSED, PASSED, PASSED, UNKNOWN), {"of": "staging", "allow": ["PersistentVolumeClaim", "spec.**.image"]}),
    "expect-no-change": Row((PASSED, PASSED, PASSED, PASSED), {"labels": ["refactoring"]}),
    "blast-radius": Row((PASSED, PASSED, PASSED, UNKNOWN), {"max_objects": 9}),
    "destructive-change": Row((PASSED, PASSED, PASSED, UNKNOWN), {"allow": ["PersistentVolumeClaim"]}),
    "freeze": Row((PASSED, PASSED, PASSED, PASSED), {"windows": [{"schedule": "0 0 1 1 *", "duration": "1h"}]}, {"now": NOW}),
    "owners": Row((PASSED, PASSED, PASSED, PASSED), options={"owners_file": "* @acme/ops"}),
    "signed-commits": Row((PASSED, PASSED, PASSED, PASSED), options={"commits": {("", ""): SIGNED}}),
    "generated-branch": Row((PASSED, PASSED, PASSED, UNKNOWN), options={"generated": wet("shop:2")}),
}
JUDGED = [rule for rule in RULES if rule != "bypass"]


def judged(rule: str, row: Row, how: str, mode: Mode, **more: Any) -> list[RuleVerdict]:
    base, head = row.scenario(how)
    chosen = setting(rule, "production", mode, **{**row.parameters, **more})
    files = ["base.yaml"] if how == "through base" else ["own.yaml"]
    return verdicts(base, head, chosen, request=row.request, files=files, **row.options)


@pytest.mark.parametrize("table", [BREAKING, KEEPING], ids=["breaking", "keeping"])
def test_the_tables_hold_every_rule(table: dict[str, Row]) -> None:
    assert list(table) == JUDGED


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("rule", JUDGED)
@pytest.mark.parametrize("table", [BREAKING, KEEPING], ids=["breaking", "keeping"])
def test_every_rule_in_every_mode_and_way(table: dict[str, Row], rule: str, how: str, mode: Mode) -> None:
    row = table[rule]
    found = judged(rule, row, how, mode)
    if mode is Mode.OFF:
        assert found == []
        return
    (verdict,) = found
    expected = row.expected[WAYS.index(how)]
    assert verdict.verdict is expected, verdict
    assert (verdict.environment, verdict.mode) == ("production", mode)
    assert verdict.message
    if expected is PASSED:
        assert verdict.severity is None
    else:
        assert verdict.severity is not None
        assert verdict.severity.word == ("error" if mode is Mode.ENFORCE else "warning")
        assert verdict.fix
        assert verdict.location


@pytest.mark.parametrize("rule", JUDGED)
def test_what_could_not_be_rendered_is_named_whatever_the_verdict(rule: str) -> None:
    """Never passed in silence: a rule that does not need the render may pass, and then the report still lists the unit."""
    for table in (BREAKING, KEEPING):
        (verdict,) = judged(rule, table[rule], "could not render", Mode.ENFORCE)
        named = " ".join((verdict.message, *verdict.because))
        known_without = rule in ("owners", "signed-commits", "generated-branch", "expect-no-change")
        assert "could not be rendered" in named or known_without, verdict


@pytest.mark.parametrize("how", ["direct", "through base"])
@pytest.mark.parametrize("rule", JUDGED)
def test_a_component_has_a_mode_of_its_own(rule: str, how: str) -> None:
    row = BREAKING[rule]
    (whole,) = judged(rule, row, how, Mode.ENFORCE)
    found = judged(rule, row, how, Mode.OFF, components={"*": "warn"})
    assert {(verdict.mode, verdict.verdict) for verdict in found} == {(Mode.WARN, whole.verdict)}
    assert all(verdict.message.startswith("*: ") for verdict in found)
    found = judged(rule, row, how, Mode.ENFORCE, components={"*": "off"})
    if rule != "generated-branch":  # It is judged by folder; a unit that it is not for lies in one all the same.
        assert {verdict.verdict for verdict in found} == {PASSED}


@pytest.mark.parametrize("rule", JUDGED)
def test_a_rule_for_other_units_passes(rule: str) -> None:
    found = judged(rule, BREAKING[rule], "direct", Mode.ENFORCE, units=["somewhere/else"])
    if rule != "generated-branch":
        assert {verdict.verdict for verdict in found} == {PASSED}


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("mode", [Mode.WARN, Mode.OFF])
def test_a_bypass_lifts_what_is_bad_and_nothing_else(how: str, mode: Mode) -> None:
    row = BREAKING["source-branch"]
    base, head = row.scenario(how)
    lift = setting("bypass", "", mode, labels={"hotfix": ["source-branch"]})
    rules = (setting("source-branch", **row.parameters), lift)
    found = verdicts(base, head, *rules, request=replace(FEATURE, labels=("hotfix",)))[0]
    plain = row.expected[WAYS.index(how)]
    assert found.verdict is (BYPASSED if mode is Mode.WARN and plain is not PASSED else plain)


HOTFIX = replace(FEATURE, source_branch="hotfix/1")
FORK = replace(RELEASE, number=7, source_repository="mallory/shop", target_repository="acme/shop")
SAME = replace(FORK, source_repository="acme/shop")
NAMELESS = PullRequest(provider="github", number=7, target_branch="main", target_repository="acme/shop")
BRANCHES = {"from_": ["release/*", "hotfix/*"], "into": ["main"]}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(SAME, PASSED, id="an allowed branch of this repository"),
        pytest.param(FORK, BROKEN, id="a fork's branch of an allowed name"),
        pytest.param(replace(FORK, source_repository=None), UNKNOWN, id="a deleted fork"),
        pytest.param(replace(SAME, target_branch="develop"), BROKEN, id="retargeted after it was opened"),
        pytest.param(NAMELESS, UNKNOWN, id="empty head metadata"),
        pytest.param(replace(NAMELESS, source_branch=""), UNKNOWN, id="an empty head branch"),
        pytest.param(HOTFIX, PASSED, id="a hotfix by its branch"),
        pytest.param(replace(SAME, source_branch="my-release/1"), BROKEN, id="a name that only looks allowed"),
        pytest.param(replace(SAME, source_branch="release/../x"), BROKEN, id="a name that climbs"),
        pytest.param(replace(SAME, source_branch="RELEASE/1"), BROKEN, id="a name in other letters"),
    ],
)
def test_traps_of_branches(request_: PullRequest, expected: Verdict) -> None:
    for how in ("direct", "through base"):
        assert single(*moved(how), setting("source-branch", **BRANCHES), request=request_).verdict is expected


def without_effect(file: str, objects: tuple[KubeObject, ...]) -> tuple[list[BuiltUnit], list[BuiltUnit]]:
    """A file of production differs (white space, a comment) and what it renders to does not."""
    before = unit(*objects, reads=[file])
    after = unit(*(replace(one, origin=Origin(path=RepoPath(file), line=9)) for one in objects), reads=[file])
    return [before], [after]


@pytest.mark.parametrize("rule", [rule for rule in JUDGED if rule != "expect-no-change"])
def test_white_space_in_a_file_of_production_concerns_no_rule(rule: str) -> None:
    row = BREAKING[rule]
    base, head = without_effect("production/values.yaml", (deployment(image="shop:9"), CLAIM))
    if rule == "mirror":
        base, head = [*base, shop("shop:1", "staging")], [*head, shop("shop:1", "staging")]
    found = verdicts(base, head, setting(rule, **row.parameters), files=["production/values.yaml"], request=FEATURE, **row.options)
    assert [verdict.verdict for verdict in found] == [PASSED]


def test_a_removed_unit_moves_its_environment() -> None:
    base, head = both(), both()[:1]
    assert single(base, head, setting("source-branch", **BRANCHES)).verdict is BROKEN
    assert single(base, head, setting("destructive-change")).verdict is BROKEN
    assert single(base, head, setting("promoted-from", environment="staging")).verdict is PASSED
    assert single(base, head, setting("version-order", after="staging")).verdict is PASSED


def test_a_unit_taken_out_of_production_moves_production() -> None:
    base, head = [shop("shop:1")], [shop("shop:1", "staging")]
    assert single(base, head, setting("source-branch", **BRANCHES)).verdict is BROKEN


def test_an_application_whose_project_is_elsewhere_is_not_known_to_be_permitted() -> None:
    def declared(image: str) -> list[BuiltUnit]:
        return [unit(deployment(image=image), controller=Controller.ARGOCD_APPLICATION, declaration=application("foreign"))]

    found = single(declared("shop:1"), declared("shop:2"), setting("project-bounds"))
    assert found.verdict is UNKNOWN
    assert "AppProject foreign is not in this repository" in found.message


def test_a_mirror_misses_what_only_one_environment_has() -> None:
    both_have = [shop("shop:1", "staging"), shop("shop:1")]
    more = [*both_have, shop("cart:1", name="cart")]
    assert "exists only in production" in single(both_have, more, setting("mirror", of="staging")).message
    other = [*both_have, shop("cart:1", "staging", name="cart")]
    assert "exists only in staging" in single(both_have, other, setting("mirror", of="staging")).message
    assert single(both_have, more, setting("mirror", of="staging", allow=["cart"])).verdict is PASSED
