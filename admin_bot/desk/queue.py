"""/queue: how many wait, kept up to date; for admins also who, with buttons to pick by hand."""

from datetime import timedelta
from functools import partial

from admin_bot.command import Command
from admin_bot.desk.speaking import in_rows, summary, voice_of
from admin_bot.listing import whole
from admin_bot.live import LIVES, Look
from admin_bot.turn import Turn
from bot.access import Permission, may
from bot.dialog.wording import how_long
from bot.handlers.board import GroupLine, line_lengths
from bot.handlers.desk_take import take
from bot.handlers.desk_view import WaitingPage, waiting_page
from bot.queue.estimate import told_minutes
from core.messages import Button


async def run(turn: Turn) -> None:
    """Show the line; for who may see it, the page that ``words`` names."""
    await _show(turn, whole(turn.words) or 1)


async def _show(turn: Turn, number: int) -> None:
    look_up = partial(_look, turn, number)
    look = await look_up()
    if look is None:
        return
    if turn.press is not None and turn.message is not None:
        shown = turn.message.message_id
        await turn.answer(look.text, look.rows, title=look.title)
    else:
        shown = (await turn.write(look.text, look.rows, title=look.title)).message_id
    if turn.live is not None:
        turn.live.follow(turn.staff.chat, shown, look, look_up)


async def _look(turn: Turn, number: int) -> Look | None:
    """Return what the message shows now; ``None`` where they work here no longer."""
    page, book = None, turn.desk.playbook.now.playbook
    async with turn.desk.reading() as uow:
        # Asked long after the command: they may be something else by now, or gone.
        viewer = (await uow.staffing.by_ids([turn.staff.id])).get(turn.staff.id)
        if viewer is None or not viewer.active:
            return None
        groups = await line_lengths(uow, viewer, book.policies, turn.desk.clock())
        sees_line = may(viewer.role, Permission.SEE_LINE)
        if sees_line:
            page = await waiting_page(uow, viewer, number, voice=voice_of(turn))
    say = turn.say
    text = "\n".join(_group(turn, g) for g in groups) or say("queue.no_groups")
    rows: list[tuple[Button, ...]] = []
    if page is not None:
        if page.rows:
            text += "\n\n" + "\n".join(_rows(turn, page))
        rows = _buttons(turn, page)
    elif any(g.waiting for g in groups):
        rows = [(Button(say("button.next"), "next"),)]
    if turn.live is not None and groups:
        minutes = int(LIVES.total_seconds() // 60)
        text += "\n\n" + say("queue.live", minutes=minutes)
    return Look(text, rows, say("queue.title"))


def _group(turn: Turn, group: GroupLine) -> str:
    """Return a group's line and who could serve it."""
    say = turn.say
    if group.since is None:
        first = say("queue.group_empty", group=group.name)
    else:
        longest = how_long(turn.desk.clock() - group.since, say)
        first = say("queue.group", group=group.name, count=group.waiting, longest=longest)
    facts = [say("queue.online", count=group.online)]
    if group.on_break:
        facts.append(say("queue.on_break", count=group.on_break))
    facts.append(say("queue.free", count=group.free))
    if group.wait is not None:
        told = timedelta(minutes=told_minutes(group.wait))
        facts.append(say("queue.wait", wait=how_long(told, say)))
    return f"{first}\n   {say('word.comma').join(facts)}"


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
