"""Hits of sensitive words and drafts are kept and counted, on each kind of database."""

from datetime import UTC, datetime, timedelta

from core.messages import Content, Kind, Media, text
from core.playbook import BannedWords
from storage.repos.watch import Hit, KeptDraft
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def hit(list_id: int, word: str, key: str, **more: object) -> Hit:
    facts = {"action": "warn", "direction": "staff", "account": "shop", "conversation_id": 7}
    return Hit(list_id, "Ads", "negative", word, message_key=key, at=NOON, **facts | more)  # type: ignore[arg-type]


async def lists(uow: UnitOfWork, *names: str) -> list[int]:
    banned = [BannedWords(name, ("x",), "warn", "both") for name in names]
    return await uow.taught.add_words(banned, NOON, "Ada")


async def test_a_list_counts_once_for_a_message_and_a_word_is_a_row(uow: UnitOfWork) -> None:
    first, second = await lists(uow, "Ads", "Rude")

    await uow.watch.add_hits(
        [
            *(hit(first, "a", "m1"), hit(first, "b", "m1"), hit(first, "a", "m2")),
            hit(second, "c", "m1", blocked_text="c d", staff_id=3),
        ]
    )
    await uow.watch.add_hits([hit(first, "a", "m3")])

    assert {b.id: b.hits for b in await uow.taught.word_lists()} == {first: 3, second: 1}
    assert [h.word for h in await uow.watch.hits(9)] == ["a", "c", "a", "b", "a"]
    (kept,) = await uow.watch.hits(9, list_id=second)
    assert kept == hit(second, "c", "m1", blocked_text="c d", staff_id=3)


async def test_no_hits_write_nothing(uow: UnitOfWork) -> None:
    await uow.watch.add_hits([])

    assert await uow.watch.hits(9) == []


async def test_hits_outlive_their_list(uow: UnitOfWork) -> None:
    (number,) = await lists(uow, "Ads")
    await uow.watch.add_hits([hit(number, "a", "m1")])

    await uow.taught.delete_words([number], NOON)

    assert [h.list_name for h in await uow.watch.hits(9, list_id=number)] == ["Ads"]


async def test_what_is_too_long_for_its_column_is_cut_and_not_lost(uow: UnitOfWork) -> None:
    """A list from a playbook file may hold longer words and names than the form takes."""
    long = hit(1, "w" * 600, "m1", blocked_text="t" * 5000)

    await uow.watch.add_hits([long])

    (kept,) = await uow.watch.hits(9)
    assert (len(kept.word), len(kept.blocked_text or "")) == (512, 4096)


async def test_a_draft_is_kept_whole_replaced_and_dropped(uow: UnitOfWork) -> None:
    photo = Content(Kind.PHOTO, "look", Media("staff", "f1"))
    first = KeptDraft(3, "50", 7, photo, "p9", ("bad", "worse"), NOON)
    later = KeptDraft(3, "51", 8, text("two"), None, ("bad",), NOON + timedelta(minutes=1))
    for draft in (first, later, KeptDraft(4, "50", 9, text("hers"), None, (), NOON)):
        await uow.watch.keep(draft)

    assert await uow.watch.draft(3, "50") == first
    assert await uow.watch.drafts(3) == [later, first]

    again = KeptDraft(3, "50", 7, text("anew"), None, ("bad",), NOON)
    await uow.watch.keep(again)
    assert await uow.watch.draft(3, "50") == again

    assert await uow.watch.drop(3, "50")
    assert not await uow.watch.drop(3, "50")
    assert await uow.watch.draft(3, "50") is None
    assert await uow.watch.draft(4, "50") is not None
