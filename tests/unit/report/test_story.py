"""The verdict in a sentence, and what every format tells alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.model.diff import Change, EnvironmentDiff, FieldChange, ObjectDiff, UnitDiff
from checker.model.findings import Severity
from checker.model.objects import ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.units import Controller, DeployUnit, State
from checker.report import FormatOptions, format_report
from checker.report.story import CONTROLLERS, SYMBOLS, Told, Units, bumped_alike, dangers, listed_findings, shown_environments, told_units
from checker.report.verdict import headline
from tests.unit.report.builders import STORIES, broken_render, built, deployment, fleet, key, lint, moved_unit, release, scaled, unit


@pytest.mark.parametrize(
    ("story", "sentence"),
    [
        (
            "release",
            "production and staging would change; freeze on production is bypassed; production may not from this branch; 1 error to fix",
        ),
        ("quiet", "nothing would change in any cluster"),
        (
            "broken-render",
            "1 unit could not be rendered and may change; no other unit would change; source-branch could not be judged; 1 error to fix",
        ),
        ("fleet", "production would change; beware of immutable-field"),
        ("lint", "1 error in 1 file"),
    ],
)
def test_the_headline_is_the_verdict(story: str, sentence: str) -> None:
    assert headline(STORIES[story]()) == sentence


def test_allowed_is_said_too() -> None:
    report = release()
    assert report.rules is not None
    allowed = replace(report, findings=(), rules=report.rules[3:])
    assert headline(allowed) == "production and staging would change; every rule allows it"


def test_a_change_met_before_is_told_once() -> None:
    told = told_units(release().environments or ())
    assert [unit.twin for unit in told["production"]] == [None]
    twin = told["staging"][0].twin
    assert twin is not None
    assert twin[0] == "production"
    assert sum(unit.twin is None for unit in told_units(fleet().environments or ())["production"]) == 1


def test_a_change_that_differs_in_one_value_is_told_in_full() -> None:
    environments = list(release().environments or ())
    (unit,) = environments[1].units
    first, *rest = unit.objects
    other = replace(first, fields=(replace(first.fields[0], after=4), *first.fields[1:]))
    environments[1] = replace(environments[1], units=(replace(unit, objects=(other, *rest)),))
    assert told_units(environments)["staging"][0].twin is None


def test_namespaces_may_differ_between_like_changes() -> None:
    environments = list(release().environments or ())
    (unit,) = environments[1].units
    elsewhere = tuple(replace(item, key=item.key._replace(namespace="podinfo-staging")) for item in unit.objects)
    environments[1] = replace(environments[1], units=(replace(unit, objects=elsewhere),))
    (told,) = told_units(environments)["staging"]
    assert told.twin is not None
    assert told.namespaces == ("podinfo-staging",)


def test_dangers_are_said_once_with_all_their_objects() -> None:
    (danger,) = dangers(release().environments or ())
    assert danger.effect.severity is Severity.WARNING
    assert danger.environments == ("production", "staging")
    assert [key.kind for key in danger.keys] == ["PodDisruptionBudget"]


def test_every_change_has_a_symbol_and_every_controller_a_word() -> None:
    assert set(SYMBOLS) == set(Change)
    assert set(CONTROLLERS) == set(Controller)


def test_new_objects_are_alike_but_for_their_namespace() -> None:
    def created(namespace: str, replicas: int) -> ObjectDiff:
        body = deployment(replicas)
        body["metadata"] = {"name": "podinfo", "namespace": namespace}
        return ObjectDiff(key=key(namespace=namespace), change=Change.CREATED, api_version="apps/v1", after=body)

    def twins(*objects: ObjectDiff) -> list[bool]:
        units = tuple(moved_unit(unit(f"u{number}"), item) for number, item in enumerate(objects))
        environment = EnvironmentDiff(environment="e", guarded=False, clusters=(), units=units)
        return [told.twin is not None for told in told_units((environment,))["e"]]

    assert twins(created("a", 1), created("b", 1)) == [False, True]
    assert twins(created("a", 1), created("b", 2)) == [False, False]


def test_two_namespaces_do_not_become_one() -> None:
    def pair(first: str, second: str) -> UnitDiff:
        items = [
            replace(scaled(), key=key(name=name, namespace=namespace)) for name, namespace in (("a", first), ("b", second), ("c", first))
        ]
        return moved_unit(unit(f"{first}-{second}"), *items)

    environment = EnvironmentDiff(environment="e", guarded=False, clusters=(), units=(pair("x", "y"), pair("p", "q"), pair("p", "p")))
    assert [told.twin is None for told in told_units((environment,))["e"]] == [True, False, False]
    mixed = replace(environment, units=(pair("x", "x"), pair("p", "q")))
    assert [told.twin is None for told in told_units((mixed,))["e"]] == [True, True]


def test_an_environment_without_a_name_is_told_of_only_where_it_moves() -> None:
    still = EnvironmentDiff(environment="", guarded=False, clusters=())
    report = replace(release(), environments=(still, *(release().environments or ())))
    assert [diff.environment for diff in shown_environments(report, FormatOptions())] == ["production", "staging", "dev"]
    moving = replace(still, units=(moved_unit(unit("web", "", ""), scaled()),))
    assert shown_environments(replace(report, environments=(moving,)), FormatOptions()) == [moving]


def test_names_of_units_lead_to_them_even_in_a_circle() -> None:
    one, two = unit("one"), unit("two")
    one, two = replace(one, parent=two.key), replace(two, parent=one.key)
    assert (
        Units(replace(release(), units=(built(one), built(two)))).title(one) == "cluster production > two > one (HelmRelease podinfo/one)"
    )


def test_files_alone_have_their_headline() -> None:
    clean = replace(lint(), findings=())
    assert headline(clean) == "nothing wrong was found"
    assert headline(replace(lint(), findings=lint().findings[1:2])) == "no errors, 1 warning"
    rules = release().rules
    assert rules is not None
    two = (rules[0], replace(rules[0], rule="freeze"))
    assert headline(replace(clean, rules=two)) == "source-branch and freeze are broken"


def test_notes_on_a_unit_that_was_not_rendered_are_said_with_it() -> None:
    report = broken_render()
    note = replace(report.findings[0], severity=Severity.NOTE)
    assert listed_findings(replace(report, findings=(note,))) == []
    assert listed_findings(report) == list(report.findings)


def test_an_object_that_changes_alike_elsewhere_is_told_by_reference() -> None:
    environments = list(release().environments or ())
    (moved,) = environments[1].units
    environments[1] = replace(environments[1], units=(replace(moved, objects=moved.objects[:1]),))
    report = replace(release(), environments=tuple(environments))
    for name, said in (("text", "the same change as in production"), ("markdown", "the same change as in `production`")):
        made = format_report(name, report, FormatOptions())
        assert made.count("spec.template.spec.containers[podinfod]") <= 1
        assert said in made
    assert "the same change as in" not in format_report("text", report, FormatOptions(environments=("staging",)))


def test_units_bumped_alike_are_told_together() -> None:
    def bumped(name: str, after: str) -> UnitDiff:
        change = FieldChange(path="spec.interval", pointer="/spec/interval", before="30m", after=after)
        key = ObjectKey("helm.toolkit.fluxcd.io", "HelmRelease", name, name)
        diff = ObjectDiff(key=key, change=Change.CHANGED, api_version="v2", fields=(change,))
        deploy = DeployUnit(controller=Controller.KUSTOMIZATION, name=name, path=RepoPath(name), origin=Origin(path=RepoPath(name)))
        return UnitDiff(unit=deploy, change=Change.CHANGED, state=State.RENDERED, objects=(diff,))

    told = [Told(bumped(name, "1h" if name != "odd" else "2h"), None) for name in ("a", "b", "odd", "c", "d")]
    assert [[unit.diff.unit.name for unit in group] for group in bumped_alike(told)] == [["a", "b", "c", "d"], ["odd"]]
    assert [len(group) for group in bumped_alike(told[:3])] == [1, 1, 1]
