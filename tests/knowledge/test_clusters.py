"""Messages that ask the same are put together, and nothing else is."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.clusters import MOST_DISTINCT, Heard, asks, cluster, key_of
from tests.people import entry

INVOICE = ["怎么开发票", "可以开发票吗", "能开發票嗎？", "发票怎么开"]
RETURNS = ["怎么退货", "退货怎么弄", "怎么申请退货"]
ENGLISH = ["How do I get an invoice?", "can I get an invoice please", "I want to get an invoice"]


def heard(*texts: str, answer: str = "") -> list[Heard]:
    return [Heard(text, answer) for text in texts]


def test_the_same_question_in_other_words_is_one_cluster_and_others_are_others() -> None:
    found = cluster(heard(*INVOICE, *RETURNS, *ENGLISH))

    groups = [{one.question, *one.examples} for one in found]
    assert [4, 3, 3] == [one.count for one in found]
    assert set(INVOICE) in groups
    assert set(RETURNS) in groups
    assert set(ENGLISH) in groups


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "怎么开发票", "您好，请问怎么开發票？谢谢", id="courtesy, script and punctuation"
        ),
        pytest.param("HOW MUCH IS IT", "ｈｏｗ much is it??", id="case and width"),
        pytest.param("do you ship", "hello, do you ship, please", id="English courtesy"),
    ],
)
def test_the_same_words_count_as_one_message(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)
    (found,) = cluster(heard(one, other))
    assert (2, ()) == (found.count, found.examples)


@pytest.mark.parametrize("nothing", ["", "1", "？？？", "😀", "12345", "k", "好"])
def test_what_asks_nothing_is_no_cluster(nothing: str) -> None:
    assert [] == cluster(heard(nothing, nothing, nothing))


def test_once_is_chance() -> None:
    assert [] == cluster(heard("怎么开发票", "几点关门", "do you ship to Spain"))


def test_the_most_asked_comes_first_with_five_other_wordings_at_most() -> None:
    many = [
        f"{start}怎么开发票{end}"
        for start in ("我", "店里", "公司")
        for end in ("啊", "的", "给我")
    ]
    found = cluster(heard(*RETURNS, *many))

    assert len(many) == found[0].count
    assert 5 == len(found[0].examples)
    assert found[0].question not in found[0].examples


def test_the_common_answer_is_what_agents_wrote_at_least_twice() -> None:
    said = [Heard(text, "下单时勾选发票") for text in INVOICE[:2]] + heard(*INVOICE[2:])
    (found,) = cluster(said)
    assert "下单时勾选发票" == found.answer

    said = [Heard(INVOICE[0], "下单时勾选发票"), *heard(*INVOICE[1:])]
    assert [""] == [one.answer for one in cluster(said)]


def test_what_agents_write_to_every_question_is_no_answer() -> None:
    said = [Heard(text, "请稍等") for text in (*INVOICE, *RETURNS, *ENGLISH)]

    assert ["", "", ""] == [one.answer for one in cluster(said)]


def test_what_is_like_a_decided_question_is_left_out() -> None:
    found = cluster(heard(*INVOICE, *RETURNS), ["请问如何开发票", "发票怎么开"])

    assert [set(RETURNS)] == [{one.question, *one.examples} for one in found]


def test_a_cluster_is_missed_when_the_robot_had_no_good_answer_to_one_of_it() -> None:
    known = [Heard(text, "下单时勾选发票", missed=False) for text in INVOICE]
    assert [False] == [one.missed for one in cluster(known)]
    assert [True] == [one.missed for one in cluster([*known[1:], Heard(INVOICE[0])])]


def test_an_entry_asks_a_sentence_in_the_same_words() -> None:
    known = entry("怎么开发票", "发票怎么开", answer="下单时勾选")

    assert asks(known, ["别的", "請問發票怎麼開？"])
    assert not asks(known, ["怎么退货"])


WORDS = st.sampled_from([*INVOICE, *RETURNS, *ENGLISH, "几点关门", "在吗", "do you ship", ""])


@given(st.lists(WORDS | st.text(max_size=12), max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_changes_nothing_and_no_message_counts_twice(
    texts: list[str], shuffler: random.Random
) -> None:
    shuffled = texts[:]
    shuffler.shuffle(shuffled)

    found = cluster(heard(*texts), least=1)

    assert found == cluster(heard(*shuffled), least=1)
    assert sum(one.count for one in found) == sum(1 for text in texts if key_of(text))


def test_of_too_many_messages_those_that_came_most_often_are_compared() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    rare = [f"{a}{b}{c}{a}x {c}{b}{a}" for a in letters for b in letters for c in letters]
    assert len(rare) > MOST_DISTINCT

    found = cluster(heard(*rare[:MOST_DISTINCT], *INVOICE, *INVOICE), least=8)

    assert [8] == [one.count for one in found if "发票" in one.question]
