"""What one run learnt, kept for the next: bytes under a name, in a folder of this user, sealed with a key of this user.

A name is the digest of everything that the bytes depend on (`Store.name`), so that a change of any of it asks for another
name. What is stored is encrypted and signed under a random key that lies beside it, readable by its owner alone: a copy of
the entries shows no value of a manifest, and bytes that this user's program did not write under this very name - damaged,
moved, made by somebody else - do not verify and are as good as absent. They are checked before anything reads them.

Safe for runs at the same time: files are complete before they have their name, and the last writer wins. Bounded: the
oldest entries of a full folder go first, and its youngest stays. A folder that cannot be written keeps nothing, and the run goes on.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
import sys
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

LIMIT = 512 << 20
"""Bytes on disk, for everything that is kept for this user."""
LARGEST = 32 << 20
_SHARDS = 256
_DAY = 86_400
_KEY_BYTES = 32
_NONCE = _MAC = 16


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the platform keeps what can be made again: XDG_CACHE_HOME, Library/Caches, LOCALAPPDATA. Raises OSError without a home."""
    known = os.environ if environ is None else environ
    if known.get("XDG_CACHE_HOME"):
        return Path(known["XDG_CACHE_HOME"]) / "gitops-check"
    if sys.platform == "win32" and known.get("LOCALAPPDATA"):
        return Path(known["LOCALAPPDATA"]) / "gitops-check"
    try:
        home = Path.home()
    except RuntimeError as error:
        raise OSError(str(error)) from error
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "gitops-check"


def write_whole(path: Path, data: bytes) -> None:
    """The file has all of its content when it gets its name; only its owner may read it. Raises OSError."""
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def open_store(folder: Path, limit: int = LIMIT) -> Store | None:
    """The store in a folder, made if it is not there; None where no key can be kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Store(folder, _own_key(folder / "key"), limit)
    except OSError:
        return None


class Store:
    def __init__(self, folder: Path, key: bytes, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._names, self._cipher, self._signature = (self.secret(purpose, key) for purpose in ("names", "cipher", "signature"))
        self._key = key
        self._written: set[str] = set()
        self._broken = False

    def secret(self, purpose: str, key: bytes | None = None) -> bytes:
        """32 bytes that stay the same for this user and purpose as long as the store's key does."""
        return hashlib.blake2b(purpose.encode(), key=key or self._key, digest_size=32).digest()

    def name(self, *parts: bytes | str) -> str:
        """The name for what depends on these parts, in this order, and on nothing else."""
        digest = hashlib.blake2b(key=self._names, digest_size=24)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            digest.update(b"%d:" % len(data))
            digest.update(data)
        return digest.hexdigest()

    def get(self, name: str) -> bytes | None:
        """What was stored under the name; None for nothing, and for anything that this user did not store there."""
        path = self._path(name)
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - a thousand of these: Path costs as much as the system call
                changed = os.fstat(file.fileno()).st_mtime
                sealed = file.read(LARGEST + 1)
            self._use(path, changed)
        except OSError:
            return None
        return self._opened(name, sealed)

    def has(self, name: str) -> bool:
        """Whether something is stored under the name, unread; it counts as used."""
        path = self._path(name)
        try:
            self._use(path, os.stat(path).st_mtime)  # noqa: PTH116 - as above
        except OSError:
            return False
        return True

    def put(self, name: str, data: bytes) -> None:
        if self._broken:
            return
        sealed = self._sealed(name, data)
        if len(sealed) > LARGEST:
            return
        path = Path(self._path(name))
        try:
            path.parent.mkdir(exist_ok=True, mode=0o700)
            write_whole(path, sealed)
        except OSError:
            self._broken = True
        else:
            self._written.add(path.parent.name)

    def close(self) -> None:
        """Make room where this run has written."""
        for shard in sorted(self._written):
            _shrink(self._folder / shard, self._limit // _SHARDS)
        self._written.clear()

    def _use(self, path: str, changed: float) -> None:
        """What is in use is younger than what nobody asks for."""
        if time.time() - changed > _DAY:
            os.utime(path)

    def _path(self, name: str) -> str:
        return f"{self._folder}{os.sep}{name[:2]}{os.sep}{name[2:]}"

    def _sealed(self, name: str, data: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        body = self._crypted(nonce, zlib.compress(data, 1))
        return nonce + self._signed(name, nonce, body) + body

    def _opened(self, name: str, sealed: bytes) -> bytes | None:
        nonce, signature, body = sealed[:_NONCE], sealed[_NONCE : _NONCE + _MAC], sealed[_NONCE + _MAC :]
        if not hmac.compare_digest(signature, self._signed(name, nonce, body)):
            return None
        return zlib.decompress(self._crypted(nonce, body))

    def _signed(self, name: str, nonce: bytes, body: bytes) -> bytes:
        return hashlib.blake2b(name.encode() + nonce + body, key=self._signature, digest_size=_MAC).digest()

    def _crypted(self, nonce: bytes, data: bytes) -> bytes:
        """A stream cipher: SHAKE256 of key and nonce, as its own kind of random bytes. The same both ways."""
        stream = hashlib.shake_256(self._cipher + nonce).digest(len(data))
        return (int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")).to_bytes(len(data), "little")


def _own_key(path: Path) -> bytes:
    """This user's key, a new one where there is none or where others could have read it: then nothing stored before verifies."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            key = file.read(_KEY_BYTES + 1)
        if len(key) == _KEY_BYTES and _is_private(status):
            return key
    except FileNotFoundError:
        pass
    key = os.urandom(_KEY_BYTES)
    write_whole(path, key)
    return key


def _is_private(status: os.stat_result) -> bool:
    if sys.platform == "win32":
        return True  # the profile's folder is the user's own
    return status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077


def _shrink(folder: Path, limit: int) -> None:
    """The youngest stays, however large."""
    try:
        with os.scandir(folder) as found:
            files = sorted(((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in found), reverse=True)
        total = files[0][1] if files else 0
        for _, size, path in files[1:]:
            total += size
            if total > limit:
                Path(path).unlink(missing_ok=True)
    except OSError:
        return
