"""Schemas beside the bundled ones: files of the repository, read from a tree that the change cannot edit."""

from __future__ import annotations

from checker.model.paths import PathEscapes, repo_path
from checker.model.tree import EntryKind, Tree, TreeError
from checker.validate.options import ReadSchema, SchemaUnreadableError


def schema_reader(tree: Tree) -> ReadSchema:
    """Reads an expanded location as a path in the tree; None where there is nothing. Addresses are refused: nothing is fetched."""

    def read(location: str) -> bytes | None:
        if "://" in location:
            raise SchemaUnreadableError("it is an address, and schemas are read from files of the repository")
        try:
            path = repo_path(location)
            return tree.read(path) if tree.kind(path) is EntryKind.FILE else None
        except (PathEscapes, TreeError) as error:
            raise SchemaUnreadableError(str(error)) from error

    return read
