"""Charts out of a tree: what is rendered, where it comes from, what is refused."""

from __future__ import annotations

import io
import tarfile

import pytest

from checker.model.objects import JSONValue
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.model.units import Reason, RenderFailure
from checker.render.helm import HelmRequest, render_chart, template_release
from checker.render.options import RenderOptions
from checker.tools.helm import ChartFiles
from checker.tools.helm.archive import packed
from tests.unit.render.flux.builders import repository
from tests.unit.render.helm.builders import CHART

REQUEST = HelmRequest(release="rel", namespace="ns")
APP = RepoPath("charts/app")


def chart(**templates: str) -> dict[str, str]:
    return {**CHART, **{f"charts/app/templates/{name}.yaml": text for name, text in templates.items()}}


def test_objects_come_in_install_order_and_know_their_template() -> None:
    files = chart(z="apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n", NOTES="")
    files["charts/app/templates/NOTES.txt"] = "thank you"
    objects = render_chart(repository(files), APP, REQUEST)
    assert [(obj.kind, obj.origin.path) for obj in objects] == [
        ("Namespace", "charts/app/templates/z.yaml"),
        ("ConfigMap", "charts/app/templates/show.yaml"),
    ]


def test_lists_are_opened_unless_asked_to_stay() -> None:
    files = chart(l="apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n")
    assert [obj.kind for obj in render_chart(repository(files), APP, REQUEST)] == ["Secret", "ConfigMap"]
    kept = render_chart(repository(files), APP, HelmRequest(release="rel", keep_lists=True))
    assert "List" in {obj.kind for obj in kept}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ('{{ fail "no" }}', "no"),
        ("{{ .Values.a.b.c }}", "nil pointer"),
        ("{{ if }}", "missing value"),
        ("a: [", "renders to invalid YAML"),
        ('{{ include "nowhere" . }}', "nowhere"),
    ],
)
def test_a_broken_chart_fails_as_in_the_cluster(template: str, message: str) -> None:
    with pytest.raises(RenderFailure, match=message) as caught:
        render_chart(repository(chart(bad=template)), APP, REQUEST)
    assert caught.value.reason is Reason.BROKEN
    assert caught.value.location is not None
    assert "/tmp" not in caught.value.message


def test_values_that_the_schema_refuses_are_refused() -> None:
    files = {**CHART, "charts/app/values.schema.json": '{"properties": {"replicas": {"type": "integer"}}}'}
    with pytest.raises(RenderFailure, match="replicas"):
        render_chart(repository(files), APP, HelmRequest(release="rel", values={"replicas": "many"}))


def test_no_chart_at_all() -> None:
    with pytest.raises(RenderFailure, match=r"Chart\.yaml is missing"):
        render_chart(repository({"x/values.yaml": ""}), RepoPath("x"), REQUEST)


def test_a_chart_may_be_an_archive() -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for path, text in CHART.items():
            info = tarfile.TarInfo(path.removeprefix("charts/"))
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    tree = repository({})
    tree = type(tree)({RepoPath("app-1.0.0.tgz"): data.getvalue()})
    (obj,) = render_chart(tree, RepoPath("app-1.0.0.tgz"), REQUEST)
    assert obj.name == "rel"
    assert obj.origin.path == "app-1.0.0.tgz"


DEPENDENCY = "dependencies: [{name: lib, version: 1.x, repository: %s}]\n"
LIB = {
    "Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n",
    "templates/l.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: lib}\n",
}


def with_dependency(repository_url: str, at: str) -> dict[str, str]:
    files = {**CHART, "charts/app/Chart.yaml": CHART["charts/app/Chart.yaml"] + DEPENDENCY % repository_url}
    return {**files, **{f"{at}/{path}": text for path, text in LIB.items()}}


@pytest.mark.parametrize(
    ("url", "at"),
    [("https://r.example", "charts/app/charts/lib"), ("file://../../libs/lib", "libs/lib"), ("https://mapped.example", "vendor/lib")],
)
def test_dependencies_are_vendored_next_door_or_mapped(url: str, at: str) -> None:
    options = RenderOptions(sources={"https://mapped.example": RepoPath("vendor")})
    objects = render_chart(repository(with_dependency(url, at)), APP, REQUEST, options)
    assert [obj.kind for obj in objects] == ["Secret", "ConfigMap"]


def test_a_missing_dependency_is_never_left_out_in_silence() -> None:
    with pytest.raises(RenderFailure, match=r"chart dependency lib 1\.x from https://r\.example is not in charts/ and is remote") as caught:
        render_chart(repository(with_dependency("https://r.example", "elsewhere")), APP, REQUEST)
    assert caught.value.reason is Reason.REMOTE


def test_what_changes_at_every_render_is_no_change() -> None:
    files = chart(s='apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {fixed: a, drawn: "{{ randAlphaNum 20 }}"}\n')
    result = template_release(repository(files), APP, REQUEST)
    secret = next(obj for obj in result.objects if obj.kind == "Secret")
    assert secret.body["stringData"] == {"fixed": "a", "drawn": "<changes at every render>"}
    assert [note.id for note in result.notes] == ["not-reproducible"]


def test_of_a_long_text_only_the_lines_that_change_are_left_out() -> None:
    drawn = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  conf: |\n    a=1\n    key={{ uuidv4 }}\n    b=2\n"
    result = template_release(repository(chart(s=drawn)), APP, REQUEST)
    secret = next(obj for obj in result.objects if obj.kind == "Secret")
    assert secret.body["stringData"] == {"conf": "a=1\n<changes at every render>\nb=2\n"}


def test_a_name_that_is_drawn_keeps_what_is_fixed_in_it() -> None:
    pod = '---\napiVersion: v1\nkind: Pod\nmetadata: {name: "NAME-test-{{ randAlphaNum 5 | lower }}"}\n'
    pods = pod.replace("NAME", "b") + pod.replace("NAME", "a")
    result = template_release(repository(chart(p=pods)), APP, REQUEST)
    assert [obj.name for obj in result.objects if obj.kind == "Pod"] == [
        "b-test-changes-at-every-render",
        "a-test-changes-at-every-render",
    ]


@pytest.mark.parametrize(
    ("template", "values", "changes"),
    [
        ('day: "{{ now | date "2006-01-02" }}"', {}, 1),
        ('year: "{{ now.Year }} {{ (now).Year }}"', {}, 1),
        ('since: "{{ ago (toDate "2006-01-02" "2020-01-01") }} {{ toDate "2006-01-02" "2020-01-01" | ago }}"', {}, 1),
        ('fixed: "{{ if now }}x{{ end }} {{ printf "now }}%s" "" }} {{ `{{ now }}` }} {{ print "{{" }} now"', {}, 0),
        ("brought: '{{ tpl .Values.t . }}'", {"t": '{{ printf "%s" uuidv4 }}'}, 1),
        ("brought: '{{ tpl .Values.t . }}'", {"t": "{{ .Release.Name }}"}, 0),
        ("other: '{{ .Values.t }}'", {"t": "{{ uuidv4 }}"}, 0),
        ("defined: '{{ include \"drawn\" . }}'\n{{ define `drawn` }}{{ uuidv4 }}{{ end }}", {}, 1),
        ("unused: a\n{{ define `drawn` }}{{ uuidv4 }}{{ end }}", {}, 0),
        ("named: '{{ include (printf \"%s\" .Values.t) . }}'\n{{ define `drawn` }}{{ uuidv4 }}{{ end }}", {"t": "drawn"}, 1),
        ("brought: '{{ tpl .Values.t . }}'\n{{ define `drawn` }}{{ uuidv4 }}{{ end }}", {"t": '{{ include "drawn" . }}'}, 1),
        ("blocked: '{{ block `drawn` . }}{{ uuidv4 }}{{ end }}'", {}, 1),
        ('key: {{ genPrivateKey "rsa" | b64enc }}', {}, 1),
        ("ca: {{ (genCA `x` 9).Cert | b64enc }}{{ 9 | genCA `x` | toJson | b64enc }}", {}, 1),
        ("signed: {{ (genSignedCert `y` nil (list `z`) 9 (genCA `x` (int 9))).Key | b64enc }}", {}, 1),
        ("user: {{ htpasswd `u` `p` }} {{ `p` | bcrypt }}", {}, 1),
    ],
)
def test_what_the_clock_or_chance_has_part_in(template: str, values: dict[str, JSONValue], changes: int) -> None:
    files = chart(c=f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  {template}\n")
    result = template_release(repository(files), APP, HelmRequest(release="rel", namespace="ns", values=values))
    assert sum("changes at every render" in str(obj.body) for obj in result.objects) == changes
    assert len(result.notes) == changes


@pytest.mark.parametrize(
    ("drawn", "data"),
    [
        ("fixed: {{ .Values.shared }}\n  drawn: {{ uuidv4 }}", {"fixed": "set", "drawn": "<changes at every render>"}),
        ("drawn: {{ if .Values.shared }}{{ uuidv4 }}{{ else }}none{{ end }}", {"drawn": "<changes at every render>"}),
    ],
)
def test_what_another_template_sets_is_no_chance(drawn: str, data: dict[str, str]) -> None:
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: drawn}}\ndata:\n  {drawn}\n"
    sets = '{{ $_ := set .Values "shared" "set" }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sets}\n'
    objects = template_release(repository(chart(d=config, sets=sets)), APP, REQUEST).objects
    assert [obj.body["data"] for obj in objects if obj.name == "drawn"] == [data]


def test_what_is_drawn_may_come_to_other_templates_through_the_values_they_share() -> None:
    config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {given: "{{ .Values.shared }}"}\n'
    result = template_release(repository(chart(c=config, sets='{{ $_ := set .Values "shared" uuidv4 }}')), APP, REQUEST)
    assert [obj.body["data"] for obj in result.objects if obj.name == "c"] == [{"given": "<changes at every render>"}]


def test_a_digest_of_what_is_drawn_changes_with_it() -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata:\n  key: DATA\n"
    digest = '{{ include (print $.Template.BasePath "/NAME.yaml") . | sha256sum }}'
    data = {"drawn": "{{ uuidv4 }}", "plain": "b", "of_drawn": digest.replace("NAME", "drawn"), "of_plain": digest.replace("NAME", "plain")}
    files = chart(**{name: config.replace("NAME", name.replace("_", "-")).replace("DATA", text) for name, text in data.items()})
    objects = template_release(repository(files), APP, REQUEST).objects
    assert {obj.name for obj in objects if "changes at every" in str(obj.body)} == {"drawn", "of-drawn"}


def test_a_clock_in_an_archive_below_the_chart_is_moved_too() -> None:
    dated = LIB["templates/l.yaml"].replace("lib}", '"at-{{ now.Year }}"}')
    below = {RepoPath("Chart.yaml"): LIB["Chart.yaml"].encode(), RepoPath("templates/l.yaml"): dated.encode()}
    files = {path: data.encode() for path, data in with_dependency("https://r.example", "elsewhere").items()}
    files["charts/app/charts/lib-1.0.0.tgz"] = packed(ChartFiles(name="lib", files=below))
    result = template_release(MemoryTree({RepoPath(path): data for path, data in files.items()}), APP, REQUEST)
    assert {obj.name for obj in result.objects} == {"rel", "at-changes-at-every-render"}


def test_a_function_that_is_only_mentioned_costs_no_second_render() -> None:
    files = chart(s="# randAlphaNum now\n{{/* genCA */}}\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n")
    assert template_release(repository(files), APP, REQUEST).notes == ()


def test_a_chart_that_asks_for_the_version_gets_it() -> None:
    files = chart(c='apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Capabilities.KubeVersion.Version }}"}\n')
    result = template_release(repository(files), APP, HelmRequest(release="rel", kube_version="1.29"))
    assert ("v1.29" in {obj.name for obj in result.objects}, result.notes) == (True, ())


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("", {"a.txt", "d/b.txt", "d/c.md"}),
        ("*.md\n# x\n", {"a.txt", "d/b.txt"}),
        ("d/\n", {"a.txt"}),
        ("/a.txt\n", {"d/b.txt", "d/c.md"}),
        ("d/*.txt\n", {"a.txt", "d/c.md"}),
    ],
)
def test_what_helmignore_names_is_not_in_the_chart(rules: str, kept: set[str]) -> None:
    show = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata: {files: '{{ range $p, $_ := .Files }}{{ $p }} {{ end }}'}\n"
    files = {**chart(show=show), "charts/app/.helmignore": rules, "charts/app/templates/.hidden.yaml": "{{ fail }}"}
    files.update({f"charts/app/{name}": "x" for name in ("a.txt", "d/b.txt", "d/c.md")})
    (obj,) = render_chart(repository(files), APP, REQUEST)
    assert set(obj.body["data"]["files"].split()) - {".helmignore"} == kept  # type: ignore[index, call-overload, union-attr]


def test_a_chart_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.tools.helm.library.SECONDS", 0.5)
    endless = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"
    with pytest.raises(RenderFailure, match="did not finish"):
        render_chart(repository(chart(loop=endless)), APP, REQUEST)
    monkeypatch.undo()
    assert render_chart(repository(CHART), APP, REQUEST)


@pytest.mark.parametrize(("wanted", "fits"), [(">=1.22.0-0", True), (">=1.30", False), ("1.29.x", True), ("what", None)])
def test_a_chart_may_require_a_kubernetes_version(wanted: str, fits: bool | None) -> None:
    files = {**CHART, "charts/app/Chart.yaml": CHART["charts/app/Chart.yaml"] + f"kubeVersion: '{wanted}'\n"}
    request = HelmRequest(release="rel", kube_version="1.29")
    if fits:
        result = template_release(repository(files), APP, request)
        assert (len(result.objects), result.notes) == (1, ())
    else:
        with pytest.raises(RenderFailure, match="not a version constraint" if fits is None else r"requires Kubernetes >=1\.30"):
            template_release(repository(files), APP, request)


PARENT = """dependencies:
- {name: sub, version: 1.x, alias: first, condition: first.enabled}
- {name: sub, version: 1.x, alias: second, tags: [wanted]}
- {name: sub, version: 1.x, import-values: [{child: data, parent: imported}]}
"""


def test_subcharts_follow_conditions_tags_aliases_and_imported_values() -> None:
    files = {
        **CHART,
        "charts/app/Chart.yaml": CHART["charts/app/Chart.yaml"] + PARENT,
        "charts/app/values.yaml": "first: {enabled: false}\ntags: {wanted: true}\nglobal: {g: 1}\nsecond: {k: parent}\n",
        "charts/app/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/app/charts/sub/values.yaml": "k: own\ndata: {i: 1}\n",
        "charts/app/charts/sub/templates/s.yaml": (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: '{{ .Chart.Name }}'}\nstringData: {v: '{{ .Values | toJson }}'}\n"
        ),
    }
    objects = {obj.name: obj.body for obj in render_chart(repository(files), APP, REQUEST)}
    assert sorted(objects) == ["rel", "second", "sub"]
    shared = '"data":{"i":1},"global":{"g":1}'
    assert objects["sub"]["stringData"] == {"v": f'{{{shared},"k":"own"}}'}
    assert objects["second"]["stringData"] == {"v": f'{{{shared},"k":"parent"}}'}
    assert '"imported":{"i":1}' in str(objects["rel"]["data"])
