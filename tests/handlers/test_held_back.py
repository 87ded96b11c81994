"""Agents' messages with sensitive words: held back and kept, or sent and recorded."""

import itertools

import pytest

from bot.handlers import drafts
from bot.handlers.agent_reply import HeldBack, NeverSent, NotTheirs, Sent, Written, edit, reply
from bot.handlers.desk_end import end
from bot.rules.sensitive import WordBook
from core.errors import NotFound
from core.messages import Content, Kind, Media, text
from core.playbook import BannedWords
from core.states import State
from storage.repos.staffing import StaffMember
from storage.repos.watch import Hit
from tests.handlers.floor import Floor, Row

_ids = itertools.count(9000)
FILE = Media("staff", "f-1", "price list.pdf")


def wrote(floor: Floor, what: Content | str, id: str | None = None) -> Written:
    content = text(what) if isinstance(what, str) else what
    return Written(content, id or str(next(_ids)), None, floor.now)


async def watch(floor: Floor, *lists: BannedWords) -> list[int]:
    """Store lists and put them in force; return their numbers."""
    ids: list[int] = await floor.do(lambda uow: uow.taught.add_words(lists, floor.now, "Ada"))
    async with floor.unit() as uow:
        floor.words = WordBook.compile(await uow.taught.word_lists())
    return ids


def banned(*words: str, action: str = "block", name: str = "Ads", **more: object) -> BannedWords:
    facts = {"direction": "staff", "enabled": True, **more}
    return BannedWords(name, words, action, **facts)  # type: ignore[arg-type]


async def replies(floor: Floor) -> list[Row]:
    return await floor.rows(purpose="reply")


async def hits(floor: Floor) -> list[Hit]:
    async with floor.unit() as uow:
        return await uow.watch.hits(50)


async def counts(floor: Floor) -> dict[str, int]:
    async with floor.unit() as uow:
        return {b.name: b.hits for b in await uow.taught.word_lists()}


async def serving(floor: Floor) -> tuple[StaffMember, int]:
    bo = await floor.agent("Bo")
    return bo, await floor.serves(bo, "Ann")


@pytest.mark.requirement("SEN-07")
async def test_block_keeps_a_message_from_the_customer_and_records_the_attempt(
    floor: Floor,
) -> None:
    """Nothing reaches the outbox or the transcript; who tried, where, when and what is a row."""
    bo, ann = await serving(floor)
    (number,) = await watch(floor, banned("转账", "wechat"))

    outcome = await floor.says(reply, bo, wrote(floor, "加我 WeChat，可以转账", "80"))

    assert outcome == HeldBack(ann, "Ann", ("转账", "wechat"), "80")
    assert await replies(floor) == []
    assert [line.content.text for line in await floor.transcript(ann)] == ["hello"]
    found = await hits(floor)
    assert {h.word for h in found} == {"转账", "wechat"}
    for one in found:
        assert (one.list_id, one.action, one.direction) == (number, "block", "staff")
        assert (one.account, one.conversation_id, one.staff_id) == ("shop", ann, bo.id)
        assert (one.message_key, one.at) == ("80", floor.now)
        assert one.blocked_text == "加我 WeChat，可以转账"
    assert await counts(floor) == {"Ads": 1}
    (event,) = [e for e in await floor.events(ann) if e.kind == "held_back"]
    assert (event.staff_id, event.data) == (bo.id, {"lists": [number]})


@pytest.mark.requirement("SEN-07")
async def test_warn_only_is_sent_and_recorded_under_the_transcripts_key(floor: Floor) -> None:
    bo, ann = await serving(floor)
    await watch(floor, banned("refund", action="warn"))

    assert await floor.says(reply, bo, wrote(floor, "You get a refund.")) == Sent(ann, "Ann")

    (row,) = await replies(floor)
    assert row.content.text == "You get a refund."
    (one,) = await hits(floor)
    assert (one.word, one.action, one.message_key) == ("refund", "warn", row.key)
    assert one.blocked_text is None
    assert await counts(floor) == {"Ads": 1}
    async with floor.unit() as uow:
        assert await uow.watch.drafts(bo.id) == []


@pytest.mark.parametrize(
    "lists",
    [
        pytest.param([banned("refund", enabled=False)], id="off"),
        pytest.param([banned("refund", direction="customer")], id="for customers"),
        pytest.param([banned("refund", accounts=("site",))], id="another account"),
        pytest.param([banned("refund", match="equals")], id="not the whole message"),
        pytest.param([banned("fund")], id="part of a longer word"),
        pytest.param([], id="none"),
    ],
)
async def test_what_no_list_forbids_here_is_sent_and_leaves_no_trace(
    floor: Floor, lists: list[BannedWords]
) -> None:
    bo, ann = await serving(floor)
    await watch(floor, *lists)

    assert await floor.says(reply, bo, wrote(floor, "your refund is here")) == Sent(ann, "Ann")

    assert await hits(floor) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(Content(Kind.PHOTO, "pay by wechat", FILE), id="caption"),
        pytest.param(Content(Kind.DOCUMENT, "", Media("staff", "f", "wechat.pdf")), id="file name"),
        pytest.param(
            Content(Kind.CONTACT, data={"phone_number": "1", "first_name": "WeChat"}), id="contact"
        ),
        pytest.param(
            Content(
                Kind.VENUE,
                data={"latitude": 1.0, "longitude": 2.0, "title": "x", "address": "wechat lane"},
            ),
            id="place",
        ),
        pytest.param(Content(Kind.LINK, "", title="wechat", data={"url": "https://a"}), id="link"),
        pytest.param(Content(Kind.TEXT, "w\u200be\u200bc\u200bh\u200ba\u200bt"), id="zero width"),
        pytest.param(Content(Kind.TEXT, "pay by \u202etahcew\u202c now"), id="right to left"),
        pytest.param(Content(Kind.TEXT, "ＷｅＣｈａｔ"), id="full width"),
        pytest.param(Content(Kind.TEXT, "x " * 30_000 + "wechat"), id="behind a long text"),
    ],
)
async def test_a_word_is_found_wherever_a_customer_would_read_it(
    floor: Floor, content: Content
) -> None:
    bo, ann = await serving(floor)
    await watch(floor, banned("wechat"))

    outcome = await floor.says(reply, bo, wrote(floor, content))

    assert isinstance(outcome, HeldBack)
    assert await replies(floor) == []
    (draft,) = await floor.do(lambda uow: uow.watch.drafts(bo.id))
    assert (draft.content, draft.conversation_id) == (content, ann)


async def test_a_link_keeps_its_title_on_the_way_to_the_customer(floor: Floor) -> None:
    bo, _ = await serving(floor)
    link = Content(Kind.LINK, "read this", title="Returns", data={"url": "https://example.com"})

    await floor.says(reply, bo, wrote(floor, link))

    (row,) = await replies(floor)
    assert row.content == link


async def test_an_edit_of_what_was_held_back_sends_it_as_the_first_version(floor: Floor) -> None:
    """It quotes what the first one quoted, later edits edit it, and the draft is gone."""
    bo, ann = await serving(floor)
    await watch(floor, banned("wechat"))
    await floor.says(reply, bo, wrote(floor, "add my wechat", "80"))

    still = await floor.says(edit, bo, wrote(floor, "add my WECHAT", "80"))
    assert isinstance(still, HeldBack)
    assert not still.edited
    assert await floor.says(edit, bo, wrote(floor, "write to me here", "80")) == Sent(ann, "Ann")
    await floor.delivered()
    await floor.says(edit, bo, wrote(floor, "please write to me here", "80"))

    first, second = await replies(floor)
    assert (first.content.text, first.edits_key) == ("write to me here", None)
    assert (second.content.text, second.edits_key) == ("please write to me here", first.key)
    async with floor.unit() as uow:
        assert await uow.watch.drafts(bo.id) == []
    assert await counts(floor) == {"Ads": 2}


async def test_a_draft_remembers_which_message_it_answers(floor: Floor) -> None:
    from storage.repos.outbox import MIRROR, Owed

    bo, ann = await serving(floor)
    await watch(floor, banned("wechat"))
    owed = Owed("k1", "staff", bo.chat, text("mirror"), MIRROR, ann, shows="p7")
    await floor.do(lambda uow: uow.outbox.add([owed], floor.now))
    mirror = (await floor.delivered())["k1"]

    await floor.says(reply, bo, Written(text("wechat me"), "80", mirror, floor.now))
    await floor.says(edit, bo, wrote(floor, "write here", "80"))

    (row,) = await replies(floor)
    assert row.reply_to == "p7"


async def test_an_edit_with_a_forbidden_word_leaves_the_customer_the_version_before(
    floor: Floor,
) -> None:
    bo, ann = await serving(floor)
    await watch(floor, banned("wechat"))
    await floor.says(reply, bo, wrote(floor, "write here", "80"))
    await floor.delivered()

    outcome = await floor.says(edit, bo, wrote(floor, "write to my wechat", "80"))

    assert outcome == HeldBack(ann, "Ann", ("wechat",), "80", edited=True)
    (first,) = await replies(floor)
    await floor.says(edit, bo, wrote(floor, "write to me", "80"))
    assert [(r.content.text, r.edits_key) for r in (await replies(floor))[1:]] == [
        ("write to me", first.key)
    ]
    async with floor.unit() as uow:
        assert await uow.watch.drafts(bo.id) == []


async def test_a_draft_outlives_its_conversation_and_is_not_sent_into_it(floor: Floor) -> None:
    bo, ann = await serving(floor)
    await watch(floor, banned("wechat"))
    await floor.says(reply, bo, wrote(floor, "add my wechat", "80"))
    await floor.says(end, bo, ann)
    before = len(await replies(floor))

    outcome = await floor.says(edit, bo, wrote(floor, "write here", "80"))

    assert isinstance(outcome, NotTheirs)
    assert outcome.state is State.ENDED
    assert len(await replies(floor)) == before
    async with floor.unit() as uow:
        (waiting,) = await drafts.mine(uow, bo)
    assert (waiting.open, waiting.draft.content.text) == (False, "add my wechat")


async def test_drafts_are_their_writers_own(floor: Floor) -> None:
    bo, _ = await serving(floor)
    cy = await floor.agent("Cy")
    await watch(floor, banned("wechat"))
    await floor.says(reply, bo, wrote(floor, "add my wechat", "80"))

    async with floor.unit() as uow:
        assert await drafts.mine(uow, cy) == []
        assert (await drafts.show(uow, bo, "80")).open
        for work in (drafts.show, drafts.throw_away):
            with pytest.raises(NotFound):
                await work(uow, cy, "80")


async def test_a_draft_that_was_thrown_away_is_sent_by_no_edit(floor: Floor) -> None:
    """The attempt stays on record."""
    bo, _ = await serving(floor)
    await watch(floor, banned("wechat"))
    await floor.says(reply, bo, wrote(floor, "add my wechat", "80"))

    await floor.do(drafts.throw_away, bo, "80")

    assert await floor.says(edit, bo, wrote(floor, "write here", "80")) == NeverSent()
    assert await replies(floor) == []
    assert len(await hits(floor)) == 1
