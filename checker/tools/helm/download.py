"""URLs -> bytes over HTTP, bounded and retried; anonymous, since a repository's credentials are in the cluster.

An OCI registry answers the first request with where to get a token; the token is sent to that registry alone and not along
redirects.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin, urlsplit
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
TRIES = 3
MAX_BYTES = 64 << 20
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
    request = Request(url, headers={"Accept": accept, "User-Agent": "gitops-check"})  # noqa: S310 - the scheme is checked above
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    for left in reversed(range(TRIES)):
        try:
            with _opener().open(request, timeout=SECONDS) as answer:
                data = answer.read(MAX_BYTES + 1)
                if len(data) > MAX_BYTES:
                    raise Unreachable(f"{url} is larger than {MAX_BYTES >> 20} MiB")
                return Response(data, dict(answer.headers))
        except HTTPError as error:
            error.close()
            if error.code not in _AGAIN or not left:
                raise Refused(url, error.code, dict(error.headers)) from error
        except (URLError, TimeoutError, ConnectionError, OSError) as error:
            if not left:
                raise Unreachable(f"{url} cannot be reached: {getattr(error, 'reason', error)}") from error
        time.sleep(pause)
    raise Unreachable(f"{url} cannot be reached")


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


def _opener() -> OpenerDirector:
    """No file, FTP or data URLs, not even through a redirect."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPRedirectHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener
