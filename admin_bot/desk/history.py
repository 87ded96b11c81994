"""/history [page], /history #12 [page]: the transcript of a conversation, page by page."""

from admin_bot.command import Command
from admin_bot.desk.speaking import voice_of
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.dialog.wording import clock_time, in_words
from bot.handlers.desk_view import History, history
from core.errors import BadRequestText
from core.messages import Button
from core.states import Direction
from storage.repos.messages import TranscriptLine

LINE_CHARS = 350
"""How much of a message is shown, so that a page fits into one message of the platform."""


async def run(turn: Turn) -> None:
    """Show a page of the one in front, or of the one whose number is given."""
    words = turn.words.split()
    number = None
    if words and words[0].startswith("#"):
        number = whole(words[0])
        if number is None:
            raise BadRequestText("usage.history")
        words = words[1:]
    page = whole(words[0]) if words else 1
    if page is None or len(words) > 1:
        raise BadRequestText("usage.history")
    await _show(turn, number, page)


async def _pressed(turn: Turn) -> None:
    number, _, page = turn.words.partition(":")
    await _show(turn, whole(number) or 0, whole(page) or 1)


async def _show(turn: Turn, number: int | None, page: int) -> None:
    async with turn.desk.reading() as uow:
        found = await history(uow, turn.staff, number, page, voice=voice_of(turn))
    talk, say = found.party.talk, turn.say
    title = heading(found.party.person.name, talk.id)
    if found.pages > 1:
        title += " · " + say("page.of", page=found.page, pages=found.pages)
    text = "\n".join(_lines(turn, found)) or say("history.empty")
    await turn.answer(text, _buttons(turn, found), title=title)


def _lines(turn: Turn, found: History) -> list[str]:
    zone = turn.desk.config.zone
    lines: list[str] = []
    day = None
    for line in found.lines:
        if line.sent_at.astimezone(zone).date() != day:
            day = line.sent_at.astimezone(zone).date()
            lines.append(f"— {day:%Y-%m-%d} —")
        lines.append(_line(turn, line))
    return lines


def _line(turn: Turn, line: TranscriptLine) -> str:
    words = in_words(line.content, turn.say, LINE_CHARS)
    if line.direction is Direction.SYSTEM:
        return f"· {words}"
    edited = f" {turn.say('history.edited')}" if line.edited else ""
    if used := line.content.data.get("entries"):
        # Which entries a language model made these words from.
        numbers = ", ".join(f"#{number}" for number in used)
        edited += f" {turn.say('history.from_entries', numbers=numbers)}"
    at = clock_time(line.sent_at, turn.desk.config.zone)
    return f"{at} {line.author_name}: {words}{edited}"


def _buttons(turn: Turn, found: History) -> list[tuple[Button, ...]]:
    """Return the buttons of requirement AGT-10: first, previous, next and last page.

    Page 1 holds the newest lines, so "older" leads to a higher page.
    """
    if found.pages == 1:
        return []
    say, id_ = turn.say, found.party.talk.id
    row = []
    if found.page < found.pages:
        row.append(Button(say("history.oldest"), f"history:{id_}:{found.pages}"))
        row.append(Button(say("history.older"), f"history:{id_}:{found.page + 1}"))
    if found.page > 1:
        row.append(Button(say("history.newer"), f"history:{id_}:{found.page - 1}"))
        row.append(Button(say("history.newest"), f"history:{id_}:1"))
    return [tuple(row)]


COMMAND = Command("history", Permission.SERVE, run, presses={"history": _pressed})
