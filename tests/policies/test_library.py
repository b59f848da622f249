"""The library as a whole: every policy has what it needs, its tests pass, its examples do what they say, hostile objects break none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.evaluate import EvaluateOptions, EvaluationInput, PolicyDoc, evaluate_objects
from checker.evaluate.library import KIND_GROUPS, PROFILES, catalogue, library_modules, library_policies
from checker.evaluate.verify import PolicyTests, VerifyOptions, run_policy_tests
from checker.model.findings import Outcome, UsageError
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath

FOLDER = Path(__file__).parents[2] / "policies"
AREAS = {"security", "reliability", "images", "networking", "rbac", "gitops", "flux", "argocd"}


@pytest.fixture(scope="module")
def results() -> PolicyTests:
    return run_policy_tests(library_modules(), VerifyOptions(coverage=True))


def test_every_policy_test_passes(results: PolicyTests) -> None:
    assert results.problems == ()
    assert [test for test in results.tests if test.outcome != "passed"] == []


@pytest.mark.parametrize("doc", catalogue(), ids=lambda doc: doc.id)
def test_every_policy_is_complete(doc: PolicyDoc) -> None:
    assert doc.title
    assert len(doc.why) > 60
    assert doc.fix
    assert doc.bad
    assert doc.good
    assert doc.profile in PROFILES
    assert doc.area in AREAS
    assert doc.links
    assert all(link.startswith("https://") for link in doc.links)
    source = (FOLDER / f"{doc.id}.rego").read_text()
    assert doc.kinds or "kinds: [any]" in source
    assert f"package {'.'.join(doc.package)}\n" in source
    assert '"pointer":' in source


def test_every_policy_has_a_case_that_fails_and_one_that_passes() -> None:
    for doc in catalogue():
        tests = (FOLDER / f"{doc.id}_test.rego").read_text()
        assert "test_" in tests, doc.id
        assert "== 0" in tests, f"{doc.id}: no passing case"
        assert any(sign in tests for sign in ("some violation in", "== 1", "== {", ":= ")), f"{doc.id}: no failing case"


def test_tests_reach_every_line_of_every_policy(results: PolicyTests) -> None:
    missed = {file.path: file.missed for file in results.coverage if file.missed and not file.path.endswith("_test.rego")}
    assert missed == {}


def test_every_test_file_belongs_to_a_policy() -> None:
    names = {doc.id for doc in catalogue()}
    assert {path.name.removesuffix("_test.rego") for path in FOLDER.glob("*_test.rego")} == names


def test_profiles_hold_one_another() -> None:
    ids = [{doc.id for doc in library_policies(profile).docs} for profile in PROFILES]
    assert ids[0] < ids[1] <= ids[2] == {doc.id for doc in catalogue()}


def test_an_unknown_profile_is_refused_with_the_choices() -> None:
    with pytest.raises(UsageError) as caught:
        library_policies("strict")
    assert "baseline" in caught.value.hint


def test_metadata_is_read_as_yaml_would_read_it() -> None:
    from checker.evaluate.metadata import comment_block, read_metadata
    from checker.tools.yaml import load_documents

    for doc in catalogue():
        source = (FOLDER / f"{doc.id}.rego").read_text()
        (document,) = load_documents("\n".join(comment_block(source)).encode() + b"\n")
        assert document.error is None, doc.id
        assert read_metadata(source) == document.value, doc.id


HOSTILE: tuple[object, ...] = (None, 1, "text", [None, {"a": None}], {"name": 1})


def _mutations(value: object, budget: int = 400) -> list[object]:
    """The value with each part in turn replaced by something of another type."""
    found: list[object] = list(HOSTILE)
    if isinstance(value, dict):
        for key, item in value.items():
            found += [{**value, key: changed} for changed in _mutations(item)]
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += [[*value[:index], changed, *value[index + 1 :]] for changed in _mutations(item)]
    return found[:budget] if budget else found


@pytest.mark.parametrize("doc", catalogue(), ids=lambda doc: doc.id)
def test_no_object_breaks_a_policy(doc: PolicyDoc) -> None:
    """Fields of any type: a policy says something or nothing, it never fails to evaluate."""
    samples = [yaml_value(doc.bad)]
    kinds = doc.kinds[:1] or ("ConfigMap",)
    inputs = []
    for kind in kinds:
        group, _, name = kind.rpartition("/")
        for sample in samples:
            for place in _placements(kind, sample):
                for body in _mutations(place):
                    named = {**(body if isinstance(body, dict) else {}), "apiVersion": f"{group}/v1" if group else "v1", "kind": name}
                    inputs.append(EvaluationInput(object=KubeObject(body=named, origin=Origin(path=RepoPath("x.yaml")))))
    policies = replace(library_policies("all"), docs=(doc,))
    checked = evaluate_objects(inputs, [policies], EvaluateOptions(workers=1))
    assert [finding.message for finding in checked.findings if finding.outcome is not Outcome.FAILED] == []
    assert checked.counts.failed + checked.counts.passed == len(inputs)
    # Read as a foreign policy it must say the same: what differs between our engine and OPA is then not used.
    foreign = replace(policies, modules=tuple(replace(module, exact=False) for module in policies.modules))
    assert evaluate_objects(inputs, [foreign], EvaluateOptions(workers=1)) == checked


def test_an_object_without_a_version_breaks_none() -> None:
    inputs = [
        EvaluationInput(object=KubeObject(body={"apiVersion": version, "kind": kind}, origin=Origin(path=RepoPath("x.yaml"))))
        for version in (None, 1, {})
        for kind in ("Pod", "Service", None)
    ]
    checked = evaluate_objects(inputs, [library_policies("all")], EvaluateOptions())
    assert [finding.message for finding in checked.findings if finding.outcome is not Outcome.FAILED] == []


def yaml_value(text: str) -> object:
    from checker.tools.yaml import load_documents

    return load_documents(text.encode())[0].value


def _placements(kind: str, sample: object) -> list[object]:
    """The example as it is, and in the pod of a workload and in its container."""
    fields = sample if isinstance(sample, dict) else {}
    places: list[object] = [{"metadata": {"name": "a", "annotations": {"a": "b"}}, **fields}]
    if kind in KIND_GROUPS["workloads"]:
        pod = {"containers": [{"name": "a", **fields}], **fields}
        places.append({"spec": pod} if kind == "Pod" else {"spec": {"replicas": 2, "template": {"spec": pod}}})
    return places
