"""Remote charts from a static repository and a registry, both on loopback."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from checker.model.paths import RepoPath
from checker.tools.helm import remote
from checker.tools.helm.archive import unpacked
from checker.tools.helm.call import HelmFailed
from checker.tools.helm.remote import CHART_LAYER, RemoteChart, Unreachable, fetch


def archive(version: str, extra: str = "app/values.yaml") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as packed:
        for name, text in (("app/Chart.yaml", f"name: app\nversion: {version}\n"), (extra, "a: 1\n")):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            packed.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()


CHARTS = {version: archive(version) for version in ("1.0.0", "1.2.0", "2.0.0-rc.1")}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Server(BaseHTTPRequestHandler):
    """A chart repository below /charts, and a registry that wants an anonymous token."""

    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        if self.path == "/flaky/index.yaml" and self.asked.count(self.path) < 2:
            self.answer(503)
        elif self.path.endswith("/index.yaml"):
            self.answer(200, self.index().encode())
        elif self.path.startswith("/charts/app-"):
            self.answer(200, CHARTS.get(self.path.removeprefix("/charts/app-").removesuffix(".tgz"), b""))
        elif self.path.startswith("/token"):
            self.answer(200, b'{"token": "let-me-in"}')
        elif self.path.startswith("/v2/"):
            self.registry()
        else:
            self.answer(404)

    def index(self) -> str:
        rows = [f"  - version: {version}\n    digest: {sha256(data)}\n    urls: [app-{version}.tgz]\n" for version, data in CHARTS.items()]
        bad = "  bad:\n  - version: 1.0.0\n    digest: beef\n    urls: [app-1.0.0.tgz]\n"
        return "apiVersion: v1\nentries:\n  aaa:\n  - version: 9.9.9\n  app:\n" + "".join(rows) + bad + "generated: now\n"

    def registry(self) -> None:
        host = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.headers.get("Authorization") != "Bearer let-me-in":
            self.answer(401, headers={"WWW-Authenticate": f'Bearer realm="{host}/token",service="test",scope="repository:team/app:pull"'})
        elif self.path.startswith("/v2/team/app/tags/list?n=1000"):
            self.answer(200, b'{"tags": ["1.0.0"]}', {"Link": '</v2/team/app/tags/list?last=1.0.0>; rel="next"'})
        elif self.path.startswith("/v2/team/app/tags/list"):
            self.answer(200, b'{"tags": ["1.2.0", "2.0.0-rc.1", "latest"]}')
        elif self.path.startswith("/v2/team/app/manifests/"):
            data = CHARTS.get(self.path.rpartition("/")[2], CHARTS["1.0.0"])
            self.answer(200, json.dumps({"layers": [{"mediaType": CHART_LAYER, "digest": f"sha256:{sha256(data)}"}]}).encode())
        elif self.path.startswith("/v2/team/image/manifests/"):
            self.answer(200, b'{"layers": [{"mediaType": "application/x", "digest": "sha256:0"}]}')
        else:
            wanted = self.path.rpartition("sha256:")[2]
            self.answer(200, next((data for data in CHARTS.values() if sha256(data) == wanted), b""))

    def answer(self, status: int, data: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Not into the output of the tests."""


@pytest.fixture
def host() -> Iterator[str]:
    Server.asked = []
    remote._fetched.cache_clear()
    remote._index.cache_clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("version", "found"), [("*", "1.2.0"), ("1.0.x", "1.0.0"), (">=1.0.0-0", "2.0.0-rc.1"), ("1.0.0", "1.0.0")])
def test_a_repository_is_resolved_by_its_index(host: str, version: str, found: str) -> None:
    assert fetch(RemoteChart(url=f"http://{host}/charts", name="app", version=version), allow_network=True) == CHARTS[found]


@pytest.mark.parametrize(("version", "found"), [("*", "1.2.0"), ("~1.0", "1.0.0"), ("1.2.0", "1.2.0"), ("latest", "1.0.0")])
def test_a_registry_is_resolved_by_its_tags(host: str, version: str, found: str) -> None:
    tag, version = (version, "") if version == "latest" else ("", version)
    chart = RemoteChart(url=f"oci://{host}/team/app", name="app", version=version, tag=tag, insecure=True)
    assert fetch(chart, allow_network=True) == CHARTS[found]


def test_without_the_network_only_a_pinned_version_comes_out_of_the_cache(host: str) -> None:
    pinned, ranged = (RemoteChart(url=f"http://{host}/charts", name="app", version=version) for version in ("1.0.0", "1.x"))
    assert fetch(pinned, allow_network=False) is None
    remote._fetched.cache_clear()
    assert fetch(pinned, allow_network=True) == CHARTS["1.0.0"]
    assert fetch(ranged, allow_network=True) == CHARTS["1.2.0"]
    remote._fetched.cache_clear()
    asked = len(Server.asked)
    assert fetch(pinned, allow_network=False) == CHARTS["1.0.0"]
    assert fetch(ranged, allow_network=False) is None
    assert len(Server.asked) == asked


def test_both_sides_fetch_once(host: str) -> None:
    chart = RemoteChart(url=f"http://{host}/charts", name="app", version="*")
    assert fetch(chart, allow_network=True) == fetch(chart, allow_network=True)
    assert Server.asked == ["/charts/index.yaml", "/charts/app-1.2.0.tgz"]


def test_an_overloaded_server_is_asked_again(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.tools.helm.download.time.sleep", lambda _: None)
    with pytest.raises(Unreachable, match="app-1"):
        fetch(RemoteChart(url=f"http://{host}/flaky", name="app", version="1.0.0"), allow_network=True)
    assert Server.asked.count("/flaky/index.yaml") == 2


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (RemoteChart(url="http://HOST/charts", name="bad"), "digest"),
        (RemoteChart(url="http://HOST/charts", name="app", version="9.x"), "not among the 3 versions"),
        (RemoteChart(url="http://HOST/charts", name="nothing"), "not among the 0 versions"),
        (RemoteChart(url="http://HOST/charts", name="app", version="?"), "not a version constraint"),
        (RemoteChart(url="oci://HOST/team/image", name="image", version="1.0.0", insecure=True), "not a Helm chart"),
        (RemoteChart(url="oci://HOST/team/app", name="app", digest="sha256:abc", insecure=True), "another digest"),
        (RemoteChart(url="oci://HOST/team/app", name="app", tags="(", insecure=True), "not a regular expression"),
        (RemoteChart(url="file:///etc", name="app"), "neither http nor https"),
        (RemoteChart(url="http://HOST/x", name="app", version="1.0.0"), "answered 404"),
    ],
)
def test_what_cannot_be_had_is_said(host: str, chart: RemoteChart, message: str) -> None:
    with pytest.raises(HelmFailed, match=message):
        fetch(replace(chart, url=chart.url.replace("HOST", host)), allow_network=True)


def test_an_archive_is_unpacked_without_its_folder_and_never_outside() -> None:
    assert unpacked(archive("1.0.0")) == {RepoPath("Chart.yaml"): b"name: app\nversion: 1.0.0\n", RepoPath("values.yaml"): b"a: 1\n"}
    assert set(unpacked(archive("1.0.0", "../../etc/passwd"))) == {"Chart.yaml"}
    with pytest.raises(HelmFailed, match="cannot be read"):
        unpacked(b"not an archive")
