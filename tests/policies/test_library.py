"""The library as a whole: every policy has what it needs, its tests pass, its examples do what they say, hostile objects break none."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.evaluate.library import PROFILES, catalogue, library_modules, library_policies
from checker.evaluate.verify import PolicyTests, VerifyOptions, run_policy_tests
from checker.model.findings import UsageError

FOLDER = Path(__file__).parents[2] / "policies"
AREAS = {"security", "reliability", "images", "networking", "rbac", "gitops", "flux", "argocd"}


@pytest.fixture(scope="module")
def results() -> PolicyTests:
    return run_policy_tests(library_modules(), VerifyOptions(coverage=True))


def test_every_policy_test_passes(results: PolicyTests) -> None:
    assert results.problems == ()
    assert [test for test in results.tests if test.outcome != "passed"] == []


@pytest.mark.parametrize("doc", catalogue(), ids=lambda doc: doc.id)
def test_every_policy_is_complete(doc: object) -> None:
    from checker.evaluate import PolicyDoc

    assert isinstance(doc, PolicyDoc)
    assert doc.title
    assert len(doc.why) > 60
    assert doc.fix
    assert doc.bad
    assert doc.good
    assert doc.kinds
    assert doc.profile in PROFILES
    assert doc.area in AREAS
    assert doc.links
    assert all(link.startswith("https://") for link in doc.links)
    source = (FOLDER / f"{doc.id}.rego").read_text()
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
