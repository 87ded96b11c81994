"""What customers write is looked at for sensitive words and kept from nobody."""

from core.messages import Content, Kind, Media
from core.playbook import Answering, BannedWords
from storage.repos.watch import Hit
from tests.people import Shop, rule, said


async def teach(shop: Shop, *lists: BannedWords) -> None:
    """Store lists of words and put them in force, together with a rule."""
    async with shop.unit() as uow:
        await uow.taught.add_words(lists, shop.now, "Ada")
        await uow.commit()
        stored = tuple(await uow.taught.word_lists())
    shop.teach(rule("price", reply="It is 100."), words=stored)


def banned(*words: str, **more: object) -> BannedWords:
    facts = {"action": "block", "direction": "customer", "enabled": True, **more}
    return BannedWords("Rude", words, **facts)  # type: ignore[arg-type]


async def hits(shop: Shop) -> list[Hit]:
    async with shop.unit() as uow:
        return await uow.watch.hits(50)


async def test_a_customers_message_is_recorded_answered_and_counted_once(shop: Shop) -> None:
    await teach(shop, banned("fool", "liar"))
    await shop.hears(said("hi"))
    await shop.owed()

    await shop.hears(said("f\u200bool! liar! what is the price?", id="77"), said("fool", id="78"))
    await shop.hears(said("fool", id="78"))

    assert "It is 100." in await shop.owed()
    found = await hits(shop)
    assert sorted((h.word, h.message_key) for h in found) == [
        ("fool", "77"),
        ("fool", "78"),
        ("liar", "77"),
    ]
    for one in found:
        assert (one.direction, one.account, one.staff_id) == ("customer", "shop", None)
        assert one.blocked_text is None
    async with shop.unit() as uow:
        assert [b.hits for b in await uow.taught.word_lists()] == [2]


async def test_captions_and_names_of_files_are_looked_at_too(shop: Shop) -> None:
    await teach(shop, banned("fool"))
    photo = Content(Kind.PHOTO, "you fool", Media("shop", "f", "fool.jpg"))

    await shop.hears(said("", content=photo))

    assert {h.word for h in await hits(shop)} == {"fool"}


async def test_agents_see_a_customers_message_masked(shop: Shop) -> None:
    """A new version of it as well; the transcript keeps what was written."""
    bo = await shop.agent(language="en")
    shop.teach(answering=Answering(mask_desk="[0-9][0-9-]{6,}"))
    await shop.hears(said("hi"))
    async with shop.unit() as uow:
        talk = (await uow.conversations.by_ids([1]))[1]
        talk.state, talk.agent_id = talk.state.SERVING, bo.id
        await uow.conversations.update([talk])
        await uow.commit()

    await shop.hears(said("I am 138-1234-5678"), said("no, 139-1234-5678", edited=True))

    seen = await shop.owed("staff")
    assert seen == ["I am *************", "no, *************"]
    async with shop.unit() as uow:
        lines, _ = await uow.messages.page(1, offset=0, limit=9)
    assert "I am 138-1234-5678" in [line.content.text for line in lines]
