"""Small charts, one for each thing that Helm does in its own way: `CHARTS`, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHOW = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "NAME"}\ndata: {values: {{ .Values | toJson | quote }}}\n'


@dataclass(frozen=True)
class Case:
    """`options` are further words for `helm template`; `ours` says the same to us."""

    files: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    ours: Mapping[str, Any] = field(default_factory=dict)


def chart(name: str = "app", more: str = "", kind: str = "v2") -> str:
    return f"apiVersion: {kind}\nname: {name}\nversion: 1.2.3\nappVersion: '4.5'\n{more}"


def show(name: str = "{{ .Chart.Name }}") -> str:
    return SHOW.replace("NAME", name)


def subchart(name: str, at: str = "", more: str = "") -> dict[str, str]:
    folder = f"charts/{at or name}"
    return {
        f"{folder}/Chart.yaml": chart(name, more),
        f"{folder}/values.yaml": "port: 1\nexports: {data: {given: 1}}\nglobal: {zone: sub}\n",
        f"{folder}/templates/show.yaml": show(f"{{{{ .Chart.Name }}}}-of-{at or name}"),
    }


PARENT = {"Chart.yaml": chart(), "values.yaml": "a: 1\n", "templates/show.yaml": show()}
DEPENDENCIES = """dependencies:
  - {name: one, version: 1.x, condition: "one.enabled,alsoOne"}
  - {name: two, version: ">=1", tags: [back, front]}
  - {name: one, version: 1.2.3, alias: again, import-values: [data]}
  - {name: three, version: "*", import-values: [{child: exports.data, parent: from.three}]}
"""
TREE = {
    **PARENT,
    "Chart.yaml": chart(more=DEPENDENCIES),
    "values.yaml": "one: {enabled: true, port: 2}\ntags: {back: false}\nglobal: {zone: top, deep: {a: 1}}\nagain: {port: null}\n",
    **subchart("one"),
    **subchart("two"),
    **subchart("three"),
}
SCHEMA = '{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"type": "integer", "maximum": 3}}, "required": ["a"]}'
FILES = """apiVersion: v1
kind: ConfigMap
metadata: {name: files}
data:
  one: {{ .Files.Get "files/one.txt" | quote }}
  gone: {{ .Files.Get "files/none" | quote }}
  ignored: {{ .Files.Get "secret.key" | quote }}
  lines: {{ .Files.Lines "files/one.txt" | toJson | quote }}
{{ (.Files.Glob "files/*").AsConfig | indent 2 }}
  sum: {{ .Files.Get "files/one.txt" | sha256sum }}
---
apiVersion: v1
kind: Secret
metadata: {name: files}
data:
{{ (.Files.Glob "**.txt").AsSecrets | indent 2 }}
"""
FUNCTIONS = """{{- define "app.name" -}}{{ .Chart.Name | trunc 63 | trimSuffix "-" }}{{- end -}}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ include "app.name" . }}, namespace: {{ .Release.Namespace }}}
data:
  tpl: {{ tpl "{{ .Release.Name }}-{{ .Values.a }}" . | quote }}
  yaml: |
{{ toYaml .Values.map | indent 4 }}
  toml: {{ toToml .Values.map | quote }}
  json: {{ toPrettyJson .Values.map | quote }}
  from: {{ (fromYaml "x: [1, 2.5, true]").x | toJson | quote }}
  broken: {{ fromYaml "a: [" | toJson | quote }}
  lookup: {{ lookup "v1" "Secret" "x" "y" | toJson | quote }}
  basePath: {{ .Template.BasePath }}
  name: {{ .Template.Name }}
  release: "{{ .Release.Revision }} {{ .Release.IsInstall }} {{ .Release.IsUpgrade }} {{ .Release.Service }}"
  chart: {{ printf "%s-%s-%s" .Chart.Name .Chart.Version .Chart.AppVersion }}
  root: {{ .Chart.IsRoot }}
  sub: {{ .Subcharts | toJson | quote }}
  int: {{ .Values.int }}
  large: {{ .Values.large }}
  float: {{ .Values.float }}
  default: {{ .Values.none | default "d" }}
  semver: {{ semverCompare ">=1.2.0" .Chart.Version | quote }}
  dict: {{ merge (dict "a" 1) (dict "a" 2 "b" 3) | toJson | quote }}
  regex: {{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}
  dns: {{ getHostByName "localhost" | quote }}
"""
HOOKS = """{{- range $event := list "pre-install" "post-upgrade,test" "test" "pre-delete" }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $event | replace "," "-" }}
  annotations: {"helm.sh/hook": "{{ $event }}", "helm.sh/hook-weight": "-5"}
{{- end }}
"""
MANY = """
---

---
# only a comment
---
apiVersion: v1
kind: Service
metadata: {name: second}
---apiVersion: v1
kind: ServiceAccount
metadata: {name: glued}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: listed}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: texts}
data:
  clip: |
    line
  keep: |+
    line


---
apiVersion: v1
kind: ConfigMap
metadata: {name: last}
data:
  clip: |
    no line end"""
NULLS = "kept: 1\ngone: 1\nmap: {a: 1, b: null, c: {d: 2}}\nnull_default:\nlist: [1, null, {a: null}]\n"
LIBRARY = {
    "charts/lib/Chart.yaml": chart("lib", "type: library\n"),
    "charts/lib/templates/_named.tpl": '{{ define "lib.cm" }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .name }}}\n{{ end }}',
    "charts/lib/templates/not-rendered.yaml": show("never"),
}

CHARTS: dict[str, Case] = {
    "plain": Case(PARENT, {"a": 2, "b": {"c": [1]}}),
    "conditions, tags, aliases, imported values": Case(TREE),
    "a condition switched off": Case(TREE, {"one": {"enabled": False}}),
    "the second condition of a list": Case({**TREE, "values.yaml": "alsoOne: false\n"}),
    "a tag switched on": Case(TREE, {"tags": {"front": True}}),
    "a condition that is no boolean": Case(TREE, {"one": {"enabled": "no"}}),
    "globals go down": Case(TREE, {"global": {"zone": "x", "deep": {"b": 2}}}),
    "values for a subchart": Case(TREE, {"three": {"port": 9, "exports": None}}),
    "a subchart that nobody declares": Case({**PARENT, **subchart("stray")}),
    "a library chart": Case({**PARENT, **LIBRARY, "templates/lib.yaml": '{{ include "lib.cm" (dict "name" "made") }}'}),
    "a library chart by itself": Case({**PARENT, "Chart.yaml": chart(more="type: library\n")}),
    "requirements of the first API": Case(
        {
            **PARENT,
            "Chart.yaml": chart(kind="v1"),
            "requirements.yaml": 'dependencies: [{name: one, version: "*", condition: one.on}]\n',
            **subchart("one"),
        },
        {"one": {"on": False}},
    ),
    "files": Case(
        {
            **PARENT,
            "templates/show.yaml": FILES,
            "files/one.txt": "a\nb\n",
            "files/two.bin": "\u20ac",
            "secret.key": "x",
            ".helmignore": "*.key\n# a comment\n/values-*.yaml\n",
        }
    ),
    "functions": Case(
        {**PARENT, "templates/show.yaml": FUNCTIONS},
        {"map": {"z": "1", "a": [True, None, 1.5], "m": {"n": "x: y"}}, "int": 7, "large": 12345678, "float": 1.5},
    ),
    "hooks and tests": Case({**PARENT, "templates/hooks.yaml": HOOKS}),
    "an upgrade": Case({**PARENT, "templates/show.yaml": FUNCTIONS}, {"map": {}}, ("--is-upgrade",), {"is_upgrade": True}),
    "no hooks": Case({**PARENT, "templates/hooks.yaml": HOOKS}, {}, ("--no-hooks",), {"hooks": False}),
    "no tests": Case({**PARENT, "templates/hooks.yaml": HOOKS}, {}, ("--skip-tests",), {"tests": False}),
    "many documents in one template": Case({**PARENT, "templates/many.yaml": MANY}),
    "notes and partials": Case({**PARENT, "templates/NOTES.txt": "{{ .Values.a }}: hello", "templates/_p.yaml": "a: ["}),
    "templates in folders": Case({**PARENT, "templates/deep/er/show.yaml": show("deep"), "templates/.hidden.yaml": show("hidden")}),
    "definitions": Case(
        {**PARENT, "crds/c.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: '{{ .x }}'}\n"},
        {},
        ("--include-crds",),
        {"include_crds": True},
    ),
    "definitions left out": Case({**PARENT, "crds/c.yaml": "apiVersion: v1\nkind: CustomResourceDefinition\nmetadata: {name: c}\n"}),
    "a schema that the values fit": Case({**PARENT, "values.schema.json": SCHEMA}, {"a": 3}),
    "a schema that they do not": Case({**PARENT, "values.schema.json": SCHEMA}, {"a": 4}),
    "a schema of a subchart": Case({**TREE, "charts/two/values.schema.json": SCHEMA}, {"tags": {"back": True}}),
    "nulls delete defaults": Case({**PARENT, "values.yaml": NULLS}, {"gone": None, "map": {"a": None, "c": None}, "new": None}),
    "nulls of a subchart": Case(TREE, {"one": {"port": None}, "again": {"port": None, "exports": {"data": None}}}),
    "a map where a text was": Case({**PARENT, "values.yaml": "a: {b: 1}\nc: 1\n"}, {"a": "text", "c": {"d": 1}}),
    "a failing template": Case({**PARENT, "templates/x.yaml": '{{ fail "not this way" }}'}),
    "a required value": Case({**PARENT, "templates/x.yaml": '{{ required "say which" .Values.none }}'}),
    "an unknown function": Case({**PARENT, "templates/x.yaml": "{{ nothing .Values }}"}),
    "not YAML": Case({**PARENT, "templates/x.yaml": "a: [1\n"}),
    "a dependency that is not there": Case({**PARENT, "Chart.yaml": chart(more="dependencies: [{name: gone, version: 1.x}]\n")}),
    "a chart without a version": Case({**PARENT, "Chart.yaml": "apiVersion: v2\nname: app\n"}),
}
ASKING = """apiVersion: v1
kind: ConfigMap
metadata: {name: asked}
data:
  version: {{ .Capabilities.KubeVersion.Version }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
  batch: {{ .Capabilities.APIVersions.Has "batch/v1" | quote }}
  more: {{ .Capabilities.APIVersions.Has "example.com/v1/Thing" | quote }}
  old: {{ semverCompare "<1.25-0" .Capabilities.KubeVersion.GitVersion | quote }}
"""
FOR_CLUSTERS: dict[str, Case] = {
    "a version": Case({**PARENT, "templates/show.yaml": ASKING}, {}, ("--kube-version", "1.24.3"), {"kube_version": "1.24.3"}),
    "further API versions": Case(
        {**PARENT, "templates/show.yaml": ASKING},
        {},
        ("--kube-version", "1.33", "--api-versions", "example.com/v1/Thing"),
        {"kube_version": "1.33", "api_versions": ("example.com/v1/Thing",)},
    ),
    "a version that the chart refuses": Case(
        {**PARENT, "Chart.yaml": chart(more='kubeVersion: ">=1.30.0-0"\n')}, {}, ("--kube-version", "1.29.0"), {"kube_version": "1.29.0"}
    ),
}
