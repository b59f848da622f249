"""Which files of the change make a unit move: those it reads, those that declare it, else those that move what declares it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from checker.compare.units import UnitPair
from checker.model.change import ChangedFile, ChangeFacts
from checker.model.diff import Cause
from checker.model.objects import KubeObject, Location
from checker.model.paths import RepoPath, parent
from checker.model.units import BuiltUnit, UnitKey


class Causes:
    """Looks up causes; reads every unit once."""

    def __init__(self, base: Sequence[BuiltUnit], head: Sequence[BuiltUnit], facts: ChangeFacts) -> None:
        self._files = {file.path: file for file in facts.files}
        self._beside: dict[int, set[RepoPath]] = {}
        """By the group of objects beside a unit: many units share one, and all of them live as long as we do."""
        self._units: dict[UnitKey, set[RepoPath]] = {}
        self._environments: dict[RepoPath, set[str]] = {}
        self._parents: dict[UnitKey, UnitKey | None] = {}
        for built in (*base, *head):
            found = self._read_by(built)
            self._units.setdefault(built.unit.key, set()).update(found)
            self._parents[built.unit.key] = built.unit.parent
            for path in found:
                if built.unit.environment:
                    self._environments.setdefault(path, set()).add(built.unit.environment)

    def of(self, pair: UnitPair) -> tuple[Cause, ...]:
        """Sorted by path. A file that says the same as before is no cause beside one that does not."""
        paths = self._units.get(pair.unit.key) or self._met(pair) or self._paths(pair.unit.key)
        telling = {path for path in paths if not self._files[path].inert} or paths
        return tuple(self._cause(path, pair.unit.environment) for path in sorted(telling))

    def _paths(self, key: UnitKey) -> set[RepoPath]:
        seen: set[UnitKey] = set()
        at: UnitKey | None = key
        while at is not None and at not in seen:
            found = self._units.get(at)
            if found:
                return found
            seen.add(at)
            at = self._parents.get(at)
        return set()

    def _cause(self, path: RepoPath, environment: str) -> Cause:
        others = self._environments.get(path, set()) - {environment}
        return Cause(path=path, shared=bool(others), location=Location(path=path, line=self._files[path].line))

    def _read_by(self, built: BuiltUnit) -> set[RepoPath]:
        reads = built.result.reads
        found = _in_both(self._files, reads)
        related = built.unit.related
        if id(related) not in self._beside:
            self._beside[id(related)] = self._declared(related)
        found |= self._beside[id(related)]
        if built.unit.declaration is not None:
            found |= self._declared((built.unit.declaration,))
        if built.unit.origin.path in self._files:
            found.add(built.unit.origin.path)
        return found

    def _met(self, pair: UnitPair) -> set[RepoPath]:
        """Files that came or went where the unit only looks which names there are, as a generator of Applications does."""
        before, after = (built.result.reads if built is not None else {} for built in (pair.base, pair.head))
        listed = {read for read in {*before, *after} if read.endswith("/") and before.get(read) != after.get(read)}
        return {path for path, file in self._files.items() if listed and file.status != "M" and _is_new_name(path, listed, before, after)}

    def _declared(self, objects: Iterable[KubeObject]) -> set[RepoPath]:
        """The files of the change that made the objects what they are."""
        origins = (origin for obj in objects for origin in (obj.origin, *obj.contributors))
        return {origin.path for origin in origins if origin.path in self._files}


def _is_new_name(path: RepoPath, listed: Container[str], before: Mapping[str, str | None], after: Mapping[str, str | None]) -> bool:
    """Whether the file, or a folder above it, is a name that a listing gained or lost."""
    while path:
        known = path in before and before[path] == after.get(path)
        if f"{parent(path)}/" in listed and not known:
            return True
        path = parent(path)
    return False


def _in_both(files: Mapping[RepoPath, ChangedFile], reads: Mapping[str, str | None]) -> set[RepoPath]:
    if len(files) < len(reads):
        return {path for path in files if path in reads}
    return {RepoPath(path) for path in reads if path in files}
