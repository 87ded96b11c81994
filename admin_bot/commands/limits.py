"""``/limits``: how customers are received; for all, or for an account or a service group."""

from enum import StrEnum

from admin_bot import calendar_typed as typed
from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.commands.holiday_card import whose_words
from admin_bot.commands.limits_draft import (
    BLOCKS,
    Draft,
    label,
    next_of,
    usable,
    value_words,
)
from admin_bot.listing import in_rows, one_line, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.access import Permission
from bot.handlers import teach_policy
from bot.handlers.teach_policy import Shown
from bot.whose import Whose
from core.calendar import TENANT
from core.errors import BadRequestText, NotFound
from core.messages import Button
from core.policy import Policy, Value, bounds

MOST_OWNERS = 30
"""Accounts and groups that get a button; the others are typed."""


def _base(turn: Turn) -> Policy:
    return turn.desk.playbook.now.playbook.policies.base


async def _everybody(turn: Turn) -> tuple[Whose, ...]:
    async with turn.desk.reading() as uow:
        shown = await teach_policy.show(uow, turn.staff, TENANT, _base(turn))
    return shown.all


async def _read(turn: Turn, ref: str) -> Shown:
    """Return what a button is about; the whole desk where the account or group is gone."""
    everybody = await _everybody(turn)
    whose = next((one for one in everybody if one.ref == ref), everybody[0])
    async with turn.desk.reading() as uow:
        return await teach_policy.show(uow, turn.staff, whose.owner, _base(turn))


async def run(turn: Turn) -> None:
    """Show what is set for the desk, or for the account or group that is named."""
    whose, rest = typed.named(await _everybody(turn), turn.words)
    if rest:
        raise BadRequestText("usage.limits")
    await _overview(turn, await _read(turn, whose.ref))


# -- everything on one page ------------------------------------------------------------------------


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    await _overview(turn, await _read(turn, turn.words))


async def _overview(turn: Turn, shown: Shown, told: str = "") -> None:
    say, ref = turn.say, shown.whose.ref
    parts = [told] if told else []
    for block in BLOCKS:
        names = usable(block, shown)
        if names:
            lines = (_line(turn, shown, name) for name in names)
            parts.append("\n".join([f"▸ {say(f'policy.block_{block}')}", *lines]))
    blocks = [
        Button(say("button.edit", label=say(f"policy.block_{block}")), f"limits_block:{ref}:{n}:")
        for n, block in enumerate(BLOCKS)
        if usable(block, shown)
    ]
    owners = []
    for whose in shown.all[: MOST_OWNERS + 1]:
        words = one_line(whose_words(say, whose), 24)
        if whose == shown.whose:
            words = say("button.chosen", label=words)
        owners.append(Button(words, f"limits_show:{whose.ref}"))
    rows = [undo_row(turn), *in_rows(blocks, 2), *(in_rows(owners, 3) if len(owners) > 1 else ())]
    title = say("policy.title", whose=whose_words(say, shown.whose))
    await turn.answer("\n\n".join(parts), rows, title=title)


def _line(turn: Turn, shown: Shown, name: str) -> str:
    say = turn.say
    return say(
        "policy.line",
        name=label(say, name),
        value=value_words(say, name, shown.value(name)),
        origin=say(f"policy.from_{shown.origin(name).value}"),
    )


# -- one block with its own "Save" ------------------------------------------------------------


async def _where(turn: Turn) -> tuple[Shown, Draft, str]:
    """Read ``<ref>:<block>:<draft>[:<rest>]``."""
    ref, block, draft, *rest = [*turn.words.split(":"), "", ""][:4]
    number = whole(block)
    if number is None or number >= len(BLOCKS):
        raise NotFound("error.button_gone")
    return await _read(turn, ref), Draft.read(list(BLOCKS)[number], draft), "".join(rest)


async def _block(turn: Turn) -> None:
    stop_asking(turn)
    shown, draft, _ = await _where(turn)
    await _page(turn, shown, draft)


async def _page(turn: Turn, shown: Shown, draft: Draft) -> None:
    say = turn.say
    draft = draft.without_what_is_so(shown)
    rows: list[tuple[Button, ...]] = []
    lines: list[str] = []
    for name in usable(draft.block, shown):
        lines.append(_line(turn, shown, name))
        if name in draft.values:
            lines[-1] += " → " + _drafted(turn, shown, draft, name)
        rows += _controls(turn, shown, draft, name)
    if draft.values:
        lines += ["", say("policy.unsaved")]
    data = draft.data(shown.whose.ref)
    rows.append(
        (
            Button(say("policy.button_save"), f"limits_save:{data}"),
            Button(say("button.cancel"), f"limits_show:{shown.whose.ref}"),
        )
    )
    title = say(
        "policy.block_title",
        block=say(f"policy.block_{draft.block}"),
        whose=whose_words(say, shown.whose),
    )
    await turn.answer("\n".join(lines), rows, title=title)


def _drafted(turn: Turn, shown: Shown, draft: Draft, name: str) -> str:
    value = draft.values[name]
    if value is not None:
        return value_words(turn.say, name, value)
    words = value_words(turn.say, name, shown.above(name))
    return turn.say("policy.inherits", value=words)


def _controls(turn: Turn, shown: Shown, draft: Draft, name: str) -> list[tuple[Button, ...]]:
    """Return what changes one setting: a switch, choices, or steps with a number to type."""
    say, ref = turn.say, shown.whose.ref
    value = draft.value(shown, name)

    def to(new: Value | None) -> str:
        return f"limits_block:{draft.having(name, new).data(ref)}"

    back: tuple[Button, ...] = ()
    if draft.values.get(name, shown.own.get(name)) is not None:
        back = (Button(say("policy.button_inherit"), to(None)),)
    if isinstance(value, bool):
        mark = "button.ticked" if value else "button.unticked"
        return [(Button(say(mark, label=label(say, name)), to(not value)), *back)]
    if isinstance(value, str):
        kind: type[StrEnum] = type(getattr(Policy(), name))
        choices = [
            Button(
                say("button.chosen", label=value_words(say, name, one.value))
                if one.value == value
                else value_words(say, name, one.value),
                to(one.value),
            )
            for one in kind
        ]
        return [*in_rows(choices, 2), *([back] if back else [])]
    words = say("policy.number", name=label(say, name), value=value_words(say, name, value))
    type_it = f"limits_ask:{draft.data(ref)}:{draft.letter(name)}"
    return [
        (Button(words, type_it),),
        (
            Button("−", to(next_of(name, value, up=False))),
            Button("+", to(next_of(name, value, up=True))),
            *back,
        ),
    ]


async def _ask(turn: Turn) -> None:
    shown, draft, letter = await _where(turn)
    name = draft.named(letter)
    data = draft.data(shown.whose.ref)
    question = _question(turn, name)
    await ask(turn, question, f"limits_said:{data}:{letter}", f"limits_block:{data}")


def _question(turn: Turn, name: str) -> str:
    least, most = bounds(name)
    return turn.say("policy.ask", name=label(turn.say, name), least=least, most=most)


async def _said(turn: Turn) -> None:
    shown, draft, letter = await _where(turn)
    name = draft.named(letter)
    again = f"limits_said:{draft.data(shown.whose.ref)}:{letter}"
    async with asking_again(turn, _question(turn, name), again):
        sign = -1 if turn.said[:1] in {"-", "−"} else 1
        number = whole(turn.said.lstrip("-−"))
        least, most = bounds(name)
        if number is None:
            raise BadRequestText("policy.bad_number", least=least, most=most)
        value = teach_policy.check(name, sign * number, shown.whose.owner)
        await _page(turn, shown, draft.having(name, value))


async def _save(turn: Turn) -> None:
    shown, draft, _ = await _where(turn)
    async with teaching(turn) as uow:
        after = await teach_policy.save(
            uow, turn.staff, shown.whose.owner, draft.values, _base(turn), turn.desk.clock()
        )
    told = [turn.say("policy.saved")]
    told += [
        turn.say(
            "policy.changed",
            name=label(turn.say, name),
            old=value_words(turn.say, name, shown.value(name)),
            new=value_words(turn.say, name, after.value(name)),
        )
        for name in draft.values
    ]
    await _overview(turn, after, "\n".join(told))


COMMAND = Command(
    "limits",
    Permission.STAFF,
    run,
    presses={
        "limits_show": _shown,
        "limits_block": _block,
        "limits_ask": _ask,
        "limits_said": _said,
        "limits_save": _save,
    },
)
