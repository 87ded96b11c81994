"""``/rule_list``: look through the rules and open one."""

from admin_bot.command import Command
from admin_bot.commands import rule_card, rule_parts, rule_replies
from admin_bot.commands.rule_card import known
from admin_bot.listing import Place, arrows, numbered, one_line, page_of
from admin_bot.steps import ask, called_off, keeps
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import rule_line
from bot.access import Permission
from bot.handlers import teach_rule
from core.messages import Button

PAGE = 20
_IN_ROW = 5


async def run(turn: Turn) -> None:
    """Show the first page of what the words find."""
    await show_list(turn, Place.of_search(turn.words))


async def _turned(turn: Turn) -> None:
    called_off(turn)
    await show_list(turn, Place.read(turn.words))


async def show_list(turn: Turn, place: Place) -> None:
    """Show a page of the rules: a line for each, and a button that opens it."""
    say = turn.say
    book = await newest(turn)
    rules = teach_rule.find(turn.staff, book.playbook, place.search)
    page = page_of(rules, place.page, PAGE)
    place = Place(page.number, place.search)
    lines = [rule_line(say, rule) for rule in page.things]
    each = [
        Button(
            ("" if rule.enabled else say("word.off_mark")) + f"#{rule.id}",
            place.data("rule_show", rule.id),
        )
        for rule in page.things
    ]
    rows = [tuple(each[at : at + _IN_ROW]) for at in range(0, len(each), _IN_ROW)]
    rows.append(arrows(say, page, "rule_list", place))
    tools = [
        Button(say("rules.button_new_rule"), "rule_new"),
        Button(say("rules.button_search"), "rule_find"),
    ]
    if place.search:
        tools.append(Button(say("rules.button_show_all"), "rule_list:1:"))
    if any(rule.group for rule in book.playbook.rules):
        tools.append(Button(say("rules.button_groups"), "rule_groups"))
    rows += [undo_row(turn), tuple(tools)]
    title = say("rule.list_title", total=page.total)
    if place.search:
        title = say("rule.found_title", total=page.total, search=_in_words(turn, place.search))
    await turn.answer("\n".join(lines) or say("rule.none"), rows, title=title)


def _in_words(turn: Turn, search: str) -> str:
    """Return a search as people call it: a group by its name."""
    group = search.removeprefix("group:")
    if group == search:
        return search
    if group == teach_rule.UNGROUPED:
        return turn.say("rule.no_group")
    rules = turn.desk.playbook.now.playbook.rules
    name = next((rule.group for rule in rules if f"#{rule.id}" == group), group)
    return one_line(name, 40)


async def _find(turn: Turn) -> None:
    await ask(turn, turn.say("rule.ask_search"), "rule_sought", "rule_list:1:")


async def _sought(turn: Turn) -> None:
    await show_list(turn, Place() if keeps(turn) else Place.of_search(turn.said))


async def _dropped(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        rule = await teach_rule.remove(uow, turn.staff, known(number), turn.desk.clock())
    await turn.notice(turn.say("rule.deleted", number=rule.id))
    await show_list(turn, place)


COMMAND = Command(
    "rule_list",
    Permission.TEACH,
    run,
    presses={
        "rule_list": _turned,
        "rule_find": _find,
        "rule_sought": _sought,
        "rule_drop_yes": _dropped,
        **rule_card.PRESSES,
        **rule_parts.PRESSES,
        **rule_replies.PRESSES,
    },
)
