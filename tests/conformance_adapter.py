"""The product's doors as the conformance runner calls them: one thin function a suite."""

from __future__ import annotations


class NotSupported(Exception):
    """What we name and refuse."""
