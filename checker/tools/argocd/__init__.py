"""Argo CD's dialects, for discovery and rendering alike: repository URLs, globs, variable expansion, projects, syncing."""

from checker.tools.argocd.expansion import expand
from checker.tools.argocd.globs import any_glob, doublestar, glob_matches, listed_order, path_match, pathspec
from checker.tools.argocd.projects import permits_destination, permits_kind, permits_source
from checker.tools.argocd.repositories import is_this_repository, normalised_url, same_repository
from checker.tools.argocd.sync import sync_of, window_applies, windows_of

__all__ = [
    "any_glob",
    "doublestar",
    "expand",
    "glob_matches",
    "is_this_repository",
    "listed_order",
    "normalised_url",
    "path_match",
    "pathspec",
    "permits_destination",
    "permits_kind",
    "permits_source",
    "same_repository",
    "sync_of",
    "window_applies",
    "windows_of",
]
