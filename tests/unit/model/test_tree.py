from __future__ import annotations

import pytest

from checker.model.paths import ROOT, RepoPath
from checker.model.tree import EntryKind, MemoryTree, Missing, OverlayTree, RecordingTree, Tree, Unreadable, nearest, unchanged, walk


def tree(**changes: bytes) -> MemoryTree:
    files = {"apps/web/deploy.yaml": b"a", "apps/web/service.yaml": b"b", "base/kustomization.yaml": b"c", "readme": b"d"}
    return MemoryTree(
        {RepoPath(path): data for path, data in {**files, **{name.replace("__", "/"): data for name, data in changes.items()}}.items()}
    )


P = RepoPath


def test_a_tree_of_given_files_has_their_directories() -> None:
    assert tree().entries(ROOT) == ("apps", "base", "readme")
    assert tree().entries(P("apps/web")) == ("deploy.yaml", "service.yaml")
    assert tree().kind(P("apps")) is EntryKind.DIRECTORY
    assert tree().kind(P("app")) is None
    assert tree().read(P("readme")) == b"d"
    assert tree().resolve(P("apps/x")) == "apps/x"
    assert tree().label == "memory"


def test_what_is_not_there_is_missing() -> None:
    with pytest.raises(Missing, match="nowhere does not exist"):
        tree().read(P("nowhere"))
    with pytest.raises(Missing):
        tree().entries(P("nowhere"))
    assert tree().identity(P("nowhere")) is None


def test_walking_lists_files_in_order() -> None:
    assert list(walk(tree())) == ["apps/web/deploy.yaml", "apps/web/service.yaml", "base/kustomization.yaml", "readme"]
    assert list(walk(tree(), P("apps"))) == ["apps/web/deploy.yaml", "apps/web/service.yaml"]


def test_an_overlay_replaces_and_adds_files_and_leaves_the_tree_below_alone() -> None:
    below = tree()
    over = OverlayTree(below, {P("apps/web/deploy.yaml"): b"other", P("apps/new/x"): b"n"})
    assert over.read(P("apps/web/deploy.yaml")) == b"other"
    assert over.read(P("readme")) == b"d"
    assert over.entries(P("apps")) == ("new", "web")
    assert over.entries(P("base")) == ("kustomization.yaml",)
    assert over.kind(P("apps/new")) is EntryKind.DIRECTORY
    assert over.kind(P("apps/new/x")) is EntryKind.FILE
    assert over.identity(P("apps")) != below.identity(P("apps"))
    assert over.identity(P("base")) == below.identity(P("base"))
    assert over.resolve(P("apps/new/x")) == "apps/new/x"
    assert over.label == below.label
    assert below.read(P("apps/web/deploy.yaml")) == b"a"


def render(source: Tree) -> None:
    source.read(P("apps/web/deploy.yaml"))
    source.kind(P("apps/web/kustomization.yaml"))
    source.kind(P("apps"))
    source.entries(P("base"))
    source.identity(P("readme"))
    source.resolve(P("apps/web/service.yaml"))


def test_a_recording_remembers_reads_and_misses() -> None:
    recording = RecordingTree(tree())
    render(recording)
    assert set(recording.reads) == {
        "apps/web/deploy.yaml",
        "apps/web/kustomization.yaml",
        "apps",
        "base/",
        "readme",
        "apps/web/service.yaml",
    }
    assert recording.reads["apps/web/kustomization.yaml"] is None
    assert recording.label == "memory"


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"other": b"new"}, True),
        ({"base__kustomization.yaml": b"edited, but only the listing was read"}, True),
        ({"apps__web__deploy.yaml": b"edited"}, False),
        ({"apps__web__kustomization.yaml": b"was missing"}, False),
        ({"base__more.yaml": b"listed"}, False),
        ({"readme": b"edited"}, False),
    ],
)
def test_a_render_is_repeated_only_when_something_it_asked_for_differs(changes: dict[str, bytes], same: bool) -> None:
    recording = RecordingTree(tree())
    render(recording)
    assert unchanged(recording.reads, tree(**changes)) is same


def test_a_listing_that_is_gone_is_a_difference() -> None:
    recording = RecordingTree(tree())
    recording.entries(P("base"))
    with pytest.raises(Missing):
        recording.entries(P("none"))
    assert unchanged(recording.reads, tree())
    assert not unchanged(recording.reads, MemoryTree({}))


class Locked(MemoryTree):
    """A tree in which nothing can be read."""

    def identity(self, path: RepoPath) -> str | None:
        raise Unreadable(path, "is locked")


def test_what_cannot_be_read_is_remembered_with_the_reason() -> None:
    recording = RecordingTree(Locked({P("a"): b"1"}))
    assert recording.kind(P("a")) is EntryKind.FILE
    assert recording.reads == {"a": "unreadable: is locked"}
    assert unchanged(recording.reads, Locked({P("a"): b"2"}))
    assert not unchanged(recording.reads, MemoryTree({P("a"): b"1"}))


def test_a_like_named_path_is_suggested_also_below_a_misspelled_directory() -> None:
    assert nearest(tree(), P("apps/web/deploi.yaml")) == "apps/web/deploy.yaml"
    assert nearest(tree(), P("aps/web")) == "apps/web"
    assert nearest(tree(), P("qqq")) is None
    assert nearest(tree(), P("apps/web/zzzzzz")) is None
