"""GitLab: notes of a merge request, commit statuses, approvals (https://docs.gitlab.com/api/rest/).

Surprise: the token that GitLab gives to every job may not write notes; a project access token with the scope `api` may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from checker.tools.forge import Comment, ForgeFailed, Target
from checker.tools.forge.http import Api

_SUMMARY = 255  # characters that a status may have


class GitLab:
    limit = 1_000_000

    def __init__(self, target: Target) -> None:
        self._api = Api(target.api, {"PRIVATE-TOKEN": target.token, "Accept": "application/json"}, target.pause)
        self._project = f"projects/{quote(target.project, safe='')}"
        self._request = f"{self._project}/merge_requests/{target.number}"

    def head(self) -> str:
        return str(_mapping(self._api.call("GET", self._request).value).get("sha") or "")

    def comments(self, marker: str) -> list[Comment]:
        found = self._api.pages(f"{self._request}/notes", {"sort": "asc", "order_by": "created_at"})
        notes = [note for note in map(_mapping, found) if str(note.get("body") or "").startswith(marker) and not note.get("system")]
        if not notes:
            return []
        who = _mapping(self._api.call("GET", "user").value).get("id")
        return [_comment(note) for note in notes if _mapping(note.get("author")).get("id") == who]

    def create(self, body: str) -> Comment:
        return _comment(_mapping(self._api.call("POST", f"{self._request}/notes", body={"body": body}, twice=False).value))

    def update(self, comment: Comment, body: str) -> Comment:
        return _comment(_mapping(self._api.call("PUT", f"{self._request}/notes/{comment.id}", body={"body": body}).value))

    def delete(self, comment: Comment) -> None:
        self._api.call("DELETE", f"{self._request}/notes/{comment.id}")

    def set_status(self, commit: str, *, passed: bool, name: str, summary: str, url: str = "") -> None:
        body = {"state": "success" if passed else "failed", "name": name, "description": summary[:_SUMMARY]}
        self._api.call("POST", f"{self._project}/statuses/{commit}", body={**body, **({"target_url": url} if url else {})})

    def approvers(self) -> tuple[str, ...]:
        """https://docs.gitlab.com/api/merge_request_approvals/: GitLab drops an approval itself where a push resets it."""
        approvals = _mapping(self._api.call("GET", f"{self._request}/approvals").value)
        users = (_mapping(_mapping(entry).get("user")).get("username") for entry in approvals.get("approved_by") or ())
        return tuple(sorted(str(name) for name in users if name))


def _comment(value: Mapping[str, Any]) -> Comment:
    number = value.get("id")
    if not isinstance(number, int):
        raise ForgeFailed("GitLab gave a note without an id")
    return Comment(id=number, body=str(value.get("body") or ""))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
