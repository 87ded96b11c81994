"""What customers ask of the desk itself is understood, and nothing else is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.requests import Asked, Request, asked_for
from bot.rules.folding import fold
from core.messages import Content, Kind


def ask(words: str, kind: Kind = Kind.TEXT) -> Asked | None:
    return asked_for(Content(kind, words), fold(words))


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        ("人工", Request.HUMAN),
        ("转人工", Request.HUMAN),
        ("客服", Request.HUMAN),
        ("请帮我转人工，谢谢", Request.HUMAN),
        ("human", Request.HUMAN),
        ("HUMAN!!", Request.HUMAN),
        ("I want a human agent please", Request.HUMAN),
        ("agent", Request.HUMAN),
        ("I want to talk to a person", Request.HUMAN),
        ("can I speak with someone please?", Request.HUMAN),
        ("Talk to a REAL person", Request.HUMAN),
        ("/human", Request.HUMAN),
        ("/human@shop_bot", Request.HUMAN),
        ("/menu", Request.MENU),
        ("/end", Request.END),
        ("/start", Request.START),
        ("/start src_qr01", Request.START),
    ],
)
def test_requests(words: str, request_: Request) -> None:
    assert Asked(request_) == ask(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "多少钱",
        "humanity",
        "agents",
        "how many tickets per person",
        "talk to a personal trainer",
        "/humans",
        "客服电话是多少呢",
        "what does the user agent string of my browser have to do with this",
        "人工智能的课程什么时候开始报名，需要带什么材料，多少钱，在哪里上课，有没有优惠，可以分期吗",
    ],
)
def test_other_words_are_no_request(words: str) -> None:
    assert ask(words) is None


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        ("c:human", Asked(Request.HUMAN)),
        ("c:menu", Asked(Request.MENU)),
        ("c:end", Asked(Request.END)),
        ("c:faq:12", Asked(Request.FAQ, 12)),
        ("c:faq:", None),
        ("c:faq:-1", None),
        ("c:faq:²", None),
        ("c:faq:" + "9" * 30, None),
        ("c:no:12", Asked(Request.UNHELPFUL, 12)),
        ("c:no:", None),
        ("c:cat:0:1", Asked(Request.CARD, node=0, page=1)),
        ("c:cat:7:3", Asked(Request.CARD, node=7, page=3)),
        ("c:cat:7", Asked(Request.CARD, node=7, page=1)),
        ("c:cat:7:0", Asked(Request.CARD, node=7, page=1)),
        ("c:cat:7:x", None),
        ("c:cat:-1:1", None),
        ("c:back", Asked(Request.CALL_BACK)),
        ("c:msg", Asked(Request.MESSAGE)),
        ("c:sw:3", Asked(Request.SWITCH, to=3)),
        ("c:sw:3:4", None),
        ("c:sw:", None),
        ("c:go:3:12", Asked(Request.GO, to=3, about=12)),
        ("c:go:3", None),
        ("c:go:3:12:1", None),
        ("c:own:3:12", Asked(Request.OWN, to=3, about=12)),
        ("c:rate:12:1", Asked(Request.RATE, about=12, score=1)),
        ("c:rate:12:5", Asked(Request.RATE, about=12, score=5)),
        ("c:rate:12:0", None),
        ("c:rate:12:6", None),
        ("c:rate:12", None),
        ("c:note:12", Asked(Request.REMARK, about=12)),
        ("c:note:x", None),
        ("human", None),
        ("take:1", None),
        ("", None),
    ],
)
def test_presses(data: str, asked: Asked | None) -> None:
    """Only data of our own buttons means anything; a press may carry what we never sent."""
    assert asked == ask(data, Kind.PRESS)


@given(st.text(), st.sampled_from(Kind))
def test_anything_can_be_asked_about(words: str, kind: Kind) -> None:
    asked = ask(words, kind)

    assert asked is None or isinstance(asked, Asked)
    if kind not in (Kind.TEXT, Kind.PRESS):
        assert asked is None
