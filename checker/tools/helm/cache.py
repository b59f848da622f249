"""Charts that were fetched once, on disk: content under its digest, and which content a reference stood for.

Safe for runs at the same time: files are complete before they have their name. A full cache loses its oldest files.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

MAX_BYTES = 1 << 30


def cache_folder() -> Path:
    """Where the platform keeps what can be fetched again."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(base) / "gitops-check" / "charts"


def recall(reference: str) -> bytes | None:
    """The content last stored for a reference, None where there is none or it is damaged."""
    folder = cache_folder()
    try:
        digest = (folder / f"{_digest(reference.encode())}.ref").read_text(encoding="ascii").strip()
        data = (folder / f"{digest}.tgz").read_bytes()
    except (OSError, UnicodeDecodeError):
        return None
    return data if _digest(data) == digest else None


def store(reference: str, data: bytes) -> None:
    """A cache that cannot be written is none; the run goes on."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{_digest(data)}.tgz", data)
        _write(folder / f"{_digest(reference.encode())}.ref", _digest(data).encode())
        _shrink(folder)
    except OSError:
        return


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)


def _shrink(folder: Path) -> None:
    files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.iterdir())
    size = sum(file[1] for file in files)
    for _, length, file in files:
        if size <= MAX_BYTES:
            break
        file.unlink(missing_ok=True)
        size -= length


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
