"""What is asked of the line and of ratings gives the same answers on both databases."""

from datetime import timedelta

from core.states import State
from storage.engine import Database
from storage.repos.conversations import Event
from storage.repos.ratings import REMARK_ASKED, REMARKED, Rated
from tests.handlers.floor import Floor


async def test_ranks_speed_and_ratings(database: Database) -> None:
    floor = await Floor(database).open()
    agent = await floor.agent()
    first, ahead = await floor.waits(said=()), await floor.waits(said=())
    served = [await floor.serves(agent, said=()) for _ in range(3)]
    talks = [await floor.talk(number) for number in (ahead, *served)]
    talks[0].rank, talks[0].waits_as = -2, "callback"
    for number, talk in enumerate(talks[1:]):
        talk.serving_since = floor.now - timedelta(minutes=number)
    talks[1].state, talks[1].ended_at = State.ENDED, floor.now
    async with floor.unit() as uow:
        await uow.conversations.update(talks)

        both = [floor.sales, floor.repairs]
        assert await uow.waits.ahead(both) == {floor.sales: {0: 1, -2: 1}, floor.repairs: {}}
        assert await uow.waits.ahead([]) == {}
        since = floor.now - timedelta(minutes=1, seconds=1)
        found = await uow.waits.served(both, since, 9)
        assert sorted(found[floor.sales]) == [
            (floor.now - timedelta(minutes=1), None),
            (floor.now, floor.now),
        ]
        assert found[floor.repairs] == []
        latest = await uow.waits.served(both, since, 1)
        assert latest[floor.sales] == [(floor.now, floor.now)]
        await uow.waits.watch_again([ahead, first])
        assert {t.waits_as for t in (await uow.conversations.by_ids([ahead, first])).values()} == {
            ""
        }

        number, person = talks[1].id, talks[1].identity_id
        asked = Rated(number, agent.id, floor.sales)
        await uow.ratings.ask([asked], floor.now)
        await uow.ratings.ask([asked], floor.now)
        (rated,) = (await uow.ratings.lock([number, 99])).values()
        assert rated == asked
        rated.score, rated.remark, rated.rated_at = 5, "good", floor.now
        await uow.ratings.update([rated])
        assert await uow.ratings.lock([number]) == {number: rated}

        before = floor.now - timedelta(minutes=10)
        assert await uow.ratings.remarks_due([person], before) == {}
        await uow.conversations.record([Event(number, floor.now, REMARK_ASKED)])
        assert await uow.ratings.remarks_due([person, 99], before) == {person: number}
        assert await uow.ratings.remarks_due([person], floor.now) == {}
        await uow.conversations.record([Event(number, floor.now, REMARKED)])
        assert await uow.ratings.remarks_due([person], before) == {}
