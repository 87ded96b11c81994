"""Formatted text is read as Telegram reads it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.entities import formatted
from playground.refusal import Refusal
from playground.utf16 import units


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b>", "a", [entity("bold", 0, 1)]),
        ("😀<i>b</i>", "😀b", [entity("italic", 2, 1)]),
        ("<b>x<i>y</i></b>", "xy", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("1 &lt; 2 &amp; &quot;3&quot; &#65;&#x1F600;", '1 < 2 & "3" A😀', []),
        ("&nbsp;", "&nbsp;", []),
        (
            '<a href="https://a.b/?c=1&amp;d=2">go</a>',
            "go",
            [entity("text_link", 0, 2, url="https://a.b/?c=1&d=2")],
        ),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="py")],
        ),
        ('<span class="tg-spoiler">s</span>', "s", [entity("spoiler", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
        ("  <b> a </b> ", "a", [entity("bold", 0, 1)]),
        ("<b></b>a", "a", []),
    ],
)
def test_html_becomes_text_and_utf16_entities(
    source: str, text: str, entities: list[dict[str, Any]]
) -> None:
    assert formatted(source, "HTML", None) == (text, entities)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("é<x>", 'Unsupported start tag "x" at byte offset 2'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<br/>", 'Unsupported start tag "br" at byte offset 0'),
    ],
)
def test_wrong_html_is_refused_with_the_byte_offset(source: str, complaint: str) -> None:
    with pytest.raises(Refusal) as refusal:
        formatted(source, "html", None)
    assert refusal.value.description == f"Bad Request: can't parse entities: {complaint}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*b* _i_ __u__", "b i u", [entity("bold", 0, 1), entity("italic", 2, 1),
                                    entity("underline", 4, 1)]),
        ("~s~ ||p||", "s p", [entity("strikethrough", 0, 1), entity("spoiler", 2, 1)]),
        ("`c\\`d`", "c`d", [entity("code", 0, 3)]),
        ("[t](http://x.y/\\))", "t", [entity("text_link", 0, 1, url="http://x.y/)")]),
        ("1\\.5 \\- 2", "1.5 - 2", []),
        ("```py\nx```", "x", [entity("pre", 0, 1, language="py")]),
    ],
)  # fmt: skip
def test_markdown_v2(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert formatted(source, "MarkdownV2", None) == (text, entities)


@pytest.mark.parametrize("source", ["1.5", "a-b", "*x", "[a", "`x", "(x)"])
def test_unescaped_or_unclosed_markdown_v2_is_refused(source: str) -> None:
    with pytest.raises(Refusal, match="can't parse entities"):
        formatted(source, "MarkdownV2", None)


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("/start now", "bot_command", "/start"),
        ("see https://a.b/c.", "url", "https://a.b/c"),
        ("ask @some_body", "mention", "@some_body"),
        ("mail me@x.org", "email", "me@x.org"),
        ("价格 #优惠", "hashtag", "#优惠"),
    ],
)
def test_links_commands_and_mentions_are_found(text: str, kind: str, piece: str) -> None:
    _, [found] = formatted(text, None, None)
    assert found["type"] == kind
    assert text[found["offset"] : found["offset"] + found["length"]] == piece


@given(st.text(max_size=60))
def test_any_escaped_text_survives_html(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert formatted(escaped, "HTML", None)[0] == text.strip()


@given(st.text(max_size=40), st.sampled_from(["HTML", "MarkdownV2", "Markdown", None]))
def test_entities_never_leave_the_text(text: str, mode: str | None) -> None:
    try:
        shown, entities = formatted(text, mode, None)
    except Refusal:
        return  # Wrong markup is refused; what is accepted must fit.
    for one in entities:
        assert one["offset"] >= 0
        assert one["length"] > 0
        assert one["offset"] + one["length"] <= units(shown)
