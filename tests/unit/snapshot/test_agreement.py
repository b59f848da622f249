"""The same files are the same tree, whether committed, staged, on disk in a clone, or in a plain folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.model.paths import ROOT, RepoPath, join
from checker.model.tree import EntryKind, RecordingTree, Tree, TreeError, unchanged
from checker.snapshot import DirectoryTree, open_repository
from tests.gitrepo import GitRepo

NAMES = st.sampled_from(
    ["a", "b", "a.b", "a-b", "dir", "with space", 'quo"te', "new\nline", "tab\t", "ü", "caf\udce9", "-x", ":(glob)*", "\\"]
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
CONTENTS = st.one_of(
    st.binary(max_size=20), st.just(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"), st.just(b"x\r\n")
)
TARGETS = st.one_of(PATHS, PATHS.map("../".__add__), st.sampled_from(["/etc/passwd", "..", ".", "../..", "a/", "./b", "a/../b"]))
FILES = st.dictionaries(PATHS, st.one_of(CONTENTS, TARGETS), min_size=1, max_size=8)


def laid_out(repo: GitRepo, files: dict[str, bytes | str]) -> None:
    """Bytes become files, text becomes a link; what does not fit beside what is there already is left out."""
    for path, content in files.items():
        file = repo.root / path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            inside = file.parent.resolve() == repo.root.resolve() / Path(path).parent
            if not inside or os.path.lexists(file):
                continue
            if isinstance(content, bytes):
                file.write_bytes(content)
            else:
                file.symlink_to(content)
        except OSError:
            continue


def without_empty_folders(root: Path) -> None:
    for folder, _, _ in os.walk(root, topdown=False):
        if ".git" not in Path(folder).parts and not any(Path(folder).iterdir()) and folder != str(root):
            Path(folder).rmdir()


def answers(tree: Tree, path: RepoPath) -> list[object]:
    """All that a tree says about one path."""
    said: list[object] = [tree.kind(path), tree.kind(path, follow=False)]
    for ask in (tree.read, tree.entries, tree.identity, tree.resolve):
        try:
            said.append(ask(path))
        except TreeError as error:
            said.append((type(error), error.reason))
    return said


def everything(tree: Tree) -> dict[RepoPath, list[object]]:
    found: dict[RepoPath, list[object]] = {}
    ahead = [ROOT]
    while ahead:
        path = ahead.pop()
        found[path] = answers(tree, path)
        # Also asked: below a file, below a link, and what is not there.
        for odd in ("nothing", "a", ".."):
            found[join(path, odd)] = answers(tree, join(path, odd)) if odd != ".." else []
        if tree.kind(path, follow=False) is EntryKind.DIRECTORY:
            ahead += [join(path, name) for name in tree.entries(path)]
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files=FILES)
def test_all_trees_agree(git_home: Path, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes | str]) -> None:
    root = tmp_path_factory.mktemp("agree") / "repo"
    repo = GitRepo.create(root)
    laid_out(repo, files)
    without_empty_folders(root)
    untracked = everything(open_repository(root).worktree())
    repo.commit()
    repository = open_repository(root)
    committed = everything(repository.commit_tree("HEAD"))
    assert everything(repository.index_tree()) == committed
    assert everything(repository.worktree()) == committed
    assert untracked == committed
    assert everything(DirectoryTree(root)) == committed
    assert repository.commit_tree("HEAD").identity(ROOT) == repo.git("rev-parse", "HEAD^{tree}") or any(
        isinstance(content, str) for content in files.values()
    )
    shutil.rmtree(root)


def test_the_trees_of_a_sha256_repository_agree(git_home: Path, tmp_path: Path) -> None:
    repo = GitRepo.create(tmp_path / "repo", "--object-format=sha256", files={"a/b": "1", "c": "2"})
    repository = open_repository(repo.root)
    committed = everything(repository.commit_tree("HEAD"))
    assert everything(repository.worktree()) == everything(repository.index_tree()) == committed
    assert everything(DirectoryTree(repo.root, object_format=repository.object_format)) == committed
    assert repository.commit_tree("HEAD").identity(ROOT) == repo.git("rev-parse", "HEAD^{tree}")


def test_permission_bits_are_no_content(git_repo: GitRepo) -> None:
    git_repo.commit(files={"dir/run": "echo"})
    before = open_repository(git_repo.root).commit_tree("HEAD").identity(ROOT)
    (git_repo.root / "dir/run").chmod(0o755)
    assert open_repository(git_repo.root).worktree().identity(ROOT) == before
    git_repo.commit()
    repository = open_repository(git_repo.root)
    assert repository.commit_tree("HEAD").identity(ROOT) == DirectoryTree(git_repo.root).identity(ROOT) == before


def test_a_recorded_render_holds_across_trees_of_the_same_files(git_repo: GitRepo) -> None:
    git_repo.commit(files={"apps/a": "1", "apps/b": "2"})
    repository = open_repository(git_repo.root)
    recording = RecordingTree(repository.commit_tree("HEAD"))
    recording.read(RepoPath("apps/a"))
    recording.entries(RepoPath("apps"))
    assert unchanged(recording.reads, repository.worktree())
    git_repo.write("apps/b", "edited")
    assert unchanged(recording.reads, repository.worktree())
    git_repo.write("apps/a", "edited")
    assert not unchanged(recording.reads, repository.worktree())
