"""An Application's spec -> its sources, each with the files that it stands for.

Three places can hold them: the tree at hand, another revision of this repository, and the copy of a remote repository that
settings name. Which `targetRevision` means the tree at hand is a matter of options.revisions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checker.model.objects import JSONValue, dig, mapping, sequence, text
from checker.model.paths import ROOT, PathEscapes, RepoPath, clamped_path, is_within, repo_path
from checker.model.records import dataclass, field
from checker.model.tree import EntryKind, MemoryTree, Tree, nearest
from checker.model.units import DeployUnit, Note, Reason, RenderFailure
from checker.render.options import RenderOptions
from checker.tools.argocd import is_this_repository
from checker.tools.outside import took

_REF = re.compile(r"[a-zA-Z0-9_-]+")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
HOW = "copy it and map it under sources: in the settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The files of a repository: `root` in `tree`."""

    tree: Tree
    root: RepoPath = ROOT
    is_tree_at_hand: bool = True
    is_guess: bool = False
    """No remote of this repository is known, so that the URL may name another one."""

    def path(self, relative: str, base: RepoPath | None = None) -> RepoPath:
        """`relative` to `base`, or to the repository's root when it starts with `/`. Raises PathEscapes."""
        start = self.root if base is None or relative.startswith("/") else base
        found = repo_path(relative.lstrip("/"), start)
        if not is_within(found, self.root):
            raise PathEscapes(f"{relative!r} leaves the repository")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source to render. `body` is what the Application says of it; `path` the folder in `checkout.tree`."""

    body: Mapping[str, JSONValue]
    checkout: Checkout
    path: RepoPath
    is_chart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`refs` are the repositories that value files may name by `$ref`; `failing` those whose content is not at hand, with why."""

    sources: tuple[Source, ...]
    refs: Mapping[str, Checkout] = field(default_factory=dict)
    failing: Mapping[str, RenderFailure] = field(default_factory=dict)
    is_multi: bool = False
    is_normalised: bool = True
    notes: tuple[Note, ...] = ()


def plan_sources(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Plan:
    """Raises RenderFailure for a spec that Argo CD refuses and for content that is not at hand."""
    return Planner(unit, tree, options).plan()


class Planner:
    def __init__(self, unit: DeployUnit, tree: Tree, options: RenderOptions) -> None:
        assert unit.declaration is not None
        self.unit = unit
        self.tree = tree
        self.options = options
        self.spec = mapping(unit.declaration.body.get("spec"))
        self.notes: list[Note] = []

    def plan(self) -> Plan:
        check_destination(self.spec, self.unit)
        dry = mapping(dig(self.spec, "sourceHydrator", "drySource"))
        if dry:
            return Plan(sources=(self.source(dry),), is_normalised=False, notes=tuple(self.notes))
        several = [mapping(item) for item in sequence(self.spec.get("sources"))]
        if not several:
            source = mapping(self.spec.get("source"))
            self.check(source, may_only_refer=False)
            return Plan(sources=(self.source(source),), notes=tuple(self.notes))
        for body in several:
            self.check(body, may_only_refer=True)
        refs, failing = self.refs(several)
        rendered = tuple(self.source(body) for body in several if text(body.get("chart")) or text(body.get("path")))
        return Plan(sources=rendered, refs=refs, failing=failing, is_multi=True, notes=tuple(self.notes))

    def refs(self, several: Sequence[Mapping[str, JSONValue]]) -> tuple[dict[str, Checkout], dict[str, RenderFailure]]:
        refs: dict[str, Checkout] = {}
        failing: dict[str, RenderFailure] = {}
        for body in several:
            name = text(body.get("ref"))
            if not name:
                continue
            if not _REF.fullmatch(name) or name in refs or name in failing:
                raise self.broken(
                    f"spec.sources: ref {name!r} {'is used twice' if _REF.fullmatch(name) else 'may only hold letters, digits, _ and -'}"
                )
            try:
                if text(body.get("chart")):
                    raise self.broken(f"spec.sources: ref {name!r} names a chart; only a Git repository may be referred to")
                refs[name] = self.checkout(body)
            except RenderFailure as failure:
                failing[name] = failure
        return refs, failing

    def check(self, body: Mapping[str, JSONValue], *, may_only_refer: bool) -> None:
        where = "spec.sources" if may_only_refer else "spec.source"
        if not text(body.get("repoURL")):
            raise self.incomplete(f"{where}.repoURL is missing")
        path, chart = text(body.get("path")), text(body.get("chart"))
        is_oci = text(body.get("repoURL")).startswith("oci://")
        if not path and not chart and not is_oci and not (may_only_refer and text(body.get("ref"))):
            raise self.broken(f"{where} needs a path or a chart")
        if chart and not text(body.get("targetRevision")):
            raise self.broken(f"{where}.targetRevision is missing: a chart needs a version")
        if path.startswith("/"):
            raise self.broken(f"{where}.path {path} is absolute; it must be relative to the repository")

    def source(self, body: Mapping[str, JSONValue]) -> Source:
        if text(body.get("chart")):
            return self.chart(body)
        checkout = self.checkout(body)
        wanted = text(body.get("path"))
        try:
            path = checkout.path(wanted)
        except PathEscapes as error:
            raise self.broken(f"spec.source.path {wanted!r} leaves the repository") from error
        if checkout.tree.kind(path) is EntryKind.DIRECTORY:
            return Source(body=body, checkout=checkout, path=path)
        if checkout.tree.kind(path) is EntryKind.SUBMODULE:
            checkout.tree.entries(path)
        if checkout.is_guess:
            raise self.remote(f"{wanted} of {text(body.get('repoURL'))} is not in this repository")
        near = nearest(checkout.tree, path)
        raise self.broken(f"spec.source.path {wanted} is not a folder of {checkout.tree.label}{f'; did you mean {near}?' if near else ''}")

    def checkout(self, body: Mapping[str, JSONValue]) -> Checkout:
        url = text(body.get("repoURL"))
        folder = mapped(url, self.options.sources)
        if folder is not None:
            return Checkout(tree=self.tree, root=folder)
        if is_this_repository(url, self.options.repository_urls):
            return self.at_revision(text(body.get("targetRevision")), text(body.get("tagPrefix")))
        what = text(body.get("path")) or text(body.get("ref")) or "all"
        revision = text(body.get("targetRevision")) or "HEAD"
        is_here = self.tree.kind(clamped_path(text(body.get("path")))) is EntryKind.DIRECTORY
        alias = ", or map it to . if it is this repository by another name (a fork, a mirror)" if is_here else ""
        raise self.remote(f"{what} of {url} at {revision} is not in this repository", alias)

    def at_revision(self, revision: str, prefix: str = "") -> Checkout:
        """The tree at hand for HEAD and the branches it stands for, else the tree of that revision.

        A branch that nobody here can resolve (a shallow clone, a plain folder) is read from the tree at hand, and that is
        said: Argo CD would render the same folder as it was or will be. What is pinned and not here is unknown.
        """
        guess = not self.options.repository_urls
        tag = self.newest_tag(revision, prefix)
        if tag is not None:
            return self.tagged(tag, revision, prefix)
        name = revision.strip().removeprefix("refs/heads/")
        followed = branches(self.options.revisions)
        if name in ("", "HEAD") or name in followed or name in self.options.revisions:
            return Checkout(tree=self.tree, is_guess=guess)
        is_pinned = _looks_pinned(name)
        if not followed and not is_pinned:
            return Checkout(tree=self.tree, is_guess=guess)
        found = self.options.revision_tree(revision) if self.options.revision_tree is not None else None
        if found is not None:
            self.note(f"{self.unit.name} {'is pinned to' if is_pinned else 'follows'} {revision} and is not moved by this change")
            return Checkout(tree=found, is_tree_at_hand=False)
        if is_pinned:
            raise self.unknown(revision, "which is not in this clone")
        self.note(f"{self.unit.name} follows {revision}, which is not in this clone; it is shown as if it followed this change")
        return Checkout(tree=self.tree, is_guess=guess)

    def newest_tag(self, revision: str, prefix: str) -> str | None:
        """The tag that a range of versions means, without its prefix; None for what is no range, and where none fits."""
        from checker.tools.semver import ConstraintError, best_version, parse_constraint, parse_version

        if not revision or parse_version(revision) is not None:
            return revision if prefix and revision else None
        try:
            parse_constraint(revision)
        except ConstraintError as error:
            if prefix:
                raise self.broken(f"targetRevision {revision!r} with tagPrefix {prefix!r} must be a range of versions") from error
            return None
        took("the tags of this repository")
        tags = [tag[len(prefix) :] for tag in self.options.tags() if tag.startswith(prefix)]
        return best_version(revision, [tag for tag in tags if tag != revision])

    def tagged(self, tag: str, revision: str, prefix: str) -> Checkout:
        name = prefix + tag
        found = self.options.revision_tree(f"refs/tags/{name}") if self.options.revision_tree is not None else None
        if found is None:
            raise self.unknown(name, "a tag that is not in this clone")
        if tag == revision:
            self.note(f"{self.unit.name} is pinned to {name} and is not moved by this change")
        else:
            self.note(f"{self.unit.name} follows {revision}, now tag {name}: this change does not move it, the next tag that fits will")
        return Checkout(tree=found, is_tree_at_hand=False)

    def unknown(self, revision: str, why: str) -> RenderFailure:
        return RenderFailure(
            f"{self.unit.name} is at {revision}, {why}; fetch it, with all tags: git fetch --tags origin",
            reason=Reason.REMOTE,
            location=self.unit.origin.location,
        )

    def chart(self, body: Mapping[str, JSONValue]) -> Source:
        from checker.render.helm.copies import find_copy
        from checker.tools.helm import HelmFailed
        from checker.tools.helm.archive import unpacked
        from checker.tools.helm.remote import RemoteChart, Unreachable, fetch

        url, name, version = (text(body.get(field)) for field in ("repoURL", "chart", "targetRevision"))
        bare = url.rstrip("/")
        sources = {known.rstrip("/").removeprefix("oci://"): RepoPath(str(path).strip("/")) for known, path in self.options.sources.items()}
        for known in (f"{bare}/{name}", bare):
            if known.removeprefix("oci://") in sources:
                path = find_copy(self.tree, sources[known.removeprefix("oci://")], name, version)
                return Source(body=body, checkout=Checkout(tree=self.tree, root=path), path=path, is_chart=True)
        is_registry = "://" not in url or url.startswith("oci://")
        registry = f"oci://{bare.removeprefix('oci://')}/{name}" if is_registry else bare
        try:
            archive = fetch(RemoteChart(url=registry, name=name, version=version), allow_network=self.options.allow_network)
            if archive is not None:
                return Source(
                    body=body,
                    checkout=Checkout(tree=MemoryTree(unpacked(archive), f"chart {name}"), is_tree_at_hand=False),
                    path=ROOT,
                    is_chart=True,
                )
        except Unreachable as error:
            raise self.remote(f"chart {name} {version} of {url} could not be fetched ({error.message})") from error
        except HelmFailed as error:
            raise self.broken(error.message) from error
        raise self.remote(f"chart {name} {version} of {url} is not in this repository", ", or pass --allow-network")

    def note(self, message: str) -> None:
        self.notes.append(Note(id="pinned-revision", message=message, location=self.unit.origin.location))

    def broken(self, message: str) -> RenderFailure:
        return RenderFailure(message, location=self.unit.origin.location)

    def incomplete(self, message: str) -> RenderFailure:
        """Of a file that nothing here renders, half an Application may be all there is: something else completes it, or nothing."""
        if self.unit.parent is not None:
            return self.broken(message)
        return RenderFailure(
            f"{message}, and nothing in this repository that lists the file fills it in",
            reason=Reason.REMOTE,
            location=self.unit.origin.location,
        )

    def remote(self, message: str, also: str = "") -> RenderFailure:
        return RenderFailure(f"{message}; {HOW}{also}", reason=Reason.REMOTE, location=self.unit.origin.location)


def check_destination(spec: Mapping[str, JSONValue], unit: DeployUnit) -> None:
    """Exactly one of destination.name and destination.server, or Argo CD applies nothing."""
    destination = mapping(spec.get("destination"))
    name, server = text(destination.get("name")), text(destination.get("server"))
    if bool(name) == bool(server):
        which = "both name and server" if name else "neither name nor server"
        raise RenderFailure(f"spec.destination has {which}; exactly one is needed", location=unit.origin.location)


def mapped(url: str, sources: Mapping[str, RepoPath]) -> RepoPath | None:
    """The folder that settings name for a repository or a part of it."""
    bare = url.rstrip("/").removesuffix(".git")
    for known, folder in sources.items():
        other = known.rstrip("/").removesuffix(".git")
        if bare and (bare == other or bare.startswith(other + "/")):
            return clamped_path(bare[len(other) :], RepoPath(str(folder).strip("/")))
    return None


def branches(revisions: Sequence[str]) -> frozenset[str]:
    """The branch names among revisions such as `origin/main`, `HEAD~1` or a commit id: what an Application may follow."""
    names = (re.sub(r"^(refs/heads/|refs/remotes/[^/]+/|origin/|upstream/)", "", revision) for revision in revisions)
    return frozenset(
        name for name in names if name not in ("", "HEAD") and not re.search(r"[~^:@]|\.\.", name) and not _COMMIT.fullmatch(name)
    )


def _looks_pinned(revision: str) -> bool:
    """Tags and commits, as opposed to branches, by their look: `v1.2.3`, `1.x`, `>=2`, a hexadecimal id, `refs/tags/...`."""
    return (
        revision.startswith("refs/tags/")
        or _COMMIT.fullmatch(revision) is not None
        or re.match(r"[v^~<>=!]*\s*(\d+|\*)([.,\s]|$)", revision) is not None
    )
