"""Ending conversations, over a real database of each kind."""

import asyncio

import pytest

from bot.handlers.desk_end import Over, end
from bot.handlers.desk_take import take
from core.errors import Conflict, NotFound
from core.states import Author, Direction, Role, State
from tests.handlers.floor import Floor


@pytest.mark.requirement("QUE-15")
@pytest.mark.requirement("QUE-06")
async def test_an_agent_ends_a_conversation_of_their_own(floor: Floor) -> None:
    """It is ended, nothing is in front any more, and the customer is told once."""
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()
    await floor.says(take, bo, ann)
    floor.later(minutes=9)

    over = await floor.says(end, bo, ann)

    assert over == Over(ann, "Ann")
    talk = await floor.talk(ann)
    assert (talk.state, talk.ended_at, talk.agent_id) == (State.ENDED, floor.now, bo.id)
    assert (await floor.member(bo)).front_conversation_id is None
    assert await floor.held(bo) == []
    told = (await floor.rows(account="shop"))[1:]
    assert [r.content.text for r in told] == [
        "The conversation has ended. Write any time to start a new one."
    ]
    out = [x for x in await floor.transcript(ann) if x.direction is Direction.OUT]
    assert (out[-1].external_id, out[-1].author) == (told[0].key, Author.ROBOT)


@pytest.mark.requirement("QUE-14")
async def test_the_transcript_says_who_ends_service(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")

    await floor.says(end, bo, ann)

    assert await floor.system_lines(ann) == ["20:00 Bo ends service"]


@pytest.mark.requirement("QUE-15")
@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMIN, Role.OWNER])
async def test_nobody_ends_what_another_serves(floor: Floor, role: Role) -> None:
    bo, other = await floor.agent("Bo"), await floor.agent("Cy", role=role)
    ann = await floor.serves(bo, "Ann")

    with pytest.raises(Conflict) as refusal:
        await floor.says(end, other, ann)

    assert refusal.value.key == "desk.not_yours"
    assert (await floor.talk(ann)).state is State.SERVING
    assert await floor.rows(account="shop") == []


async def test_without_a_number_the_one_in_front_ends(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")
    await floor.do(lambda uow: uow.staffing.change(bo.id, front_conversation_id=dee))

    await floor.says(end, bo, None)

    assert await floor.held(bo) == [ann]


async def test_without_a_number_and_with_nothing_in_front_nothing_ends(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")
    over = await floor.serves(bo, "Over")
    await floor.says(end, bo, over)

    with pytest.raises(NotFound):
        await floor.says(end, bo, None)
    await floor.do(lambda uow: uow.staffing.change(bo.id, front_conversation_id=over))
    with pytest.raises(NotFound):
        await floor.says(end, bo, None)

    assert await floor.held(bo) == [ann]


async def test_ending_twice_at_the_same_moment_ends_once(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")

    results = await asyncio.gather(
        *(floor.says(end, bo, ann) for _ in range(2)), return_exceptions=True
    )

    assert sorted(type(r) for r in results if isinstance(r, Conflict)) == [Conflict]
    assert len(await floor.system_lines(ann)) == 1
    assert len(await floor.rows(account="shop")) == 1


async def test_the_end_frees_a_seat_for_who_waits(floor: Floor) -> None:
    bo = await floor.agent("Bo", capacity=1)
    ann = await floor.serves(bo, "Ann")
    dee = await floor.waits("Dee")
    bells: set[str] = set()
    floor.database.on_commit = bells.update

    await floor.says(end, bo, ann)
    assert "line" in bells
    await floor.settle()

    assert await floor.lying(bo) == [dee]


async def test_the_end_is_recorded_with_who_did_it(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")

    await floor.says(end, bo, ann)

    (event,) = await floor.events(ann)
    assert (event.kind, event.staff_id) == ("state", bo.id)
    assert event.data == {"from": "SERVING", "to": "ENDED", "move": "end", "agent": bo.id}
