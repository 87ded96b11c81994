"""Agents whose message was held back, at the staff bot."""

from dataclasses import replace
from typing import Any

from core.playbook import BannedWords
from storage.repos.staffing import StaffMember
from tests.admin_bot.desk.room import Room

PHOTO = {"photo": [{"file_id": "f1", "file_unique_id": "u", "width": 9, "height": 9}]}


async def forbid(room: Room, *words: str) -> None:
    async with room.unit() as uow:
        await uow.taught.add_words(
            [BannedWords("Ads", words, "block", "staff", enabled=True)], room.now, "Ada"
        )
        await uow.taught.touch()
        await uow.commit()
    await room.desk.playbook.refresh()


async def held_back(room: Room, raw: dict[str, Any] | None = None) -> tuple[StaffMember, int]:
    """Let an agent write something that is held back."""
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")
    await forbid(room, "wechat", "转账")
    await room.writes(bo, id=50, **(raw or {"text": "my WeChat, 转账"}))
    return bo, ann


async def sent(room: Room) -> list[str]:
    return [r.content.text for r in await room.rows(purpose="reply")]


async def test_the_agent_is_told_which_words_and_what_to_do(room: Room) -> None:
    """The answer quotes their message and says nothing to the customer."""
    _, ann = await held_back(room)

    assert f"Not sent to Ann · #{ann}." in room.paper.text
    assert "“wechat”, “转账”" in room.paper.text
    assert "Edit your message here in the chat" in room.paper.text
    assert "version before" not in room.paper.text
    assert room.paper.shown[-1]["reply_parameters"].message_id == 50
    assert list(room.paper.buttons.values()) == ["draft_write:50", "draft_show:50", "draft_drop:50"]
    assert await sent(room) == []


async def test_an_edit_in_the_chat_sends_the_new_version(room: Room) -> None:
    bo, _ = await held_back(room)
    shown = len(room.paper.shown)

    await room.writes(bo, id=50, text="my address, 5 Main St", edit_date=1_800_000_000)

    assert await sent(room) == ["my address, 5 Main St"]
    assert len(room.paper.shown) == shown
    assert "Nothing of yours is held back" in await room.types(bo, "/drafts")


async def test_an_edit_that_is_held_back_says_what_the_customer_still_has(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.serves(bo, "Ann")
    await forbid(room, "wechat")
    await room.writes(bo, id=50, text="hello")

    await room.writes(bo, id=50, text="my wechat", edit_date=1_800_000_000)

    assert "still has the version before" in room.paper.text


async def test_drafts_are_listed_shown_and_thrown_away(room: Room) -> None:
    bo, ann = await held_back(room)

    assert f"Ann · #{ann}: my WeChat, 转账" in await room.types(bo, "/drafts")
    await room.presses(bo, "draft_show:50")
    assert "my WeChat, 转账" in room.paper.text
    assert "“wechat”, “转账”" in room.paper.text
    await room.presses(bo, "draft_drop:50")

    assert "thrown away" in room.paper.text
    assert "Nothing of yours is held back" in await room.types(bo, "/drafts")
    assert await room.presses(bo, "draft_show:50") == ["There is no such draft any more."]


async def test_a_caption_is_written_anew_and_goes_out_below_the_same_picture(room: Room) -> None:
    bo, _ = await held_back(room, {"caption": "my wechat", **PHOTO})

    await room.presses(bo, "draft_write:50")
    assert "Write it anew" in room.paper.text
    assert room.paper.shown[-1]["reply_markup"].force_reply
    await room.answers(bo, "draft_written:50", id=60, text="our shop")

    (row,) = await room.rows(purpose="reply")
    assert row.content.text == "our shop"
    assert row.content.media is not None
    assert row.content.media.file_id == "f1"


async def test_a_draft_is_tried_again_when_the_word_is_allowed(room: Room) -> None:
    bo, ann = await held_back(room)
    await room.presses(bo, "draft_again:50")
    assert f"Not sent to Ann · #{ann}." in room.paper.text
    assert await sent(room) == []
    async with room.unit() as uow:
        (one,) = await uow.taught.word_lists()
        await uow.taught.delete_words([one.id], room.now)
        await uow.taught.touch()
        await uow.commit()
    await room.desk.playbook.refresh()

    await room.presses(bo, "draft_again:50")

    assert await sent(room) == ["my WeChat, 转账"]
    assert f"Sent to Ann · #{ann}." in room.paper.text


async def test_a_draft_for_a_conversation_that_is_over_offers_no_sending(room: Room) -> None:
    bo, ann = await held_back(room)
    await room.types(bo, f"/end {ann}")

    await room.presses(bo, "draft_show:50")

    assert "do not serve this conversation now" in room.paper.text
    assert list(room.paper.buttons.values()) == ["draft_drop:50", "drafts"]


async def test_history_and_info_are_masked(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann", said=("call 138-1234-5678",), username="a13812345678")
    async with room.unit() as uow:
        answering = await uow.taught.answering()
        await uow.taught.set_answering(replace(answering, mask_desk="[0-9][0-9-]{6,}"))
        await uow.taught.touch()
        await uow.commit()
    await room.desk.playbook.refresh()

    assert "call *************" in await room.types(bo, f"/history #{ann}")
    assert "@a***********" in await room.types(bo, f"/info {ann}")
