"""Lists that lead to prompts: their kinds, and the groups that can have their own."""

from admin_bot.commands.prompt_places import Spot, default, places
from admin_bot.listing import Place, arrows, in_rows, one_line, page_of
from admin_bot.turn import Turn
from admin_bot.wording import state
from bot.handlers import teach_prompt
from core.messages import Button
from core.prompts import KINDS, group_key


async def show_kinds(turn: Turn) -> None:
    """Show every kind of prompt with its state, and a button for each."""
    defaults = [default(turn, kind) for kind in KINDS]
    async with turn.desk.reading() as uow:
        found = await teach_prompt.overview(uow, turn.staff, defaults)
    say = turn.say
    lines, buttons = [], []
    for summary in found:
        prompt = summary.prompt
        name = say(f"prompt.kind.{prompt.kind}")
        own = say("prompt.kinds_own", count=summary.own) if summary.own else ""
        lines.append(
            say("prompt.kinds_line", kind=name, state=state(say, prompt.enabled), own=own).strip()
        )
        buttons.append(Button(name, f"prompt_show:{prompt.kind}.0"))
    text = "\n".join(lines) + "\n\n" + say("prompt.kinds_how")
    await turn.answer(text, in_rows(buttons, 2), title=say("prompt.kinds_title"))


async def show_groups(turn: Turn) -> None:
    """Show the service groups for which one kind can be set apart."""
    ref, _, place = turn.words.partition(":")
    async with turn.desk.reading() as uow:
        there = await places(uow)
        spot = there.spot(ref)
        own = await teach_prompt.places_with_own(uow, turn.staff, spot.kind)
    say = turn.say
    at = Place.read(place)
    page = page_of(list(there.groups), at.page)
    buttons = []
    for number in page.things:
        other = Spot(spot.kind, group_key(number))
        label = one_line(there.groups[number].name, 30)
        if other.account in own:
            label = say("button.chosen", label=label)
        buttons.append(Button(label, f"prompt_show:{there.ref(other)}"))
    rows = [*in_rows(buttons, 2), arrows(say, page, f"prompt_groups:{ref}", at)]
    rows.append((Button(say("rules.button_back"), f"prompt_show:{ref}"),))
    kind = say(f"prompt.kind.{spot.kind}")
    await turn.answer(say("prompt.groups_how"), rows, title=say("prompt.groups_title", kind=kind))
