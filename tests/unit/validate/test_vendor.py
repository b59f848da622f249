"""What `schemas vendor` writes is what a location finds again."""

from __future__ import annotations

from checker.model.findings import Counts
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.validate import ValidateOptions, validate_objects
from checker.validate.vendor import LAYOUT, vendored_schemas
from tests.unit.validate.manifests import CRD, SERVICE, WIDGET, check


def test_vendored_schemas_judge_as_the_definition_did() -> None:
    objects = check(f"{CRD}---\n{WIDGET}---\n{SERVICE}").objects
    other = KubeObject(body={"apiVersion": "other.example.com/v1", "kind": "Other"}, origin=Origin(path=RepoPath("x.yaml")))
    vendored = vendored_schemas([*objects, other], ValidateOptions(crds=objects[:1]))
    assert list(vendored.files) == ["schemas/example.com/widget_v1.json"]
    assert vendored.missing == ("other.example.com/v1/Other",)
    tree = MemoryTree({RepoPath(path): data for path, data in vendored.files.items()})
    options = ValidateOptions(tree=tree, locations=("default", LAYOUT))
    assert validate_objects(objects, options).counts == Counts(passed=3)
    wrong = KubeObject(body={**objects[1].body, "spec": {"size": "x"}}, origin=objects[1].origin)
    assert validate_objects([wrong], options).counts == Counts(failed=1)
