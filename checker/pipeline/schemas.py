"""Schemas beside the bundled ones: files of the repository, read from a tree that the change cannot edit; addresses if allowed."""

from __future__ import annotations

import os

from checker.model.findings import UsageError
from checker.model.paths import PathEscapes, repo_path
from checker.model.tree import EntryKind, TreeError
from checker.validate.locations import VARIABLES, unknown_variables
from checker.validate.options import SchemaUnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.model.tree import Tree
    from checker.validate.options import ReadSchema


def check_location(location: str) -> None:
    """Raises UsageError for a template with a name that means nothing."""
    unknown = unknown_variables(location)
    if unknown:
        raise UsageError(f"the schema location {location} asks for {{{{{unknown[0]}}}}}", f"it may ask for {', '.join(VARIABLES)}")


def schema_reader(tree: Tree, *, allow_network: bool) -> ReadSchema:
    """Reads an expanded location as a path in the tree, or with `allow_network` as an address; None where there is nothing."""
    fetch = _fetcher() if allow_network else None

    def read(location: str) -> bytes | None:
        if "://" in location:
            if fetch is None:
                raise SchemaUnreadableError("it is an address; --allow-network fetches it, a copy in the repository needs no network")
            return fetch(location)
        try:
            path = repo_path(location)
            return tree.read(path) if tree.kind(path) is EntryKind.FILE else None
        except (PathEscapes, TreeError) as error:
            raise SchemaUnreadableError(str(error)) from error

    return read


def located_schemas() -> ReadSchema:
    """Reads files of this machine, wherever the person at the command line says they are; addresses are refused."""

    def read(location: str) -> bytes | None:
        if "://" in location:
            raise SchemaUnreadableError("it is an address, and nothing is downloaded; `gitops-check schemas vendor` writes copies")
        try:
            if not os.path.isfile(location):
                return None
            with open(location, "rb") as file:
                return file.read()
        except OSError as error:
            raise SchemaUnreadableError(f"{location} cannot be read: {error.strerror}") from error

    return read


def _fetcher() -> ReadSchema:
    from checker.tools.schema_fetch import SchemaFetcher, SchemaFetchError

    fetcher = SchemaFetcher()

    def fetch(url: str) -> bytes | None:
        try:
            return fetcher.fetch(url)
        except SchemaFetchError as error:
            raise SchemaUnreadableError(str(error)) from error

    return fetch
