"""Helm: a chart's files and values -> rendered templates. The library where it can answer exactly, else the program.

The library renders in a hundredth of the program's time and knows one Kubernetes version only. A chart that looks at
`.Capabilities` is therefore given to the program when the caller names a version; without the program, the answer says so.
"""

from __future__ import annotations

from dataclasses import replace

from checker.tools.helm import binary, library
from checker.tools.helm.call import HelmCall, HelmFailed, HelmMissing, Templated, TemplateOutput
from checker.tools.helm.files import ChartFiles, read_chart
from checker.tools.helm.values import merged_values, set_value

__all__ = [
    "ChartFiles",
    "HelmCall",
    "HelmFailed",
    "HelmMissing",
    "TemplateOutput",
    "Templated",
    "merged_values",
    "read_chart",
    "set_value",
    "template_chart",
]

INSTALL = "install gitops-check[helm] or put helm on PATH"


def template_chart(chart: ChartFiles, call: HelmCall) -> Templated:
    """Raises HelmFailed, HelmMissing."""
    matters = bool(call.kube_version or call.api_versions) and chart.asks_capabilities
    if matters and binary.is_installed():
        return binary.template(chart, call)
    if library.is_installed():
        done = library.template(chart, call)
        wanted = ", ".join(part for part in (f"Kubernetes {call.kube_version}" if call.kube_version else "", *call.api_versions) if part)
        assumed = f"the chart asks for the cluster's version and was answered with that of {done.engine}, not {wanted}" if matters else ""
        return replace(done, assumed=assumed)
    if binary.is_installed():
        return binary.template(chart, call)
    raise HelmMissing("no Helm engine is installed", INSTALL)
