"""Random trees of kustomizations, the same ones for the same seed: bases, overlays, components, patches, generators.

They are made to meet what is easy to get wrong: values in and without quotes, nulls, lists merged by several keys,
objects renamed twice and referred to by old names, the same field written by several transformers.
"""

# ruff: noqa: E501 - tables of possibilities read better on one line each

from __future__ import annotations

import json
from random import Random
from typing import Any


class Raw(str):
    """A scalar written as it stands, without quotes."""


NAMES = ("web", "api", "db", "worker", "cache")
WORDS = (
    "blue",
    "green",
    "true",
    "12",
    "1.5",
    "null",
    "yes",
    "",
    "a b",
    "x: y",
    "0x1F",
    "1e3",
    "~",
    "multi\nline",
    "it's",
    'say "hi"',
    "#no",
)
SCALARS = (
    Raw("1"),
    Raw("0"),
    Raw("true"),
    Raw("1.5"),
    Raw("2.0"),
    Raw("1e3"),
    Raw("0x1F"),
    Raw("null"),
    Raw(""),
    Raw("~"),
    Raw("yes"),
    Raw("010"),
)
IMAGES = (
    "nginx",
    "nginx:1.19",
    "ghcr.io/acme/app:v1",
    "ghcr.io:5000/acme/app",
    "redis@sha256:0123456789abcdef",
    "acme/app:v1@sha256:0123",
    "busybox:1",
)
IMAGE_NAMES = ("nginx", "ghcr.io/acme/app", "redis", "acme/app", "busybox", "ghcr.io:5000/acme/app", ".*app")
KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Service", "ConfigMap", "Secret", "ServiceAccount", "Role", "RoleBinding", "ClusterRoleBinding", "Ingress",
         "CronJob", "HorizontalPodAutoscaler", "Namespace", "PersistentVolumeClaim", "Widget", "NetworkPolicy", "ValidatingWebhookConfiguration")  # fmt: skip
API_VERSIONS = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet"), "apps/v1"),
    **dict.fromkeys(("Role", "RoleBinding", "ClusterRoleBinding"), "rbac.authorization.k8s.io/v1"),
    **dict.fromkeys(("Ingress", "NetworkPolicy"), "networking.k8s.io/v1"),
    "CronJob": "batch/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Widget": "example.com/v1",
    "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
}
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob")


class Maker:
    """One tree. `objects` are (kind, name, namespace) of what exists so far, for patches to aim at."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.files: dict[str, bytes] = {}
        self.objects: list[tuple[str, str, str]] = []

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, options: Any) -> Any:
        return options[self.random.randrange(len(options))]

    def tree(self) -> dict[str, bytes]:
        """The files; the folder to build is `top`."""
        self._layer("base", [self._resources("base", self.random.randint(1, 4))])
        layer = "base"
        if self.maybe(0.4):
            self._layer("mid", ["../base", *([self._resources("mid", 1)] if self.maybe(0.5) else [])])
            layer = "mid"
        if self.maybe(0.25):
            self._layer("part", [], component=True)
        self._layer(
            "top",
            [f"../{layer}", *([self._resources("top", 1)] if self.maybe(0.4) else [])],
            components="part/kustomization.yaml" in self.files,
        )
        return self.files

    def _resources(self, folder: str, count: int) -> str:
        bodies = []
        for _ in range(count):
            kind, name, namespace = self.pick(KINDS), self.pick(NAMES), self.pick(("", "", "", "prod", "default"))
            if (kind, name) in {(known, other) for known, other, _ in self.objects}:
                continue
            self.objects.append((kind, name, namespace))
            bodies.append(self._object(kind, name, namespace))
        bodies = bodies or [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"filler-{folder}"}}]
        self.files[f"{folder}/resources.yaml"] = "---\n".join(self.yaml(body) for body in bodies).encode()
        return "resources.yaml"

    def _object(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        meta: dict[str, Any] = {"name": name}
        if namespace:
            meta["namespace"] = namespace
        for field in ("labels", "annotations"):
            if self.maybe(0.4):
                meta[field] = {self.pick(("app", "tier", "example.com/x")): self._text_or_scalar() for _ in range(2)}
        body: dict[str, Any] = {"apiVersion": API_VERSIONS.get(kind, "v1"), "kind": kind, "metadata": meta}
        body.update(getattr(self, f"_{kind.lower()}", dict)())
        return body

    def _text_or_scalar(self) -> Any:
        return self.pick(SCALARS) if self.maybe(0.15) else self.pick(WORDS)

    def _pod(self) -> dict[str, Any]:
        spec: dict[str, Any] = {"containers": [self._container(name) for name in self._some(("main", "side", "log"), 1)]}
        if self.maybe(0.3):
            spec["initContainers"] = [self._container("init")]
        if self.maybe(0.5):
            spec["volumes"] = [self._volume(name) for name in self._some(("data", "conf", "tmp"), 1)]
        if self.maybe(0.3):
            spec["serviceAccountName"] = self.pick(NAMES)
        if self.maybe(0.2):
            spec["imagePullSecrets"] = [{"name": self.pick(NAMES)}]
        if self.maybe(0.2):
            spec["tolerations"] = [{"key": "a", "operator": "Exists"}]
        if self.maybe(0.2):
            spec["topologySpreadConstraints"] = [{"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}]
        return spec

    def _some(self, options: tuple[str, ...], least: int) -> list[str]:
        return self.random.sample(options, self.random.randint(least, len(options)))

    def _container(self, name: str) -> dict[str, Any]:
        made: dict[str, Any] = {"name": name, "image": self.pick(IMAGES)}
        if self.maybe(0.5):
            made["env"] = [self._env(key) for key in self._some(("A", "B", "C"), 1)]
        if self.maybe(0.4):
            made["ports"] = [self._port() for _ in range(self.random.randint(1, 2))]
        if self.maybe(0.3):
            made["envFrom"] = [{self.pick(("configMapRef", "secretRef")): {"name": self.pick(NAMES)}}]
        if self.maybe(0.3):
            made["args"] = [self.pick(WORDS), "$(THING)"]
        if self.maybe(0.3):
            made["volumeMounts"] = [{"name": self.pick(("data", "conf")), "mountPath": self.pick(("/a", "/b"))}]
        if self.maybe(0.3):
            made["resources"] = {"limits": {"cpu": self.pick((Raw("1"), "1", "100m", Raw("0.5"))), "memory": "1Gi"}}
        return made

    def _env(self, name: str) -> dict[str, Any]:
        if self.maybe(0.3):
            source, other = self.pick((("configMapKeyRef", "k"), ("secretKeyRef", "k")))
            return {"name": name, "valueFrom": {source: {"name": self.pick(NAMES), "key": other}}}
        return {"name": name, "value": self.pick(WORDS) if self.maybe(0.9) else self.pick(SCALARS)}

    def _port(self) -> dict[str, Any]:
        port: dict[str, Any] = {"containerPort": Raw(str(self.pick((80, 8080, 443))))}
        if self.maybe(0.5):
            port["protocol"] = self.pick(("TCP", "UDP"))
        if self.maybe(0.5):
            port["name"] = self.pick(("http", "dns"))
        return port

    def _volume(self, name: str) -> dict[str, Any]:
        kind = self.pick(("configMap", "secret", "emptyDir", "persistentVolumeClaim"))
        value: Any = {"configMap": {"name": self.pick(NAMES)}, "secret": {"secretName": self.pick(NAMES)}, "emptyDir": self.pick(({}, Raw(""), Raw("null"))),
                      "persistentVolumeClaim": {"claimName": self.pick(NAMES)}}[kind]  # fmt: skip
        return {"name": name, kind: value}

    def _deployment(self) -> dict[str, Any]:
        spec: dict[str, Any] = {"template": {"metadata": {"labels": {"app": self.pick(NAMES)}}, "spec": self._pod()}}
        if self.maybe(0.7):
            spec["selector"] = {"matchLabels": {"app": self.pick(NAMES)}}
        if self.maybe(0.5):
            spec["replicas"] = self.pick((Raw("2"), Raw("1"), Raw("null")))
        return {"spec": spec}

    _daemonset = _deployment

    def _statefulset(self) -> dict[str, Any]:
        body = self._deployment()
        body["spec"]["serviceName"] = self.pick(NAMES)
        if self.maybe(0.4):
            body["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": {"storageClassName": "fast"}}]
        return body

    def _cronjob(self) -> dict[str, Any]:
        return {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": self._pod()}}}}}

    def _service(self) -> dict[str, Any]:
        ports = [
            {"port": Raw(str(self.pick((80, 443)))), **({"name": self.pick(("http", "x"))} if self.maybe(0.6) else {})}
            for _ in range(self.random.randint(1, 2))
        ]
        return {"spec": {"selector": {"app": self.pick(NAMES)}, "ports": ports}} if self.maybe(0.7) else {"spec": {"ports": ports}}

    def _configmap(self) -> dict[str, Any]:
        return {
            "data": {key: self.pick(WORDS) for key in self._some(("k", "l", "conf.json"), 0)}
            | ({"j": json.dumps({"a": {"b": 1}})} if self.maybe(0.3) else {})
        }

    def _secret(self) -> dict[str, Any]:
        return {"stringData": {"k": self.pick(WORDS)}, **({"type": "Opaque"} if self.maybe(0.5) else {})}

    def _role(self) -> dict[str, Any]:
        return {"rules": [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": [self.pick(NAMES)], "verbs": ["get"]}]}

    def _rolebinding(self) -> dict[str, Any]:
        subjects = [
            {
                "kind": "ServiceAccount",
                "name": self.pick((*NAMES, "default")),
                **({"namespace": self.pick(("prod", "other"))} if self.maybe(0.6) else {}),
            }
        ]
        return {
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": self.pick(("Role", "ClusterRole")), "name": self.pick(NAMES)},
            "subjects": subjects,
        }

    _clusterrolebinding = _rolebinding

    def _ingress(self) -> dict[str, Any]:
        backend = {"service": {"name": self.pick(NAMES), "port": {"number": Raw("80")}}}
        return {
            "spec": {
                "rules": [{"host": "x.example", "http": {"paths": [{"path": "/", "backend": backend}]}}],
                "tls": [{"secretName": self.pick(NAMES)}],
            }
        }

    def _horizontalpodautoscaler(self) -> dict[str, Any]:
        return {
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": self.pick(("Deployment", "StatefulSet")), "name": self.pick(NAMES)},
                "maxReplicas": Raw("3"),
            }
        }

    def _widget(self) -> dict[str, Any]:
        return {
            "spec": {
                "containers": [self._container("main")],
                "list": [self.pick(WORDS)],
                "template": {"spec": {"initContainers": [self._container("i")]}},
                "n": self.pick(SCALARS),
            }
        }

    def _networkpolicy(self) -> dict[str, Any]:
        return {
            "spec": {"podSelector": {"matchLabels": {"app": "x"}}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}]}
        }

    def _validatingwebhookconfiguration(self) -> dict[str, Any]:
        service = {"name": self.pick(NAMES), **({"namespace": self.pick(("prod", "default"))} if self.maybe(0.7) else {})}
        return {"webhooks": [{"name": "x.example", "clientConfig": {"service": service}}]}

    # -- kustomizations ------------------------------------------------------------------------------------------------

    def _layer(self, folder: str, resources: list[str], *, component: bool = False, components: bool = False) -> None:
        fields: dict[str, Any] = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"} if component else {}
        if resources:
            fields["resources"] = resources
        if components:
            fields["components"] = ["../part"]
        makers = (("namespace", 0.25, lambda: self.pick(("prod", "stage", "default"))), ("namePrefix", 0.25, lambda: self.pick(("a-", "b-"))),
                  ("nameSuffix", 0.2, lambda: self.pick(("-x", "-v2"))), ("commonLabels", 0.15, self._pairs), ("commonAnnotations", 0.15, self._pairs),
                  ("labels", 0.25, self._labels), ("images", 0.3, self._images), ("replicas", 0.15, self._replicas), ("patches", 0.45, self._patches),
                  ("patchesStrategicMerge", 0.15, self._merges), ("patchesJson6902", 0.1, self._json_patches), ("configMapGenerator", 0.35, lambda: self._generators(folder)),
                  ("secretGenerator", 0.2, lambda: self._generators(folder)), ("generatorOptions", 0.15, self._options), ("replacements", 0.2, self._replacements),
                  ("vars", 0.08, self._vars), ("buildMetadata", 0.05, lambda: ["originAnnotations"]))  # fmt: skip
        for name, chance, make in makers:
            if self.maybe(chance):
                made = make()
                if made:
                    fields[name] = made
        if not fields or (component and len(fields) == 2):
            fields["namePrefix"] = "z-"
        self.files[f"{folder}/kustomization.yaml"] = json.dumps(fields, indent=1).encode()

    def _pairs(self) -> dict[str, str]:
        return {self.pick(("app", "team", "example.com/y")): self.pick(("blue", "true", "12", "x-y"))}

    def _labels(self) -> list[dict[str, Any]]:
        entry: dict[str, Any] = {"pairs": self._pairs()}
        if self.maybe(0.4):
            entry["includeSelectors"] = self.maybe(0.6)
        if self.maybe(0.4):
            entry["includeTemplates"] = True
        if self.maybe(0.2):
            entry["fields"] = [{"path": "spec/extra/labels", "create": self.maybe(0.5), **({"kind": "Widget"} if self.maybe(0.5) else {})}]
        return [entry]

    def _images(self) -> list[dict[str, str]]:
        entry = {"name": self.pick(IMAGE_NAMES)}
        for field, values in (("newName", ("quay.io/new", "new")), ("newTag", ("v9", "1.20")), ("digest", ("sha256:ffff",))):
            if self.maybe(0.5):
                entry[field] = self.pick(values)
        return [entry]

    def _replicas(self) -> list[dict[str, Any]]:
        chosen = [name for kind, name, _ in self.objects if kind in ("Deployment", "StatefulSet")]
        return [{"name": self.pick(chosen), "count": self.random.randint(0, 5)}] if chosen else []

    def _options(self) -> dict[str, Any]:
        return {"disableNameSuffixHash": self.maybe(0.5), "labels": self._pairs(), **({"immutable": True} if self.maybe(0.3) else {})}

    def _generators(self, folder: str) -> list[dict[str, Any]]:
        entry: dict[str, Any] = {"name": self.pick((*NAMES, "gen"))}
        if self.maybe(0.5):
            entry["literals"] = [
                f"{key}={self.pick(('v', 'true', chr(34) + 'q' + chr(34), 'a=b', '<&>'))}" for key in self._some(("k", "l"), 1)
            ]
        if self.maybe(0.3):
            self.files[f"{folder}/app.env"] = b"# c\nE=1\nF= two \n\nG"
            entry["envs"] = ["app.env"]
        if self.maybe(0.3):
            self.files[f"{folder}/file.txt"] = self.pick((b"text\n", b"\xff\xfe\x00", b"a\r\nb\r\n", "snow ☃\n".encode(), b"  lead\n"))
            entry["files"] = [self.pick(("file.txt", "key=file.txt"))]
        if self.maybe(0.25):
            entry["behavior"] = self.pick(("merge", "replace", "create"))
        if self.maybe(0.2):
            entry["namespace"] = self.pick(("prod", "default"))
        if self.maybe(0.2):
            entry["options"] = {"disableNameSuffixHash": True, "annotations": self._pairs()}
        return [entry]

    def _patches(self) -> list[dict[str, Any]]:
        return [self._patch() for _ in range(self.random.randint(1, 3))]

    def _patch(self) -> dict[str, Any]:
        kind, name, namespace = self.pick(self.objects) if self.objects else ("ConfigMap", "filler-base", "")
        entry: dict[str, Any] = {}
        if self.maybe(0.45):
            entry["patch"] = self._operations(kind)
            entry["target"] = self._target(kind, name)
        else:
            entry["patch"] = self.yaml(self._merge(kind, name, namespace))
            if self.maybe(0.4):
                entry["target"] = self._target(kind, name)
                if self.maybe(0.15):
                    entry["options"] = {self.pick(("allowNameChange", "allowKindChange")): True}
        return entry

    def _target(self, kind: str, name: str) -> dict[str, str]:
        target: dict[str, str] = {}
        if self.maybe(0.8):
            target["kind"] = kind
        if self.maybe(0.5):
            target["name"] = self.pick((name, name[:2] + ".*", ".*", f"{name}|nothing"))
        if self.maybe(0.1):
            target["labelSelector"] = self.pick(("app", "app=blue", "app in (blue,web)", "!tier", "tier!=x"))
        if self.maybe(0.1):
            target["namespace"] = self.pick(("prod", "default"))
        return target

    def _merge(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        body = self._object(kind, name, namespace if self.maybe(0.9) else "")
        if self.maybe(0.25):
            self._directive(body)
        if self.maybe(0.1):
            body["metadata"]["labels"] = Raw("null")
        return body

    def _directive(self, body: dict[str, Any]) -> None:
        places: list[Any] = [body]
        found: list[dict[str, Any]] = []
        while places:
            value = places.pop()
            if isinstance(value, dict):
                found.append(value)
            places.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        chosen = self.pick(found[1:] or found)
        if chosen is not body["metadata"]:
            chosen["$patch"] = self.pick(("delete", "replace", "merge"))
            if self.maybe(0.5) and "name" in chosen:
                for key in [key for key in chosen if key not in ("name", "$patch")]:
                    del chosen[key]

    def _operations(self, kind: str) -> str:
        paths = ["/metadata/annotations/note", "/metadata/annotations", "/metadata/labels", "/extra"]
        if kind in ("Deployment", "StatefulSet", "DaemonSet"):
            paths += [
                "/spec/replicas",
                "/spec/template/spec/containers/0/image",
                "/spec/template/spec/containers/-",
                "/spec/template/spec/containers/0/env",
            ]
        if self.maybe(0.15):
            paths = ["/metadata/labels/app", "/data/k", "/spec/new", "/spec/template/spec/containers/0/args/-", "/spec"]
        operations = []
        for _ in range(self.random.randint(1, 2)):
            kind_of = self.pick(("add", "add", "replace", "replace")) if self.maybe(0.85) else self.pick(("remove", "test", "copy", "move"))
            operation: dict[str, Any] = {"op": kind_of, "path": self.pick(paths)}
            if kind_of in ("add", "replace", "test"):
                operation["value"] = self.pick(("text", 5, 1.5, True, None, {"a": "b"}, {"name": "added", "image": "nginx"}, "12"))
            elif kind_of != "remove":
                operation["from"] = self.pick(paths)
            operations.append(operation)
        return json.dumps(operations) if self.maybe(0.5) else self.yaml(operations)

    def _merges(self) -> list[str]:
        if not self.objects:
            return []
        return [self.yaml(self._merge(*self.pick(self.objects)))]

    def _json_patches(self) -> list[dict[str, Any]]:
        if not self.objects:
            return []
        kind, name, _ = self.pick(self.objects)
        group, _, version = API_VERSIONS.get(kind, "v1").rpartition("/")
        return [{"target": {"group": group, "version": version, "kind": kind, "name": name}, "patch": self._operations(kind)}]

    def _replacements(self) -> list[dict[str, Any]]:
        if not self.objects:
            return []
        kind, name, _ = self.pick(self.objects)
        other, called, _ = self.pick(self.objects)
        source: dict[str, Any] = {"kind": kind, **({"name": name} if self.maybe(0.8) else {})}
        if self.maybe(0.6):
            source["fieldPath"] = self.pick(
                (
                    "metadata.name",
                    "spec.replicas",
                    "data.k",
                    "spec.template.spec.containers.0.image",
                    "metadata.labels.app",
                    "spec.ports.0.port",
                )
            )
        target: dict[str, Any] = {"select": {"kind": other, **({"name": called} if self.maybe(0.6) else {})}}
        target["fieldPaths"] = [self.pick(("metadata.annotations.copied", "metadata.labels.app", "spec.template.spec.containers.[name=main].image", "data.k", "data.j.a.b",
                                           "spec.template.spec.containers.*.env.[name=A].value", "spec.replicas", "metadata.name", "spec.ports.0.port"))]  # fmt: skip
        for end in (source, target):
            if self.maybe(0.25):
                end["options"] = {"delimiter": self.pick((":", "/", "-")), "index": self.random.randint(0, 1)}
        if self.maybe(0.5):
            target["options"] = {**target.get("options", {}), "create": True}
        return [{"source": source, "targets": [target]}]

    def _vars(self) -> list[dict[str, Any]]:
        if not self.objects:
            return []
        kind, name, _ = self.pick(self.objects)
        reference = {"apiVersion": API_VERSIONS.get(kind, "v1"), "kind": kind, "name": name}
        return [{"name": "THING", "objref": reference, **({"fieldref": {"fieldPath": "metadata.name"}} if self.maybe(0.5) else {})}]

    # -- YAML ----------------------------------------------------------------------------------------------------------

    def yaml(self, value: Any, depth: int = 0) -> str:
        """Block style, scalars in whatever quotes."""
        pad = "  " * depth
        if isinstance(value, dict) and value:
            return "".join(f"{pad}{key}:{self._after(item, depth)}" for key, item in value.items())
        if isinstance(value, list) and value:
            return "".join(f"{pad}-{self._after(item, depth)}" for item in value)
        return f"{pad}{self._scalar(value)}\n"

    def _after(self, item: Any, depth: int) -> str:
        if isinstance(item, dict | list) and item:
            return "\n" + self.yaml(item, depth + 1)
        return f" {self._scalar(item)}\n"

    def _scalar(self, value: Any) -> str:
        if isinstance(value, Raw):
            return str(value)
        if isinstance(value, str):
            plain = (
                value
                and value[0].isalpha()
                and all(char.isalnum() or char in "-./" for char in value)
                and value not in ("true", "null", "yes", "on")
            )
            if plain and self.maybe(0.6):
                return value
            if "\n" not in value and self.maybe(0.5):
                return "'" + value.replace("'", "''") + "'"
        return json.dumps(value)


def overlay(seed: int) -> dict[str, bytes]:
    """The files of a random tree; `top` is what is built."""
    return Maker(seed).tree()
