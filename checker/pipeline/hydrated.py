"""What the dry sources of a hydrated environment render to, beside what the environment holds: for the rule generated-branch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from checker.gate import Generated, RuleSetting
from checker.model.change import Revision
from checker.model.objects import Origin, dig, mapping, text
from checker.model.paths import KUSTOMIZATION_FILES, PathEscapes, RepoPath, basename, join, repo_path
from checker.model.records import dataclass, replace
from checker.model.settings import EnvironmentSetting
from checker.model.tree import EntryKind, Tree, TreeError
from checker.model.units import BuiltUnit, Controller, DeployUnit
from checker.pipeline.expand import ExpandOptions, expand_one
from checker.render import render_unit
from checker.snapshot import Snapshot
from checker.snapshot.targets import branch_tips, default_target
from checker.tools.git import is_ancestor
from checker.tools.git_commits import past_commits

METADATA = "hydrator.metadata"
"""JSON that names the commit a folder was made from (https://argo-cd.readthedocs.io/en/stable/user-guide/source-hydrator/)."""
MAX_PAST = 20
"""Commits of a dry source that are rendered at most to find the one that explains a folder."""


def generated(
    change: Snapshot, choice: RuleSetting, environments: tuple[EnvironmentSetting, ...], options: ExpandOptions
) -> tuple[Generated, ...]:
    """The hydrated folders of one environment, from the parameters of the rule, else from Applications with a source hydrator."""
    finder = _Finder(change, options)
    folders = mapping(choice.parameters.get("folders"))
    branch = text(choice.parameters.get("branch"), text(choice.parameters.get("value")))
    if folders:
        return tuple(finder.folder(wet, text(dry), branch) for wet, dry in sorted(folders.items()))
    return tuple(finder.applications(choice.environment, branch, environments))


@dataclass(frozen=True)
class _Finder:
    change: Snapshot
    options: ExpandOptions

    def folder(self, wet: str, dry: str, branch: str) -> Generated:
        try:
            hydrated, source = repo_path(wet), repo_path(dry)
        except PathEscapes as error:
            return Generated(folder=RepoPath(wet), source=dry, problem=str(error), fix="name folders of the repository")
        head = self.change.head
        wet_unit = self._render(_folder_unit(head, hydrated), head)
        if not branch:
            return Generated(
                folder=hydrated, source=source, wet=wet_unit, dry=self._render(_folder_unit(head, source), head), is_same_tree=True
            )
        return self._placed(
            hydrated, f"{source} of {branch}", wet_unit, branch, lambda tree: self._render(_folder_unit(tree, source), tree)
        )

    def applications(self, environment: str, branch: str, environments: tuple[EnvironmentSetting, ...]) -> Iterator[Generated]:
        """Those whose hydrated branch is the target; they are declared on `branch`, else on the default branch."""
        target = self.change.facts.pull_request.target_branch or ""
        default = default_target(self.change.repository)
        tip = branch_tips(self.change.repository).get(branch) if branch else next(iter(default.commits), None)
        if tip is None:
            return
        own = any(match.branch for setting in environments if setting.name == environment for match in setting.match)
        declared = branch or default.branch or ""
        for built in expand_one(self._tree(tip), self._on(declared)).built:
            if target in _hydrated_branches(built.unit) and (own or built.unit.environment == environment):
                yield self._application(built.unit, declared, target)

    def _application(self, unit: DeployUnit, declared: str, target: str) -> Generated:
        assert unit.declaration is not None
        hydrator = mapping(dig(unit.declaration.body, "spec", "sourceHydrator"))
        dry, sync = mapping(hydrator.get("drySource")), mapping(hydrator.get("syncSource"))
        folder = repo_path(text(sync.get("path"), "."))
        revision = text(dry.get("targetRevision"))
        branch = declared if revision in ("", "HEAD") else revision.removeprefix("refs/heads/")
        spec = {name: value for name, value in mapping(unit.declaration.body.get("spec")).items() if name != "sourceHydrator"}
        spec["source"] = {"repoURL": dry.get("repoURL"), "targetRevision": target, "path": folder or "."}
        hydrated = replace(unit, path=folder, declaration=replace(unit.declaration, body={**unit.declaration.body, "spec": spec}))
        wet = self._render(hydrated, self.change.head, target)
        return self._placed(
            folder,
            f"{text(dry.get('path'))} of {branch}",
            wet,
            branch,
            lambda tree: self._render(unit, tree, branch),
        )

    def _placed(self, folder: RepoPath, source: str, wet: BuiltUnit, branch: str, render: Callable[[Tree], BuiltUnit]) -> Generated:
        """With the dry source at the commit that the folder says it was made from, else where the branch stands now."""
        place = self.change.repository.place
        tip = branch_tips(self.change.repository).get(branch)
        if tip is None:
            return Generated(
                folder=folder, source=source, problem=f"branch {branch} of the dry source is not in this clone", fix=f"fetch {branch}"
            )
        stated = _stated_commit(self.change.head, folder)
        if stated and self.change.repository.commit_id(stated) is None:
            message = f"{folder or '.'} was made from {stated[:7]}, which is not in this clone"
            return Generated(folder=folder, source=source, problem=message, fix=f"fetch {branch} with its history")
        alien = stated if stated and not is_ancestor(place, stated, tip) else ""
        dry = render(self._tree(stated or tip))
        past = () if stated else _Past(self, tip, render)
        return Generated(
            folder=folder, source=f"{source} at {(stated or tip)[:7]}", wet=wet, dry=dry, alien=alien[:7] if alien else "", past=past
        )

    def _tree(self, commit: str) -> Tree:
        return self.change.repository.tree_at(Revision(name=commit[:7], commit=commit))

    def _on(self, branch: str) -> ExpandOptions:
        """The options for a tree of another branch."""
        return replace(
            self.options,
            discover=replace(self.options.discover, branch=branch, revisions=(branch,)),
            render=replace(self.options.render, revisions=(branch,)),
        )

    def _render(self, unit: DeployUnit, tree: Tree, branch: str = "") -> BuiltUnit:
        options = self._on(branch).render if branch else self.options.render
        return render_unit(unit, tree, options, digest_key=self.options.digest_key)


class _Past:
    """Earlier commits of a dry source, rendered as far as somebody iterates."""

    def __init__(self, finder: _Finder, tip: str, render: Callable[[Tree], BuiltUnit]) -> None:
        self._finder, self._tip, self._render = finder, tip, render

    def __iter__(self) -> Iterator[tuple[str, BuiltUnit]]:
        place = self._finder.change.repository.place
        for commit in past_commits(place, self._tip, (), limit=MAX_PAST):
            yield commit.id, self._render(self._finder._tree(commit.id))


def _hydrated_branches(unit: DeployUnit) -> tuple[str, ...]:
    if unit.controller is not Controller.ARGOCD_APPLICATION or unit.declaration is None:
        return ()
    hydrator = mapping(dig(unit.declaration.body, "spec", "sourceHydrator"))
    return tuple(branch for field in ("syncSource", "hydrateTo") if (branch := text(mapping(hydrator.get(field)).get("targetBranch"))))


def _stated_commit(tree: Tree, folder: RepoPath) -> str:
    """The commit that hydrator.metadata of the folder, or of the branch, names; empty where none does."""
    for path in (join(folder, METADATA), RepoPath(METADATA)):
        if tree.kind(path) is EntryKind.FILE:
            try:
                commit = text(mapping(json.loads(tree.read(path))).get("drySha"))
            except (TreeError, ValueError, RecursionError):
                continue
            if len(commit) >= 40 and all(letter in "0123456789abcdef" for letter in commit):
                return commit
    return ""


def _folder_unit(tree: Tree, folder: RepoPath) -> DeployUnit:
    names = set(tree.entries(folder)) if tree.kind(folder) is EntryKind.DIRECTORY else set()
    controller = Controller.CHART if "Chart.yaml" in names else Controller.DIRECTORY
    if names & set(KUSTOMIZATION_FILES):
        controller = Controller.KUSTOMIZATION
    return DeployUnit(controller=controller, name=basename(folder) or ".", path=folder, origin=Origin(path=folder))
