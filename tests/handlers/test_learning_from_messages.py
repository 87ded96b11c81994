"""The desk learns from what it could not answer, and counts what it answers by."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from itertools import count

import pytest

from bot.handlers import count_uses, find_suggestions, learn
from bot.handlers.find_suggestions import SAME_REPLY, UNANSWERED, Suggested
from core.errors import Conflict, NotAllowed, NotFound
from core.messages import Kind, text
from core.states import Author, Direction, Role, State
from storage.engine import Database
from storage.repos.conversations import Event
from storage.repos.learning import DISMISSED, OPEN, TAKEN
from storage.repos.messages import TranscriptLine
from storage.repos.staffing import StaffMember
from tests.people import Shop, entry, rule, said

INVOICE = ("怎么开发票", "可以开发票吗", "能开发票吗", "发票怎么开")
HOW = entry("怎么付款", "可以用微信支付吗", answer="微信、支付宝都可以", id=5)
_numbers = count(1)


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await Shop(database).open()


async def admin(shop: Shop, role: Role = Role.ADMIN) -> StaffMember:
    async with shop.unit() as uow:
        id_ = await uow.staffing.add("telegram", str(next(_numbers)), "Ada", role, 5, shop.now)
        await uow.commit()
        return (await uow.staffing.by_ids([id_]))[id_]


async def ask(shop: Shop, texts: Iterable[str]) -> None:
    """Let a new customer ask each of *texts*."""
    await shop.hears(*(said(words, by=f"c{next(_numbers)}", language="zh") for words in texts))


async def served(shop: Shop, question: str, answer: str) -> int:
    """Let a customer ask an agent, who answers; the robot is silent meanwhile."""
    who = f"c{next(_numbers)}"
    bo = await admin(shop, Role.AGENT)
    await shop.hears(said("human", by=who))
    async with shop.unit() as uow:
        number = (await uow.line.oldest([shop.group], 99))[-1].conversation_id
        talk = (await uow.conversations.lock([number]))[number]
        talk.state, talk.agent_id, talk.serving_since = State.SERVING, bo.id, shop.now
        await uow.conversations.update([talk])
        await uow.commit()
    shop.now += timedelta(seconds=1)
    await shop.hears(said(question, by=who))
    await writes(shop, number, answer)
    return number


async def writes(shop: Shop, number: int, words: str) -> None:
    """Put what an agent writes into the transcript."""
    shop.now += timedelta(seconds=1)
    async with shop.unit() as uow:
        talk = (await uow.conversations.by_ids([number]))[number]
        line = TranscriptLine(
            number,
            talk.account_id,
            f"a{next(_numbers)}",
            Direction.OUT,
            Author.AGENT,
            "Bo",
            text(words),
            shop.now,
            staff_id=1,
        )
        await uow.messages.add([line], shop.now)
        await uow.commit()


async def note(shop: Shop, number: int, kind: str, **data: object) -> None:
    shop.now += timedelta(seconds=1)
    async with shop.unit() as uow:
        await uow.conversations.record([Event(number, shop.now, kind, data=data)])
        await uow.commit()


async def look(shop: Shop) -> Suggested:
    """Find suggestions and store them."""
    async with shop.unit() as uow:
        gathered = await find_suggestions.gather(uow, shop.now)
    suggested = find_suggestions.suggest(gathered, shop.book, shop.now)
    async with shop.unit() as uow:
        await find_suggestions.keep(uow, suggested, "run", shop.now)
        await uow.commit()
    return suggested


async def test_unanswered_messages_of_a_week_become_one_suggestion(shop: Shop) -> None:
    await ask(shop, INVOICE)
    await ask(shop, ["怎么开发票", "几点关门"])
    shop.now += timedelta(days=6, hours=23)

    (one,) = (await look(shop)).found

    assert (UNANSWERED, 5, None, None) == (one.why, one.asked, one.answer, one.entry_id)
    assert set(INVOICE) == {one.question, *one.examples}
    shop.now += timedelta(hours=2)
    assert () == (await look(shop)).found


async def test_what_the_playbook_answers_by_now_is_not_suggested(shop: Shop) -> None:
    await ask(shop, INVOICE)
    shop.teach(rule("发票", reply="下单时勾选"))
    assert () == (await look(shop)).found

    shop.teach(faq=[entry(INVOICE[0], *INVOICE[1:], answer="下单时勾选")])
    assert () == (await look(shop)).found


async def test_the_nearest_entry_and_the_agents_answer_stand_with_a_suggestion(shop: Shop) -> None:
    shop.teach(faq=[HOW, entry("发票可以寄给我吗", answer="可以", id=6)])
    for question in INVOICE:
        await served(shop, question, "下单时勾选发票")

    (one,) = (await look(shop)).found

    assert (SAME_REPLY, 4, 6) == (one.why, one.asked, one.entry_id)
    assert text("下单时勾选发票") == one.answer


async def test_an_answer_that_agents_gave_only_once_suggests_nothing(shop: Shop) -> None:
    for number, question in enumerate(INVOICE):
        await served(shop, question, f"回答 {number}")

    assert () == (await look(shop)).found


async def test_an_offer_counts_unless_the_customer_chose_from_it(shop: Shop) -> None:
    shop.teach(faq=[HOW])
    await ask(shop, ["你好"])
    for number in range(4):
        await note(shop, 1, "offer", said="付款可以用花呗吗", entries=[5], scores=[0.5])
        if number >= 2:
            await note(shop, 1, "faq", entry=5, pressed=True)
    # A press tells of the offers before it: all four are settled by the last one.
    assert () == (await look(shop)).found

    await note(shop, 1, "offer", said="付款可以用花呗吗", entries=[5], scores=[0.5])
    await note(shop, 1, "offer", said="花呗可以付款吗", entries=[5], scores=[0.5])
    (one,) = (await look(shop)).found
    assert (2, 5) == (one.asked, one.entry_id)


async def test_an_answer_found_unhelpful_counts_with_what_had_been_asked(shop: Shop) -> None:
    await ask(shop, ["你好"])
    for _ in range(2):
        await note(shop, 1, "faq", said="发票抬头写错了怎么办", entry=5, score=0.97)
        await note(shop, 1, "unhelpful", entry=5)

    (one,) = (await look(shop)).found

    assert ("发票抬头写错了怎么办", 2) == (one.question, one.asked)


async def test_what_somebody_has_decided_on_is_not_suggested_again(shop: Shop) -> None:
    ada = await admin(shop)
    await ask(shop, INVOICE)
    await look(shop)
    async with shop.unit() as uow:
        (one,) = (await learn.board(uow, ada, shop.book)).best
        await learn.dismiss(uow, ada, one)
        await uow.commit()
    await ask(shop, INVOICE)

    assert () == (await look(shop)).found
    async with shop.unit() as uow:
        await learn.put_back(uow, ada, one.found.id)
        await uow.commit()
    (again,) = (await look(shop)).found
    assert 8 == again.asked


async def test_a_suggestion_comes_back_when_its_entry_is_gone_again(shop: Shop) -> None:
    """Taking back what was taught takes back the decision."""
    ada = await admin(shop)
    await ask(shop, INVOICE)
    await look(shop)
    made = entry(INVOICE[0], *INVOICE[1:], answer="下单时勾选", id=9)
    async with shop.unit() as uow:
        (one,) = (await learn.board(uow, ada, shop.book)).best
        await learn.taken(uow, ada, one, made)
        await uow.commit()

    shop.teach(faq=[made])
    async with shop.unit() as uow:
        assert 0 == (await learn.board(uow, ada, shop.book)).total
        with pytest.raises(Conflict):
            await learn.show(uow, ada, one.found.id, shop.book)
    shop.teach()
    async with shop.unit() as uow:
        (back,) = (await learn.board(uow, ada, shop.book)).best
    assert TAKEN == back.found.state
    (anew,) = (await look(shop)).found
    assert (OPEN, 4) == (anew.state, anew.asked)
    async with shop.unit() as uow:
        assert await uow.learning.suggestion(one.found.id) is None


async def test_the_first_of_two_admins_decides(shop: Shop) -> None:
    ada = await admin(shop)
    await ask(shop, INVOICE)
    await look(shop)
    async with shop.unit() as uow:
        (one,) = (await learn.board(uow, ada, shop.book)).best
        await learn.dismiss(uow, ada, one)
        with pytest.raises(Conflict):
            await learn.taken(uow, ada, one, HOW)
        with pytest.raises(Conflict):
            await learn.dismiss(uow, ada, one)
        found = await uow.learning.suggestion(one.found.id)
        with pytest.raises(NotFound):
            await learn.put_back(uow, ada, one.found.id + 1)
    assert found is not None
    assert DISMISSED == found.state


async def test_agents_may_not_teach(shop: Shop) -> None:
    bo = await admin(shop, Role.AGENT)
    async with shop.unit() as uow:
        with pytest.raises(NotAllowed):
            await learn.board(uow, bo, shop.book)
        with pytest.raises(NotAllowed):
            await learn.show(uow, bo, 1, shop.book)
        with pytest.raises(NotAllowed):
            await learn.put_back(uow, bo, 1)
        with pytest.raises(NotAllowed):
            await learn.doubtful(uow, bo, shop.book, shop.now)


async def test_an_agents_text_after_the_robots_answer_counts_against_its_entry(shop: Shop) -> None:
    ada = await admin(shop)
    shop.teach(faq=[HOW, entry("几点关门", answer="9 点", id=6)])
    await ask(shop, ["你好", "您好"])
    await note(shop, 1, "faq", entry=5, score=0.9)  # corrected
    await writes(shop, 1, "也可以刷卡")
    await writes(shop, 1, "还有别的问题吗")  # counts once
    await note(shop, 1, "faq", entry=5, score=0.9)  # found unhelpful, and not corrected as well
    await note(shop, 1, "unhelpful", entry=5)
    await writes(shop, 1, "请说")
    await note(shop, 1, "faq", entry=5, score=0.9)  # nothing against it: a rule spoke after it
    await note(shop, 1, "rule", rule=1)
    await writes(shop, 1, "好的")
    await note(shop, 2, "faq", entry=6, score=0.9)  # nothing against it: another conversation
    await note(shop, 2, "faq", entry=99, score=0.9)  # an entry that is gone
    await writes(shop, 2, "您好")

    async with shop.unit() as uow:
        (one,) = await learn.doubtful(uow, ada, shop.book, shop.now)

    assert (5, 3, 1, 1) == (one.entry.id, one.given, one.unhelpful, one.corrected)
    assert (2, pytest.approx(2 / 3)) == (one.against, one.share)


async def test_each_use_is_counted_once_however_often_and_wherever_the_job_runs(
    shop: Shop,
) -> None:
    async with shop.unit() as uow:
        (r,) = await uow.taught.add_rules([rule("价格")], shop.now)
        (e,) = await uow.library.add([HOW], shop.now)
        await uow.taught.touch()
        await uow.commit()
        playbook = await uow.taught.playbook()
    shop.teach(*playbook.rules, faq=playbook.faq)
    await ask(shop, ["价格", "价格多少", "怎么付款", "怎么付款？"])
    await shop.hears(said(f"c:faq:{e}", kind=Kind.PRESS))

    async def run() -> None:
        async with shop.unit() as uow:
            await count_uses.count(uow, shop.now)
            await uow.commit()

    async def counted() -> list[int]:
        async with shop.unit() as uow:
            found = await uow.taught.rule(r), await uow.library.entry(e)
        return [one.uses for one in found if one]

    await run()
    assert [0, 0] == await counted()  # too young
    shop.now += timedelta(seconds=31)
    await asyncio.gather(run(), run(), run())

    assert [2, 3] == await counted()
