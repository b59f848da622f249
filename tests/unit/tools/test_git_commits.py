"""Commits with real signatures: SSH and GPG keys are made here, and vouched for by a file or not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checker.model.change import Commit, Signature
from checker.tools.git import locate
from checker.tools.git_commits import commits_between
from tests.gitrepo import GitRepo


@pytest.fixture
def ssh_key(tmp_path: Path, git_repo: GitRepo) -> str:
    """A new key that the repository signs with; its public part."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", tmp_path / "key"], check=True)
    git_repo.git("config", "gpg.format", "ssh")
    git_repo.git("config", "user.signingkey", tmp_path / "key.pub")
    return " ".join((tmp_path / "key.pub").read_text().split()[:2])


def listed(repo: GitRepo, base: str | None = None, signers: str = "") -> tuple[Commit, ...]:
    return commits_between(locate(repo.root), base, "HEAD", allowed_signers=signers.encode())


def signed(repo: GitRepo, files: dict[str, str], message: str = "signed") -> None:
    repo.stage(files)
    repo.git("commit", "-q", "-S", "-m", message)


def test_commits_and_what_they_change(git_repo: GitRepo) -> None:
    base = git_repo.commit("one", files={"a": "1"})
    git_repo.commit("two", files={"a": "2", "sub/line\nbreak": "x"})
    git_repo.commit("three", files={"b": "1"})
    found = listed(git_repo, base)
    assert [(commit.subject, commit.files) for commit in found] == [("two", ("a", "sub/line\nbreak")), ("three", ("b",))]
    assert {commit.signature for commit in found} == {Signature.NONE}
    assert [commit.subject for commit in listed(git_repo)] == ["one", "two", "three"]


def test_a_merge_counts_by_what_it_changes_itself(git_repo: GitRepo) -> None:
    git_repo.commit("one", files={"a": "1"})
    git_repo.git("switch", "-q", "-c", "side")
    git_repo.commit("side", files={"b": "1"})
    git_repo.git("switch", "-q", "main")
    base = git_repo.commit("other", files={"c": "1"})
    git_repo.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    side, merge = listed(git_repo, base)
    assert (side.merge, side.files) == (False, ("b",))
    assert (merge.merge, merge.files) == (True, ())
    git_repo.git("reset", "-q", "--hard", base)
    git_repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    git_repo.commit("evil", files={"production.yaml": "x"})
    assert listed(git_repo, base)[-1].files == ("production.yaml",)


def test_a_subject_cannot_pose_as_a_commit(git_repo: GitRepo) -> None:
    git_repo.commit("x\x01" + "f" * 40 + "\x1f\x1fG\x1fada\x1fkey\x1fy", files={"a\x01b": "1"})
    (commit,) = listed(git_repo)
    assert commit.signature is Signature.NONE
    assert commit.files == ("a\x01b",)


def test_ssh_signatures_count_when_the_signer_is_allowed(git_repo: GitRepo, ssh_key: str) -> None:
    signed(git_repo, {"a": "1"})
    (good,) = listed(git_repo, signers=f"ada@example.org {ssh_key}\n")
    assert (good.signature, good.signer) == (Signature.GOOD, "ada@example.org")
    assert good.key.startswith("SHA256:")
    (stranger,) = listed(git_repo)
    assert stranger.signature is Signature.UNTRUSTED


def test_the_users_own_allowed_signers_do_not_count(git_repo: GitRepo, ssh_key: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text(f"ada@example.org {ssh_key}\n")
    git_repo.git("config", "gpg.ssh.allowedSignersFile", tmp_path / "mine")
    signed(git_repo, {"a": "1"})
    assert listed(git_repo)[0].signature is Signature.UNTRUSTED


def test_a_changed_commit_has_a_bad_signature(git_repo: GitRepo, ssh_key: str) -> None:
    signed(git_repo, {"a": "1"}, "before")
    body = git_repo.git("cat-file", "commit", "HEAD").replace("before", "after!") + "\n"
    forged = git_repo.git("hash-object", "-w", "-t", "commit", "--stdin", stdin=body.encode())
    git_repo.git("reset", "-q", "--hard", forged)
    (commit,) = listed(git_repo, signers=f"ada@example.org {ssh_key}\n")
    assert commit.signature is Signature.BAD


def test_gpg_signatures_are_as_good_as_the_trust_in_their_key(git_repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path("/tmp") / f"gnupg-{abs(hash(tmp_path))}"  # the agent's socket must have a short path
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    try:
        make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Ada <ada@example.org>", "ed25519", "sign", "0"]
        subprocess.run(make, check=True, capture_output=True)
        git_repo.git("config", "user.signingkey", "ada@example.org")
        signed(git_repo, {"a": "1"})
        (own,) = listed(git_repo)
        assert (own.signature, own.signer) == (Signature.GOOD, "Ada <ada@example.org>")
        (home / "trustdb.gpg").unlink()
        (foreign,) = listed(git_repo)
        assert (foreign.signature, foreign.key) == (Signature.UNTRUSTED, own.key)
        monkeypatch.setenv("GNUPGHOME", str(tmp_path))
        assert listed(git_repo)[0].signature is Signature.UNCHECKED
    finally:
        import shutil

        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        shutil.rmtree(home)
