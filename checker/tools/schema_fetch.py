"""Schemas over https, for those who allow the network: an address in, bytes or None for "not found" out, kept on disk.

A host that failed once is not asked again in the same run: a build must not wait a thousand times for a server that
answers 429.
"""

from __future__ import annotations

from urllib.parse import urlsplit


class SchemaFetchError(Exception):
    """The address gave neither a schema nor "not found"; the text says what it gave."""


class SchemaFetcher:
    """`fetch` is a method so that what was learned about hosts lasts as long as the run."""

    def __init__(self) -> None:
        self._failed: dict[str, str] = {}
        self._missing: set[str] = set()

    def fetch(self, url: str) -> bytes | None:
        """Raises SchemaFetchError."""
        from checker.tools.helm.cache import recall, store
        from checker.tools.helm.download import Refused, Unreachable, get

        parts = urlsplit(url)
        if parts.scheme != "https":
            raise SchemaFetchError(f"{url} is not https")
        if url in self._missing:
            return None
        kept = recall(f"schema {url}")
        if kept is not None:
            return kept
        if parts.netloc in self._failed:
            raise SchemaFetchError(self._failed[parts.netloc])
        try:
            data = get(url, accept="application/json").data
        except Refused as error:
            if error.status == 404:
                self._missing.add(url)
                return None
            raise SchemaFetchError(self._remember(parts.netloc, error)) from error
        except Unreachable as error:
            raise SchemaFetchError(self._remember(parts.netloc, error)) from error
        store(f"schema {url}", data)
        return data

    def _remember(self, host: str, error: Exception) -> str:
        return self._failed.setdefault(host, str(error))
