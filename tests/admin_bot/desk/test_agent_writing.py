"""What agents write in the staff bot, as the platform sends it, on its way to customers."""

from typing import Any

import pytest

from core.messages import Kind, Media
from core.states import State
from tests.admin_bot.desk.room import Room

FILE = {"file_id": "f1", "file_unique_id": "u1", "file_size": 9}


@pytest.mark.parametrize(
    ("raw", "kind", "media"),
    [
        pytest.param({"text": "hello"}, Kind.TEXT, None, id="text"),
        pytest.param(
            {"photo": [{**FILE, "width": 9, "height": 9}], "caption": "look"},
            Kind.PHOTO,
            Media("staff", "f1", mime="image/jpeg", size_bytes=9),
            id="photo",
        ),
        pytest.param(
            {"voice": {**FILE, "duration": 3}},
            Kind.VOICE,
            Media("staff", "f1", mime="audio/ogg", size_bytes=9, duration_seconds=3),
            id="voice",
        ),
        pytest.param(
            {"video": {**FILE, "duration": 3, "width": 9, "height": 9}},
            Kind.VIDEO,
            Media("staff", "f1", size_bytes=9, duration_seconds=3),
            id="video",
        ),
        pytest.param(
            {"video_note": {**FILE, "duration": 3, "length": 9}},
            Kind.VIDEO_NOTE,
            Media("staff", "f1", mime="video/mp4", size_bytes=9, duration_seconds=3),
            id="video note",
        ),
        pytest.param(
            {"audio": {**FILE, "duration": 3, "file_name": "a.mp3"}},
            Kind.AUDIO,
            Media("staff", "f1", "a.mp3", size_bytes=9, duration_seconds=3),
            id="audio",
        ),
        pytest.param(
            {"document": {**FILE, "file_name": "a.pdf", "mime_type": "application/pdf"}},
            Kind.DOCUMENT,
            Media("staff", "f1", "a.pdf", "application/pdf", 9),
            id="document",
        ),
        pytest.param(
            {"animation": {**FILE, "duration": 3, "width": 9, "height": 9}, "document": FILE},
            Kind.ANIMATION,
            Media("staff", "f1", size_bytes=9, duration_seconds=3),
            id="animation",
        ),
        pytest.param(
            {
                "sticker": {
                    **FILE,
                    "type": "regular",
                    "width": 9,
                    "height": 9,
                    "is_animated": False,
                    "is_video": False,
                    "emoji": "😀",
                }
            },
            Kind.STICKER,
            Media("staff", "f1", mime="image/webp", size_bytes=9),
            id="sticker",
        ),
        pytest.param(
            {"location": {"latitude": 1.5, "longitude": 2.5}}, Kind.LOCATION, None, id="location"
        ),
        pytest.param(
            {"contact": {"phone_number": "1", "first_name": "A"}}, Kind.CONTACT, None, id="contact"
        ),
    ],
)
async def test_every_kind_that_agents_write_is_owed_to_the_customer(
    room: Room, raw: dict[str, Any], kind: Kind, media: Media | None
) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")

    await room.writes(bo, **raw)

    (row,) = await room.rows(purpose="reply")
    assert (row.conversation_id, row.content.kind, row.content.media) == (ann, kind, media)
    assert row.content.text == raw.get("text", raw.get("caption", ""))
    assert room.paper.shown == []


async def test_an_update_that_comes_twice_is_sent_once(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.serves(bo, "Ann")

    for _ in range(2):
        await room.writes(bo, update=77, id=50, text="hello")

    assert len(await room.rows(purpose="reply")) == 1


async def test_a_reply_is_bound_by_the_id_of_the_message_it_answers(room: Room) -> None:
    """Not by its text, even where that names somebody else."""
    bo = await room.agent("Bo")
    ann, dee = await room.serves(bo, "Ann"), await room.serves(bo, "Dee")
    await room.types(bo, f"/switch {dee}")
    await room.writes(bo, id=50, text="for Dee")
    await room.types(bo, f"/switch {ann}")

    quoted = {
        "message_id": 50,
        "date": 1,
        "chat": {"id": 1, "type": "private"},
        "text": f"Ann · #{ann}",
    }
    await room.writes(bo, id=51, text="for Dee too", reply_to_message=quoted)

    rows = await room.rows(purpose="reply")
    assert [r.conversation_id for r in rows] == [dee, dee]


async def test_an_edited_message_is_an_edit_for_the_customer(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.serves(bo, "Ann")
    await room.writes(bo, id=50, text="1oo")

    await room.writes(bo, id=50, text="100", edit_date=1_800_000_000)

    first, second = await room.rows(purpose="reply")
    assert (second.edits_key, second.content.text) == (first.key, "100")


async def test_an_edit_that_reaches_nobody_is_told(room: Room) -> None:
    bo = await room.agent("Bo")

    await room.writes(bo, id=50, text="100", edit_date=1_800_000_000)

    assert "never went to a customer" in room.paper.text


async def test_who_serves_nobody_is_told_and_offered_the_next(room: Room) -> None:
    await room.writes(await room.agent("Bo"), id=50, text="hello?")

    assert "serve nobody" in room.paper.text
    assert list(room.paper.buttons.values()) == ["next"]
    assert room.paper.shown[-1]["reply_parameters"].message_id == 50


async def test_who_serves_several_is_asked_whom_it_is_for(room: Room) -> None:
    bo = await room.agent("Bo")
    ann, dee = await room.serves(bo, "Ann"), await room.serves(bo, "Dee")

    await room.writes(bo, id=50, text="hello?")

    assert "Whom is this for?" in room.paper.text
    assert list(room.paper.buttons.values()) == [f"switch:{ann}", f"switch:{dee}"]
    assert await room.rows(purpose="reply") == []


async def test_a_reply_to_an_ended_conversation_is_told_and_not_sent(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")
    await room.writes(bo, id=50, text="hello")
    await room.types(bo, f"/end {ann}")
    before = len(await room.rows(purpose="reply"))

    quoted = {"message_id": 50, "date": 1, "chat": {"id": 1, "type": "private"}}
    await room.writes(bo, id=51, text="one more thing", reply_to_message=quoted)

    assert f"Ann · #{ann} has ended, so this was not sent." in room.paper.text
    assert room.paper.shown[-1]["reply_parameters"].message_id == 51
    assert len(await room.rows(purpose="reply")) == before
    assert (await room.talk(ann)).state is State.ENDED


async def test_a_kind_that_cannot_be_sent_is_told(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.serves(bo, "Ann")
    poll = {
        "id": "1",
        "question": "?",
        "options": [],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    }

    await room.writes(bo, id=50, poll=poll)

    assert "cannot be sent" in room.paper.text
    assert await room.rows(purpose="reply") == []
