"""Whether two URLs name one repository, as Argo CD has it; and more leniently, whether one names the repository at hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

_SSH = re.compile(r"(ssh://)?([^/:]*?)@[^@]+")


def normalised_url(url: str) -> str:
    """Argo CD's own normal form (util/git/git.go, argo-cd); empty for what is no URL.

    Letter case and one `.git` do not count, `git@host:owner/repo` is `ssh://git@host/owner/repo`. Port, user, a slash at
    the end and https or ssh do count.
    """
    plain = url.strip(" ").lower()
    if _SSH.fullmatch(plain) and not plain.startswith("ssh://"):
        plain = "ssh://" + plain.replace(":", "/", 1)
    plain = plain.removesuffix(".git")
    try:
        port = urlsplit(plain).port
    except ValueError:
        return ""
    if re.search("%(?![0-9a-f]{2})", plain.partition("?")[0]):
        return ""
    if port is None and re.match(r"[a-z][a-z0-9+.-]*://[^/]*:[^/\]]*[^0-9/\]@][^/@]*(?:/|$)", plain):
        return ""
    return quote(plain, safe="/:@%?#[]!$&'()*+,;=~-._").removeprefix("ssh://")


def same_repository(one: str, other: str) -> bool:
    """Argo CD's equality of repository URLs."""
    left, right = (normalised_url(url) or url for url in (one, other))
    return bool(left) and left == right


def is_this_repository(url: str, known: Sequence[str]) -> bool:
    """Whether a URL names this repository: host and path alike, whether https, ssh or scp form. Argo CD is stricter.

    With no remote to compare with, every repository that is named could be this one, and is taken to be.
    """
    return bool(url) and not url.startswith("oci://") and (not known or _bare(url) in {_bare(other) for other in known})


@lru_cache(maxsize=1024)
def _bare(url: str) -> str:
    """`git@host:owner/repo.git`, `ssh://git@host/owner/repo`, `https://user@host/owner/repo/` -> `host/owner/repo`."""
    plain = url.strip().lower()
    scp = re.fullmatch(r"(?:[^@/:]+@)?([^/:]+):(?!//)(.+)", plain)
    host_and_path = f"{scp[1]}/{scp[2]}" if scp and "://" not in plain else plain.partition("://")[2] or plain
    host, slash, path = host_and_path.partition("/")
    host = re.sub(r":\d+$", "", host.rpartition("@")[2])
    return re.sub(r"/+", "/", f"{host}{slash}{path}").strip("/").removesuffix(".git")
