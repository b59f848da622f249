"""The files that the Applications of a set could be made of, for one whose generators ask for what is not in the repository.

Whatever a parameter would put into a path stands for any text: `{{base}}environments/{{env}}/values.yaml` is every file that ends so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.objects import dig, mapping, sequence, text
from checker.model.paths import RepoPath, parent
from checker.model.tree import Tree, walk
from checker.model.units import Controller, DeployUnit

_PARAMETER = re.compile(r"\{\{.*?\}\}")
_SAYS_SOMETHING = re.compile(r"\w")


def possible_files(unit: DeployUnit, tree: Tree) -> Iterator[RepoPath]:
    """Files with the folders above them: one that is new in them may be meant too."""
    patterns = list(_patterns(unit))
    if not patterns:
        return
    wanted = re.compile("|".join(patterns))
    for path in walk(tree):
        if wanted.fullmatch(path):
            yield path
            folder = parent(path)
            while folder:
                yield folder
                folder = parent(folder)


def _patterns(unit: DeployUnit) -> Iterator[str]:
    if unit.controller is not Controller.ARGOCD_APPLICATIONSET or unit.declaration is None:
        return
    spec = mapping(dig(unit.declaration.body, "spec", "template", "spec"))
    for source in map(mapping, (spec.get("source"), *sequence(spec.get("sources")))):
        folder = text(source.get("path")).strip("/")
        if folder:
            yield from _pattern(folder, "(/.*)?")
        for file in map(text, sequence(dig(source, "helm", "valueFiles"))):
            start, _, rest = file.partition("/")
            yield from _pattern(rest if start.startswith("$") else f"{folder}/{file}", "")


def _pattern(template: str, end: str) -> Iterator[str]:
    """None for a text of parameters alone, which could be anything."""
    literals = _PARAMETER.split(template.removeprefix("./"))
    if any(map(_SAYS_SOMETHING.search, literals)) and "://" not in template:
        yield ".*".join(map(re.escape, literals)) + end
