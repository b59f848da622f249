"""A real OCI registry and a real chart repository on loopback: `registry` and `chart_repository`.

The registry is Debian's `docker-registry`: the program on PATH, else the package, which apt fetches into the cache of the
person who runs the tests, checked by the archive's signatures; no root, and nothing on the machine changes. Charts are
packed, pushed and indexed by the real `helm`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gitops-check-tests" / "docker-registry"
"""Read before a test gets a home of its own."""
_MISSING = "the tests need a real OCI registry: put `docker-registry` on PATH (`apt-get install docker-registry`)"


def _program() -> Path:
    found = shutil.which("docker-registry")
    if found is None and not (_CACHE / "docker-registry").exists():
        assert all(map(shutil.which, ("apt-get", "dpkg-deb"))), _MISSING
        _fetch()
    return Path(found) if found else _CACHE / "docker-registry"


def _fetch() -> None:
    _CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE.parent) as folder:
        for name in ("state/lists/partial", "cache/archives/partial", "done"):
            Path(folder, name).mkdir(parents=True)
        places = ["-o", f"Dir::State={folder}/state", "-o", f"Dir::Cache={folder}/cache"]
        for words in (("update",), ("download", "docker-registry")):
            done = subprocess.run(["apt-get", "-q", *places, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
            assert done.returncode == 0, f"{_MISSING}; apt-get {words[0]} failed:\n{done.stderr}"
        subprocess.run(["dpkg-deb", "-x", next(Path(folder).glob("*.deb")), f"{folder}/whole"], check=True)
        shutil.copy2(f"{folder}/whole/usr/bin/docker-registry", f"{folder}/done")
        try:
            Path(folder, "done").rename(_CACHE)
        except OSError:
            assert (_CACHE / "docker-registry").exists(), "another run of the tests left a broken cache"


@dataclass(frozen=True)
class Registry:
    """`host` is `127.0.0.1:port`. What was asked of it is in `log`."""

    host: str
    log: Path
    helm: Path

    def push(self, archive: Path, repository: str) -> str:
        """Push a packed chart below `repository`; gives the digest of its manifest."""
        done = subprocess.run(
            [self.helm, "push", archive, f"oci://{self.host}/{repository}", "--plain-http"], capture_output=True, text=True, check=True
        )
        return next(line.split()[1] for line in (done.stdout + done.stderr).splitlines() if line.startswith("Digest:"))

    def asked(self, part: str) -> int:
        """How many answered GET requests had this in their address."""
        return sum('"GET /v2/' in line and part in line for line in self.log.read_text().splitlines())


@pytest.fixture(scope="session")
def registry(helm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    yield from _served(helm, tmp_path_factory.mktemp("registry"), "")


@pytest.fixture(scope="session")
def closed_registry(helm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One that wants a name and a password."""
    folder = tmp_path_factory.mktemp("closed")
    (folder / "passwords").write_text("# nobody\n")
    yield from _served(helm, folder, f"auth: {{htpasswd: {{realm: test, path: {folder}/passwords}}}}\n")


def _served(helm: Path, folder: Path, more: str) -> Iterator[Registry]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    settings = folder / "config.yml"
    settings.write_text(f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\nhttp: {{addr: '{host}'}}\n{more}")
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([_program(), "serve", settings], stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://{host}/v2/", log)
        yield Registry(host, log, helm)
    finally:
        process.kill()
        process.wait()


def _wait(url: str, log: Path) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the registry does not answer:\n{log.read_text()}")


def pack(helm: Path, folder: Path, version: str, files: Mapping[str, str], name: str = "app") -> Path:
    """`name-version.tgz`, packed by Helm."""
    chart = folder / f"source-{version}" / name
    for path, text in {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n", **files}.items():
        (chart / path).parent.mkdir(parents=True, exist_ok=True)
        (chart / path).write_text(text)
    subprocess.run([helm, "package", chart, "--destination", folder], capture_output=True, check=True)
    return folder / f"{name}-{version}.tgz"


class _Files(SimpleHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *args: object) -> None:
        """Not into the output of the tests."""


@dataclass(frozen=True)
class ChartRepository:
    url: str
    asked: list[str]


def serve_charts(helm: Path, folder: Path) -> Iterator[ChartRepository]:
    """The packed charts of a folder, with the index that Helm makes of them."""
    subprocess.run([helm, "repo", "index", folder], capture_output=True, check=True)
    handler = type("Handler", (_Files,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield ChartRepository(f"http://127.0.0.1:{server.server_address[1]}", handler.asked)
    server.shutdown()
    thread.join()
    server.server_close()
