"""``/quick``: look for a quick reply and send it to the customer in front."""

from dataclasses import replace

from admin_bot.asking import ask, stop_asking
from admin_bot.command import Command
from admin_bot.desk import quick_card, quick_group, quick_write
from admin_bot.desk.quick_list import part_button, show, worth_showing
from admin_bot.desk.quick_place import Spot, numbered
from admin_bot.desk.speaking import explain, voice_of
from admin_bot.library_wording import turning
from admin_bot.listing import in_rows, one_line, page_of, whole
from admin_bot.parsing import media_of
from admin_bot.previewing import preview
from admin_bot.turn import STAFF_ACCOUNT, Turn
from admin_bot.wording import content as in_words
from admin_bot.wording import today
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.handlers import quick_reply, teach_quick
from bot.handlers.agent_reply import Sent, Written, reply
from bot.handlers.teach_quick import QuickDraft
from core.errors import BadRequestText, NotFound
from core.messages import Button, Content, Kind
from core.playbook import Scope


async def run(turn: Turn) -> None:
    """Show what the words find, or all replies, the most used first."""
    await show(turn, Spot().searching(turn.words))


async def _turned(turn: Turn) -> None:
    await show(turn, Spot.read(turn.words))


async def _find(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    await ask(turn, turn.say("quick.ask_words"), spot.data("quick_found"), spot.data("quick"))


async def _found(turn: Turn) -> None:
    await show(turn, Spot.read(turn.words).searching(turn.said))


async def _confirm(turn: Turn) -> None:
    on, spot = numbered(turn.words)
    async with turn.unit() as uow:
        turn.staff = await quick_reply.set_confirm(uow, turn.staff, bool(on), turn.desk.clock())
        await uow.commit()
    # That a reply is confirmed is no change that the button below the list could take back.
    turn.changes.clear()
    await turn.notice(turn.say("quick.confirm_is_on" if on else "quick.confirm_is_off"))
    await show(turn, spot)


async def _parts(turn: Turn) -> None:
    """Show every part that they see: their own, departments, service groups, everybody's."""
    say = turn.say
    async with turn.desk.reading() as uow:
        stand = await quick_reply.browse(uow, turn.staff, today(turn.desk))
    page = page_of(worth_showing(stand), whole(turn.words) or 1)
    rows = [
        *in_rows([part_button(say, stand, owner) for owner in page.things], 2),
        turning(say, page.number, page.pages, lambda to: f"quick_parts:{to}"),
        (Button(say("button.to_list"), Spot().data("quick")),),
    ]
    await turn.answer(say("quick.parts"), rows)


async def _people(turn: Turn) -> None:
    """Show whose personal replies they look after. Source: requirement MAT-12."""
    say = turn.say
    async with turn.desk.reading() as uow:
        stand = await quick_reply.browse(uow, turn.staff, today(turn.desk))
    page = page_of(list(stand.reach.people), whole(turn.words) or 1)
    buttons = [part_button(say, stand, (Scope.PERSONAL, person)) for person in page.things]
    rows = [
        *in_rows(buttons, 2),
        turning(say, page.number, page.pages, lambda to: f"quick_people:{to}"),
        (Button(say("button.to_list"), Spot().data("quick")),),
    ]
    words = say("quick.people" if page.total else "quick.nobody_below")
    await turn.answer(words, rows, title=say("quick.people_title", total=page.total))


# -- using one ------------------------------------------------------------------------------------


async def _picked(turn: Turn) -> None:
    """Show a reply before it is sent, or send it at once, as the person has chosen."""
    stop_asking(turn)
    number, spot = numbered(turn.words)
    if not turn.staff.confirm_quick:
        await _send(turn, number, spot)
        return
    async with turn.desk.reading() as uow:
        seen = await quick_reply.show(uow, turn.staff, number, today(turn.desk))
    say, entry = turn.say, seen.entry
    rows = [
        (
            Button(say("quick.button_send"), spot.data("quick_send", number)),
            Button(say("quick.button_edit_first"), spot.data("quick_edit", number)),
        ),
        (Button(say("button.to_list"), spot.data("quick")),),
    ]
    if entry.owner_id is None or entry.scope is not Scope.PERSONAL:
        rows.insert(1, (Button(say("quick.button_keep"), spot.data("quick_keep", number)),))
    await turn.answer(in_words(say, entry.answer), rows, title=entry.heading)
    if entry.answer.media is not None and entry.answer.media.account == STAFF_ACCOUNT:
        await preview(turn, entry.answer)


async def _kept(turn: Turn) -> None:
    """Keep a reply of the knowledge base, picture and all, as one of their own."""
    number, _ = numbered(turn.words)
    own = (Scope.PERSONAL, turn.staff.id)
    async with turn.unit() as uow:
        entry = (await quick_reply.show(uow, turn.staff, number, today(turn.desk))).entry
        draft = QuickDraft(entry.heading, entry.answer, own)
        await teach_quick.add(uow, turn.staff, draft, turn.desk.clock())
        await uow.commit()
    told = turn.say("quick.added", title=one_line(entry.heading, 60))
    await show(turn, Spot(own), told)


async def _sent(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    await _send(turn, number, spot)


async def _edit(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    async with turn.desk.reading() as uow:
        seen = await quick_reply.show(uow, turn.staff, number, today(turn.desk))
    question = turn.say("quick.ask_edited", text=seen.entry.answer.text)
    await ask(turn, question, spot.data("quick_edited", number), spot.data("quick_pick", number))


async def _edited(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    message = turn.message
    if message is None:
        raise BadRequestText("reply.kind_refused")
    async with turn.desk.reading() as uow:
        seen = await quick_reply.show(uow, turn.staff, number, today(turn.desk))
    file = media_of(message)
    what = replace(seen.entry.answer, text=turn.said)
    if file is not None:
        what = Content(file[0], turn.said, file[1])
    elif not turn.said and what.kind is Kind.TEXT:
        raise BadRequestText("reply.kind_refused")
    await _send(turn, number, spot, what, message.message_id)


async def _send(
    turn: Turn, number: int, spot: Spot, what: Content | None = None, written: int | None = None
) -> None:
    """Send a reply as if the agent had written it; its use counts when it is on its way.

    Args:
        turn: The turn.
        number: The reply.
        spot: Where it was chosen.
        what: What to send in place of what is kept; ``None``: that.
        written: The staff chat's number of what they wrote themselves; ``None``: nothing.
    """
    now = turn.desk.clock()
    async with turn.unit() as uow:
        seen = await quick_reply.show(uow, turn.staff, number, today(turn.desk))
        if seen.removes and not seen.writes:
            # One of their people's own: a superior looks after it, but does not use it.
            raise NotFound("quick.unknown", number=number)
        # A press writes no message; under this name it is kept where it may not be sent.
        name = f"q{turn.update_id}" if written is None else str(written)
        letter = Written(what or seen.entry.answer, name, None, now)
        outcome = await reply(uow, turn.staff, letter, voice=voice_of(turn), now=now)
        if isinstance(outcome, Sent):
            await quick_reply.used(uow, turn.staff, seen.entry)
        await uow.commit()
    if not isinstance(outcome, Sent):
        await turn.notice()
        await explain(turn, outcome, written)
        return
    who = heading(outcome.name, outcome.conversation_id)
    told = turn.say("quick.sent", who=who, title=one_line(seen.entry.heading, 60))
    if turn.press is not None and turn.staff.confirm_quick:
        await turn.notice(told)
        await show(turn, spot, told)
    else:
        # The list stays where it is, for the next one.
        await turn.notice()
        await turn.write(told)


COMMAND = Command(
    "quick",
    Permission.SERVE,
    run,
    presses={
        "quick": _turned,
        "quick_find": _find,
        "quick_found": _found,
        "quick_confirm": _confirm,
        "quick_parts": _parts,
        "quick_people": _people,
        "quick_pick": _picked,
        "quick_keep": _kept,
        "quick_send": _sent,
        "quick_edit": _edit,
        "quick_edited": _edited,
        **quick_card.PRESSES,
        **quick_group.PRESSES,
        **quick_write.PRESSES,
    },
)
