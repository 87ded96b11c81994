"""``/group_list``: the service groups; edit, members, delete."""

from admin_bot.command import Command
from admin_bot.commands import group_leads
from admin_bot.commands.library_assign import assign_row
from admin_bot.listing import Place, arrows, numbered, page_of, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.wording import moment, state
from bot.access import Permission
from bot.handlers import grouping, staffing
from bot.handlers.grouping import GroupWishes
from core.errors import NotFound
from core.messages import Button
from storage.repos.staffing import ServiceGroup


def _columns(turn: Turn, group: ServiceGroup) -> str:
    """Return what QUE-01 lists: number, name, identifier, phone, added by, added at."""
    return turn.say(
        "group.columns",
        number=group.id,
        name=group.name,
        identifier=group.identifier,
        phone=group.phone or "–",
        client=group.shown_name,
        shown=state(turn.say, group.client_shown),
        added_by=group.added_by,
        added_at=moment(turn.desk, group.created_at),
    )


async def run(turn: Turn) -> None:
    """Show the first page."""
    await _show_list(turn, 1)


async def _turned(turn: Turn) -> None:
    await _show_list(turn, Place.read(turn.words).page)


async def _show_list(turn: Turn, number: int) -> None:
    async with turn.desk.reading() as uow:
        groups = await grouping.groups(uow, turn.staff)
    say = turn.say
    page = page_of(groups, number)
    place = Place(page.number)
    rows: list[tuple[Button, ...]] = [
        (
            Button(say("button.edit", label=group.name), place.data("group_show", group.id)),
            Button(say("button.members"), place.data("group_people", group.id)),
            Button(say("button.delete"), place.data("group_drop", group.id)),
        )
        for group in page.things
    ]
    rows.append(arrows(say, page, "group_list", place))
    await turn.answer(
        "\n\n".join(_columns(turn, group) for group in page.things) or say("group.none"),
        rows,
        title=say("group.list_title", total=page.total),
    )


async def show_card(turn: Turn, group: ServiceGroup, place: Place, title: str = "") -> None:
    """Show one group and how to change it."""
    say = turn.say
    # With it on, customers of other groups get a button into this one.
    box = say(
        "button.ticked" if group.client_shown else "button.unticked",
        label=say("group.button_shown"),
    )
    shown = "off" if group.client_shown else "on"
    text = _columns(turn, group) + "\n\n" + say("group.how_to_edit", number=group.id)
    await turn.answer(
        text,
        [
            (
                Button(say("button.members"), place.data("group_people", group.id)),
                Button(say("button.delete"), place.data("group_drop", group.id)),
            ),
            (Button(box, place.data("group_client", group.id, shown)),),
            assign_row(turn, group.id),
            (
                Button(say("shares.button_leads"), place.data("group_leads", group.id)),
                Button(say("account.button_rules"), f"limits_show:g{group.id}"),
            ),
            (Button(say("group.button_topics"), f"topic_group:{group.id}:1"),),
            (Button(say("button.to_list"), place.data("group_list")),),
        ],
        title=title,
    )


async def _shown(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        group = await grouping.group(uow, turn.staff, _known(number))
    await show_card(turn, group, place)


async def _client(turn: Turn) -> None:
    """Show customers of other groups a button into this one, or not. Source: QUE-03."""
    words = [*turn.words.split(":", 2), "", ""]
    wanted = GroupWishes(client_shown=words[1] == "on")
    async with teaching(turn) as uow:
        group = await grouping.edit(
            uow, turn.staff, _known(whole(words[0])), wanted, turn.desk.clock()
        )
    await show_card(turn, group, Place.read(words[2]))


async def _people(turn: Turn) -> None:
    number, place = numbered(turn.words)
    await _show_people(turn, _known(number), place)


async def _show_people(turn: Turn, number: int, place: Place) -> None:
    async with turn.desk.reading() as uow:
        group = await grouping.group(uow, turn.staff, number)
        people = [c for c in await staffing.people(uow, turn.staff) if c.member.active]
    say = turn.say
    page = page_of(people, place.page)
    here = Place(page.number)
    rows: list[tuple[Button, ...]] = []
    for colleague in page.things:
        member = colleague.member
        inside = any(one.id == number for one in colleague.groups)
        label = say("button.ticked" if inside else "button.unticked", label=member.name)
        name = "group_leave" if inside else "group_join"
        rows.append((Button(label, here.data(name, number, member.chat)),))
    if page.pages > 1:
        before, after = page.number - 1 or page.pages, page.number % page.pages + 1
        rows.append(
            (
                Button(say("list.before"), Place(before).data("group_people", number)),
                Button(
                    say("list.page", page=page.number, pages=page.pages),
                    here.data("group_people", number),
                ),
                Button(say("list.after"), Place(after).data("group_people", number)),
            )
        )
    rows.append((Button(say("button.to_list"), Place().data("group_list")),))
    inside_all = [c.member.name for c in people if any(g.id == number for g in c.groups)]
    await turn.answer(
        say(
            "group.members",
            count=len(inside_all),
            names=say("word.comma").join(inside_all) or say("word.none"),
        ),
        rows,
        title=say("group.members_title", name=group.name),
    )


async def _toggle(turn: Turn, *, inside: bool) -> None:
    words = [*turn.words.split(":", 2), "", ""]
    number = _known(whole(words[0]))
    async with turn.unit() as uow:
        await staffing.set_membership(
            uow, turn.staff, words[1], number, turn.desk.clock(), inside=inside
        )
        await uow.commit()
    await _show_people(turn, number, Place.read(words[2]))


async def _join(turn: Turn) -> None:
    await _toggle(turn, inside=True)


async def _leave(turn: Turn) -> None:
    await _toggle(turn, inside=False)


async def _drop(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        group = await grouping.before_removal(uow, turn.staff, _known(number))
    say = turn.say
    await turn.answer(
        _columns(turn, group),
        [
            (
                Button(say("button.delete_yes"), place.data("group_drop_yes", group.id)),
                Button(say("button.keep"), place.data("group_list")),
            )
        ],
        title=say("group.delete_question", name=group.name),
    )


async def _dropped(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        group = await grouping.remove(uow, turn.staff, _known(number), turn.desk.clock())
    await turn.notice(turn.say("group.deleted", name=group.name))
    await _show_list(turn, place.page)


def _known(number: int | None) -> int:
    if number is None:
        raise NotFound("group.unknown", name="?")
    return number


COMMAND = Command(
    "group_list",
    Permission.STAFF,
    run,
    presses={
        "group_list": _turned,
        "group_show": _shown,
        "group_client": _client,
        "group_people": _people,
        "group_join": _join,
        "group_leave": _leave,
        "group_drop": _drop,
        "group_drop_yes": _dropped,
        **group_leads.PRESSES,
    },
)
