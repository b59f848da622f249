"""Valid manifests to break, and short ways from text to findings."""

from __future__ import annotations

from checker.model.findings import Finding
from checker.model.paths import RepoPath
from checker.validate import ValidatedFiles, ValidateOptions, validate_files

FILE = RepoPath("apps/web.yaml")

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    app: web
spec:
  replicas: 2
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      app: web
  strategy:
    type: RollingUpdate
  template:
    metadata:
      labels:
        app: web
    spec:
      serviceAccountName: web
      terminationGracePeriodSeconds: 30
      restartPolicy: Always
      containers:
        - name: app
          image: registry.example.com/web:1.2.3
          imagePullPolicy: IfNotPresent
          args: ["--verbose"]
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
          securityContext:
            runAsUser: 1000
            readOnlyRootFilesystem: true
          livenessProbe:
            initialDelaySeconds: 5
            httpGet:
              path: /healthz
              port: http
          volumeMounts:
            - name: settings
              mountPath: /etc/web
      volumes:
        - name: settings
          configMap:
            name: web
"""

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: ClusterIP
  sessionAffinity: None
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: http
      protocol: TCP
"""

CRONJOB = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: "0 3 * * *"
  concurrencyPolicy: Forbid
  successfulJobsHistoryLimit: 1
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: registry.example.com/report:2
              imagePullPolicy: Always
"""

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  ingressClassName: nginx
  tls:
    - hosts: [web.example.com]
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
                  number: 80
"""

AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  minReplicas: 2
  maxReplicas: 5
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 80
"""

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  volumeMode: Filesystem
  accessModes:
    - ReadWriteOnce
  storageClassName: fast
  resources:
    requests:
      storage: 10Gi
"""

ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
rules:
  - apiGroups: [""]
    resources: [pods]
    verbs: [get, list]
"""

KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  wait: true
  sourceRef:
    kind: GitRepository
    name: flux-system
"""

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names:
    kind: Widget
    plural: widgets
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size:
                  type: integer
                  minimum: 1
                  exclusiveMinimum: true
                colour:
                  type: string
                  enum: [red, green]
                note:
                  type: string
                parked:
                  type: string
                  nullable: true
                port:
                  x-kubernetes-int-or-string: true
                free:
                  type: object
                  x-kubernetes-preserve-unknown-fields: true
                template:
                  type: object
                  x-kubernetes-embedded-resource: true
                  x-kubernetes-preserve-unknown-fields: true
                tags:
                  type: object
                  additionalProperties:
                    type: string
    - name: v1alpha1
      served: false
      storage: false
      schema:
        openAPIV3Schema: {type: object}
"""

WIDGET = """\
apiVersion: example.com/v1
kind: Widget
metadata:
  name: one
spec:
  size: 3
  colour: red
"""

VALID = (DEPLOYMENT, SERVICE, CRONJOB, INGRESS, AUTOSCALER, CLAIM, ROLE, KUSTOMIZATION, CRD)


def check(text: str, options: ValidateOptions | None = None) -> ValidatedFiles:
    return validate_files([(FILE, text.encode())], options or ValidateOptions())


def said(text: str, options: ValidateOptions | None = None) -> list[str]:
    """`line:column rule message` of every finding."""
    return [line(finding) for finding in check(text, options).checked.findings]


def line(finding: Finding) -> str:
    return f"{finding.location.line}:{finding.location.column} {finding.rule} {finding.message}"
