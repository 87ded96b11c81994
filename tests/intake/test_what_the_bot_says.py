"""What the bot says of its own accord, and what is remembered of it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.messages import Button, Content, Kind
from core.playbook import (
    Answering,
    BannedWords,
    Category,
    FaqEntry,
    Hours,
    Prompt,
    Shelf,
)
from core.states import Presence
from storage.models.conversation import ConversationEvent
from storage.models.outbox import OutboxRow, PhrasingRow
from storage.models.watch import WordHitRow
from tests.people import ENGLISH, Shop, entry, rule, said

SHIPPING = entry("多久发货", "什么时候发货", answer="48 小时内发货", id=7)
REFUND = entry("怎么退款", answer="在订单里申请", id=8)


async def past_the_welcome(shop: Shop, by: str = "2001") -> None:
    await shop.hears(said("hello", by=by))
    await shop.owed()


async def events(shop: Shop, kind: str) -> list[dict[str, Any]]:
    async with shop.unit() as uow:
        rows = await uow.connection.execute(
            select(ConversationEvent.data)
            .where(ConversationEvent.kind == kind)
            .order_by(ConversationEvent.id)
        )
        return [row.data for row in rows]


async def test_variables_in_replies_are_filled_for_the_customer_who_asks(shop: Shop) -> None:
    shop.teach(rule("hi", reply="Hello #nickname#, this is #account#. #unknown#"))
    await past_the_welcome(shop)

    await shop.hears(said("hi", name="Ann"))

    assert ["Hello Ann, this is shop. #unknown#"] == await shop.owed()


@pytest.mark.requirement("ARP-10")
async def test_a_welcome_of_several_messages_goes_out_in_order(shop: Shop) -> None:
    picture = Content(Kind.LINK, "Our shop", data={"url": "https://shop.example"})
    more = (Content(Kind.TEXT, "Hi #nickname#"), picture, Content(Kind.FAQ_CARD))
    shop.teach(faq=[SHIPPING], prompts=[Prompt("welcome", None, True, "Welcome!", (), more)])

    await shop.hears(said("hello", name="Ann"))

    first, second, third, fourth = await shop.owed_contents()
    assert [first.text, second.text, third] == ["Welcome!", "Hi Ann", picture]
    assert Button("多久发货", "c:faq:7") in [b for row in fourth.buttons for b in row]


@pytest.mark.requirement("ARP-16")
async def test_the_bot_is_silent_while_somebody_of_the_group_is_online_if_it_is_set_so(
    shop: Shop,
) -> None:
    agent = await shop.agent(presence=Presence.ONLINE.value)
    taught = (rule("price"),)
    shop.teach(*taught, faq=[SHIPPING], answering=Answering(quiet_online=True))
    await past_the_welcome(shop)

    await shop.hears(said("price"), said("多久发货"))
    assert [] == await shop.owed()

    async with shop.unit() as uow:
        await uow.staffing.change(agent.id, presence=Presence.OFFLINE.value)
        await uow.commit()
    await shop.hears(said("price"), said("多久发货"))
    assert ["100 块", "48 小时内发货"] == await shop.owed()

    async with shop.unit() as uow:
        await uow.staffing.change(agent.id, presence=Presence.ONLINE.value)
        await uow.commit()
    shop.teach(*taught, faq=[SHIPPING])
    await shop.hears(said("price"))
    assert ["100 块"] == await shop.owed()


async def test_a_rule_with_hours_answers_only_in_them(shop: Shop) -> None:
    noon = shop.now.time()
    later = (shop.now + timedelta(hours=1)).time()
    now, never = Hours(spans=((noon, later),)), Hours(spans=((later, noon),))
    shop.teach(
        replace(rule("price", reply="closed"), hours=never),
        replace(rule("price", reply="open", id=2, name="b"), hours=now),
    )
    await past_the_welcome(shop)

    await shop.hears(said("price"))

    assert ["open"] == await shop.owed()


@pytest.mark.requirement("KBF-15")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"enabled": False}, id="switched off"),
        pytest.param({"valid_until": date(2026, 11, 21)}, id="over"),
        pytest.param({"valid_from": date(2026, 11, 23)}, id="not yet"),
    ],
)
async def test_an_entry_that_is_off_or_not_valid_is_neither_answered_nor_shown_nor_pressed(
    shop: Shop, change: dict[str, Any]
) -> None:
    shop.teach(faq=[replace(SHIPPING, **change), REFUND])
    await past_the_welcome(shop)

    await shop.hears(said("多久发货"))
    assert "48 小时内发货" not in await shop.owed()
    await shop.hears(said("c:cat:0:1", kind=Kind.PRESS))
    (card,) = await shop.owed_contents()
    assert [b.data for row in card.buttons for b in row] == ["c:faq:8"]
    await shop.hears(said("c:faq:7", kind=Kind.PRESS))
    assert [ENGLISH("customer.entry_gone")] == await shop.owed()


@pytest.mark.requirement("KBF-24")
async def test_customers_get_the_entries_that_were_assigned_to_their_group(shop: Shop) -> None:
    """On the card, by asking and by pressing an old button alike."""
    nodes = (Category(1, Shelf.FAQ, None, "发货"), Category(2, Shelf.FAQ, None, "退款"))
    faq = [replace(SHIPPING, category_id=1), replace(REFUND, category_id=2)]
    shop.teach(faq=faq, categories=nodes, assigned={0: frozenset({2})})
    await past_the_welcome(shop)

    await shop.hears(said("多久发货"))
    assert "48 小时内发货" not in await shop.owed()
    await shop.hears(said("怎么退款"))
    assert ["在订单里申请"] == await shop.owed()
    await shop.hears(said("c:faq:7", kind=Kind.PRESS))
    assert [ENGLISH("customer.entry_gone")] == await shop.owed()
    await shop.hears(said("c:cat:0:1", kind=Kind.PRESS))
    (card,) = await shop.owed_contents()
    assert [b.data for row in card.buttons for b in row] == ["c:cat:2:1"]


@pytest.mark.requirement("ARP-18")
async def test_the_faq_button_leads_to_a_card_and_its_entry_to_the_stored_answer(
    shop: Shop,
) -> None:
    shop.teach(faq=[SHIPPING])
    await past_the_welcome(shop)

    await shop.hears(said("/menu"))
    (menu,) = await shop.owed_contents()
    (button,) = [b for row in menu.buttons for b in row if b.data and b.data.startswith("c:cat")]
    await shop.hears(said(button.data or "", kind=Kind.PRESS))
    (card,) = await shop.owed_contents()
    (question,) = card.buttons[0]
    assert question.label == "多久发货"
    await shop.hears(said(question.data or "", kind=Kind.PRESS))

    assert ["48 小时内发货"] == await shop.owed()
    assert [{"entry": 7, "pressed": True}] == await events(shop, "faq")


async def test_an_answer_can_be_called_unhelpful_which_is_remembered(shop: Shop) -> None:
    shop.teach(faq=[SHIPPING])
    shop.feedback = True
    await past_the_welcome(shop)

    await shop.hears(said("多久发货"))
    (answer,) = await shop.owed_contents()
    ((button,),) = answer.buttons
    assert button == Button(ENGLISH("customer.button.unhelpful"), "c:no:7")
    await shop.hears(said("c:no:7", kind=Kind.PRESS))

    (sorry,) = await shop.owed_contents()
    assert sorry.text == ENGLISH("customer.unhelpful")
    assert [b.data for row in sorry.buttons for b in row] == ["c:human"]
    assert [{"entry": 7}] == await events(shop, "unhelpful")


async def test_what_was_asked_is_remembered_with_what_became_of_it(shop: Shop) -> None:
    shop.teach(faq=[SHIPPING, REFUND])
    await past_the_welcome(shop)
    before = await events(shop, "no_answer")

    await shop.hears(said("多久发货"), said("天气怎么样呢" + "x" * 500))

    (right,) = await events(shop, "faq")
    assert (right["said"], right["entry"], right["score"]) == ("多久发货", 7, 1.0)
    (nothing,) = (await events(shop, "no_answer"))[len(before) :]
    assert nothing["said"].startswith("天气怎么样呢")
    assert len(nothing["said"]) == 300


async def test_sensitive_words_of_customers_are_recorded_and_their_messages_are_not_held_back(
    shop: Shop,
) -> None:
    lists = (
        BannedWords("abuse", ("笨蛋",), "block", "customer", id=3, enabled=True),
        BannedWords("staff", ("笨蛋",), "block", "staff", id=4, enabled=True),
        BannedWords("off", ("笨蛋",), "block", "both", id=5),
        BannedWords("elsewhere", ("笨蛋",), "warn", "both", id=6, enabled=True, accounts=("b",)),
    )
    shop.teach(rule("笨蛋", reply="请冷静"), words=lists)
    await past_the_welcome(shop)

    await shop.hears(said("你这个笨蛋", id="m1"))

    assert ["请冷静"] == await shop.owed()
    async with shop.unit() as uow:
        rows = (await uow.connection.execute(select(WordHitRow.__table__))).all()
        assert [(r.list_id, r.word, r.direction, r.message_key, r.staff_id) for r in rows] == [
            (3, "笨蛋", "customer", "m1", None)
        ]


async def test_an_answer_that_may_be_worded_waits_for_it_and_goes_out_by_itself(
    shop: Shop,
) -> None:
    link = replace(REFUND, answer=Content(Kind.LINK, "x", data={"url": "https://a.example"}))
    shop.teach(faq=[SHIPPING, link])
    await past_the_welcome(shop)
    shop.phrase_within = timedelta(seconds=6)

    await shop.hears(said("多久发货", by="2001"), said("怎么退款", by="2002"))

    async with shop.unit() as uow:
        due = (
            await uow.connection.execute(
                select(OutboxRow.key, OutboxRow.due_at, OutboxRow.content).order_by(OutboxRow.id)
            )
        ).all()
        by_text = {row.content.get("text"): row for row in due}
        assert by_text["48 小时内发货"].due_at == shop.now + timedelta(seconds=6)
        assert by_text["x"].due_at == shop.now
        (worded,) = (await uow.connection.execute(select(PhrasingRow.__table__))).all()
        assert worded.outbox_key == by_text["48 小时内发货"].key
        assert worded.question == "多久发货"
        assert worded.entry_ids[0] == 7


def test_an_entry_is_offered_on_its_first_and_last_day() -> None:
    dated = FaqEntry(
        1,
        "",
        "q",
        (),
        (),
        Content(Kind.TEXT, "a"),
        valid_from=date(2026, 1, 2),
        valid_until=date(2026, 1, 3),
    )

    offered = [day for day in range(1, 6) if dated.offered_on(date(2026, 1, day))]

    assert offered == [2, 3]


@pytest.mark.requirement("CHN-18")
@pytest.mark.parametrize(
    ("source", "vip"),
    [
        pytest.param("group_vip", True, id="its identifier"),
        pytest.param("group_VIP customers", False, id="its name"),
        pytest.param("group_", False, id="nothing"),
        pytest.param("vip", False, id="another source"),
    ],
)
async def test_a_link_leads_to_a_group_by_its_identifier(
    shop: Shop, source: str, vip: bool
) -> None:
    async with shop.unit() as uow:
        number = await uow.staffing.add_group("VIP customers", "vip", None, "test", shop.now)
        await uow.commit()

    await shop.hears(said("/start", source=source), said("/human"))

    async with shop.unit() as uow:
        assert await uow.line.lengths([shop.group, number]) == {
            shop.group: int(not vip),
            number: int(vip),
        }
