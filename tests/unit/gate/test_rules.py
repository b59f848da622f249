"""Rules, modes and the four ways in which a change can concern an environment; then what each rule is about, and its traps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checker.compare import EFFECTS, CompareOptions, compare
from checker.gate import RULES, Earlier, GateOptions, RuleSetting, judge, parameter_errors
from checker.gate.destructive import DESTRUCTIVE
from checker.model.change import PullRequest
from checker.model.objects import Origin
from checker.model.paths import RepoPath
from checker.model.report import Mode, RuleVerdict, Verdict
from checker.model.units import BuiltUnit, Controller, Reason
from tests.unit.compare.make import deployment, facts, obj, unit

GUARDED = frozenset({"production", "staging"})
RELEASE = PullRequest(source_branch="release/7", target_branch="main")
FEATURE = PullRequest(source_branch="feature/x", target_branch="main")
PASSED, BROKEN, UNKNOWN, BYPASSED = Verdict.PASSED, Verdict.BROKEN, Verdict.UNKNOWN, Verdict.BYPASSED
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLAIM = obj("PersistentVolumeClaim", "data", spec={"resources": {"requests": {"storage": "1Gi"}}})


def setting(rule: str, environment: str = "production", mode: Mode = Mode.ENFORCE, /, **parameters: Any) -> RuleSetting:
    named = {name.rstrip("_").replace("_", "-"): value for name, value in parameters.items()}
    return RuleSetting(rule=rule, environment=environment, mode=mode, parameters=named)


def verdicts(
    base: Iterable[BuiltUnit],
    head: Iterable[BuiltUnit],
    *rules: RuleSetting,
    request: PullRequest = FEATURE,
    files: Iterable[str] = ("base.yaml", "own.yaml"),
    trailers: tuple[tuple[str, str], ...] = (),
    **options: Any,
) -> list[RuleVerdict]:
    """Only those of the rules that were asked for."""
    one, two, change = tuple(base), tuple(head), facts(*files, request=request, trailers=trailers)
    comparison = compare(one, two, change, CompareOptions(guarded=GUARDED))
    found = judge(comparison, one, two, change, GateOptions(rules=rules, guarded=GUARDED, **options))
    return [verdict for verdict in found if verdict.rule in {rule.rule for rule in rules}]


def single(*args: Any, **more: Any) -> RuleVerdict:
    (verdict,) = verdicts(*args, **more)
    return verdict


def both(image: str = "shop:1", *, production: str | None = None, reads: Iterable[str] = ("base.yaml",)) -> list[BuiltUnit]:
    """Staging and production with one deployment and a claim each."""
    images = {"staging": image, "production": production or image}
    return [unit(deployment(image=tag), CLAIM, environment=name, reads=[*reads, f"{name}.yaml"]) for name, tag in images.items()]


def moved(how: str) -> tuple[list[BuiltUnit], list[BuiltUnit]]:
    """A change that reaches production in one of four ways, and destroys something where it does."""
    before = both()
    staging = before[0]
    shrunk = unit(deployment(image="shop:2"), environment="production", reads=["base.yaml", "own.yaml"])
    match how:
        case "direct":
            return before, [staging, shrunk]
        case "through base":
            return before, [unit(deployment(image="shop:2"), environment="staging", reads=["base.yaml"]), replace(shrunk)]
        case "none":
            return before, both()
        case _:
            return before, [staging, unit(environment="production", reads=["own.yaml"], failure="missing base")]


def test_a_verdict_says_whether_it_is_direct_or_through_a_base() -> None:
    rule = setting("source-branch", from_=["release/*"])
    assert "directly" in single(*moved("direct"), rule).message
    assert "through shared base base.yaml" in single(*moved("through base"), rule, files=["base.yaml"]).message


@pytest.mark.parametrize("how", ["direct", "through base"])
def test_because_leads_from_file_to_unit_to_object(how: str) -> None:
    chain = single(*moved(how), setting("source-branch", from_=["release/*"])).because[0]
    assert chain.startswith(("own.yaml:4 -> kustomization shop", "base.yaml:4 (shared) -> kustomization shop"))
    assert "Deployment shop/shop changed" in chain


def test_two_environments_of_which_one_cannot_be_seen_are_unknown() -> None:
    base = both()
    head = [unit(deployment(image="shop:2"), environment="staging"), unit(environment="production", failure="no")]
    found = verdicts(base, head, setting("one-environment-per-change", ""))
    assert [verdict.verdict for verdict in found] == [UNKNOWN, UNKNOWN]


def test_a_shared_base_may_be_allowed() -> None:
    base, head = (
        both(),
        [unit(deployment(image="shop:2"), CLAIM, environment=name, reads=["base.yaml"]) for name in ("staging", "production")],
    )
    rule = setting("one-environment-per-change", "", shared_base="allow")
    assert [verdict.verdict for verdict in verdicts(base, head, rule, files=["base.yaml"])] == [PASSED, PASSED]


SOURCE = {"from_": ["release/*", "hotfix/**"], "into": ["main"]}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (RELEASE, PASSED),
        (FEATURE, BROKEN),
        (replace(RELEASE, source_branch="release/7/extra"), BROKEN),
        (replace(RELEASE, source_branch="hotfix/7/extra"), PASSED),
        (replace(RELEASE, source_branch="xrelease/7"), BROKEN),
        (replace(RELEASE, source_branch="Release/7"), BROKEN),
        (replace(RELEASE, target_branch="develop"), BROKEN),
        (replace(RELEASE, source_branch=None), UNKNOWN),
        (replace(RELEASE, target_branch=None), UNKNOWN),
        (replace(RELEASE, number=7), UNKNOWN),
        (replace(RELEASE, number=7, target_repository="acme/shop"), UNKNOWN),
        (replace(RELEASE, number=7, source_repository="mallory/shop", target_repository="acme/shop"), BROKEN),
        (replace(RELEASE, number=7, source_repository="Acme/Shop", target_repository="acme/shop"), PASSED),
    ],
)
def test_source_branch(request_: PullRequest, expected: Verdict) -> None:
    assert single(*moved("direct"), setting("source-branch", **SOURCE), request=request_).verdict is expected


def test_an_allowed_branch_may_change_what_cannot_be_rendered() -> None:
    assert single(*moved("could not render"), setting("source-branch", **SOURCE), request=RELEASE).verdict is PASSED


def production(*, base: BuiltUnit, head: BuiltUnit, staging: BuiltUnit | None = None, **more: Any) -> RuleVerdict:
    other = staging or unit(deployment(image="shop:2"), environment="staging")
    parameters = more.pop("parameters", {})
    rule = setting("promoted-from", environment="staging", **parameters)
    return single([other, base], [other, head], rule, **more)


def shop(image: str, environment: str = "production", name: str = "shop") -> BuiltUnit:
    return unit(deployment(image=image), environment=environment, name=name)


def test_promoted_what_staging_runs_passes() -> None:
    verdict = production(base=shop("shop:1"), head=shop("shop:2"))
    assert verdict.verdict is PASSED
    assert verdict.message == "image shop:2 runs in staging"


def test_promoted_is_read_from_the_base_branch_and_not_from_the_change() -> None:
    before, after = both("shop:1"), both("shop:2")
    verdict = single(before, after, setting("promoted-from", value="staging"))
    assert verdict.verdict is BROKEN
    assert verdict.message == "image shop:2 does not run in staging on main yet (staging: 1)"


@pytest.mark.parametrize(
    ("staging", "head", "expected"),
    [
        ("shop:2@sha256:aa", "shop:2@sha256:aa", PASSED),
        ("shop:2@sha256:aa", "shop:2@sha256:bb", BROKEN),
        ("shop@sha256:aa", "shop:3@sha256:aa", PASSED),
        ("shop:2@sha256:aa", "shop:2", PASSED),
        ("staging.io/shop:2", "production.io:5000/shop:2", PASSED),
        ("other:2", "shop:2", BROKEN),
        ("shop", "shop:latest", PASSED),
    ],
)
def test_promoted_images(staging: str, head: str, expected: Verdict) -> None:
    verdict = production(base=shop("shop:1"), head=shop(head), staging=shop(staging, "staging"))
    assert verdict.verdict is expected


def test_promoted_pairs_units_by_name_without_environment() -> None:
    base, head = shop("shop:1", name="apps/production/shop"), shop("shop:2", name="apps/production/shop")
    right, wrong = shop("shop:1", "staging", "apps/staging/shop"), shop("shop:2", "staging", "apps/staging/other")
    rule = setting("promoted-from", environment="staging")
    assert single([base, right, wrong], [head, right, wrong], rule).verdict is BROKEN
    paired = setting("promoted-from", environment="staging", pairs={"apps/production/shop": "apps/staging/other"})
    assert single([base, right, wrong], [head, right, wrong], paired).verdict is PASSED


def test_promoted_leaves_first_time_and_removed_units_alone() -> None:
    staging = shop("shop:1", "staging")
    rule = setting("promoted-from", environment="staging")
    assert single([staging], [staging, shop("shop:9")], rule).verdict is PASSED
    assert single([staging, shop("shop:9")], [staging], rule).verdict is PASSED


def test_promoted_does_not_judge_what_was_there_before() -> None:
    before, after = unit(deployment(image="shop:9", replicas=1)), unit(deployment(image="shop:9", replicas=2))
    assert production(base=before, head=after).verdict is PASSED


def test_promoted_allows_and_names_a_rollback() -> None:
    history = [Earlier(commit="c0ffee0123", time=NOW - timedelta(days=9), units=(shop("shop:0"), shop("shop:1", "staging")))]
    verdict = production(base=shop("shop:1"), head=shop("shop:0"), history=history)
    assert verdict.verdict is PASSED
    assert "rollback" in verdict.message
    assert "c0ffee0" in verdict.message


@pytest.mark.parametrize(("days", "expected"), [(0.5, BROKEN), (2, PASSED)])
def test_promoted_after_a_soak(days: float, expected: Verdict) -> None:
    history = [
        Earlier(commit="b" * 40, time=NOW - timedelta(hours=1), units=(shop("shop:2", "staging"),)),
        Earlier(commit="a" * 40, time=NOW - timedelta(days=days), units=(shop("shop:2", "staging"),)),
        Earlier(commit="9" * 40, time=NOW - timedelta(days=30), units=(shop("shop:1", "staging"),)),
    ]
    verdict = production(base=shop("shop:1"), head=shop("shop:2"), history=history, now=NOW, parameters={"soak": "1d"})
    assert verdict.verdict is expected


def test_promoted_soak_without_history_is_unknown() -> None:
    assert production(base=shop("shop:1"), head=shop("shop:2"), now=NOW, parameters={"soak": "1d"}).verdict is UNKNOWN


def test_promoted_from_an_environment_that_does_not_render_is_unknown() -> None:
    verdict = production(base=shop("shop:1"), head=shop("shop:2"), staging=unit(environment="staging", failure="broken"))
    assert verdict.verdict is UNKNOWN


def release(version: str, environment: str, tag: str = "1") -> BuiltUnit:
    """A HelmRelease whose chart is elsewhere."""
    spec = {"chart": {"spec": {"chart": "podinfo", "version": version}}, "values": {"image": {"repository": "podinfo", "tag": tag}}}
    declaration = obj("HelmRelease", "podinfo", api="helm.toolkit.fluxcd.io/v2", spec=spec)
    return unit(
        environment=environment,
        name="podinfo",
        controller=Controller.FLUX_HELMRELEASE,
        declaration=declaration,
        failure="remote",
        reason=Reason.REMOTE,
    )


@pytest.mark.parametrize(("version", "tag", "expected"), [("2", "1", PASSED), ("3", "1", BROKEN), ("2", "2", BROKEN)])
def test_promoted_judges_a_remote_chart_by_what_its_release_states(version: str, tag: str, expected: Verdict) -> None:
    verdict = production(base=release("1", "production"), head=release(version, "production", tag), staging=release("2", "staging"))
    assert verdict.verdict is expected


def test_destructive_effects_are_all_of_the_catalogue() -> None:
    assert set(DESTRUCTIVE) <= set(EFFECTS)


@pytest.mark.parametrize(
    "parameters", [{"allow": "PersistentVolumeClaim/shop/*"}, {"allow": ["deletes-data"]}, {"effects": ["deletes-crd"]}]
)
def test_destruction_that_is_meant_passes(parameters: dict[str, Any]) -> None:
    assert single(*moved("direct"), setting("destructive-change", **parameters)).verdict is PASSED


def test_destructive_kinds_may_be_added() -> None:
    config = obj("ConfigMap", "x")
    base, head = [unit(deployment(), config)], [unit(deployment())]
    assert single(base, head, setting("destructive-change")).verdict is PASSED
    assert single(base, head, setting("destructive-change", kinds=["ConfigMap"])).message == "ConfigMap shop/x is deleted"


def test_guarded_environments_are_warned_of_destruction_without_settings() -> None:
    base, head = moved("direct")
    change = facts()
    comparison = compare(base, head, change, CompareOptions(guarded=GUARDED))
    found = judge(comparison, base, head, change, GateOptions(guarded=GUARDED))
    assert [(v.rule, v.environment, v.mode, v.verdict) for v in found if v.verdict is not PASSED] == [
        ("destructive-change", "production", Mode.WARN, BROKEN)
    ]


def test_what_names_an_environment_wins_over_what_is_for_all() -> None:
    rules = [setting("destructive-change", "", Mode.ENFORCE), setting("destructive-change", "staging", Mode.WARN)]
    found = {verdict.environment: verdict.mode for verdict in verdicts(*moved("none"), *rules)}
    assert found == {"production": Mode.ENFORCE, "staging": Mode.WARN}


def test_a_rule_is_rolled_out_by_component() -> None:
    def all_of(image: str) -> list[BuiltUnit]:
        return [unit(deployment(name=name, image=image), name=name) for name in ("cart", "pay", "search")]

    rule = setting("source-branch", "production", Mode.WARN, from_=["release/*"], components={"pay": "enforce", "sea*": "off"})
    found = verdicts(all_of("a:1"), all_of("a:2"), rule)
    assert [(verdict.mode, len(verdict.because)) for verdict in found] == [(Mode.ENFORCE, 1), (Mode.WARN, 1)]
    assert found[0].message.startswith("pay: ")


def test_units_can_be_left_out() -> None:
    rule = setting("source-branch", from_=["release/*"], except_=["shop"])
    assert single(*moved("direct"), rule).verdict is PASSED


def test_a_wrong_parameter_fails_closed() -> None:
    verdict = single(*moved("direct"), setting("source-branch", fromm=["release/*"]))
    assert verdict.verdict is UNKNOWN
    assert "fromm" in verdict.message or "from" in verdict.message
    assert parameter_errors(RULES["promoted-from"], setting("promoted-from", soak="soon", environment="staging"))
    assert not parameter_errors(RULES["promoted-from"], setting("promoted-from", value="staging"))


LABELLED = replace(FEATURE, labels=("hotfix",))
LIFT = setting("bypass", "", labels={"hotfix": ["source-branch"]}, trailers=["source-branch"])


@pytest.mark.parametrize(
    ("rules", "request_", "trailers", "expected"),
    [
        ([LIFT], LABELLED, (), BYPASSED),
        ([LIFT], FEATURE, (), BROKEN),
        ([], LABELLED, (), BROKEN),
        ([LIFT, setting("bypass", "production", Mode.OFF)], LABELLED, (), BROKEN),
        ([setting("bypass", "", labels={"hotfix": "promoted-from"})], LABELLED, (), BROKEN),
        ([LIFT], FEATURE, (("gitops-check-bypass", "source-branch outage 123"),), BYPASSED),
        ([LIFT], FEATURE, (("Gitops-Check-Bypass", "source-branch"),), BROKEN),
        ([LIFT], FEATURE, (("Gitops-Check-Bypass", "destructive-change because"),), BROKEN),
    ],
)
def test_bypass(rules: list[RuleSetting], request_: PullRequest, trailers: tuple[tuple[str, str], ...], expected: Verdict) -> None:
    rule = setting("source-branch", from_=["release/*"])
    found = verdicts(*moved("direct"), rule, *rules, request=request_, trailers=trailers)
    assert found[0].verdict is expected
    if expected is BYPASSED:
        assert "bypassed by" in found[0].message
        assert found[0].severity is None


def test_every_rule_explains_itself() -> None:
    for name, rule in RULES.items():
        assert rule.id == name
        assert rule.title
        assert rule.why
        assert rule.fix
        assert not rule.shorthand or rule.shorthand in rule.parameters
        assert set(rule.required) <= set(rule.parameters)
        assert set(rule.takes) == set(rule.parameters), "every parameter says what it is for"
        assert rule.bad
        assert rule.good


@pytest.mark.parametrize("rule", list(RULES))
def test_the_settings_that_a_rule_shows_are_valid(rule: str) -> None:
    from checker.pipeline.catalogue import refuse_wrong_parameters, rule_parameters
    from checker.settings.load import parse_settings

    read = parse_settings(f"version: 1\n{RULES[rule].good}\n".encode(), RepoPath("x.yaml"), rule_parameters)
    refuse_wrong_parameters(read, "x.yaml")
    assert {choice.rule for choice in read.rules} == {rule}


def test_a_chain_names_the_objects_that_are_written_in_the_file() -> None:
    def files(image: str, value: str) -> BuiltUnit:
        workload = replace(deployment(image=image), origin=Origin(path=RepoPath("base.yaml")))
        return unit(
            workload, obj("ConfigMap", "x", file="own.yaml", data={"a": value}), reads=["base.yaml", "own.yaml", "kustomization.yaml"]
        )

    verdict = single(
        [files("a:1", "1")],
        [files("a:2", "2")],
        setting("source-branch", from_=["release/*"]),
        files=["base.yaml", "own.yaml", "kustomization.yaml"],
    )
    assert [line.partition(" -> ")[0] + ": " + line.rpartition(" -> ")[2] for line in verdict.because] == [
        "base.yaml:4: Deployment shop/shop changed",
        "kustomization.yaml:4: ConfigMap shop/x changed, Deployment shop/shop changed",
        "own.yaml:4: ConfigMap shop/x changed",
    ]


def test_what_cannot_be_rendered_says_what_would_help() -> None:
    remote = [unit(environment="production", failure="chart is remote", reason=Reason.REMOTE, reads=[name]) for name in ("a", "b")]
    assert "sources" in single(remote[:1], remote[1:], setting("destructive-change")).fix
    assert "missing base" in single(*moved("could not render"), setting("destructive-change")).fix
