from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.answering import Answer, Nothing, Offer, judge
from bot.knowledge.matcher import KEYWORD_ALONE, FaqMatch, FaqMatcher
from core.messages import text
from core.playbook import FaqEntry

TODAY = date(2026, 6, 15)


def entry(
    question: str,
    *similar: str,
    keywords: tuple[str, ...] = (),
    enabled: bool = True,
    since: date | None = None,
    until: date | None = None,
    id: int = 0,
) -> FaqEntry:
    return FaqEntry(
        id, "", question, similar, keywords, text(f"about {question}"), enabled, since, until
    )


DELIVERY = entry("多久发货", "什么时候发货", "几天能到", keywords=("快递",), id=1)
REFUND = entry("怎么申请退款", "我要退钱", "How do I get a refund?", id=2)
INVOICE = entry("可以开发票吗", "Can I have an invoice", keywords=("tax", "增值税"), id=3)
SHOP = FaqMatcher.fit([DELIVERY, REFUND, INVOICE])


def best(message: str, matcher: FaqMatcher = SHOP) -> FaqMatch | None:
    (found,) = matcher.rank([message], day=TODAY)
    return found[0] if found else None


@pytest.mark.requirement("ARP-19")
@pytest.mark.parametrize(
    ("message", "expected", "sentence"),
    [
        pytest.param("多久发货", DELIVERY, "多久发货", id="the question"),
        pytest.param("几天能到？", DELIVERY, "几天能到", id="a similar one, with punctuation"),
        pytest.param("我要 退钱", REFUND, "我要退钱", id="a blank inside"),
        pytest.param("how do i get a refund", REFUND, "How do I get a refund?", id="case"),
        pytest.param(
            "ＣＡＮ　Ｉ　have an INVOICE？？", INVOICE, "Can I have an invoice", id="width"
        ),
        pytest.param("什麼時候發貨", DELIVERY, "什么时候发货", id="traditional characters"),
        pytest.param("多久\u200b发\u202e货", DELIVERY, "多久发货", id="invisible marks"),
        pytest.param("你好，请问什么时候发货？谢谢", DELIVERY, "什么时候发货", id="courtesy"),
        pytest.param(
            "hi there, can I have an invoice please",
            INVOICE,
            "Can I have an invoice",
            id="English courtesy",
        ),
    ],
)
def test_a_question_or_a_similar_one_word_for_word(
    message: str, expected: FaqEntry, sentence: str
) -> None:
    assert best(message) == FaqMatch(expected, 1.0, sentence)


@pytest.mark.requirement("ARP-19")
@pytest.mark.parametrize(
    ("message", "expected", "sentence"),
    [
        pytest.param("那多久能发货啊", DELIVERY, "多久发货", id="more words"),
        pytest.param("大概几天能够到", DELIVERY, "几天能到", id="words between"),
        pytest.param("我要退钱给我退", REFUND, "我要退钱", id="words after"),
        pytest.param("多久发火", DELIVERY, "多久发货", id="a character that sounds alike"),
        pytest.param("久多发货", DELIVERY, "多久发货", id="two characters swapped"),
        pytest.param("how do I get a refnud", REFUND, "How do I get a refund?", id="a slip"),
        pytest.param("howdo I get a refund", REFUND, "How do I get a refund?", id="a lost blank"),
        pytest.param(
            "how can i get the refund", REFUND, "How do I get a refund?", id="other small words"
        ),
        pytest.param(
            "invoise, can I have one", INVOICE, "Can I have an invoice", id="another order"
        ),
    ],
)
def test_a_question_in_other_words(message: str, expected: FaqEntry, sentence: str) -> None:
    found = best(message)
    assert found is not None
    assert (found.entry, found.sentence) == (expected, sentence)
    assert SHOP.thresholds.offer < found.score < 1


@pytest.mark.parametrize(
    ("message", "decision"),
    [
        ("多久发货", Answer),
        ("那多久能发货啊", Answer),
        ("how can i get the refund", Answer),
        ("退款", Answer),
        ("发票", Nothing),
        ("能开票吗", Offer),
        ("你们几点开门", Nothing),
        ("今天天气真好", Nothing),
        ("where is my order", Nothing),
    ],
)
def test_a_small_shop_answers_the_near_offers_the_less_near_and_keeps_quiet_else(
    message: str, decision: type
) -> None:
    assert isinstance(judge(SHOP.rank([message], day=TODAY)[0], SHOP.thresholds), decision)


@pytest.mark.parametrize(
    ("message", "decision"),
    [
        ("How long will the delivery be", Answer),
        ("how long does delivery take", Answer),
        ("do you have a shop", Offer),
        ("when do you open", Offer),
        ("what is the weather", Nothing),
    ],
)
def test_the_first_question_taught_is_answered_in_other_words_and_no_other_is(
    message: str, decision: type
) -> None:
    matcher = FaqMatcher.fit([entry("When do you ship?", "How long is delivery?")])
    assert isinstance(judge(matcher.rank([message], day=TODAY)[0], matcher.thresholds), decision)


@pytest.mark.requirement("KBF-08")
def test_a_script_has_a_question_similar_ones_a_category_and_an_answer() -> None:
    script = FaqEntry(3, "物流/发货", "多久发货", ("几天能到", "啥时候发"), (), text("48 小时"))
    bare = FaqEntry(4, "", "地址在哪", (), (), text("北京"))
    matcher = FaqMatcher.fit([script, bare])
    for said in ("多久发货", "几天能到", "啥时候发"):
        found = best(said, matcher)
        assert found is not None
        assert found.entry.category == "物流/发货"
        assert judge([found], matcher.thresholds) == Answer(script, 1.0)
        assert found.entry.answer.text == "48 小时"
    assert judge(matcher.rank(["地址在哪"], day=TODAY)[0], matcher.thresholds) == Answer(bare, 1.0)


@pytest.mark.requirement("KBF-15")
@pytest.mark.parametrize(
    ("hidden", "offered"),
    [
        pytest.param(entry("多久发货", enabled=False), False, id="switched off"),
        pytest.param(entry("多久发货", since=date(2026, 6, 16)), False, id="from tomorrow"),
        pytest.param(entry("多久发货", since=TODAY), True, id="from today"),
        pytest.param(entry("多久发货", until=date(2026, 6, 14)), False, id="until yesterday"),
        pytest.param(entry("多久发货", until=TODAY), True, id="until today"),
        pytest.param(entry("多久发货", since=TODAY, until=TODAY), True, id="today only"),
        pytest.param(
            entry("多久发货", since=TODAY, enabled=False), False, id="valid but switched off"
        ),
    ],
)
@pytest.mark.parametrize("message", ["多久发货", "那多久能发货啊", "说说快递"])
def test_an_entry_outside_its_days_or_switched_off_is_not_offered(
    hidden: FaqEntry, offered: bool, message: str
) -> None:
    hidden = FaqEntry(
        0, "", hidden.question, (), ("快递",), hidden.answer, hidden.enabled,
        hidden.valid_from, hidden.valid_until,
    )  # fmt: skip
    other = entry("多久发货到国外")
    matches = FaqMatcher.fit([hidden, other]).rank([message], day=TODAY)[0]
    assert (hidden in [match.entry for match in matches]) is offered


def test_hidden_entries_leave_room_for_those_that_are_valid() -> None:
    old = [entry(f"多久发货{n}", until=TODAY - timedelta(days=1)) for n in range(50)]
    valid = entry("多久才发货给我")
    found = best("多久发货", FaqMatcher.fit([*old, valid]))
    assert found is not None
    assert found.entry is valid


@pytest.mark.parametrize(
    ("message", "expected", "keyword"),
    [
        ("你们用哪家快递呀", DELIVERY, "快递"),
        ("TAX号是多少", INVOICE, "tax"),
        ("是不是增值税的", INVOICE, "增值税"),
    ],
)
def test_a_keyword_inside_a_message_is_worth_an_offer(
    message: str, expected: FaqEntry, keyword: str
) -> None:
    assert best(message) == FaqMatch(expected, SHOP.thresholds.offer, keyword)
    assert judge(SHOP.rank([message], day=TODAY)[0], SHOP.thresholds) == Offer((expected,))


def test_a_keyword_takes_nothing_from_a_better_match() -> None:
    shop = FaqMatcher.fit([entry("快递多久能到"), entry("换一家快递", keywords=("快递",))])
    found = shop.rank(["快递多久到"], day=TODAY)[0]
    assert found[0].sentence == "快递多久能到"
    assert found[0].score > shop.thresholds.offer
    assert found[1] == FaqMatch(found[1].entry, shop.thresholds.offer, "快递")


@pytest.mark.parametrize(("message", "keyword"), [("Tax?", "tax"), ("快递", "快递")])
def test_a_keyword_as_the_whole_message_is_all_but_exact(message: str, keyword: str) -> None:
    found = best(message)
    assert found is not None
    assert (found.score, found.sentence) == (KEYWORD_ALONE, keyword)
    assert judge([found], SHOP.thresholds) == Answer(found.entry, KEYWORD_ALONE)


def test_a_keyword_of_two_entries_as_the_whole_message_is_a_choice() -> None:
    twins = [entry("快递多久到", keywords=("快递",)), entry("快递多少钱", keywords=("快递",))]
    shop = FaqMatcher.fit(twins)
    assert judge(shop.rank(["快递"], day=TODAY)[0], shop.thresholds) == Offer(tuple(twins))


def test_a_keyword_is_no_part_of_a_longer_word() -> None:
    found = best("taxi")
    assert found is None or found.score < SHOP.thresholds.offer


@pytest.mark.parametrize("message", ["", "  ", "？！", "😀", "zzz qqq", "\u200b"])
def test_what_resembles_nothing_finds_nothing(message: str) -> None:
    assert SHOP.rank([message], day=TODAY) == [[]]


def test_nothing_taught_finds_nothing() -> None:
    assert FaqMatcher.fit([]).rank(["多久发货", ""], day=TODAY) == [[], []]


def test_equal_scores_keep_the_order_of_the_entries() -> None:
    twins = [entry("怎么退货吗"), entry("怎么换货吗"), entry("怎么退货吗")]
    shop = FaqMatcher.fit(twins)
    matches = shop.rank(["怎么退货吗", "怎么退个货"], day=TODAY)
    assert [match.entry for match in matches[0]] == [twins[0], twins[2]]
    assert judge(matches[0], shop.thresholds) == Offer((twins[0], twins[2]))
    assert [match.entry for match in matches[1]] == [twins[0], twins[2], twins[1]]


def test_an_entry_stands_once_and_no_more_than_asked_for() -> None:
    entries = [entry(f"多久发货{word}", f"几时发货{word}") for word in "甲乙丙丁戊"]
    for k in (1, 2, 3, 5):
        (found,) = FaqMatcher.fit(entries).rank(["多久几时发货"], k, day=TODAY)
        assert len(found) == k
        assert len({match.entry.question for match in found}) == k


@pytest.mark.parametrize("message", ["多久发货", "那多久能发货啊", "快递", "说说快递"])
def test_what_belongs_to_another_group_is_not_found(message: str) -> None:
    """Each text of a batch has its own set."""
    (kept, shown) = SHOP.rank([message, message], day=TODAY, hidden=[{DELIVERY.id}, ()])
    assert DELIVERY not in [match.entry for match in kept]
    assert shown[0].entry == DELIVERY


def test_nothing_is_found_when_everything_is_hidden() -> None:
    hidden = [{1, 2, 3}]
    assert SHOP.rank(["那多久能发货啊"], day=TODAY, hidden=hidden) == [[]]


QUESTIONS = st.lists(st.text("多久发货退款 abc", max_size=8), max_size=6)
MESSAGES = st.lists(st.text("多久发货退款 abc，你好", max_size=12), max_size=4)


@given(QUESTIONS, MESSAGES)
@settings(max_examples=60, deadline=None)
def test_ranks_are_in_order_and_the_same_in_any_batch(
    questions: list[str], messages: list[str]
) -> None:
    matcher = FaqMatcher.fit([entry(question, keywords=("退",)) for question in questions])
    ranked = matcher.rank(messages, day=TODAY)
    again = FaqMatcher.fit([entry(question, keywords=("退",)) for question in questions])
    assert ranked == again.rank(messages, day=TODAY)
    for message, matches in zip(messages, ranked, strict=True):
        (alone,) = matcher.rank([message], day=TODAY)
        assert [match.entry for match in matches] == [match.entry for match in alone]
        assert [match.score for match in matches] == pytest.approx(
            [match.score for match in alone], abs=1e-4
        )
        scores = [match.score for match in matches]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


@given(
    st.permutations(list(range(6))), st.text("怎么多久申请退换发货款钱到", min_size=2, max_size=9)
)
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_entries_changes_no_score(order: list[int], message: str) -> None:
    entries = [
        entry("怎么退货", "我要退货"),
        entry("怎么换货", "换货流程"),
        entry("多久发货"),
        entry("多久到账", "退款几天到账"),
        entry("申请退款"),
        entry("运费多少钱"),
    ]
    (before,) = FaqMatcher.fit(entries).rank([message], day=TODAY)
    (after,) = FaqMatcher.fit([entries[at] for at in order]).rank([message], day=TODAY)
    assert [match.score for match in after] == pytest.approx(
        [match.score for match in before], abs=1e-4
    )


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_is_taken(message: str) -> None:
    SHOP.rank([message, message * 50], day=TODAY)


@pytest.mark.parametrize(
    "bit", ["多", "多久发货", "a", "a ", "refund ", "thanks ", "谢谢", "，", "\u0301"]
)
def test_of_a_text_of_a_million_characters_both_ends_are_compared(bit: str) -> None:
    long = bit * (1_000_000 // len(bit))
    (found, *_) = SHOP.rank([long, f"怎么申请退款 {long}", f"{long} 怎么申请退款"], day=TODAY)
    assert SHOP.rank([long], day=TODAY)[0] == found
    assert best("多久发货" + "？" * 100_000) == FaqMatch(DELIVERY, 1.0, "多久发货")
    assert best("？" * 100_000 + "多久发货") == FaqMatch(DELIVERY, 1.0, "多久发货")
