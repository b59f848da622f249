"""What somebody may write into a pull request to make a report lie, act or break."""

from __future__ import annotations

from dataclasses import replace

from checker.model.change import Revision
from checker.model.diff import Change, Effect, EnvironmentDiff, FieldChange, NotRendered, ObjectDiff, UnitDiff
from checker.model.findings import Counts, Finding, Severity
from checker.model.objects import Location, ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.report import Mode, Report, RuleVerdict, Suppressed, Verdict
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, State
from tests.unit.report.builders import facts

STRINGS = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)></details></code></script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "markdown": "[click](https://evil.example) **bold** | cell | ![i](https://evil.example/p.png) # h <!-- c --> @everyone #1 GH-1",
    "fences": "``` ````` `x` ~~~\n```\n> quote\n/approve",
    "ansi": "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\x9b2J\x08\x7f",
    "commands": "::error file=x::pwned ::set-output name=a::b ##[error]x ##vso[task.setvariable variable=a]b ##teamcity[x]",
    "commands on lines": "a\n::error::b\r\n::stop-commands::t\n##[endgroup]",
    "xml": "]]> <![CDATA[ & &amp; \x00\x0b\ufffe\uffff",
    "bidi": "\u202etxt.exe\u202c \u2066x\u2069 \u200b\u200d\ufeff\u00ad\u3164\u2028\u2029\u0085",
    "bytes": "caf\udce9 \ud800",
    "quick action": "/merge\n/close\n/label ~x",
    "unicode": "日本語 🎉 ñ é ß",
    "braces": "{{ .Values.x }} {0} %s %25 $(id) `id` ${IFS}",
    "long": "x" * 1_000_000,
    "empty": "",
}


def hostile(text: str) -> Report:
    """A report with `text` in every place that the repository can fill."""
    path = RepoPath(text.replace("\0", "") or "empty")
    key = ObjectKey(text, text, text, text)
    place = Location(path=path, line=3, column=4)
    unit = DeployUnit(
        controller=Controller.ARGOCD_APPLICATION,
        name=text,
        namespace=text,
        path=path,
        cluster=text,
        environment=text,
        origin=Origin(path=path),
    )
    changes = (
        FieldChange(path=text, pointer="/a", before=text, after=f"{text}!"),
        FieldChange(path="spec.image", pointer="/spec/image", before=f"{text}:1", after=f"{text}:2"),
        FieldChange(path="b", pointer="/b", before=[text, {text: text}], after={text: [text]}),
    )
    effect = Effect(id="restarts-pods", severity=Severity.WARNING, message=text)
    objects = (
        ObjectDiff(
            key=key,
            change=Change.CHANGED,
            api_version=text,
            fields=changes,
            effects=(effect,),
            before={text: text, "l": text},
            after={text: f"{text}!", "l": [text]},
        ),
        ObjectDiff(key=key, change=Change.CREATED, api_version=text, after={text: {text: [text]}}),
        ObjectDiff(key=key, change=Change.DELETED, api_version=text, before={"data": {text: f"{text}\n{text}"}}, effects=(effect,)),
        ObjectDiff(key=key, change=Change.RENAMED, api_version=text, before_key=key),
        ObjectDiff(key=key, change=Change.MOVED, api_version=text, moved_from=text),
    )
    diff = UnitDiff(unit=unit, change=Change.CHANGED, state=State.RENDERED, objects=objects, notes=(text,))
    finding = Finding(
        rule=text, severity=Severity.ERROR, message=text, location=place, object=key, pointer=text, unit=unit.key, environments=(text,)
    )
    gap = NotRendered(unit=unit, side="head", reason=Reason.BROKEN, message=text, location=place, affected=True)
    verdict = RuleVerdict(rule=text, environment=text, mode=Mode.ENFORCE, verdict=Verdict.BROKEN, message=text, because=(text,), fix=text)
    return Report(
        tool_version="0.1.0",
        engines=(("helm", text),),
        change=replace(facts(), head=Revision(name=text, commit="")),
        units=(BuiltUnit(unit=unit, result=Failure(message=text, reason=Reason.BROKEN, location=place)),),
        environments=(EnvironmentDiff(environment=text, guarded=True, clusters=(text,), units=(diff,), not_rendered=(gap,)),),
        not_rendered=(gap,),
        findings=(finding, replace(finding, severity=Severity.NOTE)),
        suppressed=(Suppressed(finding=finding, reason=text, by=text),),
        counts=Counts(failed=1),
        rules=(verdict,),
        notes=(text,),
    )
