"""No change while a window is closed: windows of the settings, and the sync windows of the AppProjects on the base branch.

The clock is an input; without one the rule is unknown. Argo CD's meaning of several windows
(https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/): an active deny blocks; else an active allow lets through;
else an allow window that is not active blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo

from checker.gate.because import chains, first_place, gap_names
from checker.gate.cron import open_until, parse_duration, parse_schedule
from checker.gate.model import Case, Judgement, Rule, broken, passed, unknown
from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.records import dataclass
from checker.model.units import Controller, DeployUnit
from checker.tools.argocd import window_applies


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """`until` is set while it is open; `problem` says what is wrong with it."""

    allows: bool
    label: str
    until: datetime | None = None
    problem: str = ""


def judge(case: Case) -> Judgement:
    if not case.moving and not case.gaps:
        return passed(f"{case.environment} does not move")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    if case.options.now is None:
        return unknown("the time is not known", because=because, fix="let the command line give it", location=place)
    answers = [_answer(case, list(windows)) for windows in _groups(case)]
    for problem in (message for message, is_problem in answers if is_problem):
        return unknown(problem, because=because, fix="correct the window", location=place)
    for message in (message for message, _ in answers if message):
        if not case.moving:
            return unknown(
                f"{gap_names(case.gaps)} could not be rendered, and {message}", because=because, fix="wait until then", location=place
            )
        return broken(message, because=because, fix="merge after that, or bypass the rule with a reason", location=place)
    return passed(f"no window keeps {case.environment} from changing", because)


def _answer(case: Case, windows: list[_Window]) -> tuple[str, bool]:
    """Why a change is refused, and whether that is because a window makes no sense; empty where it is not refused."""
    wrong = next((window for window in windows if window.problem), None)
    if wrong is not None:
        return f"{wrong.label}: {wrong.problem}", True
    closed = [window for window in windows if not window.allows and window.until]
    if closed:
        until = max(window.until for window in closed if window.until)
        return f"{case.environment} is frozen by {closed[0].label} until {until:%Y-%m-%d %H:%M} UTC", False
    allowing = [window for window in windows if window.allows]
    if allowing and not any(window.until for window in allowing):
        return f"{case.environment} may change only in {', '.join(window.label for window in allowing[:3])}", False
    return "", False


def _groups(case: Case) -> Iterator[Iterable[_Window]]:
    """The settings' windows together, then those of each application that moves."""
    assert case.options.now is not None
    now = case.options.now.astimezone(UTC)
    yield [_window(mapping(entry), now, f"window {number}") for number, entry in enumerate(sequence(case.parameter("windows")), 1)]
    if case.parameter("sync-windows") is False:
        return
    projects = {obj.name: obj for obj in _projects(case)}
    for unit in (*(unit.unit for unit in case.moving), *(gap.unit for gap in case.gaps)):
        if unit.controller is Controller.ARGOCD_APPLICATION and unit.declaration is not None:
            project = projects.get(text(dig(unit.declaration.body, "spec", "project"), "default"))
            if project is not None:
                yield _sync_windows(project, unit, now)


def _projects(case: Case) -> Iterator[KubeObject]:
    for built in case.base_units:
        for obj in (*built.unit.related, *built.of_kind("AppProject")):
            if (obj.group, obj.kind) == ("argoproj.io", "AppProject"):
                yield obj


def _sync_windows(project: KubeObject, unit: DeployUnit, now: datetime) -> Iterator[_Window]:
    assert unit.declaration is not None
    for number, entry in enumerate(sequence(dig(project.body, "spec", "syncWindows")), 1):
        window = mapping(entry)
        if window_applies(window, unit.declaration.body):
            yield _window(window, now, f"sync window {number} of AppProject {project.name}")


def _window(entry: Mapping[str, JSONValue], now: datetime, label: str) -> _Window:
    schedule, length = parse_schedule(text(entry.get("schedule"))), parse_duration(text(entry.get("duration")))
    zone = _zone(text(entry.get("timezone"), text(entry.get("timeZone"), "UTC")))
    allows = entry.get("kind") == "allow"
    named = text(entry.get("reason")) or text(entry.get("description"))
    label = f"{label} ({named or text(entry.get('schedule')) + ' for ' + text(entry.get('duration'))})"
    problem = "schedule is not five cron fields" if schedule is None else "duration is not like 8h or 90m" if length is None else ""
    if schedule is None or length is None or zone is None:
        return _Window(
            allows=allows,
            label=label,
            problem=problem or f"time zone {text(entry.get('timezone'), text(entry.get('timeZone')))} is unknown",
        )
    return _Window(allows=allows, label=label, until=open_until(schedule, length, now, zone))


def _zone(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    if name.upper() in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        return None


_WINDOW: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schedule", "duration"],
    "properties": {
        "kind": {"enum": ["deny", "allow"]},
        "schedule": {"type": "string", "minLength": 1},
        "duration": {"type": "string", "minLength": 1},
        "timezone": {"type": "string", "minLength": 1},
        "reason": {"type": "string"},
    },
}

RULE = Rule(
    id="freeze",
    title="No change while the environment is frozen",
    why=(
        "Merging before a weekend or a sale deploys then, whatever the calendar says; and a change merged outside a sync window of Argo CD "
        "waits unseen and lands together with others."
    ),
    fix="Merge when the window opens, or bypass the rule with a reason.",
    judge=judge,
    parameters={"windows": {"type": "array", "items": _WINDOW}, "sync-windows": {"type": "boolean"}},
    shorthand="windows",
    takes={
        "windows": "list of {schedule, duration, timezone, kind, reason}: five cron fields, a length like 8h; kind is deny or allow",
        "sync-windows": "false leaves the sync windows of AppProjects out",
    },
    bad='# merged on a Friday at 17:00 in Berlin\n-  newTag: "1.1"\n+  newTag: "1.2"',
    good='rules:\n  freeze:\n    production:\n      windows: [{schedule: "0 16 * * 5", duration: 62h, timezone: Europe/Berlin}]',
)
