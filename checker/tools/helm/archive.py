"""Chart archives: a chart's files -> the archive that Helm loads from memory, and an archive -> its files."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib

from checker.model.paths import PathEscapes, RepoPath, repo_path
from checker.model.records import replace
from checker.tools.helm.call import HelmFailed
from checker.tools.helm.files import MAX_BYTES, MAX_FILES, ChartFiles

_MAX_NESTED = 10
_SUBCHART = re.compile(r"(?:charts/[^/]+/)*charts/[^/_.][^/]*\.tgz")
_GZIP = 16 + zlib.MAX_WBITS


def packed(chart: ChartFiles) -> bytes:
    """Not compressed, since it goes through a pipe only."""
    if chart.is_archive:
        return next(iter(chart.files.values()))
    blocks: list[bytes] = []
    for path, content in chart.files.items():
        blocks += (_header(f"chart/{path}", len(content)), content, bytes(-len(content) % 512))
    blocks.append(bytes(1024))
    return gzip.compress(b"".join(blocks), compresslevel=0, mtime=0)


def contents(archive: bytes) -> bytes:
    """All that is in an archive, one file after the other, for a search through it: far cheaper than taking it apart.

    Empty where that is no archive: Helm will say so.
    """
    unzip = zlib.decompressobj(_GZIP)
    try:
        return unzip.decompress(archive, MAX_BYTES)
    except zlib.error:
        return b""


def unpacked(archive: bytes) -> dict[RepoPath, bytes]:
    """The files of a chart archive, without the folder they stand in. Links and what leaves the folder are left out."""
    files: dict[RepoPath, bytes] = {}
    size = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
            for member in opened:
                size += member.size
                if len(files) > MAX_FILES or size > MAX_BYTES:
                    raise HelmFailed("the chart's archive is larger than a chart may be")
                content = opened.extractfile(member) if member.isfile() else None
                path = _inside(member.name)
                if content is not None and path is not None:
                    files[path] = content.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise HelmFailed(f"the chart's archive cannot be read: {error}") from error
    return files


def is_subchart(path: RepoPath) -> bool:
    """Whether Helm takes the file for an archived chart below the chart (pkg/chart/v2/loader/load.go)."""
    return path.endswith(".tgz") and _SUBCHART.fullmatch(path) is not None


def opened(chart: ChartFiles) -> ChartFiles:
    """The chart with every archive in it, itself included, as the folder that it stands for. Raises HelmFailed."""
    files = unpacked(packed(chart)) if chart.is_archive else dict(chart.files)
    for _ in range(_MAX_NESTED):
        archives = [path for path in files if is_subchart(path)]
        for path in archives:
            files |= {RepoPath(f"{path.removesuffix('.tgz')}-packed/{inside}"): data for inside, data in unpacked(files.pop(path)).items()}
        if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
            raise HelmFailed(f"{chart.name} is larger than {MAX_FILES} files or {MAX_BYTES >> 20} MiB, more than a chart may be")
    return replace(chart, files=files)


def _inside(name: str) -> RepoPath | None:
    try:
        path = repo_path(name.lstrip("/"))
    except PathEscapes:
        return None
    return RepoPath(path.partition("/")[2]) or None


def _header(name: str, size: int) -> bytes:
    """One file in GNU tar's format, a long name before it as an entry of its own; `tarfile` takes most of a render to write them."""
    encoded = name.encode("utf-8", "surrogateescape")
    if len(encoded) > 100:
        long = encoded + b"\0"
        return _block(b"././@LongLink", len(long), b"L") + long + bytes(-len(long) % 512) + _block(encoded[:100], size, b"0")
    return _block(encoded, size, b"0")


def _block(name: bytes, size: int, kind: bytes) -> bytes:
    head = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"00000000000\0"
    tail = kind + bytes(100) + b"ustar  \0" + bytes(247)
    return head + b"%06o\0 " % (sum(head) + sum(tail) + 8 * 32) + tail
