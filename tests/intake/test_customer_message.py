"""What customers' messages lead to, over a real database of each kind."""

import asyncio

import pytest

from core.messages import Button, Kind
from core.playbook import Match, Prompt
from core.states import Author, Direction, State
from storage.repos.conversations import Talk
from storage.repos.messages import TranscriptLine
from tests.people import ENGLISH, Shop, entry, rule, said

WELCOME = ENGLISH("prompt.welcome.body")


async def talk_of(shop: Shop, person: str = "2001") -> Talk:
    async with shop.unit() as uow:
        account = (await uow.accounts.all())[0]
        found = await uow.people.find([(account.id, person)])
        open_ = await uow.conversations.lock_open([p.id for p in found.values()])
        (talk,) = open_.values()
        return talk


async def transcript(shop: Shop, talk: Talk) -> list[TranscriptLine]:
    async with shop.unit() as uow:
        return (await uow.messages.page(talk.id, offset=0, limit=1000))[0]


@pytest.mark.requirement("ARP-01")
async def test_a_rule_answers_a_message_that_matches(shop: Shop) -> None:
    shop.teach(rule("多少钱", match=Match.ALL))

    await shop.hears(said("这个多少钱？"))

    assert [WELCOME, "100 块"] == await shop.owed()


async def test_several_replies_go_out_in_their_order(shop: Shop) -> None:
    shop.teach(rule("hours", reply=["Nine to six.", "Closed on Sundays.", "See you!"]))
    await shop.hears(said("hello"))
    await shop.owed()

    await shop.hears(said("your hours"))

    assert ["Nine to six.", "Closed on Sundays.", "See you!"] == await shop.owed()


@pytest.mark.requirement("ARP-20")
async def test_automatic_messages_stand_in_the_transcript_under_a_name_of_their_own(
    shop: Shop,
) -> None:
    shop.teach(rule("price"))

    await shop.hears(said("price"))

    lines = [
        line
        for line in await transcript(shop, await talk_of(shop))
        if line.direction is Direction.OUT
    ]
    assert ["100 块"] == [line.content.text for line in lines if line.content.text != WELCOME]
    assert {(Author.ROBOT, "智能客服")} == {(line.author, line.author_name) for line in lines}


@pytest.mark.requirement("ARP-19")
async def test_a_similar_question_is_answered_like_the_question_itself(shop: Shop) -> None:
    shop.teach(faq=[entry("多久发货", "什么时候发货", "几天能到", answer="48 小时内发货")])
    await shop.hears(said("hi"))
    await shop.owed()

    for words in ("多久发货", "几天能到？", "什么时候发货"):
        await shop.hears(said(words))
        assert ["48 小时内发货"] == await shop.owed()


@pytest.mark.requirement("ARP-17")
async def test_answers_are_looked_for_in_the_documented_order(shop: Shop) -> None:
    """Prompts on entry, then keyword rules, then the FAQ, then the hint: each only where the one
    before had nothing to say."""
    shop.teach(
        rule("发货", reply="rule"),
        faq=[entry("多久发货", answer="faq"), entry("能开发票吗", answer="invoice", id=2)],
    )

    await shop.hears(said("多久发货"))
    assert [WELCOME, "rule"] == await shop.owed()
    await shop.hears(said("能开发票吗"))
    assert ["invoice"] == await shop.owed()
    await shop.hears(said("qwertz"))
    assert [ENGLISH("customer.no_answer")] == await shop.owed()


async def test_the_hint_comes_once_until_the_bot_knows_an_answer_again(shop: Shop) -> None:
    shop.teach(rule("price"))
    await shop.hears(said("qwertz"))
    assert [WELCOME] == await shop.owed()

    await shop.hears(said("qwertz"), said("uiop"))
    assert [ENGLISH("customer.no_answer")] == await shop.owed()
    await shop.hears(said("price"), said("uiop"))
    assert ["100 块", ENGLISH("customer.no_answer")] == await shop.owed()


@pytest.mark.parametrize(
    "words",
    ["人工", "转人工", "客服", "human", "agent", "/human", "Human!", "我要转人工", "ＡＧＥＮＴ"],
)
async def test_asking_for_a_person_always_reaches_the_line(shop: Shop, words: str) -> None:
    """Even a rule with the same word cannot keep a customer with the bot."""
    shop.teach(rule("人工", "human", "agent", "客服", reply="no"))
    await shop.hears(said("hi"))
    await shop.owed()

    await shop.hears(said(words))

    assert [ENGLISH("customer.position", place=1)] == await shop.owed()
    assert State.WAITING is (await talk_of(shop)).state


async def test_everybody_in_the_line_is_told_their_own_place(shop: Shop) -> None:
    await shop.hears(*(said("human", by=str(2001 + i)) for i in range(3)))

    texts = [t for t in await shop.owed() if t != WELCOME]
    assert sorted(ENGLISH("customer.position", place=i) for i in (1, 2, 3)) == sorted(texts)

    await shop.hears(said("human", by="2003"))
    assert [ENGLISH("customer.position", place=3)] == await shop.owed()


async def test_the_bot_is_silent_while_a_person_serves(shop: Shop) -> None:
    shop.teach(rule("price"))
    agent = await shop.agent()
    await serve(shop, agent.id)

    await shop.hears(said("price"))

    assert [] == await shop.owed()


@pytest.mark.requirement("ARP-02")
async def test_rules_fire_for_an_agents_customers_only_while_the_agents_switch_is_on(
    shop: Shop,
) -> None:
    shop.teach(rule("price"))
    agent = await shop.agent()
    await serve(shop, agent.id)

    async with shop.unit() as uow:
        await uow.staffing.change(agent.id, auto_reply=True)
        await uow.commit()
    await shop.hears(said("price"))
    assert ["100 块"] == await shop.owed()

    async with shop.unit() as uow:
        await uow.staffing.change(agent.id, auto_reply=False)
        await uow.commit()
    await shop.hears(said("price"))
    assert [] == await shop.owed()


async def serve(shop: Shop, agent_id: int) -> None:
    await shop.hears(said("human"))
    async with shop.unit() as uow:
        talk = await talk_of_open(shop)
        assert await uow.seats.claim(talk, agent_id, shop.now)
        await uow.commit()
    await shop.owed()


async def talk_of_open(shop: Shop) -> int:
    async with shop.unit() if not shop.database.is_sqlite else _reading(shop) as uow:
        (waiting,) = await uow.line.oldest([shop.group], 10)
        return waiting.conversation_id


def _reading(shop: Shop):  # type: ignore[no-untyped-def]
    from storage.uow import UnitOfWork

    return UnitOfWork(shop.database, reading=True)


async def test_what_a_served_customer_writes_goes_to_the_agent_in_order(shop: Shop) -> None:
    agent = await shop.agent()
    await serve(shop, agent.id)

    await shop.hears(said("one"), said("two"))
    await shop.hears(said("three"))

    assert ["one", "two", "three"] == await shop.owed("staff")


async def test_the_same_event_does_nothing_twice(shop: Shop) -> None:
    shop.teach(rule("price"))
    message = said("price", id="77")

    first = await shop.hears(message, message)
    second = await shop.hears(message)

    assert ["kept", "duplicate", "duplicate"] == [*first, *second]
    assert [WELCOME, "100 块"] == await shop.owed()


async def test_the_same_event_in_two_processes_at_once_happens_once(shop: Shop) -> None:
    shop.teach(rule("price"))
    message = said("price", id="78")

    outcomes = await asyncio.gather(
        *(shop.hears(message) for _ in range(6)), return_exceptions=True
    )

    kept = [o for o in outcomes if o == ["kept"]]
    assert 1 == len(kept)
    assert [WELCOME, "100 块"] == await shop.owed()


async def test_ending_and_writing_on_in_one_batch_opens_a_new_conversation(shop: Shop) -> None:
    shop.teach(rule("price"))
    await shop.hears(said("hello"))
    before = await talk_of(shop)
    await shop.owed()

    await shop.hears(said("/end"), said("price"), said("/end"), said("price"))

    after = await talk_of(shop)
    assert before.id < after.id
    ended = ENGLISH("customer.ended")
    assert [ended, "100 块", ended, "100 块"] == await shop.owed()


@pytest.mark.requirement("PRM-02")
async def test_the_welcome_is_on_by_default_and_has_a_body_and_a_menu(shop: Shop) -> None:
    await shop.hears(said("hello"))

    (line,) = [
        line
        for line in await transcript(shop, await talk_of(shop))
        if line.direction is Direction.OUT
    ]
    assert WELCOME == line.content.text
    assert [["c:human"]] == [[b.data for b in row] for row in line.content.buttons]


@pytest.mark.parametrize(
    ("prompts", "sent"),
    [
        pytest.param([Prompt("welcome", None, True, "Hi!", ())], ["Hi!"], id="edited"),
        pytest.param([Prompt("welcome", None, False, "Hi!", ())], [], id="off"),
        pytest.param(
            [
                Prompt("welcome", None, True, "Hi!", ()),
                Prompt("welcome", "shop", True, "Hi from the shop!", ()),
            ],
            ["Hi from the shop!"],
            id="an account's own",
        ),
        pytest.param([Prompt("welcome", "other", True, "No", ())], [WELCOME], id="another's own"),
    ],
)
async def test_the_welcome_can_be_edited_switched_off_and_set_for_an_account(
    shop: Shop, prompts: list[Prompt], sent: list[str]
) -> None:
    shop.teach(prompts=prompts)

    await shop.hears(said("hello"))

    assert sent == await shop.owed()


async def test_the_source_of_a_start_link_stays_with_the_conversation(shop: Shop) -> None:
    await shop.hears(said("/start src_qr01", source="src_qr01"))
    await shop.hears(said("/start src_other", source="src_other"))

    assert "src_qr01" == (await talk_of(shop)).source


async def test_a_press_on_an_offered_question_is_answered(shop: Shop) -> None:
    shop.teach(faq=[entry("多久发货", answer="48 小时内发货", id=7)])
    await shop.hears(said("hi"))
    await shop.owed()

    await shop.hears(said("c:faq:7", kind=Kind.PRESS))
    assert ["48 小时内发货"] == await shop.owed()
    await shop.hears(said("c:faq:999", kind=Kind.PRESS), said("c:faq:²", kind=Kind.PRESS))
    assert [ENGLISH("customer.entry_gone")] == await shop.owed()


async def test_a_menu_button_that_says_something_is_like_saying_it(shop: Shop) -> None:
    shop.teach(
        rule("price"),
        prompts=[Prompt("welcome", None, True, "Hi!", (Button("Prices", "c:say:price"),))],
    )
    await shop.hears(said("hello"))
    await shop.owed()

    await shop.hears(said("c:say:price", kind=Kind.PRESS))

    assert ["100 块"] == await shop.owed()


async def test_a_customer_who_shuts_us_out_is_marked_until_they_write_again(shop: Shop) -> None:
    await shop.hears(said("hello"))
    await shop.hears(said("", kind=Kind.BLOCKED))
    assert True is await blocked(shop)

    await shop.hears(said("I am back"))
    assert False is await blocked(shop)


async def blocked(shop: Shop) -> bool:
    async with shop.unit() as uow:
        account = (await uow.accounts.all())[0]
        (person,) = (await uow.people.find([(account.id, "2001")])).values()
        return person.blocked


async def test_an_edited_message_is_kept_as_a_version_and_not_answered_again(shop: Shop) -> None:
    shop.teach(rule("price"))
    await shop.hears(said("price"))
    await shop.owed()

    await shop.hears(said("price please", edited=True))

    assert [] == await shop.owed()
    versions = [
        (line.content.text, line.edited)
        for line in await transcript(shop, await talk_of(shop))
        if line.direction is Direction.IN
    ]
    assert [("price", False), ("price please", True)] == versions
