"""The five steps in which an allocation rule is made: whose, to whom, order, online only, confirm.

Source: requirement QUE-38. What was chosen so far is kept in ``Expecting.drafts``.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from admin_bot.command import Run
from admin_bot.commands.assign_wording import made_up_name, rule_words
from admin_bot.library_wording import turning
from admin_bot.listing import in_rows, one_line, page_of, whole
from admin_bot.turn import Turn
from bot.handlers import teach_allocation
from bot.handlers.teach_allocation import CHOSEN, Choices
from core.errors import NotFound
from core.line import AllocationRule, RuleOrder, Source, Target
from core.messages import Button
from storage.repos.departments import above

_ABOUT = "allocation"
_Thing = TypeVar("_Thing")
WHOSE, RECEIVERS, ORDER, ONLINE, CONFIRM = range(1, 6)


def draft_of(turn: Turn) -> AllocationRule:
    """Return the rule as it was chosen so far.

    Raises:
        NotFound: Nothing is kept any more.
    """
    found = turn.expecting.drafts.kept(turn.staff.id, _ABOUT, turn.desk.clock())
    if not isinstance(found, AllocationRule):
        raise NotFound("allocation.draft_gone")
    return found


def forget(turn: Turn) -> None:
    """Forget what was chosen: it is stored now."""
    turn.expecting.drafts.drop(turn.staff.id, _ABOUT)


def _keep(turn: Turn, rule: AllocationRule) -> None:
    turn.expecting.drafts.keep(turn.staff.id, _ABOUT, rule, turn.desk.clock())


async def begin(turn: Turn, rule: AllocationRule, *, at: int = WHOSE) -> None:
    """Begin with a new rule, or with one that is to be changed."""
    _keep(turn, rule)
    await _step(turn, at)


async def confirm(turn: Turn, rule: AllocationRule) -> None:
    """Show the last step of a rule that is ready."""
    await begin(turn, rule, at=CONFIRM)


async def _there(turn: Turn) -> Choices:
    async with turn.desk.reading() as uow:
        return await teach_allocation.choices(uow, turn.staff)


async def _stepped(turn: Turn) -> None:
    step, _, page = turn.words.partition(":")
    await _step(turn, whole(step) or WHOSE, whole(page) or 1)


async def _step(turn: Turn, step: int, page: int = 1) -> None:
    rule, there = draft_of(turn), await _there(turn)
    show: dict[int, Callable[[Turn, AllocationRule, Choices, int], _Made]] = {
        WHOSE: _whose,
        RECEIVERS: _receivers,
        ORDER: _order,
        ONLINE: _online,
        CONFIRM: _confirm,
    }
    step = step if step in show else WHOSE
    text, rows = show[step](turn, rule, there, page)
    say = turn.say
    back = [Button(say("allocation.button_back"), f"alloc_step:{step - 1}")] * (step > WHOSE)
    leave = Button(say("button.cancel"), "alloc_list:1")
    title = say("allocation.step_title", step=step)
    await turn.answer(text, [*rows, (*back, leave)], title=title)


_Made = tuple[str, list[tuple[Button, ...]]]


def _marked(turn: Turn, label: str, data: str, *, chosen: bool) -> Button:
    return Button(turn.say("button.chosen", label=label) if chosen else label, data)


def _whose(turn: Turn, rule: AllocationRule, there: Choices, page: int) -> _Made:
    say = turn.say
    rows: list[tuple[Button, ...]] = [
        (
            _marked(
                turn,
                say(f"allocation.source_{source.value}"),
                f"alloc_from:{source.value}",
                chosen=source is rule.source,
            ),
        )
        for source in Source
    ]
    text = say("allocation.ask_source")
    if rule.source in CHOSEN:
        names = _sources(rule.source, there)
        labels = [one.heading for one in there.accounts]
        if rule.source is Source.INSTITUTIONS:
            labels = list(names)
        chosen = [name in rule.sources for name in names]
        rows += _ticks(turn, labels, chosen, page, WHOSE)
        text += "\n\n" + say("allocation.chosen_count", count=len(rule.sources))
        if not names:
            text += "\n" + say("allocation.no_institutions")
    return text, [*rows, _next(turn, RECEIVERS)]


def _receivers(turn: Turn, rule: AllocationRule, there: Choices, page: int) -> _Made:
    say = turn.say
    rows: list[tuple[Button, ...]] = [
        (
            _marked(
                turn,
                say(f"allocation.target_{target.value}"),
                f"alloc_to:{target.value}",
                chosen=target is rule.target,
            ),
        )
        for target in Target
    ]
    text = say("allocation.ask_target")
    if rule.target is Target.DEPARTMENTS:
        labels = [
            "　" * (len(above(there.departments, one.id)) - 1) + one.name
            for one in there.departments
        ]
        chosen = [one.id in rule.targets for one in there.departments]
        rows += _ticks(turn, labels, chosen, page, RECEIVERS)
        text += "\n\n" + say("allocation.chosen_count", count=len(rule.targets))
        if not there.departments:
            text += "\n" + say("department.none")
    return text, [*rows, _next(turn, ORDER)]


def _order(turn: Turn, rule: AllocationRule, there: Choices, page: int) -> _Made:
    say = turn.say
    rows: list[tuple[Button, ...]] = [
        (
            _marked(
                turn,
                say(f"allocation.order_{order.value}"),
                f"alloc_order:{order.value}",
                chosen=order is rule.order,
            ),
        )
        for order in RuleOrder
    ]
    return say("allocation.ask_order"), [*rows, _next(turn, ONLINE)]


def _online(turn: Turn, rule: AllocationRule, there: Choices, page: int) -> _Made:
    say = turn.say
    mark = "button.ticked" if rule.online_only else "button.unticked"
    tick = Button(
        say(mark, label=say("allocation.online_only")), f"alloc_online:{int(not rule.online_only)}"
    )
    return say("allocation.ask_online"), [(tick,), _next(turn, CONFIRM)]


def _confirm(turn: Turn, rule: AllocationRule, there: Choices, page: int) -> _Made:
    say = turn.say
    if not rule.name:
        rule = replace(rule, name=made_up_name(say, rule, there))
        _keep(turn, rule)
    key = "allocation.button_change" if rule.id else "allocation.button_create"
    return rule_words(say, rule, there), [(Button(say(key), "alloc_save"),)]


def _next(turn: Turn, step: int) -> tuple[Button, ...]:
    return (Button(turn.say("allocation.button_next"), f"alloc_step:{step}"),)


def _ticks(
    turn: Turn, labels: Sequence[str], chosen: Sequence[bool], number: int, step: int
) -> list[tuple[Button, ...]]:
    say = turn.say
    page = page_of(list(enumerate(zip(labels, chosen, strict=True))), number)
    buttons = [
        Button(
            say("button.ticked" if on else "button.unticked", label=one_line(label, 24)),
            f"alloc_pick:{step}:{page.number}:{at}",
        )
        for at, (label, on) in page.things
    ]
    turns = turning(say, page.number, page.pages, lambda to: f"alloc_step:{step}:{to}")
    return [*in_rows(buttons, 2), *([turns] if turns else [])]


def _sources(source: Source, there: Choices) -> tuple[str, ...]:
    if source is Source.INSTITUTIONS:
        return there.institutions
    return tuple(one.name for one in there.accounts)


# -- presses ---------------------------------------------------------------------------------------


async def _from(turn: Turn) -> None:
    if turn.words not in list(Source):
        raise NotFound("error.button_gone")
    rule, source = draft_of(turn), Source(turn.words)
    if source is not rule.source:
        _keep(turn, _anew(replace(rule, source=source, sources=()), rule))
    await _step(turn, WHOSE)


async def _to(turn: Turn) -> None:
    if turn.words not in list(Target):
        raise NotFound("error.button_gone")
    rule, target = draft_of(turn), Target(turn.words)
    if target is not rule.target:
        _keep(turn, _anew(replace(rule, target=target, targets=()), rule))
    await _step(turn, RECEIVERS)


async def _pick(turn: Turn) -> None:
    step, page, at = (whole(part) or 0 for part in [*turn.words.split(":"), "", ""][:3])
    rule, there = draft_of(turn), await _there(turn)
    if step == WHOSE:
        names = _sources(rule.source, there)
        if at < len(names) and rule.source in CHOSEN:
            changed = replace(rule, sources=_toggled(rule.sources, names[at]))
            _keep(turn, _anew(changed, rule))
    elif at < len(there.departments) and rule.target is Target.DEPARTMENTS:
        changed = replace(rule, targets=_toggled(rule.targets, there.departments[at].id))
        _keep(turn, _anew(changed, rule))
    await _step(turn, step, page)


def _toggled(chosen: tuple[_Thing, ...], one: _Thing) -> tuple[_Thing, ...]:
    return tuple(c for c in chosen if c != one) if one in chosen else (*chosen, one)


def _anew(changed: AllocationRule, before: AllocationRule) -> AllocationRule:
    """Let a new rule be named again for what it has become; people's own names stay."""
    return changed if before.id else replace(changed, name="")


async def _ordered(turn: Turn) -> None:
    if turn.words not in list(RuleOrder):
        raise NotFound("error.button_gone")
    _keep(turn, replace(draft_of(turn), order=RuleOrder(turn.words)))
    await _step(turn, ORDER)


async def _onlined(turn: Turn) -> None:
    _keep(turn, replace(draft_of(turn), online_only=turn.words == "1"))
    await _step(turn, ONLINE)


PRESSES: dict[str, Run] = {
    "alloc_step": _stepped,
    "alloc_from": _from,
    "alloc_to": _to,
    "alloc_pick": _pick,
    "alloc_order": _ordered,
    "alloc_online": _onlined,
}
"""What the buttons of the steps do."""
