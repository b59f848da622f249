from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.model.findings import UsageError
from checker.model.paths import ROOT, RepoPath
from checker.model.tree import EntryKind, Missing, Unreadable, walk
from checker.snapshot import DirectoryTree
from checker.snapshot.directory import Disk

P = RepoPath


def test_a_folder_is_a_tree_without_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.yaml").write_text("x")
    (tmp_path / "a.yaml").write_text("a")
    tree = DirectoryTree(tmp_path, "here")
    assert tree.label == "here"
    assert DirectoryTree(tmp_path).label == str(tmp_path)
    assert tree.entries(ROOT) == ("a.yaml", "b")
    assert list(walk(tree)) == ["a.yaml", "b/x.yaml"]


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        DirectoryTree(tmp_path / "none")


def test_contents_stay_as_first_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    tree = DirectoryTree(tmp_path)
    assert tree.read(P("a")) == b"1"
    before = tree.identity(P("a"))
    (tmp_path / "a").write_text("2")
    (tmp_path / "new").write_text("2")
    assert tree.read(P("a")) == b"1"
    assert tree.identity(P("a")) == before
    assert tree.kind(P("new")) is None


def test_pipes_are_not_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    tree = DirectoryTree(tmp_path)
    assert tree.entries(ROOT) == ()
    assert tree.kind(P("pipe")) is None
    with pytest.raises(Missing):
        tree.read(P("pipe"))
    with pytest.raises(Unreadable, match="it is not a file"):
        Disk(tmp_path).read(P("pipe"), 100)
    with pytest.raises(Unreadable, match="it is not a file"):
        Disk(tmp_path).blob_id(P("pipe"), "sha1")


def test_a_file_that_vanishes_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "a").write_text("1")
    tree = DirectoryTree(tmp_path)
    assert tree.entries(P("dir")) == ("a",)
    (tmp_path / "dir" / "a").unlink()
    with pytest.raises(Unreadable, match="dir/a cannot be read: No such file"):
        tree.read(P("dir/a"))
    with pytest.raises(Unreadable):
        tree.identity(P("dir/a"))


def test_a_folder_that_vanishes_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    tree = DirectoryTree(tmp_path)
    assert tree.kind(P("dir")) is EntryKind.DIRECTORY
    (tmp_path / "dir").rmdir()
    with pytest.raises(Unreadable, match="dir cannot be read"):
        tree.entries(P("dir"))


def test_the_disk_is_not_read_through_links_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "secret").write_text("s")
    (tmp_path / "link").symlink_to("real")
    disk = Disk(tmp_path)
    assert disk.kind(P("link/secret")) is None
    assert disk.kind(P("link")) is EntryKind.SYMLINK
    assert disk.read(P("link"), 100) == b"real"
    with pytest.raises(Unreadable, match="its folder is gone"):
        disk.read(P("link/secret"), 100)


def test_names_differ_by_case(tmp_path: Path) -> None:
    (tmp_path / "Base").mkdir()
    assert DirectoryTree(tmp_path).kind(P("base")) is None


def test_empty_folders_are_seen_and_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = DirectoryTree(tmp_path).identity(ROOT)
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    tree = DirectoryTree(tmp_path)
    assert tree.kind(P("empty")) is EntryKind.DIRECTORY
    assert tree.identity(ROOT) == before


def test_folders_without_end_are_refused(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(300):
        deep = deep / "d"
    deep.mkdir(parents=True)
    tree = DirectoryTree(tmp_path)
    with pytest.raises(Unreadable, match="lies more than 256 folders deep"):
        list(walk(tree))
    assert tree.kind(P("x/" * 5000 + "x")) is None
