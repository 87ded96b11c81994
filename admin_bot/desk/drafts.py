"""/drafts: messages that were held back, to look at, to write anew and to throw away."""

from dataclasses import replace

from admin_bot.asking import ask, stop_asking
from admin_bot.command import Command
from admin_bot.desk.speaking import explain, in_rows, quoted, voice_of
from admin_bot.listing import one_line
from admin_bot.turn import STAFF_ACCOUNT, Turn
from bot.access import Permission
from bot.channels.telegram.content import content_of
from bot.dialog.mirror import heading
from bot.dialog.wording import clock_time, in_words
from bot.handlers import drafts
from bot.handlers.agent_reply import Sent, Written, edit
from bot.handlers.drafts import Waiting
from core.errors import BadPayload, BadRequestText
from core.messages import Button, Content, Kind

MOST = 20
"""Drafts that are listed, the newest."""
_LINE_CHARS = 80
_CAPTIONED = frozenset(
    {
        *(Kind.TEXT, Kind.PHOTO, Kind.VOICE, Kind.VIDEO, Kind.AUDIO),
        *(Kind.DOCUMENT, Kind.ANIMATION, Kind.LINK),
    }
)
"""Kinds whose words can be written anew; another kind is replaced by the words."""


async def run(turn: Turn) -> None:
    """List what was held back."""
    async with turn.desk.reading() as uow:
        found = await drafts.mine(uow, turn.staff)
    await _list(turn, found)


async def _list(turn: Turn, found: list[Waiting]) -> None:
    say = turn.say
    if not found:
        await turn.answer(say("draft.none"))
        return
    lines = [f"{number}. {_line(turn, one)}" for number, one in enumerate(found[:MOST], 1)]
    if len(found) > MOST:
        lines.append(say("draft.more", count=len(found) - MOST))
    buttons = [
        Button(str(number), f"draft_show:{one.draft.message_id}")
        for number, one in enumerate(found[:MOST], 1)
    ]
    await turn.answer("\n".join(lines), in_rows(buttons), title=say("draft.title"))


def _line(turn: Turn, one: Waiting) -> str:
    who = heading(one.party.person.name, one.party.talk.id)
    at = clock_time(one.draft.at, turn.desk.config.zone)
    return f"{at} {who}: {in_words(one.draft.content, turn.say, _LINE_CHARS)}"


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    async with turn.desk.reading() as uow:
        one = await drafts.show(uow, turn.staff, turn.words)
    say, number = turn.say, one.draft.message_id
    lines = [
        in_words(one.draft.content, say),
        "",
        say("draft.because", words=say("word.comma").join(map(quoted, one.draft.words))),
    ]
    rows = []
    if one.open:
        rows.append(
            (
                Button(say("draft.write_anew"), f"draft_write:{number}"),
                Button(say("draft.try_again"), f"draft_again:{number}"),
            )
        )
    else:
        lines.append(say("draft.not_yours_now"))
    rows.append(
        (
            Button(say("draft.throw_away"), f"draft_drop:{number}"),
            Button(say("button.to_list"), "drafts"),
        )
    )
    who = heading(one.party.person.name, one.party.talk.id)
    await turn.answer("\n".join(lines), rows, title=say("draft.card_title", who=who))


async def _dropped(turn: Turn) -> None:
    async with turn.unit() as uow:
        one = await drafts.throw_away(uow, turn.staff, turn.words)
        await uow.commit()
    who = heading(one.party.person.name, one.party.talk.id)
    await turn.answer(turn.say("draft.thrown_away", who=who))


async def _asked(turn: Turn) -> None:
    async with turn.desk.reading() as uow:
        one = await drafts.show(uow, turn.staff, turn.words)
    question = turn.say("draft.question", text=one_line(one.draft.content.text, 200))
    number = one.draft.message_id
    await ask(turn, question, f"draft_written:{number}", f"draft_show:{number}")


async def _written(turn: Turn) -> None:
    """Send what they wrote in place of the draft; a file they sent takes the draft's place."""
    async with turn.desk.reading() as uow:
        kept = (await drafts.show(uow, turn.staff, turn.words)).draft
    await _send(turn, kept.message_id, _anew(turn, kept.content))


def _anew(turn: Turn, before: Content) -> Content:
    try:
        new = content_of(turn.message.to_dict() if turn.message else {}, STAFF_ACCOUNT)
    except BadPayload as error:
        raise BadRequestText("reply.kind_refused") from error
    if new.kind is Kind.TEXT and before.kind in _CAPTIONED:
        return replace(before, text=new.text)
    return new


async def _again(turn: Turn) -> None:
    async with turn.desk.reading() as uow:
        kept = (await drafts.show(uow, turn.staff, turn.words)).draft
    await _send(turn, kept.message_id, kept.content)


async def _send(turn: Turn, message_id: str, content: Content) -> None:
    now = turn.desk.clock()
    async with turn.unit() as uow:
        # An edit of what was held back: it is looked at again, and goes out as the first version.
        written = Written(content, message_id, None, now)
        outcome = await edit(uow, turn.staff, written, voice=voice_of(turn), now=now)
        await uow.commit()
    if isinstance(outcome, Sent):
        who = heading(outcome.name, outcome.conversation_id)
        await turn.answer(turn.say("draft.sent", who=who))
        return
    await turn.notice()
    await explain(turn, outcome, int(message_id) if message_id.isdecimal() else None)


COMMAND = Command(
    "drafts",
    Permission.SERVE,
    run,
    presses={
        "drafts": run,
        "draft_show": _shown,
        "draft_drop": _dropped,
        "draft_write": _asked,
        "draft_written": _written,
        "draft_again": _again,
    },
)
