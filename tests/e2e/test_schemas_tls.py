"""Schemas from a real web server over TLS, on loopback, with an authority of its own: what each answer means to `lint`."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from checker.cli import main
from checker.tools.helm import download

SCHEMA = b'{"type": "object", "properties": {"size": {"type": "integer"}}}'
WIDGET = "apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: x}}\nsize: text\n"


class Answers(BaseHTTPRequestHandler):
    """`/widget.json` is a schema; each other kind of the tests gets an answer of its own."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        kind = self.path.rpartition("/")[2].removesuffix(".json")
        with suppress(OSError):  # who asked may have left
            getattr(self, f"answer_{kind}", self.answer_none)()

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Length": str(len(body)), **headers}.items():
            self.send_header("Content-Length" if name == "Length" else name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_none(self) -> None:
        self.say(404)

    def answer_widget(self) -> None:
        self.say(200, SCHEMA)

    def answer_broken(self) -> None:
        self.say(500)

    def answer_moved(self) -> None:
        self.say(302, Location="/widget.json")

    def answer_lured(self) -> None:
        self.say(302, Location=f"http://localhost:{self.server.server_port}/widget.json")

    def answer_short(self) -> None:
        self.say(200, SCHEMA, Length="9999")

    def answer_garbage(self) -> None:
        self.wfile.write(b"no protocol that anybody speaks\r\n\r\n")

    def answer_large(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" " * 65536)

    def answer_silent(self) -> None:
        self.server.over.wait(30)

    def answer_dripping(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.over.wait(0.05):
            self.wfile.write(b" ")

    def log_message(self, *_said: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []
        self.over = threading.Event()
        self.authority = folder / "authority.pem"
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        made = ["-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        files = ["-keyout", str(folder / "key.pem"), "-out", str(self.authority)]
        subprocess.run(["openssl", "req", "-x509", *made, *names, *files], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority, folder / "key.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_of: object) -> None:
        """A client that does not trust the server hangs up."""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("tls"))
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    monkeypatch.setattr(download, "SECONDS", 0.5)
    monkeypatch.setattr(download, "SECONDS_IN_ALL", 1.0)
    monkeypatch.setattr(download, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(download, "TRIES", 1)
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.over.set()
    made.shutdown()
    made.server_close()


def findings(folder: Path, server: Server, kind: str, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Of an object of that kind, whose schema may come from the server, else from the repository."""
    (folder / "object.yaml").write_text(WIDGET.format(kind=kind), encoding="utf-8")
    (folder / "schemas").mkdir(exist_ok=True)
    (folder / "schemas" / f"{kind.lower()}.json").write_bytes(SCHEMA)
    locations = [f"https://localhost:{server.server_port}/{{{{.ResourceKind}}}}.json", "schemas/{{.ResourceKind}}.json"]
    (folder / ".gitops-check.yaml").write_text(f"version: 1\npolicies: []\nexclude: [schemas/**]\nschemas: {json.dumps(locations)}\n")
    main(["lint", "-C", str(folder), "--allow-network", "--output", "json"])
    return [(found["rule"], found["message"]) for found in json.loads(capsys.readouterr().out)["findings"]]


WRONG = ("wrong-type", 'size: "text" is text where a whole number is expected')


@pytest.mark.parametrize("kind", ["Widget", "Moved"])
def test_a_schema_judges_and_is_fetched_once(kind: str, tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert findings(tmp_path, server, kind, capsys) == [WRONG]
    assert server.asked.count(f"/{kind.lower()}.json") == 1


def test_not_found_falls_through_in_silence(tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(tmp_path, server, "None", capsys) == [WRONG]
    assert server.asked == ["/none.json"]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("Broken", "answered 500"),
        ("Lured", "which is not https"),
        ("Short", "ended 9936 bytes early"),
        ("Garbage", "cannot be reached"),
        ("Large", "is larger than 1 MiB"),
        ("Silent", "timed out"),
        ("Dripping", "took longer than 1 s"),
    ],
)
def test_any_other_answer_is_a_warning(kind: str, why: str, tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    (unusable, said), wrong = sorted(findings(tmp_path, server, kind, capsys))
    assert (unusable, wrong) == ("schema-unusable", WRONG)
    assert why in said


def test_a_kind_that_is_no_part_of_an_address(tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(tmp_path, server, "Wïd get", capsys) == [WRONG]
    assert server.asked == ["/w%C3%AFd%20get.json"]


def test_an_authority_nobody_trusts(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    (_, said), wrong = sorted(findings(tmp_path, server, "Widget", capsys))
    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert wrong == WRONG
