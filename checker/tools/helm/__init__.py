"""Helm: a chart's files and values -> rendered templates. The library where it can answer exactly, else the program.

The library renders in a hundredth of the program's time. Where the cluster's Helm is of another age, and the chart has
something that the two read otherwise, a program of that age is asked; without one, the answer says so.
"""

from __future__ import annotations

from typing import Literal

from checker.model.records import replace
from checker.tools.helm import binary, library
from checker.tools.helm.again import rendered_again
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
    nulls_matter = bool(call.helm) and chart.has_null_defaults()
    by_program = (engine or _best(call, nulls_matter=nulls_matter)) == "program"
    template = binary.template if by_program else library.template
    done = template(chart, call)
    again = rendered_again(chart, call, done.outputs, lambda chart, call: template(chart, call).outputs)
    release = binary.version() if by_program else library.VERSION
    return replace(done, again=again, assumed=_otherwise(call, done, release) if nulls_matter else "")


def _best(call: HelmCall, *, nulls_matter: bool) -> Engine:
    if not library.is_installed():
        if not binary.is_installed():
            raise HelmMissing("no Helm engine is installed", INSTALL)
        return "program"
    wanted = keeps_nulls(call.helm)
    fits = nulls_matter and wanted != keeps_nulls(library.VERSION) and binary.is_installed() and wanted == keeps_nulls(binary.version())
    return "program" if fits else "library"


def _otherwise(call: HelmCall, done: Templated, release: str) -> str:
    """Empty where both Helms read nulls alike."""
    if keeps_nulls(call.helm) == keeps_nulls(release):
        return ""
    theirs, ours = ("keeps", "leaves out") if keeps_nulls(call.helm) else ("leaves out", "keeps")
    return f"the chart's own values hold nulls, which Helm {call.helm} in the cluster {theirs} and {done.engine} {ours}"
