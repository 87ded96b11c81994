"""Customers who do not answer: the mark, the reminder, the end."""

from dataclasses import replace

import pytest

from bot.handlers.silent_customer import remind
from core.messages import Content, Kind
from core.playbook import Prompt
from core.prompts import END, REMINDER
from core.states import State
from core.timers import END as END_TIMER
from core.timers import REMIND
from tests.handlers.ticking import Ticking

WORDS = "Are you still there, #nickname#? #agent# will close this soon."


@pytest.mark.requirement("QUE-30")
@pytest.mark.requirement("PRM-16")
async def test_after_five_minutes_of_silence_the_customer_is_reminded_and_it_is_marked(
    ticking: Ticking,
) -> None:
    """In the words that were taught, once, and only after the agent has had the last word."""
    picture = Content(Kind.TEXT, "Second message")
    ticking.teach(Prompt(REMINDER, None, True, WORDS, more=(picture,)))
    await ticking.policy(remind=True)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)

    await ticking.tick(minutes=4, seconds=59)
    assert await ticking.fired(ann) == []
    await ticking.tick(seconds=1)
    await ticking.tick(minutes=60)

    assert await ticking.fired(ann) == [REMIND]
    heard = await ticking.heard(ann)
    assert heard[1:] == ["Are you still there, Ann? Bo will close this soon.", "Second message"]
    talk = await ticking.talk(ann)
    assert (talk.state, talk.timed_out_at) == (
        State.SERVING,
        ticking.now.replace(hour=12, minute=5),
    )
    (notice,) = await ticking.told(bo)
    assert "Ann" in notice.words
    assert "5 min" in notice.words
    assert notice.presses == [f"end:{ann}"]


async def test_where_the_reminder_is_switched_off_it_is_only_marked(ticking: Ticking) -> None:
    ticking.teach(Prompt(REMINDER, None, False, WORDS))
    await ticking.policy(remind=True, remind_minutes=7)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)

    await ticking.tick(minutes=7)

    assert len(await ticking.heard(ann)) == 1
    assert (await ticking.talk(ann)).timed_out_at == ticking.now
    assert "timed out" in (await ticking.told(bo))[0].words


@pytest.mark.requirement("QUE-30")
async def test_a_message_of_the_customer_lifts_the_mark_and_the_agent_s_next_word_sets_it_again(
    ticking: Ticking,
) -> None:
    await ticking.policy(remind=True)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)
    await ticking.tick(minutes=5)

    await ticking.writes(ann)
    assert (await ticking.talk(ann)).timed_out_at is None
    assert await ticking.timers(ann) == {}
    await ticking.answers(bo, ann)

    assert await ticking.timers(ann) == {REMIND: 5}


@pytest.mark.requirement("QUE-29")
@pytest.mark.requirement("QUE-30")
@pytest.mark.parametrize("minutes", [30, 48 * 60])
async def test_after_the_set_time_it_ends(ticking: Ticking, minutes: int) -> None:
    """First the reminder, then the end with the end prompt; up to 48 hours."""
    ticking.teach(Prompt(END, None, True, "Goodbye #nickname#, #agent# says."))
    await ticking.policy(remind=True, end_minutes=minutes)
    bo = await ticking.agent("Bo", front_conversation_id=1)
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)
    bells: set[str] = set()
    ticking.database.on_commit = bells.update

    await ticking.tick(minutes=5)
    await ticking.tick(minutes=minutes - 6)
    assert (await ticking.talk(ann)).state is State.SERVING
    bells.clear()
    await ticking.tick(minutes=1)

    assert await ticking.fired(ann) == [REMIND, END_TIMER]
    talk = await ticking.talk(ann)
    assert (talk.state, talk.ended_at, talk.agent_id) == (State.ENDED, ticking.now, bo.id)
    assert (await ticking.heard(ann))[-1] == "Goodbye Ann, Bo says."
    assert (await ticking.member(bo)).front_conversation_id is None
    assert "silent" in (await ticking.system_lines(ann))[-1]
    assert "has ended" in (await ticking.told(bo))[-1].words
    assert bells >= {"line", "outbox"}
    assert await ticking.timers(ann) == {}
    moved = [e.data for e in await ticking.events(ann) if e.kind == "state"][-1]
    assert moved is not None
    assert (moved["move"], moved["why"], moved["agent"]) == ("end", "silent", bo.id)


async def test_without_an_end_prompt_the_customer_is_told_that_it_is_over(
    ticking: Ticking,
) -> None:
    await ticking.policy(end_minutes=1)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)

    await ticking.tick(minutes=1)

    assert (await ticking.heard(ann))[-1].startswith("The conversation has ended.")


@pytest.mark.parametrize("switched", [{"remind": False}, {"end_minutes": 0}])
async def test_what_was_switched_off_meanwhile_does_not_happen(
    ticking: Ticking, switched: dict[str, bool | int]
) -> None:
    both = {"remind": True, "remind_minutes": 5, "end_minutes": 6}
    await ticking.policy(**both)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)

    await ticking.policy(**{**both, **switched})
    for minutes in (5, 1):
        await ticking.tick(minutes=minutes)

    assert await ticking.fired(ann) == [REMIND if "remind" not in switched else END_TIMER]


async def test_a_timer_that_is_moved_while_somebody_looks_does_not_happen(
    ticking: Ticking,
) -> None:
    await ticking.policy(remind=True)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)
    ticking.later(minutes=5)
    async with ticking.unit() as uow:
        seen = await uow.timers.due(ticking.now, 9)
    await ticking.answers(bo, ann)

    await ticking.says(remind, seen, book=ticking.book)

    assert len(seen) == 1
    assert await ticking.fired(ann) == []
    assert await ticking.timers(ann) == {REMIND: 5}


async def test_a_timer_that_the_facts_contradict_does_nothing(ticking: Ticking) -> None:
    """It was set by a policy that has changed twice: the customer has had the last word."""
    await ticking.policy(remind=True, end_minutes=5)
    bo = await ticking.agent("Bo")
    ann, ben = await ticking.serves(bo, "Ann"), await ticking.waits("Ben")
    for number in (ann, ben):
        await ticking.set_timer(REMIND, number)
        await ticking.set_timer(END_TIMER, number)

    await ticking.tick()

    assert await ticking.fired(ann) == await ticking.fired(ben) == []
    assert (await ticking.talk(ann)).state is State.SERVING
    assert (await ticking.talk(ben)).state is State.WAITING


async def test_the_group_s_own_policy_and_words_count(ticking: Ticking) -> None:
    await ticking.policy(remind=True, remind_minutes=5)
    await ticking.policy(f"group:{ticking.repairs}", remind_minutes=9)
    common = Prompt(REMINDER, None, True, "Common words")
    own = replace(common, account=f"group:{ticking.repairs}", body="Own words")
    ticking.teach(common, own)
    bo = await ticking.agent("Bo", groups=(ticking.sales, ticking.repairs))
    ann = await ticking.serves(bo, "Ann")
    ben = await ticking.serves(bo, "Ben", group=ticking.repairs)
    for number in (ann, ben):
        await ticking.answers(bo, number)

    await ticking.tick(minutes=5)
    assert [(await ticking.heard(n))[1:] for n in (ann, ben)] == [["Common words"], []]
    await ticking.tick(minutes=4)

    assert (await ticking.heard(ben))[1:] == ["Own words"]
