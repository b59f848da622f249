"""Diff lines: different objects never look the same, like ones do, and noise stays away."""

from __future__ import annotations

import copy
import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checker.model.diff import Change, FieldChange, ObjectDiff
from checker.model.objects import JSONValue
from checker.report.manifest import diff_lines
from tests.unit.report.builders import deployment, field, key, scaled

TEXT = st.one_of(
    st.sampled_from(
        ["", "a", "1", "true", "null", "~", "{}", "[]", "- a", "a: b", "a:", " a", "a\n", "a\n\n", "a\nb", "\\u202e", "\u202e", '"a"']
    ),
    st.sampled_from(["x" * 400, "x" * 200 + "y" + "x" * 199, "\n" + "x" * 400, "\n" + "x" * 200 + "y" + "x" * 199]),
    st.text(max_size=12),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def changed(
    before: JSONValue, after: JSONValue, *fields: FieldChange, folded: tuple[FieldChange, ...] = (), change: Change = Change.CHANGED
) -> ObjectDiff:
    return ObjectDiff(key=key(), change=change, api_version="apps/v1", before=before, after=after, fields=fields, folded=folded)


def lines(diff: ObjectDiff, *, noise: bool = False) -> list[str]:
    return [str(line) for line in diff_lines(diff, noise=noise)]


@given(VALUES, VALUES)
@settings(max_examples=200)
def test_different_values_never_look_the_same(one: JSONValue, other: JSONValue) -> None:
    assume(json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True))
    assert lines(changed(None, {"v": one}, change=Change.CREATED)) != lines(changed(None, {"v": other}, change=Change.CREATED))


@given(st.data())
@settings(max_examples=100)
def test_a_changed_field_is_always_in_the_diff(data: st.DataObject) -> None:
    before = deployment()
    after = copy.deepcopy(before)
    holder: JSONValue = after
    path = []
    while isinstance(holder, dict | list):
        steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        step = data.draw(st.sampled_from(steps))
        path.append(str(step))
        if not isinstance(holder[step], dict | list):  # type: ignore[index]
            holder[step] = "something else"  # type: ignore[index]
            break
        holder = holder[step]  # type: ignore[index]
    made = lines(changed(before, after, field("x", 1, 2, "/" + "/".join(path))))
    assert any(line.startswith("+") and "something else" in line for line in made)


def test_the_order_of_keys_and_of_named_items_is_no_change() -> None:
    before: JSONValue = {"b": 1, "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C"}]}
    after: JSONValue = {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "9"}], "b": 1}
    made = lines(changed(before, after, field("env[A].value", "1", "9", "/env/1/value")))
    assert [line for line in made if line[0] in "+-"] == ['-  value: "1"', "-- name: C", '+  value: "9"']


def test_an_order_that_the_comparison_reports_shows() -> None:
    before: JSONValue = {"steps": [{"name": "A"}, {"name": "B"}]}
    after: JSONValue = {"steps": [{"name": "B"}, {"name": "A"}]}
    assert [line for line in lines(changed(before, after, field("steps", None, None, "/steps"))) if line[0] in "+-"] != []


def test_noise_is_left_out_until_asked_for() -> None:
    assert not any("podinfo-6.6.1" in line for line in lines(scaled()))
    before: JSONValue = {"metadata": {"labels": {"chart": "a-1", "gone": "x"}}, "data": {"k": "1"}}
    after: JSONValue = {"metadata": {"labels": {"chart": "a-2"}}, "data": {"k": "2"}}
    folded = (
        FieldChange(path="chart", pointer="/metadata/labels/chart", before="a-1", after="a-2"),
        FieldChange(path="gone", pointer="/metadata/labels/gone", before="x", after_present=False),
        FieldChange(path="elsewhere", pointer="/spec/list/7/x", before="x", after="y"),
        FieldChange(path="wrong", pointer="/data/k", before="not what is there", after="2"),
    )
    diff = changed(before, after, field("data.k", "1", "2", "/data/k"), folded=folded)
    assert [line for line in lines(diff) if line[0] in "+-"] == ['-  k: "1"', '+  k: "2"']
    assert [line for line in lines(diff, noise=True) if line[0] == "+"] == ["+    chart: a-2", '+  k: "2"']


def test_items_without_names_keep_their_places() -> None:
    before: JSONValue = {"args": ["a", "b"], "rules": [{"x": 1}], "twice": [{"name": "a"}, {"name": "a"}], "list": [[1, [2]], {}]}
    after: JSONValue = {"args": ["b", "a"], "rules": [{"x": 2}], "twice": [{"name": "a"}], "list": [[1, [3]], {}]}
    made = lines(changed(before, after))
    assert "-- b" in made
    assert "+- b" in made
    assert "+- x: 2" in made


def test_a_hunk_says_where_it_is() -> None:
    assert [line for line in lines(scaled()) if line.startswith("@@")] == ["@@ spec @@", "@@ spec.template.spec.containers[podinfod] @@"]


def test_very_long_changes_are_told_by_field() -> None:
    before: JSONValue = {"data": {f"key-{number}": "old" for number in range(4000)}}
    after: JSONValue = {"data": {f"key-{number}": "new" for number in range(4000)}}
    assert lines(changed(before, after, field("data.key-1", "old", "new"))) == ["-data.key-1: old", "+data.key-1: new"]


def test_very_deep_values_end_in_one_line() -> None:
    value: JSONValue = "bottom"
    for _ in range(300):
        value = {"d": value}
    made = lines(changed(None, {"v": value}, change=Change.CREATED))
    assert len(made) < 70
    assert "digest" in made[-1]


def test_an_object_that_is_left_running_has_no_lines() -> None:
    assert lines(changed({"a": 1}, None, change=Change.ORPHANED)) == []
