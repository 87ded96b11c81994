"""/end [number]: end a conversation that the agent serves."""

from functools import partial

from admin_bot.command import Command
from admin_bot.desk import naming
from admin_bot.desk.speaking import voice_of
from admin_bot.listing import Place, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.desk_end import Unnamed, end
from bot.prompting import Listener, prompt_for, told
from bot.telling import Party
from core.errors import BadRequestText
from core.messages import Button, Content
from core.prompts import END


async def run(turn: Turn) -> None:
    """End the one in front, or the one whose number is given."""
    number = whole(turn.words)
    if turn.words and number is None:
        raise BadRequestText("usage.end")
    try:
        async with turn.unit() as uow:
            over = await end(
                uow,
                turn.staff,
                number,
                voice=voice_of(turn),
                now=turn.desk.clock(),
                goodbye=partial(goodbye, turn),
            )
            await uow.commit()
    except Unnamed as owed:
        # Nothing has ended: what it was about comes first (requirement QUE-18).
        await naming.show(turn, owed.number, Place(), turn.say(owed.key, **owed.facts))
        return
    say, number = turn.say, over.conversation_id
    row = (
        Button(say("button.history"), f"history:{number}:1"),
        Button(say("button.chats"), "chats"),
        Button(say("button.next"), "next"),
    )
    more = [(naming.button(turn, number),)] if over.nameable else []
    await turn.answer(say("end.done", name=over.name, number=number), [row, *more])


def goodbye(turn: Turn, party: Party) -> tuple[Content, ...]:
    """Return what the end prompt tells a customer; nothing where it is switched off."""
    desk, talk, person = turn.desk, party.talk, party.person
    book = desk.playbook.now
    listener = Listener(
        person.name,
        party.account,
        talk.group_id or book.playbook.front_group,
        desk.texts(person.language),
        desk.clock().astimezone(desk.config.zone),
        talk.region or "",
        turn.staff.name,
    )
    return told(book, prompt_for(book, END, listener), listener)


COMMAND = Command("end", Permission.SERVE, run, presses={"end": run, **naming.PRESSES})
