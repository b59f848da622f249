from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from checker.model.findings import CheckerError
from checker.model.paths import ROOT, RepoPath
from checker.model.tree import Missing, Tree, Unreadable, walk
from checker.snapshot import open_repository
from tests.gitrepo import GitRepo

P = RepoPath


def read(tree: Tree, path: str) -> bytes:
    return tree.read(P(path))


def test_the_index_and_not_the_work_tree_is_read(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "committed", "gone": "x", "kept": "x"})
    git_repo.write("a", "staged")
    git_repo.git("add", "a")
    git_repo.write("a", "edited")
    git_repo.write("new", "not staged")
    git_repo.git("rm", "--quiet", "gone")
    git_repo.git("rm", "--quiet", "--cached", "kept")
    repository = open_repository(git_repo.root)
    assert {path: read(repository.index_tree(), path) for path in walk(repository.index_tree())} == {"a": b"staged"}
    assert read(repository.commit_tree("HEAD"), "a") == b"committed"
    on_disk = repository.worktree()
    assert {path: read(on_disk, path) for path in walk(on_disk)} == {"a": b"edited", "kept": b"x", "new": b"not staged"}


def test_a_file_only_announced_is_not_in_the_next_commit(git_repo: GitRepo) -> None:
    git_repo.commit(files={"empty": "", "a": "1"})
    git_repo.write("announced", "later")
    git_repo.git("add", "--intent-to-add", "announced")
    repository = open_repository(git_repo.root)
    assert repository.index_tree().entries(ROOT) == ("a", "empty")
    assert read(repository.worktree(), "announced") == b"later"


def test_an_unfinished_merge_is_refused_for_the_index(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1", "b": "1"})
    git_repo.branch("other")
    git_repo.commit(files={"a": "2", "b": "2"})
    git_repo.switch("main")
    git_repo.commit(files={"a": "3", "b": "3"})
    git_repo.git("merge", "other", check=False)
    repository = open_repository(git_repo.root)
    with pytest.raises(CheckerError, match="a merge that is not finished: a and 1 more") as caught:
        repository.index_tree()
    assert "git add" in caught.value.hint
    assert b"<<<<<<<" in read(repository.worktree(), "a")


def test_the_work_tree_leaves_out_what_git_ignores(git_repo: GitRepo) -> None:
    git_repo.commit(files={".gitignore": "*.log\nbuild/\n", "forced.log": "tracked"})
    for path in ("x.log", "build/out", "dir/y.log", "dir/z"):
        git_repo.write(path, "x")
    assert list(walk(open_repository(git_repo.root).worktree())) == [".gitignore", "dir/z", "forced.log"]


def test_a_file_replaced_on_disk_is_what_it_is_now(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit(files={"file": "1", "folder/inner": "1", "linked/inner": "1", "link": "1"})
    git_repo.delete("file", "folder/inner", "linked/inner", "link")
    git_repo.write("file/now", "a folder")
    (git_repo.root / "folder").rmdir()
    git_repo.write("folder", "a file")
    (git_repo.root / "linked").rmdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "inner").write_text("secret")
    git_repo.link("linked", str(outside))
    git_repo.link("link", "folder")
    tree = open_repository(git_repo.root).worktree()
    assert list(walk(tree)) == ["file/now", "folder", "link", "linked"]
    assert read(tree, "link") == b"a file"
    with pytest.raises(Unreadable, match="out of the repository"):
        read(tree, "linked/inner")


def test_a_repository_inside_the_work_tree_is_not_entered(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1"})
    GitRepo.create(git_repo.root / "inner", files={"x": "1"})
    tree = open_repository(git_repo.root).worktree()
    assert tree.entries(ROOT) == ("a", "inner")
    with pytest.raises(Unreadable, match="lies in the submodule inner"):
        read(tree, "inner/x")


def test_line_ends_of_a_checkout_are_not_content(git_repo: GitRepo) -> None:
    git_repo.commit(files={".gitattributes": "*.yaml text eol=crlf\n", "a.yaml": "a: 1\n"})
    git_repo.delete("a.yaml")
    git_repo.git("checkout", "--", "a.yaml")
    assert (git_repo.root / "a.yaml").read_bytes() == b"a: 1\r\n"
    repository = open_repository(git_repo.root)
    assert read(repository.worktree(), "a.yaml") == b"a: 1\n"
    assert repository.worktree().identity(ROOT) == repository.commit_tree("HEAD").identity(ROOT)


def test_a_touched_file_is_not_an_edited_one(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1"})
    index = (git_repo.root / ".git/index").read_bytes()
    (git_repo.root / "a").touch()
    repository = open_repository(git_repo.root)
    assert repository.worktree().stored_id(P("a")) == git_repo.git("rev-parse", "HEAD:a")
    assert (git_repo.root / ".git/index").read_bytes() == index


def test_a_sparse_checkout_is_complete(git_repo: GitRepo) -> None:
    git_repo.commit(files={"in/a": "1", "out/b": "2"})
    git_repo.git("sparse-checkout", "set", "in")
    assert not (git_repo.root / "out").exists()
    assert read(open_repository(git_repo.root).worktree(), "out/b") == b"2"


def test_a_clone_without_all_files_says_how_to_get_them(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.git("config", "uploadpack.allowFilter", "true")
    first = git_repo.commit(files={"a": "1"})
    git_repo.commit(files={"a": "2"})
    clone = git_repo.clone(tmp_path / "clone", "--filter=blob:none")
    repository = open_repository(clone.root)
    assert read(repository.commit_tree("HEAD"), "a") == b"2"
    with pytest.raises(Unreadable, match=r"a is not in this clone.*git fetch --refetch --no-filter origin"):
        read(repository.commit_tree(first), "a")
    assert read(repository.commit_tree("HEAD"), "a") == b"2"
    clone.git("fetch", "--refetch", "--no-filter", "origin")
    assert read(open_repository(clone.root).commit_tree(first), "a") == b"1"


def test_replacements_do_not_change_a_commit(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "original"})
    other = git_repo.git("hash-object", "-w", "--stdin", stdin=b"replaced")
    git_repo.git("replace", git_repo.git("rev-parse", "HEAD:a"), other)
    assert read(open_repository(git_repo.root).commit_tree("HEAD"), "a") == b"original"


def _tree_with(git_repo: GitRepo, name: bytes) -> str:
    blob = git_repo.git("hash-object", "-w", "--stdin", stdin=b"x")
    tree = git_repo.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=b"100644 " + name + b"\0" + bytes.fromhex(blob))
    return git_repo.git("commit-tree", tree, "-m", "made by hand")


@pytest.mark.parametrize("name", [b"..", b"."])
def test_impossible_names_are_refused(git_repo: GitRepo, name: bytes) -> None:
    commit = _tree_with(git_repo, name)
    with pytest.raises(CheckerError, match="impossible name"):
        open_repository(git_repo.root).commit_tree(commit)


def test_folders_without_end_are_refused(git_repo: GitRepo) -> None:
    commit = _tree_with(git_repo, b"x")
    tree = git_repo.git("rev-parse", f"{commit}^{{tree}}")
    for _ in range(300):
        tree = git_repo.git("mktree", stdin=f"040000 tree {tree}\td\n".encode())
    deep = git_repo.git("commit-tree", tree, "-m", "deep")
    with pytest.raises(CheckerError, match="more than 256 folders deep"):
        open_repository(git_repo.root).commit_tree(deep)


def _first_bytes(tree: Tree) -> list[bytes]:
    return [tree.read(path) for path in walk(tree)]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_trees_go_to_worker_processes(git_repo: GitRepo, method: str) -> None:
    git_repo.commit(files={f"f{number}": str(number) for number in range(20)})
    tree = open_repository(git_repo.root).commit_tree("HEAD")
    expected = _first_bytes(tree)
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as workers:
        assert list(workers.map(_first_bytes, [tree] * 4)) == [expected] * 4
    assert _first_bytes(pickle.loads(pickle.dumps(tree))) == expected


def test_trees_are_read_by_threads(git_repo: GitRepo) -> None:
    git_repo.commit(files={f"f{number}": str(number) * number for number in range(50)})
    tree = open_repository(git_repo.root).commit_tree("HEAD")
    with ThreadPoolExecutor(4) as workers:
        results = list(workers.map(_first_bytes, [tree] * 8))
    assert results == [_first_bytes(open_repository(git_repo.root).commit_tree("HEAD"))] * 8


def test_nothing_is_missing_from_an_empty_commit(git_repo: GitRepo) -> None:
    git_repo.commit()
    tree = open_repository(git_repo.root).commit_tree("HEAD")
    assert tree.entries(ROOT) == ()
    assert tree.identity(ROOT) == git_repo.git("rev-parse", "HEAD^{tree}")
    with pytest.raises(Missing):
        read(tree, "a")
