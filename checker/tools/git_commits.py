"""The commits of a change as Git tells them: what each changes, and what its signature is worth.

The allowed signers are an input, so that the caller reads them from the base revision: a change cannot allow its own key.
Surprise: without them an SSH signature is at best untrusted, whatever the user's own settings allow.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from checker.model.change import Commit, Signature
from checker.model.paths import RepoPath
from checker.model.records import replace
from checker.tools.git import Place, ask
from checker.tools.process import find_program, run

_WORDS = {
    "G": Signature.GOOD,
    "U": Signature.UNTRUSTED,
    "B": Signature.BAD,
    "X": Signature.BAD,
    "Y": Signature.BAD,
    "R": Signature.BAD,
    "E": Signature.UNCHECKED,
    "N": Signature.NONE,
}
"""https://git-scm.com/docs/pretty-formats, `%G?`."""
_FIELDS = ("%H", "%P", "%G?", "%GS", "%GF", "%s")


def commits_between(
    place: Place, base: str | None, head: str, *, allowed_signers: bytes = b"", gpg_keys: bytes = b""
) -> tuple[Commit, ...]:
    """Those in `head` and not in `base`, oldest first.

    `allowed_signers` is a file as ssh-keygen(1) describes it. `gpg_keys` are public keys as `gpg --export` writes them: with them no
    other key counts, and theirs are trusted; without them the keyring of this user decides.
    """
    # What separates cannot be guessed: subjects and file names come from whoever wrote the change, and could hold any byte.
    field, entry = (f"{secrets.token_hex(16)}\x1f" for _ in range(2))
    span = head if base is None else f"{base}..{head}"
    with tempfile.TemporaryDirectory(prefix="gitops-check-") as folder:
        signers = Path(folder) / "allowed_signers"
        signers.write_bytes(allowed_signers)
        there = _with_keyring(place, Path(folder), gpg_keys) if gpg_keys else place
        options = ("-c", "log.showSignature=false", "-c", f"gpg.ssh.allowedSignersFile={signers}", "-c", "gpg.ssh.revocationFile=")
        words = (
            "log",
            "-z",
            "-c",
            "--reverse",
            "--no-color",
            "--no-renames",
            "--name-only",
            f"--format={entry}{field.join(_FIELDS)}",
            span,
            "--",
        )
        done = ask(there, *options, *words)
    listing = done.stdout.decode("utf-8", "surrogateescape")
    commits = tuple(_commit(written, field) for written in listing.split(entry)[1:])
    return tuple(_vouched(commit) for commit in commits) if gpg_keys else commits


def _with_keyring(place: Place, folder: Path, keys: bytes) -> Place:
    """Git with a keyring that holds these keys alone; an empty one, in which nothing can be checked, where there is no gpg."""
    home = folder / "keys"
    home.mkdir(mode=0o700)
    environment = {**place.environment, "GNUPGHOME": str(home)}
    if find_program("gpg") is not None:
        run(["gpg", "--batch", "--no-autostart", "--quiet", "--import"], stdin=keys, environment=environment, check=False)
    return replace(place, environment=environment)


def _vouched(commit: Commit) -> Commit:
    """A key of the given keyring is trusted by being there; a fingerprint of SSH starts with its hash."""
    is_gpg = commit.signature is Signature.UNTRUSTED and not commit.key.startswith("SHA256:")
    return replace(commit, signature=Signature.GOOD) if is_gpg else commit


def _commit(written: str, field: str) -> Commit:
    head, *names = written.split("\0")
    identity, parents, verdict, signer, key, subject = head.rstrip("\n").split(field, 5)
    return Commit(
        id=identity,
        subject=subject,
        signature=_WORDS.get(verdict, Signature.UNCHECKED),
        signer=signer,
        key=key,
        merge=" " in parents,
        files=tuple(RepoPath(name.lstrip("\n")) for name in names if name.strip("\n")),
    )


_MAX_PATHS = 500
"""A command line has an end; beyond this every commit counts."""


class PastCommit(NamedTuple):
    """`time` is when it was committed, so when it reached the branch."""

    id: str
    time: datetime


def past_commits(place: Place, tip: str, paths: Sequence[RepoPath], *, limit: int) -> tuple[PastCommit, ...]:
    """The commit and its first parents, newest first; those that touch one of the paths, where some are given."""
    paths = paths if len(paths) <= _MAX_PATHS else ()
    words = ("log", "--first-parent", "-m", "--no-color", f"--max-count={limit}", "--format=%H %ct", tip, "--", *paths)
    done = ask(place, "-c", "log.showSignature=false", *words)
    pairs = (line.split() for line in done.stdout.decode("ascii", "replace").splitlines())
    return tuple(
        PastCommit(identity, datetime.fromtimestamp(int(seconds), UTC)) for identity, seconds in (pair for pair in pairs if len(pair) == 2)
    )
