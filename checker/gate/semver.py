"""Semantic versions by precedence (https://semver.org/#spec-item-11), with an optional `v` and one to three numbers as tags have them."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_RANGE = re.compile(r"[<>=~^|*,]|(?:^|[.v ])[xX*](?:$|[. ])| - ")

Version = tuple[tuple[int, int, int], tuple[tuple[int, int, str], ...]]
"""Numbers, then the parts of a pre-release; a release sorts after its pre-releases."""

_RELEASE = ((2, 0, ""),)


def parse_version(written: str) -> Version | None:
    """None for what is no version; a digest behind `@` is left out."""
    match = _VERSION.fullmatch(written.partition("@")[0])
    if match is None:
        return None
    major, minor, patch, before = match.groups()
    parts = (
        tuple((0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part) for part in before.split("."))
        if before
        else _RELEASE
    )
    return (int(major), int(minor or 0), int(patch or 0)), parts


def is_range(written: str) -> bool:
    """Whether it matches more than one version."""
    return _RANGE.search(written) is not None
