"""Our people ask what happened in a conversation, and why."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from admin_bot.command import Command
from admin_bot.desk import history, why
from storage.repos.conversations import Event
from storage.repos.outbox import Binding
from tests.admin_bot.office import BO, NOON, Office, open_office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    extra: list[Command] = [why.COMMAND, history.COMMAND]
    async with open_office(sqlite_url, extra_commands=extra) as opened:
        yield opened


async def happens(office: Office, number: int, *events: tuple[str, dict[str, object]]) -> None:
    async with office.unit() as uow:
        await uow.conversations.record(
            Event(number, NOON + timedelta(minutes=n), kind, data=data)
            for n, (kind, data) in enumerate(events)
        )
        await uow.commit()


async def test_what_happened_is_told_in_sentences_with_scores(office: Office) -> None:
    await office.ada.says("/faq_add When do you ship? = Within 48 hours")
    await office.ada.says("/faq_add What does it cost? = 100")
    (number,) = await office.serving(BO, "Ann")
    bo = await office.member(BO)
    moved = {"from": "WAITING", "to": "SERVING", "move": "take", "agent": bo.id}
    await happens(
        office,
        number,
        ("opened", {"source": "qr_01", "first_contact": True}),
        ("rule", {"rule": 3, "name": "price", "words": ["how much", "cost"]}),
        ("faq", {"entry": 1, "score": 0.9731, "said": "when will you ship"}),
        ("faq", {"entry": 1, "score": 1.0, "said": "when do you ship"}),
        ("offer", {"entries": [1, 2, 9], "scores": [0.61, 0.2, 0.16], "said": "ship or cost"}),
        ("faq", {"entry": 2, "pressed": True}),
        ("no_answer", {"said": "where do I park"}),
        ("unhelpful", {"entry": 2}),
        ("state", {"from": "BOT", "to": "WAITING", "move": "ask_human"}),
        ("state", moved),
    )

    told = await office.bo.says(f"/why {number}")

    for sentence in (
        "The conversation began; the customer came from qr_01.",
        "Rule #3 “price” answered: the message had how much, cost.",
        "answered #1 When do you ship?, sure to 0.97, to “when will you ship”.",
        "“when do you ship” is asked in its very words.",
        "from #1 When do you ship? (0.61), #2 What does it cost? (0.20), #9 (gone) (0.16).",
        "The customer chose #2 What does it cost?",
        "No question was near enough to “where do I park”",
        "the answer of #2 What does it cost? did not help",
        "The customer asked for a person: with the bot → queued",
        "An agent took it: queued → in session; agent: Bo",
        "Now the bot answers from 0.",
    ):
        assert sentence in told


async def test_it_is_told_in_pages_the_newest_first_to_be_seen(office: Office) -> None:
    (number,) = await office.serving(BO, "Ann")
    await happens(office, number, *[("source", {"source": f"qr_{n:02}"}) for n in range(23)])

    told = await office.bo.says(f"/why {number}")
    assert "qr_22" in told
    assert "qr_19" not in told
    older = await office.bo.presses("Older")
    assert "qr_19" in older
    assert "qr_10" in older
    assert "2/3" in older
    assert "qr_20" in await office.bo.presses("Newer")


async def test_a_reply_to_a_customers_message_asks_about_that_conversation(
    office: Office,
) -> None:
    first, second = await office.serving(BO, "Ann", "Ben")
    await happens(office, first, ("no_answer", {"said": "Ann's question"}))
    await happens(office, second, ("no_answer", {"said": "Ben's question"}))
    await office.bo.says("/help")
    shown = office.bo.chat[-1]["message_id"]
    async with office.unit() as uow:
        await uow.outbox.bind([Binding(str(BO), str(shown), second, None)], NOON)
        await uow.commit()

    assert "Ben's question" in await office.bo.says("/why", reply_to=shown)


async def test_without_a_number_it_is_the_conversation_in_front(office: Office) -> None:
    (number,) = await office.serving(BO, "Ann")
    assert "Nothing" not in await office.bo.says("/why")
    async with office.unit() as uow:
        bo = await office.member(BO)
        await uow.staffing.change(bo.id, front_conversation_id=number)
        await uow.commit()
    await happens(office, number, ("blocked", {}))

    assert "The customer shut us out." in await office.bo.says("/why")


async def test_agents_see_their_own_conversations_and_admins_all(office: Office) -> None:
    await office.serving(BO, "Ann")
    (other,) = await office.serving(1003, "Ben")
    await happens(office, other, ("no_answer", {"said": "Ben's question"}))

    assert "Ben's question" not in await office.bo.says(f"/why {other}")
    assert "Ben's question" in await office.ada.says(f"/why {other}")
    assert "Ben's question" in await office.olga.says(f"/why {other}")


@pytest.mark.parametrize("words", ["twelve", "12 13"])
async def test_other_words_than_a_number_are_explained(office: Office, words: str) -> None:
    assert "Write it like this: /why" in await office.bo.says(f"/why {words}")
