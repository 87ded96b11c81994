"""Agents write quick replies at the staff bot; superiors look after their people's."""

from collections.abc import AsyncIterator

import pytest

from core.messages import Kind, text
from core.playbook import EntryKind, Scope
from storage.repos.departments import Branch
from tests.admin_bot.desk.counter import add, kept, labels, open_counter, owned, wav
from tests.admin_bot.office import BO, NOON, Office
from tests.playground.stage import png


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_counter(sqlite_url) as opened:
        yield opened


# -- writing --------------------------------------------------------------------------------------


@pytest.mark.requirement("MAT-04")
async def test_an_agent_writes_a_personal_reply(office: Office) -> None:
    answer = await office.bo.says("/quick_add Hello = Hi 😀")

    assert "“Hello” was added." in answer
    (entry,) = await kept(office)
    member = await office.member(BO)
    assert (entry.scope, entry.owner_id) == (Scope.PERSONAL, member.id)
    assert (entry.heading, entry.answer.text, entry.added_by) == ("Hello", "Hi 😀", "Bo")
    (change,) = await office.changes("entry")
    assert (change.action, change.before) == ("add", None)


@pytest.mark.parametrize("words", ["Hello", "= Hi", "Hello ="])
async def test_a_reply_without_title_or_text_is_explained(office: Office, words: str) -> None:
    answer = await office.bo.says(f"/quick_add {words}")

    assert "Write a title, “=” and a text." in answer
    assert "/quick_add <title> = <text>" in answer
    assert await kept(office) == []


@pytest.mark.requirement("MAT-05", "MAT-07")
@pytest.mark.parametrize(
    ("kind", "data", "answered"),
    [("photo", png(), Kind.PHOTO), ("video", b"film", Kind.VIDEO)],
)
async def test_a_file_with_the_command_below_it_becomes_a_reply(
    office: Office, kind: str, data: bytes, answered: Kind
) -> None:
    await office.bo.sends(kind, data, caption="/quick_add Our shop")

    (entry,) = await kept(office)
    assert (entry.heading, entry.answer.kind, entry.answer.text) == ("Our shop", answered, "")


@pytest.mark.requirement("MAT-05", "MAT-06", "MAT-07")
@pytest.mark.parametrize("kind", ["photo", "voice", "video"])
async def test_pictures_voices_and_videos_are_chosen_from_the_knowledge_base(
    office: Office, kind: str
) -> None:
    data = png() if kind == "photo" else b"data"
    await office.bo.sends(kind, data, caption="/quick_add Our shop")
    (mine,) = await kept(office)
    await add(office, "Map", mine.answer)
    await office.bo.says("/quick")

    await office.bo.presses("Map")
    await office.bo.presses("Keep as my own", office.bo.chat[-2])

    entry = (await kept(office))[-1]
    assert (entry.heading, entry.answer, entry.scope) == ("Map", mine.answer, Scope.PERSONAL)


@pytest.mark.requirement("MAT-06")
async def test_an_uploaded_wav_of_a_minute_becomes_a_voice_message(office: Office) -> None:
    await office.bo.sends(
        "document", wav(60), caption="/quick_add Greeting", file_name="a.wav", mime_type="audio/wav"
    )

    (entry,) = await kept(office)
    assert entry.answer.kind is Kind.VOICE
    assert entry.answer.media is not None
    assert entry.answer.media.duration_seconds == 60


@pytest.mark.requirement("MAT-06")
@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (wav(60.2), "a.wav", "61 seconds"),
        (b"ID3 no recording", "a.mp3", "wav"),
        (b"no wav at all", "a.wav", "wav"),
    ],
)
async def test_other_recordings_are_refused_with_what_is_accepted(
    office: Office, data: bytes, name: str, told: str
) -> None:
    mime = "audio/mpeg" if name.endswith("mp3") else "audio/wav"
    answer = await office.bo.sends(
        "document", data, caption="/quick_add Greeting", file_name=name, mime_type=mime
    )

    assert told in answer
    assert "60" in answer
    assert await kept(office) == []


async def test_a_message_is_kept_by_answering_it(office: Office) -> None:
    """The heading that the bot wrote over a customer's words is left out."""
    await office.bo.says("We ship within 48 hours")
    world = office.world
    own = max(world.place(world.whoever(BO), "900:STAFF").messages)
    mine = next(
        number
        for number, message in world.place(world.whoever(BO), "900:STAFF").messages.items()
        if message.get("text") == "We ship within 48 hours"
    )
    assert own >= mine
    await office.bo.says("/quick_add Shipping", reply_to=mine)
    sent = await office.bot.bot.send_message(BO, "<b>Ann · #5</b>\nmy words", parse_mode="HTML")
    await office.bo.says("/quick_add Theirs", reply_to=sent.message_id)

    found = {entry.heading: entry.answer.text for entry in await kept(office)}
    assert found == {"Shipping": "We ship within 48 hours", "Theirs": "my words"}


@pytest.mark.requirement("MAT-08")
async def test_a_card_has_a_title_an_address_and_a_cover_picture(office: Office) -> None:
    await office.bo.says("/quick")
    await office.bo.presses("My own")
    await office.bo.presses("Add a link")
    caption = "Our shop\nhttps://shop.example\nCome in"
    await office.bo.sends("photo", png(), caption=caption)

    (entry,) = await kept(office)
    assert (entry.kind, entry.heading) == (EntryKind.CARD, "Our shop")
    assert entry.answer.data["url"] == "https://shop.example"
    assert entry.answer.text == "Come in"
    assert entry.answer.media is not None


@pytest.mark.requirement("MAT-08")
async def test_a_file_message_has_a_title_and_a_file(office: Office) -> None:
    await office.bo.sends("document", b"%PDF", caption="/quick_add Price list", file_name="p.pdf")

    (entry,) = await kept(office)
    assert (entry.kind, entry.heading, entry.answer.text) == (
        EntryKind.FILE,
        "Price list",
        "Price list",
    )


@pytest.mark.requirement("MAT-02")
async def test_a_group_is_added_filled_renamed_and_deleted_when_it_is_empty(
    office: Office,
) -> None:
    bo = office.bo
    await bo.says("/quick")
    await bo.presses("My own")
    await bo.presses("New group")
    await bo.says("Greetings")
    assert "Greetings" in bo.heard[-1]
    await bo.presses("Add")
    await bo.says("Hello = Hi")
    (entry,) = await kept(office)
    assert entry.category == "Greetings"

    await bo.presses("Rename the group")
    await bo.says("Hellos")
    assert "Hellos" in bo.heard[-1]
    await bo.presses("Delete the group")
    await bo.presses("Yes, delete")
    assert "is not empty" in bo.notice
    await bo.says("/quick")
    await bo.presses("My own")
    await bo.presses("Hellos")
    await bo.presses("Change")
    await bo.presses("Hello")
    await bo.presses("Put into a group")
    await bo.presses("in no group")
    assert [e.category for e in await kept(office)] == [""]
    await bo.says("/quick")
    await bo.presses("My own")
    await bo.presses("Hellos")
    await bo.presses("Delete the group")
    await bo.presses("Yes, delete")

    assert "Group “Hellos” was deleted." in bo.heard[-1]


@pytest.mark.requirement("MAT-10")
async def test_a_reply_is_changed_and_deleted_after_a_question_and_taken_back(
    office: Office,
) -> None:
    bo = office.bo
    await bo.says("/quick_add Hello = Hi")
    await bo.presses("Change")
    await bo.presses("Hello")
    await bo.presses("Title")
    await bo.says("Good day")
    await bo.presses("Content")
    await bo.says("Good day to you")
    (entry,) = await kept(office)
    assert (entry.heading, entry.answer.text) == ("Good day", "Good day to you")

    await bo.presses("Delete")
    assert len(await kept(office)) == 1
    await bo.presses("Yes, delete")
    assert await kept(office) == []
    await bo.presses("Undo")
    (entry,) = await kept(office)
    assert entry.heading == "Good day"


async def test_a_wrong_entry_is_asked_for_again_and_nothing_is_lost(office: Office) -> None:
    await office.bo.says("/quick")
    await office.bo.presses("➕ Add")

    await office.bo.says("no title here")
    assert "Write a title, “=” and a text." in office.bo.heard[-1]
    await office.bo.says("Hello = Hi")

    assert [entry.heading for entry in await kept(office)] == ["Hello"]


async def test_every_button_fits_the_platform_in_both_languages(office: Office) -> None:
    """The stand-in refuses data over 64 bytes and keyboards over 100 buttons, as the real one."""
    cy = office.person(BO, "Bo", "zh-hans")
    mine = await owned(office)
    for number in range(25):
        await add(office, f"很长的标题{number}" * 10, text("内容" * 200), **mine)

    assert "快捷回复" in await cy.says("/quick " + "很长的标题" * 20)
    assert "快捷回复" in await cy.says("/quick")
    await cy.presses("个人")
    await cy.presses("管理")
    await cy.presses("1 很长")
    await cy.presses("移动到分组")

    assert "放到哪个分组" in cy.heard[-1]


# -- superiors ------------------------------------------------------------------------------------


@pytest.mark.requirement("MAT-12")
async def test_a_head_looks_at_their_peoples_replies_and_deletes_an_unsuitable_one(
    office: Office,
) -> None:
    bo, ada = await office.member(BO), office.ada
    async with office.unit() as uow:
        head = await uow.staffing.by_chat("telegram", str(ada.number))
        assert head is not None
        top = await uow.departments.add(Branch(0, None, "Shop", "", head.id), NOON)
        south = await uow.departments.add(Branch(0, top, "South"), NOON)
        await uow.staffing.change(bo.id, department_id=south)
        await uow.commit()
    await office.bo.says("/quick_add Rude = Go away")

    assert "Rude" not in await ada.says("/quick")
    await ada.presses("My people's own")
    await ada.presses("Bo's own (1)")
    await ada.presses("Rude")
    assert "Send" not in "".join(labels(ada))
    await office.serving(ada.number, "Ann")
    (rude,) = await kept(office)
    await ada.presses_data(f"quick_send:{rude.id}:.0.1..")
    assert "There is no quick reply" in ada.notice
    question = await ada.presses("Delete")
    assert "Bo will be told." in question
    await ada.presses("Yes, delete")

    assert await kept(office) == []
    async with office.unit() as uow:
        owed = await uow.outbox.claim(9, NOON, NOON)
    assert [c.owed.content.text for c in owed if c.owed.chat == bo.chat] == [
        "Ada deleted your quick reply “Rude”."
    ]
    await ada.presses("Undo")
    assert [entry.heading for entry in await kept(office)] == ["Rude"]
