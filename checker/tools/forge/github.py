"""GitHub and GitHub Enterprise Server: comments of an issue, commit statuses, reviews (https://docs.github.com/rest).

Surprise: an installation's token, such as the one of GitHub Actions, may not ask who it is. Our comment is then the one that a
bot wrote: nobody who types comments is a bot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from checker.model.findings import UsageError
from checker.tools.forge import Comment, ForgeFailed, Target
from checker.tools.forge.http import Api, Refused

_SUMMARY = 140  # characters that a status may have


class GitHub:
    limit = 65_536

    def __init__(self, target: Target) -> None:
        self._api = _api(target)
        self._repository = _repository(target)
        self._number = target.number

    def head(self) -> str:
        request = self._api.call("GET", f"{self._repository}/pulls/{self._number}").value
        return str(_mapping(_mapping(request).get("head")).get("sha") or "")

    def comments(self, marker: str) -> list[Comment]:
        own = [
            comment
            for comment in map(_mapping, self._api.pages(f"{self._repository}/issues/{self._number}/comments"))
            if str(comment.get("body") or "").startswith(marker)
        ]
        if not own:
            return []
        who = self._login()
        return [_comment(comment) for comment in own if _wrote(_mapping(comment.get("user")), who)]

    def create(self, body: str) -> Comment:
        made = self._api.call("POST", f"{self._repository}/issues/{self._number}/comments", body={"body": body}, twice=False)
        return _comment(_mapping(made.value))

    def update(self, comment: Comment, body: str) -> Comment:
        made = self._api.call("PATCH", f"{self._repository}/issues/comments/{comment.id}", body={"body": body})
        return _comment(_mapping(made.value))

    def delete(self, comment: Comment) -> None:
        self._api.call("DELETE", f"{self._repository}/issues/comments/{comment.id}")

    def set_status(self, commit: str, *, passed: bool, name: str, summary: str, url: str = "") -> None:
        body = {"state": "success" if passed else "failure", "context": name, "description": _cut(summary)}
        self._api.call("POST", f"{self._repository}/statuses/{commit}", body={**body, **({"target_url": url} if url else {})})

    def approvers(self) -> tuple[str, ...]:
        """A review that only comments leaves an earlier approval as it is."""
        last: dict[str, str] = {}
        for review in map(_mapping, self._api.pages(f"{self._repository}/pulls/{self._number}/reviews")):
            login, state = str(_mapping(review.get("user")).get("login") or ""), review.get("state")
            if login and state in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED"):
                last[login] = str(state)
        return tuple(sorted(login for login, state in last.items() if state == "APPROVED"))

    def _login(self) -> str | None:
        try:
            return str(_mapping(self._api.call("GET", "user").value).get("login") or "") or None
        except Refused as refused:
            if refused.status in (401, 403, 404) and refused.pause is None:
                return None
            raise


def number_of(target: Target, *, owner: str, branch: str, commit: str) -> int | None:
    """https://docs.github.com/rest/pulls/pulls#list-pull-requests; of a run for a fork GitHub names no pull request."""
    api = _api(target)
    requests = api.pages(f"{_repository(target)}/pulls", {"state": "open", "head": f"{owner}:{branch}"})
    for request in map(_mapping, requests):
        number = request.get("number")
        if _mapping(request.get("head")).get("sha") == commit and isinstance(number, int):
            return number
    return None


def _api(target: Target) -> Api:
    headers = {
        "Authorization": f"Bearer {target.token}",
        "Accept": "application/vnd.github+json, application/json;q=0.9",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return Api(target.api, headers, target.pause)


def _repository(target: Target) -> str:
    owner, _, name = target.project.partition("/")
    if not owner or not name or "/" in name:
        raise UsageError(f"{target.project!r} is not a repository of GitHub", "say --project OWNER/NAME")
    return f"repos/{quote(owner, safe='')}/{quote(name, safe='')}"


def _wrote(user: Mapping[str, Any], who: str | None) -> bool:
    return user.get("login") == who if who is not None else user.get("type") == "Bot"


def _comment(value: Mapping[str, Any]) -> Comment:
    number = value.get("id")
    if not isinstance(number, int):
        raise ForgeFailed("GitHub gave a comment without an id")
    return Comment(id=number, body=str(value.get("body") or ""), url=str(value.get("html_url") or ""))


def _cut(summary: str) -> str:
    return summary if len(summary) <= _SUMMARY else f"{summary[: _SUMMARY - 1]}…"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
