"""Both forges, on loopback, against their published API descriptions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from checker.tools.forge import FORGES, Comment, Forge, ForgeFailed, Target, Uncertain, open_forge, open_pull_request
from checker.tools.forge.http import PATIENCE
from tests.contract.forge import Answer, State, forge

TOKEN = "t0ken-that-nobody-may-see"
MARKER = "<!-- gitops-check:shop -->"
Open = Callable[[str], Forge]
BOT = {"login": "github-actions[bot]", "username": "bot", "type": "Bot", "id": 9}
SOMEBODY = {"login": "mallory", "username": "mallory", "type": "User", "id": 66}


@pytest.fixture
def state() -> Iterator[State]:
    made = State()
    yield made
    assert made.complaints == []
    assert {token.removeprefix("Bearer ") for token in made.tokens} <= {TOKEN}


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def opened(state: State, pauses: list[float]) -> Iterator[Open]:
    running = []

    def start(name: str) -> Forge:
        context = forge(name, state)
        running.append(context)
        address = context.__enter__()
        return open_forge(Target(forge=name, api=address, project="acme/shop", number=3, token=TOKEN, pause=pauses.append))

    yield start
    for context in running:
        context.__exit__(None, None, None)


def said(status: int, headers: dict[str, str] | None = None, message: str = "no") -> Callable[[str], Answer]:
    return lambda _: (status, {"message": message}, headers or {})


@pytest.mark.parametrize("name", FORGES)
def test_a_comment_from_beginning_to_end(name: str, opened: Open, state: State) -> None:
    spoken = opened(name)
    made = spoken.create(f"{MARKER}\nhello")
    assert [comment.body for comment in spoken.comments(MARKER)] == [f"{MARKER}\nhello"]
    assert spoken.update(made, f"{MARKER}\nbye").body == f"{MARKER}\nbye"
    spoken.delete(made)
    assert spoken.comments(MARKER) == []


@pytest.mark.parametrize("name", FORGES)
def test_only_what_we_wrote_is_ours(name: str, opened: Open, state: State) -> None:
    state.add(f"{MARKER}\nnothing to see, all is well", SOMEBODY)
    state.add(f"quoted: {MARKER}")
    state.add("<!-- gitops-check:shop-two -->\n", None)
    ours = state.add(f"{MARKER}\nours")
    assert [comment.id for comment in opened(name).comments(MARKER)] == [ours["id"]]


def test_an_installation_knows_itself_as_a_bot(opened: Open, state: State) -> None:
    state.me = None
    state.add(f"{MARKER}\nforged", SOMEBODY)
    ours = state.add(f"{MARKER}\nours", BOT)
    assert [comment.id for comment in opened("github").comments(MARKER)] == [ours["id"]]


@pytest.mark.parametrize("name", FORGES)
def test_every_page_is_looked_at(name: str, opened: Open, state: State) -> None:
    for number in range(250):
        state.add(f"comment {number}", SOMEBODY)
    ours = state.add(f"{MARKER}\nours")
    assert [comment.id for comment in opened(name).comments(MARKER)] == [ours["id"]]


def test_too_many_comments_are_refused_rather_than_doubled(opened: Open, state: State) -> None:
    state.comments = [{"id": number, "body": "x", "user": SOMEBODY} for number in range(5001)]
    with pytest.raises(ForgeFailed, match="more than 5,000"):
        opened("github").comments(MARKER)


@pytest.mark.parametrize("name", FORGES)
def test_head_status_and_approvals(name: str, opened: Open, state: State) -> None:
    state.reviews = [review("ann", "APPROVED")]
    spoken = opened(name)
    assert spoken.head() == state.head
    assert spoken.approvers() == ("ann",)
    spoken.set_status(state.head, passed=False, name="gitops-check", summary="x" * 400, url="https://ci.test/1")
    (status,) = state.statuses
    assert status["state"] in ("failure", "failed")
    assert len(status["description"]) <= 255
    assert status["sha"] == state.head


def review(login: str, verdict: str) -> dict[str, Any]:
    return {"id": 1, "state": verdict, "user": {"login": login}, "commit_id": "c" * 40}


def test_the_last_word_of_a_reviewer_counts(opened: Open, state: State) -> None:
    state.reviews = [
        review("ann", "APPROVED"),
        review("bob", "APPROVED"),
        review("bob", "CHANGES_REQUESTED"),
        review("ann", "COMMENTED"),
        review("cid", "CHANGES_REQUESTED"),
        review("cid", "APPROVED"),
        review("dan", "APPROVED"),
        review("dan", "DISMISSED"),
    ]
    assert opened("github").approvers() == ("ann", "cid")


@pytest.mark.parametrize(
    ("trouble", "waited"),
    [
        ([said(503)], [1.0]),
        ([said(502), said(500), said(504)], [1.0, 2.0, 4.0]),
        ([said(429, {"Retry-After": "7"})], [7.0]),
        ([said(403, {"Retry-After": "3"}, "You have exceeded a secondary rate limit")], [3.0]),
        ([said(403, {}, "You have exceeded a secondary rate limit")], [60.0]),
        ([said(429)], [60.0]),
    ],
)
def test_waits_and_asks_again(
    trouble: list[Callable[[str], Answer]], waited: list[float], opened: Open, state: State, pauses: list[float]
) -> None:
    state.trouble = [*trouble]
    assert opened("github").head() == state.head
    assert pauses == waited


def test_waits_until_the_limit_is_over(opened: Open, state: State, pauses: list[float]) -> None:
    state.trouble = [said(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}, "API rate limit exceeded")]
    assert opened("github").head() == state.head
    assert 20 < pauses[0] <= 30


def test_does_not_wait_for_an_hour(opened: Open, state: State, pauses: list[float]) -> None:
    state.trouble = [said(429, {"Retry-After": "3600"})]
    with pytest.raises(ForgeFailed, match="429"):
        opened("gitlab").head()
    assert sum(pauses) <= PATIENCE


@pytest.mark.parametrize(("status", "hint"), [(401, "not valid"), (403, "may not do this"), (404, "no such pull request")])
def test_a_refusal_is_final_and_says_what_to_do(status: int, hint: str, opened: Open, state: State, pauses: list[float]) -> None:
    state.trouble = [said(status, message=f"no\n::error::{TOKEN[:3]}")]
    with pytest.raises(ForgeFailed) as caught:
        opened("github").head()
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message
    assert pauses == []


def test_a_comment_that_may_have_been_made_is_not_made_twice(opened: Open, state: State) -> None:
    state.after = [said(502)]
    with pytest.raises(Uncertain):
        opened("github").create(f"{MARKER}\nhello")
    assert len(state.comments) == 1


def test_a_rate_limit_made_nothing_so_it_is_asked_again(opened: Open, state: State, pauses: list[float]) -> None:
    state.trouble = [said(429, {"Retry-After": "1"})]
    opened("github").create(f"{MARKER}\nhello")
    assert len(state.comments) == 1
    assert pauses == [1.0]


def test_the_token_does_not_follow_a_redirect(opened: Open, state: State) -> None:
    state.trouble = [lambda _: (302, None, {"Location": "http://127.0.0.1:1/elsewhere"})]
    with pytest.raises(ForgeFailed, match="302"):
        opened("github").head()


@pytest.mark.parametrize("api", ["file:///etc/passwd", "ftp://x", "nowhere"])
def test_an_api_is_spoken_to_over_http(api: str) -> None:
    with pytest.raises(ForgeFailed, match="not the address of an API"):
        open_forge(Target(forge="github", api=api, project="acme/shop", number=1, token=TOKEN))


def test_nothing_shows_the_token(pauses: list[float]) -> None:
    target = Target(forge="gitlab", api="http://127.0.0.1:1", project="acme/shop", number=1, token=TOKEN, pause=pauses.append)
    assert TOKEN not in repr(target)
    with pytest.raises(ForgeFailed) as caught:
        open_forge(target).head()
    assert TOKEN not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}"
    assert len(pauses) == 4


def test_the_request_of_a_fork_is_found_by_its_branch_and_commit(state: State) -> None:
    with forge("github", state) as address:
        target = Target(forge="github", api=address, project="acme/shop", number=0, token=TOKEN)
        assert open_pull_request(target, owner="fork", branch="feature", commit=state.head) == 5
        assert open_pull_request(target, owner="fork", branch="feature", commit="d" * 40) is None


def test_an_answer_that_is_no_comment(opened: Open, state: State) -> None:
    state.trouble = [lambda _: (200, {"id": "seven"}, {})]
    with pytest.raises(ForgeFailed, match="without an id"):
        opened("github").update(Comment(id=1, body=""), "x")
