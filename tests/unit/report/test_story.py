"""The verdict in a sentence, and what every format tells alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.model.diff import Change
from checker.model.findings import Severity
from checker.model.units import Controller
from checker.report.story import CONTROLLERS, SYMBOLS, dangers, told_units
from checker.report.verdict import headline
from tests.unit.report.builders import STORIES, fleet, release


@pytest.mark.parametrize(
    ("story", "sentence"),
    [
        ("release", "production and staging would change; production may not from this branch; 1 error to fix"),
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
