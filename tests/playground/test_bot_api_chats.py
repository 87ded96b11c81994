"""What bots can do with chats, messages, files and topics."""

import io
import random
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.limits import FloodLimits
from playground.refusal import Refusal
from playground.things import Bot
from playground.world import World
from tests.playground.stage import ANN, BO, GROUP, OLGA, STAFF_TOKEN, TOKEN, Api, png

YES = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


async def test_a_bot_cannot_write_first(world: World, api: Api) -> None:
    answer = await api("sendMessage", chat_id=ANN, text="hi")
    assert answer.error == "Forbidden: bot can't initiate conversation with a user"
    assert answer.status == 403
    world.start(ANN, "shop", "src_qr01")
    assert (await api("sendMessage", chat_id=ANN, text="hi")).result["text"] == "hi"


async def test_a_blocked_bot_is_told_so_until_unblocked(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.blocks(ANN, "shop")
    answer = await api("sendMessage", chat_id=ANN, text="hi")
    assert answer.error == "Forbidden: bot was blocked by the user"
    world.unblocks(ANN, "shop")
    assert (await api("sendMessage", chat_id=ANN, text="hi")).status == 200


async def test_two_bots_have_separate_chats_with_one_person(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    answer = await api("sendMessage", STAFF_TOKEN, chat_id=ANN, text="hi")
    assert answer.status == 403
    world.start(ANN, "staff")
    sent = await api("sendMessage", STAFF_TOKEN, chat_id=ANN, text="hi")
    assert sent.result["message_id"] == 2


async def test_message_ids_count_up_per_chat(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.start(BO, "shop")
    ids = [(await api("sendMessage", chat_id=ANN, text=t)).result["message_id"] for t in "ab"]
    other = (await api("sendMessage", chat_id=BO, text="c")).result["message_id"]
    assert (ids, other) == ([2, 3], 2)


async def test_an_edit_changes_the_message_once(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    number = (await api("sendMessage", chat_id=ANN, text="a", reply_markup=YES)).result[
        "message_id"
    ]
    where = {"chat_id": ANN, "message_id": number}
    same = await api("editMessageText", **where, text="a", reply_markup=YES)
    assert same.error.startswith("Bad Request: message is not modified")
    edited = (await api("editMessageText", **where, text="b")).result
    assert edited["text"] == "b"
    assert "reply_markup" not in edited
    assert edited["edit_date"] >= edited["date"]
    with_keys = (await api("editMessageReplyMarkup", **where, reply_markup=YES)).result
    assert with_keys["reply_markup"] == YES
    not_there = await api("editMessageText", chat_id=ANN, message_id=99, text="b")
    assert not_there.error == "Bad Request: message to edit not found"
    not_own = await api("editMessageText", chat_id=ANN, message_id=1, text="b")
    assert not_own.error == "Bad Request: message can't be edited"


async def test_a_deleted_message_is_gone(world: World, api: Api, shop: Bot) -> None:
    world.start(ANN, "shop")
    number = (await api("sendMessage", chat_id=ANN, text="a")).result["message_id"]
    assert (await api("deleteMessage", chat_id=ANN, message_id=number)).result is True
    again = await api("deleteMessage", chat_id=ANN, message_id=number)
    assert again.error == "Bad Request: message to delete not found"
    assert list(world.private(shop, world.whoever(ANN)).messages) == [1]


async def test_messages_older_than_48_hours_stay(url: str, world: World, api: Api) -> None:
    world.start(ANN, "shop")
    now = world.clock()
    world.clock = lambda: now + 48 * 3600 + 1
    answer = await api("deleteMessage", chat_id=ANN, message_id=1)
    assert answer.error == "Bad Request: message can't be deleted for everyone"


async def test_a_reply_carries_the_message_it_answers(world: World, api: Api) -> None:
    first = world.start(ANN, "shop")
    reply = {"message_id": first["message_id"]}
    sent = (await api("sendMessage", chat_id=ANN, text="x", reply_parameters=reply)).result
    assert sent["reply_to_message"]["text"] == "/start"
    gone = {"message_id": 999, "allow_sending_without_reply": True}
    sent = (await api("sendMessage", chat_id=ANN, text="x", reply_parameters=gone)).result
    assert "reply_to_message" not in sent


async def test_an_uploaded_photo_can_be_downloaded_and_sent_again_by_its_bot_only(
    world: World, api: Api, url: str, session: aiohttp.ClientSession
) -> None:
    world.start(ANN, "shop")
    world.start(ANN, "staff")
    picture = png(400, 300)
    form = aiohttp.FormData()
    form.add_field("chat_id", str(ANN))
    form.add_field("caption", "<b>look</b>")
    form.add_field("parse_mode", "HTML")
    form.add_field("photo", picture, filename="p.png", content_type="image/png")
    async with session.post(f"{url}/bot{TOKEN}/sendPhoto", data=form) as response:
        message = (await response.json())["result"]
    assert message["caption_entities"] == [{"type": "bold", "offset": 0, "length": 4}]
    small, large = message["photo"]
    assert (large["width"], large["height"], large["file_size"]) == (400, 300, len(picture))
    assert (small["width"], small["height"]) == (90, 68)
    info = (await api("getFile", file_id=large["file_id"])).result
    async with session.get(f"{url}/file/bot{TOKEN}/{info['file_path']}") as response:
        assert await response.read() == picture
    again = (await api("sendPhoto", chat_id=ANN, photo=large["file_id"])).result
    assert again["photo"][-1]["file_unique_id"] == large["file_unique_id"]
    other_bot = await api("sendPhoto", STAFF_TOKEN, chat_id=ANN, photo=large["file_id"])
    assert other_bot.error == "Bad Request: wrong file identifier/HTTP URL specified"
    as_voice = await api("sendVoice", chat_id=ANN, voice=large["file_id"])
    assert as_voice.error == "Bad Request: can't use file of type Photo as VoiceNote"


async def test_a_file_id_from_a_customer_works_for_the_bot(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.sends(ANN, "shop", "document", b"%PDF", file_name="bill.pdf",
                mime_type="application/pdf")  # fmt: skip
    update = (await api("getUpdates", offset=-1)).result[0]
    document = update["message"]["document"]
    assert (document["file_name"], document["mime_type"]) == ("bill.pdf", "application/pdf")
    assert (await api("getFile", file_id=document["file_id"])).result["file_size"] == 4
    sent = (await api("sendDocument", chat_id=ANN, document=document["file_id"])).result
    assert sent["document"]["file_name"] == "bill.pdf"


async def test_files_over_the_limits_are_refused(
    world: World, api: Api, url: str, session: aiohttp.ClientSession
) -> None:
    world.start(ANN, "shop")
    big = png() + b"\0" * (10 * 1024 * 1024)
    form = aiohttp.FormData()
    form.add_field("chat_id", str(ANN))
    form.add_field("photo", io.BytesIO(big), filename="p.png")
    async with session.post(f"{url}/bot{TOKEN}/sendPhoto", data=form) as response:
        assert response.status == 400
        assert "too big for a photo" in (await response.json())["description"]
    world.sends(ANN, "shop", "document", b"x" * (20 * 1024 * 1024 + 1), file_name="b.bin")
    file_id = (await api("getUpdates", offset=-1)).result[0]["message"]["document"]["file_id"]
    assert (await api("getFile", file_id=file_id)).error == "Bad Request: file is too big"


async def test_an_address_on_this_machine_is_fetched(world: World, api: Api) -> None:
    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=png(), content_type="image/png")

    app = web.Application()
    app.router.add_get("/p.png", picture)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    world.start(ANN, "shop")
    sent = await api("sendPhoto", chat_id=ANN, photo=str(server.make_url("/p.png")))
    missing = await api("sendPhoto", chat_id=ANN, photo=str(server.make_url("/q.png")))
    await server.close()
    assert sent.result["photo"][-1]["width"] == 120
    assert missing.error == "Bad Request: failed to get HTTP URL content"


async def test_an_album_shares_its_group_id_and_has_2_to_10_items(
    world: World, api: Api, url: str, session: aiohttp.ClientSession
) -> None:
    world.start(ANN, "shop")
    form = aiohttp.FormData()
    form.add_field("chat_id", str(ANN))
    form.add_field(
        "media",
        '[{"type":"photo","media":"attach://a","caption":"two"},'
        '{"type":"photo","media":"attach://b"}]',
    )
    for name in "ab":
        form.add_field(name, png(), filename=f"{name}.png")
    async with session.post(f"{url}/bot{TOKEN}/sendMediaGroup", data=form) as response:
        sent = (await response.json())["result"]
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message.get("caption") for message in sent] == ["two", None]
    one = [{"type": "photo", "media": sent[0]["photo"][-1]["file_id"]}]
    answer = await api("sendMediaGroup", chat_id=ANN, media=one)
    assert answer.error == "Bad Request: media group must include 2-10 items"


async def test_a_caption_has_1024_characters(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.sends(ANN, "shop", "voice", b"OggS")
    file_id = (await api("getUpdates", offset=-1)).result[0]["message"]["voice"]["file_id"]
    fits = await api("sendVoice", chat_id=ANN, voice=file_id, caption="x" * 1024)
    assert len(fits.result["caption"]) == 1024
    over = await api("sendVoice", chat_id=ANN, voice=file_id, caption="x" * 1025)
    assert over.error == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("sendLocation", {"latitude": 31.2, "longitude": 121.5}, "location"),
        ("sendVenue", {"latitude": 1, "longitude": 2, "title": "a", "address": "b"}, "venue"),
        ("sendContact", {"phone_number": "+861", "first_name": "Li"}, "contact"),
        ("sendDice", {}, "dice"),
        ("sendPoll", {"question": "q?", "options": [{"text": "a"}, {"text": "b"}]}, "poll"),
    ],
)
async def test_other_contents_arrive(
    world: World, api: Api, method: str, params: dict[str, Any], field: str
) -> None:
    world.start(ANN, "shop")
    assert field in (await api(method, chat_id=ANN, **params)).result


async def test_copies_have_no_origin_and_forwards_do(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.start(BO, "shop")
    said = world.says(ANN, "shop", "original")
    source = {"from_chat_id": ANN, "message_id": said["message_id"]}
    copied = (await api("copyMessage", chat_id=BO, **source)).result
    copy = world.private(world.bot("shop"), world.whoever(BO)).messages[copied["message_id"]]
    assert copy["text"] == "original"
    assert "forward_origin" not in copy
    forwarded = (await api("forwardMessage", chat_id=BO, **source)).result
    assert forwarded["forward_origin"]["sender_user"]["id"] == ANN


async def test_a_button_press_is_answered_once_and_in_time(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    number = (await api("sendMessage", chat_id=ANN, text="a", reply_markup=YES)).result[
        "message_id"
    ]
    query = world.presses(ANN, "shop", number, "Yes")
    update = (await api("getUpdates", offset=-1)).result[0]["callback_query"]
    assert (update["id"], update["data"], update["message"]["message_id"]) == (
        query.id,
        "y",
        number,
    )
    assert (await api("answerCallbackQuery", callback_query_id=query.id, text="ok")).result is True
    assert query.answer == {"text": "ok", "show_alert": False, "url": ""}
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert (await api("answerCallbackQuery", callback_query_id=query.id)).error == old
    late = world.presses(ANN, "shop", number)
    world.callback_seconds = -1
    assert (await api("answerCallbackQuery", callback_query_id=late.id)).error == old


async def test_topics_live_in_a_supergroup(world: World, api: Api) -> None:
    world.group(GROUP, "Agents", members={OLGA: "creator", BO: "member"}, bots=["staff"])
    topic = (
        await api("createForumTopic", STAFF_TOKEN, chat_id=GROUP, name="Ann", icon_color=7322096)
    ).result
    thread = topic["message_thread_id"]
    sent = (
        await api("sendMessage", STAFF_TOKEN, chat_id=GROUP, message_thread_id=thread, text="hi")
    ).result
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (thread, True)
    for unknown in (1, 4711):
        answer = await api(
            "sendMessage", STAFF_TOKEN, chat_id=GROUP, message_thread_id=unknown, text="x"
        )
        assert answer.error == "Bad Request: message thread not found"
    general = (await api("sendMessage", STAFF_TOKEN, chat_id=GROUP, text="to general")).result
    assert "message_thread_id" not in general
    where = {"chat_id": GROUP, "message_thread_id": thread}
    assert (await api("editForumTopic", STAFF_TOKEN, **where, name="Ann 2")).result is True
    assert (await api("closeForumTopic", STAFF_TOKEN, **where)).result is True
    with pytest.raises(ValueError, match="closed"):
        world.says(BO, GROUP, "too late", thread=thread)
    twice = await api("closeForumTopic", STAFF_TOKEN, **where)
    assert twice.error == "Bad Request: TOPIC_NOT_MODIFIED"
    assert (await api("reopenForumTopic", STAFF_TOKEN, **where)).result is True
    said = world.says(BO, GROUP, "hello", thread=thread)
    assert said["message_thread_id"] == thread
    assert (await api("deleteForumTopic", STAFF_TOKEN, **where)).result is True
    gone = await api("sendMessage", STAFF_TOKEN, **where, text="x")
    assert gone.error == "Bad Request: message thread not found"


async def test_a_bot_without_rights_makes_no_topics(world: World, api: Api) -> None:
    world.group(GROUP, "Agents", members=[BO], bots=["staff"], bots_are_admins=False)
    answer = await api("createForumTopic", STAFF_TOKEN, chat_id=GROUP, name="x")
    assert answer.error == "Bad Request: not enough rights to create a topic"


async def test_a_migrated_group_names_its_new_id(world: World, api: Api) -> None:
    room = world.group(GROUP, "Agents", bots=["staff"])
    room.migrated_to = -1009
    answer = await api("sendMessage", STAFF_TOKEN, chat_id=GROUP, text="x")
    assert answer.body["parameters"] == {"migrate_to_chat_id": -1009}


@pytest.mark.parametrize(
    ("status", "description"),
    [
        ("kicked", "Forbidden: bot was kicked from the supergroup chat"),
        ("left", "Forbidden: bot is not a member of the supergroup chat"),
    ],
)
async def test_a_bot_outside_a_group_is_refused(
    world: World, api: Api, staff: Bot, status: str, description: str
) -> None:
    world.group(GROUP, "Agents", bots=["staff"]).members[staff.id] = status
    answer = await api("sendMessage", STAFF_TOKEN, chat_id=GROUP, text="x")
    assert (answer.status, answer.error) == (403, description)


async def test_privacy_mode_hides_small_talk(world: World, api: Api) -> None:
    world.group(GROUP, "Agents", members=[BO], bots=["staff"], bots_are_admins=False)
    world.says(BO, GROUP, "small talk")
    world.says(BO, GROUP, "/queue")
    updates = (await api("getUpdates", STAFF_TOKEN)).result
    assert [u["message"]["text"] for u in updates if "message" in u] == ["/queue"]


async def test_a_bot_hears_what_it_becomes_in_a_group(world: World, api: Api, staff: Bot) -> None:
    room = world.group(GROUP, "Agents", members={OLGA: "creator"}, bots=["staff"])
    world.bot_becomes(staff, room, "kicked")
    updates = (await api("getUpdates", STAFF_TOKEN)).result
    statuses = [u["my_chat_member"]["new_chat_member"]["status"] for u in updates]
    assert statuses == ["administrator", "kicked"]
    assert all(world.facts.complaint(["Update"], update) is None for update in updates)


async def test_chats_and_members_can_be_looked_up(world: World, api: Api) -> None:
    world.group(GROUP, "Agents", members={OLGA: "creator"}, bots=["staff"])
    assert (await api("getChat", STAFF_TOKEN, chat_id=GROUP)).result["is_forum"] is True
    member = (await api("getChatMember", STAFF_TOKEN, chat_id=GROUP, user_id=OLGA)).result
    assert member["status"] == "creator"
    me = (await api("getChatMember", STAFF_TOKEN, chat_id=GROUP, user_id=900)).result
    assert me["can_manage_topics"] is True
    outside = (await api("getChatMember", STAFF_TOKEN, chat_id=GROUP, user_id=ANN)).result
    assert outside["status"] == "left"
    assert (await api("getUserProfilePhotos", user_id=ANN)).result["total_count"] == 0


async def test_commands_are_kept_per_scope_and_language(world: World, api: Api) -> None:
    everyone = [{"command": "start", "description": "Begin"}]
    owner = [{"command": "report", "description": "Figures"}]
    world.start(OLGA, "shop")
    scope = {"type": "chat", "chat_id": OLGA}
    await api("setMyCommands", commands=everyone)
    await api("setMyCommands", commands=owner, scope=scope)
    assert (await api("getMyCommands")).result == everyone
    assert (await api("getMyCommands", scope=scope)).result == owner
    assert (await api("getMyCommands", language_code="zh")).result == []


async def test_pins_and_reactions(world: World, api: Api, shop: Bot) -> None:
    world.start(ANN, "shop")
    assert (await api("pinChatMessage", chat_id=ANN, message_id=1)).result is True
    assert (await api("getChat", chat_id=ANN)).result["pinned_message"]["message_id"] == 1
    assert (await api("unpinChatMessage", chat_id=ANN)).result is True
    thumb = [{"type": "emoji", "emoji": "👍"}]
    where = {"chat_id": ANN, "message_id": 1}
    assert (await api("setMessageReaction", **where, reaction=thumb)).result is True
    assert world.private(shop, world.whoever(ANN)).reactions[1][shop.id] == thumb
    two = await api("setMessageReaction", **where, reaction=thumb * 2)
    assert two.error == "Bad Request: REACTIONS_TOO_MANY"


async def test_ordered_failures_come_in_order_and_end(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.fail("shop", times=2, status=429, retry_after=3, method="sendMessage")
    world.fail("shop", status=403)
    assert (await api("getMe")).status == 403
    for _ in range(2):
        answer = await api("sendMessage", chat_id=ANN, text="x")
        assert answer.body == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 3",
            "parameters": {"retry_after": 3},
        }
        assert answer.headers["Retry-After"] == "3"
    assert (await api("sendMessage", chat_id=ANN, text="x")).status == 200


async def test_an_outage_is_not_json_and_a_cut_line_gives_nothing(
    world: World, url: str, session: aiohttp.ClientSession, shop: Bot
) -> None:
    world.start(ANN, "shop")
    address = f"{url}/bot{TOKEN}/sendMessage"
    body = {"chat_id": ANN, "text": "x"}
    world.fail("shop", status=502)
    async with session.post(address, json=body) as response:
        assert (response.status, response.content_type) == (502, "text/html")
    world.fail("shop", drop=True, after=True)
    with pytest.raises(aiohttp.ClientError):
        await session.post(address, json=body)
    assert len(world.called("sendMessage")) == 1, "the answer was lost, the message was not"


class Moments:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_flood_limits_per_chat_bot_and_group(shop: Bot) -> None:
    clock = Moments()
    limits = FloodLimits(now=clock)

    def refused(chat: int) -> Any:
        try:
            limits.check(shop, chat)
        except Refusal as refusal:
            return (refusal.parameters or {})["retry_after"]
        return None

    assert [refused(1), refused(1)] == [None, 1]
    clock.now += 1
    assert [refused(chat) for chat in range(1, 31)] == [None] * 30
    assert refused(31) == 1
    clock.now += 10
    for _ in range(20):
        assert refused(GROUP) is None
        clock.now += 1
    assert refused(GROUP) == 40
    clock.now += 40
    assert refused(GROUP) is None


async def test_flood_limits_answer_429_when_switched_on(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.enforce_limits = True
    assert (await api("sendMessage", chat_id=ANN, text="a")).status == 200
    answer = await api("sendMessage", chat_id=ANN, text="b")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert (await api("sendChatAction", chat_id=ANN, action="typing")).status == 200


def test_dice_follow_the_given_randomness() -> None:
    values = []
    for _ in range(2):
        world = World(rng=random.Random(7))
        world.add_bot(TOKEN)
        world.person(ANN, "Ann")
        values.append([world.sends(ANN, TOKEN, "dice")["dice"]["value"] for _ in range(5)])
    assert values[0] == values[1]


async def test_a_slow_call_goes_well_after_all(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    world.fail("shop", slow=0.05)
    before = world.clock()
    assert (await api("sendMessage", chat_id=ANN, text="x")).status == 200
    assert world.clock() - before >= 0.05
