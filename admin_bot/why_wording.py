"""What was decided about receiving a customer, in sentences: who got them, why, and what is set."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from admin_bot.listing import one_line
from admin_bot.turn import Turn
from bot.dialog.wording import clock_time, day_and_time
from bot.handlers.why import Happened
from storage.repos.conversations import Event

Sentence = Callable[[Turn, Happened, Event, dict[str, Any]], str]

_REMARK_CHARS = 120
_NEVER = timedelta(days=366)
"""A timer that is due later than this only remembers that it has happened."""


def because(turn: Turn, data: dict[str, Any]) -> str:
    """Return the desk's own reason for a move; empty where there is none."""
    reason = data.get("because") or data.get("why")
    key = f"why.because.{reason}"
    return turn.say(key) if key in turn.say else ""


def timers_set(turn: Turn, found: Happened) -> list[str]:
    """Return what is set to happen, a line for each, under a heading; empty for nothing."""
    say, now, zone = turn.say, turn.desk.clock(), turn.desk.config.zone
    lines = []
    for timer in found.timers:
        if timer.due_at - now > _NEVER:
            continue
        key = f"why.set.{timer.kind}"
        what = say(key, who=_person(found, timer.staff_id)) if key in say else timer.kind
        today = timer.due_at.astimezone(zone).date() == now.astimezone(zone).date()
        at = clock_time(timer.due_at, zone) if today else day_and_time(timer.due_at, zone)[:16]
        lines.append(f"⏱ {at} {what}")
    return ["", say("why.timers"), *lines] if lines else []


def _assigned(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    say = turn.say
    key = f"why.assigned.{data.get('why', '')}"
    rule = ""
    if data.get("rule") is not None:
        rule = _rule(turn, data)
    reason = say(key, rule=rule) if key in say else ""
    words = say("why.assigned", agent=_person(found, data.get("agent")), reason=reason)
    passed = [_person(found, one) for one in data.get("passed_over") or ()]
    if passed:
        words += say("why.passed_over", names=say("word.comma").join(passed))
    if event.staff_id is not None and event.staff_id != data.get("agent"):
        words += say("why.by", name=_person(found, event.staff_id))
    return words


def _owned(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    words = turn.say("why.owned", agent=_person(found, data.get("agent")))
    if data.get("rule") is not None:
        words += turn.say("why.by_rule", rule=_rule(turn, data))
    return words


def _passed(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    agent = data.get("agent") or event.staff_id
    return turn.say("why.passed", agent=_person(found, agent))


def _prompt(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    key = f"prompt.kind.{data.get('kind', '')}"
    name = turn.say(key) if key in turn.say else str(data.get("kind", "–"))
    return turn.say("why.prompt", name=name)


def _timer(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    say = turn.say
    key = f"why.timer.{data.get('kind', '')}"
    words = say(key) if key in say else say("why.other", kind=str(data.get("kind", "–")))
    if isinstance(data.get("agent"), int):
        words += say("why.agent", name=_person(found, data["agent"]))
    leads = [_person(found, one) for one in data.get("leads") or ()]
    if leads:
        words += say("why.leads", names=say("word.comma").join(leads))
    return words


def _handoff(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    """Return who handed what to whom. Source: requirement QUE-48."""
    say = turn.say
    key = f"why.handoff.{data.get('how', '')}"
    words = say(key) if key in say else say("why.handoff.other")
    if event.staff_id is not None:
        words += say("why.by", name=_person(found, event.staff_id))
    for side in ("from_agent", "to_agent"):
        if data.get(side) is not None:
            words += say(f"why.{side}", name=_person(found, data[side]))
    if data.get("to_group") is not None and data["to_group"] != data.get("from_group"):
        words += say("why.to_group", name=found.groups.get(data["to_group"], "–"))
    if data.get("note"):
        words += say("why.note", note=one_line(str(data["note"]), _REMARK_CHARS))
    return words


def _handoff_undone(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    return turn.say("why.handoff_undone", who=_person(found, event.staff_id))


def _snooze(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    say, who = turn.say, _person(found, event.staff_id)
    if data.get("over"):
        return say("why.snooze_over", who=who)
    if not data.get("until"):
        return say("why.snooze", who=who)
    until = datetime.fromisoformat(str(data["until"]))
    return say("why.snooze_until", who=who, until=day_and_time(until, turn.desk.config.zone)[:16])


def _rated(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    words = turn.say("why.rated", score=data.get("score", "–"))
    if data.get("remark"):
        words += turn.say("why.note", note=one_line(str(data["remark"]), _REMARK_CHARS))
    return words


def _waits_as(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    key = f"why.waits_as.{data.get('as', '')}"
    return turn.say(key if key in turn.say else "why.waits_as.callback")


def _categories(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    numbers = turn.say("word.comma").join(f"#{one}" for one in data.get("categories") or ())
    who = _person(found, event.staff_id)
    return turn.say("why.categories", who=who, categories=numbers or turn.say("word.none"))


def _simply(turn: Turn, found: Happened, event: Event, data: dict[str, Any]) -> str:
    """Return the words for what has happened where there is no more to say about it."""
    return turn.say(f"why.{event.kind}")


def _rule(turn: Turn, data: dict[str, Any]) -> str:
    name = one_line(str(data.get("rule_name") or ""), 40)
    return f"#{data['rule']} “{name}”" if name else f"#{data['rule']}"


def _person(found: Happened, staff_id: Any) -> str:
    return found.people.get(staff_id, "–") if isinstance(staff_id, int) else "–"


RECEPTION: dict[str, Sentence] = {
    "assigned": _assigned,
    "owned": _owned,
    "passed": _passed,
    "prompt": _prompt,
    "timer": _timer,
    "handoff": _handoff,
    "handoff_undone": _handoff_undone,
    "snooze": _snooze,
    "rated": _rated,
    "remark_asked": _simply,
    "remarked": _simply,
    "waits_as": _waits_as,
    "message_left": _simply,
    "categories": _categories,
}
"""How each kind of event about receiving a customer is put into words."""
