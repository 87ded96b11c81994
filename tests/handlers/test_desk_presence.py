"""Coming and going, and the agent's own switches, over a real database of each kind."""

import pytest

from bot.handlers.desk_presence import set_auto_reply, set_presence
from bot.handlers.desk_switch import switch
from core.errors import Conflict, NotFound
from core.states import Presence
from tests.handlers.floor import Floor


@pytest.mark.parametrize("presence", list(Presence))
async def test_presence_is_remembered(floor: Floor, presence: Presence) -> None:
    bo = await floor.agent("Bo", presence=Presence.OFFLINE)

    await floor.says(set_presence, bo, presence)

    assert (await floor.member(bo)).presence is presence


async def test_a_change_of_presence_is_written_down_and_rings(floor: Floor) -> None:
    bo = await floor.agent("Bo", presence=Presence.OFFLINE)
    bells: set[str] = set()
    floor.database.on_commit = bells.update

    await floor.says(set_presence, bo, Presence.ONLINE)
    await floor.says(set_presence, bo, Presence.ONLINE)

    assert bells == {"line"}
    async with floor.unit() as uow:
        (change,) = await uow.audit.newest(9, subject="presence")
    assert (change.staff_id, change.actor, change.at) == (bo.id, "Bo", floor.now)
    assert (change.before, change.after) == ({"presence": "offline"}, {"presence": "online"})


async def test_who_leaves_keeps_their_conversations_and_learns_how_many(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    held = [await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")]

    attending = await floor.says(set_presence, bo, Presence.OFFLINE)

    assert (attending.open, attending.returned) == (2, 0)
    assert await floor.held(bo) == held


async def test_auto_reply_is_off_until_the_agent_switches_it_on(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    assert bo.auto_reply is False

    await floor.do(set_auto_reply, bo, True, floor.now)
    assert (await floor.member(bo)).auto_reply is True

    await floor.do(set_auto_reply, bo, False, floor.now)
    assert (await floor.member(bo)).auto_reply is False
    async with floor.unit() as uow:
        changes = await uow.audit.newest(9, subject="auto_reply")
    assert [c.after for c in changes] == [{"auto_reply": False}, {"auto_reply": True}]


async def test_switching_puts_a_conversation_of_theirs_in_front(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    await floor.serves(bo, "Ann")
    dee = await floor.serves(bo, "Dee")

    assert await floor.do(switch, bo, dee) == "Dee"

    assert (await floor.member(bo)).front_conversation_id == dee


async def test_nobody_can_put_another_agents_conversation_in_front(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(cy, "Ann")

    with pytest.raises(Conflict):
        await floor.do(switch, bo, ann)
    with pytest.raises(NotFound):
        await floor.do(switch, bo, 999)

    assert (await floor.member(bo)).front_conversation_id is None
