"""What can be changed about one quick reply."""

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.desk.quick_list import show
from admin_bot.desk.quick_place import Spot, numbered
from admin_bot.desk.quick_write import content_sent
from admin_bot.desk.speaking import voice_of
from admin_bot.library_wording import turning
from admin_bot.listing import in_rows, one_line, page_of, whole
from admin_bot.previewing import preview
from admin_bot.turn import STAFF_ACCOUNT, Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import content as in_words
from admin_bot.wording import today
from bot.handlers import quick_reply, teach_quick
from bot.handlers.quick_reply import Seen
from core.errors import NotFound
from core.messages import Button
from core.tree import LOOSE, ROOT


async def show_card(turn: Turn, seen: Seen, spot: Spot, told: str = "") -> None:
    """Show a reply with a button for everything that the person may do about it."""
    stop_asking(turn)
    say, entry = turn.say, seen.entry

    def button(key: str, name: str) -> Button:
        return Button(say(key), spot.data(name, entry.id))

    rows = []
    if seen.writes:
        rows += [
            (
                button("quick.button_title", "quick_title"),
                button("quick.button_content", "quick_redo"),
            ),
            (Button(say("quick.button_move"), spot.data("quick_to", 1, entry.id)),),
        ]
    if entry.answer.media is not None and entry.answer.media.account == STAFF_ACCOUNT:
        rows.append((button("quick.button_see", "quick_see"),))
    last = [Button(say("button.to_list"), spot.data("quick"))]
    if seen.removes:
        last.insert(0, button("button.delete", "quick_drop"))
    rows += [tuple(last), undo_row(turn)]
    card = say(
        "quick.card",
        whose=seen.owner or say(f"quick.scope_{entry.scope.value}"),
        group=entry.category.replace("/", " / ") or say("quick.no_group"),
        kind=say(f"entry_kind.{entry.kind.value}"),
        uses=entry.uses,
        content=in_words(say, entry.answer),
    )
    await turn.answer(f"{told}\n\n{card}" if told else card, rows, title=entry.heading)


async def _seen(turn: Turn, number: int) -> Seen:
    async with turn.desk.reading() as uow:
        return await quick_reply.show(uow, turn.staff, number, today(turn.desk))


async def _shown(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    await show_card(turn, await _seen(turn, number), spot)


async def _previewed(turn: Turn) -> None:
    number, _ = numbered(turn.words)
    await preview(turn, (await _seen(turn, number)).entry.answer)


async def _title(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    then, back = spot.data("quick_titled", number), spot.data("quick_card", number)
    await ask(turn, turn.say("quick.ask_title"), then, back)


async def _titled(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    then = spot.data("quick_titled", number)
    async with asking_again(turn, turn.say("quick.ask_title"), then):
        async with turn.unit() as uow:
            await teach_quick.change(uow, turn.staff, number, turn.desk.clock(), title=turn.said)
            await uow.commit()
        await show_card(turn, await _seen(turn, number), spot, turn.say("quick.changed"))


async def _redo(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    then, back = spot.data("quick_redone", number), spot.data("quick_card", number)
    await ask(turn, turn.say("quick.ask_content"), then, back)


async def _redone(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    then = spot.data("quick_redone", number)
    async with asking_again(turn, turn.say("quick.ask_content"), then):
        before = (await _seen(turn, number)).entry.answer
        content = await content_sent(turn, before)
        async with turn.unit() as uow:
            await teach_quick.change(uow, turn.staff, number, turn.desk.clock(), content=content)
            await uow.commit()
        await show_card(turn, await _seen(turn, number), spot, turn.say("quick.changed"))


async def _move(turn: Turn) -> None:
    """Offer the groups of the same owner."""
    page, _, rest = turn.words.partition(":")
    number, spot = numbered(rest)
    say = turn.say
    seen = await _seen(turn, number)
    entry = seen.entry
    async with turn.desk.reading() as uow:
        stand = await quick_reply.browse(
            uow, turn.staff, today(turn.desk), owner=(entry.scope, entry.owner_id)
        )
    shown = page_of([(LOOSE, say("quick.no_group")), *stand.groups.items()], whole(page) or 1)
    here = entry.category_id if entry.category_id in stand.groups else LOOSE
    buttons = [
        Button(
            say("button.chosen", label=one_line(name, 26))
            if group == here
            else one_line(name.replace("/", " / "), 26),
            spot.data("quick_put", max(group, ROOT), number),
        )
        for group, name in shown.things
    ]
    rows = [
        *in_rows(buttons, 2),
        turning(say, shown.number, shown.pages, lambda to: spot.data("quick_to", to, number)),
        (Button(say("button.cancel"), spot.data("quick_card", number)),),
    ]
    await turn.answer(say("quick.ask_group"), rows, title=entry.heading)


async def _put(turn: Turn) -> None:
    group, _, rest = turn.words.partition(":")
    number, spot = numbered(rest)
    to = whole(group)
    if to is None:
        raise NotFound("error.button_gone")
    async with turn.unit() as uow:
        await teach_quick.change(uow, turn.staff, number, turn.desk.clock(), group=to)
        await uow.commit()
    await show_card(turn, await _seen(turn, number), spot, turn.say("quick.changed"))


async def _drop(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    seen = await _seen(turn, number)
    say = turn.say
    lines = [in_words(say, seen.entry.answer)]
    if not seen.writes:
        lines += ["", say("quick.owner_is_told", name=seen.owner)]
    rows = [
        (
            Button(say("button.delete_yes"), spot.data("quick_drop_yes", number)),
            Button(say("button.keep"), spot.data("quick_card", number)),
        )
    ]
    title = say("quick.drop_question", title=one_line(seen.entry.heading, 60))
    await turn.answer("\n".join(lines), rows, title=title)


async def _dropped(turn: Turn) -> None:
    number, spot = numbered(turn.words)
    async with turn.unit() as uow:
        entry = await teach_quick.remove(
            uow, turn.staff, number, voice=voice_of(turn), now=turn.desk.clock()
        )
        await uow.commit()
    await show(turn, spot, turn.say("quick.dropped", title=one_line(entry.heading, 60)))


PRESSES = {
    "quick_card": _shown,
    "quick_see": _previewed,
    "quick_title": _title,
    "quick_titled": _titled,
    "quick_redo": _redo,
    "quick_redone": _redone,
    "quick_to": _move,
    "quick_put": _put,
    "quick_drop": _drop,
    "quick_drop_yes": _dropped,
}
