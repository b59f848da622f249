"""Charts and HelmReleases -> objects, through Helm itself."""

from checker.render.helm.release import render_helmrelease

__all__ = ["render_helmrelease"]
