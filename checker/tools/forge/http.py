"""Requests to a forge's API: JSON in and out, retried with back-off, waiting as long as a rate limit says.

What is retried by itself is what may be done twice without harm. A request that may have succeeded unseen, and would do harm
twice, raises Uncertain.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPDefaultErrorHandler, HTTPErrorProcessor, HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from checker.tools.forge import ForgeFailed, Uncertain

SECONDS = 30.0
TRIES = 5
LONGEST_PAUSE = 60.0
PATIENCE = 180.0
"""Seconds that all pauses together may take."""
MAX_BYTES = 16 << 20
MAX_PAGES = 50
PER_PAGE = 100


class Answer(NamedTuple):
    status: int
    value: Any
    headers: Mapping[str, str]


class Api:
    """`headers` go with every request and hold the token, so no error may show them."""

    def __init__(self, base: str, headers: Mapping[str, str], pause: Callable[[float], None]) -> None:
        if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname:
            raise ForgeFailed(f"{base!r} is not the address of an API", "say --api https://...")
        self._base = base.rstrip("/")
        self._headers = {"User-Agent": "gitops-check", "Content-Type": "application/json", **headers}
        self._pause = pause
        self._waited = 0.0

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        twice: bool = True,
    ) -> Answer:
        """An answer below 400. `twice` says that doing it twice does no harm. Raises Refused, ForgeFailed, Uncertain."""
        address = f"{self._base}/{path}{f'?{urlencode(query)}' if query else ''}"
        data = json.dumps(body).encode() if body is not None else None
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                return self._once(method, address, data)
            except HTTPError as error:
                refused = Refused(f"{method} {path}", error)
                limited = refused.pause is not None
                if error.code < 500 and not limited:
                    raise refused from None
                if not limited and not twice:
                    raise Uncertain(f"{refused.message}; it may have been done all the same") from None
                if last or not self._wait(refused.pause, attempt):
                    raise refused from None
            except (URLError, TimeoutError, ConnectionError, OSError) as error:
                reason = getattr(error, "reason", None) or error
                if not twice:
                    raise Uncertain(f"{method} {path} at {self._base}: {reason}") from None
                if last or not self._wait(None, attempt):
                    raise ForgeFailed(f"{self._base} cannot be reached: {reason}") from None
        raise AssertionError

    def pages(self, path: str, query: Mapping[str, object] | None = None) -> list[Any]:
        """Every item of a list that comes in pages; both forges count pages and name no further one on the last. Raises ForgeFailed."""
        found: list[Any] = []
        for page in range(1, MAX_PAGES + 1):
            value = self.call("GET", path, query={**(query or {}), "per_page": PER_PAGE, "page": page}).value
            if not isinstance(value, list):
                raise ForgeFailed(f"GET {path} gave no list")
            found += value
            if len(value) < PER_PAGE:
                return found
        raise ForgeFailed(
            f"GET {path} has more than {MAX_PAGES * PER_PAGE:,} entries", "a comment of ours cannot be told from a new one there"
        )

    def _once(self, method: str, address: str, data: bytes | None) -> Answer:
        request = Request(address, data=data, method=method)  # noqa: S310 - the scheme is checked once
        for name, held in self._headers.items():
            request.add_unredirected_header(name, held)
        with _opener().open(request, timeout=SECONDS) as answer:
            raw = answer.read(MAX_BYTES + 1)
            if len(raw) > MAX_BYTES:
                raise ForgeFailed(f"{method} {urlsplit(address).path} gave more than {MAX_BYTES >> 20} MiB")
            try:
                value = json.loads(raw) if raw.strip() else None
            except (ValueError, RecursionError):
                raise ForgeFailed(f"{method} {urlsplit(address).path} did not give JSON", "is --api the address of the API?") from None
            return Answer(answer.status, value, dict(answer.headers))

    def _wait(self, asked: float | None, attempt: int) -> bool:
        """Wait, or say that it would take too long."""
        seconds = asked if asked is not None else min(2.0**attempt, LONGEST_PAUSE)
        if self._waited + seconds > PATIENCE:
            return False
        self._waited += seconds
        self._pause(seconds)
        return True


class Refused(ForgeFailed):
    """The forge answered with an error. `pause` is how long it asks to wait, None where waiting is no matter."""

    def __init__(self, what: str, error: HTTPError) -> None:
        self.status = error.code
        headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
        said = _message(error)
        self.pause = _pause(error.code, headers, said)
        hints = {
            401: "the token is not valid",
            403: "the token may not do this; see `gitops-check comment --help` for what it needs",
            404: "there is no such pull request, or the token may not see it",
        }
        super().__init__(f"{what} was answered {error.code}{f': {said}' if said else ''}", hints.get(error.code, ""))


def _pause(status: int, headers: Mapping[str, str], said: str) -> float | None:
    """Seconds to wait, as GitHub and GitLab say it: `retry-after`, or that nothing is left until a moment.

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api and
    https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/.
    """
    if status not in (403, 429):
        return None
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    left = headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining")
    reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
    if left == "0" and reset.isdecimal():
        return max(1.0, float(reset) - time.time())
    return LONGEST_PAUSE if status == 429 or "rate limit" in said else None


def _message(error: HTTPError) -> str:
    try:
        value = json.loads(error.read(1 << 16))
    except (ValueError, OSError, RecursionError):
        return ""
    said = value.get("message") or value.get("error") if isinstance(value, dict) else ""
    return "".join(char if char.isprintable() else " " for char in str(said or ""))[:300]


def _opener() -> OpenerDirector:
    """Without redirects: an API that answers with one is not the API that the token is for."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener
