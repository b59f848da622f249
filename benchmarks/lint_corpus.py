"""Manifests to lint: `python benchmarks/lint_corpus.py FOLDER [FILES] [SCHEMAS]`.

Each file holds five objects (Deployment, Service, ConfigMap, HorizontalPodAutoscaler, Ingress), so 2,000 files are 10,000
objects. SCHEMAS gets the bundled schemas of those kinds as single files in kubeconform's layout, strict and not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from checker.validate.bundles import load_bundle
from checker.validate.locations import expand

VERSION = "1.33"
KINDS = {
    "apps/v1": ("Deployment",),
    "v1": ("Service", "ConfigMap"),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "networking.k8s.io/v1": ("Ingress",),
}

_MANIFESTS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: shop
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      serviceAccountName: {name}
      containers:
        - name: app
          image: registry.example.com/shop/{name}:v1.{replicas}.0
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          volumeMounts:
            - name: settings
              mountPath: /etc/{name}
      volumes:
        - name: settings
          configMap:
            name: {name}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: shop
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: shop
data:
  settings.yaml: |
    listen: 0.0.0.0:8080
    upstream: http://backend-{replicas}.shop.svc:8080
    retries: 3
  mode: "production"
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {name}
  namespace: shop
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {name}
  minReplicas: {replicas}
  maxReplicas: 20
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 80
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  namespace: shop
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  ingressClassName: nginx
  tls:
    - hosts: ["{name}.example.com"]
      secretName: {name}-tls
  rules:
    - host: {name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {name}
                port:
                  name: http
"""


def write_manifests(folder: Path, files: int) -> None:
    for number in range(files):
        place = folder / f"team-{number % 50:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"app-{number:06}.yaml").write_text(_MANIFESTS.format(name=f"app-{number:06}", replicas=number % 7 + 1))


def write_schemas(folder: Path) -> str:
    """The template that finds them."""
    template = str(folder / "{{.NormalizedKubernetesVersion}}{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json")
    for api_version, kinds in KINDS.items():
        for kind in kinds:
            for strict in (True, False):
                path = Path(expand(template, api_version=api_version, kind=kind, version=VERSION, strict=strict))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(load_bundle(VERSION).document(api_version, kind, strict=strict)))
    return template


if __name__ == "__main__":
    write_manifests(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
    if len(sys.argv) > 3:
        print(write_schemas(Path(sys.argv[3])))
