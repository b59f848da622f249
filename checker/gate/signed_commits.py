"""Commits that move a guarded environment carry a good signature, of an allowed signer where settings list them.

What Git says of each commit is an input; the keys that count must come from the base revision.
"""

from __future__ import annotations

import re

from checker.gate.because import chains, first_place, gap_names, shortened
from checker.gate.globs import matches
from checker.gate.model import TEXTS, Case, Judgement, Rule, broken, passed, unknown
from checker.model.change import Commit, Signature
from checker.model.objects import text


def judge(case: Case) -> Judgement:
    if not case.moving and not case.gaps:
        return passed(f"{case.environment} does not move")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    keys = (text(case.parameter("allowed-signers")), text(case.parameter("gpg-keys")))
    commits = case.options.commits.get(keys) if case.options.commits is not None else None
    if commits is None:
        return unknown(
            "the commits of the change are not known", because=because, fix="check commits (--head), not staged files", location=place
        )
    concerned = [commit for commit in commits if _concerns(case, commit)]
    bad = [(commit, why) for commit in concerned if (why := _wrong(case, commit))]
    if bad:
        commit, why = bad[0]
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        return broken(
            f"commit {commit.id[:7]} {why}{more}",
            because=shortened([f"{one.id[:7]} {one.subject} -> {reason}" for one, reason in bad]),
            fix="sign it (git commit --amend -S, git rebase --exec) with a key that is allowed on the base branch",
            location=place,
        )
    if not concerned:
        return unknown(
            f"no commit of the change is known to move {case.environment}", because=because, fix="check commits (--head)", location=place
        )
    if case.gaps and not case.moving:
        return passed(f"{len(concerned)} commits are signed; {gap_names(case.gaps)} could not be rendered", because)
    return passed(f"{len(concerned)} commits are signed", because)


def _concerns(case: Case, commit: Commit) -> bool:
    """A merge made by the forge brings nothing of its own; else a commit concerns what the files it touches move."""
    if commit.merge and not commit.files:
        return False
    causes = {cause.path for unit in case.moving for cause in unit.causes}
    # Without a known cause, or for a unit that cannot be seen, every commit counts.
    return not causes or bool(case.gaps) or not commit.files or any(file in causes for file in commit.files)


def _wrong(case: Case, commit: Commit) -> str:
    """What is wrong with the signature; empty where it counts. A listed fingerprint vouches for its key."""
    signers = case.texts("signers")
    listed_key = bool(commit.key) and matches(commit.key, signers)
    match commit.signature:
        case Signature.NONE:
            return "is not signed"
        case Signature.BAD:
            return "has a signature that is wrong, expired or revoked"
        case Signature.UNCHECKED:
            return "has a signature that cannot be checked here: its key or the program is missing"
        case Signature.UNTRUSTED:
            return "" if listed_key else f"is signed by key {commit.key or 'unknown'}, for which nobody vouches"
        case Signature.GOOD:
            allowed = not signers or listed_key or any(matches(name, signers) for name in _names(commit.signer))
            return "" if allowed else f"is signed by {commit.signer or 'nobody known'}, who is not among the allowed signers"


def _names(signer: str) -> tuple[str, ...]:
    """SSH names an address, GPG `Name <address>`: the address alone will do."""
    address = re.search(r"<([^<>]+)>$", signer)
    return (signer, *([address[1]] if address else []))


RULE = Rule(
    id="signed-commits",
    title="What moves the environment is signed",
    why="An author name is free text. A signature that is checked against keys of the base branch is what ties a change to a person.",
    fix="Sign the commits with a key whose owner is allowed on the base branch.",
    judge=judge,
    parameters={
        "signers": TEXTS,
        "allowed-signers": {"type": "string", "minLength": 1},
        "gpg-keys": {"type": "string", "minLength": 1},
    },
    shorthand="signers",
    takes={
        "signers": "globs of who may sign: addresses, names, or fingerprints of keys",
        "allowed-signers": "file of the base revision with SSH keys, as ssh-keygen(1) describes it",
        "gpg-keys": "file of the base revision with GPG keys, as gpg --armor --export writes it; else the keyring of whoever runs this",
    },
    bad="$ git log -1 --format='%G? %an'\nN Ada Example",
    good="rules:\n  signed-commits:\n    production: {allowed-signers: .allowed_signers, signers: ['*@acme.example']}",
)
