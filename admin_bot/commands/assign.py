"""``/assign``: the rules by which new customers become somebody's, and who would get one."""

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.commands import assign_steps
from admin_bot.commands.assign_wording import rule_words, tried_words
from admin_bot.library_wording import turning
from admin_bot.listing import in_rows, one_line, page_of, whole
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.access import Permission
from bot.handlers import teach_allocation
from bot.handlers.teach_allocation import Choices, Tried
from core.errors import BadRequestText, NotFound
from core.line import AllocationRule, Target
from core.messages import Button
from core.policy import Mode, Policy

_TEST = ("test", "测试", "试算")
_NEW = ("new", "add", "新建", "添加")


async def run(turn: Turn) -> None:
    """Show the rules, begin a new one, or tell who would get a customer."""
    word, _, rest = turn.words.partition(" ")
    if not word:
        await _show_list(turn, 1)
    elif word.lower() in _TEST:
        await _try(turn, rest.strip())
    elif word.lower() in _NEW and not rest:
        await assign_steps.begin(turn, AllocationRule(0, ""))
    else:
        raise BadRequestText("usage.assign")


# -- the list --------------------------------------------------------------------------------------


async def _read(turn: Turn) -> tuple[list[AllocationRule], Choices]:
    async with turn.desk.reading() as uow:
        return (
            await teach_allocation.rules(uow, turn.staff),
            await teach_allocation.choices(uow, turn.staff),
        )


async def _listed(turn: Turn) -> None:
    await _show_list(turn, whole(turn.words) or 1)


async def _show_list(turn: Turn, number: int, told: str = "") -> None:
    stop_asking(turn)
    say = turn.say
    rules, there = await _read(turn)
    page = page_of(rules, number)
    first = (page.number - 1) * 20 + 1
    lines = [told, ""] if told else []
    buttons = []
    for place, rule in enumerate(page.things, first):
        mark = "" if rule.enabled else say("word.off_mark")
        lines.append(f"{place}. {mark}{rule.name}\n   {_one_line(turn, rule, there)}")
        buttons.append(Button(f"{place}. {mark}{one_line(rule.name, 24)}", f"alloc_show:{rule.id}"))
    if not rules:
        lines += [say("allocation.none"), "", say("allocation.presets")]
    new = (Button(say("allocation.button_new"), "alloc_new:custom"),)
    rows = [
        undo_row(turn),
        *in_rows(buttons, 1),
        turning(say, page.number, page.pages, lambda to: f"alloc_list:{to}"),
        *([new] if rules else _presets(turn)),
        (Button(say("allocation.button_try"), "alloc_try:0"),),
    ]
    await turn.answer("\n".join(lines), rows, title=say("allocation.title", total=page.total))


def _presets(turn: Turn) -> list[tuple[Button, ...]]:
    """Return the buttons for a desk without rules. Source: requirement QUE-44."""
    say = turn.say
    return [
        (Button(say(f"allocation.preset_{name}"), f"alloc_new:{name}"),)
        for name in ("keeper", "department", "custom")
    ]


def _one_line(turn: Turn, rule: AllocationRule, there: Choices) -> str:
    return one_line(rule_words(turn.say, rule, there).replace("\n", "; "), 160)


# -- one rule --------------------------------------------------------------------------------------


async def _shown(turn: Turn) -> None:
    await _show_card(turn, whole(turn.words) or 0)


async def _show_card(turn: Turn, number: int, told: str = "") -> None:
    stop_asking(turn)
    say = turn.say
    rules, there = await _read(turn)
    place = next((at for at, one in enumerate(rules) if one.id == number), None)
    if place is None:
        raise NotFound("allocation.no_rule", number=number)
    rule = rules[place]
    ups = [Button(say("allocation.button_up"), f"alloc_up:{number}")] * (place > 0)
    downs = [Button(say("allocation.button_down"), f"alloc_down:{number}")]
    switch = "alloc_off" if rule.enabled else "alloc_on"
    rows = [
        undo_row(turn),
        (*ups, *(downs * (place < len(rules) - 1))),
        (
            Button(say("button.off" if rule.enabled else "button.on"), f"{switch}:{number}"),
            Button(say("allocation.button_edit"), f"alloc_edit:{number}"),
            Button(say("allocation.button_name"), f"alloc_name:{number}"),
        ),
        (
            Button(say("button.delete"), f"alloc_drop:{number}"),
            Button(say("button.to_list"), "alloc_list:1"),
        ),
    ]
    text = say(
        "allocation.place",
        place=place + 1,
        total=len(rules),
        state=say("word.on" if rule.enabled else "word.off"),
    )
    card = f"{text}\n{rule_words(say, rule, there)}"
    await turn.answer(f"{told}\n\n{card}" if told else card, rows, title=rule.name)


async def _move(turn: Turn, *, up: bool) -> None:
    number = whole(turn.words) or 0
    async with turn.unit() as uow:
        await teach_allocation.move(uow, turn.staff, number, turn.desk.clock(), up=up)
        await uow.commit()
    await _show_card(turn, number)


async def _up(turn: Turn) -> None:
    await _move(turn, up=True)


async def _down(turn: Turn) -> None:
    await _move(turn, up=False)


async def _switch(turn: Turn, *, on: bool) -> None:
    number = whole(turn.words) or 0
    async with turn.unit() as uow:
        await teach_allocation.switch(uow, turn.staff, number, turn.desk.clock(), on=on)
        await uow.commit()
    await _show_card(turn, number)


async def _on(turn: Turn) -> None:
    await _switch(turn, on=True)


async def _off(turn: Turn) -> None:
    await _switch(turn, on=False)


async def _drop(turn: Turn) -> None:
    async with turn.desk.reading() as uow:
        rule = await teach_allocation.rule(uow, turn.staff, whole(turn.words) or 0)
    say = turn.say
    rows = [
        (
            Button(say("button.delete_yes"), f"alloc_drop_yes:{rule.id}"),
            Button(say("button.keep"), f"alloc_show:{rule.id}"),
        )
    ]
    await turn.answer(say("allocation.drop_question"), rows, title=rule.name)


async def _dropped(turn: Turn) -> None:
    async with turn.unit() as uow:
        number = whole(turn.words) or 0
        rule = await teach_allocation.remove(uow, turn.staff, number, turn.desk.clock())
        await uow.commit()
    await _show_list(turn, 1, turn.say("allocation.dropped", name=rule.name))


async def _ask_name(turn: Turn) -> None:
    number = whole(turn.words) or 0
    await ask(turn, _name_question(turn), f"alloc_named:{number}", f"alloc_show:{number}")


def _name_question(turn: Turn) -> str:
    return turn.say("allocation.ask_name", limit=teach_allocation.LONGEST_NAME)


async def _named(turn: Turn) -> None:
    number = whole(turn.words) or 0
    async with asking_again(turn, _name_question(turn), f"alloc_named:{number}"):
        async with turn.unit() as uow:
            await teach_allocation.rename(uow, turn.staff, number, turn.said, turn.desk.clock())
            await uow.commit()
        await _show_card(turn, number)


async def _edit(turn: Turn) -> None:
    async with turn.desk.reading() as uow:
        rule = await teach_allocation.rule(uow, turn.staff, whole(turn.words) or 0)
    await assign_steps.begin(turn, rule)


async def _new(turn: Turn) -> None:
    if turn.words == "keeper":
        await assign_steps.confirm(turn, teach_allocation.PRESET_KEEPER)
    elif turn.words == "department":
        start = AllocationRule(0, "", target=Target.DEPARTMENTS)
        await assign_steps.begin(turn, start, at=assign_steps.RECEIVERS)
    else:
        await assign_steps.begin(turn, AllocationRule(0, ""))


async def _save(turn: Turn) -> None:
    """Store what the five steps have made; it works at once. Source: requirement QUE-38."""
    draft = assign_steps.draft_of(turn)
    async with turn.unit() as uow:
        stored = await teach_allocation.store(uow, turn.staff, draft, turn.desk.clock())
        await uow.commit()
    assign_steps.forget(turn)
    await _show_card(turn, stored.id, turn.say("allocation.saved"))


# -- who would get a customer ----------------------------------------------------------------------


async def _try(turn: Turn, words: str) -> None:
    if not words:
        await _ask_whom(turn)
        return
    number = whole(words)
    desk = turn.desk
    base, zone, now = _base(turn), desk.config.zone, desk.clock()
    async with desk.reading() as uow:
        if number is not None:
            tried = await teach_allocation.try_conversation(
                uow, turn.staff, number, base, zone, now
            )
        else:
            tried = await teach_allocation.try_customer(uow, turn.staff, words, base, zone, now)
    await _outcome(turn, tried)


def _base(turn: Turn) -> Policy:
    return Policy(mode=Mode(turn.desk.config.desk.assignment))


async def _ask_whom(turn: Turn) -> None:
    """Offer somebody new on each account; who is known is named behind the command."""
    _, there = await _read(turn)
    buttons = [
        Button(
            turn.say("allocation.button_new_on", name=one_line(one.heading, 20)),
            f"alloc_try:{one.id}",
        )
        for one in there.accounts[:20]
        if one.enabled
    ]
    rows = [*in_rows(buttons, 2), (Button(turn.say("button.to_list"), "alloc_list:1"),)]
    await turn.answer(turn.say("allocation.ask_whom"), rows, title=turn.say("allocation.try"))


async def _tried(turn: Turn) -> None:
    number = whole(turn.words) or 0
    if not number:
        await _ask_whom(turn)
        return
    desk = turn.desk
    async with desk.reading() as uow:
        tried = await teach_allocation.try_new(
            uow, turn.staff, number, _base(turn), desk.config.zone, desk.clock()
        )
    await _outcome(turn, tried)


async def _outcome(turn: Turn, tried: Tried) -> None:
    say = turn.say
    head = say(
        "allocation.tried",
        name=tried.name or say("allocation.somebody_new"),
        account=tried.account.heading,
        group=tried.group.name,
    )
    rows = [(Button(say("button.to_list"), "alloc_list:1"),)]
    text = f"{head}\n\n{tried_words(say, tried)}\n\n{say('allocation.only_tried')}"
    await turn.answer(text, rows, title=say("allocation.try"))


COMMAND = Command(
    "assign",
    Permission.STAFF,
    run,
    presses={
        "alloc_list": _listed,
        "alloc_show": _shown,
        "alloc_up": _up,
        "alloc_down": _down,
        "alloc_on": _on,
        "alloc_off": _off,
        "alloc_drop": _drop,
        "alloc_drop_yes": _dropped,
        "alloc_name": _ask_name,
        "alloc_named": _named,
        "alloc_edit": _edit,
        "alloc_new": _new,
        "alloc_save": _save,
        "alloc_try": _tried,
        **assign_steps.PRESSES,
    },
)
