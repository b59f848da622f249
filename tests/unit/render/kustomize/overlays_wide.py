"""Random trees of kustomizations that use everything: layers four deep, several components, built-in kinds as plugins,
configurations, definitions, lists and anchors. Most of them build, because what is patched is there.
"""

# ruff: noqa: E501 - tables of possibilities read better on one line each

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from tests.unit.render.kustomize.overlays import API_VERSIONS, IMAGE_NAMES, KINDS, NAMES, WORDS, Maker, Raw
from tests.unit.render.kustomize.wide_edits import Edits, dotted, places

MORE_KINDS = (*KINDS, "Deployment", "Deployment", "Job", "Pod", "ClusterRole", "PersistentVolume", "StorageClass", "CustomResourceDefinition", "APIService",
              "MutatingWebhookConfiguration", "Gadget", "ServiceMonitor", "PodDisruptionBudget", "Endpoints", "LimitRange", "PriorityClass")  # fmt: skip
VERSIONS = {
    **API_VERSIONS,
    "Job": "batch/v1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "StorageClass": "storage.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "APIService": "apiregistration.k8s.io/v1",
    "MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "Gadget": "example.com/v1beta1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "PodDisruptionBudget": "policy/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
}
TEXTS = (
    "blue",
    "true",
    "12",
    "x-y",
    "",
    "1.0",
    "null",
    "é",
    "a/b",
    "on",
    "0x10",
    "1e2",
    "~",
    "=",
    "2001-01-01",
    "multi\nline",
    "end ",
    "it's",
    '"q"',
)
NAMESPACES = ("prod", "stage", "default", "kube-system")
FILES = {"file.txt": b"text\n", "bin.dat": b"\xff\xfe\x00" * 40, "crlf.conf": b"a\r\nb\r\n", "snow.yaml": "snow: ☃\n".encode(), "lead": b"  lead\n", "app.env": b"# c\nE=1\nF= two \n\nG=\nH=a=b\n", "empty": b"", "tabs": b"\tx\n y \n"}  # fmt: skip


class Wide(Maker):
    """`bodies` are the objects as they stand in files, `generated` what generators of lower layers made."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.edits = Edits(self.random)
        self.bodies: list[dict[str, Any]] = []
        self.generated: list[tuple[str, str]] = []
        self.vars = 0
        self.mine: set[tuple[str, str]] = set()

    def tree(self) -> dict[str, bytes]:
        below = ["../base"]
        self._wide_layer("base", [self._file("base", self.random.randint(2, 5))])
        if self.maybe(0.2):
            self._wide_layer("other", [self._file("other", 2)])
            below.append("../other")
        for name in ("mid", "upper"):
            if self.maybe(0.45):
                self._wide_layer(name, [*below, *([self._file(name, 1)] if self.maybe(0.4) else [])])
                below = [f"../{name}"]
        parts = [f"../{name}" for name in ("part", "piece") if self.maybe(0.25)]
        for part in parts:
            self._wide_layer(part[3:], [self._file(part[3:], 1)] if self.maybe(0.3) else [], kind="Component")
        self._wide_layer("top", [*below, *([self._file("top", 1)] if self.maybe(0.4) else [])], components=parts)
        return self.files

    # -- resources -----------------------------------------------------------------------------------------------------

    def _file(self, folder: str, count: int) -> str:
        made = []
        for _ in range(count):
            kind, name = self.pick(MORE_KINDS), self.pick(NAMES) + self.pick(("", "", "-a", "2"))
            if any(body["kind"] == kind and body["metadata"]["name"] == name for body in self.bodies):
                continue
            made.append(self._wide_object(kind, name))
        self.bodies.extend(made)
        self.objects.extend((body["kind"], body["metadata"]["name"], body["metadata"].get("namespace", "")) for body in made)
        made = made or [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"filler-{folder}"}, "data": {"k": "v"}}]
        how = self.random.random()
        if how < 0.1:
            text = self.yaml({"apiVersion": "v1", "kind": self.pick(("List", "ConfigMapList", "List")), "items": made})
        elif how < 0.2:
            self.files[f"{folder}/resources.json"] = json.dumps(
                _unraw(made[0] if len(made) == 1 else {"apiVersion": "v1", "kind": "List", "items": made})
            ).encode()
            return "resources.json"
        else:
            text = self.pick(("", "---\n", "# head\n", "---\n# none\n---\n")) + "---\n".join(self.yaml(body) for body in made)
        self.files[f"{folder}/resources.yaml"] = text.encode()
        return "resources.yaml"

    def _wide_object(self, kind: str, name: str) -> dict[str, Any]:
        namespace = self.pick(("", "", "", *NAMESPACES))
        body = self._object(kind, name, namespace)
        body["apiVersion"] = VERSIONS.get(kind, "v1")
        if self.maybe(0.4):
            body["metadata"]["labels"] = {key: self.pick(TEXTS) for key in self._some(("app", "tier", "example.com/x"), 1)}
        if self.maybe(0.4):
            body["metadata"]["annotations"] = {key: self.pick(TEXTS) for key in self._some(("note", "config.kubernetes.io/x", "team"), 1)}
        if self.maybe(0.03):
            body["metadata"].setdefault("annotations", {})["config.kubernetes.io/local-config"] = "true"
        return body

    def _job(self) -> dict[str, Any]:
        return {"spec": {"template": {"metadata": {"labels": {"job": "x"}}, "spec": self._pod()}}}

    def _clusterrole(self) -> dict[str, Any]:
        return {"rules": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [self.pick(NAMES), "fixed"], "verbs": ["get"]}]}

    def _persistentvolume(self) -> dict[str, Any]:
        return {"spec": {"claimRef": {"name": self.pick(NAMES), "namespace": self.pick(NAMESPACES)}, "storageClassName": self.pick(NAMES)}}

    def _customresourcedefinition(self) -> dict[str, Any]:
        service = {"name": self.pick(NAMES), "namespace": self.pick(NAMESPACES)}
        return {
            "spec": {"group": "example.com", "names": {"kind": "Widget"}, "conversion": {"webhook": {"clientConfig": {"service": service}}}}
        }

    def _apiservice(self) -> dict[str, Any]:
        return {"spec": {"service": {"name": self.pick(NAMES), "namespace": self.pick(NAMESPACES)}, "group": "x"}}

    _mutatingwebhookconfiguration = Maker._validatingwebhookconfiguration

    def _gadget(self) -> dict[str, Any]:
        return {
            "spec": {
                "configRef": {"name": self.pick(NAMES)},
                "items": [{"id": "a", "v": self.pick(WORDS)}, {"id": "b", "v": Raw("1")}],
                "size": Raw("3"),
                "image": "nginx:1",
                "text": self.pick(WORDS),
            }
        }

    def _servicemonitor(self) -> dict[str, Any]:
        return {
            "spec": {
                "selector": {"matchLabels": {"app": "x"}},
                "endpoints": [{"port": "web"}],
                "namespaceSelector": {"matchNames": ["prod"]},
            }
        }

    def _poddisruptionbudget(self) -> dict[str, Any]:
        return {"spec": {"minAvailable": Raw("1"), "selector": {"matchLabels": {"app": "x"}}}}

    def _pod(self) -> dict[str, Any]:
        spec = super()._pod()
        if self.maybe(0.2):
            spec["affinity"] = {
                "podAntiAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": Raw("1"), "podAffinityTerm": {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "zone"}}
                    ]
                }
            }
        if self.maybe(0.15):
            spec["hostAliases"] = [{"ip": "1.2.3.4", "hostnames": ["a"]}]
        return spec

    # -- kustomizations ------------------------------------------------------------------------------------------------

    def _wide_layer(self, folder: str, resources: list[str], *, kind: str = "", components: list[str] | None = None) -> None:
        fields: dict[str, Any] = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": kind} if kind else {}
        fields.update({name: value for name, value in (("resources", resources), ("components", components or [])) if value})
        makers = (("namespace", 0.3, lambda: self.pick(NAMESPACES)), ("namePrefix", 0.3, lambda: self.pick(("a-", "b-", "a."))), ("nameSuffix", 0.2, lambda: self.pick(("-x", "-v2", "1"))),
                  ("commonLabels", 0.12, self._texts), ("commonAnnotations", 0.2, self._texts), ("labels", 0.3, self._wide_labels), ("images", 0.3, self._wide_images),
                  ("replicas", 0.15, self._wide_replicas), ("patches", 0.55, lambda: self._wide_patches(folder)), ("patchesStrategicMerge", 0.1, lambda: self._wide_merges(folder)),
                  ("patchesJson6902", 0.08, self._wide_json), ("configMapGenerator", 0.3, lambda: self._generated_by(folder, "ConfigMap")), ("secretGenerator", 0.2, lambda: self._generated_by(folder, "Secret")),
                  ("generatorOptions", 0.2, self._wide_options), ("replacements", 0.3, lambda: self._wide_replacements(folder)), ("vars", 0.06, self._wide_vars),
                  ("buildMetadata", 0.08, lambda: self._some(("originAnnotations", "transformerAnnotations", "managedByLabel"), 1)), ("sortOptions", 0.08, self._sorting),
                  ("configurations", 0.08, lambda: self._configurations(folder)), ("crds", 0.05, lambda: self._definitions(folder)), ("transformers", 0.15, lambda: self._transformers(folder)),
                  ("generators", 0.06, lambda: self._generator_objects(folder)), ("validators", 0.01, lambda: self._validators(folder)), ("openapi", 0.03, lambda: self._openapi(folder)))  # fmt: skip
        for name, chance, make in makers:
            if self.maybe(chance) and (made := make()):
                fields[name] = made
        if len(fields) == (2 if kind else 0):
            fields["namePrefix"] = "z-"
        data = self.yaml(fields) if self.maybe(0.6) else json.dumps(_unraw(fields), indent=1)
        self.files[f"{folder}/{'kustomization.yml' if self.maybe(0.1) else 'kustomization.yaml'}"] = data.encode()

    def _texts(self) -> dict[str, str]:
        return {key: self.pick(TEXTS) for key in self._some(("app", "team", "example.com/y"), 1)}

    def _wide_labels(self) -> list[dict[str, Any]]:
        return [self._wide_label() for _ in range(self.random.randint(1, 2))]

    def _wide_label(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"pairs": self._texts()}
        if self.maybe(0.3):
            entry["includeSelectors"] = self.maybe(0.6)
        if self.maybe(0.4):
            entry["includeTemplates"] = self.maybe(0.8)
        if self.maybe(0.3):
            entry["fields"] = [
                {
                    "path": self.pick(("spec/extra/labels", "spec/podSelector/matchLabels", "spec/template/metadata/annotations")),
                    "create": self.maybe(0.5),
                    **({"kind": self.pick(("Widget", "Deployment"))} if self.maybe(0.6) else {}),
                }
            ]
        return [entry][0]

    def _wide_images(self) -> list[dict[str, str]]:
        found = []
        for _ in range(self.random.randint(1, 3)):
            entry = {"name": self.pick(IMAGE_NAMES)}
            for field, chance, values in (
                ("newName", 0.4, ("quay.io/new", "new", "reg:5000/x")),
                ("newTag", 0.5, ("v9", "1.20", "latest")),
                ("digest", 0.3, ("sha256:ffff",)),
                ("tagSuffix", 0.15, ("-alpine",)),
            ):
                if self.maybe(chance):
                    entry[field] = self.pick(values)
            found.append(entry)
        return found

    def _wide_replicas(self) -> list[dict[str, Any]]:
        chosen = [body["metadata"]["name"] for body in self.bodies if body["kind"] in ("Deployment", "StatefulSet")]
        return [{"name": self.pick(chosen), "count": Raw(str(self.random.randint(0, 5)))}] if chosen else []

    def _subject(self) -> dict[str, Any] | None:
        return deepcopy(self.pick(self.bodies)) if self.bodies else None

    def _wide_patches(self, folder: str) -> list[dict[str, Any]]:
        return [patch for number in range(self.random.randint(1, 2)) if (patch := self._wide_patch(folder, number))]

    def _wide_patch(self, folder: str, number: int) -> dict[str, Any]:
        body = self._subject()
        if body is None:
            return {}
        entry: dict[str, Any] = {}
        if self.maybe(0.4):
            operations = self.edits.operations(body)
            text = json.dumps(_unraw(operations)) if self.maybe(0.5) else self.yaml(operations)
            entry["target"] = self._wide_target(body)
        else:
            text = self.yaml(self.edits.merge(body))
            if self.maybe(0.4):
                entry["target"] = self._wide_target(body)
                if self.maybe(0.2):
                    entry["options"] = {self.pick(("allowNameChange", "allowKindChange")): Raw("true")}
            elif self.maybe(0.15) and (other := self._subject()):
                text += "---\n" + self.yaml(self.edits.merge(other))
        if self.maybe(0.3):
            self.files[f"{folder}/patch{number}.yaml"] = text.encode()
            return {**entry, "path": f"patch{number}.yaml"}
        return {**entry, "patch": text}

    def _wide_target(self, body: dict[str, Any]) -> dict[str, str]:
        group, _, version = body["apiVersion"].rpartition("/")
        name = body["metadata"]["name"]
        choices = {"group": (group, ".*"), "version": (version, "v1.*"), "kind": (body["kind"], f"{body['kind']}|Nothing", f"{body['kind'][:4]}.*"), "name": (name, f"{name[:2]}.*", "[a-z0-9-]+", f"({name}|no)"),
                   "namespace": (body["metadata"].get("namespace", ""), ".*", "prod|stage"), "labelSelector": ("app", "tier in (blue,12)", "!none", "app!=x", "app=blue,tier"), "annotationSelector": ("note", "team notin (x)", "!none")}  # fmt: skip
        chances = {
            "group": 0.2,
            "version": 0.2,
            "kind": 0.9,
            "name": 0.6,
            "namespace": 0.1,
            "labelSelector": 0.15,
            "annotationSelector": 0.08,
        }
        return {field: self.pick(values) for field, values in choices.items() if self.maybe(chances[field])}

    def _wide_merges(self, folder: str) -> list[str]:
        body = self._subject()
        if body is None:
            return []
        text = self.yaml(self.edits.merge(body))
        if self.maybe(0.5):
            return [text]
        self.files[f"{folder}/merge.yaml"] = text.encode()
        return ["merge.yaml"]

    def _wide_json(self) -> list[dict[str, Any]]:
        body = self._subject()
        operations = [] if body is None else self.edits.operations(body)
        if body is None or not operations:
            return []
        group, _, version = body["apiVersion"].rpartition("/")
        target = {"version": version, "kind": body["kind"], "name": body["metadata"]["name"], **({"group": group} if group else {})}
        return [{"target": target, "patch": self.yaml(operations)}]

    def _wide_options(self) -> dict[str, Any]:
        return {
            "disableNameSuffixHash": self.maybe(0.4),
            **({"labels": self._texts()} if self.maybe(0.4) else {}),
            **({"annotations": self._texts()} if self.maybe(0.3) else {}),
            **({"immutable": True} if self.maybe(0.2) else {}),
        }

    def _generated_by(self, folder: str, kind: str) -> list[dict[str, Any]]:
        return [self._generator(folder, kind) for _ in range(self.random.randint(1, 2))]

    def _generator(self, folder: str, kind: str) -> dict[str, Any]:
        known = [name for other, name in self.generated if other == kind and (folder, name) not in self.mine]
        entry: dict[str, Any] = {}
        if known and self.maybe(0.5):
            entry.update(name=self.pick(known), behavior=self.pick(("merge", "merge", "replace")))
        else:
            entry["name"] = self.pick((*NAMES, "gen")) + f"-{len(self.generated)}"
            if self.maybe(0.15):
                entry["behavior"] = "create"
            self.generated.append((kind, entry["name"]))
            self.mine.add((folder, entry["name"]))
            self.bodies.append({"apiVersion": "v1", "kind": kind, "metadata": {"name": entry["name"]}, "data": {"k": "v"}})
        if self.maybe(0.8):
            entry["literals"] = [
                f"{key}={self.pick((*TEXTS, '<&>', 'a=b', chr(9) + 'tab'))}" for key in ("k", *self._some(("l.m", "A_B"), 0))
            ]
        if self.maybe(0.4):
            chosen = self._some(tuple(FILES), 1)[:3]
            self.files.update({f"{folder}/{name}": FILES[name] for name in chosen})
            entry["files"] = [self.pick((name, f"key-{name}={name}")) for name in chosen]
        if self.maybe(0.25):
            self.files[f"{folder}/app.env"] = FILES["app.env"]
            entry[self.pick(("envs", "envs", "env"))] = ["app.env"]
            if "env" in entry:
                entry["env"] = "app.env"
        if self.maybe(0.1):
            entry["namespace"] = self.pick(NAMESPACES)
        if self.maybe(0.3):
            entry["options"] = self._wide_options()
        if kind == "Secret" and self.maybe(0.4):
            entry["type"] = self.pick(("Opaque", "kubernetes.io/tls", ""))
        return entry

    def _wide_replacements(self, folder: str) -> list[dict[str, Any]]:
        made = [one for _ in range(self.random.randint(1, 2)) if (one := self._wide_replacement())]
        if made and self.maybe(0.2):
            self.files[f"{folder}/replacement.yaml"] = self.yaml(made if self.maybe(0.5) else made[0]).encode()
            return [{"path": "replacement.yaml"}]
        return made

    def _wide_replacement(self) -> dict[str, Any]:
        body = self._subject()
        if body is None:
            return {}
        entry: dict[str, Any] = {"targets": [self._replacement_target() for _ in range(self.random.randint(1, 2))]}
        if self.maybe(0.12):
            return {"sourceValue": self.pick(("v", "5", "a:b", "true")), **entry}
        if self.maybe(0.1):
            entry["targets"].append(
                {"select": {"kind": ".*"}, "fieldPaths": ["metadata.annotations.everywhere"], "options": {"create": Raw("true")}}
            )
        entry["source"] = {"kind": body["kind"], "name": body["metadata"]["name"], "fieldPath": self.edits.source(body)}
        if self.maybe(0.2):
            entry["source"]["options"] = {"delimiter": self.pick((":", "/", "-")), "index": Raw("0")}
        return entry

    def _replacement_target(self) -> dict[str, Any]:
        body = self._subject()
        assert body is not None
        select = {
            "kind": body["kind"],
            **({"name": body["metadata"]["name"]} if self.maybe(0.8) else {}),
            **({"labelSelector": "app"} if self.maybe(0.05) else {}),
        }
        target: dict[str, Any] = {"select": select}
        paths = [self.edits.target(body) for _ in range(self.random.randint(1, 2))]
        target["fieldPaths"] = [path for path, _ in paths]
        options: dict[str, Any] = {}
        if any(create for _, create in paths):
            options["create"] = Raw("true")
        if self.maybe(0.2):
            options.update(delimiter=self.pick((":", "/", "-")), index=Raw(str(self.random.randint(-1, 2))))
        if options:
            target["options"] = options
        if self.maybe(0.15):
            target["reject"] = [{"name": self.pick(NAMES)}, {"kind": "Nothing", "labelSelector": "none"}][: self.random.randint(1, 2)]
        return target

    def _wide_vars(self) -> list[dict[str, Any]]:
        body = self._subject()
        if body is None:
            return []
        self.vars += 1
        name = "THING" if self.vars == 1 else f"THING{self.vars}"
        entry: dict[str, Any] = {
            "name": name,
            "objref": {"apiVersion": body["apiVersion"], "kind": body["kind"], "name": body["metadata"]["name"]},
        }
        singles = [path for path, value in places(body) if isinstance(value, str) and value]
        if singles and self.maybe(0.5):
            path = self.pick(singles)
            entry["fieldref"] = {
                "fieldPath": dotted(self.random, path, body, target=False) if self.maybe(0.8) else ".".join(map(str, path))
            }
        return [entry]

    def _sorting(self) -> dict[str, Any]:
        if self.maybe(0.5):
            return {"order": self.pick(("fifo", "legacy"))}
        return {"order": "legacy", "legacySortOptions": {"orderFirst": ["Service", "ConfigMap"], "orderLast": ["Deployment", "Namespace"]}}

    def _configurations(self, folder: str) -> list[str]:
        config: dict[str, Any] = {
            "nameReference": [
                {
                    "kind": "ConfigMap",
                    "version": "v1",
                    "fieldSpecs": [{"path": self.pick(("spec/configRef/name", "spec/configRef")), "kind": "Gadget"}],
                }
            ],
            "images": [{"path": self.pick(("spec/image", "spec/items/image", "spec/items[]/image")), "kind": "Gadget"}],
            "replicas": [{"path": "spec/size", "create": Raw("true"), "kind": "Gadget"}],
            "varReference": [{"path": self.pick(("spec/text", "spec/items/v")), "kind": "Gadget"}],
            "commonLabels": [{"path": "spec/selector/more", "create": Raw("true"), "kind": self.pick(("Gadget", "Service"))}],
            "commonAnnotations": [{"path": "spec/notes", "create": Raw("true"), "kind": "Gadget"}],
            "namePrefix": [{"path": "spec/text", "kind": "Gadget"}],
            "nameSuffix": [{"path": "metadata/name", "kind": self.pick(("Gadget", "Service"))}],
            "namespace": [{"path": self.pick(("spec/namespace", "metadata/namespace")), "create": Raw("true"), "kind": "Gadget"}],
            "labels": [{"path": "spec/labels", "create": Raw("true"), "kind": "Gadget"}],
        }
        chosen = self._some(tuple(config), 1)
        self.files[f"{folder}/config.yaml"] = self.yaml({key: config[key] for key in chosen[:4]}).encode()
        return ["config.yaml"]

    def _definitions(self, folder: str) -> list[str]:
        properties = {
            "configRef": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "ConfigMap"},
            "text": {"x-kubernetes-identity": ""},
            "notes": {"x-kubernetes-annotation": ""},
        }
        own = {
            "com.example.v1beta1.Gadget": {
                "Schema": {"properties": {"apiVersion": {}, "kind": {}, "metadata": {}, "spec": {"$ref": "com.example.v1beta1.GadgetSpec"}}}
            },
            "com.example.v1beta1.GadgetSpec": {"Schema": {"properties": properties}},
        }
        self.files[f"{folder}/crd.json"] = json.dumps(own).encode()
        return ["crd.json"]

    def _openapi(self, folder: str) -> dict[str, str]:
        items = {"type": "array", "items": {"type": "object"}, "x-kubernetes-patch-merge-key": "id", "x-kubernetes-patch-strategy": "merge"}
        gadget = {
            "type": "object",
            "properties": {"spec": {"type": "object", "properties": {"items": items}}},
            "x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Gadget", "version": "v1beta1"}],
        }
        self.files[f"{folder}/schema.json"] = json.dumps({"definitions": {"com.example.v1beta1.Gadget": gadget}}).encode()
        return {"path": "schema.json"}

    def _plugin(self, folder: str, file: str, bodies: list[dict[str, Any]]) -> list[str]:
        text = "---\n".join(self.yaml({"apiVersion": "builtin", **body}) for body in bodies)
        if self.maybe(0.3):
            return [text]
        self.files[f"{folder}/{file}"] = text.encode()
        return [file]

    def _transformers(self, folder: str) -> list[str]:
        name = {"name": "t"}
        body = self._subject() or {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
        choices: tuple[dict[str, Any], ...] = (
            {
                "kind": "LabelTransformer",
                "metadata": name,
                "labels": self._texts(),
                "fieldSpecs": [
                    {"path": "metadata/labels", "create": Raw("true")},
                    {"path": "spec/selector/matchLabels", "kind": "Deployment"},
                ],
            },
            {
                "kind": "AnnotationsTransformer",
                "metadata": name,
                "annotations": self._texts(),
                "fieldSpecs": [{"path": "metadata/annotations", "create": Raw("true")}],
            },
            {
                "kind": "NamespaceTransformer",
                "metadata": {"name": "t", "namespace": self.pick(NAMESPACES)},
                "unsetOnly": self.maybe(0.5),
                "setRoleBindingSubjects": self.pick(("none", "defaultOnly", "allServiceAccounts")),
                "fieldSpecs": [{"path": "metadata/name", "kind": "Namespace", "create": Raw("true")}],
            },
            {"kind": "PrefixTransformer", "metadata": name, "prefix": "p-", "fieldSpecs": [{"path": "metadata/name"}]},
            {
                "kind": "SuffixTransformer",
                "metadata": name,
                "suffix": "-s",
                "fieldSpecs": [{"path": "metadata/name", "kind": "Deployment"}],
            },
            {
                "kind": "PrefixSuffixTransformer",
                "metadata": name,
                "prefix": "p-",
                "suffix": "-s",
                "fieldSpecs": [{"path": "metadata/name"}],
            },
            {
                "kind": "ImageTagTransformer",
                "metadata": name,
                "imageTag": {"name": "nginx", "newTag": "v3"},
                "fieldSpecs": [{"path": "spec/image"}],
            },
            {
                "kind": "ReplicaCountTransformer",
                "metadata": name,
                "replica": {"name": body["metadata"]["name"], "count": Raw("3")},
                "fieldSpecs": [{"path": "spec/replicas", "create": Raw("true"), "kind": body["kind"]}],
            },
            {"kind": "PatchTransformer", "metadata": name, "patch": self.yaml(self.edits.merge(body)), "target": self._wide_target(body)},
            {"kind": "PatchStrategicMergeTransformer", "metadata": name, "patches": self.yaml(self.edits.merge(body))},
            {
                "kind": "PatchJson6902Transformer",
                "metadata": name,
                "target": {"kind": body["kind"], "name": body["metadata"]["name"]},
                "jsonOp": json.dumps(_unraw(self.edits.operations(body))),
            },
            {"kind": "ReplacementTransformer", "metadata": name, "replacements": self._wide_replacements(folder)},
            {
                "kind": "ValueAddTransformer",
                "metadata": name,
                "value": "vv",
                "targets": [{"fieldPath": self.pick(("metadata/annotations/v", "spec/path", "metadata/namespace"))}],
            },
            {"kind": "HashTransformer", "metadata": name},
        )
        return self._plugin(folder, "transformer.yaml", [self.pick(choices)])

    def _generator_objects(self, folder: str) -> list[str]:
        kind = self.pick(("ConfigMap", "Secret"))
        entry = self._generator(folder, kind)
        return self._plugin(folder, "generator.yaml", [{"kind": f"{kind}Generator", "metadata": {"name": entry.pop("name")}, **entry}])

    def _validators(self, folder: str) -> list[str]:
        return self._plugin(
            folder,
            "validator.yaml",
            [
                {
                    "kind": "LabelTransformer",
                    "metadata": {"name": "v"},
                    "labels": {"app": "blue"},
                    "fieldSpecs": [{"path": "metadata/labels", "create": self.maybe(0.3)}],
                }
            ],
        )


def _unraw(value: Any) -> Any:
    """Scalars that are written as they stand, as JSON values."""
    if isinstance(value, dict):
        return {key: _unraw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unraw(item) for item in value]
    if isinstance(value, Raw):
        try:
            return json.loads(value)
        except ValueError:
            return None if value in ("", "~") else str(value)
    return value


def wide_overlay(seed: int) -> dict[str, bytes]:
    """The files of a random tree; `top` is what is built."""
    return Wide(seed).tree()
