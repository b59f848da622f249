"""Random repositories that change at random, with something of everything that a render may depend on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from tests.gitrepo import GitRepo

URL = "https://git.example.com/shop/platform.git"
SECRET = "s3cr3t-Zebra"
"""Part of every secret value: nothing that is kept may hold it."""

CHART = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/values.yaml": "tag: '1'\npassword: none\n",
    "charts/web/templates/web.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {tag: {{ .Values.tag | quote }}}\n"
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\nstringData: {password: {{ .Values.password }}}\n"
    ),
}
FLUX = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: %s, ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  path: ./clusters/production
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: Secret, name: vars}, {kind: ConfigMap, name: vars}]}
"""
APPS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./overlays/a
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substitute: {tier: gold}, substituteFrom: [{kind: ConfigMap, name: vars, optional: true}]}
"""


POLICY = """\
package main

import rego.v1

deny contains msg if {
	some kind, spaces in data.gitops.objects
	some namespace, names in spaces
	names[name]
	name != input.metadata.name
	endswith(name, input.metadata.name)
	msg := sprintf("%s is part of %s", [input.metadata.name, name])
}
"""
"""Looks at the neighbours of an object, so that a change of one is a change of its verdict."""


class World:
    """`step` commits a few random edits; `files` is what lies there now."""

    def __init__(self, repo: GitRepo, seed: int) -> None:
        self.repo = repo
        self.random = random.Random(seed)
        self.files: dict[str, str] = {}
        self.executable: set[str] = set()
        repo.git("remote", "add", "origin", URL)
        self.files |= CHART
        self.files |= {f"bases/{name}/{file}": text for name in "ab" for file, text in _base(name).items()}
        self.files |= {f"overlays/{name}/kustomization.yaml": _overlay(name, "a", "1") for name in "abc"}
        self.files |= {"plain/one.yaml": _map("one", "1"), "plain/secret.yaml": _secret("plain", "1")}
        self.files |= {"argo/set.yaml": _set(), "argo/chart.yaml": _chart_app("1", "1"), "argo/pinned.yaml": _pinned("v1")}
        self.files |= {"clusters/production/flux-system/gotk-sync.yaml": FLUX % URL, "clusters/production/apps.yaml": APPS}
        self.files |= {"clusters/production/vars.yaml": f"{_map('vars', '1', 'flux-system')}---\n{_secret('vars', '1', 'flux-system')}"}
        self.files |= {"argo/project.yaml": _project("*"), "argo/clusters.yaml": _cluster("blue", "1"), "argo/each.yaml": _set_of(CLUSTERS)}
        self.files |= {
            "argo/configs.yaml": _set_of(FILES),
            "config/one.json": '{"name": "one"}',
            "argo/extra.yaml": _extra("shop", "plain"),
        }
        self.files |= {"crds/toy.yaml": CRD % "integer", "toys/toy.yaml": TOY % "1"}
        self.files["policy/deny.rego"] = POLICY
        self.write()
        repo.commit("first")
        repo.git("tag", "v1")

    def step(self) -> str:
        """The new commit."""
        for _ in range(self.random.randint(1, 3)):
            self.random.choice(self.edits)()
        self.write()
        return self.repo.commit("step")

    @property
    def edits(self) -> list[Callable[[], object]]:
        pick, number = self.random.choice, str(self.random.randint(1, 4))
        name = pick("abcd")

        def put(path: str, text: str) -> None:
            self.files[path] = text

        return [
            lambda: put(f"bases/{pick('ab')}/web.yaml", _map("web", number)),
            lambda: put(f"bases/{pick('ab')}/extra.yaml", _map("extra", number)),
            lambda: put(f"overlays/{name}/kustomization.yaml", _overlay(name, pick("ab"), number)),
            lambda: put(f"overlays/{name}/kustomization.yaml", _overlay(name, pick("ab"), number, secret=True)),
            lambda: put(f"overlays/{name}/kustomization.yaml", "resources: [nothing.yaml]\n"),
            lambda: put(f"overlays/{name}/kustomization.yaml", "resources: [\n"),
            lambda: self.files.pop(f"overlays/{pick('abcd')}/kustomization.yaml", None),
            lambda: put(f"plain/{pick(['one', 'two', 'three'])}.yaml", _map(pick(["one", "two"]), number)),
            lambda: put("plain/secret.yaml", _secret("plain", number)),
            lambda: self.files.pop(f"plain/{pick(['one', 'two', 'three'])}.yaml", None),
            lambda: put("charts/web/values.yaml", f"tag: '{number}'\npassword: {SECRET}-{number}\n"),
            lambda: put("argo/chart.yaml", _chart_app(number, pick("12"))),
            lambda: put("argo/pinned.yaml", _pinned(pick(["v1", "v1", "v9"]))),
            lambda: self.repo.git("tag", "--force", "v1"),
            lambda: put(
                "clusters/production/vars.yaml", f"{_map('vars', number, 'flux-system')}---\n{_secret('vars', number, 'flux-system')}"
            ),
            lambda: put(
                "clusters/production/apps.yaml", APPS.replace("gold", pick(["gold", "tin"])).replace("overlays/a", f"overlays/{name}")
            ),
            lambda: put("bases/a/link.yaml", "-> " + pick(["web.yaml", "../b/web.yaml", "nowhere"])),
            lambda: put("bases/a/kustomization.yaml", f"resources: [web.yaml{pick(['', ', link.yaml', ', extra.yaml'])}]\n"),
            lambda: put("README.md", number),
            lambda: put("argo/project.yaml", _project(pick(["*", URL, "https://example.com/other.git"]))),
            lambda: put("argo/clusters.yaml", _cluster(pick(["blue", "green"]), number)),
            lambda: put("argo/extra.yaml", _extra(pick(["shop", "default"]), pick(["plain", "bases/b", "crds"]))),
            lambda: put(f"apps/{name}.yaml", _extra("default", f"overlays/{name}", name)),
            lambda: put(f"config/{name}.json", json.dumps({"name": name * int(number)})),
            lambda: self.files.pop(f"config/{name}.json", None),
            lambda: put("crds/toy.yaml", CRD % pick(["integer", "string"])),
            lambda: put("toys/toy.yaml", TOY % pick(["1", "big"])),
            lambda: put(f"overlays/{name}/kustomization.yaml", "resources: ['https://github.com/shop/base?ref=main']\n"),
            lambda: self.remark(pick(["bases/a/web.yaml", "plain/one.yaml", "toys/toy.yaml"]), number),
            lambda: self.move(f"overlays/{name}", f"overlays/{pick('de')}"),
            lambda: self.move("plain/one.yaml", f"plain/{number}.yaml"),
            lambda: self.executable.symmetric_difference_update({pick(sorted(self.files))}),
        ]

    def remark(self, path: str, text: str) -> None:
        """Moves the lines of a file and nothing that it says."""
        if path in self.files:
            self.files[path] = self.files[path].replace("\nkind:", f"\n# {text}\nkind:", 1)

    def move(self, old: str, new: str) -> None:
        for path in [path for path in self.files if path == old or path.startswith(f"{old}/")]:
            self.files[new + path[len(old) :]] = self.files.pop(path)

    def write(self) -> None:
        """Text that starts with an arrow is a link."""
        root = self.repo.root
        for path in list(root.rglob("*")):
            if (path.is_file() or path.is_symlink()) and ".git" not in path.relative_to(root).parts:
                path.unlink()
        for path, text in self.files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text.startswith("-> "):
                file.symlink_to(Path(text[3:]))
            else:
                file.write_text(text)
                file.chmod(0o755 if path in self.executable else 0o644)


def _map(name: str, value: str, namespace: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    data = f"{{value: '{value}', tier: '${{tier}}', other: '${{value:=none}}'}}"
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{where}}}\ndata: {data}\n"


def _secret(name: str, value: str, namespace: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}{where}}}\nstringData: {{password: {SECRET}-{value}}}\n"


def _base(name: str) -> dict[str, str]:
    return {"kustomization.yaml": "resources: [web.yaml]\n", "web.yaml": _map("web", name), "extra.yaml": _map("extra", name)}


def _overlay(name: str, base: str, value: str, *, secret: bool = False) -> str:
    generated = f"secretGenerator: [{{name: made, literals: [password={SECRET}-{value}]}}]\n" if secret else ""
    return f"namePrefix: {name}-\nresources: [../../bases/{base}]\ncommonLabels: {{v: '{value}'}}\n{generated}"


def _application(name: str, source: dict[str, object]) -> dict[str, object]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {"repoURL": URL, **source},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": name},
        },
    }


def _chart_app(tag: str, password: str) -> str:
    values = {"tag": tag, "password": f"{SECRET}-{password}"}
    return json.dumps(_application("chart", {"path": "charts/web", "targetRevision": "HEAD", "helm": {"valuesObject": values}}))


def _pinned(revision: str) -> str:
    return json.dumps(_application("pinned", {"path": "overlays/b", "targetRevision": revision}))


CLUSTERS: object = {"clusters": {"selector": {"matchLabels": {"tier": "shop"}}}}
FILES: object = {"git": {"repoURL": URL, "revision": "HEAD", "files": [{"path": "config/*.json"}]}}
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Toy, plural: toys}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: %s}}}}}}
"""
TOY = "apiVersion: example.com/v1\nkind: Toy\nmetadata: {name: a}\nspec: {size: %s}\n"


def _project(source: str) -> str:
    spec = {"sourceRepos": [source], "destinations": [{"server": "*", "namespace": "*"}]}
    return json.dumps(
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "shop", "namespace": "argocd"}, "spec": spec}
    )


def _cluster(name: str, number: str) -> str:
    labels = {"argocd.argoproj.io/secret-type": "cluster", "tier": "shop"}
    values = {"name": name, "server": f"https://{name}-{number}.example.com", "config": SECRET}
    metadata = {"name": "cluster", "namespace": "argocd", "labels": labels}
    return json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values})


def _extra(project: str, path: str, name: str = "extra") -> str:
    body = _application(name, {"path": path, "targetRevision": "HEAD"})
    return json.dumps({**body, "spec": {**_spec(body), "project": project}})


def _set_of(generator: object) -> str:
    spec = {**_spec(_application("x", {"path": "bases/b", "targetRevision": "HEAD"})), "project": "shop"}
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "clusters" if generator is CLUSTERS else "configs", "namespace": "argocd"},
        "spec": {"generators": [generator], "template": {"metadata": {"name": "of-{{name}}"}, "spec": spec}},
    }
    return json.dumps(body)


def _spec(application: dict[str, object]) -> dict[str, object]:
    spec = application["spec"]
    assert isinstance(spec, dict)
    return spec


def _set() -> str:
    template = _application("{{path.basename}}", {"path": "{{path}}", "targetRevision": "HEAD"})
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "all", "namespace": "argocd"},
        "spec": {
            "generators": [{"git": {"repoURL": URL, "revision": "HEAD", "directories": [{"path": "overlays/*"}]}}],
            "template": {"metadata": {"name": "{{path.basename}}"}, "spec": template["spec"]},
        },
    }
    return json.dumps(body)
