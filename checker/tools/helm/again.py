"""What a chart would give another time: the templates that may come to the clock or to chance, rendered twice more by themselves.

What differs between these two renders differs by chance. Where it is something else that differs from the whole chart's render,
a template left out has a part in it (they may change the values that all share), and the whole chart is rendered again; so it is
where a template that draws may be the one that changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import sleep
from typing import TypeAlias

from checker.model.records import replace
from checker.tools.helm.call import HelmCall, HelmFailed, TemplateOutput
from checker.tools.helm.chance import Drawing, drawing
from checker.tools.helm.files import ChartFiles
from checker.tools.helm.template_text import tail
from checker.tools.outside import took

Outputs: TypeAlias = tuple[TemplateOutput, ...]
Render: TypeAlias = Callable[[ChartFiles, HelmCall], Outputs]


def rendered_again(chart: ChartFiles, call: HelmCall, first: Outputs, render: Render) -> Outputs:
    """The outputs of the templates that give something else than in the first render. Raises HelmFailed."""
    found = drawing(chart, call.values)
    if found is None:
        return ()
    sources = {tail(output.source.encode()) for output in first}
    names = sources if found.is_shared else sources & found.names
    if not names:
        return ()
    took("the clock or chance")
    bare = replace(call, include_crds=False)
    second = None if found.is_shared else _alone(found, names, bare, first, render)
    if second is None:
        sleep(found.pause)
        second = render(found.whole(), bare)
    changed = _changed(first, second)
    return tuple(output for output in second if output.source in changed and tail(output.source.encode()) in names)


def _alone(found: Drawing, names: Iterable[bytes], call: HelmCall, first: Outputs, render: Render) -> Outputs | None:
    """None where the templates by themselves are not what they are in the whole chart."""
    try:
        sleep(found.pause)
        one = render(found.alone(names, 1), call)
        changed = {source for source in _changed(first, one) if tail(source.encode()) in names}
        if not changed:
            return one
        sleep(found.pause)
        two = render(found.alone(names, 2), call)
    except HelmFailed:
        return None
    texts = [_texts(outputs) for outputs in (first, one, two)]
    return one if all(_differ_alike(*(text.get(source, "") for text in texts)) for source in changed) else None


def _texts(outputs: Outputs) -> dict[str, str]:
    texts: dict[str, str] = {}
    for output in outputs:
        texts[output.source] = f"{texts.get(output.source, '')}---\n{output.text}"
    return texts


def _changed(first: Outputs, second: Outputs) -> set[str]:
    one, two = _texts(first), _texts(second)
    return {source for source in one.keys() | two.keys() if one.get(source) != two.get(source)}


def _differ_alike(whole: str, one: str, two: str) -> bool:
    """Whether the lines that are not as in the whole chart's render are those that are not the same in both others."""
    lines = [text.split("\n") for text in (whole, one, two)]
    same_length = len(lines[0]) == len(lines[1]) == len(lines[2])
    return same_length and all((first != second) == (second != third) for first, second, third in zip(*lines, strict=True))
