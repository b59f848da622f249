"""Git through its own command: a folder comes in, ids, paths and bytes go out; nothing is checked out or written.

GitPython is left out: it calls the same plumbing, after 100 ms and more of imports.

Surprise: what Git puts into the environment of a hook is dropped (it would redirect us to another repository), save two
things without which a hook sees the wrong files: the index that is about to be committed (`GIT_INDEX_FILE`, a temporary
one under `git commit -a` and `git commit PATH`), and the quarantine that holds pushed objects while a server decides.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from checker.model.findings import CheckerError
from checker.model.paths import RepoPath, shown
from checker.model.patterns import pattern
from checker.model.records import dataclass
from checker.tools.process import Completed, ProcessFailed, run, scrubbed_environment

EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
EMPTY_BLOB = {
    "sha1": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "sha256": "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}

_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",  # reading must not rewrite the index under somebody else's feet
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # a controller's clone has no replacements either
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # as GIT_NO_LAZY_FETCH, for Git before 2.44: a partial clone must not reach for the network
}
# Settings of the person or the CI runner, not of a hook: where to look for a repository and whom to trust.
_KEPT = pattern(r"GIT_(CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a repository is. `root` is the top of the work tree, None for a bare repository."""

    git_dir: Path
    root: Path | None
    object_format: str
    shallow: bool
    environment: Mapping[str, str]


class Record(NamedTuple):
    """One entry of a commit or the index. `stage` is above 0 only in an unfinished merge."""

    path: RepoPath
    mode: str
    id: str
    stage: int = 0


def locate(path: Path, environ: Mapping[str, str] | None = None) -> Place:
    """The repository that `path` lies in. Raises CheckerError where there is none or Git does not trust it."""
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise CheckerError(f"{shown(RepoPath(str(path)))} does not exist", "give the path of a folder inside a clone")
    variables = os.environ if environ is None else environ
    environment = {**scrubbed_environment(), **_QUIET, **{name: value for name, value in variables.items() if _KEPT.fullmatch(name)}}
    asked = ("--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--show-object-format", "--absolute-git-dir")
    done = run(["git", "rev-parse", *asked], cwd=folder, environment=environment, check=False)
    if done.returncode != 0:
        raise _not_a_repository(folder, done.stderr)
    _, inside, shallow, object_format, git_dir = _text(done.stdout).removesuffix("\n").split("\n", 4)
    root = None
    if inside == "true":
        top = run(["git", "rev-parse", "--show-toplevel"], cwd=folder, environment=environment)
        root = Path(_text(top.stdout).removesuffix("\n"))
    environment |= _inside_hook(variables, Path(git_dir), root)
    return Place(git_dir=Path(git_dir), root=root, object_format=object_format, shallow=shallow == "true", environment=environment)


def _not_a_repository(folder: Path, message: str) -> CheckerError:
    where = shown(RepoPath(str(folder.resolve())))
    if "dubious ownership" in message:
        return CheckerError(f"Git does not read {where}: it belongs to another user", f"git config --global --add safe.directory '{where}'")
    if "not a git repository" in message:
        return CheckerError(
            f"{where} is not in a Git repository",
            "run this inside a clone, name one with --repo, or check plain files with `gitops-check lint`",
        )
    return CheckerError(
        f"Git cannot read the repository at {where}: {message.strip()[-300:]}", "run `git status` there and repair what it says"
    )


def _inside_hook(variables: Mapping[str, str], git_dir: Path, root: Path | None) -> dict[str, str]:
    """The variables of a hook of this very repository that say where the index and the new objects are."""
    kept = {}
    own_hook = "GIT_DIR" not in variables or (root or git_dir).joinpath(variables["GIT_DIR"]).resolve() == git_dir.resolve()
    index = variables.get("GIT_INDEX_FILE")
    if index and own_hook and root is not None and _may_be_ours(root / index, git_dir):
        kept["GIT_INDEX_FILE"] = str(root / index)  # relative to the top of the work tree, where Git starts a hook
    quarantine = variables.get("GIT_QUARANTINE_PATH")
    if quarantine and own_hook and Path(quarantine).resolve().is_relative_to(git_dir.resolve()):
        names = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
        kept |= {name: variables[name] for name in names if name in variables}
    return kept


def _may_be_ours(index: Path, git_dir: Path) -> bool:
    """Whether an index lies in this repository, or in none: not with another one, whose hook runs us."""
    file = index.resolve()
    return file.is_relative_to(git_dir.resolve()) or not any((folder / "HEAD").is_file() for folder in file.parents)


def ask(place: Place, *words: str, check: bool = True) -> Completed:
    """One git command at the top of the repository."""
    command = ["git", "-c", "core.fsmonitor=false", *words]
    done = run(command, cwd=place.root or place.git_dir, environment=place.environment, check=False, timeout=300)
    if check and done.returncode != 0:
        raise ProcessFailed(
            f"git {words[0]} failed: {done.stderr.strip()[-300:]}", "run `git fsck` in the repository and repair what it says"
        )
    return done


def full_ref(place: Place, revision: str) -> str | None:
    """`refs/heads/x` for `x`; None where the revision is no name of a ref."""
    if not revision or revision.startswith("-") or "\0" in revision:
        return None
    done = ask(place, "rev-parse", "--verify", "--quiet", "--symbolic-full-name", revision, check=False)
    name = _text(done.stdout).strip()
    return name if done.returncode == 0 and name.startswith("refs/") else None


def symbolic_ref(place: Place, name: str) -> str | None:
    """The ref that `name` (`HEAD`, `refs/remotes/origin/HEAD`) points to, None when it is detached or absent."""
    done = ask(place, "symbolic-ref", "--quiet", name, check=False)
    return _text(done.stdout).strip() if done.returncode == 0 else None


def merge_base(place: Place, one: str, other: str) -> str | None:
    """The best common ancestor of two commit ids, None when none is known here."""
    if one == other:
        return one
    done = ask(place, "merge-base", one, other, check=False)
    if done.returncode not in (0, 1):
        raise ProcessFailed(
            f"git merge-base failed: {done.stderr.strip()[-300:]}", "run `git fsck` in the repository and repair what it says"
        )
    return _text(done.stdout).strip() or None


def is_ancestor(place: Place, commit: str, tip: str) -> bool:
    """Whether a commit is in the history of another, or is it."""
    return commit == tip or ask(place, "merge-base", "--is-ancestor", commit, tip, check=False).returncode == 0


def upstream_of(place: Place, branch: str) -> str | None:
    """The full name of the ref that a local branch follows, None where it follows none."""
    done = ask(place, "for-each-ref", "--format=%(upstream)", f"refs/heads/{branch}", check=False)
    return _text(done.stdout).strip() or None


def count_ahead(place: Place, base: str, tip: str) -> int:
    """How many commits are in `tip` and not in `base`."""
    return int(_text(ask(place, "rev-list", "--count", f"{base}..{tip}").stdout).strip() or 0)


def list_branches(place: Place) -> tuple[tuple[str, str], ...]:
    """Every local and remote branch with its commit, as full names of refs, sorted; `refs/remotes/x/HEAD` is none."""
    done = ask(place, "for-each-ref", "--format=%(refname) %(objectname) %(symref)", "refs/heads", "refs/remotes")
    words = (line.split(" ") for line in _text(done.stdout).splitlines())
    return tuple(sorted((name, commit) for name, commit, symbolic in words if not symbolic))


def list_tags(place: Place) -> tuple[str, ...]:
    """The names of all tags, sorted."""
    done = ask(place, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags")
    return tuple(sorted(_text(done.stdout).splitlines()))


def list_commit(place: Place, commit: str) -> Iterator[Record]:
    """Every file, link and submodule of a commit."""
    for line in _records(ask(place, "ls-tree", "-r", "-z", "--full-tree", commit).stdout):
        head, _, path = line.partition("\t")
        mode, _, name = head.split(" ")
        yield Record(RepoPath(path), mode, name)


def list_index(place: Place) -> Iterator[Record]:
    """Every entry of the index, without those only announced (`git add --intent-to-add`): a commit leaves them out too."""
    records = [_index_record(line) for line in _records(ask(place, "ls-files", "--stage", "-z", "--full-name").stdout)]
    announced: frozenset[str] = frozenset()
    if any(record.id == EMPTY_BLOB[place.object_format] for record in records):
        announced = frozenset(_records(ask(place, "diff-files", "-z", "--name-only", "--diff-filter=A", "--ignore-submodules=all").stdout))
    return (record for record in records if record.path not in announced)


def _index_record(line: str) -> Record:
    head, _, path = line.partition("\t")
    mode, name, stage = head.split(" ")
    return Record(RepoPath(path), mode, name, int(stage))


def list_edited(place: Place) -> frozenset[RepoPath]:
    """Paths of the index that are something else on disk, or gone from it."""
    words = ("--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative", "--ignore-submodules=all")
    return frozenset(RepoPath(path) for path in _records(ask(place, "diff", *words).stdout))


def list_untracked(place: Place) -> tuple[RepoPath, ...]:
    """Files on disk that Git neither knows nor ignores; a repository in the repository ends in `/`."""
    return tuple(RepoPath(path) for path in _records(ask(place, "ls-files", "--others", "--exclude-standard", "-z", "--full-name").stdout))


def list_trailers(place: Place, base: str | None, head: str) -> tuple[tuple[str, str], ...]:
    """The trailers of every commit in `head` and not in `base`, oldest commit first."""
    wanted = "%(trailers:only=true,unfold=true,separator=%x00,key_value_separator=%x1f)%x00"
    span = head if base is None else f"{base}..{head}"
    done = ask(place, "-c", "log.showSignature=false", "log", "-z", "--reverse", "--no-color", f"--format={wanted}", span, "--")
    pairs = (trailer.partition("\x1f") for trailer in _records(done.stdout))
    return tuple((key.strip(), value.strip()) for key, _, value in pairs)


def list_remotes(place: Place) -> tuple[tuple[str, str], ...]:
    """Remote names with their addresses, sorted; without any password or token that an address carries."""
    done = ask(place, "config", "-z", "--get-regexp", r"^remote\..*\.url$", check=False)
    pairs = (record.partition("\n") for record in _records(done.stdout))
    return tuple(sorted((key.removeprefix("remote.").removesuffix(".url"), _without_password(url)) for key, _, url in pairs))


def _without_password(url: str) -> str:
    """User names of ssh stay; over HTTP even the name may be a token."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    login, at, host = rest.partition("/")[0].rpartition("@")
    user = login.partition(":")[0]
    kept = f"{user}@" if at and scheme not in ("http", "https") else ""
    return f"{scheme}://{kept}{host}{rest[len(login) + len(at) + len(host) :]}"


def _records(output: bytes) -> list[str]:
    return [record for record in _text(output).split("\0") if record]


def _text(output: bytes) -> str:
    return output.decode("utf-8", "surrogateescape")
