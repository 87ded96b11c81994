"""One keyword rule with its buttons: every part of it can be changed from here."""

from collections.abc import Mapping

from admin_bot.command import Run
from admin_bot.listing import Place, numbered, one_line, whole
from admin_bot.steps import called_off
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import rule_card
from bot.handlers import order_rules, teach_rule
from bot.handlers.order_rules import Placed
from bot.handlers.teach_rule import RuleWishes, TaughtRule
from core.errors import NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import Match

_NONE = frozenset({"none", "无", "没有"})


def known(number: int | None) -> int:
    """Return the number of a rule.

    Raises:
        NotFound: None was given.
    """
    if number is None:
        raise NotFound("rule.unknown", number="?")
    return number


# -- the card --------------------------------------------------------------------------------------


def card_rows(turn: Turn, placed: Placed, place: Place) -> list[tuple[Button, ...]]:
    """Return the buttons below one rule."""
    say, rule = turn.say, placed.rule

    def button(label: str, name: str) -> Button:
        return Button(say(label), place.data(name, rule.id))

    def mode(match: Match) -> Button:
        label = say(f"match.{match.value}")
        chosen = say("button.chosen", label=label) if match is rule.match else label
        return Button(chosen, place.data("rule_match", rule.id, match.value))

    switch = (
        button("button.off", "rule_show_off")
        if rule.enabled
        else button("button.on", "rule_show_on")
    )
    moves = []
    if placed.place > 1:
        moves.append(button("rules.button_up", "rule_up"))
    if placed.place < placed.total:
        moves.append(button("rules.button_down", "rule_down"))
    return [
        undo_row(turn),
        (switch, button("button.delete", "rule_drop")),
        (mode(Match.ANY), mode(Match.ALL), mode(Match.EXACT)),
        (
            Button(say("rules.button_words"), place.data("rule_words", rule.id)),
            Button(
                say("rules.button_messages", count=len(rule.replies)), f"rule_msg_all:{rule.id}"
            ),
        ),
        (
            button("rules.button_hours", "rule_hours"),
            button("rules.button_valid", "rule_valid"),
            button("rules.button_group", "rule_regroup"),
        ),
        (
            button("rules.button_accounts", "rule_accounts"),
            button("rules.button_name", "rule_name"),
            button("rules.button_copy", "rule_copy"),
        ),
        tuple(moves),
        (Button(say("button.to_list"), place.data("rule_list")),),
    ]


async def show_taught(turn: Turn, title: str, taught: TaughtRule, place: Place = Place()) -> None:
    """Show a rule that was just added or changed, what is odd about it, and what overtakes it."""
    say = turn.say
    text = "\n\n".join([rule_card(say, taught.rule), *_warnings(say, taught)])
    async with turn.desk.reading() as uow:
        placed = await order_rules.place_of(uow, turn.staff, taught.rule.id)
    await turn.answer(text, card_rows(turn, placed, place), title=say(title, number=taught.rule.id))


def _warnings(say: Texts, taught: TaughtRule) -> list[str]:
    found = [
        say(
            "rule.overtaken",
            words=one_line(say("word.comma").join(overtaken.words), 200),
            number=overtaken.earlier.id,
            name=overtaken.earlier.name,
        )
        for overtaken in taught.overtaken
    ]
    for doubt in taught.doubts[:_MOST_DOUBTS]:
        facts = dict(doubt.facts)
        if "request" in facts:
            facts["request"] = say(f"request.{facts['request']}")
        found.append(say(doubt.key, **facts))
    return found


_MOST_DOUBTS = 5


async def show_card(turn: Turn, rule_id: int, place: Place, title: str = "rule.card_title") -> None:
    """Show one rule."""
    say = turn.say
    async with turn.desk.reading() as uow:
        placed = await order_rules.place_of(uow, turn.staff, rule_id)
    text = (
        rule_card(say, placed.rule)
        + "\n"
        + say("rule.place", place=placed.place, total=placed.total)
    )
    await turn.answer(text, card_rows(turn, placed, place), title=say(title, number=rule_id))


async def _shown(turn: Turn) -> None:
    called_off(turn)
    number, place = numbered(turn.words)
    await show_card(turn, known(number), place)


async def _switched(turn: Turn, enabled: bool) -> None:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        await teach_rule.switch(uow, turn.staff, known(number), enabled, turn.desk.clock())
    await show_card(turn, known(number), place)


async def _on(turn: Turn) -> None:
    await _switched(turn, True)


async def _off(turn: Turn) -> None:
    await _switched(turn, False)


async def _moved(turn: Turn, by: int) -> None:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        was = await order_rules.place_of(uow, turn.staff, known(number))
        await order_rules.move(uow, turn.staff, was.rule.id, was.place + by, turn.desk.clock())
    await show_card(turn, known(number), place)


async def _up(turn: Turn) -> None:
    await _moved(turn, -1)


async def _down(turn: Turn) -> None:
    await _moved(turn, 1)


async def _copied(turn: Turn) -> None:
    number, place = numbered(turn.words)
    book = await newest(turn)
    async with teaching(turn) as uow:
        rule = await teach_rule.copy(uow, turn.staff, known(number), book, turn.desk.clock())
    await show_card(turn, rule.id, place, "rule.copied")


async def revised(turn: Turn, rule_id: int, wishes: RuleWishes, place: Place = Place()) -> None:
    """Change parts of a rule and show it."""
    book = await newest(turn)
    async with teaching(turn) as uow:
        taught = await teach_rule.revise(uow, turn.staff, rule_id, wishes, book, turn.desk.clock())
    await show_taught(turn, "rule.changed", taught, place)


async def _matched(turn: Turn) -> None:
    number, _, rest = turn.words.partition(":")
    mode, _, where = rest.partition(":")
    await revised(turn, known(whole(number)), wish_of_mode(mode), Place.read(where))


def wish_of_mode(mode: str) -> RuleWishes:
    """Read the match mode that a button names.

    Raises:
        NotFound: There is no such mode.
    """
    match = next((match for match in Match if match.value == mode), None)
    if match is None:
        raise NotFound("error.button_gone")
    return RuleWishes(match=match)


async def _drop(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        rule = await teach_rule.show(uow, turn.staff, known(number))
    say = turn.say
    await turn.answer(
        rule_card(say, rule),
        [
            (
                Button(say("button.delete_yes"), place.data("rule_drop_yes", rule.id)),
                Button(say("button.keep"), place.data("rule_show", rule.id)),
            )
        ],
        title=say("rule.delete_question", number=rule.id),
    )


PRESSES: Mapping[str, Run] = {
    "rule_show": _shown,
    "rule_show_on": _on,
    "rule_show_off": _off,
    "rule_up": _up,
    "rule_down": _down,
    "rule_copy": _copied,
    "rule_match": _matched,
    "rule_drop": _drop,
}
