"""/chats: conversations in session, queued and ended, by group, with buttons to work on them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from admin_bot.command import Command
from admin_bot.desk.speaking import in_rows, summary, voice_of
from admin_bot.listing import short, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.dialog.wording import how_long, in_words
from bot.handlers.chat_lists import ALL, Asked, ChatList, ChatLists, Kind, Row, Tab, chat_lists
from bot.handlers.desk_take import take
from core.messages import Button
from core.states import State

FRONT, UNREAD = "▶", "●"
"""Marks the conversation that plain text goes to, and customers with unread messages."""
WAITING, RECEIVED = "🔴", "🟢"
"""State labels. Source: requirement QUE-10."""
FOLDED, UNFOLDED = "▸", "▾"
TICKED, UNTICKED = "☑", "☐"
TABS = 9
"""Tabs that stand side by side; more of them turn like pages."""
_PREVIEW_CHARS = 48
_TAB_COLUMNS = 14
_NAME_COLUMNS = 18
_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Place:
    """What is open and ticked; it travels in the buttons, so nothing has to remember it.

    Args:
        asked: The tab, the folds, the ticks and the pages.
        tabs: Which page of the tabs, from 1.
    """

    asked: Asked
    tabs: int = 1

    @classmethod
    def read(cls, words: str) -> "Place":
        """Read what ``data`` wrote; nonsense gives the place in which one begins."""
        numbers = [whole(part) for part in words.split(":")]
        if len(numbers) != 4 + len(_KINDS) or None in numbers:
            return cls(Asked())
        tab, folds, ticks, tabs, *pages = (n or 0 for n in numbers)
        asked = Asked(
            tab,
            frozenset(kind for at, kind in enumerate(_KINDS) if folds >> at & 1),
            frozenset(kind for at, kind in enumerate(_KINDS) if ticks >> at & 1),
            dict(zip(_KINDS, pages, strict=True)),
        )
        return cls(asked, max(1, tabs))

    def data(self) -> str:
        """Return it for a button."""
        asked = self.asked
        parts = (
            asked.tab,
            sum(1 << at for at, kind in enumerate(_KINDS) if kind in asked.unfolded),
            sum(1 << at for at, kind in enumerate(_KINDS) if kind in asked.mine),
            self.tabs,
            *(asked.pages.get(kind, 1) for kind in _KINDS),
        )
        return ":".join(map(str, parts))

    def to_tab(self, tab: int) -> "Place":
        """Return the first pages of another tab."""
        return replace(self, asked=replace(self.asked, tab=tab, pages={}))

    def folding(self, kind: Kind) -> "Place":
        """Return the place with a list folded that is unfolded, or the other way round."""
        # How long a page is depends on how many lists are unfolded, so each begins anew.
        unfolded = self.asked.unfolded ^ {kind}
        return replace(self, asked=replace(self.asked, unfolded=unfolded, pages={}))

    def ticking(self, kind: Kind) -> "Place":
        """Return the place with "only mine" of a list ticked or not."""
        asked = self.asked
        pages = {**asked.pages, kind: 1}
        return replace(self, asked=replace(asked, mine=asked.mine ^ {kind}, pages=pages))

    def turning(self, kind: Kind, page: int) -> "Place":
        """Return the place with another page of a list."""
        return replace(self, asked=replace(self.asked, pages={**self.asked.pages, kind: page}))


async def run(turn: Turn) -> None:
    """Show them as one begins, or as the button that was pressed says."""
    await show(turn, turn.words)


async def show(turn: Turn, words: str) -> None:
    """Show the lists as *words*, the data of a button, say."""
    place = Place.read(words)
    async with turn.desk.reading() as uow:
        found = await chat_lists(uow, turn.staff, place.asked, voice=voice_of(turn))
    # The tab may be gone, the page may be another one.
    pages = {each.kind: each.page for each in found.lists}
    place = replace(place, asked=replace(place.asked, tab=found.tab, pages=pages))
    text = "\n".join(line for each in found.lists for line in _lines(turn, place, each))
    text += "\n" + turn.say("chats.marks", front=FRONT, unanswered=UNREAD)
    tab = next(t for t in found.tabs if t.group_id == found.tab)
    title = _tab_name(turn, tab)
    title += " · " + turn.say("chats.in_reception", count=found.in_reception)
    await turn.answer(text, _buttons(turn, place, found), title=title)


def _lines(turn: Turn, place: Place, each: ChatList) -> Iterator[str]:
    say = turn.say
    yield _header(turn, place, each)
    if each.kind not in place.asked.unfolded:
        return
    if each.secret:
        yield say("chats.only_number")
    elif not each.rows:
        mine = each.kind is Kind.SESSION and each.kind in place.asked.mine
        yield say("chats.none") if mine else say("chats.nobody")
    for row in each.rows:
        yield _row(turn, row)
        if row.said is not None:
            yield f"      {in_words(row.said, say, _PREVIEW_CHARS)}"
    yield ""


def _header(turn: Turn, place: Place, each: ChatList) -> str:
    fold = UNFOLDED if each.kind in place.asked.unfolded else FOLDED
    name = turn.say(f"chats.list.{each.kind.value}")
    return f"{fold} {name}" if each.count is None else f"{fold} {name} ({each.count})"


def _row(turn: Turn, row: Row) -> str:
    """Return a row: its state label, who it is, and when the last message came."""
    say, talk = turn.say, row.party.talk
    if talk.state is State.WAITING:
        label = f"{WAITING} {say('chats.waiting')}"
    elif talk.state is State.SERVING:
        label = f"{RECEIVED} {row.agent or ''}".rstrip()
    else:
        label = row.agent or say("state.ended")
    parts = [label, f"{_marks(row)} {summary(row.party, say)}".strip()]
    if row.said_at is not None:
        parts.append(_when(turn, row.said_at))
    if talk.state is State.WAITING and talk.waiting_since is not None:
        waited = how_long(turn.desk.clock() - talk.waiting_since, say)
        parts.append(say("chats.waits", span=waited))
    return " · ".join(parts)


def _marks(row: Row) -> str:
    ended = row.party.talk.state is State.ENDED
    return f"{FRONT * row.front}{UNREAD * (row.unread and not ended)}"


def _when(turn: Turn, at: datetime) -> str:
    zone = turn.desk.config.zone
    there, now = at.astimezone(zone), turn.desk.clock().astimezone(zone)
    return there.strftime("%H:%M" if there.date() == now.date() else "%m-%d %H:%M")


def _tab_name(turn: Turn, tab: Tab) -> str:
    return tab.name if tab.group_id != ALL else turn.say("chats.all")


def _buttons(turn: Turn, place: Place, found: ChatLists) -> list[tuple[Button, ...]]:
    rows = _tabs(turn, place, found)
    for each in found.lists:
        kind = each.kind
        head = [Button(_header(turn, place, each), f"chats:{place.folding(kind).data()}")]
        if kind is not Kind.QUEUED:
            tick = TICKED if kind in place.asked.mine else UNTICKED
            mine = f"{tick} {turn.say('chats.only_mine')}"
            head.append(Button(mine, f"chats:{place.ticking(kind).data()}"))
        elif each.count and each.secret:
            head.append(Button(turn.say("button.next"), "next"))
        rows.append(tuple(head))
        if kind not in place.asked.unfolded:
            continue
        rows += in_rows([b for row in each.rows if (b := _button(turn, place, row)) is not None])
        rows.append(_arrows(turn, place, each))
    return rows


def _tabs(turn: Turn, place: Place, found: ChatLists) -> list[tuple[Button, ...]]:
    """Return a button for each group, with the number of customers with unread messages."""
    pages = -(-len(found.tabs) // TABS)
    page = min(place.tabs, pages)
    buttons = []
    for tab in found.tabs[(page - 1) * TABS : page * TABS]:
        name = short(_tab_name(turn, tab), _TAB_COLUMNS)
        name += f" ({tab.unread})" if tab.unread else ""
        if tab.group_id == found.tab:
            name = f"· {name} ·"
        buttons.append(Button(name, f"chats:{place.to_tab(tab.group_id).data()}"))
    rows = in_rows(buttons)
    if pages > 1:
        more = replace(place, tabs=page % pages + 1)
        label = turn.say("chats.more_groups", page=page, pages=pages)
        rows.append((Button(label, f"chats:{more.data()}"),))
    return rows


def _button(turn: Turn, place: Place, row: Row) -> Button | None:
    """Return what may be done with a row; nothing with what somebody else serves (QUE-16)."""
    talk = row.party.talk
    name = heading(short(row.party.person.name, _NAME_COLUMNS), talk.id)
    if talk.state is State.WAITING:
        label = turn.say("chats.start", who=name)
        return Button(label, f"chat_take:{talk.id}:{place.data()}")
    if talk.state is State.SERVING and row.mine:
        return Button(f"{_marks(row)} {name}".strip(), f"switch:{talk.id}:{place.data()}")
    return Button(name, f"info:{talk.id}") if row.opens else None


def _arrows(turn: Turn, place: Place, each: ChatList) -> tuple[Button, ...]:
    if each.pages == 1:
        return ()
    say, buttons = turn.say, []

    def to(page: int, label: str) -> Button:
        return Button(label, f"chats:{place.turning(each.kind, page).data()}")

    if each.page > 1:
        buttons.append(to(each.page - 1, say("page.previous")))
    of = f"{each.page}" if each.count is None else say("page.of", page=each.page, pages=each.pages)
    buttons.append(to(each.page, of))
    if each.page < each.pages:
        buttons.append(to(each.page + 1, say("page.next")))
    return tuple(buttons)


async def _take(turn: Turn) -> None:
    """Start reception of a queued customer who was picked by hand. Source: QUE-12, QUE-13."""
    first, _, place = turn.words.partition(":")
    async with turn.unit() as uow:
        taken = await take(
            uow, turn.staff, whole(first) or 0, voice=voice_of(turn), now=turn.desk.clock()
        )
        await uow.commit()
    await turn.notice(turn.say("take.done", name=taken.name, number=taken.conversation_id))
    await show(turn, place)


COMMAND = Command("chats", Permission.SERVE, run, presses={"chats": run, "chat_take": _take})
