"""A guarded environment moves only in changes from listed branches of this repository into listed branches."""

from __future__ import annotations

from checker.gate.because import chains, first_place, gap_names, how
from checker.gate.globs import matches
from checker.gate.model import TEXTS, Case, Judgement, Rule, broken, passed, unknown


def judge(case: Case) -> Judgement:
    moving, gaps = case.moving, case.gaps
    if not moving and not gaps:
        return passed(f"{case.environment} does not move")
    because, place = chains(moving, gaps), first_place(moving, gaps)
    problem = _missing(case) or _forbidden(case)
    if problem is None:
        return passed(f"{case.facts.pull_request.source_branch} may change {case.environment}", because)
    message, fix, is_missing = problem
    if is_missing:
        return unknown(message, because=because, fix=fix, location=place)
    if not moving:
        what = f"{gap_names(gaps)} could not be rendered, so {case.environment} may move; {message}"
        return unknown(what, because=because, fix=fix, location=place)
    return broken(f"{message}; it moves {how(moving)}", because=because, fix=fix, location=place)


Problem = tuple[str, str, bool]


def _missing(case: Case) -> Problem | None:
    """Facts that are needed and not there. A local run has no repositories to compare: what is committed here is no fork's."""
    request = case.facts.pull_request
    environment = case.environment
    if not request.source_branch:
        return (
            f"the head branch is not known, so nobody can say whether it may change {environment}",
            "run on a branch, or name it: --source-branch or GITOPS_CHECK_SOURCE_BRANCH, where CI does not say it by itself",
            True,
        )
    if case.texts("into") and not request.target_branch:
        return (
            f"the target branch is not known, so nobody can say whether {request.source_branch} may change {environment}",
            "name it: --target-branch or GITOPS_CHECK_TARGET_BRANCH, where CI does not say it by itself",
            True,
        )
    from_ci = request.number is not None or request.source_repository or request.target_repository
    if from_ci and request.from_fork is None:
        return (
            f"the repository of {request.source_branch} is not known; it may be a fork's branch of the same name",
            "name both: --source-repository and --target-repository, or GITOPS_CHECK_SOURCE_REPOSITORY and GITOPS_CHECK_TARGET_REPOSITORY",
            True,
        )
    return None


def _forbidden(case: Case) -> Problem | None:
    request = case.facts.pull_request
    source, target = request.source_branch or "", request.target_branch or ""
    sources, targets = case.texts("from"), case.texts("into")
    allowed = f"allowed: {', '.join(sources)}" + (f" into {', '.join(targets)}" if targets else "")
    fix = f"open the change from a branch that matches {' or '.join(sources)}" + (f" into {' or '.join(targets)}" if targets else "")
    environment = case.environment
    if request.from_fork and case.parameter("forks") is not True:
        return (f"{source} is a branch of the fork {request.source_repository} and may not change {environment}; {allowed}", fix, False)
    if not matches(source, sources):
        return (f"{source} may not change {environment}; {allowed}", fix, False)
    if targets and not matches(target, targets):
        return (f"{source} may change {environment}, but not by a merge into {target}; {allowed}", fix, False)
    return None


RULE = Rule(
    id="source-branch",
    title="Only listed branches may change the environment",
    why=(
        "Forges protect branches, not directories or environments: any branch that may be merged can change production, also through a "
        "base that production shares. A branch of a fork with an allowed name does not count, and a head that nobody names fails."
    ),
    fix="Open the change from an allowed branch, or add the branch under `from` in a change of the settings.",
    judge=judge,
    parameters={"from": TEXTS, "into": TEXTS, "forks": {"type": "boolean"}},
    required=("from",),
    shorthand="from",
    takes={
        "from": "globs of head branches that may change the environment",
        "into": "globs of branches that they may be merged into; any where it is left out",
        "forks": "true lets branches of forks count by their name",
    },
    bad=(
        "# pull request from feature/new-checkout into main\n"
        "# apps/base/deployment.yaml, which production shares\n"
        "-  replicas: 2\n"
        "+  replicas: 3"
    ),
    good="rules:\n  source-branch:\n    production: {from: [release/*, hotfix/*], into: [main]}",
)
