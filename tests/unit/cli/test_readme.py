"""What README tells those who change the project is there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[3]


def _guide() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8").partition("## Working on it")[2]


def test_every_file_that_the_guide_names_is_there() -> None:
    named = re.findall(r"`((?:checker|tests)/[\w./]+)`", _guide())
    assert len(named) > 15
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_table_that_the_guide_names_is_in_its_module() -> None:
    named = re.findall(r"`([A-Z]\w+)` in `(checker/[\w/]+)\.py`", _guide())
    assert len(named) > 6
    missing = [
        (table, file) for table, file in named if not hasattr(import_module(file.replace("/", ".").removesuffix(".__init__")), table)
    ]
    assert missing == []
