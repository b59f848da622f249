"""What the rules without a file of their own mean: those of YAML, schemas, the API server, rendering and suppression."""

from __future__ import annotations

from checker.model.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One rule for people. `bad` and `good` are examples in YAML, empty where none helps."""

    id: str
    area: str
    title: str
    why: str
    fix: str
    bad: str = ""
    good: str = ""
    links: tuple[str, ...] = ()
    takes: tuple[tuple[str, str], ...] = ()
    """Parameters in settings, each with what it is for."""


_VALIDATION = "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"
_NAMES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
_DEPRECATIONS = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"


def _of(
    area: str, *rows: tuple[str, str, str, str] | tuple[str, str, str, str, str] | tuple[str, str, str, str, str, str, str]
) -> tuple[Explanation, ...]:
    """Rows of id, title, why, fix, and then optionally a link, a bad and a good example."""
    made = []
    for row in rows:
        link, bad, good = (*row[4:], "", "", "")[:3]
        made.append(
            Explanation(id=row[0], area=area, title=row[1], why=row[2], fix=row[3], links=(link,) if link else (), bad=bad, good=good)
        )
    return tuple(made)


EXPLANATIONS: tuple[Explanation, ...] = (
    *_of(
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
            "Applying it fails from that Kubernetes version on.",
            "Move to the version that the message names.",
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
    *_of(
        "rendering",
        (
            "could-not-render",
            "A deploy unit that does not build",
            "The controller would fail on it too: nothing of it is applied, and nothing that it should change changes.",
            "Correct what the message names. What the unit deploys is unknown until then: it is never shown as deleted.",
        ),
        (
            "not-supported",
            "A deploy unit that uses something we do not do",
            "A guess could be wrong in silence, so the unit is named and left out of the diff.",
            "Build it with `--engine` of the real tool, or leave it to review.",
        ),
        (
            "remote-base-floating",
            "A remote base without a fixed revision",
            "What it holds can change without a commit in this repository, so nobody reviews the change before it is deployed.",
            "Pin a tag or a commit: `?ref=v1.2.3`.",
            "",
            "resources:\n  - github.com/acme/base?ref=main",
            "resources:\n  - github.com/acme/base?ref=v1.2.3",
        ),
        (
            "remote-source",
            "A deploy unit whose content is not in this repository",
            "A chart or base that is fetched at deploy time cannot be seen here; only the change of its version and values can.",
            "Vendor it and map it under `sources:` in the settings, or pass --allow-network.",
        ),
    ),
    *_of(
        "flux and helm",
        (
            "unknown-variables",
            "A variable may come from an object that is not in the repository",
            "postBuild.substituteFrom names a ConfigMap or Secret that only the cluster has, so what it defines is left as it is written.",
            "Give its values under `clusters` in the settings, or mark the reference `optional: true` if it may be missing.",
        ),
        (
            "unknown-values",
            "Values of a HelmRelease are not in the repository",
            "valuesFrom names a ConfigMap or Secret that only the cluster has, or a secret one; the chart was rendered without them.",
            "Keep values that are no secret in the repository.",
        ),
        (
            "prunes-everything",
            "A Kustomization that prunes renders no objects",
            "Flux deletes whatever it applied before.",
            "Check spec.path and the kustomization; suspend or delete the Kustomization if that is meant.",
        ),
        (
            "api-version-removed",
            "An API version of Flux that the cluster's Flux no longer serves",
            "The API server refuses the object, and the Kustomization that applies it stops.",
            "Move to the version that the message names; `flux migrate` rewrites files.",
        ),
        (
            "source-missing",
            "A unit is made from a source that nothing declares",
            "Unless the source exists in the cluster, nothing is ever applied: Flux waits for it.",
            "Correct the reference (a namespace that is left out is the unit's own), or declare the source.",
        ),
        (
            "swept-in",
            "A hidden file becomes part of a generated kustomization",
            "A folder without kustomization.yaml is taken whole, hidden folders too, so workflow files and editor settings that look like "
            "manifests are applied; one pattern in any .sourceignore lifts the default exclusions.",
            "Exclude the file in .sourceignore, or write a kustomization.yaml that lists what is meant.",
        ),
        (
            "dependency-missing",
            "dependsOn names something that is not in the repository",
            "Unless it exists in the cluster, the unit waits for it for ever.",
            "Correct the name or the namespace, or remove the dependency.",
        ),
        (
            "dependency-cycle",
            "dependsOn goes round in a circle",
            "None of the units is ever applied.",
            "Remove one of the dependencies.",
        ),
        (
            "owned-twice",
            "Two units apply the same object",
            "Each overwrites the other's fields, and when one stops applying it, it is deleted.",
            "Leave it to one of them.",
        ),
        (
            "chart-version-unchanged",
            "A chart in Git changes and its version does not",
            "With reconcileStrategy ChartVersion Flux packs a chart anew only for a new version, so nothing is rolled out.",
            "Raise `version` in Chart.yaml, or set `reconcileStrategy: Revision`.",
        ),
        (
            "assumed-helm",
            "A chart was rendered by another Helm than its cluster's",
            "Releases of Helm differ in what they make of nulls: the cluster may render a chart with nulls in its values otherwise.",
            "Put the `helm` on PATH that the cluster's controller embeds.",
        ),
        (
            "not-reproducible",
            "Parts of a chart change at every render",
            "Its templates draw random values or look at the clock, so what will be applied cannot be predicted.",
            "Give the values yourself, so that the chart does not make them up.",
        ),
    ),
    *_of(
        "argo cd",
        (
            "pinned-revision",
            "An Application that is pinned to a revision",
            "It deploys that tag or commit, so a change to its folder on this branch does not move it.",
            "Raise spec.source.targetRevision when the change is meant to be deployed.",
        ),
        (
            "repeated-resource",
            "An Application that renders one object twice",
            "Argo CD keeps the last one and warns; the others are silently lost.",
            "Remove or rename one of them.",
        ),
        (
            "excluded-resource",
            "An object of a kind that Argo CD leaves out",
            "Its settings exclude the kind (Lease, Event, Endpoints...), so the object is never applied.",
            "Remove the object, or change resource.exclusions.",
        ),
        (
            "sync-refused",
            "An Application that Argo CD would refuse to sync",
            "Its AppProject does not permit the source, the destination or a kind, or pruning would leave nothing; the whole sync stops.",
            "Permit it in the AppProject, move the object, or set allowEmpty where an empty Application is meant.",
        ),
        (
            "generates-nothing",
            "An ApplicationSet that generates no Application",
            "Generators that succeed with no result delete every Application of the set, and with it what they deployed.",
            "Look for a renamed folder or file that the generator no longer matches.",
        ),
        (
            "duplicate-application",
            "An ApplicationSet that generates one name twice",
            "Argo CD creates and updates neither of the two; what is there already stays as it is.",
            "Put what tells the two apart into the name of the template.",
        ),
        (
            "invalid-application",
            "An ApplicationSet that generates a name that is none",
            "The API server refuses it: names are lower-case letters, digits, - and . only. Often a parameter was not filled in.",
            "Correct the parameter's name in the template, or use its normalized form.",
        ),
        (
            "unknown-generator",
            "A generator that Argo CD does not know",
            "It is not an error to Argo CD: it generates nothing, and its Applications are deleted.",
            "Correct the name of the generator.",
        ),
        (
            "assumed-clusters",
            "An ApplicationSet for clusters that the repository does not declare",
            "Clusters are Secrets that seldom stand in Git: only the cluster that Argo CD runs in is known here.",
            "Name the others under `clusters` in the settings with their `server`, or keep their Secrets, without credentials, in Git.",
        ),
    ),
    *_of(
        "policies",
        (
            "policies-not-run",
            "Policies that could not be run",
            "No engine is installed, or it ran out of time or memory: what they would have found is not known.",
            "Install gitops-check[rego], or do what the message says.",
        ),
        (
            "policy-invalid",
            "A policy that cannot be used",
            "It does not compile, or its rules answer in a form that means nothing; the other policies still run.",
            "Correct it at the line that the message names.",
        ),
        (
            "policy-unbound",
            "An admission policy without its other half",
            "A ValidatingAdmissionPolicy without a binding is not applied; a binding without its policy cannot be judged here.",
            "Add the binding, or deploy the policy from this repository too.",
        ),
        (
            "rego-engines-differ",
            "The two Rego engines do not say the same",
            "One of them is wrong about a policy that both were asked (`--verify-rego`).",
            "Write the policy without what they read differently, or choose one engine and know why.",
        ),
        ("policy-error", "A policy file that does not compile", "Its tests cannot run.", "Correct it at the line that the message names."),
        (
            "policy-test",
            "A policy's own test that fails",
            "The policy does not do what its author says it does.",
            "Correct the policy, or the test.",
        ),
    ),
    *_of(
        "settings",
        (
            "settings-invalid",
            "A change that breaks the settings file",
            "It is judged by the settings of its base, but once it is merged every later run would stop at this line.",
            "Correct it as the message says; `gitops-check check --settings .gitops-check.yaml` tries it.",
            "",
            "environments:\n  production: {guarde: true}",
            "environments:\n  production: {guarded: true}",
        ),
    ),
    *_of(
        "suppression",
        (
            "suppression-without-reason",
            "A suppression that does not say why",
            "In a year nobody knows whether it still holds.",
            "Write the reason after the bracket.",
            "",
            "# gitops-check: ignore[image-tag-mutable]",
            "# gitops-check: ignore[image-tag-mutable] preview environment, rebuilt nightly",
        ),
        (
            "baseline-stale",
            "A line of the baseline that nothing is like any more",
            "What it made known is gone, mended perhaps: left in place it would hide the same finding when it comes back.",
            "Take the line out, or write the file anew with `--write-baseline`.",
        ),
        (
            "suppression-expired",
            "A suppression past its date",
            "It was meant to end.",
            "Fix what it hid, or renew it with a new date and reason.",
        ),
    ),
)
