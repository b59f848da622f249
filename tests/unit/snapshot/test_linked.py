"""Links, submodules and contents that are not there; on a plain folder and on a commit, which share the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.model.paths import ROOT, RepoPath
from checker.model.tree import EntryKind, Missing, Tree, Unreadable, walk
from checker.snapshot import DirectoryTree, open_repository
from tests.gitrepo import GitRepo

P = RepoPath


@pytest.fixture(params=["commit", "index", "worktree", "folder"])
def linked(request: pytest.FixtureRequest, git_repo: GitRepo) -> Tree:
    git_repo.stage({"base/app/deploy.yaml": "deploy", "base/shared.yaml": "shared", "over/own.yaml": "own"})
    for path, target in {
        "over/one": "../base/shared.yaml",
        "over/two": "one",
        "over/dir": "../base/app",
        "over/up": "..",
        "over/dotted": "./../base/./app//deploy.yaml",
        "over/through": "dir/../shared.yaml",
        "over/broken": "../base/none.yaml",
        "over/through-nothing": "none/../own.yaml",
        "out": "../outside",
        "absolute": "/etc/passwd",
        "far": "base/../../etc/passwd",
        "loop": "pool",
        "pool": "loop",
        "self": "self/x",
        "top": ".",
    }.items():
        git_repo.link(path, target)
    git_repo.commit()
    repository = open_repository(git_repo.root)
    trees = {"commit": lambda: repository.commit_tree("HEAD"), "index": repository.index_tree, "worktree": repository.worktree}
    return trees.get(request.param, lambda: DirectoryTree(git_repo.root))()


@pytest.mark.parametrize(
    ("path", "real", "content"),
    [
        ("over/one", "base/shared.yaml", b"shared"),
        ("over/two", "base/shared.yaml", b"shared"),
        ("over/dir/deploy.yaml", "base/app/deploy.yaml", b"deploy"),
        ("over/up/over/up/over/own.yaml", "over/own.yaml", b"own"),
        ("over/dotted", "base/app/deploy.yaml", b"deploy"),
        ("over/through", "base/shared.yaml", b"shared"),
        ("top/top/base/shared.yaml", "base/shared.yaml", b"shared"),
    ],
)
def test_links_inside_the_tree_are_followed(linked: Tree, path: str, real: str, content: bytes) -> None:
    assert linked.resolve(P(path)) == real
    assert linked.read(P(path)) == content
    assert linked.kind(P(path)) is EntryKind.FILE
    assert linked.identity(P(path)) == linked.identity(P(real))


def test_a_linked_directory_lists_as_its_target(linked: Tree) -> None:
    assert linked.entries(P("over/dir")) == ("deploy.yaml",)
    assert linked.kind(P("over/dir")) is EntryKind.DIRECTORY
    assert linked.kind(P("over/dir"), follow=False) is EntryKind.SYMLINK
    assert linked.identity(P("over/dir")) == linked.identity(P("base/app"))


@pytest.mark.parametrize("path", ["out", "absolute", "far"])
def test_a_link_out_of_the_tree_is_unreadable(linked: Tree, path: str) -> None:
    for ask in (linked.read, linked.resolve, linked.entries, linked.identity):
        with pytest.raises(Unreadable, match="is a symbolic link out of the repository"):
            ask(P(path))
    assert linked.kind(P(path)) is EntryKind.SYMLINK
    assert linked.kind(P(f"{path}/below"), follow=False) is None


@pytest.mark.parametrize("path", ["loop", "pool", "self", "loop/x"])
def test_a_loop_is_unreadable(linked: Tree, path: str) -> None:
    with pytest.raises(Unreadable, match="leads round in circles"):
        linked.read(P(path))
    assert linked.kind(P(path)) is EntryKind.SYMLINK


def test_a_broken_link_is_nothing(linked: Tree) -> None:
    with pytest.raises(Missing, match=r"over/broken links to base/none.yaml, which does not exist"):
        linked.read(P("over/broken"))
    assert linked.kind(P("over/broken")) is None
    assert linked.kind(P("over/broken"), follow=False) is EntryKind.SYMLINK
    assert linked.identity(P("over/broken")) is None
    assert linked.identity(P("over/through-nothing")) is None
    assert linked.kind(P("over/through-nothing")) is None
    with pytest.raises(Missing):
        linked.read(P("over/through-nothing"))


def test_walking_lists_links_and_does_not_enter_them(linked: Tree) -> None:
    assert {"over/dir", "loop", "out", "base/app/deploy.yaml"} <= set(walk(linked))
    assert "over/dir/deploy.yaml" not in set(walk(linked))


def test_asking_for_the_wrong_kind_says_so(linked: Tree) -> None:
    with pytest.raises(Unreadable, match="base is a directory"):
        linked.read(P("base"))
    with pytest.raises(Missing, match="is not a directory"):
        linked.entries(P("base/shared.yaml"))
    with pytest.raises(Missing, match="does not exist"):
        linked.entries(P("base/none"))
    assert linked.kind(P("base/shared.yaml/x")) is None
    assert linked.kind(ROOT) is linked.kind(ROOT, follow=False) is EntryKind.DIRECTORY


def test_a_directory_is_digested_with_what_its_links_lead_to(git_repo: GitRepo) -> None:
    git_repo.stage({"base/a": "1", "base/sub/b": "1", "more/c": "1", "other": "1"})
    git_repo.link("over/link", "../base")
    git_repo.link("base/sub/on", "../../more/c")
    git_repo.link("base/back", "../over")
    git_repo.link("base/out", "/etc")
    git_repo.link("base/gone", "nowhere")
    git_repo.commit()

    def digest() -> str | None:
        return open_repository(git_repo.root).worktree().identity(P("over"))

    first = digest()
    assert digest() == first
    git_repo.write("other", "2")
    assert digest() == first
    for path in ("base/a", "base/sub/b", "more/c"):
        git_repo.write(path, "2")
        assert digest() != first, path
        git_repo.write(path, "1")
    assert digest() == first
    git_repo.write("base/nowhere", "found")
    assert digest() != first


@pytest.fixture
def with_submodule(git_repo: GitRepo, tmp_path: Path) -> GitRepo:
    module = GitRepo.create(tmp_path / "module", files={"inner/file": "x"})
    git_repo.git("submodule", "--quiet", "add", module.root, "vendor/module")
    git_repo.link("into", "vendor/module/inner")
    git_repo.commit()
    return git_repo


def test_a_submodule_is_recognised_and_not_read(with_submodule: GitRepo) -> None:
    repository = open_repository(with_submodule.root)
    commit = with_submodule.git("rev-parse", "HEAD:vendor/module")
    for tree in (repository.commit_tree("HEAD"), repository.index_tree(), repository.worktree()):
        assert tree.kind(P("vendor/module")) is tree.kind(P("vendor/module/inner/file")) is EntryKind.SUBMODULE
        assert tree.entries(P("vendor")) == ("module",)
        assert tree.identity(P("vendor/module")) == tree.identity(P("into/file")) == commit
        with pytest.raises(Unreadable, match="vendor/module is a submodule: its content is in another repository"):
            tree.read(P("vendor/module"))
        with pytest.raises(Unreadable, match="lies in the submodule vendor/module"):
            tree.read(P("vendor/module/inner/file"))
        with pytest.raises(Unreadable, match="into/file lies in the submodule vendor/module"):
            tree.read(P("into/file"))
        with pytest.raises(Unreadable, match="is a submodule"):
            tree.entries(P("vendor/module"))
        assert "vendor/module" not in set(walk(tree))
        assert tree.identity(P("vendor")) == with_submodule.git("rev-parse", "HEAD:vendor")


def test_an_lfs_pointer_is_recognised(git_repo: GitRepo) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    git_repo.commit(files={"chart.tgz": pointer, "talk.md": "about " + pointer, "long": pointer + "x" * 2000})
    repository = open_repository(git_repo.root)
    for tree in (repository.commit_tree("HEAD"), repository.worktree(), DirectoryTree(git_repo.root)):
        with pytest.raises(Unreadable, match=r"chart\.tgz is a Git LFS pointer"):
            tree.read(P("chart.tgz"))
        assert tree.kind(P("chart.tgz")) is EntryKind.FILE
        assert tree.identity(P("chart.tgz")) == git_repo.git("rev-parse", "HEAD:chart.tgz")
        assert tree.read(P("talk.md")).startswith(b"about")
        assert len(tree.read(P("long"))) > 2000


def test_a_file_of_50_mb_is_not_read_and_the_others_are(git_repo: GitRepo) -> None:
    git_repo.commit(files={"big.yaml": b"\0" * (50 * 1024 * 1024), "small.yaml": "a: 1"})
    repository = open_repository(git_repo.root)
    for tree in (repository.commit_tree("HEAD"), DirectoryTree(git_repo.root)):
        with pytest.raises(Unreadable, match=r"big\.yaml is 50 MB large; files above 32 MB are not read"):
            tree.read(P("big.yaml"))
        assert tree.read(P("small.yaml")) == b"a: 1"
        assert tree.identity(P("big.yaml")) == git_repo.git("rev-parse", "HEAD:big.yaml")


def test_a_link_as_long_as_a_file_is_unreadable(git_repo: GitRepo) -> None:
    blob = git_repo.git("hash-object", "-w", "--stdin", stdin=b"x/" * 5000)
    git_repo.git("update-index", "--add", "--cacheinfo", f"120000,{blob},link")
    tree = open_repository(git_repo.root).index_tree()
    with pytest.raises(Unreadable, match="is a symbolic link of 10000 bytes"):
        tree.read(P("link"))
