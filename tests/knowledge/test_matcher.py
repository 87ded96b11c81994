from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.answering import Answer, Offer, Thresholds, judge
from bot.knowledge.matcher import OFFER_SCORE, FaqMatch, FaqMatcher
from bot.knowledge.wording import essence, grams, plain
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
) -> FaqEntry:
    return FaqEntry(
        0, "", question, similar, keywords, text(f"about {question}"), enabled, since, until
    )


DELIVERY = entry("多久发货", "什么时候发货", "几天能到", keywords=("快递",))
REFUND = entry("怎么申请退款", "我要退钱", "How do I get a refund?")
INVOICE = entry("可以开发票吗", "Can I have an invoice", keywords=("tax", "增值税"))
SHOP = FaqMatcher.fit([DELIVERY, REFUND, INVOICE])


def best(message: str, matcher: FaqMatcher = SHOP) -> FaqMatch | None:
    (found,) = matcher.rank([message], day=TODAY)
    return found[0] if found else None


@pytest.mark.requirement("ARP-19")
@pytest.mark.parametrize(
    ("message", "expected", "sentence"),
    [
        ("多久发货", DELIVERY, "多久发货"),
        ("什么时候发货", DELIVERY, "什么时候发货"),
        ("几天能到", DELIVERY, "几天能到"),
        ("我要退钱", REFUND, "我要退钱"),
        ("how do i get a refund", REFUND, "How do I get a refund?"),
        ("ＣＡＮ　Ｉ　have an INVOICE？？", INVOICE, "Can I have an invoice"),
        ("你好，请问什么时候发货？谢谢", DELIVERY, "什么时候发货"),
        ("hi there, can I have an invoice please", INVOICE, "Can I have an invoice"),
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
        ("那多久能发货啊", DELIVERY, "多久发货"),
        ("大概几天能够到", DELIVERY, "几天能到"),
        ("我要退钱给我退", REFUND, "我要退钱"),
        ("how can i get the refund", REFUND, "How do I get a refund?"),
        ("invoise, can I have one", INVOICE, "Can I have an invoice"),
    ],
)
def test_a_question_in_other_words(message: str, expected: FaqEntry, sentence: str) -> None:
    found = best(message)
    assert found is not None
    assert (found.entry, found.sentence) == (expected, sentence)
    assert 0.4 < found.score < 1


@pytest.mark.requirement("KBF-08")
def test_a_script_has_a_question_similar_ones_a_category_and_an_answer() -> None:
    script = FaqEntry(3, "物流/发货", "多久发货", ("几天能到", "啥时候发"), (), text("48 小时"))
    bare = FaqEntry(4, "", "地址在哪", (), (), text("北京"))
    matcher = FaqMatcher.fit([script, bare])
    for said in ("多久发货", "几天能到", "啥时候发"):
        found = best(said, matcher)
        assert found is not None
        assert found.entry.category == "物流/发货"
        assert judge([found], Thresholds()) == Answer(script, 1.0)
        assert found.entry.answer.text == "48 小时"
    assert judge(matcher.rank(["地址在哪"], day=TODAY)[0], Thresholds()) == Answer(bare, 1.0)


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
        ("tax?", INVOICE, "tax"),
        ("TAX号是多少", INVOICE, "tax"),
        ("是不是增值税的", INVOICE, "增值税"),
    ],
)
def test_a_keyword_is_worth_an_offer(message: str, expected: FaqEntry, keyword: str) -> None:
    assert best(message) == FaqMatch(expected, OFFER_SCORE, keyword)
    assert judge(SHOP.rank([message], day=TODAY)[0], Thresholds()) == Offer((expected,))


def test_a_keyword_is_no_part_of_a_longer_word() -> None:
    found = best("taxi")
    assert found is None or found.score < OFFER_SCORE


@pytest.mark.parametrize("message", ["", "  ", "？！", "😀", "zzz qqq", "\u200b"])
def test_what_resembles_nothing_finds_nothing(message: str) -> None:
    assert SHOP.rank([message], day=TODAY) == [[]]


def test_nothing_taught_finds_nothing() -> None:
    assert FaqMatcher.fit([]).rank(["多久发货", ""], day=TODAY) == [[], []]


def test_equal_scores_keep_the_order_of_the_entries() -> None:
    twins = [entry("怎么退货吗"), entry("怎么换货吗"), entry("怎么退货吗")]
    matches = FaqMatcher.fit(twins).rank(["怎么退货吗", "怎么寄货吗"], day=TODAY)
    assert [match.entry for match in matches[0]] == [twins[0], twins[2]]
    # "换" is rarer than "退", so missing it costs more; the twins stay in order.
    assert [match.entry for match in matches[1]] == [twins[0], twins[2], twins[1]]
    assert matches[1][0].score == matches[1][1].score
    assert judge(matches[0], Thresholds()) == Offer((twins[0], twins[2]))


def test_an_entry_stands_once_and_no_more_than_asked_for() -> None:
    entries = [entry(f"多久发货{word}", f"几时发货{word}") for word in "甲乙丙丁戊"]
    for k in (1, 2, 3, 5):
        (found,) = FaqMatcher.fit(entries).rank(["多久几时发货"], k, day=TODAY)
        assert len(found) == k
        assert len({match.entry.question for match in found}) == k


@given(
    st.lists(st.text("多久发货退款 abc", max_size=8), max_size=6),
    st.lists(st.text("多久发货退款 abc，你好", max_size=12), max_size=4),
)
def test_ranks_are_in_order_and_the_same_in_any_batch(
    questions: list[str], messages: list[str]
) -> None:
    matcher = FaqMatcher.fit([entry(question, keywords=("退",)) for question in questions])
    ranked = matcher.rank(messages, day=TODAY)
    assert ranked == [matcher.rank([message], day=TODAY)[0] for message in messages]
    for matches in ranked:
        scores = [match.score for match in matches]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


@given(st.text(max_size=60))
def test_any_text_is_taken(message: str) -> None:
    SHOP.rank([message, message * 50], day=TODAY)


def test_only_the_first_500_characters_are_compared() -> None:
    assert best("哈" * 500 + "多久发货") is None
    assert best("多久发货" + "？" * 496 + "怎么申请退款") == FaqMatch(DELIVERY, 1.0, "多久发货")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("你好", "你好"),
        ("你好请问多久发货", "多久发货"),
        ("您好 我想问一下 多久发货 谢谢", "多久发货"),
        ("亲 在吗 多久发货", "多久发货"),
        ("亲子票多少钱", "亲子票多少钱"),
        ("客服电话", "客服电话"),
        ("急用钱", "急用钱"),
        ("hi there where is my card thanks", "where is my card"),
        ("history of thanks giving", "history of thanks giving"),
        ("thanks", "thanks"),
    ],
)
def test_essence(said: str, left: str) -> None:
    assert essence(said) == left


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Wi-Fi密码？", "wi fi 密码"),
        ("ＡＢＣ　１２", "abc 12"),
        ("  5G套餐，多少钱!", "5g 套餐 多少钱"),
        ("!?", ""),
    ],
)
def test_plain(typed: str, words: str) -> None:
    assert plain(typed) == words


def test_grams() -> None:
    assert grams("发货 ab abc") == {"发", "货", "发货", " ab ", " abc ", " ab", "abc", "bc "}
