"""`kubeconform`: files named, folders walked or a stream -> kubeconform's verdicts on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from checker.model.findings import UsageError
from checker.model.paths import RepoPath
from checker.pipeline.schemas import located_schemas
from checker.validate.files import File
from checker.validate.kubeconform import KubeconformOptions, Verdict, kubeconform_verdicts

SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 64 * 1024 * 1024


def judge_files(names: Sequence[str], ignored: Sequence[str], options: KubeconformOptions) -> tuple[Verdict, ...]:
    """Every file named, every manifest below a folder named. Raises UsageError for what does not exist."""
    return _judge(_files(names, [re.compile(pattern) for pattern in ignored]), options)


def judge_stream(data: bytes, options: KubeconformOptions) -> tuple[Verdict, ...]:
    return _judge([(RepoPath("stdin"), data)], options)


def _judge(files: Iterable[File], options: KubeconformOptions) -> tuple[Verdict, ...]:
    from checker.model.records import replace

    chosen = replace(options, read_schema=located_schemas())
    return tuple(kubeconform_verdicts(tuple(files), chosen))


def _files(names: Sequence[str], ignored: Sequence[re.Pattern[str]]) -> Iterator[File]:
    for name in names:
        path = Path(name)
        if not path.exists():
            raise UsageError(f"{name} does not exist")
        for file in _below(path) if path.is_dir() else [path]:
            if not any(pattern.search(str(file)) for pattern in ignored):
                yield RepoPath(file.as_posix()), _read(file)


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and path.is_file())


def _read(file: Path) -> bytes:
    if file.stat().st_size > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES >> 20} MB")
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
