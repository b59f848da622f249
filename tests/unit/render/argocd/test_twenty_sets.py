"""Twenty-four whole ApplicationSets, one of each kind of generator and of most ways to nest them, expanded by hand.

What each gives was worked out from the generators' documentation and source (applicationset/generators, argo-cd), over one
small fleet: three clusters, four folders of addons, and a file of settings for each of three teams.
"""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.objects import mapping
from checker.model.settings import ClusterSetting
from checker.model.units import Controller, DeployUnit
from checker.render.argocd import render_applicationset
from checker.render.options import RenderOptions
from checker.tools.yaml import load_documents
from tests.unit.render.argocd.builders import OURS, files, kube

CLUSTERS = (
    ClusterSetting(name="hub", server="https://kubernetes.default.svc", labels={"tier": "mgmt"}),
    ClusterSetting(name="Prod_EU", server="https://eu.prod", labels={"tier": "prod", "region": "eu"}, annotations={"wave": "2"}),
    ClusterSetting(name="prod-us", server="https://us.prod", labels={"tier": "prod", "region": "us"}),
)
TREE = {
    "addons/dns/x.yaml": "",
    "addons/mesh/x.yaml": "",
    "addons/mesh/deep/x.yaml": "",
    "addons/legacy/x.yaml": "",
    "teams/blue/team.yaml": "name: blue\nquota: {cpu: 4}\nclusters: [eu, us]\n",
    "teams/red/team.yaml": "name: red\nquota: {cpu: 1000000}\nregion: eu\n",
    "teams/red/sub/team.yaml": "- name: pink\n- name: rose\n",
}
GIVEN = {
    "pullRequest": [{"number": 12, "title": "Add a door", "branch": "feat/New_Door", "head_sha": "0a1b2c3d4e5f", "labels": ["preview"]}],
    "scmProvider": [
        {"organization": "acme", "repository": "door", "url": "https://git.example/door", "branch": "main", "sha": "ffeeddccbb"}
    ],
    "clusterDecisionResource": [{"clusterName": "prod-us", "score": 7}],
    "plugin": [{"app": {"name": "door", "replicas": 2}}],
}


def spec(generators: str, name: str, rest: str = "", *, go: bool = True, more: str = "") -> str:
    """`rest` goes into the template's spec. Strict in Go templates, as most sets are written."""
    mode = 'goTemplate: true\ngoTemplateOptions: ["missingkey=error"]\n' if go else ""
    return (
        f"{mode}generators:\n{generators}\n{more}template:\n  metadata: {{name: '{name}'}}\n  spec:\n    project: default\n"
        f"    source: {{repoURL: https://github.com/acme/fleet, targetRevision: HEAD, path: app}}\n"
        f"    destination: {{name: hub, namespace: x}}\n{rest}"
    )


GIT = "repoURL: https://github.com/acme/fleet, revision: HEAD"
DIRS = f"- git: {{{GIT}, directories: [{{path: addons/*}}, {{path: addons/legacy, exclude: true}}]}}"
TEAMS = f"- git: {{{GIT}, files: [{{path: 'teams/*/team.yaml'}}]}}"
TO = "    destination: {{server: '{}', namespace: '{}'}}\n"
AT = "    source: {{repoURL: https://github.com/acme/fleet, targetRevision: HEAD, path: '{}'}}\n"


def to(server: str, namespace: str) -> str:
    return TO.format(server, namespace)


def at(path: str) -> str:
    return AT.format(path)


SETS: dict[str, tuple[str, list[str]]] = {
    "list, flat": (
        spec(
            "- list: {elements: [{c: one, s: 'https://one', values: {ns: a}}, {c: two, s: 'https://two', values: {ns: b}}]}",
            "{{c}}-app",
            to("{{s}}", "{{ values.ns }}"),
            go=False,
        ),
        ["one-app https://one/a app", "two-app https://two/b app"],
    ),
    "list, in Go templates": (
        spec(
            "- list: {elements: [{c: one, use: {dns: true, mesh: false}}, {c: two, use: {dns: false, mesh: true}}]}",
            "{{.c}}",
            at("addons/{{if .use.dns}}dns{{else}}mesh{{end}}"),
        ),
        ["one hub/x addons/dns", "two hub/x addons/mesh"],
    ),
    "list from YAML": (
        spec(
            '- list: {elements: [{id: a, k: 0}], elementsYaml: "- {id: b, k: 3}\\n- {id: c, k: 1000000}\\n"}',
            "{{.id}}",
            to("https://{{.k}}", "{{int .k}}"),
        ),
        ["a https://0/0 app", "b https://3/3 app", "c https://1e+06/1000000 app"],
    ),
    "clusters, flat": (
        spec("- clusters: {}", "{{nameNormalized}}", to("{{server}}", "{{metadata.labels.region}}"), go=False),
        [
            "hub https://kubernetes.default.svc/{{metadata.labels.region}} app",
            "prod-eu https://eu.prod/eu app",
            "prod-us https://us.prod/us app",
        ],
    ),
    "clusters by labels": (
        spec(
            "- clusters: {selector: {matchLabels: {tier: prod}}}", "{{.nameNormalized}}", to("{{.server}}", "{{.metadata.labels.region}}")
        ),
        ["prod-eu https://eu.prod/eu app", "prod-us https://us.prod/us app"],
    ),
    "clusters by expressions, with values": (
        spec(
            "- clusters:\n    selector: {matchExpressions: [{key: region, operator: NotIn, values: [eu]}, {key: tier, operator: Exists}]}\n"
            "    values: {short: '{{.name | trunc 4}}', wave: '{{index .metadata \"annotations\" | default dict | toJson}}'}",
            "{{.values.short}}{{len .name}}",
            to("{{.server}}", "{{.metadata.labels.tier}}"),
        ),
        ["hub3 https://kubernetes.default.svc/mgmt app", "prod7 https://us.prod/prod app"],
    ),
    "clusters in one list": (
        spec(
            "- clusters: {flatList: true, selector: {matchLabels: {tier: prod}}}",
            "all-{{len .clusters}}",
            to("https://x", "{{range .clusters}}{{.metadata.labels.region}}{{end}}"),
        ),
        ["all-2 https://x/euus app"],
    ),
    "folders, flat": (
        spec(DIRS, "{{path.basename}}", at("{{path}}") + to("https://x", "{{path[0]}}-{{path[1]}}"), go=False),
        ["dns https://x/addons-dns addons/dns", "mesh https://x/addons-mesh addons/mesh"],
    ),
    "folders, in Go templates": (
        spec(
            DIRS, "{{.path.basenameNormalized}}", at("{{.path.path}}") + to("https://x", "{{index .path.segments 0}}{{len .path.segments}}")
        ),
        ["dns https://x/addons2 addons/dns", "mesh https://x/addons2 addons/mesh"],
    ),
    "folders under a name of their own": (
        spec(
            f"- git: {{{GIT}, pathParamPrefix: addon, directories: [{{path: addons/*/deep}}], "
            "values: {up: '{{.addon.path.basename | upper}}'}}",
            "{{.addon.path.basename}}",
            to("https://x", "{{.values.up}}"),
        ),
        ["deep https://x/DEEP app"],
    ),
    "files, flat": (
        spec(TEAMS, "{{name}}", to("https://x", "{{quota.cpu}}-{{path.basename}}-{{clusters.1}}"), go=False),
        [
            "blue https://x/4-blue-us app",
            "pink https://x/{{quota.cpu}}-sub-{{clusters.1}} app",
            "rose https://x/{{quota.cpu}}-sub-{{clusters.1}} app",
            "red https://x/1e+06-red-{{clusters.1}} app",
        ],
    ),
    "files, in Go templates": (
        spec(
            f"- git: {{{GIT}, files: [{{path: 'teams/*/team.yaml'}}, {{path: teams/red/sub, exclude: true}}]}}",
            "{{.name}}",
            at("{{.path.path}}") + to("https://x", '{{.quota.cpu | int}}{{dig "region" "-any" .}}'),
        ),
        ["blue https://x/4-any teams/blue", "red https://x/1000000eu teams/red"],
    ),
    "files that a selector chooses": (
        spec(TEAMS + "\n  selector: {matchLabels: {region: eu}}", "{{.name}}", at("{{.path.path}}")),
        ["red hub/x teams/red"],
    ),
    "matrix of folders and clusters": (
        spec(
            "- matrix:\n    generators:\n    " + DIRS + "\n    - clusters: {selector: {matchLabels: {tier: prod}}}",
            "{{.path.basename}}-{{.nameNormalized}}",
            at("{{.path.path}}") + to("{{.server}}", "x"),
        ),
        [
            "dns-prod-eu https://eu.prod/x addons/dns",
            "dns-prod-us https://us.prod/x addons/dns",
            "mesh-prod-eu https://eu.prod/x addons/mesh",
            "mesh-prod-us https://us.prod/x addons/mesh",
        ],
    ),
    "matrix whose second generator asks the first": (
        spec(
            "- matrix:\n    generators:\n    - list: {elements: [{team: blue, region: us}, {team: red, region: eu}]}\n"
            "    - clusters: {selector: {matchLabels: {region: '{{.region}}'}}, values: {who: '{{.team}}', where: '{{.nameNormalized}}'}}",
            "{{.values.who}}-{{.values.where}}",
            to("{{.server}}", "{{.team}}"),
        ),
        ["blue-prod-us https://us.prod/blue app", "red-prod-eu https://eu.prod/red app"],
    ),
    "matrix in a matrix": (
        spec(
            "- matrix:\n    generators:\n    - list: {elements: [{a: '1'}, {a: '2'}]}\n"
            "    - matrix:\n        generators:\n        - list: {elements: [{b: x}]}\n        - list: {elements: [{c: '{{a}}y'}, {c: z}]}",
            "n{{a}}{{b}}{{c}}",
            go=False,
        ),
        ["n1x1y hub/x app", "n1xz hub/x app", "n2x2y hub/x app", "n2xz hub/x app"],
    ),
    "merge of clusters and a list": (
        spec(
            "- merge:\n    mergeKeys: [server]\n    generators:\n"
            "    - clusters: {values: {replicas: '2', ns: shop}}\n"
            "    - list: {elements: [{server: 'https://eu.prod', values.replicas: '5'}, {server: 'https://nowhere', values.ns: lost}]}",
            "{{nameNormalized}}-{{values.replicas}}",
            to("{{server}}", "{{values.ns}}"),
            go=False,
        ),
        ["hub-2 https://kubernetes.default.svc/shop app", "prod-eu-5 https://eu.prod/shop app", "prod-us-2 https://us.prod/shop app"],
    ),
    "merge of a matrix and a list": (
        spec(
            "- merge:\n    mergeKeys: [k, e]\n    generators:\n"
            "    - matrix:\n        generators:\n        - list: {elements: [{k: a, deep: {one: 1, two: 1}}, {k: b}]}\n"
            "        - list: {elements: [{e: p}, {e: q}]}\n"
            "    - list: {elements: [{k: a, e: q, deep: {two: 2}}]}",
            "{{.k}}{{.e}}",
            to("https://x", '{{index . "deep" | default dict | toJson}}'),
        ),
        ['ap https://x/{"one":1,"two":1} app', 'aq https://x/{"one":1,"two":2} app', "bp https://x/{} app", "bq https://x/{} app"],
    ),
    "several generators, one with a template of its own": (
        spec(
            "- list: {elements: [{id: plain}]}\n"
            "- list:\n    elements: [{id: special}]\n"
            "    template: {metadata: {}, spec: {source: {path: other, repoURL: ''}, destination: {namespace: own}}}",
            "{{.id}}",
        ),
        ["plain hub/x app", "special hub/own other"],
    ),
    "a template patch": (
        spec(
            "- list: {elements: [{id: auto, use: true, extra: [a, b]}, {id: hand, use: false, extra: []}]}",
            "{{.id}}",
            more="templatePatch: |\n  spec:\n    project: ignored\n    source:\n      path: {{.id}}-{{range .extra}}{{.}}{{end}}\n"
            "  {{- if .use}}\n    destination: {namespace: patched}\n  {{- end}}\n",
        ),
        ["auto hub/patched auto-ab", "hand hub/x hand-"],
    ),
    "pull requests": (
        spec(
            "- pullRequest: {github: {owner: acme, repo: door}, values: {v: 'pr{{.number}}'}}",
            "{{.branch_slug}}-{{.values.v}}",
            to("https://x", "{{.head_short_sha_7}}{{first .labels}}"),
        ),
        ["feat-new-door-pr12 https://x/0a1b2c3preview app"],
    ),
    "repositories of a code host": (
        spec(
            "- scmProvider: {github: {organization: acme}}",
            "{{repository}}-{{branchNormalized}}",
            to("{{url}}", "{{short_sha}}{{labels}}"),
            go=False,
        ),
        ["door-main https://git.example/door/ffeeddcc app"],
    ),
    "a decision on clusters": (
        spec(
            "- clusterDecisionResource: {configMapRef: x, name: y, values: {v: 'as-written-{{name}}'}}",
            "{{name}}-{{score}}",
            to("{{server}}", "{{values.v}}"),
            go=False,
        ),
        ["prod-us-7 https://us.prod/as-written-{{name}} app"],
    ),
    "a plugin": (
        spec(
            "- plugin: {configMapRef: {name: p}, input: {parameters: {want: door}}}",
            "{{.app.name}}-{{.app.replicas}}",
            to("https://x", "{{.generator.input.parameters.want}}"),
        ),
        ["door-2 https://x/door app"],
    ),
}


def expand(text: str) -> list[str]:
    (document,) = load_documents(text.encode())
    assert document.error is None, document.error
    declaration = kube("ApplicationSet", "set", spec=mapping(document.value))
    unit = DeployUnit(
        controller=Controller.ARGOCD_APPLICATIONSET,
        name="set",
        namespace="argocd",
        path=None,
        declaration=declaration,
        origin=declaration.origin,
    )
    options = RenderOptions(repository_urls=OURS, revisions=("main",), clusters=CLUSTERS, generators={"set": GIVEN})
    found = []
    for obj in render_applicationset(unit, files(TREE), options).objects:
        body: Any = obj.body["spec"]
        place = body["destination"]
        found.append(f"{obj.name} {place.get('server') or place['name']}/{place['namespace']} {body['source']['path']}")
    return found


@pytest.mark.parametrize("name", SETS)
def test_every_set_gives_what_was_worked_out_by_hand(name: str) -> None:
    text, expected = SETS[name]
    assert sorted(expand(text)) == sorted(expected)


def test_there_are_enough_of_them() -> None:
    text = "".join(text for text, _ in SETS.values())
    kinds = ("list:", "clusters:", "git:", "matrix:", "merge:", "pullRequest:", "scmProvider:", "clusterDecisionResource:", "plugin:")
    assert len(SETS) >= 20
    assert all(f"- {kind}" in text for kind in kinds)
