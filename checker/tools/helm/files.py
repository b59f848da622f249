"""A chart in a Tree -> its files, without what .helmignore names, and those files in a temporary folder for Helm.

Links inside the tree arrive as what they point to; a link out of it is an error of the tree, so nothing outside is copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from checker.model.objects import JSONValue
from checker.model.paths import ROOT, RepoPath, basename, join
from checker.model.records import dataclass, replace
from checker.model.tree import EntryKind, Tree
from checker.tools.flux.ignore import name_matches
from checker.tools.helm.call import HelmFailed

MAX_FILES = 5_000
MAX_BYTES = 64 << 20
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFiles:
    """Paths relative to the chart; of an archive, one entry under its own name."""

    name: str
    files: Mapping[RepoPath, bytes]

    @property
    def is_archive(self) -> bool:
        return RepoPath("Chart.yaml") not in self.files

    def without_schemas(self) -> ChartFiles:
        """For values that are known to fit: compiling a schema takes longer than most templates. Archives stay as they are."""
        kept = {path: data for path, data in self.files.items() if basename(path) != "values.schema.json"}
        return replace(self, files=kept)

    def has_null_defaults(self) -> bool:
        """Whether a values.yaml of the chart or of a chart below it has a null in it; an archive is said to."""
        from checker.tools.yaml import load_documents

        if any(path.endswith((".tgz", ".tar.gz")) for path in self.files):
            return True
        files = (data for path, data in self.files.items() if basename(path) == "values.yaml")
        return any(isinstance(document.value, dict) and _has_null(document.value) for data in files for document in load_documents(data))


def _has_null(value: JSONValue) -> bool:
    match value:
        case None:
            return True
        case dict():
            return any(_has_null(item) for item in value.values())
        case _:
            return False


def read_chart(tree: Tree, path: RepoPath) -> ChartFiles:
    """Raises HelmFailed where there is no chart, TreeError where a file cannot be read."""
    if tree.kind(path) is EntryKind.FILE:
        return ChartFiles(name=basename(path), files={RepoPath(basename(path)): tree.read(path)})
    if tree.kind(join(path, "Chart.yaml")) is not EntryKind.FILE:
        raise HelmFailed(f"{path or '.'} is not a chart: Chart.yaml is missing")
    files: dict[RepoPath, bytes] = {}
    size = 0
    for inside in _walk(tree, path, ROOT, _Ignored(tree, path)):
        data = tree.read(RepoPath(f"{path}/{inside}" if path else inside))
        size += len(data)
        files[inside] = data
        if len(files) > MAX_FILES or size > MAX_BYTES:
            raise HelmFailed(f"{path or '.'} is larger than {MAX_FILES} files or {MAX_BYTES >> 20} MiB, more than a chart may be")
    return ChartFiles(name=basename(path) or "chart", files=files)


def write_chart(chart: ChartFiles, folder: Path) -> Path:
    """The chart's folder or archive below `folder`."""
    if chart.is_archive:
        (name, data), *_ = chart.files.items()
        (folder / name).write_bytes(data)
        return folder / name
    top = folder / "chart"
    for path, data in chart.files.items():
        file = top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return top


def _walk(tree: Tree, top: RepoPath, below: RepoPath, ignored: _Ignored) -> Iterator[RepoPath]:
    """Every file, links followed; the depth ends a circle of links."""
    if below.count("/") > MAX_DEPTH:
        raise HelmFailed(f"{top or '.'} has folders more than {MAX_DEPTH} deep")
    folder = RepoPath(f"{top}/{below}".strip("/"))
    for name in tree.entries(folder):
        inside = join(below, name)
        kind = tree.kind(join(folder, name))
        if kind not in (EntryKind.DIRECTORY, EntryKind.FILE) or ignored.matches(inside, is_directory=kind is EntryKind.DIRECTORY):
            continue
        if kind is EntryKind.DIRECTORY:
            yield from _walk(tree, top, inside, ignored)
        else:
            yield inside


class _Ignored:
    """.helmignore: `*` stops at `/`, `**` is refused, and a negated rule excludes all that it does not match (as Helm does it)."""

    def __init__(self, tree: Tree, chart: RepoPath) -> None:
        file = join(chart, ".helmignore")
        text = tree.read(file).decode("utf-8-sig", "replace") if tree.kind(file) is EntryKind.FILE else ""
        self._rules = [rule for line in text.splitlines() if (rule := line.strip()) and not rule.startswith("#")]
        if any("**" in rule for rule in self._rules):
            raise HelmFailed(f"{file}: double-star (**) syntax is not supported")
        self._rules.append("templates/.?*")

    def matches(self, path: RepoPath, *, is_directory: bool) -> bool:
        for rule in self._rules:
            negated = rule.startswith("!")
            body = rule.removeprefix("!")
            wrong_kind = body.endswith("/") and not is_directory
            matched = not wrong_kind and _rule_matches(body.removesuffix("/"), path)
            if matched != negated:
                return True
        return False


def _rule_matches(rule: str, path: RepoPath) -> bool:
    if rule.startswith("/"):
        return name_matches(rule[1:], path)
    return name_matches(rule, path if "/" in rule else basename(path))
