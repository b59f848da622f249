"""What YAML, schemas and the API server refuse."""

from __future__ import annotations

from checker.pipeline.explanations.entry import Explanation, explained

_VALIDATION = "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"
_NAMES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
_DEPRECATIONS = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"

EXPLANATIONS: tuple[Explanation, ...] = (
    *explained(
        "schema",
        (
            "unknown-field",
            "A field that the kind does not have",
            "The API server drops a field it does not know, so what the author meant never happens; a server-side apply refuses it.",
            "Correct the name, or move the field to where the kind has it.",
            _VALIDATION,
            "spec:\n  replicass: 3",
            "spec:\n  replicas: 3",
        ),
        (
            "wrong-type",
            "A value of another type than the field's",
            "The API server refuses the object. Quotes make text of a number, and yes, no, on and off are booleans without them.",
            "Write the value as the type that the message names.",
            _VALIDATION,
            'ports:\n  - port: "80"',
            "ports:\n  - port: 80",
        ),
        ("missing-field", "A required field is not there", "The API server refuses the object.", "Add the field.", _VALIDATION),
        (
            "invalid-value",
            "A value that the field does not take",
            "The API server refuses the object.",
            "Use one of the values that the message names.",
            _VALIDATION,
        ),
        (
            "unknown-kind",
            "A built-in API group without this kind",
            "The API server answers that there is no such resource, and the whole sync stops.",
            "Correct apiVersion and kind; `kubectl api-resources` lists them.",
        ),
        (
            "removed-api",
            "An API version that the cluster no longer serves",
            "Applying it fails from that Kubernetes version on. Where nobody states the version, one is assumed, and what "
            "another one serves is a warning.",
            "Move to the version that the message names, or state the cluster's Kubernetes by `kubernetes` in the settings.",
            _DEPRECATIONS,
        ),
        (
            "deprecated-api",
            "An API version that will be removed",
            "It works until the cluster is upgraded, and then no longer.",
            "Move to the version that the message names before the upgrade.",
            _DEPRECATIONS,
        ),
        (
            "invalid-name",
            "A name that the API server refuses",
            "Names are DNS labels or subdomains, by kind.",
            "Use lower-case letters, digits, `-` and, where allowed, `.`.",
            _NAMES,
        ),
        (
            "invalid-label",
            "A label or annotation that the API server refuses",
            "Keys and label values have a syntax and a length.",
            "Correct it as the message says.",
            _LABELS,
        ),
        (
            "duplicate-item",
            "Two entries of a list with the same key",
            "One silently wins over the other, or the API server refuses both.",
            "Remove or rename one.",
        ),
        (
            "selector-mismatch",
            "A selector that does not match its own template",
            "The API server refuses a workload whose pods would not belong to it.",
            "Give the template the labels that the selector asks for.",
        ),
        (
            "namespace-scope",
            "A namespace where none belongs, or none where one does",
            "A cluster-scoped object has no namespace; a namespaced one without a namespace lands wherever the controller's default is.",
            "Remove the namespace, or set it in the manifest or the kustomization.",
        ),
        (
            "no-schema",
            "A custom resource that could not be checked",
            "Without its definition nobody can say whether its fields exist.",
            "Add its CustomResourceDefinition to the repository or a schema under `schemas:`; `--require-schemas` makes this an error.",
        ),
        (
            "schema-unusable",
            "A schema that is itself broken",
            "Nothing of its kind was checked.",
            "Repair the definition or the schema file that the message names.",
        ),
        (
            "substituted-value",
            "A value that Flux fills in later",
            "`${NAME}` is replaced before the object is applied, so its type is not known in the file.",
            "Nothing to do: `check` judges the rendered object.",
        ),
        (
            "duplicate-key",
            "The same key twice in one mapping",
            "The last one wins without a word, and a reader believes the first.",
            "Remove one of them.",
            "https://yaml.org/spec/1.2.2/#3.2.1.3.",
            "labels: {a: x}\nlabels: {b: y}",
            "labels: {a: x, b: y}",
        ),
        (
            "invalid-yaml",
            "A document that is not YAML",
            "Nothing in it can be applied or checked.",
            "Correct it at the line that the message names.",
        ),
        (
            "not-an-object",
            "A document without apiVersion and kind",
            "It is no Kubernetes object, so there is nothing to check.",
            "Nothing to do, unless it should be one.",
        ),
        (
            "unreadable-file",
            "A file that cannot be read",
            "It is too large, a link out of the repository, or kept elsewhere (Git LFS, a submodule).",
            "As the message says.",
        ),
        (
            "invalid-kustomization",
            "A kustomization that kustomize would refuse",
            "A field that kustomize does not know, a value of the wrong type, or a path that leads to nothing: every build that "
            "includes the file fails, and the controller applies nothing of it.",
            "Correct the field or the path. `gitops-check build FOLDER` shows what the folder builds to.",
        ),
        (
            "left-to-rendering",
            "A file that only makes sense rendered",
            "A patch or a chart's template is no object by itself; judged alone it would give false alarms.",
            "Nothing to do: `check` judges what it renders to.",
        ),
    ),
)
