from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import pytest

from checker.pipeline.executor import Executor, Processes, Serial

METHODS = ["spawn", *(["fork"] if sys.platform == "linux" else [])]


def squared(number: int) -> int:
    return number * number


def unless_killed(number: int) -> int:
    if number in (7, 30):
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def lost(number: int) -> int:
    return -number


@pytest.mark.parametrize(
    "made",
    [lambda: Serial(squared), *((lambda method=method: Processes(squared, lost, 2, method)) for method in METHODS)],
    ids=["serial", *METHODS],
)
def test_results_come_in_the_order_of_the_items(made: Callable[[], Executor[int, int]]) -> None:
    assert list(made().map(range(101))) == [number * number for number in range(101)]
    assert list(made().map([])) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("method", METHODS[-1:])
def test_a_worker_that_dies_takes_only_the_item_it_died_of(method: str) -> None:
    done = list(Processes(unless_killed, lost, 2, method).map(range(64)))
    assert done == [-number if number in (7, 30) else number * number for number in range(64)]
