"""`.gitops-check.yaml` -> Settings. Every mistake in the file is one UsageError that names its line and the nearest right word."""

from __future__ import annotations

from checker.settings.load import FILE_NAME, load_settings

__all__ = ["FILE_NAME", "load_settings"]
