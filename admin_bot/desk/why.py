"""/why [number]: what happened in a conversation, step by step, and why."""

from typing import Any

from admin_bot.command import Command
from admin_bot.listing import one_line, whole
from admin_bot.turn import Turn
from admin_bot.why_wording import RECEPTION, Sentence, because, timers_set
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.dialog.spoken import seen
from bot.dialog.wording import clock_time
from bot.handlers.why import Happened, happened
from core.errors import BadRequestText
from core.messages import Button
from storage.repos.conversations import Event

_SAID_CHARS = 120
_QUESTION_CHARS = 60


async def run(turn: Turn) -> None:
    """Tell of the one whose number is given, whose message is replied to, or that is in front."""
    number = whole(turn.words)
    if turn.words and number is None:
        raise BadRequestText("usage.why")
    quoted = None if turn.message is None else turn.message.reply_to_message
    await _show(turn, number, replied_to=str(quoted.message_id) if quoted is not None else None)


async def _pressed(turn: Turn) -> None:
    number, _, page = turn.words.partition(":")
    await _show(turn, whole(number) or 0, page=whole(page))


async def _show(
    turn: Turn, number: int | None, *, replied_to: str | None = None, page: int | None = None
) -> None:
    async with turn.desk.reading() as uow:
        found = await happened(uow, turn.staff, number, replied_to=replied_to, page=page)
    say, book = turn.say, turn.desk.playbook.now
    zone = turn.desk.config.zone
    lines: list[str] = []
    day = None
    for event in found.events:
        if event.at.astimezone(zone).date() != day:
            day = event.at.astimezone(zone).date()
            lines.append(f"— {day:%Y-%m-%d} —")
        lines.append(f"{clock_time(event.at, zone)} {_sentence(turn, found, event)}")
    sure = book.faq.thresholds
    if any(event.kind in ("faq", "offer", "no_answer") for event in found.events):
        lines += ["", say("why.thresholds", answer=f"{sure.answer:.2f}", offer=f"{sure.offer:.2f}")]
    if found.page == found.pages:
        lines += timers_set(turn, found)
    talk = found.party.talk
    title = heading(seen(found.party.person.name, book.mask, say), talk.id)
    if found.pages > 1:
        title += " · " + say("page.of", page=found.page, pages=found.pages)
    await turn.answer("\n".join(lines) or say("why.nothing"), _buttons(turn, found), title=title)


def _buttons(turn: Turn, found: Happened) -> list[tuple[Button, ...]]:
    """Return the buttons to older and newer events; the history of the same conversation."""
    say, number = turn.say, found.party.talk.id
    row = []
    if found.page > 1:
        row.append(Button(say("history.older"), f"why:{number}:{found.page - 1}"))
    if found.page < found.pages:
        row.append(Button(say("history.newer"), f"why:{number}:{found.page + 1}"))
    return [tuple(row), (Button(say("button.history"), f"history:{number}:1"),)]


def _sentence(turn: Turn, found: Happened, event: Event) -> str:
    in_words = SENTENCES.get(event.kind)
    if in_words is None:
        return turn.say("why.other", kind=event.kind)
    return in_words(turn, found, event, event.data or {})


def _opened(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    source = _source(data.get("source"))
    say = turn.say
    return say("why.opened") if source is None else say("why.opened_from", source=source)


def _came_again(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    return turn.say("why.source", source=_source(data.get("source")) or "–")


def _rule(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    words = turn.say("word.comma").join(map(str, data.get("words", ())))
    return turn.say(
        "why.rule",
        number=data.get("rule", "?"),
        name=one_line(str(data.get("name", "")), 40),
        words=one_line(words, _SAID_CHARS),
    )


def _no_answer(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    return turn.say("why.no_answer", said=_said(turn, data))


def _unhelpful(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    return turn.say("why.unhelpful", entry=_entry(turn, found, data.get("entry")))


def _phrased(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    entries = [_entry(turn, found, number) for number in data.get("entries", ())]
    return turn.say("why.phrased", entries=turn.say("word.comma").join(entries))


def _held_back(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    lists = turn.say("word.comma").join(f"#{number}" for number in data.get("lists", ()))
    who = found.people.get(event.staff_id or 0, "–")
    return turn.say("why.held_back", who=who, lists=lists)


def _shut(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    return turn.say(f"why.{event.kind}")


def _move(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    say = turn.say
    key = f"why.move.{data.get('move', '')}"
    words = say(key if key in say else "why.move.other", **_states(turn, data))
    agent = found.people.get(data.get("agent") or 0)
    by = found.people.get(event.staff_id or 0)
    group = found.groups.get(data.get("to_group") or 0)
    if agent is not None:
        words += say("why.agent", name=agent)
    if by is not None and by != agent:
        words += say("why.by", name=by)
    if group is not None:
        words += say("why.to_group", name=group)
    words += because(turn, data)
    if data.get("note"):
        words += say("why.note", note=one_line(str(data["note"]), _SAID_CHARS))
    return words


def _states(turn: Turn, data: dict[str, Any]) -> dict[str, str]:
    keys = {side: f"state.{str(data.get(side, '')).lower()}" for side in ("from", "to")}
    names = {side: turn.say(key) if key in turn.say else "–" for side, key in keys.items()}
    return {"before": names["from"], "now": names["to"]}


def _faq(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    entry = _entry(turn, found, data.get("entry"))
    if data.get("pressed"):
        return turn.say("why.pressed", entry=entry)
    score = data.get("score")
    if score == 1:
        return turn.say("why.faq_same", entry=entry, said=_said(turn, data))
    shown = f"{score:.2f}" if isinstance(score, int | float) else "–"
    return turn.say("why.faq", entry=entry, score=shown, said=_said(turn, data))


def _offer(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    scores = list(data.get("scores", ()))
    offered = []
    for at, number in enumerate(data.get("entries", ())):
        entry = _entry(turn, found, number)
        offered.append(f"{entry} ({scores[at]:.2f})" if at < len(scores) else entry)
    entries = turn.say("word.comma").join(offered)
    return turn.say("why.offer", entries=entries, said=_said(turn, data))


def _entry(turn: Turn, found: Happened, number: Any) -> str:
    entry = found.entries.get(number) if isinstance(number, int) else None
    if entry is None:
        return turn.say("why.entry_gone", number=number)
    return f"#{entry.id} {one_line(entry.question, _QUESTION_CHARS)}"


def _said(turn: Turn, data: dict[str, Any]) -> str:
    mask = turn.desk.playbook.now.mask
    return one_line(seen(str(data.get("said", "")), mask, turn.say), _SAID_CHARS) or "–"


def _source(source: Any) -> str | None:
    return one_line(str(source), 60) if source else None


SENTENCES: dict[str, Sentence] = {
    "opened": _opened,
    "source": _came_again,
    "state": _move,
    "rule": _rule,
    "faq": _faq,
    "offer": _offer,
    "no_answer": _no_answer,
    "unhelpful": _unhelpful,
    "phrased": _phrased,
    "held_back": _held_back,
    "blocked": _shut,
    "unblocked": _shut,
    **RECEPTION,
}
"""How each kind of event is put into words."""

COMMAND = Command("why", Permission.SERVE, run, presses={"why": _pressed})
