"""Charts and HelmReleases -> objects, through Helm itself.

render_chart(tree, path, HelmRequest(...))    -> objects of a chart in the tree
template_release(tree, path, HelmRequest(...)) -> the same with notes
render_helmrelease(unit, tree, options)        -> what helm-controller would install
"""

from checker.render.helm.chart import ChartResult, HelmRequest, render_chart, template_release
from checker.render.helm.release import render_helmrelease
from checker.tools.helm import merged_values, set_value

__all__ = ["ChartResult", "HelmRequest", "merged_values", "render_chart", "render_helmrelease", "set_value", "template_release"]
