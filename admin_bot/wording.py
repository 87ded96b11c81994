"""How what the desk has been taught is shown to admins."""

from datetime import date, datetime

from admin_bot.listing import one_line
from bot.dialog.requests import FAQ, HUMAN, MENU, SAY
from bot.wiring import Desk
from core.i18n.texts import Texts
from core.messages import Button, Content, Kind
from core.playbook import FaqEntry, Prompt, Rule

_LONGEST_REPLY = 500


def moment(desk: Desk, at: datetime) -> str:
    """Return a moment on the desk's own clock, to the minute."""
    return at.astimezone(desk.config.zone).strftime("%Y-%m-%d %H:%M")


def today(desk: Desk) -> date:
    """Return the day in the desk's time zone."""
    return desk.clock().astimezone(desk.config.zone).date()


def state(say: Texts, enabled: bool) -> str:
    """Return the word for on or off."""
    return say("word.on") if enabled else say("word.off")


def content(say: Texts, what: Content) -> str:
    """Return what a reply says; a file is named by its kind."""
    words = what.text if len(what.text) <= _LONGEST_REPLY else what.text[:_LONGEST_REPLY] + "…"
    if what.kind is Kind.TEXT:
        return words
    key = f"kind.{what.kind.value}"
    return f"[{say(key) if key in say else what.kind.value}] {words}".strip()


def rule_line(say: Texts, rule: Rule) -> str:
    """Return a rule on one line."""
    words = say("word.comma").join(rule.words)
    mark = "" if rule.enabled else say("word.off_mark")
    first = content(say, rule.replies[0]) if rule.replies else ""
    return (
        f"#{rule.id} {mark}{say(f'match.{rule.match.value}')}{say('word.colon')}"
        f"{one_line(words, 60)} → {one_line(first, 50)}"
    )


def rule_card(say: Texts, rule: Rule) -> str:
    """Return everything about a rule."""
    replies = "\n".join(
        f"{number}. {content(say, reply)}" if len(rule.replies) > 1 else content(say, reply)
        for number, reply in enumerate(rule.replies, 1)
    )
    return say(
        "rule.card",
        name=rule.name,
        state=state(say, rule.enabled),
        match=say(f"match.{rule.match.value}"),
        words=one_line(say("word.comma").join(rule.words), 1000),
        accounts=say("word.comma").join(rule.accounts) or say("word.all_accounts"),
        replies=replies,
    )


def faq_line(say: Texts, entry: FaqEntry, day: date) -> str:
    """Return an entry on one line; *day* tells whether it is valid now."""
    mark = ""
    if not entry.enabled:
        mark = say("word.off_mark")
    elif not entry.offered_on(day):
        mark = say("word.not_valid_mark")
    category = f"[{entry.category}] " if entry.category else ""
    return (
        f"#{entry.id} {mark}{one_line(category, 30)}{one_line(entry.question, 60)}"
        f" → {one_line(content(say, entry.answer), 50)}"
    )


def faq_card(say: Texts, entry: FaqEntry) -> str:
    """Return everything about an entry."""
    nothing = say("word.none")
    valid = say("word.always")
    if entry.valid_from or entry.valid_until:
        valid = f"{entry.valid_from or ''} .. {entry.valid_until or ''}".strip()
    return say(
        "faq.card",
        question=entry.question,
        state=state(say, entry.enabled),
        category=entry.category or nothing,
        similar=one_line(" | ".join(entry.similar), 1000) or nothing,
        keywords=one_line(say("word.comma").join(entry.keywords), 500) or nothing,
        valid=valid,
        answer=content(say, entry.answer),
    )


def button_action(say: Texts, button: Button) -> str:
    """Return what a menu button does, in words."""
    data = button.data or ""
    if button.url is not None:
        return button.url
    if data == HUMAN:
        return say("action.human")
    if data == MENU:
        return say("action.menu")
    if data.startswith(FAQ):
        return say("action.faq", number=data.removeprefix(FAQ))
    return say("action.say", words=data.removeprefix(SAY))


def prompt_card(say: Texts, prompt: Prompt) -> str:
    """Return everything about the welcome."""
    menu = "\n".join(f"▫ {b.label} → {button_action(say, b)}" for b in prompt.menu)
    return say(
        "prompt.card",
        state=state(say, prompt.enabled),
        body=prompt.body,
        menu=menu or say("word.none"),
    )
