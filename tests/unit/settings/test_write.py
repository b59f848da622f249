"""The settings that are proposed for a repository."""

from __future__ import annotations

import pytest

from checker.model.settings import EnvironmentMatch, EnvironmentSetting
from checker.settings.write import settings_text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("staging production*", {"production": "staging"}),
        ("dev qa staging canary production*", {"production": "canary"}),
        (
            "load-gpu qa staging-asia staging-eu staging-us prod-asia* prod-eu* prod-us*",
            {"prod-asia": "staging-asia", "prod-eu": "staging-eu", "prod-us": "staging-us"},
        ),
        ("staging prod-eu* prod-us*", {"prod-eu": "staging", "prod-us": "staging"}),
        ("load-gpu staging prod-gpu*", {"prod-gpu": "staging"}),
        ("prod-eu* prod-us*", {}),
    ],
)
def test_a_version_comes_from_the_stage_before_and_not_from_a_sister(names: str, expected: dict[str, str]) -> None:
    environments = [
        EnvironmentSetting(name=name.rstrip("*"), match=(EnvironmentMatch(path=f"{name}/**"),), guarded=name.endswith("*"))
        for name in names.split()
    ]
    lines = [line.strip() for line in settings_text(environments).splitlines() if "mode: warn}" in line]
    assert lines == [f"{name}: {{environment: {before}, mode: warn}}" for name, before in expected.items()]
