from __future__ import annotations

from dataclasses import replace

from checker.model.diff import EnvironmentDiff
from checker.report import FormatOptions
from checker.report.text import text
from tests.unit.report.builders import quiet


def test_many_environments_that_stand_still_share_a_line() -> None:
    still = tuple(EnvironmentDiff(environment=f"env-{number:02}", guarded=False, clusters=()) for number in range(20))
    said = text(replace(quiet(), environments=still), FormatOptions())
    assert "20 environments do not move: env-00, env-01" in " ".join(said.split())
    assert said.count("does not move") == 0
