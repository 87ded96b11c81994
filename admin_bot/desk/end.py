"""/end [number]: end a conversation that the agent serves."""

from functools import partial

from admin_bot.command import Command
from admin_bot.desk.speaking import voice_of
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.faq_card import card
from bot.dialog.variables import facts_of, filled
from bot.handlers.desk_end import end
from bot.telling import Party
from core.errors import BadRequestText
from core.messages import Button, Content, Kind
from core.playbook import calendar_for
from core.prompts import END, default_prompt, hours_in_words, prompt_contents


async def run(turn: Turn) -> None:
    """End the one in front, or the one whose number is given."""
    number = whole(turn.words)
    if turn.words and number is None:
        raise BadRequestText("usage.end")
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
    say = turn.say
    row = (
        Button(say("button.history"), f"history:{over.conversation_id}:1"),
        Button(say("button.chats"), "chats"),
        Button(say("button.next"), "next"),
    )
    await turn.answer(say("end.done", name=over.name, number=over.conversation_id), [row])


def goodbye(turn: Turn, party: Party) -> tuple[Content, ...]:
    """Return what the end prompt tells a customer; nothing where it is switched off."""
    desk, talk, person = turn.desk, party.talk, party.person
    book, say = desk.playbook.now, desk.texts(person.language)
    group = talk.group_id or book.playbook.front_group
    prompt = book.prompt(END, party.account, group) or default_prompt(END, say)
    if not prompt.enabled:
        return ()
    local = desk.clock().astimezone(desk.config.zone)
    facts = facts_of(
        nickname=person.name,
        account=party.account,
        local=local,
        agent=turn.staff.name,
        place=talk.region or "",
        hours=hours_in_words(
            say, calendar_for(book.playbook, party.account, group).spans_on(local.date())
        ),
    )
    hidden = book.hidden_for(group)
    return tuple(
        card(book.playbook, hidden, local.date(), 0, 1, say)
        if content.kind is Kind.FAQ_CARD
        else filled(content, facts)
        for content in prompt_contents(prompt)
    )


COMMAND = Command("end", Permission.SERVE, run, presses={"end": run})
