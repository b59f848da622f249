"""What keeps a unit from being rendered, and what a controller would do with it that nobody expects."""

from __future__ import annotations

from checker.pipeline.explanations.entry import Explanation, explained

EXPLANATIONS: tuple[Explanation, ...] = (
    *explained(
        "rendering",
        (
            "put-away",
            "Objects in a hidden folder that nothing deploys",
            "A folder such as .archive keeps what is not deployed; its changes are shown, but policies would accuse what runs nowhere.",
            "Nothing to do. Name the folder from a unit, or without the dot, and its objects are judged.",
        ),
        (
            "not-deployed",
            "A changed manifest that nothing deploys",
            "No kustomization, chart, folder or Application of the repository uses the file. A resource that was written and never "
            "listed, or was taken out of the list, looks deployed in review and is not.",
            "List it under `resources` of the kustomization that it belongs to, or delete it. Where another repository builds on it, "
            "nothing is wrong: what that one deploys is not seen from here.",
        ),
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
    *explained(
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
            "dropped-field",
            "A field of the kustomization that nothing knows",
            "Flux decodes the kustomization of spec.path leniently and drops what it does not know, so a misspelt list of resources is no "
            "error but an empty one: with pruning, what it listed is deleted.",
            "Correct the name of the field, or remove it.",
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
    *explained(
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
)
