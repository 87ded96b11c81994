"""``/category_assign``: which consultation categories each service group names."""

from admin_bot.command import Command
from admin_bot.library_wording import turning
from admin_bot.listing import page_of, short, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import categories
from bot.handlers.categories import GroupTopics
from core.messages import Button

_COLUMNS = 36


async def run(turn: Turn) -> None:
    """Show the groups."""
    await _show_groups(turn, 1)


async def _groups(turn: Turn) -> None:
    await _show_groups(turn, whole(turn.words) or 1)


async def _show_groups(turn: Turn, number: int) -> None:
    async with turn.desk.reading() as uow:
        found = await categories.groups(uow, turn.staff)
    say = turn.say
    page = page_of(found, number)
    rows: list[tuple[Button, ...]] = []
    for one in page.things:
        name = short(one.group.name, _COLUMNS)
        label = say("category.group", name=name, count=len(one.named))
        rows.append((Button(label, f"topic_group:{one.group.id}:1"),))
    rows.append(turning(say, page.number, page.pages, lambda to: f"topic_groups:{to}"))
    rows.append((Button(say("category.button_tree"), "topics:1"),))
    await turn.answer(say("category.groups"), rows, title=say("category.groups_title"))


async def _shown(turn: Turn) -> None:
    group, _, page = turn.words.partition(":")
    async with turn.desk.reading() as uow:
        found = await categories.of_group(uow, turn.staff, whole(group) or 0)
    await _show(turn, found, whole(page) or 1)


async def _show(turn: Turn, found: GroupTopics, number: int) -> None:
    say, group = turn.say, found.group.id
    page = page_of(list(found.tree), number)
    rows: list[tuple[Button, ...]] = []
    for topic in page.things:
        label = "　" * (found.tree.level(topic.id) - 1) + short(topic.name, _COLUMNS)
        mark = "button.ticked" if topic.id in found.named else "button.unticked"
        data = f"topic_give:{group}:{page.number}:{topic.id}"
        rows.append((Button(say(mark, label=label), data),))
    rows += [
        turning(say, page.number, page.pages, lambda to: f"topic_group:{group}:{to}"),
        (Button(say("button.to_list"), "topic_groups:1"),),
    ]
    text = say("category.assigned", count=len(found.named)) if page.total else say("category.none")
    await turn.answer(text, rows, title=found.group.name)


async def _ticked(turn: Turn) -> None:
    group, page, topic = (*turn.words.split(":"), "", "", "")[:3]
    async with turn.unit() as uow:
        found = await categories.toggle(
            uow, turn.staff, whole(group) or 0, whole(topic) or 0, turn.desk.clock()
        )
        await uow.commit()
    await _show(turn, found, whole(page) or 1)


COMMAND = Command(
    "category_assign",
    Permission.STAFF,
    run,
    presses={"topic_groups": _groups, "topic_group": _shown, "topic_give": _ticked},
)
