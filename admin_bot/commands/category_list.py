"""``/category_list``: the tree of consultation categories, and what can be done with each."""

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.library_wording import turning
from admin_bot.listing import page_of, short, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import categories
from bot.handlers.categories import LONGEST_TITLE, MOST_LEVELS
from core.messages import Button
from core.tree import ROOT

_COLUMNS = 36


async def run(turn: Turn) -> None:
    """Show the tree, or the categories whose titles hold the words."""
    await _show_list(turn, 1, search=turn.words)


async def _turned(turn: Turn) -> None:
    await _show_list(turn, whole(turn.words) or 1)


async def _show_list(turn: Turn, number: int, told: str = "", search: str = "") -> None:
    stop_asking(turn)
    say = turn.say
    async with turn.desk.reading() as uow:
        tree = await categories.tree(uow, turn.staff)
    wanted = search.casefold()
    page = page_of([topic for topic in tree if wanted in topic.name.casefold()], number)
    lines = [told, ""] if told else []
    lines.append(say("category.tree") if len(tree) else say("category.none"))
    rows: list[tuple[Button, ...]] = []
    for topic in page.things:
        indent = "" if wanted else "　" * (tree.level(topic.id) - 1)
        name = short(tree.path(topic.id) if wanted else topic.name, _COLUMNS)
        # The plus adds one right below it. Source: requirement QUE-19.
        plus = [Button("➕", f"topic_add:{topic.id}")] * (tree.level(topic.id) < MOST_LEVELS)
        rows.append((Button(indent + name, f"topic:{topic.id}"), *plus))
    rows += [
        turning(say, page.number, page.pages, lambda to: f"topics:{to}"),
        (
            Button(say("category.button_add"), f"topic_add:{ROOT}"),
            Button(say("category.button_groups"), "topic_groups:1"),
        ),
    ]
    title = say("category.list_title", total=page.total)
    await turn.answer("\n".join(lines), rows, title=title)


async def show_topic(turn: Turn, number: int, told: str = "") -> None:
    """Show one category with everything that can be done about it."""
    stop_asking(turn)
    async with turn.desk.reading() as uow:
        held = await categories.holding(uow, turn.staff, number)
        tree = await categories.tree(uow, turn.staff)
    say = turn.say
    card = say(
        "category.card",
        path=tree.path(number).replace("/", " / "),
        below=len(held.below),
        uses=held.uses,
        groups=held.groups,
    )

    def button(key: str, name: str) -> Button:
        return Button(say(key), f"{name}:{number}")

    plus = [button("category.button_below", "topic_add")] * (tree.level(number) < MOST_LEVELS)
    rows = [
        (button("category.button_rename", "topic_name"), *plus),
        (button("category.button_up", "topic_up"), button("category.button_down", "topic_down")),
        (button("button.delete", "topic_drop"), Button(say("button.to_list"), "topics:1")),
    ]
    await turn.answer(f"{told}\n\n{card}" if told else card, rows, title=held.topic.name)


async def _shown(turn: Turn) -> None:
    await show_topic(turn, whole(turn.words) or 0)


async def _ask_child(turn: Turn) -> None:
    number = whole(turn.words) or ROOT
    back = f"topic:{number}" if number else "topics:1"
    await ask(turn, _question(turn), f"topic_added:{number}", back)


async def _added(turn: Turn) -> None:
    async with asking_again(turn, _question(turn), f"topic_added:{turn.words}"):
        async with turn.unit() as uow:
            above, now = whole(turn.words) or ROOT, turn.desk.clock()
            topic = await categories.add(uow, turn.staff, above, turn.said, now)
            await uow.commit()
        await show_topic(turn, topic.id, turn.say("category.added", name=topic.name))


async def _ask_name(turn: Turn) -> None:
    number = whole(turn.words) or ROOT
    await ask(turn, _question(turn), f"topic_named:{number}", f"topic:{number}")


async def _named(turn: Turn) -> None:
    async with asking_again(turn, _question(turn), f"topic_named:{turn.words}"):
        async with turn.unit() as uow:
            number, now = whole(turn.words) or ROOT, turn.desk.clock()
            topic = await categories.rename(uow, turn.staff, number, turn.said, now)
            await uow.commit()
        await show_topic(turn, topic.id, turn.say("category.changed"))


def _question(turn: Turn) -> str:
    return turn.say("category.ask_title", limit=LONGEST_TITLE)


async def _up(turn: Turn) -> None:
    await _shift(turn, True)


async def _down(turn: Turn) -> None:
    await _shift(turn, False)


async def _shift(turn: Turn, up: bool) -> None:
    async with turn.unit() as uow:
        number = whole(turn.words) or ROOT
        moved = await categories.shift(uow, turn.staff, number, up, turn.desk.clock())
        await uow.commit()
    await turn.notice(turn.say("category.moved" if moved else "category.at_the_end"))
    await show_topic(turn, number)


async def _drop(turn: Turn) -> None:
    """Ask before it is deleted, and say what goes with it."""
    number = whole(turn.words) or ROOT
    async with turn.desk.reading() as uow:
        held = await categories.holding(uow, turn.staff, number)
    say = turn.say
    words = say("category.drop_what", below=len(held.below), uses=held.uses, groups=held.groups)
    row = (
        Button(say("button.delete_yes"), f"topic_drop_yes:{number}"),
        Button(say("button.keep"), f"topic:{number}"),
    )
    await turn.answer(words, [row], title=say("category.drop_question", name=held.topic.name))


async def _dropped(turn: Turn) -> None:
    async with turn.unit() as uow:
        number = whole(turn.words) or ROOT
        held = await categories.delete(uow, turn.staff, number, turn.desk.clock())
        await uow.commit()
    await _show_list(turn, 1, turn.say("category.dropped", name=held.topic.name))


COMMAND = Command(
    "category_list",
    Permission.STAFF,
    run,
    presses={
        "topics": _turned,
        "topic": _shown,
        "topic_add": _ask_child,
        "topic_added": _added,
        "topic_name": _ask_name,
        "topic_named": _named,
        "topic_up": _up,
        "topic_down": _down,
        "topic_drop": _drop,
        "topic_drop_yes": _dropped,
    },
)
