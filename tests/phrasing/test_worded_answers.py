"""What may be sent of what a model says."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phrasing.wording import (
    LONGEST_MESSAGE,
    LONGEST_REPLY,
    Nonsense,
    Phrased,
    Source,
    reply,
    request,
)
from tests.phrasing.standin import Said, answer, completion, refuses

DELIVERY = Source(
    4, "发货要多久", "付款后 48 小时内发货，热线 400-123-4567，见 https://shop.example/ship。"
)
RETURNS = Source(9, "Can I return it?", "Within 30 days. Write to help@shop.example.")
GIVEN = [DELIVERY, RETURNS]
MESSAGE = "订单 20261122 什么时候发货?"


def read(said: Said) -> Phrased:
    return reply(said.body, MESSAGE, GIVEN)


@pytest.mark.parametrize(
    ("said", "phrased"),
    [
        pytest.param(
            answer("付款后 48 小时内发货。", 4), Phrased("付款后 48 小时内发货。", (4,)), id="plain"
        ),
        pytest.param(
            answer("48 hours; 30 days.", 9, 4), Phrased("48 hours; 30 days.", (4, 9)), id="two"
        ),
        pytest.param(answer("Soon.", "4"), Phrased("Soon.", (4,)), id="ids as texts"),
        pytest.param(
            completion('```json\n{"answer": "Soon.", "entries": [4]}\n```'),
            Phrased("Soon.", (4,)),
            id="in a fence",
        ),
        pytest.param(
            answer("您的订单 20261122", 4),
            Phrased("您的订单 20261122", (4,)),
            id="their own number",
        ),
        pytest.param(
            answer("拨打 400 123 4567", 4),
            Phrased("拨打 400 123 4567", (4,)),
            id="number set otherwise",
        ),
        pytest.param(answer("４８ 小时", 4), Phrased("４８ 小时", (4,)), id="wide digits"),
        pytest.param(
            answer("See https://shop.example/ship.", 4),
            Phrased("See https://shop.example/ship.", (4,)),
            id="address of the entry",
        ),
        pytest.param(
            answer("Mail help@shop.example.", 9),
            Phrased("Mail help@shop.example.", (9,)),
            id="mail",
        ),
        pytest.param(
            answer("  a\u202eb\u200b\x07 \n c ", 4),
            Phrased("ab \n c", (4,)),
            id="hidden marks taken out",
        ),
        pytest.param(
            answer("x" * LONGEST_REPLY, 4),
            Phrased("x" * LONGEST_REPLY, (4,)),
            id="longest that goes",
        ),
    ],
)
def test_an_answer_from_the_entries_may_be_sent(said: Said, phrased: Phrased) -> None:
    assert read(said) == phrased


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(refuses(), id="refusal"),
        pytest.param(completion("x", finish_reason="content_filter"), id="filtered"),
        pytest.param(
            completion('{"answer": "Soon.", "entries": [4]}', finish_reason="length"),
            id="cut short",
        ),
        pytest.param(answer("", 4), id="empty"),
        pytest.param(answer(" \u200b\u202e ", 4), id="nothing to see"),
        pytest.param(answer("x" * (LONGEST_REPLY + 1), 4), id="too long"),
        pytest.param(answer("Soon."), id="no entry named"),
        pytest.param(answer("Soon.", 5), id="invented entry"),
        pytest.param(answer("Soon.", 4, 5), id="one entry invented"),
        pytest.param(answer("Soon.", True), id="an id that is a flag"),
        pytest.param(answer("Soon.", {"id": 4}), id="an id that is an object"),
        pytest.param(completion('{"answer": ["Soon."], "entries": [4]}'), id="answer is a list"),
        pytest.param(completion('{"answer": "Soon.", "entries": 4}'), id="entries no list"),
        pytest.param(completion('["Soon."]'), id="a list"),
        pytest.param(completion("We ship soon."), id="prose"),
        pytest.param(completion({"answer": "Soon."}), id="content no text"),
        pytest.param(answer("Within 24 hours.", 4), id="invented number"),
        pytest.param(answer("Within 30 days.", 4), id="number of an entry that was not named"),
        pytest.param(answer("See https://evil.example/ship", 4), id="invented address"),
        pytest.param(answer("See www.evil.example", 4), id="address without a scheme"),
        pytest.param(answer("Mail boss@shop.example", 9), id="invented mail address"),
        pytest.param(Said(b""), id="nothing"),
        pytest.param(Said(b"<html>"), id="a page"),
        pytest.param(Said(b"{}"), id="no choices"),
        pytest.param(Said(b'{"choices": []}'), id="empty choices"),
        pytest.param(Said(b'{"choices": [7]}'), id="a choice that is a number"),
        pytest.param(Said(b'{"choices": [{"message": "hi"}]}'), id="a message that is a text"),
    ],
)
def test_anything_else_is_nonsense(said: Said) -> None:
    with pytest.raises(Nonsense):
        read(said)


def test_the_model_sees_the_message_and_the_entries_and_nothing_else() -> None:
    asked = orjson.loads(request("m-1", MESSAGE, GIVEN))

    assert asked["model"] == "m-1"
    assert [m["role"] for m in asked["messages"]] == ["system", "user"]
    assert orjson.loads(asked["messages"][1]["content"]) == {
        "message": MESSAGE,
        "entries": [
            {"id": s.id, "question": s.question, "answer": s.answer} for s in (DELIVERY, RETURNS)
        ],
    }


def test_of_an_endless_message_only_the_beginning_is_shown() -> None:
    asked = orjson.loads(request("m", "天" * 1_000_000, GIVEN))

    shown = orjson.loads(asked["messages"][1]["content"])["message"]
    assert shown == "天" * LONGEST_MESSAGE


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: completion(t).body))
def test_whatever_comes_back_is_an_answer_or_nonsense(body: bytes) -> None:
    try:
        phrased = reply(body, MESSAGE, GIVEN)
    except Nonsense:
        return
    assert phrased.text.strip()
    assert set(phrased.entry_ids) <= {4, 9}


@given(
    st.text(max_size=200),
    st.lists(st.integers() | st.text(max_size=4) | st.none() | st.booleans(), max_size=4),
)
def test_an_answer_never_names_entries_that_were_not_given(words: str, ids: list[object]) -> None:
    body = completion(orjson.dumps({"answer": words, "entries": _small(ids)}).decode()).body
    try:
        phrased = reply(body, MESSAGE, GIVEN)
    except Nonsense:
        return
    assert phrased.entry_ids
    assert set(phrased.entry_ids) <= {4, 9}
    assert 0 < len(phrased.text) <= LONGEST_REPLY


def _small(ids: list[object]) -> list[object]:
    return [i % 12 if type(i) is int else i for i in ids]
