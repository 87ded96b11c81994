"""``/rule_group``: groups of rules: look at them, put rules into one, switch a whole one."""

from admin_bot.command import Command
from admin_bot.commands.rule_card import known, show_card
from admin_bot.listing import Place, arrows, one_line, page_of, whole
from admin_bot.parsing import listed
from admin_bot.steps import called_off
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.access import Permission
from bot.handlers import order_rules, teach_rule
from core.errors import BadRequestText
from core.messages import Button

_NONE = frozenset({"none", "-", "无", "没有"})
PAGE = 20


async def run(turn: Turn) -> None:
    """Show the groups, or put rules into one: ``12, 13 Sales``."""
    if not turn.words:
        await _show(turn)
        return
    numbers, group = _read(turn.words)
    async with teaching(turn) as uow:
        await order_rules.put_in_group(uow, turn.staff, numbers, group, turn.desk.clock())
    if len(numbers) == 1:
        await show_card(turn, numbers[0], Place(), "rule.changed")
    else:
        await _show(turn)


def _read(words: str) -> tuple[list[int], str]:
    """Split ``12, 13 Sales team`` into its numbers and the name behind them."""
    numbers: list[int] = []
    rest = " ".join(listed(words.replace("，", ",")) if "," in words else [words])
    parts = rest.split()
    while parts and (number := whole(parts[0])) is not None:
        numbers.append(number)
        parts.pop(0)
    group = " ".join(parts)
    if not numbers or not group:
        raise BadRequestText("usage.rule_group")
    return numbers, "" if group.lower() in _NONE else group


async def _turned(turn: Turn) -> None:
    called_off(turn)
    await _show(turn, Place.read(turn.words).page)


async def _show(turn: Turn, number: int = 1) -> None:
    say = turn.say
    book = await newest(turn)
    page = page_of(order_rules.groups(turn.staff, book.playbook), number, PAGE)
    lines = []
    rows: list[tuple[Button, ...]] = []
    for group in page.things:
        name = group.name or say("rule.no_group")
        lines.append(
            say("rule.group_line", name=name, total=group.total, on=group.on, uses=group.uses)
        )
        search = f"group:#{group.first}" if group.name else f"group:{teach_rule.UNGROUPED}"
        row = [Button(one_line(name, 20), Place(1, search).data("rule_list"))]
        if group.name and group.on < group.total:
            row.append(Button(say("button.on"), f"rule_group_on:{group.first}"))
        if group.name and group.on:
            row.append(Button(say("button.off"), f"rule_group_off:{group.first}"))
        rows.append(tuple(row))
    rows.append(arrows(say, page, "rule_groups", Place(page.number)))
    rows += [undo_row(turn), (Button(say("button.to_list"), "rule_list:1:"),)]
    await turn.answer("\n".join(lines) or say("rule.none"), rows, title=say("rule.groups_title"))


async def _switch(turn: Turn, enabled: bool) -> None:
    async with teaching(turn) as uow:
        await order_rules.switch_group(
            uow, turn.staff, known(whole(turn.words)), enabled, turn.desk.clock()
        )
    await _show(turn)


async def _on(turn: Turn) -> None:
    await _switch(turn, True)


async def _off(turn: Turn) -> None:
    await _switch(turn, False)


COMMAND = Command(
    "rule_group",
    Permission.TEACH,
    run,
    presses={"rule_groups": _turned, "rule_group_on": _on, "rule_group_off": _off},
)
