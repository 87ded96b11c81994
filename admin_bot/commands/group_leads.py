"""Who leads a group: is told when its customers wait too long for an answer."""

from admin_bot.command import Run
from admin_bot.library_wording import turning
from admin_bot.listing import Place, in_rows, numbered, one_line, page_of, whole
from admin_bot.turn import Turn
from bot.handlers import agent_shares, grouping, staffing
from core.messages import Button


async def _shown(turn: Turn) -> None:
    number, place = numbered(turn.words)
    await _show(turn, number or 0, place)


async def _show(turn: Turn, number: int, place: Place) -> None:
    say = turn.say
    async with turn.desk.reading() as uow:
        group = await grouping.group(uow, turn.staff, number)
        people = await staffing.people(uow, turn.staff)
        leads = await agent_shares.leads(uow, turn.staff, number)
    inside = [
        one.member
        for one in people
        if one.member.active and any(g.id == number for g in one.groups)
    ]
    chosen = {one.id for one in leads}
    page = page_of(inside, place.page)
    here = Place(page.number)
    buttons = [
        Button(
            say(
                "button.ticked" if member.id in chosen else "button.unticked",
                label=one_line(member.name, 24),
            ),
            here.data("group_lead", number, member.id, int(member.id not in chosen)),
        )
        for member in page.things
    ]
    rows = [
        *in_rows(buttons, 2),
        turning(say, page.number, page.pages, lambda to: Place(to).data("group_leads", number)),
        (Button(say("department.button_back"), Place().data("group_show", number)),),
    ]
    names = say("word.comma").join(one.name for one in leads) or say("word.none")
    text = say("shares.leads", names=names)
    await turn.answer(text, rows, title=say("shares.leads_title", name=group.name))


async def _toggle(turn: Turn) -> None:
    group, person, lead, place = [*turn.words.split(":", 3), "", "", ""][:4]
    number = whole(group) or 0
    async with turn.unit() as uow:
        await agent_shares.set_lead(
            uow, turn.staff, whole(person) or 0, number, turn.desk.clock(), lead=lead == "1"
        )
        await uow.commit()
    await _show(turn, number, Place.read(place))


PRESSES: dict[str, Run] = {"group_leads": _shown, "group_lead": _toggle}
"""What the buttons about leads do."""
