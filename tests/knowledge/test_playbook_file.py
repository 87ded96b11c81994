import re
from dataclasses import asdict, replace
from datetime import date, time
from importlib.resources import files
from io import BytesIO
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.knowledge import playbook_file, yaml_tree
from bot.knowledge.playbook_file import BadPlaybook, read, write
from bot.knowledge.yaml_tree import blank
from bot.rules.folding import fold
from core.errors import BadRequestText
from core.messages import Button, Content, Kind, Media, text
from core.playbook import (
    Answering,
    BannedWords,
    EntryKind,
    FaqEntry,
    Hours,
    Match,
    Playbook,
    Prompt,
    Rule,
    Shelf,
)
from core.prompts import KINDS

LANGUAGES = ("en", "zh_CN")


def texts_in(language: str) -> dict[str, str]:
    raw = files("core.i18n").joinpath(language, "playbook.po").read_bytes()
    return {str(m.id): str(m.string) for m in read_po(BytesIO(raw)) if m.id}


RULE = "{name: a, match: any, words: [b], replies: [{text: c}]}"
ENTRY = "{question: a, answer: {text: c}}"
RULE_TAIL, ENTRY_TAIL = RULE[1:], ENTRY[1:]

TEXTS = {language: texts_in(language) for language in LANGUAGES}


def mistakes(source: str | bytes) -> list[tuple[int, str, dict[str, Any]]]:
    """Return line, key and facts of every mistake, having printed each in both languages."""
    with pytest.raises(BadPlaybook) as caught:
        read(source)
    for mistake in caught.value.mistakes:
        for language in LANGUAGES:
            printed = TEXTS[language][mistake.key].format(**mistake.facts)
            assert str(mistake.line) in printed
    return [(m.line, m.key.removeprefix("playbook."), {**m.facts}) for m in caught.value.mistakes]


def test_the_example_of_the_guide_is_read() -> None:
    source = """
rules:                       # tried from top to bottom
  - {name: price, match: any, words: [多少钱, 价格], replies: [{text: 100 块}], accounts: [shop]}
  - name: two replies
    match: all
    words: [100, "yes", no]
    replies:
      - {text: 请看, title: 目录, buttons: [{label: 网站, url: "https://example.com"}]}
      - {photo: {account: shop, file_id: AgAC, size_bytes: 120}, text: 夏季}
    enabled: false
faq:
  - {category: 物流/发货, question: 多久发货, similar: [什么时候发货, 几天能到], keywords: [发货],
     answer: {text: 48 小时内发货}, enabled: true, valid: [2026-01-01, 2026-12-31], new: false}
  - {question: 在哪, answer: {location: {latitude: 39.9, longitude: 116.4}},
     valid: [null, 2026-12-31]}
words:
  - {name: abuse, words: [笨], action: block, direction: staff}
prompts:
  - {kind: welcome, account: shop, body: 您好, menu: [{label: 人工, data: /human}]}
"""
    assert read(source) == Playbook(
        rules=(
            Rule(0, "price", Match.ANY, ("多少钱", "价格"), (text("100 块"),), accounts=("shop",)),
            Rule(
                0,
                "two replies",
                Match.ALL,
                ("100", "yes", "no"),
                (
                    Content(
                        Kind.TEXT,
                        "请看",
                        title="目录",
                        buttons=((Button("网站", url="https://example.com"),),),
                    ),
                    Content(Kind.PHOTO, "夏季", Media("shop", "AgAC", size_bytes=120)),
                ),
                enabled=False,
            ),
        ),
        faq=(
            FaqEntry(
                0,
                "物流/发货",
                "多久发货",
                ("什么时候发货", "几天能到"),
                ("发货",),
                text("48 小时内发货"),
                valid_from=date(2026, 1, 1),
                valid_until=date(2026, 12, 31),
            ),
            FaqEntry(
                0,
                "",
                "在哪",
                (),
                (),
                Content(Kind.LOCATION, data={"latitude": 39.9, "longitude": 116.4}),
                valid_until=date(2026, 12, 31),
            ),
        ),
        words=(BannedWords("abuse", ("笨",), "block", "staff"),),
        prompts=(Prompt("welcome", "shop", True, "您好", (Button("人工", data="/human"),)),),
    )


def test_what_a_file_says_about_the_tree_the_hours_and_the_settings_is_read() -> None:
    playbook = read("""
settings: {depth: 6, precision: 0.9, mask_desk: ""}
categories: {faq: [物流, 物流 / 发货, a/b/c/d/e/f]}
rules:
  - {name: a, match: any, words: [b], replies: [{faq_card: true}], group: 售前,
     hours: {times: ["9:00-12:00", "22:00 - 24:00"]}}
library:
  - {question: 官网, kind: link, answer: {link: "https://a.b", cover: {account: s, file_id: f}}}
prompts:
  - {kind: welcome, more: [{text: c}]}
""")
    assert playbook.settings == {"depth": 6, "precision": 0.9, "mask_desk": ""}
    assert playbook.answering == Answering(precision=0.9, depth=6)
    assert playbook.nodes == {Shelf.FAQ: ("物流", "物流/发货", "a/b/c/d/e/f")}
    assert playbook.rules[0].hours == Hours(spans=((time(9), time(12)), (time(22), time(0))))
    assert playbook.rules[0].replies == (Content(Kind.FAQ_CARD),)
    assert playbook.library[0].answer == Content(
        Kind.LINK, media=Media("s", "f"), data={"url": "https://a.b"}
    )
    assert playbook.prompts[0] == Prompt("welcome", None, True, "", more=(text("c"),))


@pytest.mark.parametrize(
    ("source", "key", "facts"),
    [
        (f"faq:\n- {{category: a/{'b' * 31}, {ENTRY_TAIL}", "long_category", {"limit": 30}),
        (f"faq:\n- {{category: a/b/c/d/e, {ENTRY_TAIL}", "deep_category", {"levels": 5}),
        ("categories:\n  desk: [a/b/c/d/e]", "deep_category", {"limit": 4}),
        ("settings: {depth: 2}\ncategories: {faq: [a/b/c]}", "deep_category", {"limit": 2}),
        ("settings:\n  depth: 11", "out_of_range", {"low": 1, "high": 10}),
        ("settings:\n  precision: 1.0", "out_of_range", {"high": 0.999}),
        ("settings:\n  precison: 0.9", "unknown_key", {"nearest": "precision"}),
        ("settings:\n  one_script: maybe", "expected_flag", {}),
        (f"rules:\n- {{hours: {{days: [monday]}}, {RULE_TAIL}", "bad_choice", {}),
        (f"rules:\n- {{hours: {{times: [9-18]}}, {RULE_TAIL}", "expected_times", {}),
        (f"rules:\n- {{hours: {{times: ['09:00-25:00']}}, {RULE_TAIL}", "expected_times", {}),
        (f"rules:\n- {{hours: {{times: ['9:00+02:00-10:00']}}, {RULE_TAIL}", "expected_times", {}),
        (f"rules:\n- {{valid: [2026-02-01, 2026-01-01], {RULE_TAIL}", "period_reversed", {}),
        ("library:\n- {question: a, answer: {link: 'javascript:1'}}", "bad_address", {}),
        ("library:\n- {question: a, kind: book, answer: {text: c}}", "bad_choice", {}),
        (
            "library:\n- {question: a, answer: {text: c, cover: {account: s, file_id: f}}}",
            "cover_without_link",
            {},
        ),
        (f"library:\n- {ENTRY}\n- {ENTRY}", "duplicate_question", {"first_line": 2}),
        (
            "words:\n- {name: a, words: [b], action: warn, direction: both, class: bad}",
            "bad_choice",
            {"choices": "positive, neutral, negative"},
        ),
        ("prompts:\n- {kind: welcome}", "missing_key", {"key": "body"}),
    ],
)
def test_mistakes_in_the_newer_parts_are_told_with_their_line(
    source: str, key: str, facts: dict[str, Any]
) -> None:
    ((line, found, told),) = mistakes(source)

    assert (line, found) == (source[: source.rindex("\n") + 1].count("\n") + 1, key)
    assert facts.items() <= told.items()


def test_the_desk_says_how_deep_its_tree_may_be_and_the_file_may_say_otherwise() -> None:
    source = f"faq: [{{category: a/b/c/d/e, {ENTRY_TAIL}]"

    assert read(source, depth=5).faq[0].category == "a/b/c/d/e"
    with pytest.raises(BadPlaybook):
        read(f"settings: {{depth: 4}}\n{source}", depth=5)


def test_sections_may_be_left_out_or_empty() -> None:
    assert read("rules: []") == Playbook()
    assert read("\ufefffaq:\nwords: []".encode()) == Playbook()


@pytest.mark.requirement("KBF-08")
@pytest.mark.parametrize(
    ("source", "line", "key", "path"),
    [
        ("faq:\n- {answer: {text: c}}", 2, "missing_key", "faq[1]"),
        ("faq:\n- {question: a}", 2, "missing_key", "faq[1]"),
        ("faq:\n- question: ''\n  answer: {text: c}", 2, "blank_text", "faq[1].question"),
        ("faq:\n- question: a\n  answer: {text: ' '}", 3, "blank_text", "faq[1].answer.text"),
        ("faq:\n- question: a\n  answer: {}", 3, "content_kind", "faq[1].answer"),
    ],
)
def test_a_script_needs_a_question_and_an_answer(
    source: str, line: int, key: str, path: str
) -> None:
    assert [(found[0], found[1], found[2]["path"]) for found in mistakes(source)] == [
        (line, key, path)
    ]


@pytest.mark.parametrize(
    ("source", "line", "key", "facts"),
    [
        ("rulse: []", 1, "unknown_key", {"key": "rulse", "nearest": "rules", "path": "/"}),
        ("faq: []\nrules: []\nfaq: []", 3, "duplicate_key", {"key": "faq"}),
        ("- a", 1, "expected_mapping", {"found": "[…]"}),
        ("just words", 1, "expected_mapping", {"found": "just words"}),
        ("rules: {}", 1, "expected_list", {"path": "rules", "found": "{…}"}),
        ("rules:\n- price", 2, "expected_mapping", {"path": "rules[1]", "found": "price"}),
        (
            "rules:\n- {name: a, macth: any, match: any, words: [b], replies: [{text: c}]}",
            2,
            "unknown_key",
            {"key": "macth", "nearest": "match"},
        ),
        ("rules:\n- {? [x] : 1, " + RULE[1:], 2, "unknown_key", {"key": "[…]"}),
        (
            "rules:\n- {name: a, match: some,\n   words: [b], replies: [{text: c}]}",
            2,
            "bad_choice",
            {"found": "some", "choices": "all, any, exact"},
        ),
        ("rules:\n- {name: a, match: any, words: [b]}", 2, "missing_key", {"key": "replies"}),
        (
            "rules:\n- name: a\n  match: any\n  words: []\n  replies: [{text: c}]",
            4,
            "empty_list",
            {"path": "rules[1].words"},
        ),
        (
            "rules:\n- name: a\n  match: any\n  words: [b]\n  replies: []",
            5,
            "empty_list",
            {"path": "rules[1].replies"},
        ),
        (
            "rules:\n- name: a\n  match: any\n  words: b\n  replies: [{text: c}]",
            4,
            "expected_list",
            {"path": "rules[1].words", "found": "b"},
        ),
        (
            "rules:\n- name: a\n  match: any\n  words:\n  - b\n  - '\u200b'\n"
            "  replies: [{text: c}]",
            6,
            "blank_text",
            {"path": "rules[1].words[2]"},
        ),
        (
            "rules:\n- name: a\n  match: any\n  words: [b, ~]\n  replies: [{text: c}]",
            4,
            "expected_text",
            {"path": "rules[1].words[2]", "found": "~"},
        ),
        (
            f"rules:\n- name: a\n  match: any\n  words: [{'b' * 101}]\n  replies: [{{text: c}}]",
            4,
            "too_long",
            {"length": 101, "limit": 100},
        ),
        (
            f"rules:\n- {RULE}\n- {RULE}",
            3,
            "duplicate_rule",
            {"name": "a", "first_line": 2, "path": "rules[2].name"},
        ),
        (
            f"faq:\n- {{question: {'b' * 501}, answer: {{text: c}}}}",
            2,
            "too_long",
            {"length": 501, "limit": 500},
        ),
        (
            f"faq:\n- {{question: a, answer: {{text: {'b' * 4097}}}}}",
            2,
            "too_long",
            {"length": 4097, "limit": 4096},
        ),
        (f"faq: [{ENTRY}, {ENTRY}]", 1, "duplicate_question", {"name": "a", "first_line": 1}),
        (f"faq:\n- {{enabled: 1, {ENTRY[1:]}", 2, "expected_flag", {"found": "1"}),
        (f"faq:\n- {{new: maybe, {ENTRY[1:]}", 2, "expected_flag", {"found": "maybe"}),
        (
            f"faq:\n- {{valid: [2026-12-31, 2026-01-01], {ENTRY[1:]}",
            2,
            "period_reversed",
            {"start": "2026-12-31", "end": "2026-01-01"},
        ),
        (f"faq:\n- {{valid: [2026-02-30, null], {ENTRY[1:]}", 2, "expected_date", {}),
        (f"faq:\n- {{valid: [soon, null], {ENTRY[1:]}", 2, "expected_date", {"found": "soon"}),
        (f"faq:\n- {{valid: [null], {ENTRY[1:]}", 2, "expected_period", {}),
        (f"faq:\n- {{valid: 2026-01-01, {ENTRY[1:]}", 2, "expected_list", {}),
        ("faq:\n- {question: [a], answer: {text: c}}", 2, "expected_text", {"found": "[…]"}),
        ("faq:\n- {question: a, answer: c}", 2, "expected_mapping", {"found": "c"}),
        (
            "faq:\n- {question: a, answer: {photo: {account: s, file_id: f}, voice: "
            "{account: s, file_id: f}}}",
            2,
            "content_kind",
            {},
        ),
        ("faq:\n- {question: a, answer: {photo: {account: s}}}", 2, "missing_key", {}),
        (
            "faq:\n- {question: a, answer: {photo: {account: s, file_id: f, size_bytes: -1}}}",
            2,
            "expected_number",
            {"found": "-1"},
        ),
        (
            "faq:\n- {question: a, answer: {location: {latitude: [1]}}}",
            2,
            "expected_fact",
            {"path": "faq[1].answer.location.latitude"},
        ),
        (
            "faq:\n- {question: a, answer: {text: b, buttons: [{label: c}]}}",
            2,
            "button_target",
            {"path": "faq[1].answer.buttons[1]"},
        ),
        (
            "faq:\n- {question: a, answer: {text: b, buttons: [[{label: c, data: d, url: e}]]}}",
            2,
            "button_target",
            {"path": "faq[1].answer.buttons[1][1]"},
        ),
        (
            "words:\n- {name: a, words: [b], action: stop, direction: staff}",
            2,
            "bad_choice",
            {"choices": "block, warn"},
        ),
        (
            "words:\n- {name: a, words: [b], action: warn, direction: up}",
            2,
            "bad_choice",
            {"choices": "staff, customer, both"},
        ),
        (
            "words:\n- {name: a, words: [b], action: warn, direction: both}\n"
            "- {name: a, words: [c], action: warn, direction: both}",
            3,
            "duplicate_words",
            {"name": "a", "first_line": 2},
        ),
        ("prompts:\n- {kind: farewell, body: b}", 2, "bad_choice", {"choices": ", ".join(KINDS)}),
        (
            "prompts:\n- {kind: queue, account: 'group:1', body: b}",
            2,
            "prompt_of_group",
            {"path": "prompts[1].account"},
        ),
        ("prompts:\n- {kind: welcome}", 2, "missing_key", {"key": "body"}),
        (
            "prompts:\n- {kind: welcome, body: a}\n- {kind: welcome, account: null, body: b}",
            3,
            "duplicate_prompt",
            {"first_line": 2},
        ),
        ("", 1, "empty_file", {}),
        ("# nothing\n", 1, "empty_file", {}),
        ("rules: []\nfaq: 'a", 2, "not_yaml", {}),
        ("rules: []\nfaq: [}", 2, "not_yaml", {}),
        ("rules: []\nfaq: '\x01'", 2, "not_yaml", {}),
        ("rules: []\n---\nfaq: []", 2, "not_yaml", {}),
        (b"rules: []\nfaq: \xff\xfe", 2, "not_utf8", {}),
        ("rules: \ud800", 1, "not_utf8", {}),
        ("rules: !!python/object/apply:os.system [ls]", 1, "expected_mapping", {}),
        ("rules: &a []\nfaq: *a", 1, "anchor", {"name": "a"}),
    ],
)
def test_each_mistake_has_its_line(
    source: str | bytes, line: int, key: str, facts: dict[str, Any]
) -> None:
    found = mistakes(source)
    assert (line, key) in [(at, which) for at, which, _ in found]
    told = next(told for at, which, told in found if (at, which) == (line, key))
    assert told["line"] == line
    assert {name: told[name] for name in facts} == facts


def test_every_mistake_of_a_file_is_told_in_the_order_of_the_lines() -> None:
    source = """
rules:
- {name: a, match: sometimes, words: [], replies: [{txt: c}]}
- {name: a, match: any, words: ["", 1], replies: [{text: c}]}
faq:
- question: b
  anwser: {text: c}
  valid: [2026-02-01, 2026-01-01]
words:
- {name: x, words: [y], action: block, direction: nobody}
menu: []
"""
    with pytest.raises(BadRequestText) as caught:
        read(source)
    assert caught.value.key == "playbook.bad"
    found = mistakes(source)
    assert caught.value.facts == {"count": len(found)}
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)
    assert sorted((line, key) for line, key, _ in found) == sorted(
        [
            (3, "bad_choice"),
            (3, "empty_list"),
            (3, "unknown_key"),
            (3, "content_kind"),
            (4, "duplicate_rule"),
            (4, "blank_text"),
            (6, "missing_key"),
            (7, "unknown_key"),
            (8, "period_reversed"),
            (10, "bad_choice"),
            (11, "unknown_key"),
        ]
    )


@pytest.mark.parametrize(
    ("source", "key"),
    [
        pytest.param(
            "a: &a [x, x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a]" for n in range(30)),
            "anchor",
            id="billion laughs",
        ),
        pytest.param("rules: " + "[" * 100_000, "too_deep", id="deep"),
        pytest.param("rules:\n" + "- " * 5_000 + "x", "too_deep", id="deep blocks"),
        pytest.param("rules: " + '{"a":' * 1_000, "too_deep", id="deep mappings"),
        pytest.param("rules: [" + "x," * 200_000 + "]", "too_many_nodes", id="wide"),
        pytest.param("#" * (10 * 1024 * 1024 + 1), "too_big", id="big"),
        pytest.param("多" * (4 * 1024 * 1024), "too_big", id="big in bytes"),
    ],
)
def test_a_file_cannot_do_harm(source: str, key: str) -> None:
    assert [which for _, which, _ in mistakes(source)] == [key]


@pytest.mark.parametrize("text_of", [str, str.encode])
@given(
    source=st.one_of(
        st.text("ab:-[]{}&*!'\"|>#%@, \n\t~?", max_size=60),
        st.lists(
            st.sampled_from(
                [
                    "rules:",
                    "faq:",
                    "\n",
                    " ",
                    "- ",
                    "{",
                    "}",
                    "[",
                    "]",
                    "name: a",
                    "words: ",
                    ", ",
                    "match: any",
                    "text: b",
                    "replies: ",
                    "question: c",
                    "answer: ",
                    "!!int x",
                    "~",
                ]
            ),
            max_size=30,
        ).map("".join),
        st.text(max_size=40),
    )
)
def test_whatever_is_typed_is_read_or_refused_with_lines(text_of: Any, source: str) -> None:
    try:
        given = text_of(source)
    except UnicodeEncodeError:
        given = source.encode("utf-16")
    refused: list[playbook_file.Mistake] = []
    try:
        read(given)
    except BadPlaybook as error:
        refused.extend(error.mistakes)
        told = error.facts["count"]
    else:
        told = 0
    assert len(refused) == told
    for mistake in refused:
        assert 1 <= mistake.line <= len(source) + 1
        for language in LANGUAGES:
            assert TEXTS[language][mistake.key].format(**mistake.facts)


def visible(longest: int) -> st.SearchStrategy[str]:
    tricky = st.sampled_from(
        [
            "yes",
            "~",
            "null",
            "1:30",
            "2026-01-01",
            "- a",
            "a: b",
            "#x",
            "'",
            '"',
            "<<",
            "=",
            "{}",
            " a ",
            "a\n",
            "\na",
            "a\n\n b \n",
            "a\r\nb",
            "a\u2028b\x85c",
            "😀❤️",
            "0x10",
            "|",
            "\ta",
        ]
    )
    anything = st.text(
        st.characters(exclude_categories=["Cs"]), min_size=1, max_size=min(30, longest)
    )
    return st.one_of(tricky, anything).filter(lambda typed: not blank(typed))


BUTTON = st.one_of(
    st.builds(Button, visible(100), data=visible(99)),
    st.builds(Button, visible(100), url=visible(99)),
)
ROWS = st.lists(st.lists(BUTTON, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple)
MEDIA = st.builds(
    Media,
    visible(99),
    visible(99),
    file_name=st.none() | visible(99),
    mime=st.none() | visible(99),
    size_bytes=st.none() | st.integers(0, 10**12),
    duration_seconds=st.none() | st.integers(0, 10**6),
)
FACTS = st.dictionaries(
    visible(20),
    st.one_of(
        st.booleans(),
        st.none(),
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        visible(20),
    ),
    max_size=3,
)
TITLE = st.just("") | visible(99)
ADDRESS = st.sampled_from(["https://example.com/a?b=1", "http://例子.cn/图", "tg://resolve?x=1"])
LINK = st.builds(
    lambda url, facts, **more: Content(Kind.LINK, data={**facts, "url": url}, **more),
    ADDRESS,
    FACTS.map(lambda facts: {name: fact for name, fact in facts.items() if name != "url"}),
    text=st.just("") | visible(200),
    media=st.none() | MEDIA,
    buttons=ROWS,
    title=TITLE,
)
CONTENT = st.one_of(
    st.builds(Content, st.just(Kind.TEXT), visible(200), buttons=ROWS, title=TITLE, data=FACTS),
    LINK,
    st.builds(Content, st.just(Kind.FAQ_CARD), st.just("") | visible(200), title=TITLE),
    st.builds(
        Content,
        st.sampled_from(
            [Kind.PHOTO, Kind.VOICE, Kind.VIDEO, Kind.DOCUMENT, Kind.AUDIO, Kind.STICKER]
        ),
        st.just("") | visible(200),
        MEDIA,
        ROWS,
        TITLE,
        FACTS,
    ),
    st.builds(
        Content,
        st.sampled_from([Kind.LOCATION, Kind.VENUE, Kind.CONTACT]),
        buttons=ROWS,
        data=FACTS,
    ),
)


def words(least: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(visible(50), min_size=least, max_size=3).map(tuple)


DAYS = st.lists(st.none() | st.dates(), min_size=2, max_size=2).filter(
    lambda days: days[0] is None or days[1] is None or days[0] <= days[1]
)


NAMES = visible(30).map(lambda name: name.replace("/", "").strip()).filter(lambda n: not blank(n))
PATHS = st.lists(NAMES, max_size=4).map("/".join)
SPANS = st.lists(st.tuples(st.times(), st.times()), max_size=2).map(
    lambda spans: tuple(
        (start.replace(microsecond=0), end.replace(microsecond=0)) for start, end in spans
    )
)
HOURS = st.builds(Hours, st.frozensets(st.integers(0, 6), max_size=3), SPANS)


@st.composite
def entries(draw: st.DrawFn, shelf: Shelf) -> FaqEntry:
    since, until = draw(DAYS)
    return FaqEntry(
        draw(st.integers(0, 9)),
        draw(PATHS),
        draw(visible(99)),
        draw(words(0)),
        draw(words(0)),
        draw(CONTENT),
        draw(st.booleans()),
        since,
        until,
        draw(st.booleans()),
        shelf=shelf,
        kind=draw(st.sampled_from(EntryKind)),
        title=draw(st.just("") | visible(99)),
    )


def listed(shelf: Shelf) -> st.SearchStrategy[tuple[FaqEntry, ...]]:
    return st.lists(
        entries(shelf), max_size=2, unique_by=lambda entry: (entry.category, entry.question)
    ).map(tuple)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    since, until = draw(DAYS)
    return Rule(
        draw(st.integers(0, 9)),
        draw(visible(99)),
        draw(st.sampled_from(Match)),
        draw(words(1)),
        tuple(draw(st.lists(CONTENT, min_size=1, max_size=2))),
        draw(words(0)),
        draw(st.booleans()),
        draw(st.just("") | visible(99)),
        since,
        until,
        draw(HOURS),
    )


ANSWERING = st.builds(
    Answering,
    precision=st.floats(0.5, 0.999),
    quiet_online=st.booleans(),
    one_script=st.booleans(),
    ignore_spacing=st.booleans(),
    mask_phone=st.just("") | visible(99),
    mask_wechat=st.just("") | visible(99),
    mask_desk=st.sampled_from(["", r"1[3-9]\d{9}", "[a-z]+'\""]),
    depth=st.integers(4, 10),
)
NODES = st.dictionaries(
    st.sampled_from(Shelf), st.lists(PATHS.filter(bool), unique=True, max_size=3).map(tuple)
)

PLAYBOOKS = st.builds(
    Playbook,
    version=st.integers(0, 9),
    rules=st.lists(rules(), max_size=2, unique_by=lambda rule: rule.name).map(tuple),
    faq=listed(Shelf.FAQ),
    library=listed(Shelf.DESK),
    answering=ANSWERING,
    nodes=NODES,
    words=st.lists(
        st.builds(
            BannedWords,
            visible(99),
            words(1),
            st.sampled_from(["block", "warn"]),
            st.sampled_from(["staff", "customer", "both"]),
            about=st.sampled_from(["positive", "neutral", "negative"]),
            match=st.sampled_from(["contains", "equals"]),
            accounts=words(0),
            enabled=st.booleans(),
        ),
        max_size=2,
        unique_by=lambda banned: banned.name,
    ).map(tuple),
    prompts=st.lists(
        st.builds(
            Prompt,
            st.sampled_from(KINDS),
            st.none() | visible(99),
            st.booleans(),
            visible(99),
            st.lists(BUTTON, max_size=2).map(tuple),
            st.lists(CONTENT, max_size=2).map(tuple),
        ),
        max_size=2,
        unique_by=lambda prompt: (prompt.kind, prompt.account),
    ).map(tuple),
)


def without_ids(playbook: Playbook) -> Playbook:
    """Return what a file holds of a playbook."""
    return replace(
        playbook,
        version=0,
        rules=tuple(replace(rule, id=0) for rule in playbook.rules),
        faq=tuple(replace(entry, id=0) for entry in playbook.faq),
        library=tuple(replace(entry, id=0) for entry in playbook.library),
        settings=asdict(playbook.answering),
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(PLAYBOOKS)
@example(Playbook())
def test_what_is_written_is_read_again(playbook: Playbook) -> None:
    written = write(playbook)
    assert read(written) == without_ids(playbook)
    assert read(written.encode()) == without_ids(playbook)
    assert write(read(written)) == written


def test_prompts_of_service_groups_stay_on_the_desk() -> None:
    """A group has another number on another desk; those of accounts go along."""
    common, club = Prompt("queue", None, True, "a"), Prompt("queue", "club", True, "b")
    playbook = Playbook(prompts=(common, club, Prompt("queue", "group:1", True, "c")))

    assert read(write(playbook)).prompts == (common, club)


def test_a_file_is_easy_to_read() -> None:
    playbook = Playbook(
        rules=(
            Rule(
                1,
                "价格",
                Match.ANY,
                ("多少钱", "yes"),
                (text("100 块 😀\n包邮"),),
                group="售前",
                valid_until=date(2026, 12, 31),
                hours=Hours(frozenset({0, 6}), ((time(9), time(18)), (time(22), time(6, 30)))),
            ),
        ),
        nodes={Shelf.FAQ: ("物流", "售后")},
        library=(
            FaqEntry(
                4,
                "",
                "官网",
                (),
                (),
                Content(Kind.LINK, title="官网", data={"url": "https://example.com"}),
                shelf=Shelf.DESK,
                kind=EntryKind.LINK,
            ),
        ),
        words=(
            BannedWords(
                "广告",
                ("加微",),
                "block",
                "staff",
                about="neutral",
                match="equals",
                accounts=("shop",),
                enabled=True,
            ),
        ),
        faq=(
            FaqEntry(
                1,
                "物流",
                "多久发货",
                ("几天能到",),
                (),
                text("48 小时"),
                valid_from=date(2026, 1, 1),
            ),
        ),
    )
    assert write(playbook) == (
        "settings:\n"
        "  precision: 0.95\n"
        "  quiet_online: false\n"
        "  one_script: true\n"
        "  ignore_spacing: false\n"
        "  mask_phone: ''\n"
        "  mask_wechat: ''\n"
        "  mask_desk: ''\n"
        "  depth: 4\n"
        "categories:\n"
        "  faq:\n"
        "  - 物流\n"
        "  - 售后\n"
        "rules:\n"
        "- name: 价格\n"
        "  group: 售前\n"
        "  match: any\n"
        "  words: [多少钱, 'yes']\n"
        "  replies:\n"
        "  - text: |-\n"
        "      100 块 😀\n"
        "      包邮\n"
        "  valid: [null, 2026-12-31]\n"
        "  hours:\n"
        "    days: [mon, sun]\n"
        "    times: ['09:00-18:00', '22:00-06:30']\n"
        "faq:\n"
        "- category: 物流\n"
        "  question: 多久发货\n"
        "  similar:\n"
        "  - 几天能到\n"
        "  answer:\n"
        "    text: 48 小时\n"
        "  valid: [2026-01-01, null]\n"
        "library:\n"
        "- question: 官网\n"
        "  kind: link\n"
        "  answer:\n"
        "    title: 官网\n"
        "    link: https://example.com\n"
        "words:\n"
        "- name: 广告\n"
        "  words: [加微]\n"
        "  action: block\n"
        "  direction: staff\n"
        "  class: neutral\n"
        "  match: equals\n"
        "  accounts: [shop]\n"
        "  enabled: true\n"
        "prompts: []\n"
    )


def test_what_nobody_can_have_typed_is_not_written() -> None:
    poll = Rule(0, "a", Match.ANY, ("b",), (Content(Kind.POLL),))
    with pytest.raises(ValueError, match="poll"):
        write(Playbook(rules=(poll,)))


@given(st.text(max_size=3))
@example("\u200b")
@example("\ufe0f")
def test_the_file_and_the_rules_agree_on_what_is_blank(word: str) -> None:
    """
    A file that is taken must compile.
    """
    assert blank(word) is (fold(word) == "")


def test_every_text_stands_in_both_languages_with_the_same_facts() -> None:
    def facts(pattern: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}

    assert TEXTS["en"].keys() == TEXTS["zh_CN"].keys()
    for key, pattern in TEXTS["en"].items():
        assert pattern.strip()
        assert facts(pattern) == facts(TEXTS["zh_CN"][key]), key


def test_every_key_of_the_code_has_a_text_and_every_text_a_use() -> None:
    rooms = [files("bot.knowledge"), files("bot.rules")]
    used = {
        key
        for room in rooms
        for file in room.iterdir()
        if file.name.endswith(".py")
        for key in re.findall(r'"(playbook\.[a-z0-9_]+)"', file.read_text("utf-8"))
    }
    assert used == TEXTS["en"].keys()


def test_limits_are_those_of_the_guide() -> None:
    assert yaml_tree.MOST_NODES == 200_000
    assert yaml_tree.BIGGEST_BYTES == 10 * 1024 * 1024
    assert playbook_file.LONGEST_QUESTION == 500
