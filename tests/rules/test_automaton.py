import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.automaton import LONGEST_SCANNED, RuleBook, RuleHit, Verdict
from bot.rules.folding import Folding, fold
from bot.rules.occurrence import occurs
from core.errors import BadRequestText
from core.messages import text
from core.playbook import ALWAYS, Hours, Match, Rule


def rule(
    match: str,
    *words: str,
    name: str = "price",
    reply: str = "100 块",
    accounts: Sequence[str] = (),
    enabled: bool = True,
) -> Rule:
    return Rule(0, name, Match(match), words, (text(reply),), tuple(accounts), enabled)


def answer(rules: Sequence[Rule], message: str, account: str = "shop") -> str | None:
    hit = RuleBook.compile(rules).match(account, message)
    return None if hit is None else hit.rule.replies[0].text


@pytest.mark.requirement("ARP-05")
@pytest.mark.parametrize("match", ["all", "any"])
@pytest.mark.parametrize(
    "message", ["多少钱", "请问这个多少钱？", "多少钱\u200b一斤", "这件\n多少钱 啊", "多少钱多少钱"]
)
def test_a_message_with_the_word_gets_exactly_the_text(match: str, message: str) -> None:
    assert answer([rule(match, "多少钱", reply="100 块")], message) == "100 块"


@pytest.mark.requirement("ARP-05")
@pytest.mark.parametrize("match", ["all", "any", "exact"])
@pytest.mark.parametrize("message", ["how much", "HOW MUCH", "Ｈｏｗ　ｍｕｃｈ", " how  much "])
def test_case_and_width_make_no_difference(match: str, message: str) -> None:
    assert answer([rule(match, "How Much", reply="100 yuan")], message) == "100 yuan"


@pytest.mark.requirement("ARP-04")
@pytest.mark.parametrize(
    ("match", "message", "fires"),
    [
        pytest.param("all", "红色的裙子多少钱", True, id="all words, any order"),
        pytest.param("all", "多少钱", False, id="one of all words"),
        pytest.param("all", "多少钱多少钱", False, id="the same word twice is one word"),
        pytest.param("any", "多少钱", True, id="one of any words"),
        pytest.param("any", "有裙子吗", True, id="the other of any words"),
        pytest.param("any", "有裤子吗", False, id="none of any words"),
        pytest.param("exact", "裙子", True, id="the message is a word"),
        pytest.param("exact", "　多少钱 ", True, id="but for white space"),
        pytest.param("exact", "裙子多少钱", False, id="the message is more than a word"),
        pytest.param("exact", "裙", False, id="the message is less than a word"),
        pytest.param("exact", "", False, id="the message is empty"),
    ],
)
def test_three_ways_to_match(match: str, message: str, fires: bool) -> None:
    assert answer([rule(match, "多少钱", "裙子")], message) == ("100 块" if fires else None)


@pytest.mark.parametrize(
    ("word", "message", "fires"),
    [
        pytest.param("wifi", "wifi密码", True, id="Chinese neighbour"),
        pytest.param("wifi", "有WiFi吗", True, id="Chinese on both sides"),
        pytest.param("wifi", "wifis", False, id="longer word"),
        pytest.param("wifi", "my_wifi!", True, id="punctuation"),
        pytest.param("art", "start art", True, id="inside one word and alone"),
        pytest.param("art", "start party", False, id="inside words only"),
        pytest.param("100", "1000块", False, id="longer number"),
        pytest.param("100", "100块", True, id="number before Chinese"),
        pytest.param("5g套餐", "办5G套餐吧", True, id="mixed word"),
        pytest.param("5g套餐", "15g套餐", False, id="mixed word, longer number"),
        pytest.param("café", "cafe\u0301s", False, id="accents are letters"),
        pytest.param("цена", "цена?", True, id="Cyrillic"),
        pytest.param("цена", "оценав", False, id="Cyrillic inside a word"),
        pytest.param("phở", "phởn", False, id="Vietnamese inside a word"),
        pytest.param("가격", "가격이 얼마", True, id="Korean with a particle"),
        pytest.param("c++", "learn C++now", True, id="ends with a sign"),
        pytest.param("钱", "多少钱呢", True, id="Chinese inside a phrase"),
        pytest.param("how much", "how\nmuch", True, id="line break inside"),
        pytest.param("😀", "hi😀😀", True, id="emoji"),
    ],
)
def test_where_a_word_begins_and_ends(word: str, message: str, fires: bool) -> None:
    assert (answer([rule("any", word)], message) is not None) is fires
    assert occurs(fold(word), fold(message)) is fires


@pytest.mark.requirement("ARP-04")
def test_the_first_rule_in_order_wins() -> None:
    rules = [
        rule("all", "裙子", "多少钱", reply="both"),
        rule("any", "多少钱", reply="price"),
        rule("exact", "裙子多少钱", reply="too late"),
    ]
    assert answer(rules, "多少钱 裙子") == "both"
    assert answer(rules, "裙子多少钱") == "both"
    assert answer(rules[::-1], "裙子多少钱") == "too late"
    assert answer(rules, "裤子多少钱") == "price"


def test_a_rule_that_is_off_or_of_another_account_is_passed_over() -> None:
    rules = [
        rule("any", "钱", reply="off", enabled=False),
        rule("exact", "钱", reply="exact elsewhere", accounts=["oa"]),
        rule("any", "钱", reply="here", accounts=["shop", "site"]),
        rule("any", "钱", reply="everywhere"),
    ]
    assert answer(rules, "钱", "shop") == "here"
    assert answer(rules, "钱", "site") == "here"
    assert answer(rules, "钱", "oa") == "exact elsewhere"
    assert answer(rules, "钱", "new account") == "everywhere"


@pytest.mark.requirement("ARP-03")
def test_a_rule_has_several_words_one_mode_and_several_replies() -> None:
    taught = Rule(7, "ask", Match.ANY, ("价格", "多少钱"), (text("100 块"), text("包邮")))
    book = RuleBook.compile([taught])
    for word in taught.words:
        hit = book.match("shop", f"问{word}")
        assert hit == RuleHit(taught, (word,))
        assert [reply.text for reply in hit.rule.replies] == ["100 块", "包邮"]
    edited = Rule(7, "ask", Match.EXACT, ("价格",), (text("200 块"),))
    again = RuleBook.compile([edited])
    assert again.match("shop", "问价格") is None
    assert again.match("shop", "价格") == RuleHit(edited, ("价格",))


def test_a_hit_names_the_words_as_they_were_typed() -> None:
    book = RuleBook.compile([rule("all", "ＷｉＦｉ", "密码", "WIFI")])
    hit = book.match("shop", "wifi 密码")
    assert hit is not None
    assert hit.words == ("ＷｉＦｉ", "密码", "WIFI")


def test_nothing_taught_matches_nothing() -> None:
    assert RuleBook.compile([]).match("shop", "hello") is None
    assert RuleBook.compile([]).explain("shop", "hello") == []
    assert answer([rule("any", "hello", enabled=False)], "hello") is None


@pytest.mark.parametrize("word", ["", "  ", "\u200b", "\u202e\ufe0f"])
@pytest.mark.parametrize("match", ["all", "any", "exact"])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_word_without_anything_visible_is_refused(word: str, match: str, enabled: bool) -> None:
    with pytest.raises(BadRequestText) as caught:
        RuleBook.compile(
            [rule("any", "fine"), rule(match, "ok", word, name="bad", enabled=enabled)]
        )
    assert caught.value.key == "playbook.rule_word_blank"
    assert caught.value.facts["rule"] == "bad"


def test_a_rule_without_words_is_refused() -> None:
    with pytest.raises(BadRequestText) as caught:
        RuleBook.compile([rule("all", name="bad")])
    assert caught.value.key == "playbook.rule_without_words"
    assert caught.value.facts["rule"] == "bad"


def test_only_the_first_20000_characters_are_searched() -> None:
    book = RuleBook.compile([rule("any", "钱")])
    assert LONGEST_SCANNED == 20_000
    assert book.match("shop", "x" * 19_999 + "钱") is not None
    assert book.match("shop", "x" * 20_000 + "钱") is None
    assert book.match("shop", " " * 50_000 + "x" * 19_999 + "钱") is not None
    assert book.match("shop", " " * 80_000 + "钱") is None


def test_explain_tells_why_each_rule_wins_or_not() -> None:
    rules = [
        rule("any", "钱", name="off", enabled=False),
        rule("any", "钱", name="elsewhere", accounts=["oa"]),
        rule("all", "裙子", "钱", "红色", name="half"),
        rule("any", "裤子", name="silent"),
        rule("all", "钱", "裙子", name="winner"),
        rule("any", "裙子", "衬衫", name="late"),
    ]
    traces = RuleBook.compile(rules).explain("shop", "裙子多少钱")
    assert [(t.position, t.rule.name, t.verdict, t.overtaken_by) for t in traces] == [
        (1, "off", Verdict.DISABLED, None),
        (2, "elsewhere", Verdict.OTHER_ACCOUNT, None),
        (3, "half", Verdict.INCOMPLETE, None),
        (5, "winner", Verdict.WINS, None),
        (6, "late", Verdict.OVERTAKEN, 5),
    ]
    assert (traces[2].found, traces[2].missing) == (("裙子", "钱"), ("红色",))
    assert (traces[4].found, traces[4].missing) == (("裙子",), ("衬衫",))


NIGHT = Hours(spans=((time(22), time(6)),))
NOON, MIDNIGHT = (datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (12, 0))


@pytest.mark.parametrize(
    ("facts", "local", "fires"),
    [
        pytest.param({}, None, True, id="no times, no moment"),
        pytest.param({"hours": NIGHT}, MIDNIGHT, True, id="inside its hours"),
        pytest.param({"hours": NIGHT}, NOON, False, id="outside its hours"),
        pytest.param({"hours": NIGHT}, None, False, id="hours, but no moment"),
        pytest.param({"valid_from": date(2026, 11, 20)}, NOON, True, id="first day"),
        pytest.param({"valid_from": date(2026, 11, 21)}, NOON, False, id="a day too early"),
        pytest.param({"valid_until": date(2026, 11, 20)}, NOON, True, id="last day"),
        pytest.param({"valid_until": date(2026, 11, 19)}, NOON, False, id="a day too late"),
    ],
)
@pytest.mark.parametrize("match", ["all", "any", "exact"])
def test_a_rule_fires_only_at_its_times(
    match: str, facts: dict[str, Any], local: datetime | None, fires: bool
) -> None:
    timed = replace(rule(match, "多少钱"), **facts)
    book = RuleBook.compile([timed, rule(match, "多少钱", name="behind")])
    hit = book.match("shop", "多少钱", local)
    assert hit is not None
    assert (hit.rule is timed) is fires
    verdicts = [trace.verdict for trace in book.explain("shop", "多少钱", local)]
    assert verdicts == (
        [Verdict.WINS, Verdict.OVERTAKEN] if fires else [Verdict.NOT_NOW, Verdict.WINS]
    )


@pytest.mark.parametrize(
    ("word", "message", "fires"),
    [
        pytest.param("weixin", "加 w e i x i n", True, id="spaced letters"),
        pytest.param("weixin", "w.e-i_x*i😀n", True, id="signs between letters"),
        pytest.param("w e i x i n", "weixin", True, id="spaced in the rule"),
        pytest.param("微信", "微 / 信", True, id="Chinese"),
        pytest.param("art", "st art", True, id="a word of its own"),
        pytest.param("art", "start", False, id="part of a word"),
        pytest.param("tar", "st art", False, id="begins inside a word"),
        pytest.param("c++", "learn c++ now", True, id="signs at the end count"),
        pytest.param("c++", "vitamin c", False, id="signs at the end are not taken off"),
        pytest.param("how much is", "how much is it", True, id="ordinary words"),
    ],
)
@pytest.mark.parametrize("mode", [Match.ANY, Match.ALL])
def test_spaces_and_signs_inside_words_do_not_count_where_it_is_switched_on(
    mode: Match, word: str, message: str, fires: bool
) -> None:
    rules = [Rule(1, "r", mode, (word, word), (text("x"),))]
    book = RuleBook.compile(rules, Folding(ignore_spacing=True))
    assert (book.match("shop", message) is not None) is fires


def test_traditional_characters_match_simplified_ones_unless_switched_off() -> None:
    rules = [rule("any", "多少錢")]
    assert RuleBook.compile(rules).match("shop", "这个多少钱") is not None
    assert RuleBook.compile(rules, Folding(one_script=False)).match("shop", "多少钱") is None


@pytest.mark.parametrize(
    "word", ["一二三四五六七", "一二三四五六七八", "一二三四五六七八九十" * 20]
)
def test_a_keyword_may_be_long(word: str) -> None:
    assert answer([rule("any", word)], f"说{word}吗") == "100 块"
    assert answer([rule("any", word)], f"说{word[:-1]}吗") is None


def test_the_word_that_is_told_is_the_first_of_the_rule() -> None:
    hit = RuleBook.compile([rule("any", "一二", "二三", "三四")]).match("shop", "三四二三")
    assert hit is not None
    assert hit.words == ("二三",)


HOSTILE = {
    "one rule a million times": (["好"], 100_000, "好" * 20_000),
    "words inside words": (["好" * n for n in range(1, 101)], 20_000, "好" * 20_000),
    "words inside Latin words": (["a" * n for n in range(1, 101)], 20_000, "a" * 20_000),
    "many ways to go on": ([f"a {'b ' * n}c" for n in range(45)], 20_000, "a b " * 5_000),
    "beginnings only": (["好" * 99 + "们"], 20_000, "好" * 20_000),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("accounts", [(), ("elsewhere",)], ids=["fires", "does not fire"])
def test_words_and_texts_made_for_each_other_take_bounded_time(
    name: str, accounts: tuple[str, ...]
) -> None:
    """Done plainly, some of these would take hours."""
    words, count, message = HOSTILE[name]
    replies = (text("x"),)
    book = RuleBook.compile(
        [Rule(n, "r", Match.ANY, (words[n % len(words)],), replies, accounts) for n in range(count)]
    )
    hit = book.match("shop", message * 50)
    assert hit is None or not accounts


def test_a_hundred_thousand_overlapping_words_are_found_one_by_one() -> None:
    letters = [chr(0x4E00 + n) for n in range(1_100)]
    source = "".join(letters)
    words = [source[at : at + n] for n in range(2, 102) for at in range(1_000)]
    replies = (text("x"),)
    book = RuleBook.compile(
        [Rule(n, "r", Match.EXACT, (word,), replies) for n, word in enumerate(words)]
    )
    for number in (0, 1, 50_000, 99_999):
        hit = book.match("shop", words[number])
        assert hit is not None
        assert hit.rule.id == number
    book = RuleBook.compile(
        [Rule(n, "r", Match.ANY, (word,), replies) for n, word in enumerate(reversed(words))]
    )
    hit = book.match("shop", source)
    assert hit is not None
    assert hit.rule.id == 0


def test_a_keyword_of_a_million_characters_is_taken() -> None:
    book = RuleBook.compile([rule("any", "好" * 1_000_000), rule("any", "好")])
    hit = book.match("shop", "好" * 20_000)
    assert hit is not None
    assert hit.words == ("好",)


def naive(rules: Sequence[Rule], account: str, message: str, local: datetime = NOON) -> Rule | None:
    """Say the same as the book in the plainest way."""
    said = fold(message)

    def there(word: str) -> bool:
        latin = "[a-z0-9]"
        before = f"(?<!{latin})" if re.match(latin, word) else ""
        after = f"(?!{latin})" if re.search(f"{latin}$", word) else ""
        return re.search(before + re.escape(word) + after, said) is not None

    for one in rules:
        words = [fold(word) for word in one.words]
        fires = {
            Match.ALL: all(map(there, words)),
            Match.ANY: any(map(there, words)),
            Match.EXACT: said in words,
        }[one.match]
        now = one.fires_at(local) if one.timed else one.enabled
        if fires and now and (not one.accounts or account in one.accounts):
            return one
    return None


LETTERS = "abA１1钱多錢 "
WORDS = st.text(LETTERS, min_size=1, max_size=9).filter(lambda word: bool(fold(word)))
RULES = st.lists(
    st.builds(
        Rule,
        id=st.integers(0, 1_000_000),
        name=st.just("r"),
        match=st.sampled_from(Match),
        words=st.lists(WORDS, min_size=1, max_size=4).map(tuple),
        replies=st.just((text("x"),)),
        accounts=st.sampled_from([(), (), (), ("shop",), ("oa",), ("oa", "shop")]),
        enabled=st.sampled_from([True, True, True, False]),
        hours=st.sampled_from([ALWAYS, ALWAYS, NIGHT]),
    ),
    max_size=8,
)


@pytest.mark.requirement("ARP-04")
@given(RULES, st.sampled_from(["shop", "oa", "site"]), st.text(LETTERS + ".", max_size=12))
def test_the_book_agrees_with_the_plainest_reading(
    rules: list[Rule], account: str, message: str
) -> None:
    book = RuleBook.compile(rules, Folding(one_script=False))
    for local in (NOON, MIDNIGHT):
        hit = book.match(account, message, local)
        expected = naive(rules, account, message, local)
        assert (None if hit is None else hit.rule) is expected
        traces = book.explain(account, message, local)
        winners = [trace for trace in traces if trace.verdict is Verdict.WINS]
        assert [trace.rule for trace in winners] == ([] if expected is None else [expected])
        if hit is not None:
            assert set(hit.words) <= set(winners[0].found)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "replace", "move", "switch"]),
        st.integers(0, 20),
        st.integers(0, 20),
        RULES.filter(bool),
    ),
    max_size=6,
)


def edited(rules: list[Rule], kind: str, at: int, to: int, made: Rule) -> list[Rule]:
    rules = list(rules)
    if kind == "add" or not rules:
        rules.insert(at % (len(rules) + 1), made)
        return rules
    at %= len(rules)
    if kind == "remove":
        del rules[at]
    elif kind == "replace":
        rules[at] = made
    elif kind == "switch":
        rules[at] = replace(rules[at], enabled=not rules[at].enabled)
    else:
        moved = rules.pop(at)
        rules.insert(to % (len(rules) + 1), moved)
    return rules


@given(RULES, EDITS, st.text(LETTERS + ".", max_size=12), st.booleans())
def test_an_updated_book_is_the_book_of_its_rules(
    rules: list[Rule],
    edits: list[tuple[str, int, int, list[Rule]]],
    message: str,
    ignore_spacing: bool,
) -> None:
    folding = Folding(ignore_spacing=ignore_spacing)
    book = RuleBook.compile(rules, folding)
    for kind, at, to, made in edits:
        rules = edited(rules, kind, at, to, made[0])
        book = book.updated(rules)
        whole = RuleBook.compile(rules, folding)
        for account in ("shop", "oa"):
            for local in (NOON, MIDNIGHT):
                assert book.match(account, message, local) == whole.match(account, message, local)
                assert book.explain(account, message, local) == whole.explain(
                    account, message, local
                )
        assert book.stale <= 2 * len(edits)
        assert whole.stale == 0


def test_one_change_in_a_long_book_is_one_stale_rule() -> None:
    rules = [rule("any", f"词{n}号", name=str(n), reply=str(n)) for n in range(10_000)]
    book = RuleBook.compile(rules)
    assert book.updated(list(rules)).stale == 0
    changed = rules.copy()
    changed[1_234] = rule("any", "新词", reply="new")
    newer = book.updated(changed)
    assert newer.stale == 1
    hit = newer.match("shop", "新词")
    assert hit is not None
    assert hit.rule.replies[0].text == "new"
    assert newer.match("shop", "词1234号") is None
    moved = [*changed[:7], *changed[8:], changed[7]]
    assert newer.updated(moved).stale == 2
    assert newer.updated(rules).stale == 0
    assert newer.updated(rules[::-1]).stale == 0


def test_moving_a_rule_up_or_down_decides_who_answers() -> None:
    first, second, third = (rule("any", "钱", reply=reply) for reply in "abc")
    book = RuleBook.compile([first, second, third])
    for order in ([second, first, third], [third, second, first], [second, third, first]):
        hit = book.updated(order).match("shop", "钱")
        assert hit is not None
        assert hit.rule is order[0]


def test_a_changed_rule_with_a_blank_word_is_refused_and_the_old_book_serves_on() -> None:
    rules = [rule("any", "钱")]
    book = RuleBook.compile(rules)
    with pytest.raises(BadRequestText):
        book.updated([*rules, rule("any", "\u200b")])
    assert book.match("shop", "钱") is not None
