"""What the bot says of its own accord, and what is remembered of it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.calendar import OPEN_WEEK, STANDARD_WEEK, Calendar, Holiday, of_group
from core.messages import Button, Content, Kind, Media
from core.playbook import (
    Answering,
    BannedWords,
    Category,
    FaqEntry,
    Hours,
    Prompt,
    Shelf,
)
from core.prompts import group_key
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


@pytest.mark.requirement("PRM-21")
async def test_a_welcome_has_messages_of_any_kind_in_order_one_menu_one_card_and_variables(
    shop: Shop,
) -> None:
    media = Media("shop", "file")
    kinds = (Kind.PHOTO, Kind.VOICE, Kind.VIDEO, Kind.DOCUMENT)
    more = (
        *(Content(kind, f"{kind.value} for #nickname#", media) for kind in kinds),
        Content(Kind.LINK, "Our shop", data={"url": "https://shop.example"}),
        Content(Kind.FAQ_CARD),
    )
    menu = (Button("A person for #nickname#", "c:human"), Button("Prices", "c:say:price"))
    shop.teach(faq=[SHIPPING], prompts=[Prompt("welcome", None, True, "Hi!", menu, more)])

    await shop.hears(said("hello", name="Ann"))

    first, *middle, link, card = await shop.owed_contents()
    assert (first.text, first.buttons) == (
        "Hi!",
        ((Button("A person for Ann", "c:human"),), (Button("Prices", "c:say:price"),)),
    )
    assert [(c.kind, c.text, c.media) for c in middle] == [
        (kind, f"{kind.value} for Ann", media) for kind in kinds
    ]
    assert link.data == {"url": "https://shop.example"}
    assert Button("多久发货", "c:faq:7") in [b for row in card.buttons for b in row]


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
    await shop.nobody_is_online()  # but for this agent
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
    shop.teach(faq=faq, categories=nodes, assigned={shop.group: frozenset({2})})
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


MONDAY_TO_FRIDAY = Calendar(STANDARD_WEEK)
"""Noon of the tests is a Sunday."""


async def events_of_prompts(shop: Shop) -> list[str]:
    return [data["kind"] for data in await events(shop, "prompt")]


@pytest.mark.requirement("PRM-03")
async def test_whoever_has_to_wait_gets_the_queue_prompt_where_it_is_switched_on(
    shop: Shop,
) -> None:
    await past_the_welcome(shop)
    await shop.hears(said("/human"))
    assert [ENGLISH("customer.position", place=1)] == await shop.owed()

    shop.teach(prompts=[Prompt("queue", None, True, "Please wait, you are #position#.")])
    await past_the_welcome(shop, by="2002")
    await shop.hears(said("/human", by="2002"))

    assert ["Please wait, you are 2."] == await shop.owed()
    await shop.hears(said("/human", by="2002"))
    assert [ENGLISH("customer.position", place=2)] == await shop.owed()


@pytest.mark.requirement("PRM-04")
async def test_whoever_wants_a_person_is_told_that_nobody_is_there(shop: Shop) -> None:
    await shop.nobody_is_online()
    await past_the_welcome(shop)

    await shop.hears(said("/human"))

    assert [
        ENGLISH("prompt.nobody.body"),
        ENGLISH("customer.position", place=1),
    ] == await shop.owed()


@pytest.mark.requirement("PRM-05")
async def test_the_end_is_told_in_the_words_of_the_prompt_where_it_is_switched_on(
    shop: Shop,
) -> None:
    await past_the_welcome(shop)
    await shop.hears(said("/end"))
    assert [ENGLISH("customer.ended")] == await shop.owed()

    end = Prompt("end", None, True, "Bye #nickname#!", (Button("Again", "c:menu"),))
    shop.teach(prompts=[end])
    await shop.hears(said("hello again"))
    await shop.owed()
    await shop.hears(said("/end", name="Ann"))

    (goodbye,) = await shop.owed_contents()
    assert (goodbye.text, goodbye.buttons) == ("Bye Ann!", ((Button("Again", "c:menu"),),))


@pytest.mark.requirement("PRM-06", "PRM-07")
@pytest.mark.parametrize("card", [False, True], ids=["text alone", "and the FAQ card"])
@pytest.mark.parametrize("open_", [False, True], ids=["closed", "open"])
async def test_the_welcome_is_said_within_hours_and_another_text_outside(
    shop: Shop, open_: bool, card: bool
) -> None:
    """Either may be followed by the FAQ card; a switched-off one says nothing."""
    more = (Content(Kind.FAQ_CARD),) if card else ()
    prompts = [
        Prompt("welcome", None, True, "Welcome!", (), more),
        Prompt("closed", None, True, "Back on Monday.", (), more),
    ]
    shop.now -= timedelta(days=2 if open_ else 0)
    shop.teach(faq=[SHIPPING], prompts=prompts, calendars={"": MONDAY_TO_FRIDAY})

    await shop.hears(said("hello"))

    said_first = "Welcome!" if open_ else "Back on Monday."
    told = await shop.owed_contents()
    assert [content.text for content in told][:1] == [said_first]
    cards = [c for c in told if any(b.data == "c:faq:7" for row in c.buttons for b in row)]
    assert len(cards) == int(card)

    off = [replace(prompt, enabled=False) for prompt in prompts]
    shop.teach(prompts=off, calendars={"": MONDAY_TO_FRIDAY})
    await shop.hears(said("hello", by="2009"))
    assert said_first not in await shop.owed()


@pytest.mark.requirement("PRM-22")
async def test_hours_count_when_a_customer_enters_and_not_at_each_message(shop: Shop) -> None:
    closed = ENGLISH("prompt.closed.body").split(".")[0]
    shop.teach(calendars={"": MONDAY_TO_FRIDAY})

    def told(texts: list[str]) -> int:
        return sum(closed in text for text in texts)

    await shop.hears(said("hello"))
    assert told(await shop.owed()) == 1
    await shop.hears(said("one"), said("two"))
    assert told(await shop.owed()) == 0
    await shop.hears(said("/end"))
    await shop.hears(said("and again"))
    assert told(await shop.owed()) == 1

    shop.now -= timedelta(days=2)
    await shop.hears(said("hello", by="2002"))
    shop.now += timedelta(days=2)
    await shop.owed()
    await shop.hears(said("still here", by="2002"))
    assert told(await shop.owed()) == 0


@pytest.mark.requirement("PRM-22")
async def test_whoever_asks_for_a_person_first_of_all_is_told_that_it_is_closed(
    shop: Shop,
) -> None:
    """They join the line all the same; asking again does not repeat it."""
    prompts = [
        Prompt("welcome", None, True, "Welcome!"),
        Prompt("closed", None, True, "Back on Monday."),
    ]
    shop.teach(prompts=prompts, calendars={"": MONDAY_TO_FRIDAY})

    await shop.hears(said("/human"))
    first = await shop.owed()
    await shop.hears(said("/human"))

    assert first[0] == "Back on Monday."
    assert "Back on Monday." not in await shop.owed()
    shop.now -= timedelta(days=2)
    await shop.hears(said("/human", by="2009"))
    assert "Welcome!" not in await shop.owed()


@pytest.mark.requirement("PRM-08")
async def test_a_holiday_has_its_own_words_in_place_of_those_outside_hours(shop: Shop) -> None:
    today = shop.now.date()
    festival = Holiday("国庆", today, today + timedelta(days=6), "放假到下周")
    shop.teach(calendars={"": replace(MONDAY_TO_FRIDAY, holidays=(festival,))})
    await shop.hears(said("hello"))
    assert ["放假到下周"] == (await shop.owed())[:1]

    shop.now += timedelta(days=6)
    await shop.hears(said("hello", by="2002"))
    assert ["放假到下周"] == (await shop.owed())[:1]

    shop.now += timedelta(days=1)
    await shop.hears(said("hello", by="2003"))
    assert "放假到下周" not in await shop.owed()
    assert await events_of_prompts(shop) == ["holiday", "holiday", "closed"]


async def test_prompts_and_hours_of_a_group_come_before_the_account_s_and_the_common_ones(
    shop: Shop,
) -> None:
    always = Calendar(OPEN_WEEK)
    prompts = [
        Prompt("welcome", None, True, "common"),
        Prompt("welcome", "shop", True, "of the account"),
        Prompt("welcome", group_key(shop.group), True, "of the group"),
    ]
    calendars = {"": MONDAY_TO_FRIDAY, of_group(shop.group): always}
    for number, (count, wanted) in enumerate(
        [(3, "of the group"), (2, "of the account"), (1, "common")]
    ):
        shop.teach(prompts=prompts[:count], calendars=calendars)
        await shop.hears(said("hello", by=f"300{number}"))
        assert [wanted] == (await shop.owed())[:1]
