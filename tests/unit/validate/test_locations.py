"""Schema locations: kubeconform's six variables."""

from __future__ import annotations

import pytest

from checker.validate.locations import VARIABLES, expand, unknown_variables, variables


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("v1", "Pod", {"Group": "v1", "ResourceAPIVersion": "v1", "KindSuffix": "-v1", "ResourceKind": "pod"}),
        ("apps/v1", "Deployment", {"Group": "apps", "ResourceAPIVersion": "v1", "KindSuffix": "-apps-v1", "ResourceKind": "deployment"}),
        ("rbac.authorization.k8s.io/v1", "Role", {"Group": "rbac.authorization.k8s.io", "KindSuffix": "-rbac-v1"}),
    ],
)
def test_variables(api_version: str, kind: str, expected: dict[str, str]) -> None:
    found = variables(api_version=api_version, kind=kind, version="1.33", strict=True)
    assert set(found) == set(VARIABLES)
    assert {name: found[name] for name in expected} == expected
    assert (found["NormalizedKubernetesVersion"], found["StrictSuffix"]) == ("v1.33.0", "-strict")


@pytest.mark.parametrize(
    ("version", "normalized"), [("1.33", "v1.33.0"), ("1.33.2", "v1.33.2"), ("v1.33.2", "v1.33.2"), ("master", "master")]
)
def test_versions(version: str, normalized: str) -> None:
    assert variables(api_version="v1", kind="Pod", version=version, strict=False)["NormalizedKubernetesVersion"] == normalized


def test_expansion() -> None:
    place = expand(
        "s/{{ .Group }}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json", api_version="a.io/v1", kind="B", version="1.33", strict=False
    )
    assert place == "s/a.io/b_v1.json"
    assert (
        expand("dir/", api_version="apps/v1", kind="Deployment", version="1.33", strict=True)
        == "dir/v1.33.0-standalone-strict/deployment-apps-v1.json"
    )


def test_variables_that_mean_nothing_are_named() -> None:
    assert unknown_variables("{{.Kind}}/{{.Group}}.json") == ("Kind",)
