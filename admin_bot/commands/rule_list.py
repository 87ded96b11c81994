"""``/rule_list``: look through the rules; switch, delete and open them."""

from admin_bot.command import Command
from admin_bot.listing import Place, arrows, numbered, one_line, page_of
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.wording import rule_card, rule_line
from bot.access import Permission
from bot.handlers import teach_rule
from bot.handlers.teach_rule import TaughtRule
from core.errors import NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import Rule


async def run(turn: Turn) -> None:
    """Show the first page of what the words find."""
    await _show_list(turn, Place.of_search(turn.words))


async def _turned(turn: Turn) -> None:
    await _show_list(turn, Place.read(turn.words))


async def _show_list(turn: Turn, place: Place) -> None:
    say = turn.say
    book = await newest(turn)
    page = page_of(teach_rule.find(turn.staff, book.playbook, place.search), place.page)
    place = Place(page.number, place.search)
    lines = [rule_line(say, rule) for rule in page.things]
    rows: list[tuple[Button, ...]] = [
        (
            Button(one_line(f"#{rule.id} {rule.name}", 24), place.data("rule_show", rule.id)),
            _switch(say, rule, place, "rule_off", "rule_on"),
            Button(say("button.delete"), place.data("rule_drop", rule.id)),
        )
        for rule in page.things
    ]
    rows.append(arrows(say, page, "rule_list", place))
    title = say("rule.list_title", total=page.total)
    if place.search:
        title = say("rule.found_title", total=page.total, search=place.search)
    await turn.answer("\n".join(lines) or say("rule.none"), rows, title=title)


def _switch(say: Texts, rule: Rule, place: Place, off: str, on: str) -> Button:
    if rule.enabled:
        return Button(say("button.off"), place.data(off, rule.id))
    return Button(say("button.on"), place.data(on, rule.id))


def card_rows(say: Texts, rule: Rule, place: Place) -> list[tuple[Button, ...]]:
    """Return the buttons below one rule."""
    return [
        (
            _switch(say, rule, place, "rule_show_off", "rule_show_on"),
            Button(say("button.delete"), place.data("rule_drop", rule.id)),
        ),
        (Button(say("button.to_list"), place.data("rule_list")),),
    ]


async def show_taught(turn: Turn, title: str, taught: TaughtRule) -> None:
    """Show a rule that was just added or changed, and which earlier rules stand in its way."""
    say = turn.say
    text = rule_card(say, taught.rule)
    for overtaken in taught.overtaken:
        text += "\n\n" + say(
            "rule.overtaken",
            words=one_line(say("word.comma").join(overtaken.words), 200),
            number=overtaken.earlier.id,
            name=overtaken.earlier.name,
        )
    await turn.answer(
        text, card_rows(say, taught.rule, Place()), title=say(title, number=taught.rule.id)
    )


async def _show_card(turn: Turn, rule: Rule, place: Place) -> None:
    say = turn.say
    text = rule_card(say, rule) + "\n\n" + say("rule.how_to_edit", number=rule.id)
    title = say("rule.card_title", number=rule.id)
    await turn.answer(text, card_rows(say, rule, place), title=title)


async def _shown(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        rule = await teach_rule.show(uow, turn.staff, _known(number))
    await _show_card(turn, rule, place)


async def _switched(turn: Turn, enabled: bool) -> tuple[Rule, Place]:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        rule = await teach_rule.switch(uow, turn.staff, _known(number), enabled, turn.desk.clock())
    return rule, place


async def _on(turn: Turn) -> None:
    _, place = await _switched(turn, True)
    await _show_list(turn, place)


async def _off(turn: Turn) -> None:
    _, place = await _switched(turn, False)
    await _show_list(turn, place)


async def _card_on(turn: Turn) -> None:
    await _show_card(turn, *await _switched(turn, True))


async def _card_off(turn: Turn) -> None:
    await _show_card(turn, *await _switched(turn, False))


async def _drop(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        rule = await teach_rule.show(uow, turn.staff, _known(number))
    say = turn.say
    await turn.answer(
        rule_card(say, rule),
        [
            (
                Button(say("button.delete_yes"), place.data("rule_drop_yes", rule.id)),
                Button(say("button.keep"), place.data("rule_list")),
            )
        ],
        title=say("rule.delete_question", number=rule.id),
    )


async def _dropped(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        rule = await teach_rule.remove(uow, turn.staff, _known(number), turn.desk.clock())
    await turn.notice(turn.say("rule.deleted", number=rule.id))
    await _show_list(turn, place)


def _known(number: int | None) -> int:
    if number is None:
        raise NotFound("rule.unknown", number="?")
    return number


COMMAND = Command(
    "rule_list",
    Permission.TEACH,
    run,
    presses={
        "rule_list": _turned,
        "rule_show": _shown,
        "rule_on": _on,
        "rule_off": _off,
        "rule_show_on": _card_on,
        "rule_show_off": _card_off,
        "rule_drop": _drop,
        "rule_drop_yes": _dropped,
    },
)
