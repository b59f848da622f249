"""What `init` writes beside the settings: one file for each CI system, and one for pre-commit.

A file starts with a comment that names where it belongs; `seat(name)` gives its text with the version of this program filled in.
To add a CI system: a file here, and a row in `pipeline.initial.SEATS`.
"""

from __future__ import annotations

from importlib import resources

from checker.version import __version__


def seat(file: str) -> str:
    """The text of one of the files here."""
    return resources.files(__name__).joinpath(file).read_text(encoding="utf-8").replace("VERSION", __version__)
