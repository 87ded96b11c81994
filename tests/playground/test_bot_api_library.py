"""python-telegram-bot talks to the stand-in as it would to Telegram."""

from collections.abc import AsyncIterator

import pytest
import telegram
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from playground.world import World
from tests.playground.stage import ANN, TOKEN, png


@pytest.fixture
async def bot(url: str) -> AsyncIterator[telegram.Bot]:
    one = telegram.Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot")
    async with one:
        yield one


async def test_the_library_sends_keyboards_and_photos_and_downloads(
    world: World, bot: telegram.Bot
) -> None:
    assert (await bot.get_me()).username == "shop_bot"
    world.start(ANN, "shop")
    markup = telegram.InlineKeyboardMarkup.from_button(
        telegram.InlineKeyboardButton("Yes", callback_data="y")
    )
    sent = await bot.send_message(ANN, "<b>Hello</b>", parse_mode="HTML", reply_markup=markup)
    assert sent.text_html == "<b>Hello</b>"
    assert sent.reply_markup == markup
    picture = png(300, 200)
    photo = await bot.send_photo(ANN, picture, caption="A picture")
    file = await photo.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == picture
    album = await bot.send_media_group(
        ANN, [telegram.InputMediaPhoto(picture), telegram.InputMediaPhoto(picture)]
    )
    assert len({message.media_group_id for message in album}) == 1
    assert await bot.set_my_commands([telegram.BotCommand("start", "Begin")])
    assert await bot.set_message_reaction(ANN, 1, "👍")


async def test_the_library_reads_updates(world: World, bot: telegram.Bot) -> None:
    world.start(ANN, "shop")
    world.sends(ANN, "shop", "document", b"x", file_name="a.txt")
    updates = await bot.get_updates(timeout=1)
    assert [update.message.message_id for update in updates if update.message] == [1, 2]
    document = updates[1].message.document if updates[1].message else None
    assert document is not None
    assert bytes(await (await document.get_file()).download_as_bytearray()) == b"x"


# The library announces a change of RetryAfter's type whenever it raises one.
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_the_library_raises_its_own_errors(world: World, bot: telegram.Bot) -> None:
    with pytest.raises(Forbidden):
        await bot.send_message(ANN, "too early")
    world.start(ANN, "shop")
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(ANN, "<b>", parse_mode="HTML")
    world.fail("shop", status=429, retry_after=7)
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(ANN, "x")
    assert flood.value._retry_after.total_seconds() == 7
    world.fail("shop", status=502)
    with pytest.raises(NetworkError):
        await bot.send_message(ANN, "x")
    world.fail("shop", status=401)
    with pytest.raises(InvalidToken):
        await bot.send_message(ANN, "x")
