"""/chats: tabs of groups, lists that fold, only mine, state labels, previews."""

import pytest
from sqlalchemy import event

from admin_bot.desk.chats import Place
from bot.handlers.chat_lists import ALL, Asked, Kind, chat_lists
from bot.handlers.desk_end import end
from bot.rules.masking import Mask
from core.messages import Content, Media
from core.messages import Kind as MessageKind
from core.states import Presence, Role
from storage.repos.staffing import StaffMember
from tests.admin_bot.desk.room import Room


async def press(room: Room, agent: StaffMember, label: str) -> str:
    """Press the button whose label begins with *label*, whatever mark stands before it."""
    data = next(d for name, d in keys(room) if label in name)
    await room.presses(agent, data)
    return room.paper.text


def keys(room: Room) -> list[tuple[str, str]]:
    """Return the newest keyboard in order: two boxes may have the same label."""
    rows = room.paper.shown[-1]["reply_markup"].inline_keyboard
    return [(b.text, b.callback_data) for row in rows for b in row]


def labels(room: Room) -> list[str]:
    return [name for name, _ in keys(room)]


async def answers(room: Room, agent: StaffMember, number: int) -> None:
    await room.types(agent, f"/switch {number}")
    await room.writes(agent, id=900 + number, text="hello, what can I do?")


@pytest.mark.requirement("QUE-07")
async def test_tabs_hold_how_many_customers_have_unread_messages(room: Room) -> None:
    """Counted are customers, not messages; what the robot says is no answer, what we say is."""
    bo = await room.agent("Bo", groups=(room.sales, room.repairs))
    cy, boss = await room.agent("Cy"), await room.agent("Boss", role=Role.ADMIN)
    await room.serves(bo, "Ann", said=("one", "two", "three"))
    dee = await room.serves(cy, "Dee")
    await room.waits("Eve")
    await room.waits("Fay", group=room.repairs)

    await room.types(bo, "/chats")
    assert labels(room)[:3] == ["· All groups (4) ·", "Sales (3)", "Repairs (1)"]

    await answers(room, cy, dee)
    await room.types(bo, "/chats")
    assert labels(room)[:3] == ["· All groups (3) ·", "Sales (2)", "Repairs (1)"]

    await room.customer_says(dee, "and one more thing")
    await room.types(cy, "/chats")
    assert labels(room)[:2] == ["· All groups (3) ·", "Sales (3)"]
    assert "Repairs" not in str(labels(room)), "agents see the groups they are in"

    await room.presses(boss, f"pick:{await room.waits('Gil', group=room.repairs, said=())}")
    await room.types(bo, "/chats")
    assert labels(room)[2] == "Repairs (1)", "who was told of us only has asked nothing"


async def test_what_was_put_off_counts_when_it_comes_back(room: Room) -> None:
    bo = await room.agent("Bo")
    talk = await room.talk(await room.serves(bo, "Ann"))
    for snoozed, label in ((True, "· All groups ·"), (False, "· All groups (1) ·")):
        talk.snoozed = snoozed
        await room.do(lambda uow: uow.conversations.update([talk]))
        shown = await room.types(bo, "/chats")
        assert labels(room)[0] == label
        assert ("● Ann" in shown) is not snoozed


@pytest.mark.requirement("QUE-07")
async def test_a_tab_switches_the_group(room: Room) -> None:
    bo = await room.agent("Bo", groups=(room.sales, room.repairs))
    await room.serves(bo, "Ann")
    await room.serves(bo, "Dee", group=room.repairs)

    shown = await room.types(bo, "/chats")
    assert "Ann" in shown
    assert "Dee" in shown
    shown = await press(room, bo, "Repairs")
    assert shown.startswith("<b>Repairs · ")
    assert "Ann" not in shown
    assert "Dee" in shown
    assert "Ann" in await press(room, bo, "All groups")


@pytest.mark.requirement("QUE-08")
async def test_lists_fold_and_unfold_by_their_headers_with_the_number_of_customers(
    room: Room,
) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN)
    await room.serves(boss, "Ann")
    await room.serves(boss, "Dee")
    await room.waits("Eve")

    shown = await room.types(boss, "/chats")
    assert "▾ In session (2)" in shown
    assert "▸ Queued (1)" in shown
    assert "Ann" in shown
    assert "Eve" not in shown

    shown = await press(room, boss, "▾ In session (2)")
    assert "▸ In session (2)" in shown
    assert "Ann" not in shown
    shown = await press(room, boss, "▸ Queued (1)")
    assert "▾ Queued (1)" in shown
    assert "Eve" in shown
    shown = await press(room, boss, "▸ In session (2)")
    assert "Ann" in shown
    assert "Eve" in shown
    assert "Eve" not in await press(room, boss, "▾ Queued (1)")


@pytest.mark.requirement("QUE-09")
async def test_only_mine_narrows_down_those_in_session(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    await room.serves(bo, "Ann")
    await room.serves(cy, "Dee")

    shown = await room.types(bo, "/chats")
    assert "In session (1)" in shown
    assert "Dee" not in shown
    shown = await press(room, bo, "☑ Only mine")
    assert "In session (2)" in shown
    assert "Dee" in shown
    shown = await press(room, bo, "☐ Only mine")
    assert "Dee" not in shown


@pytest.mark.requirement("QUE-09")
@pytest.mark.requirement("QUE-06")
async def test_only_mine_narrows_down_the_ended_ones(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    for agent, name in ((bo, "Ann"), (cy, "Dee")):
        await room.says(end, agent, await room.serves(agent, name))
    ended = Place(Asked(unfolded=frozenset({Kind.ENDED})))

    await room.presses(bo, f"chats:{ended.data()}")
    assert "Ann" in room.paper.text
    assert "Dee" not in room.paper.text
    ticks = [data for name, data in keys(room) if name == "☑ Only mine"]
    assert len(ticks) == 2, "those in session have a box of their own"

    await room.presses(bo, ticks[1])
    assert "Ann" in room.paper.text
    assert "Dee" in room.paper.text
    ticked = [name for name in labels(room) if "Only mine" in name]
    assert ticked == ["☑ Only mine", "☐ Only mine"]
    await room.presses(bo, next(d for name, d in keys(room) if name == "☐ Only mine"))
    assert "Dee" not in room.paper.text


@pytest.mark.requirement("QUE-06")
async def test_in_reception_are_those_in_session_and_those_queued(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy", groups=(room.repairs,))
    await room.serves(bo, "Ann")
    await room.says(end, bo, await room.serves(bo, "Ben"))
    await room.serves(cy, "Cid", group=room.repairs)
    await room.waits("Dee")
    await room.waits("Eve", group=room.repairs)
    boss = await room.agent("Boss", role=Role.ADMIN)

    assert "In reception: 2" in await room.types(bo, "/chats")
    assert "In reception: 4" in await room.types(boss, "/chats")
    assert "In reception: 2" in await press(room, boss, "Repairs")


@pytest.mark.requirement("QUE-10")
@pytest.mark.parametrize(("language", "label"), [("en", "🔴 waiting"), ("zh-hans", "🔴 待接待")])
async def test_rows_carry_a_red_or_a_green_label(room: Room, language: str, label: str) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN, language=language)
    cy = await room.agent("Cleo")
    await room.serves(cy, "Ann")
    await room.waits("Eve")
    both = Place(Asked(unfolded=frozenset({Kind.SESSION, Kind.QUEUED}), mine=frozenset()))

    await room.presses(boss, f"chats:{both.data()}")

    (ann,) = [line for line in room.paper.text.splitlines() if "Ann" in line]
    (eve,) = [line for line in room.paper.text.splitlines() if "Eve" in line]
    assert ann.startswith("🟢 Cleo")
    assert eve.startswith(label)


async def test_a_row_shows_the_last_message_and_when_it_came(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann", said=("first",))
    room.later(minutes=61)
    await room.customer_says(ann, "where is\nmy parcel?")
    shown = (await room.types(bo, "/chats")).splitlines()
    at = next(n for n, line in enumerate(shown) if "Ann" in line)
    assert "21:01" in shown[at], "12:00 and 61 minutes in the tenant's zone"
    assert shown[at + 1].strip() == "where is my parcel?"

    await room.customer_says(ann, Content(MessageKind.PHOTO, media=Media("shop", "f1")))
    room.later(days=1)
    shown = (await room.types(bo, "/chats")).splitlines()
    at = next(n for n, line in enumerate(shown) if "Ann" in line)
    assert "11-22 21:01" in shown[at]
    assert shown[at + 1].strip() == "[Photo]"


async def test_previews_and_names_are_masked_as_in_messages(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann 13800138000", said=("call 13800138000 please",))
    room.mask = Mask.compile("[0-9]{11}")

    async with room.unit() as uow:
        shown = (await chat_lists(uow, bo, Asked(), voice=room.voice)).lists[0].rows[0]

    assert "13800138000" not in shown.party.person.name
    assert shown.said is not None
    assert shown.said.text == "call *********** please"
    assert (await room.transcript(ann))[0].content.text == "call 13800138000 please"


@pytest.mark.requirement("QUE-12")
async def test_agents_see_the_number_of_queued_customers_only(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.waits("Eve", said=("my secret",))
    await room.waits("Fay")

    await room.types(bo, "/chats")
    assert "next" in room.paper.buttons.values()
    shown = await press(room, bo, "▸ Queued (2)")
    assert "Queued (2)" in shown
    assert "Eve" not in shown
    assert "secret" not in shown
    assert "/next" in shown
    assert not [d for d in room.paper.buttons.values() if d.startswith("chat_take:")]


@pytest.mark.requirement("QUE-12")
@pytest.mark.requirement("QUE-13")
async def test_admins_pick_by_hand_from_the_queued_list(room: Room) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN)
    await room.waits("Eve")
    room.later(minutes=1)
    fay = await room.waits("Fay")
    await room.types(boss, "/chats")
    await press(room, boss, "▸ Queued (2)")

    shown = await press(room, boss, "Take Fay")

    assert await room.held(boss) == [fay]
    assert "In session (1)" in shown
    assert "▾ Queued (1)" in shown, "the list is as it was, without whom was taken"


async def test_what_a_colleague_serves_has_no_button_for_agents(room: Room) -> None:
    """QUE-16: received by somebody else: no button; who may see the line may look."""
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    boss = await room.agent("Boss", role=Role.ADMIN)
    dee = await room.serves(cy, "Dee")
    everybody = Place(Asked(mine=frozenset()))

    await room.presses(bo, f"chats:{everybody.data()}")
    assert "Dee" in room.paper.text
    assert all(data.startswith("chats:") for _, data in keys(room))
    await room.presses(boss, f"chats:{everybody.data()}")
    assert f"info:{dee}" in room.paper.buttons.values()


async def test_who_leads_a_group_opens_what_others_serve_there(room: Room) -> None:
    """They are told of overdue answers, and must be able to look."""
    bo, lea = await room.agent("Bo"), await room.agent("Lea")
    number = await room.serves(bo, "Ann")
    async with room.unit() as uow:
        await uow.staffing.set_lead(lea.id, room.sales, lead=True)
        await uow.commit()
    await room.presses(lea, f"chats:{Place(Asked(mine=frozenset())).data()}")
    assert f"info:{number}" in [data for _, data in keys(room)]
    await room.presses(lea, f"info:{number}")
    assert "Ann" in room.paper.text


async def test_one_s_own_are_there_whatever_their_group(room: Room) -> None:
    bo = await room.agent("Bo", groups=())
    await room.serves(bo, "Ann", group=room.repairs)

    assert "Ann" in await room.types(bo, "/chats")


async def test_lists_turn_pages_and_many_lists_have_short_ones(room: Room) -> None:
    bo = await room.agent("Bo", capacity=50)
    for number in range(21):
        await room.serves(bo, f"C{number:02}", said=())

    shown = await room.types(bo, "/chats")
    assert "C19" in shown
    assert "C20" not in shown
    shown = await press(room, bo, "▶")
    assert "C20" in shown
    assert "C19" not in shown
    shown = await press(room, bo, "▸ Ended")
    assert "C09" in shown, "two unfolded lists show ten each, from the beginning"
    assert "C10" not in shown


async def test_many_groups_have_pages_of_tabs(room: Room) -> None:
    async with room.unit() as uow:
        for number in range(12):
            await uow.staffing.add_group(f"G{number}", f"g{number}", None, "test", room.now)
        await uow.commit()
    boss = await room.agent("Boss", role=Role.ADMIN)

    await room.types(boss, "/chats")
    assert "G5" in labels(room)
    assert "G6" not in labels(room)
    await press(room, boss, "More groups (1/2)")
    assert "G11" in labels(room)
    assert "G5" not in labels(room)
    await press(room, boss, "G11")
    assert "· G11 ·" in labels(room), "the page of the tabs stays"


async def test_a_list_in_a_long_line_costs_as_many_statements_as_in_a_short_one(
    room: Room,
) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN, capacity=50)
    every = Place(Asked(unfolded=frozenset(Kind), mine=frozenset()))

    count = 0

    @event.listens_for(room.database.engine.sync_engine, "before_cursor_execute")
    def counting(*_: object) -> None:
        nonlocal count
        count += 1

    async def statements() -> int:
        before = count
        await room.presses(boss, f"chats:{every.data()}")
        return count - before

    await room.serves(boss, "Ann")
    await room.waits("Eve")
    await room.says(end, boss, await room.serves(boss, "Gil"))
    few = await statements()
    for number in range(10):
        await room.serves(boss, f"A{number}")
        await room.waits(f"E{number}")

    assert await statements() == few
    assert 0 < few <= 20


@pytest.mark.parametrize(
    "words", ["", "nonsense", "1:2", "9999:1:1:1:1:1:1", "-1:0:0:0:0:0:0", "0:7:7:99:99:99:99"]
)
async def test_a_button_with_nonsense_shows_what_there_is(room: Room, words: str) -> None:
    bo = await room.agent("Bo", presence=Presence.ONLINE)
    await room.serves(bo, "Ann")

    await room.presses(bo, f"chats:{words}")

    assert "In session (1)" in room.paper.text


def test_a_place_comes_back_from_its_button() -> None:
    place = Place(
        Asked(7, frozenset({Kind.QUEUED}), frozenset({Kind.ENDED}), dict.fromkeys(Kind, 4)), 3
    )

    assert Place.read(place.data()) == place
    assert Place.read("").asked.tab == ALL
    assert len(f"chat_take:{10**15}:{place.data()}") <= 64
