"""Helm: a chart's files and values -> rendered templates. The library where it can answer exactly, else the program.

The library renders in a hundredth of the program's time and knows one Kubernetes version only. A chart that looks at
`.Capabilities` is therefore given to the program when the caller names a version; without the program, the answer says so.
So it does where the cluster's Helm is of another age than ours, and the chart has something that the two read otherwise.
"""

from __future__ import annotations

from typing import Literal

from checker.model.records import replace
from checker.tools.helm import binary, library
from checker.tools.helm.ages import keeps_nulls
from checker.tools.helm.call import HelmCall, HelmFailed, HelmMissing, Templated, TemplateOutput
from checker.tools.helm.files import ChartFiles, read_chart
from checker.tools.helm.values import merged_values, set_value

__all__ = [
    "ChartFiles",
    "Engine",
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
Engine = Literal["", "library", "program"]
"""Empty: whichever can answer exactly, else the library."""


def template_chart(chart: ChartFiles, call: HelmCall, engine: Engine = "") -> Templated:
    """Raises HelmFailed, HelmMissing."""
    versions_matter = bool(call.kube_version or call.api_versions) and chart.asks_capabilities
    nulls_matter = bool(call.helm) and chart.has_null_defaults()
    if (engine or _best(call, versions_matter=versions_matter, nulls_matter=nulls_matter)) == "program":
        done = binary.template(chart, call)
        notes = [_otherwise(call, done, binary.version())] if nulls_matter else []
    else:
        done = library.template(chart, call)
        notes = [*([_unasked(call, done)] if versions_matter else []), *([_otherwise(call, done, library.VERSION)] if nulls_matter else [])]
    return replace(done, assumed="; ".join(note for note in notes if note))


def _best(call: HelmCall, *, versions_matter: bool, nulls_matter: bool) -> Engine:
    if library.is_installed() and not versions_matter and not nulls_matter:
        return "library"
    has_program = binary.is_installed()
    if not library.is_installed():
        if not has_program:
            raise HelmMissing("no Helm engine is installed", INSTALL)
        return "program"
    wanted = keeps_nulls(call.helm)
    fits = nulls_matter and wanted != keeps_nulls(library.VERSION) and wanted == keeps_nulls(binary.version())
    return "program" if has_program and (versions_matter or fits) else "library"


def _unasked(call: HelmCall, done: Templated) -> str:
    wanted = ", ".join(part for part in (f"Kubernetes {call.kube_version}" if call.kube_version else "", *call.api_versions) if part)
    return f"the chart asks for the cluster's version and was answered with that of {done.engine}, not {wanted}"


def _otherwise(call: HelmCall, done: Templated, release: str) -> str:
    """Empty where both Helms read nulls alike."""
    if keeps_nulls(call.helm) == keeps_nulls(release):
        return ""
    theirs, ours = ("keeps", "leaves out") if keeps_nulls(call.helm) else ("leaves out", "keeps")
    return f"the chart's own values hold nulls, which Helm {call.helm} in the cluster {theirs} and {done.engine} {ours}"
