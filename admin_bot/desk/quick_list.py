"""Shows quick replies as a list with buttons."""

from dataclasses import replace

from admin_bot.asking import stop_asking
from admin_bot.desk.quick_place import Spot, owner_name
from admin_bot.library_wording import turning
from admin_bot.listing import ROWS, in_rows, one_line, page_of
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import content, today
from bot.handlers import quick_reply
from bot.handlers.quick_reply import Stand
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import FaqEntry, Scope
from core.tree import LOOSE, ROOT
from storage.repos.library import Owner

_LABEL_CHARS = 26
_MOST_PARTS = 12
"""Buttons of departments and service groups below the list; a page of their own has the rest."""


async def show(turn: Turn, spot: Spot, told: str = "") -> None:
    """Show a page of quick replies.

    Args:
        turn: The turn.
        spot: Which page.
        told: What to say above it; empty for nothing.
    """
    stop_asking(turn)
    say = turn.say
    async with turn.desk.reading() as uow:
        stand = await quick_reply.browse(
            uow,
            turn.staff,
            today(turn.desk),
            owner=spot.owner,
            group=spot.group,
            words=spot.words,
        )
    writes = spot.owner in stand.reach.writes
    spot = replace(spot, arranging=spot.arranging and spot.owner is not None)
    folders = [] if spot.group != ROOT or spot.words else list(stand.groups)
    page = page_of([*folders, *stand.entries], spot.page)
    spot = replace(spot, page=page.number)
    shown = [thing for thing in page.things if isinstance(thing, FaqEntry)]
    # Groups stand before the replies, so the numbers of these begin behind them.
    first = max(1, (page.number - 1) * ROWS + 1 - len(folders))
    lines = [told, ""] if told else []
    lines += [_line(say, number, entry) for number, entry in enumerate(shown, first)]
    if not stand.entries:
        lines.append(say("quick.none_found" if spot.words else "quick.none"))
    pick = "quick_card" if _opens_card(stand, spot) else "quick_pick"
    groups = [
        Button(
            say(
                "quick.button_group",
                name=one_line(stand.groups[thing].replace("/", " / "), _LABEL_CHARS),
                count=stand.counts.get(thing, 0),
            ),
            spot.at(spot.owner, thing).data("quick"),
        )
        for thing in page.things
        if isinstance(thing, int)
    ]
    buttons = [
        Button(one_line(f"{number} {entry.heading}", _LABEL_CHARS), spot.data(pick, entry.id))
        for number, entry in enumerate(shown, first)
    ]
    rows = [
        *in_rows(groups, 2),
        *in_rows(buttons, 2),
        turning(say, page.number, page.pages, lambda to: replace(spot, page=to).data("quick")),
        *_elsewhere(say, stand, spot),
        *_controls(turn, stand, spot, writes=writes),
        undo_row(turn),
    ]
    await turn.answer("\n".join(lines), rows, title=_title(say, stand, spot))


def _opens_card(stand: Stand, spot: Spot) -> bool:
    """Say whether a press opens the reply's card: it is being arranged, or not theirs to use."""
    owner = spot.owner
    return spot.arranging or (owner is not None and owner not in stand.reach.owners)


def _title(say: Texts, stand: Stand, spot: Spot) -> str:
    place = owner_name(say, stand, spot.owner)
    if spot.group == LOOSE:
        place += f" / {say('quick.no_group')}"
    elif spot.group in stand.groups:
        place += f" / {stand.groups[spot.group].replace('/', ' / ')}"
    if spot.words:
        place += f" “{one_line(spot.words, 30)}”"
    return say("quick.title", place=place, total=len(stand.entries))


def _line(say: Texts, number: int, entry: FaqEntry) -> str:
    return say(
        "quick.line",
        number=number,
        title=one_line(entry.heading, 40),
        content=one_line(content(say, entry.answer), 50),
        uses=entry.uses,
    )


def _elsewhere(say: Texts, stand: Stand, spot: Spot) -> list[tuple[Button, ...]]:
    """Return buttons that lead to the parts, or back to the whole of the one that is open."""
    if spot.owner is not None:
        if spot.group == ROOT and not spot.words:
            return []
        return [(Button(say("quick.button_up"), spot.at(spot.owner).data("quick")),)]
    if spot.words:
        return [(Button(say("quick.button_all"), Spot().data("quick")),)]
    parts = worth_showing(stand)
    rows = in_rows([part_button(say, stand, owner) for owner in parts[:_MOST_PARTS]], 2)
    if len(parts) > _MOST_PARTS:
        rows.append((Button(say("quick.button_parts", count=len(parts)), "quick_parts:1"),))
    return rows


def part_button(say: Texts, stand: Stand, owner: Owner) -> Button:
    """Return the button that opens a part."""
    return Button(
        say(
            "quick.button_part",
            name=one_line(owner_name(say, stand, owner), _LABEL_CHARS),
            count=stand.owners.get(owner, 0),
        ),
        Spot(owner).data("quick"),
    )


def worth_showing(stand: Stand) -> list[Owner]:
    """Return the parts that hold something or can be written in; their own is always there."""
    reach = stand.reach
    return [o for o in reach.owners if stand.owners.get(o) or o in reach.writes]


def _controls(turn: Turn, stand: Stand, spot: Spot, *, writes: bool) -> list[tuple[Button, ...]]:
    say = turn.say

    def button(key: str, name: str, *parts: object) -> Button:
        return Button(say(key), spot.data(name, *parts))

    look = [button("quick.button_find", "quick_find")]
    if spot.owner is None:
        confirms = turn.staff.confirm_quick
        key = "quick.button_confirm_off" if confirms else "quick.button_confirm_on"
        rows = [
            (*look, button(key, "quick_confirm", int(not confirms))),
            (Button(say("quick.button_add"), spot.at(_own(turn)).data("quick_new")),),
        ]
        if stand.reach.people:
            rows.append((Button(say("quick.button_people"), "quick_people:1"),))
        return rows
    rows = []
    if writes:
        rows += [
            (button("quick.button_add", "quick_new"), button("quick.button_link", "quick_link")),
            (button("quick.button_import", "quick_sheet"),)
            if spot.group != ROOT
            else (
                button("quick.button_add_group", "quick_group_add"),
                button("quick.button_import", "quick_sheet"),
            ),
        ]
        if spot.group in stand.groups:
            rows.append(
                (
                    button("quick.button_rename_group", "quick_group_name"),
                    button("quick.button_drop_group", "quick_group_drop"),
                )
            )
        flipped = replace(spot, arranging=not spot.arranging)
        key = "quick.button_use" if spot.arranging else "quick.button_arrange"
        look.append(Button(say(key), flipped.data("quick")))
    back = Spot().data("quick") if spot.owner in stand.reach.owners else "quick_people:1"
    return [*rows, (*look, Button(say("button.to_list"), back))]


def _own(turn: Turn) -> Owner:
    return Scope.PERSONAL, turn.staff.id
