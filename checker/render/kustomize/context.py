"""What all kustomizations of one build share."""

from __future__ import annotations

from checker.model.paths import RepoPath
from checker.model.records import dataclass, field
from checker.model.tree import Tree
from checker.render.kustomize.config import EMPTY, TransformerConfig
from checker.render.kustomize.merge import Merger
from checker.render.kustomize.openapi import Schemas
from checker.render.kustomize.options import KustomizeOptions
from checker.render.kustomize.reader import Source
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.variables import Vars

MOST_RESOURCES = 200_000
DEEPEST = 60
MOST_KUSTOMIZATIONS = 10_000


@dataclass(slots=True)
class Build:
    """`styled`: see `values`. `annotated`: the root asks for origin or transformer annotations."""

    tree: Tree
    options: KustomizeOptions
    styled: bool = False
    annotated: bool = False
    schemas: Schemas = field(default_factory=Schemas)
    loaded: int = 0
    """Kustomizations read so far, each as often as it is included."""

    @property
    def merger(self) -> Merger:
        return Merger(self.schemas, styled=self.styled)

    def source(self, path: RepoPath, line: int | None = None) -> Source:
        return Source(path=path, styled=self.styled, line=line)


@dataclass(slots=True)
class Accumulated:
    """What a kustomization and those it includes amount to so far."""

    resources: ResMap = field(default_factory=ResMap)
    config: TransformerConfig = EMPTY
    vars: Vars = field(default_factory=dict)
