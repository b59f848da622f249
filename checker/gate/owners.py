"""Every file that moves a guarded environment has an owner, and an owner approved where approvals are known or asked for."""

from __future__ import annotations

from checker.gate.because import chains, first_place, shortened
from checker.gate.codeowners import Demand, demands_of, parse_owners
from checker.gate.model import Case, Judgement, Rule, broken, passed, unknown
from checker.model.objects import Location
from checker.model.paths import RepoPath


def judge(case: Case) -> Judgement:
    if not case.moving and not case.gaps:
        return passed(f"{case.environment} does not move")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    if case.options.owners_file is None:
        return unknown(
            "there is no CODEOWNERS file on the base branch",
            because=because,
            fix="add CODEOWNERS, .github/CODEOWNERS or docs/CODEOWNERS",
            location=place,
        )
    entries = parse_owners(case.options.owners_file, case.options.owners_format)
    demands = {path: demands_of(path, entries) for path in _paths(case)}
    without = [path for path, asked in demands.items() if not asked]
    if without:
        return broken(
            f"{without[0]} moves {case.environment} and has no owner" + (f" (and {len(without) - 1} more)" if len(without) > 1 else ""),
            because=because,
            fix="give it an owner in CODEOWNERS, in a change of its own",
            location=Location(path=without[0]),
        )
    if case.parameter("approved") is not True:
        return passed(
            f"every file that moves {case.environment} has an owner",
            shortened([f"{path}: {' '.join(owner for demand in asked for owner in demand.owners)}" for path, asked in demands.items()]),
        )
    return _approved(case, demands, because, place)


def _paths(case: Case) -> list[RepoPath]:
    """The causes; where a unit cannot be seen, every file of the change that lies with it, else all of them."""
    causes = {cause.path for unit in case.moving for cause in unit.causes}
    if case.gaps or not causes:
        causes |= {file.path for file in case.facts.files}
    return sorted(causes)


def _approved(case: Case, demands: dict[RepoPath, tuple[Demand, ...]], because: tuple[str, ...], place: Location | None) -> Judgement:
    if case.options.approvals is None:
        fix = "name who approved: --approved-by NAME, or GITOPS_CHECK_APPROVED_BY (`gitops-check approvers` asks GitHub or GitLab)"
        return unknown("who approved the change is not known", because=because, fix=fix, location=place)
    author = _plain(case.facts.pull_request.author or "")
    approvers = {_plain(name) for name in case.options.approvals} - {author}
    for path, asked in demands.items():
        for demand in asked:
            given = approvers & {_plain(owner) for owner in demand.owners}
            if len(given) < demand.required:
                return _missing(path, demand, len(given), because, author_tried=author in map(_plain, case.options.approvals))
    return passed(f"owners approved every file that moves {case.environment}", because)


def _missing(path: RepoPath, demand: Demand, given: int, because: tuple[str, ...], *, author_tried: bool) -> Judgement:
    owners = " or ".join(demand.owners)
    section = f" in section {demand.section}" if demand.section else ""
    count = f"; {given} of {demand.required} approvals" if demand.required > 1 else ""
    own = "; the author's own approval does not count" if author_tried else ""
    what = f"too few owners approved {path}" if given else f"no owner approved {path}"
    return broken(
        f"{what} ({owners}{section}){count}{own}", because=because, fix=f"ask {owners} for a review", location=Location(path=path)
    )


def _plain(name: str) -> str:
    return name.lstrip("@").casefold()


RULE = Rule(
    id="owners",
    title="Who owns the environment is asked",
    why=(
        "CODEOWNERS speaks of paths, not environments: a base without an owner lets anybody change production. Here the files that move an "
        "environment need one, wherever they are."
    ),
    fix="Name an owner in CODEOWNERS, or ask the owner for a review.",
    judge=judge,
    parameters={"approved": {"type": "boolean"}},
    shorthand="approved",
    takes={
        "approved": "true asks for the approval of an owner, in each section of GitLab's file for as many as it says",
    },
    bad="# CODEOWNERS owns overlays/production; the change is to base/, which nobody owns\n-  replicas: 2\n+  replicas: 3",
    good="rules:\n  owners:\n    production: {approved: true}",
)
