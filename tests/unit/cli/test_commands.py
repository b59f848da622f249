"""The smaller commands from outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli import main
from checker.cli.arguments import COMMANDS
from checker.cli.kubeconform import SWITCHES, VALUES, read_flags
from checker.model.findings import UsageError
from tests.gitrepo import GitRepo

Run = Callable[..., tuple[int, str, str]]
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  ports: [{port: 80}]\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


def test_every_command_has_help_and_a_function_that_exists(run: Run) -> None:
    from importlib import import_module

    for name, command in COMMANDS.items():
        module, _, function = command.function.partition(":")
        assert callable(getattr(import_module(module), function))
        if name != "kubeconform":
            code, out, _ = run(name, "--help")
            assert code == 0
            assert "exit codes" in out


@pytest.mark.parametrize("argv", [[], ["chek"], ["check", "--bse", "main"]])
def test_a_wrong_command_line_is_exit_2(run: Run, argv: list[str]) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert "usage:" in err


def test_explain_lists_and_explains_every_rule(run: Run) -> None:
    from checker.pipeline.catalogue import catalogue

    code, listed, _ = run("explain")
    assert code == 0
    for entry in catalogue():
        assert entry.id in listed
        code, page, _ = run("explain", entry.id)
        assert code == 0
        assert entry.title in page
        assert len(page) > 100


def test_explain_suggests_the_nearest_rule(run: Run) -> None:
    code, _, err = run("explain", "sorce-branch")
    assert code == 2
    assert "source-branch" in err


def test_no_two_rules_share_an_id() -> None:
    from checker.pipeline.catalogue import catalogue

    ids = [entry.id for entry in catalogue()]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})


def test_every_rule_that_a_finding_may_name_can_be_explained() -> None:
    from checker.pipeline.catalogue import catalogue
    from checker.validate.findings import SEVERITIES

    known = {entry.id for entry in catalogue()}
    made = re.compile(r'(?:Finding|Note|Remark|_finding|_trouble)\(\s*(?:rule=|id=)?"([a-z][a-z0-9-]+)"')
    sources = (Path(__file__).parents[3] / "checker").rglob("*.py")
    named = {identifier for source in sources for identifier in made.findall(source.read_text())} | set(SEVERITIES)
    assert len(named) > 30
    assert named <= known, named - known


def test_lint_reads_files_folders_and_standard_input(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "good.yaml").write_text(SERVICE)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "bad.yaml").write_text(SERVICE.replace("port: 80", 'port: "80"'))
    monkeypatch.chdir(tmp_path)
    assert run("lint", "good.yaml")[0] == 0
    code, out, _ = run("lint")
    assert code == 1
    assert "deep/bad.yaml:5:18" in out
    code, out, _ = run("lint", "deep", "--hook")
    assert code == 1
    assert out.startswith("deep/bad.yaml:5:18: error wrong-type:")


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("deep", "deep/bad.yaml"),
        ("deep/", "deep/bad.yaml"),
        ("./deep/.", "deep/bad.yaml"),
        ("deep/../deep/bad.yaml", "deep/bad.yaml"),
        ("alias", "alias/bad.yaml"),
        ("alias/", "alias/bad.yaml"),
        ("one.yaml", "one.yaml"),
        ("../outside.yaml", ""),
        ("away", "away"),
        ("away/outside.yaml", ""),
    ],
)
def test_lint_finds_what_is_named_in_any_spelling(
    named: str, found: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link is the name it has here; what it or dots lead to may not lie outside."""
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    bad = SERVICE.replace("port: 80", 'port: "80"')
    (root / "deep" / "bad.yaml").write_text(bad)
    (root / "one.yaml").symlink_to("deep/bad.yaml")
    (root / "alias").symlink_to("deep")
    (root / "away").symlink_to(tmp_path)
    (tmp_path / "outside.yaml").write_text(bad)
    monkeypatch.chdir(root)
    code, out, err = run("lint", "--hook", "--no-settings", named)
    if found:
        assert (code, out.split(":")[0]) == (1, found)
    else:
        assert code == 2, (out, err)


def test_lint_as_a_hook_says_nothing_when_all_is_well(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(SERVICE)
    assert run("lint", "-C", str(tmp_path), "--hook") == (0, "", "")


CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {LOG_LEVEL: debug, app.properties: a=b}\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app.kubernetes.io/name: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{name: http, containerPort: 80}]
          env: [{name: LOG_LEVEL, value: "1"}]
          resources: {requests: {cpu: 100m, memory: 64Mi}}
          readinessProbe: {httpGet: {path: /ready, port: http}}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: web.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
"""
HEAVY = (
    *("argparse", "contextlib", "pathlib", "typing", "dataclasses", "datetime", "logging", "subprocess", "shutil", "hashlib", "difflib"),
    *("importlib.resources", "importlib.util", "urllib.parse", "ipaddress", "locale", "unicodedata", "jsonschema_rs", "yaml", "ryaml"),
    *("re", "enum", "functools", "collections", "json"),
)
"""What a lint of a good file does without: of some of these one takes as long to load as all that it needs."""
MOST_MODULES = 76
"""Of our own: each costs a tenth of a millisecond and what is in it."""


def test_a_clean_file_is_linted_without_what_only_mistakes_need(tmp_path: Path) -> None:
    """A hook runs at every commit: what it loads is most of what it costs."""
    (tmp_path / "good.yaml").write_text(f"# An application\n---\n{SERVICE}---\n{CONFIG_MAP}---\n{DEPLOYMENT}---\n{INGRESS}")
    (tmp_path / ".gitops-check.yaml").write_text('version: 1\nkubernetes: ["1.33"]\npolicies: []\n')
    script = """
import sys
before = {*sys.modules}
from checker.__main__ import main
import os
os._exit = lambda code: print(code, *(name for name in sys.modules if name not in before))
main()
"""
    done = subprocess.run([sys.executable, "-c", script, "lint", "-C", str(tmp_path)], capture_output=True, text=True, check=True)
    code, *names = done.stdout.splitlines()[-1].split()
    loaded = set(names)
    assert code == "0"
    assert "checker.validate.files" in loaded
    assert len([name for name in loaded if name.split(".")[0] == "checker"]) <= MOST_MODULES
    rooms = ("checker.gate", "checker.compare", "checker.evaluate", "checker.model.diff", "checker.tools.git", "checker.validate.celrules")
    assert sorted(loaded.intersection(HEAVY + rooms)) == []


@pytest.mark.parametrize(
    ("manifest", "policies", "modules", "processes"),
    [(SERVICE, "[]", False, 0), ("replicas: 2\n", "[builtin]", True, 0), (SERVICE, "[builtin]", True, 1)],
    ids=["no-policies", "nothing-to-judge", "policies"],
)
def test_lint_pays_for_rego_only_where_a_policy_judges(manifest: str, policies: str, modules: bool, processes: int, tmp_path: Path) -> None:
    """The engine's process starts for the first object that a policy judges; its modules load where settings have policies."""
    (tmp_path / "a.yaml").write_text(manifest)
    (tmp_path / ".gitops-check.yaml").write_text(f"version: 1\npolicies: {policies}\n")
    script = """
import sys
started = []
sys.addaudithook(lambda event, words: started.append(event) if event in ("subprocess.Popen", "os.posix_spawn", "os.fork") else None)
from checker.cli import main
code = main(sys.argv[1:])
print(len(started), *(name for name in sys.modules if "rego" in name))
sys.exit(code)
"""
    command = [sys.executable, "-c", script, "lint", "-C", str(tmp_path), "--hook"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, *loaded = done.stdout.splitlines()[-1].split()
    assert (bool(loaded), int(count)) == (modules, processes), (loaded, count)


def test_a_clean_file_is_linted_without_compiling_what_it_does_not_use(tmp_path: Path) -> None:
    """No expression at all, and the methods of data classes wait in `checker.model.records` for their first use."""
    (tmp_path / "good.yaml").write_text(SERVICE)
    script = """
import re, sys
compiled, compiling = [], re.compile
def noted(*expression):
    compiled.append(sys._getframe(1).f_globals["__name__"])
    return compiling(*expression)
re.compile = noted
from checker.cli import main
code = main(sys.argv[1:])
from checker.model.findings import Finding
print(*compiled, Finding.__init__.__module__)
sys.exit(code)
"""
    (tmp_path / ".gitops-check.yaml").write_text("version: 1\npolicies: []\n")
    command = [sys.executable, "-c", script, "lint", "-C", str(tmp_path), "--hook"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith("checker.")}
    assert ours == {"checker.model.records"}


def test_the_settings_file_is_no_manifest(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(SERVICE)
    (tmp_path / ".gitops-check.yaml").write_text("version: 1\npolicies: []\n")
    code, out, _ = run("lint", "-C", str(tmp_path))
    assert (code, "1 passed" in out, ".gitops-check.yaml" in out) == (0, True, False)


def test_lint_leaves_patches_and_charts_to_rendering_and_counts_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [service.yaml]\npatches: [{path: patch.yaml}]\n")
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "patch.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n")
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: x\nversion: 1.0.0\n")
    (tmp_path / "chart" / "templates" / "x.yaml").write_text("{{ if .Values.x }}\n")
    code, out, _ = run("lint", "-C", str(tmp_path), "-o", "json")
    assert code == 0
    report = json.loads(out)
    assert {one["location"]["path"] for one in report["findings"] if one["rule"] == "left-to-rendering"} == {
        "patch.yaml",
        "chart/Chart.yaml",
        "chart/templates/x.yaml",
    }


def test_lint_finds_what_kustomize_would_refuse_of_a_kustomization(run: Run, tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "kustomization.yaml").write_text("resources: [service.yaml, servise.yaml]\nnamespace: a\nnamespace: b\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "kustomization.yaml").write_text("# ok\nresorces: []\n")
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "kustomization.yaml").write_text("resources: [../service.yaml]\n")
    code, out, _ = run("lint", "-C", str(tmp_path), "--hook")
    assert code == 1
    assert [line.split(": ", 1)[0] for line in out.splitlines() if line.startswith(("k", "o"))] == [
        "kustomization.yaml:1:27",
        "other/kustomization.yaml:2:1",
        "kustomization.yaml:3:1",
    ]
    assert "servise.yaml does not exist; did you mean service.yaml?" in out
    assert "good/" not in out
    counts = json.loads(run("lint", "-C", str(tmp_path), "--no-settings", "--output", "json")[1])["summary"]["checks"]
    assert (counts["failed"], counts["notChecked"]) == (2, 0)


@pytest.mark.parametrize("name", ["missing.yaml", "../outside.yaml"])
def test_lint_refuses_what_does_not_exist_or_lies_outside(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "outside.yaml").write_text(SERVICE)
    code, out, err = run("lint", "-C", str(tmp_path / "here"), name)
    assert (code, out) == (2, "")
    assert name in err


def test_bad_files_do_not_hide_each_other(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    (tmp_path / "b.yaml").write_bytes(b"kind: \xff\xfe\n")
    (tmp_path / "c.yaml").mkdir()
    (tmp_path / "d.yaml").write_text(SERVICE.replace("ports", "prts"))
    (tmp_path / "e.yaml").symlink_to("/etc/hostname")
    code, out, _ = run("lint", "-C", str(tmp_path))
    assert code == 1
    for name in ("a.yaml", "b.yaml", "d.yaml", "e.yaml"):
        assert name in out, out
    assert "Traceback" not in out


def test_a_file_of_fifty_megabytes_is_a_finding(run: Run, tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"# " + b"x" * 50_000_000 + b"\n")
    (tmp_path / "good.yaml").write_text(SERVICE)
    code, out, _ = run("lint", "-C", str(tmp_path))
    assert code == 1
    assert "large.yaml" in out


def test_build_prints_what_kustomize_would(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "kustomization.yaml").write_text("namePrefix: my-\nresources: [service.yaml]\n")
    (tmp_path / "app" / "service.yaml").write_text(SERVICE)
    code, out, _ = run("build", str(tmp_path / "app"))
    assert code == 0
    assert "name: my-web" in out
    (tmp_path / "app" / "kustomization.yaml").write_text("resources: [servce.yaml]\n")
    code, out, err = run("build", str(tmp_path / "app"))
    assert (code, out) == (3, "")
    assert "did you mean" in err


def test_build_finds_bases_outside_a_repository(run: Run, tmp_path: Path) -> None:
    for path, text in {
        "base/kustomization.yaml": "resources: [service.yaml]\n",
        "base/service.yaml": SERVICE,
        "envs/one/kustomization.yaml": "resources: [../../base]\nnameSuffix: -one\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    code, out, _ = run("build", str(tmp_path / "envs/one"))
    assert code == 0
    assert "name: web-one" in out


def test_build_asks_the_kustomize_on_path_for_a_second_opinion(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the program: what is tested is what is done with its answer."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "kustomization.yaml").write_text("resources: [service.yaml]\n")
    (tmp_path / "app" / "service.yaml").write_text(SERVICE)
    program = tmp_path / "bin" / "kustomize"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    for printed, code, word in (
        (SERVICE, 0, "the same"),
        (SERVICE.replace("80", "81"), 1, "Service shop/web differs"),
        ("", 1, "0 by kustomize"),
    ):
        program.write_text(f"#!/bin/sh\ncat <<'EOF'\n{printed}EOF\n")
        program.chmod(0o755)
        ended, out, _ = run("build", str(tmp_path / "app"), "--verify")
        assert (ended, word in out) == (code, True), out
    program.write_text("#!/bin/sh\necho no such base >&2\nexit 1\n")
    assert "no such base" in run("build", str(tmp_path / "app"), "--verify")[1]
    assert run("build", str(tmp_path / "app"), "--engine", "kustomize")[0] == 3


LIBRARY = """
from enum import Enum
LoadRestrictions = Enum("LoadRestrictions", {"ROOT_ONLY": 0, "NONE": 1})
def BuildOptions(**options): return options
async def build(folder, options):
    from pykustomize.exceptions import KustomizeError
    if options["load_restrictions"] is LoadRestrictions.ROOT_ONLY:
        raise KustomizeError("outside of the folder")
    class Built: yaml = open(folder + "/service.yaml").read()
    return Built
"""


def test_build_asks_the_library_where_no_program_is_on_path(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for pykustomize, which has wheels for one platform alone."""
    for path, text in {
        "app/kustomization.yaml": "resources: [service.yaml]\n",
        "app/service.yaml": SERVICE,
        "lib/pykustomize/__init__.py": LIBRARY,
        "lib/pykustomize/exceptions.py": "class KustomizeError(Exception): pass\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.setenv("PATH", str(tmp_path / "lib"))
    app = str(tmp_path / "app")
    assert "pykustomize is not installed" in run("build", app, "--engine", "kustomize")[2]
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    assert run("build", app, "--verify", "--load-restrictor", "LoadRestrictionsNone")[1] == "the same as the real kustomize\n"
    assert "pykustomize refuses: outside of the folder" in run("build", app, "--engine", "kustomize")[2]


def test_build_reads_sources_of_the_settings_and_writes_a_file(run: Run, git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        ".gitops-check.yaml": "version: 1\nsources: {'https://github.com/acme/base//app': vendor/app}\n",
        "vendor/app/kustomization.yaml": "resources: [service.yaml]\n",
        "vendor/app/service.yaml": SERVICE,
        "app/kustomization.yaml": "resources: ['https://github.com/acme/base//app?ref=v1']\nnamePrefix: my-\n",
    }
    git_repo.commit(files=files)
    monkeypatch.chdir(git_repo.root / "app")
    assert run("build", "-o", "out.yaml")[:2] == (0, "")
    assert "name: my-web" in (git_repo.root / "app/out.yaml").read_text()
    code, _, err = run("build", "--no-settings")
    assert (code, "at ref v1 is not vendored" in err) == (3, True)


def test_render_prints_the_chosen_units(run: Run, git_repo: GitRepo) -> None:
    git_repo.commit(files={"overlays/staging/kustomization.yaml": "resources: [service.yaml]\n", "overlays/staging/service.yaml": SERVICE})
    code, out, _ = run("render", "-C", str(git_repo.root), "--all")
    assert code == 0
    assert "kind: Service" in out
    assert run("render", "-C", str(git_repo.root), "nothing*")[0] == 2
    assert run("render", "-C", str(git_repo.root))[0] == 2


def test_schemas_are_listed_shown_and_vendored(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("schemas", "list")
    assert code == 0
    assert "Kubernetes 1.33" in out
    code, out, _ = run("schemas", "show", "apps/v1/Deployment")
    assert code == 0
    assert json.loads(out)["type"] == "object"
    assert run("schemas", "show", "apps/v1/Deploymnt")[0] == 2
    (tmp_path / "app.yaml").write_text("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {}\n")
    code, out, _ = run("schemas", "vendor", "-C", str(tmp_path))
    assert code == 0
    assert "wrote schemas/argoproj.io/application_v1alpha1.json" in out


def test_kubeconform_flags_are_read_as_go_reads_them() -> None:
    flags = read_flags(
        ["-strict", "--summary=false", "-output", "json", "--skip=A,B", "-schema-location", "a", "-schema-location=b", "x", "-y"]
    )
    assert flags.on("strict")
    assert not flags.on("summary")
    assert flags.last("output", "text") == "json"
    assert flags.all("schema-location") == ["a", "b"]
    assert flags.files == ("x", "-y")
    for wrong in (["-strct"], ["-output"], ["-strict=maybe"]):
        with pytest.raises(UsageError):
            read_flags(wrong)


def test_kubeconform_help_names_every_flag(run: Run) -> None:
    code, out, _ = run("kubeconform", "-h")
    assert code == 0
    assert all(f"-{name}" in out for name in (*SWITCHES, *VALUES) if name != "h")


def test_kubeconform_prints_its_lines_and_exit_codes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(SERVICE)
    assert run("kubeconform", "-summary", str(tmp_path))[1].endswith("Valid: 1, Invalid: 0, Errors: 0, Skipped: 0\n")
    (tmp_path / "bad.yaml").write_text(SERVICE.replace("port: 80", "port: eighty"))
    code, out, _ = run("kubeconform", str(tmp_path))
    assert code == 1
    assert "bad.yaml - Service web is invalid" in out
    assert run("kubeconform", "-kubernetes-version", "1.25", str(tmp_path))[0] == 1
