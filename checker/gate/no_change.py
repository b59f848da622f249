"""A change that promises to move nothing (a refactoring, by label, trailer or paths) is held to it."""

from __future__ import annotations

from checker.gate.because import chains, first_place, gap_fix, gap_names
from checker.gate.globs import matches
from checker.gate.model import TEXTS, Case, Judgement, Rule, broken, passed, unknown

TRAILER = "Expect-No-Change"


def judge(case: Case) -> Judgement:
    promise = _promise(case)
    if not promise:
        return passed("the change does not promise to move nothing")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    if case.moving:
        return broken(
            f"{promise}, but {case.environment} moves",
            because=because,
            fix="take out what moves it, or take the promise back",
            location=place,
        )
    if case.gaps:
        return unknown(
            f"{promise}, but {gap_names(case.gaps)} could not be rendered", because=because, fix=gap_fix(case.gaps), location=place
        )
    return passed(f"{promise}, and {case.environment} does not move")


def _promise(case: Case) -> str:
    """How this change promises it, empty where it does not. Without parameters a label of the rule's own name does."""
    facts = case.facts
    labels = case.texts("labels") or (() if case.texts("paths") else ("expect-no-change",))
    label = next((label for label in facts.pull_request.labels if label in labels), "")
    if label:
        return f"label {label} promises no change"
    for key, value in facts.trailers:
        if key.lower() == TRAILER.lower() and value.strip() in ("", "*", "all", "true", case.environment):
            return f"trailer {TRAILER} promises no change"
    paths = case.texts("paths")
    if paths and facts.files and all(matches(file.path, paths) for file in facts.files):
        return f"every file of the change matches {', '.join(paths)}, which promises no change"
    return ""


RULE = Rule(
    id="expect-no-change",
    title="A refactoring renders to the same objects",
    why="Moving files about is safe as long as nothing deployed changes, and only rendering both sides can tell.",
    fix="Render both sides until the difference is empty, or split off what is meant to change.",
    judge=judge,
    parameters={"labels": TEXTS, "paths": TEXTS},
    shorthand="labels",
    takes={
        "labels": "labels that promise no change; expect-no-change where neither labels nor paths are given",
        "paths": "globs: a change of such files alone promises no change",
    },
    bad="# pull request labelled refactoring: a folder is moved, and a nameSuffix goes lost\n-nameSuffix: -v2",
    good="rules:\n  expect-no-change: {mode: enforce, labels: [refactoring]}",
)
