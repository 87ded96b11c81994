"""The parts of a keyword rule that are typed or ticked: words, name, times, accounts, group."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from admin_bot.command import Run
from admin_bot.commands.rule_card import known, revised, show_card
from admin_bot.hours_typed import ALWAYS_WORDS, hours, hours_words
from admin_bot.listing import Place, numbered, one_line, whole
from admin_bot.parsing import listed, period
from admin_bot.steps import again, ask, called_off, keeps
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import days_words
from bot.handlers import order_rules, teach_rule
from bot.handlers.teach_rule import RuleWishes
from core.errors import DeskError
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import Rule

_NONE = frozenset({"none", "无", "没有"})
_MOST_GROUPS = 30


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a rule that is asked for and typed.

    Args:
        question: Name of the text that asks; it is given what is there now as ``now``.
        now: What is there now, in the words in which it can be typed.
        read: What they wrote, as a wish.
    """

    question: str
    now: Callable[[Texts, Rule], str]
    read: Callable[[str], RuleWishes]


def _read_hours(said: str) -> RuleWishes:
    return RuleWishes(hours=hours(said))


def _read_valid(said: str) -> RuleWishes:
    return RuleWishes(valid=(None, None) if said.lower() in ALWAYS_WORDS else period(said))


_PARTS = {
    "rule_words": _Part(
        "rule.ask_words",
        lambda say, rule: say("word.comma").join(rule.words),
        lambda said: RuleWishes(words=listed(said)),
    ),
    "rule_name": _Part(
        "rule.ask_name", lambda _, rule: rule.name, lambda said: RuleWishes(name=said)
    ),
    "rule_hours": _Part(
        "rule.ask_hours",
        lambda say, rule: hours_words(say, rule.hours),
        _read_hours,
    ),
    "rule_valid": _Part(
        "rule.ask_valid",
        lambda say, rule: days_words(say, rule.valid_from, rule.valid_until),
        _read_valid,
    ),
}


def _asking(name: str) -> Run:
    part = _PARTS[name]

    async def run(turn: Turn) -> None:
        number, place = numbered(turn.words)
        async with turn.desk.reading() as uow:
            rule = await teach_rule.show(uow, turn.staff, known(number))
        question = turn.say(part.question, now=one_line(part.now(turn.say, rule), 500))
        then = place.data(f"{name}_said", rule.id)
        cancel = place.data("rule_show", rule.id)
        title = turn.say("rule.card_title", number=rule.id)
        await ask(turn, question, then, cancel, title=title)

    return run


def _reading(name: str) -> Run:
    part = _PARTS[name]

    async def run(turn: Turn) -> None:
        number, place = numbered(turn.words)
        if keeps(turn):
            await show_card(turn, known(number), place)
            return
        try:
            await revised(turn, known(number), part.read(turn.said), place)
        except DeskError as error:
            question = turn.say(part.question, now="–")
            await again(turn, error, question, f"{name}_said:{turn.words}")

    return run


# -- accounts --------------------------------------------------------------------------------------


async def _accounts(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        rule = await teach_rule.show(uow, turn.staff, known(number))
    await _show_accounts(turn, rule, place)


async def _show_accounts(turn: Turn, rule: Rule, place: Place) -> None:
    say = turn.say
    async with turn.desk.reading() as uow:
        accounts = await uow.accounts.all()
    each = [
        Button(
            say("button.ticked" if one.name in rule.accounts else "button.unticked",
                label=one.name),
            place.data("rule_account", rule.id, one.id),
        )
        for one in accounts
    ]  # fmt: skip
    label = say("word.all_accounts")
    every = say("button.unticked" if rule.accounts else "button.ticked", label=label)
    rows: list[tuple[Button, ...]] = [(Button(every, place.data("rule_account", rule.id, 0)),)]
    rows += [tuple(each[at : at + 3]) for at in range(0, len(each), 3)]
    rows += [undo_row(turn), (Button(say("rules.button_back"), place.data("rule_show", rule.id)),)]
    names = say("word.comma").join(rule.accounts) or label
    title = say("rule.card_title", number=rule.id)
    await turn.answer(say("rule.accounts", accounts=names), rows, title=title)


async def _account(turn: Turn) -> None:
    number, _, rest = turn.words.partition(":")
    account, place = numbered(rest)
    book = await newest(turn)
    async with teaching(turn) as uow:
        rule = await teach_rule.show(uow, turn.staff, known(whole(number)))
        name = next((one.name for one in await uow.accounts.all() if one.id == account), None)
        names = [other for other in rule.accounts if other != name]
        if name is not None and name not in rule.accounts:
            names.append(name)
        wishes = RuleWishes(accounts=tuple(names) if name is not None else ())
        taught = await teach_rule.revise(uow, turn.staff, rule.id, wishes, book, turn.desk.clock())
    await _show_accounts(turn, taught.rule, place)


# -- groups ----------------------------------------------------------------------------------------


async def _regroup(turn: Turn) -> None:
    """Offer the groups that there are, and ask for the name of another one."""
    number, place = numbered(turn.words)
    say = turn.say
    book = await newest(turn)
    async with turn.desk.reading() as uow:
        rule = await teach_rule.show(uow, turn.staff, known(number))
    each = [
        Button(
            say("button.chosen", label=group.name) if group.name == rule.group else group.name,
            place.data("rule_into", rule.id, group.first),
        )
        for group in order_rules.groups(turn.staff, book.playbook)[:_MOST_GROUPS]
        if group.name
    ]
    rows = [tuple(each[at : at + 3]) for at in range(0, len(each), 3)]
    if rule.group:
        rows.append((Button(say("rule.no_group"), place.data("rule_into", rule.id, 0)),))
    rows.append((Button(say("button.cancel"), place.data("rule_show", rule.id)),))
    title = say("rule.card_title", number=rule.id)
    await turn.answer(say("rule.choose_group"), rows, title=title)
    await turn.ask(say("rule.ask_group"), place.data("rule_group_said", rule.id))


async def _into(turn: Turn) -> None:
    called_off(turn)
    number, _, rest = turn.words.partition(":")
    like, place = numbered(rest)
    group = ""
    if like:
        async with turn.desk.reading() as uow:
            group = (await teach_rule.show(uow, turn.staff, like)).group
    await _grouped(turn, known(whole(number)), group, place)


async def _group_said(turn: Turn) -> None:
    number, place = numbered(turn.words)
    if keeps(turn):
        await show_card(turn, known(number), place)
        return
    group = "" if turn.said.lower() in _NONE else turn.said
    try:
        await _grouped(turn, known(number), group, place)
    except DeskError as error:
        then = place.data("rule_group_said", number)
        await again(turn, error, turn.say("rule.ask_group"), then)


async def _grouped(turn: Turn, rule_id: int, group: str, place: Place) -> None:
    async with teaching(turn) as uow:
        await order_rules.put_in_group(uow, turn.staff, [rule_id], group, turn.desk.clock())
    await show_card(turn, rule_id, place, "rule.changed")


PRESSES: Mapping[str, Run] = {
    **{name: _asking(name) for name in _PARTS},
    **{f"{name}_said": _reading(name) for name in _PARTS},
    "rule_accounts": _accounts,
    "rule_account": _account,
    "rule_regroup": _regroup,
    "rule_into": _into,
    "rule_group_said": _group_said,
}
