"""A repository with secret values wherever people put them, some of them in files that are broken right beside the value."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from itertools import count

SECRETS: list[str] = []
"""Every value that was written; each occurs once."""
_NUMBERS = count(1)


def shaped(prefix: str, new: Callable[[], str]) -> str:
    """A value that its maker's prefix gives away, of the length that such values have."""
    made = f"{prefix}{hashlib.sha256(new().encode()).hexdigest()[:36].upper()}" if prefix != "AKIA" else ""
    made = made or f"AKIA{hashlib.sha256(new().encode()).hexdigest()[:16].upper()}"
    SECRETS[-1] = made
    return made


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def repository(round_: str) -> dict[str, str]:
    """The files; another `round_` has other values, so that everything changes."""
    return dict(_files(round_))


def _files(round_: str) -> Iterator[tuple[str, str]]:
    def new() -> str:
        SECRETS.append(f"hunter-{next(_NUMBERS):02d}-{round_}-zQ7fK")
        return SECRETS[-1]

    yield (
        "apps/shop/secrets.yaml",
        f"""apiVersion: v1
kind: Secret
metadata:
  name: plain
  namespace: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{{"data":{{"a":"{encoded(new())}"}}}}'
data:
  password: {encoded(new())}
  broken-base64: {new()}!
  number: 12345
stringData:
  token: {new()}
  config.yaml: |
    database:
      password: {new()}
---
apiVersion: v1
kind: Secret
metadata: {{name: docker, namespace: shop}}
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {encoded('{"auths": {"r.example": {"password": "' + new() + '"}}}')}
---
apiVersion: v1
kind: Secret
metadata: {{name: misspelt, namespace: shop}}
stringdata:
  token: {new()}
---
apiVersion: v1
kind: Secret
metadata: {{name: nested, namespace: shop}}
data:
  deep: {{password: {new()}}}
  list: [{new()}]
""",
    )
    yield (
        "apps/shop/deployment.yaml",
        f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: shop, namespace: shop}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: shop}}}}
  template:
    metadata: {{labels: {{app: shop}}}}
    spec:
      initContainers:
        - name: init
          image: registry.example/init:1
          env: [{{name: INIT_TOKEN, value: {new()}}}]
      containers:
        - name: shop
          image: registry.example/shop:1
          args: ["--db-password={new()}", "--token", "{new()}", "--verbose"]
          env:
            - {{name: DB_PASSWORD, value: {new()}}}
            - {{name: API_KEY, value: {new()}}}
            - {{name: AWS_SECRET_ACCESS_KEY, value: {new()}}}
            - {{name: clientSecret, value: {new()}}}
            - {{name: SLACK_WEBHOOK_TOKEN, value: {new()}}}
            - {{name: DATABASE_URL, value: "postgres://shop:{new()}@db/shop"}}
            - {{name: DB_PASSWORD, value: {new()}}}
            - {{name: PASSPHRASE, value: {new()}, valeu: {new()}}}
            - {{name: PRIVATE_KEY, value: [{new()}]}}
""",
    )
    yield (
        "apps/shop/config.yaml",
        f"""apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: shop}}
data:
  ADMIN_PASSWORD: {new()}
  application.properties: |
    spring.datasource.password={new()}
    spring.datasource.url=jdbc:x
  config.yaml: |
    auth:
      clientSecret: "{new()}"
  key.pem: |
    -----BEGIN PRIVATE KEY-----
    {new()}
    -----END PRIVATE KEY-----
""",
    )
    yield (
        "apps/shop/marks.yaml",
        f"""apiVersion: v1
kind: Service
metadata:
  name: marks
  namespace: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {{"spec":{{"env":[{{"name":"DB_PASSWORD","value":"{new()}"}}],"clientSecret":"{new()}"}}}}
    example.com/tls: |
      -----BEGIN RSA PRIVATE KEY-----
      {new()}
      -----END RSA PRIVATE KEY-----
    example.com/api-token: {new()}
    example.com/upstream: "amqp://shop:{new()}@queue/%2f"
spec: {{selector: {{app: shop}}, ports: [{{port: 80}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: texts, namespace: shop}}
data:
  config.json: '{{"db": {{"password": "{new()}", "port": 5432}}, "apiKey": "{new()}"}}'
  pretty.json: |
    {{
      "auths": {{"r.example": {{"auth": "{encoded("shop:" + new())}", "password": "{new()}"}}}},
      "client_secret" : "{new()}"
    }}
  nginx.conf: |
    proxy_set_header Authorization "Bearer {new()}";
  curlrc: 'header = "Authorization: Basic {encoded("shop:" + new())}"'
  settings.toml: |
    [auth]
    secret_key = '{new()}'
  url.txt: https://hooks.example.com/in?token={new()}&channel=shop
  values: "--set auth.password={new()},replicas=2"
  github.txt: use {shaped("ghp_", new)} to clone
  aws.ini: |
    aws_access_key_id = {shaped("AKIA", new)}
    aws_secret_access_key = {new()}
---
apiVersion: batch/v1
kind: CronJob
metadata: {{name: shell, namespace: shop}}
spec:
  schedule: "0 1 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: shell
              image: registry.example/shell:1
              command: ["sh", "-c", "mysqldump --password={new()} shop && curl -H 'Authorization: Bearer {new()}' https://x.example"]
              args: ["--auth-token={new()}", "-e", "PGPASSWORD={new()} psql"]
              lifecycle: {{preStop: {{exec: {{command: ["sh", "-c", "PASSWORD={new()} stop"]}}}}}}
              livenessProbe: {{httpGet: {{path: /, port: 80, httpHeaders: [{{name: Authorization, value: "Bearer {new()}"}}]}}}}
---
apiVersion: example.com/v1
kind: Database
metadata: {{name: custom, namespace: shop}}
spec: {{adminPassword: {new()}, connection: {{apiToken: {new()}, uri: "mongodb+srv://u:{new()}@db/x"}}}}
""",
    )
    yield (
        "apps/shop/kustomization.yaml",
        f"""apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
resources: [secrets.yaml, deployment.yaml, config.yaml, marks.yaml, release.yaml, sops.yaml]
secretGenerator:
  - name: generated
    literals: [password={new()}, "other={new()}"]
  - name: from-files
    files: [token.txt]
    envs: [secret.env]
""",
    )
    yield "apps/shop/token.txt", new()
    yield "apps/shop/secret.env", f"ENV_PASSWORD={new()}\nENV_TOKEN={new()}\n"
    yield (
        "apps/shop/sops.yaml",
        f"""apiVersion: v1
kind: Secret
metadata: {{name: sealed, namespace: shop}}
stringData:
  password: ENC[AES256_GCM,data:{encoded(new())},iv:{encoded(new())},tag:{encoded(new())},type:str]
sops:
  age:
    - recipient: age1x
      enc: |
        -----BEGIN AGE ENCRYPTED FILE-----
        {encoded(new())}
        -----END AGE ENCRYPTED FILE-----
  mac: ENC[AES256_GCM,data:{encoded(new())},iv:{encoded(new())},tag:{encoded(new())},type:str]
  version: 3.9.0
""",
    )
    yield (
        "apps/shop/release.yaml",
        f"""apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: db, namespace: shop}}
spec:
  interval: 5m
  chart: {{spec: {{chart: charts/db, sourceRef: {{kind: GitRepository, name: flux-system, namespace: flux-system}}}}}}
  values:
    auth:
      password: {new()}
      adminPassword: {new()}
      apiKey: {new()}
    extraEnv: [{{name: REPLICATION_PASSWORD, value: {new()}}}]
    connection: "postgres://admin:{new()}@db/x"
    unknownn: {{token: {new()}}}
""",
    )
    yield "charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"
    yield "charts/db/values.yaml", f"auth: {{password: {new()}, adminPassword: ''}}\n"
    yield (
        "charts/db/templates/all.yaml",
        """apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: {{ .Values.auth.password | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: db}
data: {adminPassword: {{ .Values.auth.adminPassword | quote }}}
""",
    )
    yield "charts/fails/Chart.yaml", "apiVersion: v2\nname: fails\nversion: 1.0.0\n"
    yield "charts/fails/values.yaml", f"password: {new()}\nsecretToken: {new()}\n"
    yield "charts/fails/templates/all.yaml", '{{ fail (printf "refusing %s" .Values.password) }}\n'
    yield "charts/mistyped/Chart.yaml", "apiVersion: v2\nname: mistyped\nversion: 1.0.0\n"
    yield "charts/mistyped/values.yaml", f"password: {new()}\n"
    yield (
        "charts/mistyped/templates/all.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {password: {{ .Values.password }}: {{ .Values.password }}\n",
    )
    yield "charts/mistyped/values.schema.json", '{"properties": {"password": {"type": "string", "maxLength": 3}}}'
    yield (
        "apps/broken/kustomization.yaml",
        f"""resources: [secret.yaml]
patches:
  - patch: |
      apiVersion: v1
      kind: Secret
      metadata: {{name: nowhere}}
      stringData: {{password: {new()}}}
""",
    )
    yield (
        "apps/broken/secret.yaml",
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData:\n  password: {new()}\n  password: {new()}\n",
    )
    yield "apps/unparsed/secret.yaml", f"apiVersion: v1\nkind: Secret\nstringData:\n  password: {new()}\n   token: {new()}\n  '{new()}\n"
    yield (
        "clusters/production/shop.yaml",
        f"""apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: shop, namespace: flux-system}}
spec:
  interval: 5m
  path: ./apps/shop
  prune: true
  decryption: {{provider: sops}}
  sourceRef: {{kind: GitRepository, name: flux-system}}
  postBuild: {{substitute: {{db_password: {new()}}}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{interval: 1m, url: "https://user:{new()}@git.example.com/shop/deploy.git", ref: {{branch: main}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: db, namespace: argocd}}
spec:
  project: default
  destination: {{name: production, namespace: db}}
  source:
    repoURL: https://git.example.com/shop/deploy.git
    path: charts/db
    targetRevision: main
    helm:
      values: |
        auth:
          password: {new()}
      valuesObject: {{auth: {{adminPassword: {new()}}}}}
      parameters: [{{name: auth.password, value: {new()}}}]
""",
    )
