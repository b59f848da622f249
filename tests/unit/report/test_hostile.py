"""Whatever a pull request writes into names and values comes out harmless in every format."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checker.report import FORMATS, FormatOptions, format_report
from tests.unit.report.hostile import STRINGS, hostile

UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u3164\ufffe\uffff\ud800-\udfff]")
COMMAND = re.compile(r"^\s*::[a-zA-Z-]+[\s:]", re.MULTILINE)
ANYWHERE = re.compile(r"##(\[|vso\[|teamcity\[)")
NASTY = st.text(alphabet=st.sampled_from([*"`~*_[]()<>&\"'|#@!:/\\%$\n\r\t ab{}=-\x1b\x9b\u202e\u200b\ufffe\udc80"]), max_size=60)


def show(name: str, text: str) -> str:
    return format_report(
        name, hostile(text), FormatOptions(width=100, verbose=True, show_noise=True, source_url="https://forge.example/{path}#L{line}")
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", STRINGS)
def test_nothing_unseen_and_no_command_in_any_format(name: str, case: str) -> None:
    made = show(name, STRINGS[case])
    assert made.encode("utf-8"), "every character can be written"
    assert not UNSEEN.search(made)
    ours = (
        re.sub(r"^::(error|warning|notice|group|endgroup)( file=[^\n]*?title=[^\n]*?)?::", "", made, flags=re.MULTILINE)
        if name == "github"
        else made
    )
    assert not COMMAND.search(ours)
    assert not ANYWHERE.search(made)


@pytest.mark.parametrize("name", ["text", "markdown", "github", "junit"])
def test_a_megabyte_is_shortened(name: str) -> None:
    assert len(show(name, STRINGS["long"])) < 65_000


@pytest.mark.parametrize("case", STRINGS)
def test_json_formats_are_json_and_xml_is_xml(case: str) -> None:
    for name in ("json", "sarif", "gitlab"):
        assert json.loads(show(name, STRINGS[case]))
    assert ElementTree.fromstring(show("junit", STRINGS[case])).tag == "testsuites"


@pytest.mark.parametrize("case", STRINGS)
def test_the_comment_has_only_the_markup_that_we_wrote(case: str) -> None:
    check_markup(show("markdown", STRINGS[case]))


@given(NASTY)
@settings(max_examples=150)
def test_the_comment_has_only_the_markup_that_we_wrote_whatever_the_text(text: str) -> None:
    check_markup(show("markdown", text))


@given(NASTY)
@settings(max_examples=100)
def test_the_terminal_gets_no_control_and_no_command_whatever_the_text(text: str) -> None:
    for options in (FormatOptions(width=70), FormatOptions(hook=True)):
        made = format_report("text", hostile(text), options)
        assert not UNSEEN.search(made)
        assert not COMMAND.search(made)


def check_markup(comment: str) -> None:
    """As CommonMark with tables reads it: no link of theirs, no image, no HTML but ours, and every fence closed."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(comment)
    inner = [child for token in tokens for child in token.children or ()]
    assert not [child for child in inner if child.type == "image"]
    assert all(str(child.attrs["href"]).startswith("https://forge.example/") for child in inner if child.type == "link_open")
    tags = [child.content for child in inner if child.type == "html_inline"]
    assert set(tags) <= {"<br>", "<sub>", "</sub>"}
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    first, result, *_ = comment.splitlines()
    assert first == "<!-- gitops-check -->"
    assert re.fullmatch(r"<!-- gitops-check-result [A-Za-z0-9%&=._~]+ -->", result)
    assert set(re.findall(r"<[^>]*>", blocks)) <= {
        first,
        result,
        "<details>",
        "<details open>",
        "</details>",
        "<summary>",
        "</summary>",
        "<b>",
        "</b>",
    }
    assert blocks.count("<b>") == blocks.count("</b>")
    assert blocks.count("<details") == blocks.count("</details>")
    text = "\n".join(child.content for child in inner if child.type == "text")
    assert not re.search(r"(^|[\s(])@\w|(?<![\w\\])#\d|://|\bwww\.", text)
    assert "</sub>" in comment.splitlines()[-1]
    outside = re.sub(r"^(`{3,})diff\n.*?\n\1$", "", comment, flags=re.MULTILINE | re.DOTALL)
    assert not [line for line in outside.splitlines() if line.lstrip().startswith("/")]
