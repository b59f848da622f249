"""Objects and policies to findings, with the real engine."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checker.evaluate import EvaluateOptions, EvaluationInput, Meaning, PolicySet, evaluate_objects
from checker.evaluate.library import library_policies
from checker.model.findings import Checked, Counts, Outcome, Severity
from checker.model.objects import JSONValue, KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.model.units import Controller, UnitKey
from checker.tools import rego_process
from checker.tools.rego import Limits, Module


def pod(name: str = "web", image: str = "nginx:1.29", **spec: JSONValue) -> KubeObject:
    body: dict[str, JSONValue] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "web", "image": image}], **spec},
    }
    return KubeObject(body=body, origin=Origin(path=RepoPath(f"apps/{name}.yaml"), line=3))


def run(text: str, *objects: KubeObject, options: EvaluateOptions | None = None, **facts: object) -> Checked:
    inputs = [EvaluationInput(object=obj, **facts) for obj in objects or (pod(),)]  # type: ignore[arg-type]
    policies = PolicySet(name="policy", modules=(Module("policy/p.rego", text),))
    return evaluate_objects(inputs, [policies], options or EvaluateOptions())


def messages(checked: Checked) -> list[str]:
    return [finding.message for finding in checked.findings]


def test_a_library_finding_names_policy_object_field_unit_and_environment() -> None:
    unit = UnitKey("prod", Controller.KUSTOMIZATION, "", "web")
    asked: list[tuple[str, bool]] = []

    def locate(obj: KubeObject, pointer: str, key: bool) -> Location:
        asked.append((pointer, key))
        return Location(path=obj.origin.path, line=9, column=5)

    item = EvaluationInput(object=pod(image="nginx:latest"), unit=unit, environment="production", cluster="prod")
    checked = evaluate_objects([item], [library_policies()], EvaluateOptions(locate=locate))
    (finding,) = checked.findings
    assert (finding.rule, finding.severity, finding.outcome) == ("image-tag-mutable", Severity.WARNING, Outcome.FAILED)
    assert (finding.pointer, finding.location.line) == ("/spec/containers/0/image", 9)
    assert (finding.unit, finding.environments) == (unit, ("production",))
    assert finding.object == item.object.key
    assert asked == [("/spec/containers/0/image", False)]
    assert checked.counts.failed == 1
    assert checked.counts.passed > 3


def test_a_kind_counts_only_for_policies_that_concern_it() -> None:
    obj = KubeObject(body={"apiVersion": "example.com/v1", "kind": "Widget"}, origin=Origin(path=RepoPath("w.yaml")))
    checked = evaluate_objects([EvaluationInput(object=obj)], [library_policies()], EvaluateOptions())
    assert checked == Checked(counts=Counts(passed=1))


def test_a_policy_that_cannot_be_evaluated_is_told_once_at_its_line() -> None:
    text = 'package main\nimport rego.v1\ndeny contains "x" if both\nwarn contains "w"\nboth := {1, 2}[_]'
    checked = run(text, pod("a", count=1), pod("b", count=1), pod("c", count=1))
    (failed,) = [finding for finding in checked.findings if finding.outcome is Outcome.NOT_CHECKED]
    assert (failed.location.path, failed.location.line, failed.severity) == ("policy/p.rego", 5, Severity.ERROR)
    assert failed.message.startswith("main/deny: not checked on Pod a and 2 more")
    assert checked.counts == Counts(failed=3, not_checked=3)


def test_a_broken_module_is_told_and_the_others_still_run() -> None:
    good = Module("policy/good.rego", 'package main\nimport rego.v1\ndeny contains "found"')
    bad = Module("policy/bad.rego", "package main\nimport rego.v1\ndeny contains if {")
    checked = evaluate_objects([EvaluationInput(object=pod())], [PolicySet(name="policy", modules=(bad, good))], EvaluateOptions())
    assert sorted((finding.rule, finding.location.path) for finding in checked.findings) == [
        ("main/deny", "apps/web.yaml"),
        ("policy-invalid", "policy/bad.rego"),
    ]


def test_without_an_engine_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rego_process, "VERSION", "9.9.9")
    own = PolicySet(name="policy", modules=(Module("policy/p.rego", "package main"),))
    checked = evaluate_objects([EvaluationInput(object=pod())], [library_policies(), own], EvaluateOptions())
    assert [(finding.rule, finding.severity, finding.outcome) for finding in checked.findings] == [
        ("policies-not-run", Severity.WARNING, Outcome.NOT_CHECKED),
        ("policies-not-run", Severity.ERROR, Outcome.NOT_CHECKED),
    ]
    assert all("pip install" in message for message in messages(checked))
    assert checked.counts == Counts(not_checked=2)


def test_a_hanging_policy_ends_in_one_finding() -> None:
    text = """package main
import rego.v1
deny contains "x" if { some i in numbers.range(1, 1000000); some j in numbers.range(1, 1000000); i * j == -1 }
warn contains "still here"
"""
    checked = run(text, pod("a"), pod("b"), options=EvaluateOptions(limits=Limits(seconds=1)))
    assert sorted({finding.rule for finding in checked.findings if finding.outcome is Outcome.FAILED}) == ["main/warn"]
    (failed,) = [finding for finding in checked.findings if finding.outcome is Outcome.NOT_CHECKED]
    assert "took longer than 1 s" in failed.message
    assert failed.location.path == "policy/p.rego"


def test_policies_see_where_the_object_runs_and_what_it_was() -> None:
    text = """package main
import rego.v1
deny contains sprintf("%s on %s by %s", [data.gitops.environment, data.gitops.cluster, data.gitops.unit.name])
deny contains "image changed" if data.gitops.base.spec.containers[0].image != input.spec.containers[0].image
"""
    unit = UnitKey("c1", Controller.FLUX_KUSTOMIZATION, "flux-system", "apps")
    checked = run(text, pod(image="nginx:2"), unit=unit, environment="staging", cluster="c1", base=pod(image="nginx:1").body)
    assert messages(checked) == ["image changed", "staging on c1 by apps"]


def test_a_new_object_has_no_base() -> None:
    text = 'package main\nimport rego.v1\ndeny contains "new" if not data.gitops.base\n'
    assert messages(run(text)) == ["new"]
    assert messages(run(text, base=pod().body)) == []


def test_images_of_other_environments_are_there_to_compare() -> None:
    text = """package main
import rego.v1
deny contains msg if {
	data.gitops.environment == "production"
	some container in input.spec.containers
	not container.image in data.gitops.images.staging
	msg := sprintf("%s does not run in staging", [container.image])
}
"""
    inputs = [
        EvaluationInput(object=pod("a", "nginx:1"), environment="staging"),
        EvaluationInput(object=pod("a", "nginx:1"), environment="production"),
        EvaluationInput(object=pod("b", "nginx:2"), environment="production"),
    ]
    policies = PolicySet(name="policy", modules=(Module("policy/p.rego", text),))
    checked = evaluate_objects(inputs, [policies], EvaluateOptions())
    assert [(str(finding.object), finding.message) for finding in checked.findings] == [("Pod b", "nginx:2 does not run in staging")]


def test_objects_beside_this_one_are_known_by_name() -> None:
    text = 'package main\nimport rego.v1\ndeny contains "no config" if not data.gitops.objects.ConfigMap[""].settings\n'
    config = KubeObject(
        body={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}, origin=Origin(path=RepoPath("c.yaml"))
    )
    here = [EvaluationInput(object=config, environment="a"), EvaluationInput(object=pod(), environment="a")]
    there = [EvaluationInput(object=pod(), environment="b")]
    policies = PolicySet(name="policy", modules=(Module("policy/p.rego", text),))
    checked = evaluate_objects(here + there, [policies], EvaluateOptions())
    assert [finding.environments for finding in checked.findings] == [("b",)]


def test_facts_of_the_change_are_data() -> None:
    text = "package main\nimport rego.v1\ndeny contains data.gitops.change.source_branch\n"
    assert messages(run(text, options=EvaluateOptions(change={"source_branch": "feature/x"}))) == ["feature/x"]


def test_two_engines_give_what_one_gives() -> None:
    objects = [pod(f"p{number}", "nginx:latest" if number % 7 == 0 else "nginx:1.29") for number in range(1001)]
    inputs = [EvaluationInput(object=obj) for obj in objects]
    one, two = (evaluate_objects(inputs, [library_policies()], EvaluateOptions(workers=workers)) for workers in (1, 2))
    assert one == two
    assert one.counts.failed == 143


@pytest.mark.parametrize("meaning", [Meaning.CONFTEST])
def test_nothing_to_do_is_nothing(meaning: Meaning) -> None:
    empty: Mapping[str, JSONValue] = {}
    assert evaluate_objects([], [PolicySet(name="policy", meaning=meaning, data=empty)], EvaluateOptions()) == Checked()
