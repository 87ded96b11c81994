"""Small words of Chinese that mean the same are one word when questions are compared."""

from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given

from bot.knowledge.matcher import FaqMatcher
from bot.knowledge.small_words import in_one_form
from bot.knowledge.wording import Said
from core.messages import text
from core.playbook import FaqEntry


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("如何退货", "怎么退货"),
        ("咋退货", "怎么退货"),
        ("味道咋样", "味道怎么样"),
        ("能不能退货", "可以退货"),
        ("可否退货", "可以退货"),
        ("要不要运费", "要运费"),
        ("有没有发票", "有发票"),
        ("是不是包邮", "是包邮"),
        ("是否包邮", "是包邮"),
        ("你们在哪儿", "你在哪里"),
        ("您在什么地方", "你在哪里"),
        ("何时发货", "什么时候发货"),
        ("要多长时间", "要多久"),
        ("为啥没人回", "为什么没人回"),
        ("不需要发票", "不用发票"),
        ("颐和园的电话是多少", "颐和园的电话是多少"),
        ("任何时候都可以吗", "任何时候都可以吗"),
        ("那儿童票呢", "那儿童票呢"),
        ("what is this", "what is this"),
        ("", ""),
    ],
)
def test_each_has_one_form(said: str, form: str) -> None:
    assert in_one_form(said) == form


@given(st.text("如何能不没要有是否哪儿您们啥时候几什么可以退货a ", max_size=20))
def test_no_other_word_is_lost(said: str) -> None:
    found = in_one_form(said)
    assert "您" not in found
    for kept in "退货a":
        assert (kept in found) == (kept in said)


@pytest.mark.parametrize("asked", ["如何申請退款？", "咋申请退款呀", "请问您们怎样申请退款"])
def test_who_asks_in_other_small_words_asks_the_same(asked: str) -> None:
    questions = ("怎么申请退款", "多久发货")
    matcher = FaqMatcher.fit(
        [FaqEntry(n, "", q, (), (), text("x")) for n, q in enumerate(questions)]
    )
    (found,) = matcher.rank([asked], day=date(2026, 1, 1))
    assert found[0].entry.question == questions[0]
    assert found[0].score >= matcher.thresholds.offer


def test_the_spelling_of_a_question_is_shown_as_it_was_typed() -> None:
    assert Said.of("如何退款").typed == "如何退款"
