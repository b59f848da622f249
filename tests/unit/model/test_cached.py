"""What is computed once and kept."""

from __future__ import annotations

from checker.model.cached import MOST, cache, cached_property


def test_a_property_is_computed_at_the_first_question() -> None:
    class Circle:
        asked = 0

        @cached_property
        def area(self) -> int:
            """Of it."""
            self.asked += 1
            return 7

    one, other = Circle(), Circle()
    assert (one.area, one.area, one.asked, other.asked) == (7, 7, 1, 0)
    assert Circle.area.__doc__ == "Of it."


def test_a_function_is_asked_once_for_the_same_arguments() -> None:
    asked: list[tuple[int, int]] = []

    @cache
    def add(one: int, two: int = 0) -> int:
        asked.append((one, two))
        return one + two

    assert (add(1, 2), add(1, 2), add(1)) == (3, 3, 1)
    assert asked == [(1, 2), (1, 0)]


def test_answers_do_not_grow_without_end() -> None:
    asked: list[int] = []

    @cache
    def same(number: int) -> int:
        asked.append(number)
        return number

    for number in range(MOST + 1):
        same(number)
    same(0)
    assert asked.count(0) == 2
    assert asked.count(MOST) == 1
