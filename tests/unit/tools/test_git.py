from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from checker.model.findings import CheckerError
from checker.model.paths import RepoPath
from checker.tools import git, process
from checker.tools.git_objects import ObjectMissing, ObjectReader, ObjectTooLarge
from tests.gitrepo import GitRepo, git_home, git_repo

__all__ = ["git_home", "git_repo"]


def test_a_repository_is_found_from_any_folder_or_file_in_it(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a/b/c": "x"})
    for path in (git_repo.root, git_repo.root / "a/b", git_repo.root / "a/b/c"):
        place = git.locate(path)
        assert place.root == git_repo.root
        assert place.git_dir == git_repo.root / ".git"
    assert (place.object_format, place.shallow) == ("sha1", False)


def test_odd_folder_names(git_home: Path, tmp_path: Path) -> None:
    repo = GitRepo.create(tmp_path / "new\nline 'quote' ü", files={"sub/a": "1"})
    place = git.locate(repo.root / "sub")
    assert place.root == repo.root
    assert ObjectReader(place).commit_id("HEAD") == repo.head


def test_a_linked_work_tree_is_a_repository_of_its_own(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit(files={"a": "1"})
    git_repo.git("worktree", "add", "--quiet", "-b", "side", tmp_path / "side")
    place = git.locate(tmp_path / "side")
    assert place.root == tmp_path / "side"
    assert git.symbolic_ref(place, "HEAD") == "refs/heads/side"


def test_no_repository_says_what_to_do(git_home: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckerError, match="is not in a Git repository") as caught:
        git.locate(tmp_path)
    assert "clone" in caught.value.hint
    assert caught.value.exit_code == 3
    with pytest.raises(CheckerError, match="does not exist"):
        git.locate(tmp_path / "none" / "below")


def test_a_broken_repository_says_what_git_says(git_repo: GitRepo) -> None:
    (git_repo.root / ".git/config").write_text("[core\n")
    with pytest.raises(CheckerError, match="bad config") as caught:
        git.locate(git_repo.root)
    assert "git status" in caught.value.hint


def test_a_repository_of_another_user_names_the_command_that_trusts_it(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    distrusting = {**process.scrubbed_environment(), "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    monkeypatch.setattr(git, "scrubbed_environment", lambda: distrusting)
    with pytest.raises(CheckerError, match="belongs to another user") as caught:
        git.locate(git_repo.root)
    assert caught.value.hint == f"git config --global --add safe.directory '{git_repo.root}'"
    config = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": str(git_repo.root)}
    assert git.locate(git_repo.root, config).root == git_repo.root
    assert os.system(caught.value.hint) == 0
    assert git.locate(git_repo.root).root == git_repo.root


def test_without_git_the_error_says_so(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    place = git.locate(git_repo.root)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CheckerError, match="git is not installed") as caught:
        git.locate(git_repo.root)
    assert "install git" in caught.value.hint
    with pytest.raises(CheckerError, match="git could not be started"):
        ObjectReader(replace(place, environment={"PATH": ""})).read("0" * 40, 10)


def test_what_a_hook_of_another_repository_sets_does_not_lead_there(git_repo: GitRepo, tmp_path: Path) -> None:
    other = GitRepo.create(tmp_path / "other", files={"other": "1"})
    git_repo.commit(files={"mine": "1"})
    environ = {
        "GIT_DIR": str(other.root / ".git"),
        "GIT_WORK_TREE": str(other.root),
        "GIT_INDEX_FILE": str(other.root / ".git/index"),
        "GIT_PREFIX": "x/",
    }
    place = git.locate(git_repo.root, {**os.environ, **environ})
    assert place.root == git_repo.root
    assert [record.path for record in git.list_index(place)] == ["mine"]
    assert not {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"} & set(place.environment)


@pytest.mark.parametrize("relative", [True, False])
def test_the_temporary_index_of_a_commit_is_read(git_repo: GitRepo, relative: bool) -> None:
    git_repo.commit(files={"a": "1"})
    index = ".git/next-index-1.lock"
    git_repo.git("read-tree", "--empty", environment={"GIT_INDEX_FILE": index})
    value = index if relative else str(git_repo.root / index)
    place = git.locate(git_repo.root, {"GIT_INDEX_FILE": value, "GIT_DIR": ".git"})
    assert list(git.list_index(place)) == []
    elsewhere = git_repo.root.parent / "custom-index"
    (git_repo.root / index).rename(elsewhere)
    assert list(git.list_index(git.locate(git_repo.root, {"GIT_INDEX_FILE": str(elsewhere)}))) == []


def test_revisions(git_repo: GitRepo) -> None:
    first = git_repo.commit(files={"a": "1"})
    second = git_repo.commit(files={"a": "2"})
    git_repo.git("tag", "-a", "v1", "-m", "tagged", first)
    git_repo.git("tag", "blob", "HEAD:a")
    place = git.locate(git_repo.root)
    reader = ObjectReader(place)
    assert {reader.commit_id(revision) for revision in ("v1", "HEAD~1", first[:9])} == {first}
    for unknown in ("", "nothing", "no thing", "-h", "--all", "blob", "a\0b", "f" * 40):
        assert reader.commit_id(unknown) is None, unknown
        assert git.full_ref(place, unknown) is None or unknown == "blob"
    assert reader.commit_id(f"{first}\n{second}") is None
    git_repo.git("tag", "v2")
    assert reader.commit_id("v2") == second
    git_repo.git("tag", "--force", "v2", first)
    assert reader.commit_id("v2") == first
    assert reader.file_at(second, RepoPath("a")) == b"2"
    assert reader.file_at(second, RepoPath("b c")) is None
    assert reader.file_at(second, RepoPath("")) is None
    assert git.full_ref(place, "main") == "refs/heads/main"
    assert git.full_ref(place, second) is None
    assert git.merge_base(place, first, second) == first


def test_missing_objects_are_said_and_not_taken_for_nothing(git_repo: GitRepo) -> None:
    commit = git_repo.commit(files={"a": "1"})
    tree = git_repo.git("rev-parse", "HEAD^{tree}")
    place = git.locate(git_repo.root)
    (git_repo.root / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(CheckerError, match="git ls-tree failed") as caught:
        list(git.list_commit(place, commit))
    assert "git fsck" in caught.value.hint
    with pytest.raises(CheckerError, match="git merge-base failed"):
        git.merge_base(place, commit, "0" * 40)


def test_trailers_of_all_commits_oldest_first(git_repo: GitRepo) -> None:
    first = git_repo.commit("no trailers: here\n\nsubject only")
    git_repo.commit("one\n\nBypass: rule-a because\n of a fire\nSigned-off-by: Ada <ada@example.org>")
    git_repo.commit("two\n\nBody.\n\nBypass: \x1frule-b\nEmpty:")
    place = git.locate(git_repo.root)
    wanted = (("Bypass", "rule-a because of a fire"), ("Signed-off-by", "Ada <ada@example.org>"), ("Bypass", "rule-b"), ("Empty", ""))
    assert git.list_trailers(place, first, git_repo.head) == wanted
    assert git.list_trailers(place, None, git_repo.head) == wanted
    assert git.list_trailers(place, git_repo.head, git_repo.head) == ()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://github.com/acme/fleet.git", "https://github.com/acme/fleet.git"),
        ("https://x-access-token:s3cret@github.com/acme/fleet", "https://github.com/acme/fleet"),
        ("https://s3cret@github.com/acme/fleet", "https://github.com/acme/fleet"),
        ("https://ada:pa@ss@host:8443/a@b/c", "https://host:8443/a@b/c"),
        ("ssh://git@github.com:22/acme/fleet", "ssh://git@github.com:22/acme/fleet"),
        ("ssh://git:s3cret@github.com/acme/fleet", "ssh://git@github.com/acme/fleet"),
        ("git@github.com:acme/fleet.git", "git@github.com:acme/fleet.git"),
        ("/srv/git/fleet.git", "/srv/git/fleet.git"),
        ("file:///srv/git/fleet.git", "file:///srv/git/fleet.git"),
    ],
)
def test_remote_addresses_come_without_passwords(git_repo: GitRepo, address: str, shown: str) -> None:
    git_repo.git("config", "remote.odd.name.url", address)
    assert git.list_remotes(git.locate(git_repo.root)) == (("odd.name", shown),)


def test_objects_by_id(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "line\n", "b": b"\0\xff" * 5000, "empty": ""})
    reader = ObjectReader(git.locate(git_repo.root))
    names = {path: git_repo.git("rev-parse", f"HEAD:{path}") for path in ("a", "b", "empty")}
    assert reader.read(names["a"], 100) == b"line\n"
    with pytest.raises(ObjectTooLarge):
        reader.read(names["b"], 100)
    assert reader.read(names["b"], 10_000) == b"\0\xff" * 5000
    with pytest.raises(ObjectTooLarge):
        reader.read(names["b"], 100)
    with pytest.raises(ObjectMissing):
        reader.read("f" * 40, 100)
    assert reader.read(names["empty"], 0) == b""
    reader.close()
    assert reader.read(names["a"], 100) == b"line\n"


def test_a_reader_goes_on_after_its_process_was_killed(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1", "b": "2"})
    reader = ObjectReader(git.locate(git_repo.root))
    assert reader.read(git_repo.git("rev-parse", "HEAD:a"), 10) == b"1"
    assert reader._process is not None
    reader._process.kill()
    reader._process.wait()
    assert reader.read(git_repo.git("rev-parse", "HEAD:b"), 10) == b"2"


def test_hook_settings_never_run_a_program_of_the_repository(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit(files={"a": "1", ".gitattributes": "* diff=evil\n"})
    ran = tmp_path / "ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command"):
        git_repo.git("config", name, str(script))
    git_repo.write("a", "2")
    place = git.locate(git_repo.root)
    assert git.list_edited(place) == {"a"}
    assert git.list_untracked(place) == ()
    assert not ran.exists()
