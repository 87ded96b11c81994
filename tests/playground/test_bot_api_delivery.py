"""How updates reach a bot."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from playground.deliver import Delivery
from playground.things import Bot
from playground.world import World
from tests.playground.stage import ANN, BO, GROUP, OLGA, STAFF_TOKEN, Api, Hook, soon

YES = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


async def set_hook(api: Api, hook: Hook, **more: Any) -> None:
    assert (await api("setWebhook", url=hook.url, **more)).body["description"] == "Webhook was set"


async def test_the_secret_is_echoed_and_ids_are_sequential(
    world: World, api: Api, hook: Hook
) -> None:
    await set_hook(api, hook, secret_token="s3cret_TOKEN-1")
    world.start(ANN, "shop", "src_qr01")
    world.says(ANN, "shop", "hello")
    first, second = await hook.got(2)
    assert hook.secrets == ["s3cret_TOKEN-1"] * 2
    assert second["update_id"] == first["update_id"] + 1
    assert first["message"]["text"] == "/start src_qr01"
    assert first["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


async def test_every_kind_of_update_fits_the_facts(world: World, api: Api, hook: Hook) -> None:
    await set_hook(api, hook)
    world.start(ANN, "shop")
    said = world.says(ANN, "shop", "helo")
    world.edits(ANN, "shop", said["message_id"], "hello")
    world.sends(ANN, "shop", "voice", b"OggS", duration=4)
    world.sends(ANN, "shop", "video", b"mp4", caption="see #1")
    world.sends(ANN, "shop", "sticker", b"webp", emoji="😀")
    world.sends(ANN, "shop", "location", latitude=1, longitude=2)
    world.sends(ANN, "shop", "contact", phone_number="+86", first_name="Li", user_id=ANN)
    world.says(ANN, "shop", "this one", reply_to=said["message_id"])
    menu = (await api("sendMessage", chat_id=ANN, text="?", reply_markup=YES)).result
    world.presses(ANN, "shop", menu["message_id"])
    world.blocks(ANN, "shop")
    updates = await hook.got(10)
    for update in updates:
        assert world.facts.complaint(["Update"], update) is None
    kinds = [next(key for key in update if key != "update_id") for update in updates]
    assert set(kinds) == {"message", "edited_message", "callback_query", "my_chat_member"}


async def test_a_failing_update_holds_up_its_own_chat_only(
    world: World, api: Api, hook: Hook
) -> None:
    hook.refuse = lambda update: update["message"]["text"] == "poison" and len(hook.updates) < 8
    await set_hook(api, hook)
    world.says(ANN, "shop", "poison")
    world.says(ANN, "shop", "after")
    world.says(BO, "shop", "elsewhere")
    await hook.got(3)
    order = [update["message"]["text"] for update in hook.accepted]
    assert order[0] == "elsewhere"
    assert order[1:] == ["poison", "after"]


async def test_a_message_and_a_press_of_one_person_run_side_by_side(
    world: World, api: Api, hook: Hook
) -> None:
    await set_hook(api, hook)
    world.start(ANN, "shop")
    menu = (await api("sendMessage", chat_id=ANN, text="?", reply_markup=YES)).result
    await hook.got(1)
    hook.hold = asyncio.Event()
    world.says(ANN, "shop", "one")
    world.says(ANN, "shop", "two")
    world.presses(ANN, "shop", menu["message_id"])
    await soon(lambda: hook.most_open >= 2)
    assert len(hook.updates) == 3
    hook.hold.set()
    await hook.got(4)


async def test_no_more_calls_at_once_than_max_connections(
    world: World, api: Api, hook: Hook
) -> None:
    await set_hook(api, hook, max_connections=3)
    hook.hold = asyncio.Event()
    for number in range(10):
        world.person(5000 + number, f"P{number}")
        world.says(5000 + number, "shop", "hi")
    await soon(lambda: hook.open >= 3)
    await asyncio.sleep(0.05)
    assert hook.most_open == 3
    hook.hold.set()
    await hook.got(10)


async def test_repetition_starts_at_once_then_doubles(
    world: World, api: Api, hook: Hook, shop: Bot
) -> None:
    shop.delivery.scale = 0.02
    hook.answers = [web.Response(status=500) for _ in range(4)]
    await set_hook(api, hook)
    world.start(ANN, "shop")
    await hook.got(1)
    pauses = [later - sooner for sooner, later in zip(hook.at, hook.at[1:], strict=False)]
    assert len(pauses) == 4
    assert len({update["update_id"] for update in hook.updates}) == 1
    # Only lower bounds: a slow machine may add time, nothing may take any away.
    assert pauses[1] >= 2 * 0.02 * 0.9
    assert pauses[2] >= 4 * 0.02 * 0.9
    assert pauses[3] >= 8 * 0.02 * 0.9
    assert pauses[0] < pauses[3]


async def test_retry_after_of_the_answer_is_honoured(
    world: World, api: Api, hook: Hook, shop: Bot
) -> None:
    shop.delivery.scale = 0.01
    hook.answers = [web.Response(status=503, headers={"Retry-After": "30"})]
    await set_hook(api, hook)
    world.start(ANN, "shop")
    await hook.got(1)
    assert hook.at[1] - hook.at[0] >= 0.27
    info = (await api("getWebhookInfo")).result
    assert info["pending_update_count"] == 0


async def test_the_webhook_may_answer_with_a_method(
    world: World, api: Api, hook: Hook, shop: Bot
) -> None:
    body = {"method": "sendMessage", "chat_id": ANN, "text": "from the answer"}
    hook.answers = [web.json_response(body)]
    await set_hook(api, hook)
    world.start(ANN, "shop")
    call = await world.until(lambda: world.called("sendMessage"))
    assert call[0].params["text"] == "from the answer"


async def test_webhook_info_tells_the_last_error(world: World, api: Api, shop: Bot) -> None:
    await api("setWebhook", url="http://127.0.0.1:9/hook")
    world.start(ANN, "shop")
    await soon(lambda: shop.delivery.last_error is not None)
    info = (await api("getWebhookInfo")).result
    assert info["pending_update_count"] == 1
    assert info["last_error_message"].startswith("Connection failed")


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("http://example.org/h", "An HTTPS URL must be provided for webhook"),
        ("https://example.org/h", "Failed to resolve host: Name or service not known"),
        ("https://127.0.0.1/h", "IP address 127.0.0.1 is reserved"),
        ("nonsense", "invalid webhook URL specified"),
    ],
)
async def test_webhooks_live_on_this_machine(api: Api, address: str, complaint: str) -> None:
    assert (await api("setWebhook", url=address)).error == f"Bad Request: bad webhook: {complaint}"


async def test_a_secret_with_other_characters_is_refused(api: Api, hook: Hook) -> None:
    answer = await api("setWebhook", url=hook.url, secret_token="no spaces")
    assert answer.error == "Bad Request: secret token contains unallowed characters"


async def test_polling_confirms_by_offset(world: World, api: Api) -> None:
    for text in "abc":
        world.says(ANN, "shop", text)
    first = (await api("getUpdates", limit=2)).result
    assert [u["message"]["text"] for u in first] == ["a", "b"]
    rest = (await api("getUpdates", offset=first[-1]["update_id"] + 1)).result
    assert [u["message"]["text"] for u in rest] == ["c"]
    last = (await api("getUpdates", offset=-1)).result
    assert [u["message"]["text"] for u in last] == ["c"]


async def test_a_waiting_poll_ends_with_the_first_update(world: World, api: Api) -> None:
    poll = asyncio.create_task(api("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    world.says(ANN, "shop", "now")
    updates = (await asyncio.wait_for(poll, 5)).result
    assert updates[0]["message"]["text"] == "now"


async def test_a_second_poller_ends_the_first_with_409(api: Api) -> None:
    first = asyncio.create_task(api("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    assert (await api("getUpdates")).result == []
    answer = await asyncio.wait_for(first, 5)
    assert answer.error.startswith("Conflict: terminated by other getUpdates request")


async def test_polling_and_webhook_exclude_each_other(world: World, api: Api, hook: Hook) -> None:
    await set_hook(api, hook)
    answer = await api("getUpdates")
    assert (answer.status, answer.error.split(";")[0]) == (
        409,
        "Conflict: can't use getUpdates method while webhook is active",
    )
    assert (await api("deleteWebhook")).body["description"] == "Webhook was deleted"
    world.says(ANN, "shop", "polled")
    assert len((await api("getUpdates")).result) == 1


async def test_what_waited_for_polling_goes_to_a_new_webhook(
    world: World, api: Api, hook: Hook
) -> None:
    world.says(ANN, "shop", "early")
    await set_hook(api, hook)
    [update] = await hook.got(1)
    assert update["message"]["text"] == "early"


async def test_pending_updates_can_be_dropped(world: World, api: Api, hook: Hook) -> None:
    world.says(ANN, "shop", "early")
    await set_hook(api, hook, drop_pending_updates=True)
    world.says(ANN, "shop", "late")
    [update] = await hook.got(1)
    assert update["message"]["text"] == "late"


async def test_only_the_wanted_kinds_come(world: World, api: Api, hook: Hook) -> None:
    await set_hook(api, hook, allowed_updates=["my_chat_member"])
    world.start(ANN, "shop")
    world.blocks(ANN, "shop")
    [update] = await hook.got(1)
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"


async def test_reactions_come_to_administrators_who_ask(world: World, api: Api, hook: Hook) -> None:
    world.group(GROUP, "Agents", members={OLGA: "creator"}, bots=["staff"])
    said = world.says(OLGA, GROUP, "done")
    world.reacts(OLGA, GROUP, said["message_id"], "👍")
    kinds = [set(u) - {"update_id"} for u in (await api("getUpdates", STAFF_TOKEN)).result]
    assert kinds == [{"my_chat_member"}, {"message"}], "not listed, not sent"
    await api("getUpdates", STAFF_TOKEN, allowed_updates=["message_reaction"])
    world.reacts(OLGA, GROUP, said["message_id"], "🔥")
    update = (await api("getUpdates", STAFF_TOKEN, offset=-1)).result[0]["message_reaction"]
    assert update["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert update["new_reaction"] == [{"type": "emoji", "emoji": "🔥"}]


async def test_an_update_can_be_repeated_as_after_a_lost_answer(
    world: World, api: Api, hook: Hook, shop: Bot
) -> None:
    await set_hook(api, hook)
    world.start(ANN, "shop")
    [update] = await hook.got(1)
    shop.delivery.repeat(update)
    again = (await hook.got(2))[1]
    assert again == update


async def test_a_press_dies_after_150_seconds_and_a_message_does_not(shop: Bot) -> None:
    delivery = Delivery()
    delivery.put("callback_query", "u1", {})
    delivery.put("message", "c1", {})
    press, message = delivery._pending.values()
    for update in (press, message):
        update.attempts = 1
        update.born -= 151
    assert (delivery._expired(press), delivery._expired(message)) == (True, False)
    message.born -= 24 * 3600
    assert delivery._expired(message)
