"""What agents write reaches the right customer and nobody else, over a real database."""

import asyncio
import itertools

import pytest

from bot.handlers.agent_reply import NeverSent, NotTheirs, Sent, Unclear, Written, edit, reply
from bot.handlers.desk_end import end
from bot.handlers.desk_transfer import to_agent
from core.errors import BadRequestText
from core.messages import Content, Kind, Media, text
from core.states import Author, Direction, State
from storage.repos.outbox import MIRROR, Binding, Died, Owed
from storage.repos.staffing import StaffMember
from tests.handlers.floor import Floor, Row

_ids = itertools.count(5000)
FILE = Media("staff", "f-1", "a.bin", "x/y", 12, 3)


def wrote(
    floor: Floor, what: Content | str, *, to: str | None = None, id: str | None = None
) -> Written:
    content = text(what) if isinstance(what, str) else what
    return Written(content, id or str(next(_ids)), to, floor.now)


async def mirrored(floor: Floor, agent: StaffMember, number: int, shows: str) -> str:
    """Let *agent* see a customer's message, and return the staff chat's id of it."""
    key = floor.voice.new_key()
    owed = Owed(key, "staff", agent.chat, text("mirror"), MIRROR, number, shows=shows)
    await floor.do(lambda uow: uow.outbox.add([owed], floor.now))
    return (await floor.delivered())[key]


async def front(floor: Floor, agent: StaffMember, number: int | None) -> None:
    await floor.do(lambda uow: uow.staffing.change(agent.id, front_conversation_id=number))


async def replies(floor: Floor) -> list[Row]:
    return await floor.rows(purpose="reply")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(Content(Kind.TEXT, "hello"), id="text"),
        pytest.param(Content(Kind.PHOTO, "look", FILE), id="photo"),
        pytest.param(Content(Kind.VOICE, media=FILE), id="voice"),
        pytest.param(Content(Kind.VIDEO, media=FILE), id="video"),
        pytest.param(Content(Kind.VIDEO_NOTE, media=FILE), id="video note"),
        pytest.param(Content(Kind.AUDIO, media=FILE), id="audio"),
        pytest.param(Content(Kind.DOCUMENT, media=FILE), id="document"),
        pytest.param(Content(Kind.ANIMATION, media=FILE), id="animation"),
        pytest.param(Content(Kind.STICKER, media=FILE, data={"emoji": "😀"}), id="sticker"),
        pytest.param(
            Content(Kind.LOCATION, data={"latitude": 1.5, "longitude": 2.5}), id="location"
        ),
        pytest.param(
            Content(Kind.CONTACT, data={"phone_number": "1", "first_name": "A"}), id="contact"
        ),
    ],
)
async def test_every_kind_goes_to_the_customer_as_it_is(floor: Floor, content: Content) -> None:
    """One row and one line under one key; the line is under the agent's name."""
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")

    assert await floor.says(reply, bo, wrote(floor, content)) == Sent(ann, "Ann")

    (row,) = await replies(floor)
    assert row.content == content
    assert (row.account, row.conversation_id, row.staff_id) == ("shop", ann, bo.id)
    line = (await floor.transcript(ann))[-1]
    assert (line.external_id, line.direction) == (row.key, Direction.OUT)
    assert (line.author, line.author_name, line.staff_id) == (Author.AGENT, "Bo", bo.id)
    assert (line.content.kind, line.content.text) == (content.kind, content.text)


async def test_a_reply_goes_to_the_customer_whose_message_it_answers(floor: Floor) -> None:
    """Whatever is in front, and quoting the customer's own message."""
    bo = await floor.agent("Bo")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")
    await front(floor, bo, dee)
    mirror = await mirrored(floor, bo, ann, "p77")

    await floor.says(reply, bo, wrote(floor, "yes", to=mirror))

    (row,) = await replies(floor)
    assert (row.conversation_id, row.reply_to) == (ann, "p77")
    assert (await floor.transcript(ann))[-1].reply_to == "p77"


async def test_plain_text_goes_to_the_one_in_front(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    await floor.serves(bo, "Ann")
    dee = await floor.serves(bo, "Dee")
    await front(floor, bo, dee)

    await floor.says(reply, bo, wrote(floor, "#1 Ann, hello"))

    (row,) = await replies(floor)
    assert (row.conversation_id, row.reply_to) == (dee, None)


async def test_with_one_conversation_no_switch_is_needed(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")

    assert await floor.says(reply, bo, wrote(floor, "hello")) == Sent(ann, "Ann")


async def test_with_several_and_none_in_front_nothing_is_sent(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")

    outcome = await floor.says(reply, bo, wrote(floor, "hello"))

    assert isinstance(outcome, Unclear)
    assert [p.talk.id for p in outcome.open] == [ann, dee]
    assert await replies(floor) == []


async def test_a_front_that_is_over_is_no_front(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann, dee, eve = [await floor.serves(bo, name) for name in ("Ann", "Dee", "Eve")]
    await floor.says(end, bo, ann)
    await front(floor, bo, ann)

    outcome = await floor.says(reply, bo, wrote(floor, "hello"))

    assert isinstance(outcome, Unclear)
    assert [p.talk.id for p in outcome.open] == [dee, eve]


async def test_without_conversations_nothing_is_sent(floor: Floor) -> None:
    outcome = await floor.says(reply, await floor.agent("Bo"), wrote(floor, "hello"))

    assert outcome == Unclear(())


async def test_a_reply_to_an_ended_conversation_is_not_sent_elsewhere(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")
    mirror = await mirrored(floor, bo, ann, "p1")
    await floor.says(end, bo, ann)
    await front(floor, bo, dee)
    before = len(await replies(floor))

    outcome = await floor.says(reply, bo, wrote(floor, "hello", to=mirror))

    assert isinstance(outcome, NotTheirs)
    assert (outcome.conversation_id, outcome.state, outcome.agent) == (ann, State.ENDED, None)
    assert [p.talk.id for p in outcome.open] == [dee]
    assert len(await replies(floor)) == before


async def test_who_has_handed_it_on_can_write_in_it_no_more(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(bo, "Ann")
    mirror = await mirrored(floor, bo, ann, "p1")
    await floor.says(to_agent, bo, ann, cy.id)
    before = len(await replies(floor))

    outcome = await floor.says(reply, bo, wrote(floor, "hello", to=mirror))

    assert isinstance(outcome, NotTheirs)
    assert outcome.agent == "Cy"
    assert len(await replies(floor)) == before


async def test_a_card_that_was_not_taken_cannot_be_answered(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    await floor.serves(bo, "Mine")
    await floor.waits("Ann")
    await floor.settle()
    card = (await floor.delivered()).popitem()[1]

    outcome = await floor.says(reply, bo, wrote(floor, "hello", to=card))

    assert isinstance(outcome, NotTheirs)
    assert outcome.state is State.WAITING
    assert await replies(floor) == []


async def test_a_reply_to_a_message_of_nobody_is_never_a_guess(floor: Floor) -> None:
    """They mean a certain customer; the one in front may be another."""
    bo = await floor.agent("Bo")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")
    await front(floor, bo, dee)

    outcome = await floor.says(reply, bo, wrote(floor, "hello", to="999"))

    assert isinstance(outcome, Unclear)
    assert [p.talk.id for p in outcome.open] == [ann, dee]
    assert await replies(floor) == []


async def test_message_ids_of_another_agents_chat_mean_nothing(floor: Floor) -> None:
    """Two private chats may hold the same message id."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(cy, "Dee")
    bindings = [Binding(bo.chat, "50", ann, None), Binding(cy.chat, "50", dee, None)]
    await floor.do(lambda uow: uow.outbox.bind(bindings, floor.now))

    await floor.says(reply, bo, wrote(floor, "for Ann", to="50"))
    await floor.says(reply, cy, wrote(floor, "for Dee", to="50"))

    assert [(r.conversation_id, r.content.text) for r in await replies(floor)] == [
        (ann, "for Ann"),
        (dee, "for Dee"),
    ]


async def test_their_own_message_can_be_replied_to(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")
    await front(floor, bo, ann)
    await floor.says(reply, bo, wrote(floor, "first", id="70"))
    await front(floor, bo, dee)

    await floor.says(reply, bo, wrote(floor, "and one more thing", to="70"))

    assert [r.conversation_id for r in await replies(floor)] == [ann, ann]


@pytest.mark.parametrize("kind", [Kind.UNKNOWN, Kind.POLL])
async def test_a_kind_that_cannot_be_sent_on_is_refused(floor: Floor, kind: Kind) -> None:
    bo = await floor.agent("Bo")
    await floor.serves(bo, "Ann")

    with pytest.raises(BadRequestText):
        await floor.says(reply, bo, wrote(floor, Content(kind, data={"type": "game"})))

    assert await replies(floor) == []


async def test_twenty_agents_writing_at_once_reach_their_own_customers(floor: Floor) -> None:
    """Each reply goes to the customer it answers, with all of them in one burst."""
    agents = [await floor.agent(f"A{n}") for n in range(5)]
    meant = []
    for agent in agents:
        for name in "WXYZ":
            number = await floor.serves(agent, f"{agent.name}{name}")
            meant.append((agent, number, await mirrored(floor, agent, number, f"p{number}")))

    await asyncio.gather(
        *(
            floor.says(reply, agent, wrote(floor, f"for {number}", to=mirror))
            for agent, number, mirror in meant
        )
    )

    sent = {r.conversation_id: (r.content.text, r.reply_to) for r in await replies(floor)}
    assert sent == {number: (f"for {number}", f"p{number}") for _, number, _ in meant}


async def test_writing_while_the_conversation_ends_is_sent_or_told_and_never_stuck(
    floor: Floor,
) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")
    mirror = await mirrored(floor, bo, ann, "p1")

    *outcomes, _ = await asyncio.gather(
        *(floor.says(reply, bo, wrote(floor, f"{n}", to=mirror)) for n in range(8)),
        floor.says(end, bo, ann),
    )

    sent = [o for o in outcomes if isinstance(o, Sent)]
    assert len(sent) + len([o for o in outcomes if isinstance(o, NotTheirs)]) == 8
    assert len([r for r in await replies(floor) if r.staff_id]) == len(sent)


# -- edits ---------------------------------------------------------------------------------------


async def test_an_edit_replaces_what_the_customer_has(floor: Floor) -> None:
    """The transcript keeps both versions; the new one says that it is an edit."""
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")
    await floor.says(reply, bo, wrote(floor, "1oo yuan", id="80"))
    await floor.delivered()

    outcome = await floor.says(edit, bo, wrote(floor, "100 yuan", id="80"))

    assert outcome == Sent(ann, "Ann")
    first, second = await replies(floor)
    assert (second.edits_key, second.content.text) == (first.key, "100 yuan")
    lines = (await floor.transcript(ann))[-2:]
    assert [(x.content.text, x.edited) for x in lines] == [("1oo yuan", False), ("100 yuan", True)]
    assert [x.external_id for x in lines] == [first.key, second.key]


async def test_an_edit_follows_an_original_that_is_still_on_its_way(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    await floor.serves(bo, "Ann")
    for n, words in enumerate(("one", "two", "three")):
        await floor.says(edit if n else reply, bo, wrote(floor, words, id="80"))

    first, second, third = await replies(floor)

    assert second.edits_key == third.edits_key == first.key


async def test_an_edit_after_one_that_failed_still_arrives(floor: Floor) -> None:
    """It replaces the version that the customer has, not the one that never came."""
    bo = await floor.agent("Bo")
    await floor.serves(bo, "Ann")
    await floor.says(reply, bo, wrote(floor, "one", id="80"))
    await floor.delivered()
    await floor.says(edit, bo, wrote(floor, "two", id="80"))
    async with floor.unit() as uow:
        (claimed,) = await uow.outbox.claim(9, floor.now, floor.now)
        await uow.outbox.settle(died=[Died(claimed.id, "not modified")], now=floor.now)
        await uow.commit()

    await floor.says(edit, bo, wrote(floor, "three", id="80"))

    rows = await replies(floor)
    assert rows[2].edits_key == rows[0].key


async def test_an_edit_of_what_was_never_sent_goes_nowhere(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    await floor.serves(bo, "Ann")
    await floor.serves(bo, "Dee")
    await floor.says(reply, bo, wrote(floor, "to whom?", id="80"))

    assert await floor.says(edit, bo, wrote(floor, "to you", id="80")) == NeverSent()
    assert await replies(floor) == []


async def test_an_edit_in_a_conversation_that_is_over_goes_nowhere(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")
    await floor.says(reply, bo, wrote(floor, "one", id="80"))
    await floor.says(end, bo, ann)
    before = len(await replies(floor))

    outcome = await floor.says(edit, bo, wrote(floor, "two", id="80"))

    assert isinstance(outcome, NotTheirs)
    assert len(await replies(floor)) == before
