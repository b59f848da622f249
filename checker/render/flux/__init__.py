"""Flux units -> what they render to: Kustomizations as kustomize-controller builds them, ResourceSets as flux-operator does."""

from checker.render.flux.kustomization import render_kustomization
from checker.render.flux.resourceset import render_resourceset

__all__ = ["render_kustomization", "render_resourceset"]
