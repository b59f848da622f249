"""What is kept between runs changes no report: random repositories, changed at random, judged with a cache of any earlier state."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker import pipeline
from checker.evaluate import run
from checker.evaluate.library import library_modules
from checker.model.settings import ClusterSetting, EnvironmentMatch, EnvironmentSetting, PolicySource, Settings
from checker.model.watch import Unwatched
from checker.pipeline import Parts, Running, Surrounding, check, checks, open_change
from checker.report import FormatOptions, format_report
from checker.tools.cache import cache_folder
from tests.gitrepo import GitRepo
from tests.unit.pipeline.world import CHART, POLICY, SECRET, URL, World

UNJUDGED = Settings(policies=())
JUDGED = Settings(policies=(PolicySource(), PolicySource(path="policy")))
OTHERWISE = (
    {},
    {},
    {"exclude": ("plain/**",)},
    {"kubernetes": ("1.30", "1.34")},
    {"environments": (EnvironmentSetting(name="shop", match=(EnvironmentMatch(path="overlays/**"),), guarded=True),)},
    {"clusters": (ClusterSetting(name="blue", server="https://blue-1.example.com", kubernetes="1.31"),)},
)
"""What settings may say besides."""


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests of secret values are random in each run; these runs are compared."""
    monkeypatch.setattr(pipeline, "digest_keys", lambda _store: (b"values" * 6, b"report" * 6))


class Tally(Unwatched):
    def __init__(self) -> None:
        self.fresh = self.known = 0

    def advance(self, done: int, total: int, recalled: int) -> None:
        if done == total:
            self.fresh += total - recalled
            self.known += recalled


def report(
    repo: GitRepo, base: str, head: str, *, settings: Settings = UNJUDGED, running: Running | None = None, findings: bool = True
) -> str:
    change = open_change(repo.root, Surrounding(environ={}), base=base, head=head)
    judged = check(change, settings, Parts(findings=findings), running=running or Running())
    return format_report("json", judged, FormatOptions(verbose=True, show_noise=True))


@pytest.mark.parametrize("seed", range(6))
def test_a_check_with_a_cache_of_any_state_says_what_one_without_says(git_repo: GitRepo, seed: int) -> None:
    world = World(git_repo, seed)
    commits = [git_repo.head]
    for _ in range(4):
        commits.append(world.step())
        base = world.random.choice(commits[:-1])
        settings = replace(JUDGED if seed < 3 else UNJUDGED, **world.random.choice(OTHERWISE))
        tally = Tally()
        with_cache = report(git_repo, base, commits[-1], running=Running(cache=True, watch=tally), findings=seed < 3, settings=settings)
        assert with_cache == report(git_repo, base, commits[-1], findings=seed < 3, settings=settings)
    tally = Tally()
    assert report(git_repo, base, commits[-1], running=Running(cache=True, watch=tally), findings=seed < 3, settings=settings) == with_cache
    assert tally.known > tally.fresh
    held = b"".join(path.read_bytes() for path in cache_folder().rglob("*") if path.is_file())
    assert held
    for form in (SECRET.encode(), base64.b64encode(SECRET.encode())[:12]):
        assert form not in held


@pytest.mark.parametrize("seed", [100])
def test_a_check_in_many_processes_says_what_one_in_a_single_one_says(
    git_repo: GitRepo, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checker.pipeline import rendering

    world = World(git_repo, seed)
    base = git_repo.head
    head = [world.step() for _ in range(4)][-1]
    alone = report(git_repo, base, head, findings=False)
    monkeypatch.setattr(rendering, "WORTH_IT", 1)
    assert report(git_repo, base, head, running=Running(jobs=2), findings=False) == alone
    assert report(git_repo, base, head, running=Running(jobs=2, cache=True), findings=False) == alone
    tally = Tally()
    assert report(git_repo, base, head, running=Running(jobs=2, cache=True, watch=tally), findings=False) == alone
    assert tally.known > tally.fresh


def _once(repo: GitRepo, settings: Settings = UNJUDGED) -> tuple[int, int]:
    tally = Tally()
    report(repo, "main", "main", settings=settings, running=Running(cache=True, watch=tally))
    return tally.fresh, tally.known


OVERLAY = {"app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}


def test_nothing_is_rendered_twice(git_repo: GitRepo) -> None:
    git_repo.commit(files=OVERLAY)
    assert _once(git_repo) == (1, 1)
    assert _once(git_repo) == (0, 2)


class Engines:
    """How many Rego engines were started, and how many units were held against schemas."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.policies = self.schemas = 0
        start, validate = run.open_engine, checks.validate_objects

        def starting(*words: Any) -> Any:
            self.policies += 1
            return start(*words)

        def validating(*words: Any) -> Any:
            self.schemas += 1
            return validate(*words)

        monkeypatch.setattr(run, "open_engine", starting)
        monkeypatch.setattr(checks, "validate_objects", validating)

    def asked(self) -> tuple[int, int]:
        found = (self.policies, self.schemas)
        self.policies = self.schemas = 0
        return found


WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {serviceAccountName: web, containers: [{name: web, image: "registry.example.com/web:1.0.0"}]}
"""


def test_what_passed_is_not_looked_at_again(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    git_repo.commit(files=OVERLAY)
    engines = Engines(monkeypatch)
    settings = Settings()
    first = report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
    assert engines.asked() == (1, 1)
    assert report(git_repo, "main", "main", settings=settings, running=Running(cache=True)) == first
    assert engines.asked() == (0, 0)
    report(git_repo, "main", "main", settings=replace(settings, strict=False), running=Running(cache=True))
    assert engines.asked() == (0, 1), "the schemas were asked something else, the policies were not"
    report(git_repo, "main", "main", settings=replace(settings, policies=(PolicySource(profile="all"),)), running=Running(cache=True))
    assert engines.asked() == (1, 0)


def test_what_schemas_and_policies_said_is_not_asked_again(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    old = "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {}\n"
    git_repo.commit(files={"one/a.yaml": WORKLOAD, "two/b.yaml": old})
    engines = Engines(monkeypatch)
    settings = Settings(policies=(PolicySource(profile="all"),))
    first = report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
    assert "removed-api" in first
    assert "service-account-missing" in first
    assert engines.asked() == (1, 2)
    assert report(git_repo, "main", "main", settings=settings, running=Running(cache=True)) == first
    assert engines.asked() == (0, 0)


def _lines(said: str) -> list[int]:
    return [finding["location"]["line"] for finding in json.loads(said)["findings"]]


def test_what_is_said_once_in_a_run_is_asked_again(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(UNJUDGED, schemas=("schemas/{{.ResourceKind}}.json",))
    git_repo.commit(files={**OVERLAY, "schemas/configmap.json": "no schema"})
    engines = Engines(monkeypatch)
    for _ in range(2):
        assert "schema-unusable" in report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
        assert engines.asked() == (0, 1)


def test_a_known_finding_moves_with_its_line(git_repo: GitRepo) -> None:
    """The objects are what they were; the place is not."""
    settings = Settings(policies=(PolicySource(profile="all"),))
    git_repo.commit(files={"one/a.yaml": WORKLOAD})
    before = report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
    git_repo.branch("change")
    git_repo.commit(files={"one/a.yaml": WORKLOAD.replace("spec:\n  selector", "# one\n# two\nspec:\n  selector")})
    with_cache = report(git_repo, "main", "change", settings=settings, running=Running(cache=True))
    assert with_cache == report(git_repo, "main", "change", settings=settings)
    assert [line + 2 if line > 3 else line for line in _lines(before)] == _lines(with_cache) != _lines(before)


def test_a_finding_that_quotes_a_secret_is_made_with_the_digest_of_its_run(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = 'package main\nimport rego.v1\ndeny contains msg if { msg := sprintf("it is %s", [upper(input.stringData.password)]) }\n'
    secret = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {{password: {SECRET}}}\n"
    git_repo.commit(files={"one/a.yaml": secret, "policy/quote.rego": policy})
    settings = Settings(policies=(PolicySource(path="policy"),))
    for key in (b"report" * 6, b"others" * 6):
        monkeypatch.setattr(pipeline, "digest_keys", lambda _store, key=key: (b"values" * 6, key))
        said = report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
        assert "it is " in said
        assert said == report(git_repo, "main", "main", settings=settings)


def test_a_neighbour_that_goes_away_is_a_finding_in_a_unit_that_did_not_change(git_repo: GitRepo) -> None:
    """The account that a workload names is deployed by another unit."""
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n"
    files = {"one/a.yaml": WORKLOAD, "two/b.yaml": account, "two/c.yaml": OVERLAY["app/a.yaml"]}
    git_repo.commit(files=files)
    settings = Settings(policies=(PolicySource(profile="all"),))
    assert "service-account-missing" not in report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
    git_repo.branch("change")
    git_repo.commit(delete=["two/b.yaml"])
    assert "service-account-missing" in report(git_repo, "main", "change", settings=settings, running=Running(cache=True))


def test_a_neighbour_with_another_name_is_a_finding_in_a_unit_that_did_not_change(git_repo: GitRepo) -> None:
    """What one run learns of the neighbours the next one knows, and the one after that believes."""
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
    git_repo.commit(files={"one/a.yaml": OVERLAY["app/a.yaml"], "two/b.yaml": other, "policy/deny.rego": POLICY})
    settings = Settings(policies=(PolicySource(path="policy"),))
    for _ in range(3):
        assert "is part of" not in report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
    git_repo.branch("change")
    git_repo.commit(files={"two/b.yaml": other.replace("name: b", "name: aa")})
    assert "a is part of aa" in report(git_repo, "main", "change", settings=settings, running=Running(cache=True))


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Toy, plural: toys}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: TYPE}}}}}}
"""


def test_another_definition_judges_objects_that_did_not_change(git_repo: GitRepo) -> None:
    toy = "apiVersion: example.com/v1\nkind: Toy\nmetadata: {name: a, namespace: b}\nspec: {size: 1}\n"
    git_repo.commit(files={"crds/crd.yaml": CRD.replace("TYPE", "integer"), "toys/toy.yaml": toy})
    assert "size" not in report(git_repo, "main", "main", running=Running(cache=True))
    git_repo.branch("change")
    git_repo.commit(files={"crds/crd.yaml": CRD.replace("TYPE", "string")})
    assert "spec/size" in report(git_repo, "main", "change", running=Running(cache=True))


def test_a_policy_that_asks_for_the_time_is_asked_each_time(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = "package main\nimport rego.v1\ndeny contains msg if { time.now_ns() < 0; msg := input.kind }\n"
    git_repo.commit(files={**OVERLAY, "policy/clock.rego": policy})
    engines = Engines(monkeypatch)
    settings = Settings(policies=(PolicySource(path="policy"),))
    for _ in range(2):
        report(git_repo, "main", "main", settings=settings, running=Running(cache=True))
        assert engines.asked()[0] == 1


def test_our_policies_name_facts_in_one_way_only() -> None:
    """What they are asked with, and what their verdicts depend on, is found by that name."""
    for module in library_modules():
        code = "\n".join(line for line in module.text.splitlines() if not line.lstrip().startswith("#"))
        if not module.path.endswith("_test.rego"):
            assert all(name.startswith("data.gitops.objects") for name in re.findall(r"[\w.]*gitops[\w.]*", code)), module.path
            assert not re.search(r"conftest|(?<!\")\b(time|rand|http|opa|uuid|net)\.", code), module.path


def test_another_kubernetes_version_asks_again(git_repo: GitRepo) -> None:
    git_repo.commit(files=OVERLAY)
    _once(git_repo)
    assert _once(git_repo, Settings(policies=(), kubernetes=("1.30",))) == (1, 1)


@pytest.mark.parametrize(
    "changed",
    [
        lambda monkeypatch: monkeypatch.setattr("checker.pipeline.kept.installation", lambda: "another release"),
        lambda _: (cache_folder() / "kept" / "key").unlink(),
        lambda _: [path.write_bytes(b"x" * 100) for path in (cache_folder() / "kept").glob("??/*")],
        lambda _: [path.write_bytes(b"") for path in (cache_folder() / "kept").glob("??/*")],
    ],
    ids=["another release", "key lost", "damaged", "empty"],
)
def test_what_may_not_hold_any_more_is_made_again(
    git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch, changed: Callable[[pytest.MonkeyPatch], object]
) -> None:
    git_repo.commit(files=OVERLAY)
    _once(git_repo)
    changed(monkeypatch)
    assert _once(git_repo) == (1, 1)


def test_a_failure_is_not_kept(git_repo: GitRepo) -> None:
    git_repo.commit(files={**OVERLAY, "app/a.yaml": "a: [\n"})
    assert _once(git_repo) == (1, 1)
    assert _once(git_repo) == (1, 1)


def test_what_holds_a_secret_outside_of_a_secret_is_not_kept(git_repo: GitRepo) -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {DB_PASSWORD: hunter2, MODE: fast}\n"
    git_repo.commit(files={**OVERLAY, "app/a.yaml": config})
    assert _once(git_repo) == (1, 1)
    assert _once(git_repo) == (1, 1)


def test_a_chart_that_looks_at_the_clock_or_draws_lots_is_not_kept(git_repo: GitRepo) -> None:
    template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: {{ randAlphaNum 8 | quote }}}\n"
    git_repo.commit(files={"chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "chart/templates/a.yaml": template})
    assert _once(git_repo) == (1, 1)
    assert _once(git_repo) == (1, 1)


def test_a_chart_that_could_draw_lots_and_does_not_is_kept(git_repo: GitRepo) -> None:
    template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
        "chart/templates/a.yaml": template,
        "chart/templates/_drawn.tpl": '{{ define "drawn" }}{{ randAlphaNum 8 }}{{ end }}',
        "chart/templates/secret.yaml": '{{ if .Values.secret }}a: {{ include "drawn" . }}{{ end }}',
    }
    git_repo.commit(files=files)
    assert _once(git_repo) == (1, 1)
    assert _once(git_repo) == (0, 2)


def test_what_a_unit_is_given_by_others_counts(git_repo: GitRepo) -> None:
    """Variables that a ConfigMap brings, rendered by another unit, are no read of the tree."""
    world = World(git_repo, 1)
    variables = world.files["clusters/production/vars.yaml"]
    for value in "1", "7":
        world.files["clusters/production/vars.yaml"] = variables.replace("value: '1'", f"value: '{value}'")
        base = git_repo.head
        world.write()
        git_repo.commit("variables")
        with_cache = report(git_repo, base, git_repo.head, running=Running(cache=True), findings=False)
        assert with_cache == report(git_repo, base, git_repo.head, findings=False)
    assert '"after": "7"' in with_cache
    assert with_cache.count("a-web") > 0


def test_a_work_tree_is_read_anew_each_time(git_repo: GitRepo) -> None:
    """Its files may change between the look at their digest and the look at their content."""
    git_repo.commit(files={"README.md": "x"})
    for path, text in OVERLAY.items():
        git_repo.write(path, text)
    for _ in range(2):
        change = open_change(git_repo.root, Surrounding(environ={}), base="main", worktree=True)
        tally = Tally()
        check(change, UNJUDGED, Parts(), running=Running(cache=True, watch=tally))
        assert (tally.fresh, tally.known) == (1, 0)


def test_a_moved_tag_is_noticed(git_repo: GitRepo) -> None:
    world = World(git_repo, 1)
    _once(git_repo)
    again = _once(git_repo)[0]  # one unit declares another with a password in its values, which is not kept
    assert again == 1
    world.files["bases/a/web.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
    world.write()
    git_repo.git("switch", "-q", "-c", "side")
    git_repo.commit("elsewhere")
    git_repo.git("tag", "--force", "v1")
    git_repo.git("switch", "-q", "main")
    assert _once(git_repo)[0] == again + 1


def test_a_new_tag_is_noticed_by_what_follows_a_range(git_repo: GitRepo) -> None:
    world = World(git_repo, 1)
    git_repo.git("tag", "v1.0.0")
    world.files["argo/pinned.yaml"] = world.files["argo/pinned.yaml"].replace('"v1"', '"1.x"')
    world.files["bases/a/web.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
    world.write()
    git_repo.commit("follow a range")
    before = report(git_repo, "main", "main", running=Running(cache=True))
    git_repo.git("tag", "v1.1.0")
    for running in (Running(), Running(cache=True)):
        after = report(git_repo, "main", "main", running=running)
        assert "v1.1.0" in after or after != before


def test_a_file_that_becomes_a_link_to_the_same_content_is_noticed(git_repo: GitRepo) -> None:
    """kustomize refuses to read what lies outside of the folder, however equal."""
    git_repo.commit(files={**OVERLAY, "elsewhere/a.yaml": OVERLAY["app/a.yaml"]})
    git_repo.branch("change")
    git_repo.delete("app/a.yaml")
    git_repo.link("app/a.yaml", "../elsewhere/a.yaml")
    git_repo.commit("link")
    for running in (Running(), Running(cache=True), Running(cache=True)):
        assert "is not in or below" in report(git_repo, "main", "change", running=running)


def test_a_home_that_cannot_be_written_is_no_trouble(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    git_repo.commit(files=OVERLAY)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert _once(git_repo) == (1, 1)
    assert _once(git_repo) == (1, 1)


def test_what_is_equal_to_python_alone_is_a_change(git_repo: GitRepo) -> None:
    """`1` and `true`: the Application says another thing, and no file that its render reads does."""
    git_repo.git("remote", "add", "origin", URL)
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web", "namespace": "argocd"},
        "spec": {
            "source": {"repoURL": URL, "path": "charts/web", "helm": {"valuesObject": {"tag": 1}}},
            "destination": {"namespace": "a", "server": "https://kubernetes.default.svc"},
        },
    }
    base = git_repo.commit(files={**CHART, "argo/web.json": json.dumps(application)})
    git_repo.branch("change")
    head = git_repo.commit(files={"argo/web.json": json.dumps(application).replace('"tag": 1', '"tag": true')})
    for running in (Running(), Running(cache=True), Running(cache=True)):
        said = json.loads(report(git_repo, base, head, findings=False, running=running))
        moved = [obj for place in said["diff"] for unit in place["units"] for obj in unit["objects"] if obj["kind"] == "ConfigMap"]
        assert [(field["path"], field["before"], field["after"]) for obj in moved for field in obj["fields"]] == [("data.tag", "1", "true")]
