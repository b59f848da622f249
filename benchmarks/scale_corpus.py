"""A repository of many Applications: 20 ApplicationSets of every kind of generator, over overlays, charts and plain folders.

`write_repository(folder, count)` commits it on `main`, and one changed file on `change`. Ten objects for each Application.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

SETS = 20
BASES = 5
CHARTS = 4
REGIONS = 5
URL = "https://git.example.com/shop/platform.git"
_GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "core.fsync=none", "-c", "gc.auto=0")


def write_repository(folder: Path, count: int) -> None:
    """`count` Applications, a multiple of 100."""
    each = count // SETS
    for path, text in files(each):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git(folder, "init", "--quiet", "--initial-branch=main", ".")
    git(folder, "remote", "add", "origin", URL)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "everything")
    git(folder, "switch", "--quiet", "--create", "change")
    file = folder / "overlays/team-0/app-1/patch.yaml"
    file.write_text(file.read_text().replace("Limit: 3", "Limit: 4"))
    git(folder, "commit", "--quiet", "--all", "--message", "one file")


def git(folder: Path, *words: str) -> None:
    subprocess.run([*_GIT, *words], cwd=folder, check=True)


def files(each: int) -> Iterator[tuple[str, str]]:
    """Path and content of every file; `each` Applications from every set."""
    for number in range(BASES):
        yield from _base(f"bases/base-{number}")
    for number in range(CHARTS):
        yield from _chart(f"charts/chart-{number}")
    for cluster in range(each):
        yield f"clusters/cluster-{cluster}.yaml", _cluster(f"cluster-{cluster}")
    for number in range(SETS):
        yield f"sets/set-{number}.yaml", _set(number, each)
        yield from _sources(number, each)


def _sources(number: int, each: int) -> Iterator[tuple[str, str]]:
    """What the Applications of one set are made from."""
    if number < 7:
        for app in range(each):
            yield from _overlay(f"overlays/team-{number}/app-{app}", number, app)
    elif number < 11:
        for app in range(each):
            config = {"app": {"name": f"shop-{number}-{app}", "replicas": 2 + app % 3, "tag": f"1.{app % 7}.0"}}
            yield f"config/team-{number}/app-{app}.json", json.dumps(config, indent=2)
    elif number < 15:
        for app in range(each):
            for path, text in _base(f"plain/team-{number}/app-{app}"):
                if not path.endswith("kustomization.yaml"):
                    yield path, text.replace("name: web", f"name: web-{number}-{app}").replace("app: web", f"app: web-{number}-{app}")
    elif number < 18:
        yield from _overlay(f"addons/addon-{number}", number, 0)
    else:
        for app in range(each // REGIONS):
            yield from _overlay(f"regional/team-{number}/app-{app}", number, app)


def _set(number: int, each: int) -> str:
    kustomize: dict[str, object] = {"kustomize": {"namePrefix": "{{.region}}-"}}
    if number < 7:
        generator: dict[str, object] = {"git": {"repoURL": URL, "revision": "HEAD", "directories": [{"path": f"overlays/team-{number}/*"}]}}
        return _application_set(number, [generator], f"t{number}-{{{{.path.basename}}}}", {"path": "{{.path.path}}"})
    if number < 11:
        generator = {"git": {"repoURL": URL, "revision": "HEAD", "files": [{"path": f"config/team-{number}/*.json"}]}}
        values = {"valuesObject": {"replicas": "{{.app.replicas}}", "tag": "{{.app.tag}}", "name": "{{.app.name}}"}}
        return _application_set(number, [generator], "{{.app.name}}", {"path": f"charts/chart-{number % CHARTS}", "helm": values})
    if number < 15:
        generator = {"list": {"elements": [{"name": f"app-{app}"} for app in range(each)]}}
        return _application_set(number, [generator], f"p{number}-{{{{.name}}}}", {"path": f"plain/team-{number}/{{{{.name}}}}"})
    if number < 18:
        source = {"path": f"addons/addon-{number}", "kustomize": {"commonAnnotations": {"cluster": "{{.name}}"}}}
        return _application_set(number, [{"clusters": {}}], f"a{number}-{{{{.name}}}}", source, server="{{.server}}")
    directories = {"git": {"repoURL": URL, "revision": "HEAD", "directories": [{"path": f"regional/team-{number}/*"}]}}
    regions = {"list": {"elements": [{"region": f"region-{region}"} for region in range(REGIONS)]}}
    matrix = {"matrix": {"generators": [directories, regions]}}
    return _application_set(number, [matrix], f"r{number}-{{{{.path.basename}}}}-{{{{.region}}}}", {"path": "{{.path.path}}", **kustomize})


def _application_set(number: int, generators: list[object], name: str, source: dict[str, object], *, server: str = "") -> str:
    destination = {"server": server or "https://kubernetes.default.svc", "namespace": f"team-{number}"}
    template = {
        "metadata": {"name": name},
        "spec": {
            "project": "default",
            "source": {"repoURL": URL, "targetRevision": "HEAD", **source},
            "destination": destination,
            "syncPolicy": {"automated": {"prune": True}},
        },
    }
    spec = {"goTemplate": True, "goTemplateOptions": ["missingkey=error"], "generators": generators, "template": template}
    metadata = {"name": f"set-{number}", "namespace": "argocd"}
    return json.dumps({"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": metadata, "spec": spec}, indent=2)


def _cluster(name: str) -> str:
    return f"""\
apiVersion: v1
kind: Secret
metadata:
  name: {name}
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
stringData:
  name: {name}
  server: https://{name}.example.com
  config: "{{}}"
"""


def _overlay(folder: str, number: int, app: int) -> Iterator[tuple[str, str]]:
    above = "../" * (folder.count("/") + 1)
    yield (
        f"{folder}/kustomization.yaml",
        f"""\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: team-{number}
nameSuffix: -{number}-{app}
resources:
  - {above}bases/base-{(number + app) % BASES}
labels:
  - pairs:
      team: team-{number}
images:
  - name: registry.example.com/shop/web
    newTag: 1.{app % 7}.{number}
patches:
  - path: patch.yaml
""",
    )
    yield f"{folder}/patch.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  revisionHistoryLimit: 3\n"


def _base(folder: str) -> Iterator[tuple[str, str]]:
    names = [name for name, _ in MANIFESTS]
    resources = "".join(f"  - {name}.yaml\n" for name in names)
    yield f"{folder}/kustomization.yaml", f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{resources}"
    for name, text in MANIFESTS:
        yield f"{folder}/{name}.yaml", text


def _chart(folder: str) -> Iterator[tuple[str, str]]:
    yield f"{folder}/Chart.yaml", f"apiVersion: v2\nname: {folder.rpartition('/')[2]}\nversion: 1.2.3\nappVersion: 4.5.6\n"
    yield f"{folder}/values.yaml", "replicas: 1\ntag: latest\nname: web\n"
    for name, text in MANIFESTS:
        templated = (
            text.replace("name: web", "name: {{ .Values.name }}")
            .replace("app: web", "app: {{ .Values.name }}")
            .replace("revisionHistoryLimit: 2", "revisionHistoryLimit: {{ .Values.replicas }}")
            .replace("web:1.0.0", "web:{{ .Values.tag }}")
        )
        yield f"{folder}/templates/{name}.yaml", templated


MANIFESTS = (
    (
        "deployment",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  revisionHistoryLimit: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: web
          image: registry.example.com/shop/web:1.0.0
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
            - name: FEATURES
              valueFrom:
                configMapKeyRef:
                  name: web
                  key: features
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
          livenessProbe:
            httpGet:
              path: /live
              port: http
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
""",
    ),
    (
        "service",
        """\
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: http
""",
    ),
    (
        "configmap",
        """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  labels:
    app: web
data:
  features: search,cart
  timeout: 30s
  banner: |
    welcome
    to the shop
""",
    ),
    (
        "serviceaccount",
        """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  labels:
    app: web
automountServiceAccountToken: false
""",
    ),
    (
        "hpa",
        """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
  labels:
    app: web
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
""",
    ),
    (
        "pdb",
        """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
  labels:
    app: web
spec:
  minAvailable: 1
  selector:
    matchLabels:
      app: web
""",
    ),
    (
        "networkpolicy",
        """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  labels:
    app: web
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
  ingress:
    - ports:
        - port: 8080
""",
    ),
    (
        "ingress",
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  labels:
    app: web
spec:
  ingressClassName: nginx
  tls:
    - hosts:
        - web.example.com
      secretName: web-tls
  rules:
    - host: web.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  name: http
""",
    ),
    (
        "role",
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: web
  labels:
    app: web
rules:
  - apiGroups:
      - ""
    resources:
      - configmaps
    verbs:
      - get
      - list
      - watch
""",
    ),
    (
        "rolebinding",
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  labels:
    app: web
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: web
subjects:
  - kind: ServiceAccount
    name: web
    namespace: shop
""",
    ),
)
