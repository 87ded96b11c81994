"""/queue: how many wait; for admins also who, with buttons to pick by hand."""

from admin_bot.command import Command
from admin_bot.desk.speaking import in_rows, summary, voice_of
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission, may
from bot.dialog.wording import how_long
from bot.handlers.desk_take import take
from bot.handlers.desk_view import GroupLine, WaitingPage, line_lengths, waiting_page
from core.messages import Button


async def run(turn: Turn) -> None:
    """Show the line; for who may see it, the page that ``words`` names."""
    await _show(turn, whole(turn.words) or 1)


async def _show(turn: Turn, number: int) -> None:
    page = None
    async with turn.desk.reading() as uow:
        groups = await line_lengths(uow, turn.staff)
        if may(turn.staff.role, Permission.SEE_LINE):
            page = await waiting_page(uow, turn.staff, number)
    say = turn.say
    text = "\n".join(_group(turn, g) for g in groups) or say("queue.no_groups")
    if page is None:
        waiting = any(g.waiting for g in groups)
        await turn.answer(
            text,
            [(Button(say("button.next"), "next"),)] if waiting else [],
            title=say("queue.title"),
        )
        return
    if page.rows:
        text += "\n\n" + "\n".join(_rows(turn, page))
    await turn.answer(text, _buttons(turn, page), title=say("queue.title"))


def _group(turn: Turn, group: GroupLine) -> str:
    if group.since is None:
        return turn.say("queue.group_empty", group=group.name)
    longest = how_long(turn.desk.clock() - group.since, turn.say)
    return turn.say("queue.group", group=group.name, count=group.waiting, longest=longest)


def _rows(turn: Turn, page: WaitingPage) -> list[str]:
    now = turn.desk.clock()
    return [
        f"{summary(p, turn.say)} · {how_long(now - (p.talk.waiting_since or now), turn.say)}"
        for p in page.rows
    ]


def _buttons(turn: Turn, page: WaitingPage) -> list[tuple[Button, ...]]:
    say = turn.say
    rows = in_rows(
        [
            Button(say("button.take_number", number=p.talk.id), f"pick:{p.talk.id}")
            for p in page.rows
        ]
    )
    if page.pages > 1:
        turns = []
        if page.page > 1:
            turns.append(Button(say("page.previous"), f"queue:{page.page - 1}"))
        turns.append(Button(say("page.of", page=page.page, pages=page.pages), f"queue:{page.page}"))
        if page.page < page.pages:
            turns.append(Button(say("page.next"), f"queue:{page.page + 1}"))
        rows.append(tuple(turns))
    return rows


async def _pick(turn: Turn) -> None:
    number = whole(turn.words) or 0
    async with turn.unit() as uow:
        taken = await take(uow, turn.staff, number, voice=voice_of(turn), now=turn.desk.clock())
        await uow.commit()
    await turn.notice(turn.say("take.done", name=taken.name, number=taken.conversation_id))
    await _show(turn, 1)


COMMAND = Command("queue", Permission.SERVE, run, presses={"queue": run, "pick": _pick})
