"""What Flux takes for the content of a source, for discovery and rendering alike: references, artifacts, ignore rules."""

from checker.tools.flux.sources import (
    THIS_REPOSITORY,
    SourceOptions,
    SourceRef,
    names_this_repository,
    normalised_url,
    open_source,
    source_url,
)
from checker.tools.flux.trees import ArtifactTree, CopiedTree, FolderTree, RepositoryTree
from checker.tools.flux.versions import no_longer_served, release, stated_release

__all__ = [
    "THIS_REPOSITORY",
    "ArtifactTree",
    "CopiedTree",
    "FolderTree",
    "RepositoryTree",
    "SourceOptions",
    "SourceRef",
    "names_this_repository",
    "no_longer_served",
    "normalised_url",
    "open_source",
    "release",
    "source_url",
    "stated_release",
]
