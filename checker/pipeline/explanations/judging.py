"""What is wrong with policies, settings and suppressions themselves."""

from __future__ import annotations

from checker.pipeline.explanations.entry import Explanation, explained

EXPLANATIONS: tuple[Explanation, ...] = (
    *explained(
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
    *explained(
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
    *explained(
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
