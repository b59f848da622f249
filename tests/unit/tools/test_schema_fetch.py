"""Schemas over https: not found is an answer, everything else a failure that is met once."""

from __future__ import annotations

import pytest

from checker.tools.helm import download
from checker.tools.schema_fetch import SchemaFetcher, SchemaFetchError


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, bytes | int], list[str]]:
    """What each address answers (bytes or a status), and the addresses that were asked."""
    answers: dict[str, bytes | int] = {}
    asked: list[str] = []

    def get(url: str, *, accept: str = "*/*") -> download.Response:
        asked.append(url)
        answer = answers.get(url, 404)
        if isinstance(answer, int):
            raise download.Refused(url, answer, {})
        return download.Response(answer, {})

    monkeypatch.setattr(download, "get", get)
    return answers, asked


def test_a_schema_is_fetched_once_and_kept(server: tuple[dict[str, bytes | int], list[str]]) -> None:
    answers, asked = server
    answers["https://example.com/a.json"] = b"{}"
    assert SchemaFetcher().fetch("https://example.com/a.json") == b"{}"
    assert SchemaFetcher().fetch("https://example.com/a.json") == b"{}"
    assert asked == ["https://example.com/a.json"]


def test_not_found_is_an_answer(server: tuple[dict[str, bytes | int], list[str]]) -> None:
    fetcher = SchemaFetcher()
    assert fetcher.fetch("https://example.com/none.json") is None
    assert fetcher.fetch("https://example.com/none.json") is None
    assert server[1] == ["https://example.com/none.json"]


def test_a_host_that_fails_is_not_asked_again(server: tuple[dict[str, bytes | int], list[str]]) -> None:
    answers, asked = server
    answers.update({"https://example.com/a.json": 429, "https://example.com/b.json": b"{}"})
    fetcher = SchemaFetcher()
    for name in ("a", "b"):
        with pytest.raises(SchemaFetchError, match="answered 429"):
            fetcher.fetch(f"https://example.com/{name}.json")
    assert asked == ["https://example.com/a.json"]


@pytest.mark.parametrize("url", ["http://example.com/a.json", "file:///etc/passwd", "ftp://example.com/a.json"])
def test_https_alone(url: str, server: tuple[dict[str, bytes | int], list[str]]) -> None:
    with pytest.raises(SchemaFetchError, match="is not https"):
        SchemaFetcher().fetch(url)
    assert server[1] == []
