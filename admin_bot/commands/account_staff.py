"""Choosing who serves an account: departments and members, with a search. Source: QUE-27."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from admin_bot.asking import ask, stop_asking
from admin_bot.command import Run
from admin_bot.commands import account_form
from admin_bot.library_wording import turning
from admin_bot.listing import in_rows, one_line, page_of, whole
from admin_bot.turn import Turn
from bot.handlers import teach_account
from bot.handlers.teach_account import People
from core.i18n.texts import Texts
from core.messages import Button
from storage.repos.accounts import DEPARTMENT, STAFF, Receiver
from storage.repos.departments import above

_DEPARTMENTS, _MEMBERS, _CHOSEN = "d", "m", "c"
_KINDS = {_DEPARTMENTS: DEPARTMENT, _MEMBERS: STAFF}
_LONGEST_SEARCH_BYTES = 16
_MOST_NAMES = 20


def chosen_words(say: Texts, receivers: Iterable[Receiver], people: People) -> str:
    """Return who was chosen, and how many people that makes."""
    kept = sorted(receivers)
    names = [name for name in map(people.name, kept) if name]
    shown = say("word.comma").join(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        shown += f" (+{len(names) - _MOST_NAMES})"
    return say("account.chosen", names=shown or say("word.none"), people=len(people.chosen(kept)))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the picker a person is."""

    number: int
    tab: str = _DEPARTMENTS
    page: int = 1
    search: str = ""

    @classmethod
    def read(cls, words: str) -> "_Place":
        """Read ``<tab>:<page>:<account's number>:<search>``."""
        tab, page, number, search = [*words.split(":", 3), "", "", ""][:4]
        tab = tab if tab in {_DEPARTMENTS, _MEMBERS, _CHOSEN} else _DEPARTMENTS
        return cls(whole(number) or 0, tab, whole(page) or 1, search)

    def data(self, name: str, *parts: object) -> str:
        """Return a button's data."""
        behind = (*parts, self.tab, self.page, self.number, self.search)
        return ":".join([name, *map(str, behind)])


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    await _show(turn, _Place.read(turn.words))


async def _show(turn: Turn, place: _Place) -> None:
    say = turn.say
    form = account_form.draft_of(turn, place.number)
    async with turn.desk.reading() as uow:
        people = await teach_account.people(uow, turn.staff)
    things = _things(place, people, form.receivers)
    page = page_of(things, place.page)
    place = replace(place, page=page.number)
    buttons = [
        Button(_label(say, place, one, label, form.receivers), _tick_data(place, one))
        for one, label in page.things
    ]
    tabs = [
        Button(
            say("button.chosen", label=words) if tab == place.tab else words,
            replace(place, tab=tab, page=1).data("acct_staff"),
        )
        for tab, words in (
            (_DEPARTMENTS, say("account.tab_departments")),
            (_MEMBERS, say("account.tab_members")),
            (_CHOSEN, say("account.tab_chosen", count=len(form.receivers))),
        )
    ]
    clear = replace(place, search="", page=1).data("acct_staff")
    rows = [
        tuple(tabs),
        *in_rows(buttons, 2),
        turning(
            say, page.number, page.pages, lambda to: replace(place, page=to).data("acct_staff")
        ),
        (
            Button(say("account.button_search"), place.data("acct_find")),
            *((Button(say("account.button_clear"), clear),) * bool(place.search)),
            Button(say("account.button_done"), f"acct_page:{place.number}"),
        ),
    ]
    text = chosen_words(say, form.receivers, people)
    if place.search:
        text += "\n" + say("account.searched", words=place.search)
    if not things:
        text += "\n\n" + say("account.nothing_here")
    title = say("account.staff_title", count=len(form.receivers))
    await turn.answer(text, rows, title=title)


def _things(
    place: _Place, people: People, receivers: Iterable[Receiver]
) -> list[tuple[Receiver, str]]:
    wanted = place.search.casefold()
    if place.tab == _CHOSEN:
        found = [(one, people.name(one)) for one in sorted(receivers)]
    elif place.tab == _MEMBERS:
        found = [(Receiver(STAFF, m.id), m.name) for m in people.staff.values()]
    else:
        found = [
            (
                Receiver(DEPARTMENT, one.id),
                "　" * (len(above(people.departments, one.id)) - 1) + one.name,
            )
            for one in people.departments
        ]
    return [(one, label) for one, label in found if label and wanted in label.casefold()]


def _label(
    say: Texts, place: _Place, one: Receiver, label: str, receivers: Iterable[Receiver]
) -> str:
    words = one_line(label.strip(), 22)
    indent = label[: len(label) - len(label.lstrip())]
    if place.tab == _CHOSEN:
        return f"× {words}"
    mark = "button.ticked" if one in set(receivers) else "button.unticked"
    return indent + say(mark, label=words)


def _tick_data(place: _Place, one: Receiver) -> str:
    kind = _DEPARTMENTS if one.kind == DEPARTMENT else _MEMBERS
    return place.data("acct_tick", f"{kind}{one.ref_id}")


async def _tick(turn: Turn) -> None:
    """Choose one, or take it away again; more than 200 people cannot be chosen (QUE-26)."""
    which, _, rest = turn.words.partition(":")
    place = _Place.read(rest)
    one = Receiver(_KINDS.get(which[:1], STAFF), whole(which[1:]) or 0)
    form = account_form.draft_of(turn, place.number)
    async with turn.desk.reading() as uow:
        people = await teach_account.people(uow, turn.staff)
    if one in form.receivers:
        chosen = form.receivers - {one}
    else:
        chosen = form.receivers | {one}
        teach_account.check_receivers(chosen, people)
    account_form.keep(turn, place.number, replace(form, receivers=chosen))
    await _show(turn, place)


async def _find(turn: Turn) -> None:
    place = _Place.read(turn.words)
    await ask(
        turn,
        turn.say("account.ask_find"),
        place.data("acct_found"),
        replace(place, search="", page=1).data("acct_staff"),
    )


async def _found(turn: Turn) -> None:
    place = _Place.read(turn.words)
    words = " ".join(turn.said.replace(":", " ").split())
    words = words.encode()[:_LONGEST_SEARCH_BYTES].decode(errors="ignore")
    tab = _MEMBERS if place.tab == _CHOSEN else place.tab
    await _show(turn, replace(place, search=words, page=1, tab=tab))


PRESSES: dict[str, Run] = {
    "acct_staff": _shown,
    "acct_tick": _tick,
    "acct_find": _find,
    "acct_found": _found,
}
"""What the buttons of the picker do."""
