"""How a template ends when it does not end in text."""

from __future__ import annotations


class TemplateFailed(Exception):
    """Go fails too: bad syntax, a missing key that must be there, a value of the wrong type."""


class TemplateUnsupported(Exception):
    """Go may well succeed; we do not do this."""
