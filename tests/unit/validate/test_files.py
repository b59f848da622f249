"""Files as they stand: what is read, what is skipped with its reason, and input made to hurt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model.findings import Counts, Outcome, Severity
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.validate import ValidateOptions, validate_files, validate_objects
from checker.validate.kustomized import TakenFiles, completes, names_namespaces
from tests.unit.validate.manifests import CRD, DEPLOYMENT, FILE, SERVICE, WIDGET, check, said


def test_documents_are_counted_and_objects_kept_in_order() -> None:
    result = check(f"# comment\n---\n{DEPLOYMENT}--- # next\n{SERVICE}---\n\n---\n# only a comment\n")
    assert [obj.kind for obj in result.objects] == ["Deployment", "Service"]
    assert result.checked.counts == Counts(passed=2)


def test_objects_need_not_be_kept() -> None:
    assert validate_files([(FILE, SERVICE.encode())], ValidateOptions(), keep_objects=False).objects == ()


def test_lists_are_unpacked_and_findings_point_into_them() -> None:
    items = "\n".join(f"  {line}" if number else f"- {line}" for number, line in enumerate(SERVICE.splitlines()))
    text = f"apiVersion: v1\nkind: List\nitems:\n{items}\n".replace("port: 80", "port: '80'")
    assert said(text) == ['17:15 wrong-type spec.ports[0].port: "80" is text; write 80 without quotes']


def test_definitions_in_other_files_are_schemas() -> None:
    files = [(RepoPath("a.yaml"), WIDGET.replace("red", "blue").encode()), (RepoPath("crds/b.yaml"), CRD.encode())]
    found = validate_files(files, ValidateOptions()).checked.findings
    assert [finding.message for finding in found] == ['spec.colour: "blue" is not one of red, green']


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("replicas: 3\nimage: {tag: v1}\n", "1:1 not-an-object not a Kubernetes object: it has neither apiVersion nor kind"),
        ("- op: replace\n", "1:1 not-an-object not a Kubernetes object: it has neither apiVersion nor kind"),
        ("kind: Service\nmetadata: {name: x}\n", "1:1 missing-field apiVersion is required and missing"),
        ("apiVersion: v1\nmetadata: {name: x}\nKind: Service\n", "3:1 missing-field kind is required and missing; Kind looks like it"),
    ],
)
def test_documents_that_are_no_object(text: str, message: str) -> None:
    assert said(text) == [message]


def test_a_patch_is_recognised_by_its_directives() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n"
    result = check(text).checked
    assert result.counts == Counts(skipped=1)
    assert [finding.outcome for finding in result.findings] == [Outcome.SKIPPED]


def test_what_a_kustomization_may_still_add_is_not_checked() -> None:
    text = DEPLOYMENT.replace("  selector:\n    matchLabels:\n      app: web\n", "")
    result = check(text, ValidateOptions(completed=frozenset({FILE}))).checked
    assert [(finding.severity, finding.outcome, finding.message) for finding in result.findings] == [
        (Severity.NOTE, Outcome.NOT_CHECKED, "spec.selector is required and missing, unless its kustomization sets it")
    ]
    assert result.counts == Counts(not_checked=1)


def test_what_a_kustomization_does_not_add_still_fails() -> None:
    text = DEPLOYMENT.replace("  selector:\n    matchLabels:\n      app: web\n", "  replcas: 1\n")
    result = check(text, ValidateOptions(completed=frozenset({FILE}))).checked
    assert [(finding.rule, finding.severity) for finding in result.findings] == [
        ("missing-field", Severity.NOTE),
        ("unknown-field", Severity.ERROR),
    ]
    assert result.counts == Counts(failed=1)


@pytest.mark.parametrize("placeholder", ["FROM_OVERLAY", "<size>", "'{{ size }}'"])
def test_a_placeholder_that_an_overlay_fills_is_not_checked(placeholder: str) -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\n"
    text = f"{claim}spec: {{accessModes: [{placeholder}], resources: {{requests: {{storage: 1Gi}}}}}}\n"
    result = check(text, ValidateOptions(completed=frozenset({FILE}))).checked
    assert [(finding.rule, finding.outcome) for finding in result.findings] == [("invalid-value", Outcome.NOT_CHECKED)]
    assert result.findings[0].message.endswith(", unless its kustomization sets it")
    assert [finding.outcome for finding in check(text).checked.findings] == [Outcome.FAILED]
    mistaken = text.replace(placeholder, "ReadWriteTwice")
    assert [finding.outcome for finding in check(mistaken, ValidateOptions(completed=frozenset({FILE}))).checked.findings] == [
        Outcome.FAILED
    ]


@pytest.mark.parametrize(("name", "skipped"), [("web.template.yaml", 1), ("web.tmpl.yml", 1), ("web.yaml", 0), ("template.yaml", 0)])
def test_a_template_by_its_name_is_no_broken_yaml(name: str, skipped: int) -> None:
    checked = validate_files([(RepoPath(name), b"kind: Deployment\nmetadata:\n  name: {{ .Name }}\n")], ValidateOptions()).checked
    assert checked.counts == Counts(skipped=skipped, not_checked=1 - skipped)
    assert [(finding.location.line, finding.severity) for finding in checked.findings] == [
        (3, Severity.NOTE if skipped else Severity.ERROR)
    ]


def test_a_kustomization_that_sets_a_namespace_names_the_namespaces_it_takes_in() -> None:
    placeholder = "apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n"
    result = check(placeholder, ValidateOptions(named=frozenset({FILE}))).checked
    assert [(finding.rule, finding.outcome) for finding in result.findings] == [("invalid-name", Outcome.NOT_CHECKED)]
    assert [finding.outcome for finding in check(placeholder).checked.findings] == [Outcome.FAILED]
    binding = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: x}\n"
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: x}\nsubjects: [{kind: ServiceAccount, name: x}]\n"
    )
    result = check(binding, ValidateOptions(named=frozenset({FILE}))).checked
    assert [(finding.rule, finding.outcome) for finding in result.findings] == [("missing-field", Outcome.NOT_CHECKED)]
    assert [finding.outcome for finding in check(binding).checked.findings] == [Outcome.FAILED]
    other = placeholder.replace("Namespace", "ConfigMap")
    assert [finding.outcome for finding in check(other, ValidateOptions(named=frozenset({FILE}))).checked.findings] == [Outcome.FAILED]


def test_files_that_a_patching_kustomization_takes_in() -> None:
    files = [
        (RepoPath("base/web.yaml"), b""),
        (RepoPath("base/sub/api.yaml"), b""),
        (RepoPath("base/kustomization.yaml"), b"resources: [web.yaml, sub]\n"),
        (RepoPath("prod/kustomization.yaml"), b"resources: [../base, own.yaml, https://example.com/x]\npatches: [{path: p.yaml}]\n"),
        (RepoPath("prod/own.yaml"), b""),
        (RepoPath("prod/p.yaml"), b""),
        (RepoPath("other/web.yaml"), b""),
        (RepoPath("other/kustomization.yaml"), b"resources: [web.yaml]\n"),
    ]
    completed = TakenFiles(lambda: [file for file in files if file[0].endswith("kustomization.yaml")], completes)
    assert [path for path, _ in files if path not in completed] == ["other/web.yaml", "other/kustomization.yaml"]


@pytest.mark.parametrize(
    ("kustomization", "fills", "names"),
    [
        (b"resources: [a.yaml]\n", False, False),
        (b"resources: [a.yaml]\nnamespace: shop\n", False, True),
        (b"kind: Component\nresources: [a.yaml]\n", False, True),
        (b"resources: [a.yaml]\ncommonLabels: {app: web}\n", True, False),
        (b"resources: [a.yaml]\nlabels: [{pairs: {app: web}, includeSelectors: true}]\n", True, False),
    ],
)
def test_what_a_kustomization_sets(kustomization: bytes, fills: bool, names: bool) -> None:
    files = [(RepoPath("apps/kustomization.yaml"), kustomization)]
    assert (RepoPath("apps/a.yaml") in TakenFiles(lambda: files, completes)) is fills
    assert (RepoPath("apps/a.yaml") in TakenFiles(lambda: files, names_namespaces)) is names


def test_a_duplicate_key_fails_its_object() -> None:
    result = check(SERVICE.replace("      port: 80\n", "      port: 80\n      port: 81\n")).checked
    assert [(finding.rule, finding.location.line, finding.location.column) for finding in result.findings] == [("duplicate-key", 15, 7)]
    assert result.counts == Counts(failed=1)


def test_duplicate_keys_elsewhere_are_warnings() -> None:
    (finding, _skipped) = check("a: 1\na: 2\n").checked.findings
    assert (finding.rule, finding.severity) in (("duplicate-key", Severity.WARNING), ("not-an-object", Severity.NOTE))


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 12)
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB.encode(),
        b"[" * 10_000,
        b"{a: " * 10_000 + b"1" + b"}" * 10_000,
        b"- " * 20_000,
        b"a: \x00\n",
        b"\xff\xfe\x00\xd8",
        b"\x80abc: 1\n",
        b"a: [1\n",
        b"\tkind: x\n",
        b"%YAML 9.9\n---\na: 1\n",
        b"a: *missing\n",
        b"&a [*a]\n",
        b"? {a: 1}\n: 2\n",
    ],
    ids=lambda data: repr(data[:12]),
)
def test_hostile_files_give_a_finding_and_the_others_are_checked(data: bytes) -> None:
    files = [(RepoPath("bad.yaml"), data), (RepoPath("good.yaml"), SERVICE.replace("ClusterIP", "ClusterIp").encode())]
    found = validate_files(files, ValidateOptions()).checked.findings
    assert len([finding for finding in found if finding.location.path == "bad.yaml"]) >= 1
    assert [finding.rule for finding in found if finding.location.path == "good.yaml"] == ["invalid-value"]


def test_a_large_scalar_is_no_trouble() -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a: {'x' * 5_000_000}\n  b: 1\n"
    assert said(text) == [
        "5:3 invalid-value data: holds 5000000 bytes; 1048576 are the limit",
        '6:6 wrong-type data.b: 1 is a number where text is expected; write "1" in quotes',
    ]


def test_messages_stay_short_whatever_the_value() -> None:
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: {'x' * 100_000}}}\nspec: {{type: {'y' * 100_000}, ports: [{{port: 1}}]}}\n"
    found = check(text).checked.findings
    assert len(found) == 2
    assert all(len(finding.message) < 300 for finding in found)


_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 70000), st.text(max_size=6), st.floats(allow_nan=False, allow_infinity=False, width=16)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "spec", "ports", "labels", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    kind=st.sampled_from(
        [("apps/v1", "Deployment"), ("v1", "Service"), ("batch/v1", "CronJob"), ("v1", "Secret"), ("networking.k8s.io/v1", "Ingress")]
    ),
    path=st.sampled_from(
        [("spec",), ("metadata",), ("spec", "template"), ("spec", "template", "spec"), ("spec", "selector"), ("spec", "ports"), ("data",)]
    ),
    value=_VALUES,
)
def test_no_shape_of_an_object_breaks_the_checks(kind: tuple[str, str], path: tuple[str, ...], value: object) -> None:
    body: dict[str, object] = {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "x"}}
    inner = body
    for step in path[:-1]:
        inner = inner.setdefault(step, {})  # type: ignore[assignment]
    inner[path[-1]] = value
    obj = KubeObject(body=body, origin=Origin(path=FILE))  # type: ignore[arg-type]
    counts = validate_objects([obj], ValidateOptions()).counts
    assert counts.passed + counts.failed == 1
