"""URLs -> bytes over HTTP, bounded and retried; anonymous, since a repository's credentials are in the cluster.

An OCI registry answers the first request with where to get a token; the token is sent to that registry alone and not along
redirects.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from checker.tools.helm.call import HelmFailed

SECONDS = 30.0
"""For the connection, and for each piece of an answer."""
SECONDS_IN_ALL = 300.0
"""For one answer, however steadily it drips."""
TRIES = 3
MAX_BYTES = 64 << 20
_PIECE = 1 << 16
_OF_ADDRESSES = "%/:=&?~#+!$,;'@()*[]"
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class Unreachable(HelmFailed):
    """The network or the server does not give the content: nothing is known about the repository under check."""


class Response(NamedTuple):
    data: bytes
    headers: Mapping[str, str]


def get(url: str, *, accept: str = "*/*", token: str = "", pause: float = 0.5) -> Response:
    """Raises Unreachable. `token` is a bearer token."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise Unreachable(f"{url} is neither http nor https")
    request = Request(quote(url, safe=_OF_ADDRESSES), headers={"Accept": accept, "User-Agent": "gitops-check"})  # noqa: S310 - the scheme is checked above
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    for left in reversed(range(TRIES)):
        try:
            with _opener().open(request, timeout=SECONDS) as answer:
                return Response(_read(url, answer), dict(answer.headers))
        except HTTPError as error:
            error.close()
            if error.code not in _AGAIN or not left:
                raise Refused(url, error.code, dict(error.headers)) from error
        except (OSError, HTTPException) as error:
            if not left:
                said = " ".join(str(getattr(error, "reason", error)).split())[:200]
                raise Unreachable(f"{url} cannot be reached: {said or type(error).__name__}") from error
        time.sleep(pause)
    raise Unreachable(f"{url} cannot be reached")


def _read(url: str, answer: Any) -> bytes:
    """The whole answer, or Unreachable for one that is too large or takes too long."""
    until, pieces, held = time.monotonic() + SECONDS_IN_ALL, [], 0
    while piece := answer.read1(_PIECE):
        pieces.append(piece)
        held += len(piece)
        if held > MAX_BYTES:
            raise Unreachable(f"{url} is larger than {MAX_BYTES >> 20} MiB")
        if time.monotonic() > until:
            raise Unreachable(f"{url} took longer than {SECONDS_IN_ALL:.0f} s")
    if answer.length:
        raise Unreachable(f"{url} ended {answer.length} bytes early")
    return b"".join(pieces)


class Refused(Unreachable):
    """The server answered with an error."""

    def __init__(self, url: str, status: int, headers: Mapping[str, str]) -> None:
        hint = ": it wants credentials, which are not at hand" if status in (401, 403) else ""
        super().__init__(f"{url} answered {status}{hint}")
        self.status = status
        self.headers = headers


class Registry:
    """One repository of an OCI registry, read anonymously (github.com/opencontainers/distribution-spec)."""

    def __init__(self, reference: str, *, insecure: bool = False) -> None:
        host, _, self.repository = reference.removeprefix("oci://").rstrip("/").partition("/")
        host = "registry-1.docker.io" if host in ("docker.io", "index.docker.io") else host
        self.base = f"{'http' if insecure else 'https'}://{host}/v2/{self.repository}/"
        self._token = ""

    def get(self, path: str, *, accept: str = "*/*") -> Response:
        """A path below the repository, or a whole URL of the same registry."""
        url = urljoin(self.base, path)
        try:
            return get(url, accept=accept, token=self._token)
        except Refused as refused:
            if refused.status != 401 or self._token:
                raise
            self._token = self._fresh_token(refused)
            return get(url, accept=accept, token=self._token)

    def tags(self) -> list[str]:
        """Every tag, over all pages."""
        tags: list[str] = []
        path: str | None = "tags/list?n=1000"
        for _ in range(100):
            if path is None:
                break
            answer = self.get(path)
            found = json.loads(answer.data).get("tags") or []
            tags.extend(str(tag) for tag in found)
            following = re.search(r'<([^>]+)>;\s*rel="?next"?', _header(answer.headers, "Link"))
            path = following[1] if following else None
        return tags

    def _fresh_token(self, refused: Refused) -> str:
        challenge = _header(refused.headers, "WWW-Authenticate")
        words = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        if not challenge.lower().startswith("bearer") or "realm" not in words:
            raise refused
        query = {
            "scope": words.get("scope") or f"repository:{self.repository}:pull",
            **({"service": words["service"]} if "service" in words else {}),
        }
        answer = json.loads(get(f"{words['realm']}?{urlencode(query)}").data)
        return str(answer.get("token") or answer.get("access_token") or "")


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


class _Redirects(HTTPRedirectHandler):
    """Nobody is led from https to where everybody reads along."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise URLError(f"it leads to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    """No file, FTP or data URLs, not even through a redirect."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, _Redirects, HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener
