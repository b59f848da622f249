from __future__ import annotations

from typing import Any

import pytest

from checker.model.findings import Severity, UsageError
from checker.model.paths import RepoPath
from checker.model.report import Mode
from checker.model.settings import EnvironmentMatch, PolicySource, RuleChoice, Settings, cluster_named
from checker.model.tree import MemoryTree
from checker.settings import FILE_NAME, load_settings

RULES = {"source-branch": ("from", "into"), "promoted-from": ("environment",), "destructive-change": ()}


def load(text: str) -> Settings:
    return load_settings(MemoryTree({FILE_NAME: text.encode()}), FILE_NAME, lambda: RULES)


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        load(text)
    return caught.value.message


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings(MemoryTree({}), FILE_NAME, lambda: RULES) == Settings()


def test_an_empty_file_is_no_file() -> None:
    assert load("# nothing yet\n") == Settings()


def test_everything_that_can_be_said() -> None:
    settings = load("""
version: 1
kubernetes: ["1.31", "1.33"]
environments:
  staging: {match: [{path: clusters/staging/**}, {destination: "staging-*", namespace: shop}]}
  production: {match: [{cluster: "prod-*"}], guarded: true}
clusters:
  "*": {flux: "2.8"}
  prod-eu: {kubernetes: "1.31", api-versions: [monitoring.coreos.com/v1], variables: {ConfigMap/flux-system/vars: {REGION: eu}}}
schemas: [default, schemas]
require-schemas: true
policies:
  - builtin
  - {path: policies, namespaces: [main, team]}
  - {builtin: restricted}
sources: {"oci://example.com/charts": vendor}
exclude: ["docs/**"]
suppress:
  - {rule: image-tag-mutable, object: "Deployment/*/*", reason: legacy, until: 2027-01-31}
fail-on: warning
""")
    assert settings.kubernetes == ("1.31", "1.33")
    assert [environment.name for environment in settings.environments] == ["staging", "production"]
    assert settings.environments[0].match[1] == EnvironmentMatch(destination="staging-*", namespace="shop")
    assert settings.environments[1].guarded
    cluster = cluster_named("prod-eu", settings.clusters)
    assert (cluster.kubernetes, cluster.api_versions, cluster.flux) == ("1.31", ("monitoring.coreos.com/v1",), "2.8")
    assert cluster.variables == {"ConfigMap/flux-system/vars": {"REGION": "eu"}}
    assert (cluster_named("", settings.clusters).flux, cluster_named("", settings.clusters).kubernetes) == ("2.8", "")
    assert settings.require_schemas
    assert settings.policies == (
        PolicySource(),
        PolicySource(path="policies", namespaces=("main", "team")),
        PolicySource(profile="restricted"),
    )
    assert settings.sources == {"oci://example.com/charts": "vendor"}
    assert settings.exclude == ("docs/**",)
    assert settings.fail_on is Severity.WARNING
    suppression = settings.suppress[0]
    assert (suppression.rule, suppression.reason, str(suppression.until)) == ("image-tag-mutable", "legacy", "2027-01-31")
    assert suppression.location is not None
    assert suppression.location.line == 19


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("destructive-change: warn", [RuleChoice(rule="destructive-change", environment="", mode=Mode.WARN)]),
        (
            "source-branch: {from: [release/*]}",
            [RuleChoice(rule="source-branch", environment="", mode=Mode.ENFORCE, parameters={"from": ["release/*"]})],
        ),
        (
            "source-branch: {production: {from: [release/*], mode: warn}}",
            [RuleChoice(rule="source-branch", environment="production", mode=Mode.WARN, parameters={"from": ["release/*"]})],
        ),
        (
            "source-branch: {from: [main], production: off}",
            [RuleChoice(rule="source-branch", environment="production", mode=Mode.OFF, parameters={"from": ["main"]})],
        ),
        (
            "promoted-from: {production: staging}",
            [RuleChoice(rule="promoted-from", environment="production", mode=Mode.ENFORCE, parameters={"value": "staging"})],
        ),
    ],
)
def test_rules_may_be_written_short_or_long(written: str, expected: list[RuleChoice]) -> None:
    assert list(load(f"version: 1\nrules:\n  {written}\n").rules) == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("version: 1\nenvironmnts: {}\n", ["2:1", "environmnts", "environments"]),
        ("version: 2\n", ["1:1", "version"]),
        ("version: 1\nrules: {sorce-branch: warn}\n", [".gitops-check.yaml:2:", "source-branch"]),
        ("version: 1\nenvironments: {production: {}}\nrules: {source-branch: {prodction: warn}}\n", ["3:", "production"]),
        ("version: 1\nrules: {source-branch: {production: {mode: strict}}}\n", ["strict", "off, warn, enforce"]),
        ("version: 1\nsuppress: [{rule: x}]\n", ["2:", "reason"]),
        ("version: 1\nversion: 1\n", ["2:1", "version"]),
        ("version: 1\nclusters: {prod: {apiversions: [a]}}\n", ["2:", "apiversions", "api-versions"]),
        ("version: 1\nclusters: {prod: {kubernetes: 1.33}}\n", ["2:", '"1.33" in quotes']),
        ("version: 1\nclusters: {prod: {variables: {vars: {A: b}}}}\n", ["2:", "ConfigMap|Secret"]),
        ("version: [1\n", [".gitops-check.yaml:"]),
        ("version: 1\n---\nversion: 1\n", ["one document"]),
    ],
)
def test_a_mistake_names_its_line_and_the_right_word(text: str, parts: list[str]) -> None:
    message = refusal(text)
    assert all(part in message for part in parts), message


def test_the_bundled_example_settings_are_right() -> None:
    from pathlib import Path

    data = Path("examples/shop/.gitops-check.yaml").read_bytes()
    settings = load_settings(
        MemoryTree({RepoPath(".gitops-check.yaml"): data}), FILE_NAME, lambda: {**RULES, "one-environment-per-change": ()}
    )
    assert [environment.name for environment in settings.environments] == ["staging", "production"]
    assert len(settings.rules) == 3


def test_what_generators_are_given_by_outsiders() -> None:
    text = "version: 1\ngenerators:\n  previews:\n    pullRequest: [{number: 7, branch: x}]\n"
    assert load(text).generators == {"previews": {"pullRequest": ({"number": 7, "branch": "x"},)}}
    assert "pullRequests" in refusal(text.replace("pullRequest", "pullRequests"))


def _keys(schema: Any, above: str = "") -> list[str]:
    """Every key that a schema names, dotted; names that people choose are left out."""
    found = []
    for name, inner in schema.get("properties", {}).items():
        path = f"{above}.{name}" if above else name
        found.append(path)
        found += _keys(inner, path)
    for part in (schema.get("additionalProperties"), schema.get("items"), *schema.get("anyOf", ())):
        if isinstance(part, dict):
            found += _keys(part, above)
    return found


def test_every_setting_is_explained() -> None:
    from checker.settings.meaning import MEANING
    from checker.settings.schema import SCHEMA

    assert set(MEANING) == set(_keys(SCHEMA))


def test_the_versions_that_editors_offer_are_those_with_schemas() -> None:
    from checker.settings.schema import SCHEMA
    from checker.validate.bundles import bundled_versions

    named, _ = SCHEMA["properties"]["kubernetes"]["items"]["anyOf"]
    assert tuple(named["enum"]) == bundled_versions()
