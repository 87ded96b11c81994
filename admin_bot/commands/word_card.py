"""One list of sensitive words on a card: the form in which it is changed, with buttons."""

from dataclasses import dataclass, replace
from typing import Self

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Run
from admin_bot.listing import Place, in_rows, one_line, whole
from admin_bot.parsing import listed
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import moment, state
from bot.handlers import teach_words
from bot.handlers.teach_words import Order, TaughtWords, Wishes
from core.errors import NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import BannedWords, WordAction, WordClass, WordDirection, WordMatch
from storage.repos.accounts import AccountFacts

ALL, ON, OFF = "*", "+", "-"
"""Which lists are shown: all, those that are on, those that are off."""
_CHOICES: dict[str, Wishes] = {
    "ap": Wishes(about=WordClass.POSITIVE),
    "au": Wishes(about=WordClass.NEUTRAL),
    "an": Wishes(about=WordClass.NEGATIVE),
    "kb": Wishes(action=WordAction.BLOCK),
    "kw": Wishes(action=WordAction.WARN),
    "ds": Wishes(direction=WordDirection.STAFF),
    "dc": Wishes(direction=WordDirection.CUSTOMER),
    "db": Wishes(direction=WordDirection.BOTH),
    "mc": Wishes(match=WordMatch.CONTAINS),
    "me": Wishes(match=WordMatch.EQUALS),
}
"""What a button of the form asks for, by its code; short, because 64 bytes hold a search too."""


@dataclass(frozen=True, slots=True)
class View(Place):
    """Where in the list a person is: page, search, order, and which lists are shown."""

    order: Order = Order.NEWEST
    shown: str = ALL

    @classmethod
    def read(cls, words: str) -> Self:
        """Read what ``data`` wrote; nonsense gives the first page of everything."""
        where, _, search = words.partition(":")
        page = whole(where[:-2]) or 1
        order = where[-2:-1] if where[-2:-1] in set(Order) else Order.NEWEST.value
        shown = where[-1:] if where[-1:] in (ON, OFF) else ALL
        found = Place.of_search(search).search
        return cls(max(1, page), found, Order(order), shown)

    def data(self, name: str, *parts: object) -> str:
        """Return a button's data: *name*, *parts* and this place."""
        where = f"{self.page}{self.order.value}{self.shown}"
        return ":".join([name, *map(str, parts), where, self.search])

    @property
    def enabled(self) -> bool | None:
        """Only lists that are on, or off; ``None`` for both."""
        return {ON: True, OFF: False}.get(self.shown)


def placed(words: str) -> tuple[int, View]:
    """Read the data of a button about one list: ``number:where:search``.

    Raises:
        NotFound: There is no number.
    """
    number, _, view = words.partition(":")
    found = whole(number)
    if found is None:
        raise NotFound("words.unknown", number="?")
    return found, View.read(view)


async def show_taught(turn: Turn, title: str, taught: TaughtWords, view: View) -> None:
    """Show a list that was just added or changed, and what was cut off its name."""
    say, banned = turn.say, taught.banned
    notes = []
    if taught.dropped:
        notes.append(
            say(
                "words.name_cut",
                limit=teach_words.LONGEST_NAME,
                name=banned.name,
                dropped=one_line(taught.dropped),
            )
        )
    if not banned.enabled:
        notes.append(say("words.is_off"))
    await show_card(turn, banned, view, title=say(title, number=banned.id), notes=notes)


async def show_card(
    turn: Turn,
    banned: BannedWords,
    view: View,
    *,
    title: str = "",
    notes: list[str] | None = None,
) -> None:
    """Show everything about a list, with the buttons that change it."""
    async with turn.desk.reading() as uow:
        accounts = await uow.accounts.all()
    text = "\n\n".join([card(turn, banned), *(notes or [])])
    rows = [*_form(turn.say, banned, accounts, view), undo_row(turn)]
    await turn.answer(text, rows, title=title or turn.say("words.card_title", number=banned.id))


def card(turn: Turn, banned: BannedWords) -> str:
    """Return everything about a list of sensitive words."""
    say = turn.say
    return say(
        "words.card",
        name=banned.name,
        state=state(say, banned.enabled),
        words=say("word.comma").join(banned.words),
        about=say(f"words.about.{banned.about}"),
        action=say(f"words.action.{banned.action}"),
        direction=say(f"words.direction.{banned.direction}"),
        match=say(f"words.match.{banned.match}"),
        accounts=say("word.comma").join(banned.accounts) or say("word.all_accounts"),
        hits=banned.hits,
        by=banned.added_by or say("word.none"),
        at=moment(turn.desk, banned.created_at) if banned.created_at else say("word.none"),
    )


def _form(
    say: Texts, banned: BannedWords, accounts: list[AccountFacts], view: View
) -> list[tuple[Button, ...]]:
    rows: list[tuple[Button, ...]] = [
        (
            Button(say("button.off"), view.data("word_card_off", banned.id))
            if banned.enabled
            else Button(say("button.on"), view.data("word_card_on", banned.id)),
            Button(say("button.delete"), view.data("word_drop", banned.id)),
        ),
        (
            Button(say("words.edit_name"), view.data("word_name", banned.id)),
            Button(say("words.edit_words"), view.data("word_words", banned.id)),
        ),
    ]
    for group in ("a", "k", "d", "m"):
        codes = [code for code in _CHOICES if code.startswith(group)]
        rows.append(tuple(_choice(say, banned, code, view) for code in codes))
    if len(accounts) > 1:
        ticks = [_tick(say, banned, account, view) for account in accounts]
        rows += in_rows(ticks, 3)
    rows.append((Button(say("button.to_list"), view.data("word_list")),))
    return rows


def _choice(say: Texts, banned: BannedWords, code: str, view: View) -> Button:
    wishes = _CHOICES[code]
    name, value = next(
        (name, value)
        for name in ("about", "action", "direction", "match")
        if (value := getattr(wishes, name)) is not None
    )
    label = say(f"words.{name}.{value}")
    if getattr(banned, name) == value:
        label = say("button.chosen", label=label)
    return Button(label, view.data("word_set", banned.id, code))


def _tick(say: Texts, banned: BannedWords, account: AccountFacts, view: View) -> Button:
    label = one_line(account.name, 20)
    if account.name in banned.accounts:
        label = say("button.chosen", label=label)
    return Button(label, view.data("word_account", banned.id, account.id))


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    number, view = placed(turn.words)
    async with turn.desk.reading() as uow:
        banned = await teach_words.show(uow, turn.staff, number)
    await show_card(turn, banned, view)


async def _change(turn: Turn, number: int, wishes: Wishes, view: View) -> None:
    async with teaching(turn) as uow:
        taught = await teach_words.edit(uow, turn.staff, number, wishes, turn.desk.clock())
    await show_taught(turn, "words.changed", taught, view)


async def _set(turn: Turn) -> None:
    number, _, rest = turn.words.partition(":")
    code, _, view = rest.partition(":")
    known, where = placed(f"{number}:{view}")
    await _change(turn, known, _CHOICES.get(code, Wishes()), where)


async def _ticked(turn: Turn) -> None:
    """Let the list work on an account more, or less; none is ticked: on all of them."""
    number, _, rest = turn.words.partition(":")
    account_id, _, view = rest.partition(":")
    known, where = placed(f"{number}:{view}")
    async with turn.desk.reading() as uow:
        banned = await teach_words.show(uow, turn.staff, known)
        accounts = await uow.accounts.all()
    name = next((a.name for a in accounts if a.id == whole(account_id)), None)
    chosen = {*banned.accounts} ^ ({name} if name else set())
    ordered = tuple(a.name for a in accounts if a.name in chosen)
    await _change(turn, known, Wishes(accounts=ordered), where)


async def _switch(turn: Turn, enabled: bool) -> None:
    number, view = placed(turn.words)
    await switch(turn, number, enabled, view)


async def switch(turn: Turn, number: int, enabled: bool, view: View) -> None:
    """Switch a list and show it."""
    async with teaching(turn) as uow:
        banned = await teach_words.switch(uow, turn.staff, number, enabled, turn.desk.clock())
    title = "words.switched_on" if enabled else "words.switched_off"
    await show_card(turn, banned, view, title=turn.say(title, number=banned.id))


async def _on(turn: Turn) -> None:
    await _switch(turn, True)


async def _off(turn: Turn) -> None:
    await _switch(turn, False)


async def _ask(turn: Turn, question: str, then: str) -> None:
    number, view = placed(turn.words)
    async with turn.desk.reading() as uow:
        banned = await teach_words.show(uow, turn.staff, number)
    words = turn.say("word.comma").join(banned.words)
    facts = {"name": banned.name, "words": words, "number": number}
    asked = turn.say(question, **facts)
    await ask(turn, asked, view.data(then, number), view.data("word_show", number))


async def _ask_name(turn: Turn) -> None:
    await _ask(turn, "words.ask_name", "word_named")


async def _ask_words(turn: Turn) -> None:
    await _ask(turn, "words.ask_words", "word_worded")


async def _named(turn: Turn) -> None:
    number, view = placed(turn.words)
    async with asking_again(turn, turn.say("words.name_again"), view.data("word_named", number)):
        await _change(turn, number, Wishes(name=turn.said), view)


async def _worded(turn: Turn) -> None:
    number, view = placed(turn.words)
    async with asking_again(turn, turn.say("words.words_again"), view.data("word_worded", number)):
        await _change(turn, number, Wishes(words=listed(turn.said)), view)


async def _drop(turn: Turn) -> None:
    number, view = placed(turn.words)
    async with turn.desk.reading() as uow:
        banned = await teach_words.show(uow, turn.staff, number)
    say = turn.say
    await turn.answer(
        card(turn, banned),
        [
            (
                Button(say("button.delete_yes"), view.data("word_drop_yes", number)),
                Button(say("button.keep"), view.data("word_show", number)),
            )
        ],
        title=say("words.delete_question", number=number),
    )


async def _dropped(turn: Turn) -> None:
    number, view = placed(turn.words)
    async with teaching(turn) as uow:
        banned = await teach_words.remove(uow, turn.staff, number, turn.desk.clock())
    say = turn.say
    back = (Button(say("button.to_list"), replace(view, page=1).data("word_list")),)
    await turn.answer(say("words.deleted", number=number, name=banned.name), [undo_row(turn), back])


PRESSES: dict[str, Run] = {
    "word_show": _shown,
    "word_set": _set,
    "word_account": _ticked,
    "word_card_on": _on,
    "word_card_off": _off,
    "word_name": _ask_name,
    "word_named": _named,
    "word_words": _ask_words,
    "word_worded": _worded,
    "word_drop": _drop,
    "word_drop_yes": _dropped,
}
"""What the buttons of a card do."""
