"""What our people may see, over a real database of each kind."""

import pytest

from bot.handlers.board import line_lengths
from bot.handlers.desk_end import end
from bot.handlers.desk_view import details, history, waiting_page
from core.errors import NotAllowed, NotFound
from core.states import Direction, Role
from tests.handlers.floor import Floor


@pytest.mark.requirement("QUE-12")
async def test_agents_see_how_many_wait_in_their_groups_and_nobodys_name(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    first = floor.now
    await floor.waits("Ann")
    floor.later(minutes=2)
    await floor.waits("Dee")
    await floor.waits("Eve", group=floor.repairs)

    async with floor.unit() as uow:
        (line,) = await line_lengths(uow, bo, floor.voice.policies, floor.now)
        assert (line.name, line.waiting, line.since) == ("Sales", 2, first)
        with pytest.raises(NotAllowed):
            await waiting_page(uow, bo, 1, voice=floor.voice)


@pytest.mark.requirement("QUE-12")
@pytest.mark.requirement("CHN-15")
async def test_admins_see_who_waits_in_every_group(floor: Floor) -> None:
    boss = await floor.agent("Boss", role=Role.ADMIN, groups=())
    await floor.waits("Ann", source="ad", region="PT")
    floor.later(minutes=1)
    await floor.waits("Dee", group=floor.repairs, account="site")

    async with floor.unit() as uow:
        page = await waiting_page(uow, boss, 1, voice=floor.voice)
        lines = await line_lengths(uow, boss, floor.voice.policies, floor.now)

    assert [
        (p.person.name, p.account, p.talk.source, p.talk.region or p.person.region)
        for p in page.rows
    ] == [("Ann", "shop", "ad", "PT"), ("Dee", "site", None, None)]
    assert (page.page, page.pages, page.total) == (1, 1, 2)
    assert [(g.name, g.waiting) for g in lines] == [("Sales", 1), ("Repairs", 1)]


async def test_the_line_comes_in_pages_of_twenty(floor: Floor) -> None:
    boss = await floor.agent("Boss", role=Role.ADMIN)
    numbers = []
    for number in range(21):
        numbers.append(await floor.waits(f"C{number}", said=()))
        floor.later(seconds=1)

    async with floor.unit() as uow:
        pages = [await waiting_page(uow, boss, n, voice=floor.voice) for n in (1, 2, 99, -1)]

    assert [[p.talk.id for p in page.rows] for page in pages] == [
        numbers[:20],
        numbers[20:],
        numbers[20:],
        numbers[:20],
    ]
    assert {(p.pages, p.total) for p in pages} == {(2, 21)}


@pytest.mark.requirement("AGT-03")
async def test_details_hold_the_visitor_and_the_device(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    device = {"app_version": "3.1", "brand": "Acme", "model": "X", "os_version": "14"}
    ann = await floor.serves(bo, "Ann", device=device, username="ann", said=("one", "two"))

    async with floor.unit() as uow:
        found = await details(uow, bo, ann, voice=floor.voice)

    assert found.party.person.external_id.startswith("c")
    assert found.party.person.username == "ann"
    assert dict(found.party.person.device or {}) == device
    assert (found.group, found.agent, found.messages, found.mine) == ("Sales", "Bo", 2, True)


async def test_agents_see_what_they_serve_or_have_served_and_admins_see_all(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    boss = await floor.agent("Boss", role=Role.ADMIN)
    ann, dee = await floor.serves(bo, "Ann"), await floor.waits("Dee")
    await floor.says(end, bo, ann)

    async with floor.unit() as uow:
        for who, number in ((bo, ann), (boss, ann), (boss, dee)):
            assert (await details(uow, who, number, voice=floor.voice)).party.talk.id == number
            assert (await history(uow, who, number, 1, voice=floor.voice)).party.talk.id == number
        for who, number in ((cy, ann), (cy, dee), (bo, dee)):
            with pytest.raises(NotAllowed):
                await details(uow, who, number, voice=floor.voice)
            with pytest.raises(NotAllowed):
                await history(uow, who, number, 1, voice=floor.voice)
        with pytest.raises(NotFound):
            await details(uow, boss, 999, voice=floor.voice)
        with pytest.raises(NotFound):
            await details(uow, cy, None, voice=floor.voice)


async def test_history_comes_in_pages_the_newest_first(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann", said=tuple(str(n) for n in range(13)))

    async with floor.unit() as uow:
        newest, oldest = [await history(uow, bo, ann, n, voice=floor.voice) for n in (1, 9)]

    assert [x.content.text for x in newest.lines] == [str(n) for n in range(3, 13)]
    assert [x.content.text for x in oldest.lines] == ["0", "1", "2"]
    assert (oldest.page, oldest.pages, oldest.total) == (2, 2, 13)
    assert {x.direction for x in newest.lines} == {Direction.IN}
