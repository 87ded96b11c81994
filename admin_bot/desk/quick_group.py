"""Groups of quick replies: add, rename, delete."""

from admin_bot.asking import ask, asking_again
from admin_bot.desk.quick_list import show
from admin_bot.desk.quick_place import Spot
from admin_bot.turn import Turn
from bot.handlers import quick_groups
from core.errors import NotFound
from core.messages import Button
from core.tree import LONGEST_NAME
from storage.repos.library import Owner


def _owner(spot: Spot) -> Owner:
    if spot.owner is None:
        raise NotFound("error.button_gone")
    return spot.owner


async def _add(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    question = turn.say("quick.ask_group_name", limit=LONGEST_NAME)
    await ask(turn, question, spot.data("quick_group_added"), spot.data("quick"))


async def _added(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    question = turn.say("quick.ask_group_name", limit=LONGEST_NAME)
    async with asking_again(turn, question, spot.data("quick_group_added")):
        async with turn.unit() as uow:
            node = await quick_groups.add(
                uow, turn.staff, _owner(spot), turn.said, turn.desk.clock()
            )
            await uow.commit()
        told = turn.say("quick.group_added", name=node.name)
        await show(turn, spot.at(spot.owner, node.id), told)


async def _name(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    question = turn.say("quick.ask_group_name", limit=LONGEST_NAME)
    await ask(turn, question, spot.data("quick_group_named"), spot.data("quick"))


async def _named(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    question = turn.say("quick.ask_group_name", limit=LONGEST_NAME)
    async with asking_again(turn, question, spot.data("quick_group_named")):
        async with turn.unit() as uow:
            await quick_groups.rename(uow, turn.staff, spot.group, turn.said, turn.desk.clock())
            await uow.commit()
        await show(turn, spot, turn.say("quick.changed"))


async def _drop(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    async with turn.desk.reading() as uow:
        node = await quick_groups.show(uow, turn.staff, spot.group)
    say = turn.say
    rows = [
        (
            Button(say("button.delete_yes"), spot.data("quick_group_drop_yes")),
            Button(say("button.keep"), spot.data("quick")),
        )
    ]
    await turn.answer(say("quick.drop_group_question", name=node.name), rows)


async def _dropped(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    async with turn.unit() as uow:
        node = await quick_groups.remove(uow, turn.staff, spot.group, turn.desk.clock())
        await uow.commit()
    await show(turn, spot.at(spot.owner), turn.say("quick.group_dropped", name=node.name))


PRESSES = {
    "quick_group_add": _add,
    "quick_group_added": _added,
    "quick_group_name": _name,
    "quick_group_named": _named,
    "quick_group_drop": _drop,
    "quick_group_drop_yes": _dropped,
}
