"""A forge on loopback that holds requests, and its own answers, against the forge's published API description.

`github.json` is made by `tests.contract.trim`; `gitlab.json` holds what GitLab's API pages say. What a request must not do is in
`complaints`, which a test ends by finding empty.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs

HERE = Path(__file__).parent
Answer = tuple[int, Any, dict[str, str]]


@dataclass
class State:
    """What the forge knows, and what it was asked."""

    me: dict[str, Any] | None = field(default_factory=lambda: {"login": "checker", "username": "checker", "id": 7, "type": "User"})
    """None where the token may not ask who it is."""
    comments: list[dict[str, Any]] = field(default_factory=list)
    head: str = "c" * 40
    reviews: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    trouble: list[Callable[[str], Answer | None]] = field(default_factory=list)
    """Each is asked once before an answer; what it returns is answered instead."""
    after: list[Callable[[str], Answer | None]] = field(default_factory=list)
    """The same, after the request was carried out: an answer lost on its way."""
    next_id: int = 100

    def add(self, body: str, user: dict[str, Any] | None = None) -> dict[str, Any]:
        self.next_id += 1
        made = {"id": self.next_id, "body": body, "user": user or self.me or {"login": "github-actions[bot]", "type": "Bot", "id": 9}}
        self.comments.append(made)
        return made


@dataclass
class Operation:
    name: str
    method: str
    path: re.Pattern[str]
    parameters: list[dict[str, Any]]
    body: dict[str, Any] | None
    responses: dict[str, Any]


def operations(forge: str) -> list[Operation]:
    document = json.loads((HERE / f"{forge}.json").read_text(encoding="utf-8"))
    return [
        Operation(
            name=name,
            method=entry["method"],
            path=re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(entry["path"]))),
            parameters=entry["parameters"],
            body=entry["body"],
            responses=entry["responses"],
        )
        for name, entry in document["operations"].items()
    ]


@contextmanager
def forge(name: str, state: State) -> Iterator[str]:
    """The address of its API."""
    known = operations(name)
    behaviour = {"github": _github, "gitlab": _gitlab}[name]

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            what = f"{self.command} {parts.path}"
            state.asked.append(what)
            state.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
            trouble = state.trouble.pop(0)(what) if state.trouble else None
            status, value, headers = trouble or self._carried_out(parts.path, parts.query, sent)
            lost = state.after.pop(0)(what) if state.after and trouble is None else None
            status, value, headers = lost or (status, value, headers)
            data = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            for header, text in headers.items():
                self.send_header(header, text)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

        def _carried_out(self, path: str, query: str, sent: bytes) -> Answer:
            for operation in known:
                match = operation.path.fullmatch(path)
                if match is None or operation.method != self.command:
                    continue
                body = json.loads(sent) if sent else None
                asked = {key: unquote(text) for key, text in match.groupdict().items()}
                state.complaints += _complaints(operation, asked, dict(parse_qsl(query)), body)
                status, value, headers = behaviour(state, operation.name, asked, dict(parse_qsl(query)), body or {})
                if status < 400:
                    state.complaints += _wrong_answer(operation, status, value)
                return status, value, headers
            state.complaints.append(f"no operation is {self.command} {path}")
            return 404, {"message": "Not Found"}, {}

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _complaints(operation: Operation, path: dict[str, str], query: dict[str, str], body: Any) -> Iterator[str]:
    declared = {(one["in"], one["name"]): one for one in operation.parameters}
    for place, given in (("path", path), ("query", query)):
        for key, text in given.items():
            parameter = declared.get((place, key))
            if parameter is None:
                yield f"{operation.name} has no {place} parameter {key}"
            else:
                value = int(text) if parameter["schema"].get("type") == "integer" and text.isdecimal() else text
                yield from _invalid(parameter["schema"], value, f"{operation.name} {key}")
    if operation.body is not None:
        yield from _invalid({**operation.body, "additionalProperties": False}, body, operation.name)
    elif body is not None:
        yield f"{operation.name} takes no body"


def _wrong_answer(operation: Operation, status: int, value: Any) -> Iterator[str]:
    if str(status) not in operation.responses:
        yield f"the test's forge answers {operation.name} with {status}, which is not among its responses"
    elif operation.responses[str(status)] is not None:
        yield from _invalid(operation.responses[str(status)], value, f"the test's forge, {operation.name}")


def _invalid(schema: dict[str, Any], value: Any, what: str) -> Iterator[str]:
    for error in jsonschema_rs.validator_for(_plain(schema)).iter_errors(value):
        yield f"{what}: {error.message}"


def _plain(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type null."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _plain(value) for key, value in schema.items() if key not in ("nullable", "format", "default")}
    if schema.get("nullable") and "type" in made:
        made["type"] = [made["type"], "null"]
    return made


def _page(items: list[Any], query: dict[str, str]) -> list[Any]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return items[(page - 1) * size : page * size]


def _github(state: State, name: str, path: dict[str, str], query: dict[str, str], body: dict[str, Any]) -> Answer:
    def shown(comment: dict[str, Any]) -> dict[str, Any]:
        return {**comment, "html_url": f"https://github.test/acme/shop/pull/1#issuecomment-{comment['id']}"}

    match name:
        case "issues/list-comments":
            return 200, _page([shown(comment) for comment in state.comments], query), {}
        case "issues/create-comment":
            return 201, shown(state.add(body["body"])), {}
        case "issues/update-comment":
            comment = next(one for one in state.comments if one["id"] == int(path["comment_id"]))
            comment["body"] = body["body"]
            return 200, shown(comment), {}
        case "issues/delete-comment":
            state.comments[:] = [one for one in state.comments if one["id"] != int(path["comment_id"])]
            return 204, None, {}
        case "repos/create-commit-status":
            state.statuses.append({**body, "sha": path["sha"]})
            kept = {"description": None, "target_url": None, **body}
            return 201, {"id": 1, **{key: kept[key] for key in ("state", "context", "description", "target_url")}}, {}
        case "users/get-authenticated" if state.me is None:
            return 403, {"message": "Resource not accessible by integration"}, {}
        case "users/get-authenticated":
            return 200, state.me, {}
        case "pulls/get":
            return 200, {"number": int(path["pull_number"]), "head": {"sha": state.head, "ref": "feature"}}, {}
        case "pulls/list":
            return 200, _page([{"number": 5, "head": {"sha": state.head, "ref": query["head"].partition(":")[2]}}], query), {}
        case "pulls/list-reviews":
            return 200, _page(state.reviews, query), {}
        case _:
            raise AssertionError(name)


def _gitlab(state: State, name: str, path: dict[str, str], query: dict[str, str], body: dict[str, Any]) -> Answer:
    def shown(note: dict[str, Any]) -> dict[str, Any]:
        return {"id": note["id"], "body": note["body"], "author": note["user"], "system": note.get("system", False)}

    match name:
        case "notes/list":
            return 200, _page([shown(note) for note in state.comments], query), {}
        case "notes/create":
            return 201, shown(state.add(body["body"])), {}
        case "notes/update":
            note = next(one for one in state.comments if one["id"] == int(path["note_id"]))
            note["body"] = body["body"]
            return 200, shown(note), {}
        case "notes/delete":
            state.comments[:] = [one for one in state.comments if one["id"] != int(path["note_id"])]
            return 204, None, {}
        case "merge_requests/get":
            return 200, {"iid": int(path["merge_request_iid"]), "sha": state.head}, {}
        case "approvals/get":
            return 200, {"approved_by": [{"user": {"username": one["user"]["login"]}} for one in state.reviews]}, {}
        case "statuses/create":
            state.statuses.append({**body, "sha": path["sha"]})
            return 201, {"id": 1, "status": body["state"]}, {}
        case "users/current":
            return 200, state.me, {}
        case _:
            raise AssertionError(name)
