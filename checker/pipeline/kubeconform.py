"""`kubeconform`: files named, folders walked or a stream -> kubeconform's verdicts on them."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from checker.model.findings import UsageError
from checker.model.paths import RepoPath
from checker.model.records import replace
from checker.pipeline.schemas import located_schemas
from checker.validate.files import File
from checker.validate.kubeconform import KubeconformOptions, UnreadableFile, Verdict, kubeconform_verdicts

SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 64 * 1024 * 1024


def judge_files(names: Sequence[str], ignored: Sequence[str], options: KubeconformOptions) -> tuple[Verdict, ...]:
    """Every file named, every manifest below a folder named. Raises UsageError for an ignored pattern that is none."""
    return _judge(_files(names, [_pattern(pattern) for pattern in ignored]), options)


def judge_stream(data: bytes, options: KubeconformOptions) -> tuple[Verdict, ...]:
    return _judge([(RepoPath("stdin"), data)], options)


def _judge(files: Iterable[File | UnreadableFile], options: KubeconformOptions) -> tuple[Verdict, ...]:
    return tuple(kubeconform_verdicts(files, replace(options, read_schema=located_schemas())))


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(f"-ignore-filename-pattern {text} is no regular expression: {error.msg}") from None


def _files(names: Sequence[str], ignored: Sequence[re.Pattern[str]]) -> Iterator[File | UnreadableFile]:
    for name in names:
        path = Path(name)
        for file in _below(path) if path.is_dir() else [path]:
            if not any(pattern.search(str(file)) for pattern in ignored):
                yield _read(file)


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and path.is_file())


def _read(file: Path) -> File | UnreadableFile:
    path = RepoPath(file.as_posix())
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            return UnreadableFile(path, "it is no file")
        if found.st_size > MAX_BYTES:
            return UnreadableFile(path, f"it is larger than {MAX_BYTES >> 20} MB")
        return path, file.read_bytes()
    except OSError as error:
        return UnreadableFile(path, f"open {path}: {(error.strerror or str(error)).lower()}")
