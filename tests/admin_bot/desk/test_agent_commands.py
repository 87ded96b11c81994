"""The commands and buttons of agents, from what they type to what they see."""

import pytest

from admin_bot.desk.all import COMMANDS
from admin_bot.listing import whole
from core.i18n.texts import texts
from core.messages import Content, Kind
from core.states import Presence, Role, State
from tests.admin_bot.desk.room import Room


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_command_has_help_and_usage(command: object, language: str) -> None:
    name = command.name  # type: ignore[attr-defined]

    assert f"help.{name}" in texts(language)
    assert f"usage.{name}" in texts(language)


def test_the_names_of_the_contract_are_there() -> None:
    wanted = "online break offline queue next take chats switch end transfer info history"

    assert {c.name for c in COMMANDS} >= set(wanted.split())


def test_no_two_buttons_have_the_same_name() -> None:
    names = [name for c in COMMANDS for name in c.presses]

    assert len(names) == len(set(names))


# -- presence ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("online", ["break", "offline"]),
        ("break", ["online", "offline"]),
        ("offline", ["online", "break"]),
    ],
)
async def test_presence_answers_with_buttons_for_the_other_two(
    room: Room, name: str, others: list[str]
) -> None:
    bo = await room.agent("Bo", presence=Presence.OFFLINE)

    assert room.desk.texts("en")(f"presence.now.{name}") in await room.types(bo, f"/{name}")

    assert list(room.paper.buttons.values()) == others
    assert (await room.member(bo)).presence.value == name


async def test_a_presence_button_changes_its_own_message(room: Room) -> None:
    bo = await room.agent("Bo")

    await room.presses(bo, "break", on=7)

    assert (await room.member(bo)).presence is Presence.BREAK
    assert room.paper.shown[-1]["message_id"] == 7


async def test_going_offline_tells_how_many_conversations_stay_open(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.serves(bo, "Ann")
    await room.serves(bo, "Dee")

    assert "stay open with you: 2" in await room.types(bo, "/offline")


async def test_the_auto_reply_switch(room: Room) -> None:
    bo = await room.agent("Bo")

    assert "is off" in await room.types(bo, "/autoreply")
    assert "is on" in await room.types(bo, "/autoreply on")
    assert (await room.member(bo)).auto_reply is True
    await room.presses(bo, "autoreply:off")
    assert (await room.member(bo)).auto_reply is False
    assert await room.types(bo, "/autoreply maybe") == "/autoreply on or /autoreply off"


# -- the line ------------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-12")
async def test_queue_tells_an_agent_numbers_and_no_names(room: Room) -> None:
    bo = await room.agent("Bo", groups=(room.sales, room.repairs))
    await room.waits("Ann")
    room.later(minutes=4)
    await room.waits("Dee")

    shown = await room.types(bo, "/queue")

    assert "Sales: 2 waiting, longest 4 min" in shown
    assert "Repairs: nobody waits" in shown
    assert "Ann" not in shown
    assert "Dee" not in shown
    assert list(room.paper.buttons.values()) == ["next"]


@pytest.mark.requirement("QUE-12")
@pytest.mark.requirement("CHN-15")
async def test_queue_shows_an_admin_who_waits_with_buttons_to_pick(room: Room) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN)
    ann = await room.waits("Ann", source="spring-ad", region="PT")
    room.later(minutes=2)
    dee = await room.waits("Dee", account="site")

    shown = await room.types(boss, "/queue")

    assert f"Ann · #{ann} · shop · spring-ad · Portugal · 2 min" in shown
    assert f"Dee · #{dee} · site · less than a minute" in shown
    assert list(room.paper.buttons.values()) == [f"pick:{ann}", f"pick:{dee}"]

    await room.presses(boss, f"pick:{dee}", on=9)

    assert (await room.talk(dee)).agent_id == boss.id
    assert "Dee" not in room.paper.text
    assert list(room.paper.buttons.values()) == [f"pick:{ann}"]


async def test_a_long_line_has_pages(room: Room) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN)
    for number in range(41):
        await room.waits(f"C{number}", said=())
        room.later(seconds=1)

    await room.types(boss, "/queue")
    assert list(room.paper.buttons.items())[-2:] == [("1/3", "queue:1"), ("▶", "queue:2")]

    await room.presses(boss, "queue:3", on=4)
    assert "C40" in room.paper.text
    assert list(room.paper.buttons.items())[-2:] == [("◀", "queue:2"), ("3/3", "queue:3")]


async def test_next_takes_the_oldest_and_the_card_comes_by_the_outbox(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.waits("Ann")

    await room.types(bo, "/next")

    assert await room.held(bo) == [ann]
    assert room.paper.shown == []
    (card,) = await room.rows(chat=bo.chat)
    assert card.conversation_id == ann
    assert await room.types(bo, "/next") == "Nobody waits in your groups."


@pytest.mark.requirement("QUE-12")
async def test_an_agent_cannot_pick_by_number_what_was_not_offered(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.waits("Ann")

    assert "was not offered to you" in await room.types(bo, f"/take {ann}")
    assert (await room.talk(ann)).state is State.WAITING

    await room.settle()
    await room.types(bo, f"/take #{ann}")
    assert await room.held(bo) == [ann]


@pytest.mark.parametrize("words", ["", "Ann", "1 2", "-1", "1e3"])
async def test_take_without_a_number_says_how_to_use_it(room: Room, words: str) -> None:
    bo = await room.agent("Bo")

    assert await room.types(bo, f"/take {words}") == (
        "/take <number>, for example /take 12".replace("<", "&lt;").replace(">", "&gt;")
    )


async def test_a_pressed_card_tells_the_winner_and_the_loser(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    ann = await room.waits("Ann")
    await room.settle()

    assert await room.presses(bo, f"take:{ann}", on=3) == [f"Ann (#{ann}) is yours."]
    assert room.paper.shown == []
    assert await room.presses(cy, f"take:{ann}", on=4) == [f"#{ann} is already taken by Bo."]
    assert (room.paper.text, room.paper.buttons) == (f"#{ann} is already taken by Bo.", {})
    assert room.paper.shown[-1]["message_id"] == 4


async def test_pressing_a_card_twice_leaves_the_hand_over_card_alone(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.waits("Ann")
    await room.settle()
    await room.presses(bo, f"take:{ann}")

    assert await room.presses(bo, f"take:{ann}") == [f"#{ann} is yours already."]
    assert room.paper.shown == []


async def test_full_hands_are_told_so_and_the_card_stays(room: Room) -> None:
    bo = await room.agent("Bo", capacity=1)
    ann = await room.waits("Ann")
    await room.settle()
    await room.serves(bo, "Dee")

    (told,) = await room.presses(bo, f"take:{ann}")

    assert told == "Your hands are full: you may serve 1 at once. End one first."
    assert room.paper.shown == []
    assert (await room.talk(ann)).state is State.WAITING


# -- one's own conversations ---------------------------------------------------------------------


@pytest.mark.requirement("CHN-15")
async def test_chats_list_source_and_region_and_switch(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann", source="spring-ad", region="PT")
    dee = await room.serves(bo, "Dee")

    shown = await room.types(bo, "/chats")
    assert f"Ann · #{ann} · shop · spring-ad · Portugal" in shown
    pressed = [b for b in room.paper.buttons.values() if b.startswith("switch:")]
    assert [whole(b.split(":")[1]) for b in pressed] == [ann, dee]

    assert await room.presses(bo, f"switch:{dee}") == [f"In front now: Dee (#{dee})"]
    assert f"▶● Dee · #{dee}" in room.paper.text
    assert (await room.member(bo)).front_conversation_id == dee
    assert await room.types(bo, f"/switch {ann}") == f"In front now: Ann (#{ann})"
    assert await room.types(bo, "/switch 999") == "There is no conversation #999."


async def test_chats_without_any_offer_the_next(room: Room) -> None:
    assert "serve nobody" in await room.types(await room.agent("Bo"), "/chats")
    assert "next" not in room.paper.buttons.values()
    await room.waits("Ann")
    await room.types(await room.agent("Cy"), "/chats")
    assert "next" in room.paper.buttons.values()


async def test_end_ends_and_says_so(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")

    assert await room.types(bo, "/end") == "No conversation is in front. /chats shows yours."
    await room.presses(bo, f"end:{ann}", on=6)

    assert room.paper.text == f"Ended: Ann (#{ann})."
    assert room.paper.shown[-1]["message_id"] == 6
    assert (await room.talk(ann)).state is State.ENDED
    assert await room.presses(bo, f"end:{ann}") == [f"You do not serve #{ann}."]


@pytest.mark.requirement("QUE-20")
async def test_transfer_by_buttons(room: Room) -> None:
    bo = await room.agent("Bo")
    cy = await room.agent("Cy", capacity=2)
    await room.agent("Off", presence=Presence.OFFLINE)
    ann = await room.serves(bo, "Ann")

    await room.presses(bo, f"transfer:{ann}")
    assert "Cy: online, free seats: 2" in room.paper.text
    assert "Off: offline, free seats: 5" in room.paper.text
    assert room.paper.buttons == {
        "Cy": f"to_agent:{ann}:{cy.id}",
        "Group Repairs": f"to_group:{ann}:{room.repairs}",
        "Send a colleague's card …": f"to_card:{ann}:1",
        "Give the customer to … for good": f"to_owner:{ann}:1",
        "Back to the bot": f"to_bot:{ann}",
    }

    await room.presses(bo, f"to_agent:{ann}:{cy.id}")
    assert room.paper.text == f"Ann · #{ann}: transferred to Cy."
    assert await room.held(cy) == [ann]

    await room.presses(cy, f"to_group:{ann}:{room.repairs}")
    assert await room.held(cy) == [ann]
    await room.presses(cy, f"hand_go:group:{ann}:{room.repairs}")
    assert room.paper.text == f"Ann · #{ann}: transferred to Repairs."
    assert (await room.talk(ann)).group_id == room.repairs


async def test_transfer_by_words_with_a_note(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    ann = await room.serves(bo, "Ann")
    await room.types(bo, f"/switch {ann}")

    assert "There is no colleague" in await room.types(bo, "/transfer Nobody")
    assert await room.types(bo, "/transfer cy = knows her") == (f"Ann · #{ann}: transferred to Cy.")
    assert "transfers the conversation to Cy: knows her" in (await room.system_lines(ann))[0]
    await room.types(cy, "/transfer FIX")
    assert (await room.talk(ann)).group_id == room.repairs


async def test_transfer_of_two_of_one_name_asks_for_the_buttons(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.agent("Sam")
    await room.agent("sam")
    ann = await room.serves(bo, "Ann")
    await room.types(bo, f"/switch {ann}")

    assert await room.types(bo, "/transfer Sam") == (
        "Several are called Sam. Choose with the buttons of /transfer."
    )
    assert await room.held(bo) == [ann]


# -- what is known -------------------------------------------------------------------------------


@pytest.mark.requirement("AGT-03")
@pytest.mark.requirement("CHN-15")
async def test_info_shows_the_visitor_the_device_source_and_region(room: Room) -> None:
    bo = await room.agent("Bo")
    device = {"app_version": "3.1", "brand": "Acme", "model": "X5", "os_version": "14"}
    ann = await room.serves(
        bo, "Ann", source="spring-ad", region="PT", username="ann", device=device
    )

    lines = (await room.types(bo, f"/info {ann}")).splitlines()

    assert lines[0] == f"<b>Ann · #{ann}</b>"
    person = await room.talk(ann)
    async with room.unit() as uow:
        visitor = (await uow.people.by_ids([person.identity_id]))[person.identity_id].external_id
    for line in (
        f"Visitor identifier: {visitor}",
        "Username: @ann",
        "Language: en",
        "Region: Portugal",
        "Source: spring-ad",
        "Account: shop",
        "State: in session",
        "Group: Sales",
        "Agent: Bo",
        "App version: 3.1",
        "Device brand: Acme",
        "Device model: X5",
        "System version: 14",
        "Opened: 2026-11-22 20:00:00",
        "Waiting since: 2026-11-22 20:00:00",
        "Served since: 2026-11-22 20:00:00",
        "Ended: –",
        "Messages: 1",
    ):
        assert line in lines


@pytest.mark.requirement("QUE-06")
@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.WAITING, "State: queued"),
        (State.SERVING, "State: in session"),
        (State.ENDED, "State: ended"),
    ],
)
async def test_info_names_the_state(room: Room, state: State, words: str) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN)
    ann = await room.waits("Ann")
    talk = await room.talk(ann)
    talk.state = state
    await room.do(lambda uow: uow.conversations.update([talk]))

    assert words in await room.types(boss, f"/info {ann}")


@pytest.mark.requirement("QUE-16")
async def test_the_buttons_depend_on_whose_it_is(room: Room) -> None:
    """Own: transfer and end. Not received: start. Received by somebody else: none of these."""
    boss, bo = await room.agent("Boss", role=Role.ADMIN), await room.agent("Bo")
    own, others = await room.serves(boss, "Ann"), await room.serves(bo, "Dee")
    free = await room.waits("Eve")

    async def acts(number: int) -> list[str]:
        await room.types(boss, f"/info {number}")
        return [
            d for d in room.paper.buttons.values() if not d.startswith(("history:", "handoffs:"))
        ]

    assert await acts(own) == [f"end:{own}", f"transfer:{own}"]
    assert await acts(free) == [f"take:{free}"]
    assert await acts(others) == []


async def test_what_is_not_theirs_agents_do_not_see(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    ann = await room.serves(cy, "Ann")

    for command in (f"/info {ann}", f"/history #{ann}"):
        assert await room.types(bo, command) == "You are not allowed to do that."


async def test_history_reads_like_a_conversation(room: Room) -> None:
    """Times in the tenant's zone, days, every author by name, every kind in words."""
    bo = await room.agent("Bo")
    ann = await room.waits("Ann", said=("hello", Content(Kind.UNKNOWN, data={"type": "story"})))
    await room.settle()
    room.later(hours=5)
    await room.types(bo, f"/take {ann}")
    await room.writes(bo, id=50, text="hi Ann")

    assert (await room.types(bo, "/history")).splitlines() == [
        f"<b>Ann · #{ann}</b>",
        "— 2026-11-22 —",
        "20:00 Ann: hello",
        "20:00 Ann: [Unsupported type]",
        "— 2026-11-23 —",
        "· 01:00 Bo starts service",
        "01:00 Smart service: Bo is with you now. Just write here.",
        "01:00 Bo: hi Ann",
    ]


async def test_history_turns_pages(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann", said=tuple(f"m{n}" for n in range(25)))

    assert "Ann: m24" in await room.types(bo, f"/history #{ann}")
    assert list(room.paper.buttons.values()) == [f"history:{ann}:3", f"history:{ann}:2"]
    await room.presses(bo, f"history:{ann}:2", on=8)
    assert "Ann: m5" in room.paper.text
    assert list(room.paper.buttons.values()) == [
        f"history:{ann}:3",
        f"history:{ann}:3",
        f"history:{ann}:1",
        f"history:{ann}:1",
    ]
    assert "Ann: m0" in await room.types(bo, f"/history #{ann} 3")
    assert "/history" in await room.types(bo, "/history page")
