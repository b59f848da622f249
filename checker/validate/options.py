"""What the stage is asked: versions, strictness, and where schemas beside the bundled ones come from."""

from __future__ import annotations

from checker.model.cached import cached_property
from checker.model.objects import KubeObject, Location
from checker.model.paths import PathEscapes, repo_path
from checker.model.records import dataclass
from checker.model.tree import Missing, TreeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import TypeAlias

    from checker.model.paths import RepoPath
    from checker.model.tree import Tree
    from checker.validate.catalog import Catalog

Locate: TypeAlias = "Callable[[KubeObject, str, bool], Location]"
"""An object, a JSON pointer into it and whether the key is meant: the place in a file."""


class SchemaUnreadableError(Exception):
    """A schema location failed in another way than "not found"; the text says how."""


ReadSchema: TypeAlias = "Callable[[str], bytes | None]"
"""An expanded location: its bytes, None where there is nothing. Raises SchemaUnreadableError for any other failure."""


def origin_of(obj: KubeObject, _pointer: str, _key: bool) -> Location:
    return obj.origin.location


@dataclass(frozen=True, kw_only=True)
class ValidateOptions:
    """`locations` are templates with kubeconform's six variables, `default` among them standing for the bundled schemas;
    they are read from `tree` unless `read_schema` says how. `assumed` says that nobody stated the versions.

    `server_rules` adds what the API server refuses beyond its schemas. `substituted` says that the objects may hold
    variables of Flux (`${NAME}`) or kustomize (`$(NAME)`) still to be filled in, as files do and rendered objects do not;
    `decrypted` that whoever applies an object encrypted with SOPS decrypts it first, so that the key `sops` never
    reaches the API server.
    `completed` are files that a kustomization takes in: a field they lack, or a value where a placeholder stands, may come
    from it, and whether it does is not checked here. In `named` ones it sets the namespace, and with it the names of Namespaces.
    """

    kubernetes: tuple[str, ...] = ("1.33",)
    assumed: bool = False
    strict: bool = True
    crds: tuple[KubeObject, ...] = ()
    locations: tuple[str, ...] = ("default",)
    tree: Tree | None = None
    read_schema: ReadSchema | None = None
    require_schemas: bool = False
    server_rules: bool = True
    substituted: bool = False
    decrypted: bool = True
    completed: Container[RepoPath] = frozenset()
    named: Container[RepoPath] = frozenset()
    locate: Locate = origin_of

    @cached_property
    def catalog(self) -> Catalog:
        """Compiled once for all objects that are validated with these options."""
        from checker.validate.catalog import Catalog

        return Catalog(self)

    def read(self, location: str) -> bytes | None:
        if self.read_schema is not None:
            return self.read_schema(location)
        return None if self.tree is None else _read_from(self.tree, location)

    def __getstate__(self) -> dict[str, object]:
        """Compiled schemas do not travel to another process; they are made there again."""
        return {name: value for name, value in self.__dict__.items() if name != "catalog"}


def _read_from(tree: Tree, location: str) -> bytes | None:
    if "://" in location:
        raise SchemaUnreadableError("schemas are read over the network only with --allow-network")
    try:
        return tree.read(repo_path(location))
    except Missing:
        return None
    except (TreeError, PathEscapes) as error:
        raise SchemaUnreadableError(str(error)) from None
