"""Objects with one field changed, each with what is said of it, empty where it is accepted.

Whether each is refused is the verdict of Kubernetes' own code: every one was decoded strictly, given its defaults and put
through the strategy with which the API server creates objects of its kind (k8s.io/kubernetes 1.36, `rest.BeforeCreate`).
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.model.findings import Severity
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.tools.schema_accept import NOTHING, Asked, Quick
from checker.validate import ValidateOptions, validate_objects
from checker.validate.limits import TABLES, limits_of
from tests.unit.validate.manifests import DEPLOYMENT, said

TOLD: dict[str, Any] = json.loads((Path(__file__).parent / "server_verdicts.json").read_text())
OPTIONS = ValidateOptions(kubernetes=("1.36",))


def edited(body: Any, path: str, value: Any) -> None:
    *above, last = path.split(".")
    at = body
    for step, following in zip(above, [*above, last][1:], strict=True):
        if isinstance(at, list):
            if int(step) == len(at):
                at.append({})
            at = at[int(step)]
        else:
            at = at.setdefault(step, [] if following.isdigit() else {})
    if value == "__DEL__":
        at.pop(last)
    elif isinstance(at, list) and int(last) == len(at):
        at.append(value)
    else:
        at[int(last) if isinstance(at, list) else last] = value


def errors(body: Any) -> list[str]:
    found = validate_objects([KubeObject(body=body, origin=Origin(path=RepoPath("x.yaml")))], OPTIONS).findings
    return [f"{finding.rule} {finding.message}" for finding in found if finding.severity is Severity.ERROR]


@pytest.mark.parametrize("name", sorted(TOLD["objects"]))
def test_as_the_api_server_judges(name: str) -> None:
    original = TOLD["objects"][name]
    assert errors(original) == []
    wrong = []
    for edits, told in ((edits, told) for of, edits, told in TOLD["cases"] if of == name):
        body = copy.deepcopy(original)
        for path, value in edits:
            edited(body, path, value)
        found = errors(body)
        if (told not in found) if told else found:
            wrong.append((edits, told, found))
    assert wrong == []


def test_every_table_has_its_rows() -> None:
    assert all(limits_of(group, kind) is not NOTHING for group, kind in TABLES)
    assert limits_of("example.com", "Widget") is NOTHING


def _rules(asked: Asked) -> Iterator[Quick]:
    yield from asked.rules
    for inner in (*asked.below.values(), *([asked.entries] if asked.entries else [])):
        yield from _rules(inner)


VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 70000, 2**40, 0.5, "", "x", "a b", "Upper_Case", "/x", "../y", "a" * 300, "Always", "None", "TCP"),
    *([], {}, ["a", "a"], [1], [{}], [None], [{"name": "x"}, {"name": "x"}], {"a": 1}, {"spec": {}}, {"spec": {"a": 1}}, {"name": None}),
    *({"exec": {}, "httpGet": {}}, {"exec": None}, {"exec": {"command": ["x"]}}, {"rules": []}, {"configMapRef": {}, "secretRef": {}}),
)


def test_the_short_answer_of_a_rule_is_that_of_the_rule() -> None:
    said_yes = 0
    for group, kind in TABLES:
        for rule in _rules(limits_of(group, kind)):
            for value in VALUES if rule.good is not None else ():
                with contextlib.suppress(TypeError, AttributeError, KeyError):
                    if rule.good(value):
                        said_yes += 1
                        assert not rule(value), (kind, value)
    assert said_yes > 1000


def _names(asked: Asked) -> Iterator[str]:
    for name, inner in (*asked.below.items(), *([("", asked.entries)] if asked.entries else [])):
        yield name
        yield from _names(inner)


def test_no_rule_fails_on_what_is_no_manifest() -> None:
    """Whatever stands in the fields, in all of them at once."""
    for group, kind in TABLES:
        asked = limits_of(group, kind)
        names = {*_names(asked), "kind", "apiGroup", "operator", "key", "effect", "values", "topologyKey", "hostPort", "requests"}
        filled = [dict.fromkeys(names, value) for value in VALUES]
        for rule in _rules(asked):
            for value in (*VALUES, *filled, filled, [filled[0], filled[0]]):
                assert isinstance(rule(value), str | tuple | None)


def test_places_and_pointers() -> None:
    text = DEPLOYMENT.replace("              port: http\n", "              port: http\n              scheme: https\n")
    assert said(text) == [
        "48:23 invalid-value spec.template.spec.containers[0].livenessProbe.httpGet.scheme: "
        '"https" is not one of HTTP, HTTPS; did you mean HTTPS?'
    ]


def test_what_flux_fills_in_is_left_to_rendering() -> None:
    text = DEPLOYMENT.replace(
        "      serviceAccountName: web\n", "      serviceAccountName: ${ACCOUNT}\n      hostAliases: [{ip: '${IP}'}]\n"
    )
    assert said(text) == []
    assert said(text.replace("${ACCOUNT}", "$(account)")) == []
    assert [one.split()[1] for one in said(text.replace("${ACCOUNT}", "$account"))] == ["invalid-value"]
